"""Publications that the figures of a report rest on."""

SERVQUAL = (
    "Parasuraman, A., Zeithaml, V. A., & Berry, L. L. (1988). SERVQUAL: A multiple-item scale for "
    "measuring consumer perceptions of service quality. Journal of Retailing, 64(1), 12-40."
)
POINTS = (
    "Parasuraman, A., Berry, L. L., & Zeithaml, V. A. (1991). Refinement and reassessment of the "
    "SERVQUAL scale. Journal of Retailing, 67(4), 420-450."
)
EXPECTATIONS = (
    "Boulding, W., Kalra, A., Staelin, R., & Zeithaml, V. A. (1993). A dynamic process model of "
    "service quality: From expectations to behavioral intentions. Journal of Marketing Research, "
    "30(1), 7-27. https://doi.org/10.1177/002224379303000102"
)
PERFORMANCE = (
    "Cronin, J. J., Jr., & Taylor, S. A. (1992). Measuring service quality: A reexamination and "
    "extension. Journal of Marketing, 56(3), 55-68. https://doi.org/10.1177/002224299205600304"
)
TOLERANCE = (
    "Parasuraman, A., Zeithaml, V. A., & Berry, L. L. (1994). Alternative scales for measuring "
    "service quality: A comparative assessment based on psychometric and diagnostic criteria. "
    "Journal of Retailing, 70(3), 201-230. https://doi.org/10.1016/0022-4359(94)90033-7"
)
SAMPLING = (
    "Särndal, C.-E., Swensson, B., & Wretman, J. (1992). Model Assisted Survey Sampling. Springer."
)
ALPHA = (
    "Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests. "
    "Psychometrika, 16(3), 297-334. https://doi.org/10.1007/BF02310555"
)
LAMBDA = (
    "Guttman, L. (1945). A basis for analyzing test-retest reliability. Psychometrika, 10(4), "
    "255-282. https://doi.org/10.1007/BF02288892"
)
OMEGA = "McDonald, R. P. (1999). Test theory: A unified treatment. Erlbaum."
FELDT = (
    "Feldt, L. S. (1965). The approximate sampling distribution of Kuder-Richardson reliability "
    "coefficient twenty. Psychometrika, 30(3), 357-370. https://doi.org/10.1007/BF02289499"
)
RAYKOV = (
    "Raykov, T. (2002). Analytic estimation of standard error and confidence interval for scale "
    "reliability. Multivariate Behavioral Research, 37(1), 89-103. "
    "https://doi.org/10.1207/S15327906MBR3701_04"
)
SKEWNESS = (
    "Joanes, D. N., & Gill, C. A. (1998). Comparing measures of sample skewness and kurtosis. "
    "Journal of the Royal Statistical Society D, 47(1), 183-189. "
    "https://doi.org/10.1111/1467-9884.00122"
)
DIFFERENCE = (
    "Johns, G. (1981). Difference score measures of organizational behavior variables: A critique. "
    "Organizational Behavior and Human Performance, 27(3), 443-463. "
    "https://doi.org/10.1016/0030-5073(81)90033-7"
)
CAUTION = (
    "Peter, J. P., Churchill, G. A., & Brown, T. J. (1993). Caution in the use of difference "
    "scores in consumer research. Journal of Consumer Research, 19(4), 655-662. "
    "https://doi.org/10.1086/209329"
)
EDWARDS = (
    "Edwards, J. R. (2001). Ten difference score myths. Organizational Research Methods, 4(3), "
    "265-287. https://doi.org/10.1177/109442810143005"
)
STONE = (
    "Stone, M. (1974). Cross-validatory choice and assessment of statistical predictions. Journal "
    "of the Royal Statistical Society B, 36(2), 111-147."
)
TEAS = (
    "Teas, R. K. (1993). Expectations, performance evaluation, and consumers' perceptions of "
    "quality. Journal of Marketing, 57(4), 18-34. https://doi.org/10.1177/002224299305700402"
)
RETEST = (
    "McGraw, K. O., & Wong, S. P. (1996). Forming inferences about some intraclass correlation "
    "coefficients. Psychological Methods, 1(1), 30-46. https://doi.org/10.1037/1082-989X.1.1.30"
)
KMO = (
    "Kaiser, H. F. (1974). An index of factorial simplicity. Psychometrika, 39(1), 31-36. "
    "https://doi.org/10.1007/BF02291575"
)
BARTLETT = (
    "Bartlett, M. S. (1951). The effect of standardization on a chi-square approximation in factor "
    "analysis. Biometrika, 38(3/4), 337-344. https://doi.org/10.2307/2332580"
)
HORN = (
    "Horn, J. L. (1965). A rationale and test for the number of factors in factor analysis. "
    "Psychometrika, 30(2), 179-185. https://doi.org/10.1007/BF02289447"
)
GLORFELD = (
    "Glorfeld, L. W. (1995). An improvement on Horn's parallel analysis methodology for selecting "
    "the correct number of factors to retain. Educational and Psychological Measurement, 55(3), "
    "377-393. https://doi.org/10.1177/0013164495055003002"
)
RULES = (
    "Zwick, W. R., & Velicer, W. F. (1986). Comparison of five rules for determining the number of "
    "components to retain. Psychological Bulletin, 99(3), 432-442. "
    "https://doi.org/10.1037/0033-2909.99.3.432"
)
EFA = (
    "Fabrigar, L. R., Wegener, D. T., MacCallum, R. C., & Strahan, E. J. (1999). Evaluating the "
    "use of exploratory factor analysis in psychological research. Psychological Methods, 4(3), "
    "272-299. https://doi.org/10.1037/1082-989X.4.3.272"
)
CONGRUENCE = (
    "Lorenzo-Seva, U., & ten Berge, J. M. F. (2006). Tucker's congruence coefficient as a "
    "meaningful index of factor similarity. Methodology, 2(2), 57-64. "
    "https://doi.org/10.1027/1614-2241.2.2.57"
)
MINRES = (
    "Harman, H. H., & Jones, W. H. (1966). Factor analysis by minimizing residuals (minres). "
    "Psychometrika, 31(3), 351-368. https://doi.org/10.1007/BF02289468"
)
ROTATIONS = {
    "varimax": (
        "Kaiser, H. F. (1958). The varimax criterion for analytic rotation in factor analysis. "
        "Psychometrika, 23(3), 187-200. https://doi.org/10.1007/BF02289233"
    ),
    "promax": (
        "Hendrickson, A. E., & White, P. O. (1964). Promax: A quick method for rotation to oblique "
        "simple structure. British Journal of Statistical Psychology, 17(1), 65-70. "
        "https://doi.org/10.1111/j.2044-8317.1964.tb00244.x"
    ),
    "oblimin": (
        "Jennrich, R. I., & Sampson, P. F. (1966). Rotation for simple loadings. Psychometrika, "
        "31(3), 313-323. https://doi.org/10.1007/BF02289465"
    ),
    "geomin": (
        "Browne, M. W. (2001). An overview of analytic rotation in exploratory factor analysis. "
        "Multivariate Behavioral Research, 36(1), 111-150. "
        "https://doi.org/10.1207/S15327906MBR3601_05"
    ),
}
EFFECTS = (
    "Cohen, J. (1988). Statistical power analysis for the behavioral sciences (2nd ed.). Erlbaum. "
    "https://doi.org/10.4324/9780203771587"
)
FLIPS = "Westfall, P. H., & Young, S. S. (1993). Resampling-based multiple testing. Wiley."
CORRECTIONS = {
    "holm": (
        "Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian "
        "Journal of Statistics, 6(2), 65-70."
    ),
    "bh": (
        "Benjamini, Y., & Hochberg, Y. (1995). Controlling the false discovery rate. Journal of "
        "the Royal Statistical Society B, 57(1), 289-300. "
        "https://doi.org/10.1111/j.2517-6161.1995.tb02031.x"
    ),
    "max_t": FLIPS,
}
EQUIVALENCE = (
    "Schuirmann, D. J. (1987). A comparison of the two one-sided tests procedure and the power "
    "approach for assessing the equivalence of average bioavailability. Journal of "
    "Pharmacokinetics and Biopharmaceutics, 15(6), 657-680. https://doi.org/10.1007/BF01068419"
)
WELCH_F = (
    "Welch, B. L. (1951). On the comparison of several mean values: An alternative approach. "
    "Biometrika, 38(3-4), 330-336. https://doi.org/10.1093/biomet/38.3-4.330"
)
WELCH_T = (
    "Welch, B. L. (1947). The generalization of 'Student's' problem when several different "
    "population variances are involved. Biometrika, 34(1-2), 28-35. "
    "https://doi.org/10.1093/biomet/34.1-2.28"
)
PAIRS = (
    "Games, P. A., & Howell, J. F. (1976). Pairwise multiple comparison procedures with unequal "
    "n's and/or variances. Journal of Educational Statistics, 1(2), 113-125. "
    "https://doi.org/10.3102/10769986001002113"
)
STEIGER = (
    "Steiger, J. H. (2004). Beyond the F test: Effect size confidence intervals and tests of close "
    "fit in the analysis of variance and contrast analysis. Psychological Methods, 9(2), 164-182. "
    "https://doi.org/10.1037/1082-989X.9.2.164"
)
HEDGES = (
    "Hedges, L. V. (1981). Distribution theory for Glass's estimator of effect size and related "
    "estimators. Journal of Educational Statistics, 6(2), 107-128. "
    "https://doi.org/10.3102/10769986006002107"
)
RESIDUALS = (
    "Haberman, S. J. (1973). The analysis of residuals in cross-classified tables. Biometrics, "
    "29(1), 205-220. https://doi.org/10.2307/2529686"
)
SMITHSON = "Smithson, M. (2003). Confidence intervals. Sage. https://doi.org/10.4135/9781412983761"
PRIORITIES = (
    "Martilla, J. A., & James, J. C. (1977). Importance-performance analysis. Journal of "
    "Marketing, 41(1), 77-79. https://doi.org/10.1177/002224297704100112"
)
PROMOTERS = (
    "Reichheld, F. F. (2003). The one number you need to grow. Harvard Business Review, 81(12), "
    "46-54."
)
EFFORT = {
    1: (
        "Dixon, M., Freeman, K., & Toman, N. (2010). Stop trying to delight your customers. "
        "Harvard Business Review, 88(7/8), 116-122."
    ),
    2: "Dixon, M., Toman, N., & DeLisi, R. (2013). The effortless experience. Portfolio.",
}
INDEX = (
    "Fornell, C., Johnson, M. D., Anderson, E. W., Cha, J., & Bryant, B. E. (1996). The American "
    "Customer Satisfaction Index: Nature, purpose, and findings. Journal of Marketing, 60(4), "
    "7-18. https://doi.org/10.1177/002224299606000403"
)
_ROCKS = (
    'Rocks, B. (2016). Interval estimation for the "net promoter score". The American '
    "Statistician, 70(4), 365-372. https://doi.org/10.1080/00031305.2016.1173124"
)
WILSON = (
    "Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. "
    "Journal of the American Statistical Association, 22(158), 209-212. "
    "https://doi.org/10.1080/01621459.1927.10502953"
)
INTERVALS = {
    "wilson": (WILSON,),
    "adjusted_wald": (_ROCKS,),
    "score": (
        _ROCKS,
        "Tango, T. (1998). Equivalence test and confidence interval for the difference in "
        "proportions for the paired-sample design. Statistics in Medicine, 17(8), 891-908. "
        "https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B",
    ),
}
VELICER = (
    "Velicer, W. F. (1976). Determining the number of components from the matrix of partial "
    "correlations. Psychometrika, 41(3), 321-327. https://doi.org/10.1007/BF02293557"
)
SCHMID = (
    "Schmid, J., & Leiman, J. M. (1957). The development of hierarchical factor solutions. "
    "Psychometrika, 22(1), 53-61. https://doi.org/10.1007/BF02289209"
)
ZINBARG = (
    "Zinbarg, R. E., Revelle, W., Yovel, I., & Li, W. (2005). Cronbach's alpha, Revelle's beta, "
    "and McDonald's omega H: Their relations with each other and two alternative "
    "conceptualizations of reliability. Psychometrika, 70(1), 123-133. "
    "https://doi.org/10.1007/s11336-003-0974-7"
)
