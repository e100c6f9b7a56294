"""Publications that the figures of structural models rest on."""

ML = (
    "Jöreskog, K. G. (1970). A general method for analysis of covariance structures. Biometrika, "
    "57(2), 239-251. https://doi.org/10.1093/biomet/57.2.239"
)
CFA = (
    "Jöreskog, K. G. (1969). A general approach to confirmatory maximum likelihood factor "
    "analysis. Psychometrika, 34(2), 183-202. https://doi.org/10.1007/BF02289343"
)
CFI = (
    "Bentler, P. M. (1990). Comparative fit indexes in structural models. Psychological Bulletin, "
    "107(2), 238-246. https://doi.org/10.1037/0033-2909.107.2.238"
)
TLI = (
    "Tucker, L. R., & Lewis, C. (1973). A reliability coefficient for maximum likelihood factor "
    "analysis. Psychometrika, 38(1), 1-10. https://doi.org/10.1007/BF02291170"
)
RMSEA = (
    "Steiger, J. H. (1990). Structural model evaluation and modification: An interval estimation "
    "approach. Multivariate Behavioral Research, 25(2), 173-180. "
    "https://doi.org/10.1207/s15327906mbr2502_4"
)
SRMR = "Bentler, P. M. (1995). EQS structural equations program manual. Multivariate Software."
CUTOFFS = (
    "Hu, L., & Bentler, P. M. (1999). Cutoff criteria for fit indexes in covariance structure "
    "analysis: Conventional criteria versus new alternatives. Structural Equation Modeling, 6(1), "
    "1-55. https://doi.org/10.1080/10705519909540118"
)
FIT = (CFI, TLI, RMSEA, SRMR, CUTOFFS)
SANDWICH = (
    "White, H. (1982). Maximum likelihood estimation of misspecified models. Econometrica, 50(1), "
    "1-25. https://doi.org/10.2307/1912526"
)
YUAN_BENTLER = (
    "Yuan, K.-H., & Bentler, P. M. (2000). Three likelihood-based methods for mean and covariance "
    "structure analysis with nonnormal missing data. Sociological Methodology, 30(1), 165-200. "
    "https://doi.org/10.1111/0081-1750.00078"
)
SATORRA_BENTLER = (
    "Satorra, A., & Bentler, P. M. (1994). Corrections to test statistics and standard errors in "
    "covariance structure analysis. In A. von Eye & C. C. Clogg (Eds.), Latent variables analysis "
    "(pp. 399-419). Sage."
)
ADJUSTED = (
    "Asparouhov, T., & Muthén, B. (2010). Simple second order chi-square correction (Mplus "
    "technical appendix)."
)
ROBUST_INCREMENTAL = (
    "Brosseau-Liard, P. E., & Savalei, V. (2014). Adjusting incremental fit indices for "
    "nonnormality. Multivariate Behavioral Research, 49(5), 460-470. "
    "https://doi.org/10.1080/00273171.2014.933697"
)
ROBUST_RMSEA = (
    "Brosseau-Liard, P. E., Savalei, V., & Li, L. (2012). An investigation of the sample "
    "performance of two nonnormality corrections for RMSEA. Multivariate Behavioral Research, "
    "47(6), 904-930. https://doi.org/10.1080/00273171.2012.715252"
)
ROBUST_FIT = (ROBUST_INCREMENTAL, ROBUST_RMSEA)
ORDERED = (
    "Muthén, B. (1984). A general structural equation model with dichotomous, ordered categorical, "
    "and continuous latent variable indicators. Psychometrika, 49(1), 115-132. "
    "https://doi.org/10.1007/BF02294210"
)
LEAST_SQUARES = (
    "Browne, M. W. (1984). Asymptotically distribution-free methods for the analysis of covariance "
    "structures. British Journal of Mathematical and Statistical Psychology, 37(1), 62-83. "
    "https://doi.org/10.1111/j.2044-8317.1984.tb00789.x"
)
ESTIMATORS = {
    "GLS": (LEAST_SQUARES,),
    "ULS": (LEAST_SQUARES,),
    "DWLS": (LEAST_SQUARES,),
    "ULSMV": (LEAST_SQUARES, ADJUSTED),
    "WLSM": (LEAST_SQUARES, SATORRA_BENTLER),
    "WLSMV": (LEAST_SQUARES, ADJUSTED),
    "MLR": (SANDWICH, YUAN_BENTLER, *ROBUST_FIT),
    "MLM": (SATORRA_BENTLER, *ROBUST_FIT),
    "MLMV": (SATORRA_BENTLER, ADJUSTED, *ROBUST_FIT),
}
MISSING = {
    "fiml": (
        "Enders, C. K., & Bandalos, D. L. (2001). The relative performance of full information "
        "maximum likelihood estimation for missing data in structural equation models. Structural "
        "Equation Modeling, 8(3), 430-457. https://doi.org/10.1207/S15328007SEM0803_5",
    ),
    "two-stage": (
        "Savalei, V., & Bentler, P. M. (2009). A two-stage approach to missing data: Theory and "
        "application to auxiliary variables. Structural Equation Modeling, 16(3), 477-497. "
        "https://doi.org/10.1080/10705510903008238",
    ),
}
EXTRACTED = (
    "Fornell, C., & Larcker, D. F. (1981). Evaluating structural equation models with "
    "unobservable variables and measurement error. Journal of Marketing Research, 18(1), 39-50. "
    "https://doi.org/10.1177/002224378101800104"
)
EVALUATION = (
    "Bagozzi, R. P., & Yi, Y. (1988). On the evaluation of structural equation models. Journal of "
    "the Academy of Marketing Science, 16(1), 74-94. https://doi.org/10.1007/BF02723327"
)
DISCRIMINANT = (
    "Rönkkö, M., & Cho, E. (2022). An updated guideline for assessing discriminant validity. "
    "Organizational Research Methods, 25(1), 6-47. https://doi.org/10.1177/1094428120968614"
)
HTMT = {
    "arithmetic": (
        "Henseler, J., Ringle, C. M., & Sarstedt, M. (2015). A new criterion for assessing "
        "discriminant validity in variance-based structural equation modeling. Journal of the "
        "Academy of Marketing Science, 43(1), 115-135. https://doi.org/10.1007/s11747-014-0403-8"
    ),
    "geometric": (
        "Roemer, E., Schuberth, F., & Henseler, J. (2021). HTMT2: An improved criterion for "
        "assessing discriminant validity in structural equation modeling. Industrial Management & "
        "Data Systems, 121(12), 2637-2650. https://doi.org/10.1108/IMDS-02-2021-0082"
    ),
}
METHOD_BIAS = (
    "Podsakoff, P. M., MacKenzie, S. B., Lee, J.-Y., & Podsakoff, N. P. (2003). Common method "
    "biases in behavioral research: A critical review of the literature and recommended remedies. "
    "Journal of Applied Psychology, 88(5), 879-903. https://doi.org/10.1037/0021-9010.88.5.879"
)
METHOD_SOURCES = (
    "Podsakoff, P. M., MacKenzie, S. B., & Podsakoff, N. P. (2012). Sources of method bias in "
    "social science research and recommendations on how to control it. Annual Review of "
    "Psychology, 63, 539-569. https://doi.org/10.1146/annurev-psych-120710-100452"
)
HARMAN = (
    "Howard, M. C., Boudreaux, M., & Oglesby, M. (2024). Can Harman's single-factor test reliably "
    "distinguish between research designs? European Journal of Work and Organizational "
    "Psychology. https://doi.org/10.1080/1359432X.2024.2393462"
)
MARKER = (
    "Williams, L. J., Hartman, N., & Cavazos, F. (2010). Method variance and marker variables: A "
    "review and comprehensive CFA marker technique. Organizational Research Methods, 13(3), "
    "477-514. https://doi.org/10.1177/1094428110366036",
    "Lindell, M. K., & Whitney, D. J. (2001). Accounting for common method variance in "
    "cross-sectional research designs. Journal of Applied Psychology, 86(1), 114-121. "
    "https://doi.org/10.1037/0021-9010.86.1.114",
)
BOOTSTRAP = (
    "Efron, B., & Tibshirani, R. J. (1993). An introduction to the bootstrap. Chapman & Hall. "
    "https://doi.org/10.1201/9780429246593"
)
BETTER = (
    "Efron, B. (1987). Better bootstrap confidence intervals. Journal of the American Statistical "
    "Association, 82(397), 171-185. https://doi.org/10.1080/01621459.1987.10478410"
)
MONTE_CARLO = (
    "MacKinnon, D. P., Lockwood, C. M., & Williams, J. (2004). Confidence limits for the indirect "
    "effect: Distribution of the product and resampling methods. Multivariate Behavioral Research, "
    "39(1), 99-128. https://doi.org/10.1207/s15327906mbr3901_4"
)
BOLLEN_STINE = (
    "Bollen, K. A., & Stine, R. A. (1992). Bootstrapping goodness-of-fit measures in structural "
    "equation models. Sociological Methods & Research, 21(2), 205-229. "
    "https://doi.org/10.1177/0049124192021002004"
)
MODIFICATION = (
    "Sörbom, D. (1989). Model modification. Psychometrika, 54(3), 371-384. "
    "https://doi.org/10.1007/BF02294623",
    "Saris, W. E., Satorra, A., & Sörbom, D. (1987). The detection and correction of specification "
    "errors in structural equation models. Sociological Methodology, 17, 105-129. "
    "https://doi.org/10.2307/271030",
    "MacCallum, R. C., Roznowski, M., & Necowitz, L. B. (1992). Model modifications in covariance "
    "structure analysis: The problem of capitalization on chance. Psychological Bulletin, 111(3), "
    "490-504. https://doi.org/10.1037/0033-2909.111.3.490",
)
MODEL_RESIDUALS = (
    "Ogasawara, H. (2001). Standard errors of fit indices using residuals in structural equation "
    "modeling. Psychometrika, 66(3), 421-436. https://doi.org/10.1007/BF02294443",
    "Maydeu-Olivares, A. (2017). Assessing the size of model misfit in structural equation models. "
    "Psychometrika, 82(3), 533-558. https://doi.org/10.1007/s11336-016-9552-7",
)
NESTING = (
    "Bentler, P. M., & Satorra, A. (2010). Testing model nesting and equivalence. Psychological "
    "Methods, 15(2), 111-123. https://doi.org/10.1037/a0019625"
)
SCALED_DIFFERENCES = {
    "satorra-bentler-2001": (
        "Satorra, A., & Bentler, P. M. (2001). A scaled difference chi-square test statistic for "
        "moment structure analysis. Psychometrika, 66(4), 507-514. "
        "https://doi.org/10.1007/BF02296192"
    ),
    "satorra-bentler-2010": (
        "Satorra, A., & Bentler, P. M. (2010). Ensuring positiveness of the scaled difference "
        "chi-square test statistic. Psychometrika, 75(2), 243-248. "
        "https://doi.org/10.1007/s11336-009-9135-y"
    ),
}
FACTOR_SCORES = {
    "regression": "Thurstone, L. L. (1935). The vectors of mind. University of Chicago Press.",
    "bartlett": (
        "Bartlett, M. S. (1937). The statistical conception of mental factors. British Journal of "
        "Psychology, 28(1), 97-104. https://doi.org/10.1111/j.2044-8295.1937.tb00863.x"
    ),
}
SCORES_BIASED = (
    "Skrondal, A., & Laake, P. (2001). Regression among factor scores. Psychometrika, 66(4), "
    "563-575. https://doi.org/10.1007/BF02296196"
)
