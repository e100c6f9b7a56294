"""Publications that figures of drivers, scenarios and the provider's gaps rest on."""

LMG = (
    "Lindeman, R. H., Merenda, P. F., & Gold, R. Z. (1980). Introduction to bivariate and "
    "multivariate analysis. Scott, Foresman."
)
JOHNSON = (
    "Johnson, J. W. (2000). A heuristic method for estimating the relative weight of predictor "
    "variables in multiple regression. Multivariate Behavioral Research, 35(1), 1-19. "
    "https://doi.org/10.1207/S15327906MBR3501_1"
)
PRATT = (
    "Pratt, J. W. (1987). Dividing the indivisible: Using simple symmetry to partition variance "
    "explained. In Proceedings of the Second International Conference in Statistics (pp. "
    "245-260). University of Tampere."
)
GROEMPING = (
    "Grömping, U. (2006). Relative importance for linear regression in R: The package relaimpo. "
    "Journal of Statistical Software, 17(1), 1-27. https://doi.org/10.18637/jss.v017.i01"
)
BERAN = (
    "Beran, R. (1988). Balanced simultaneous confidence sets. Journal of the American Statistical "
    "Association, 83(403), 679-686."
)
PENALTIES = (
    "Brandt, D. R. (1987). A procedure for identifying value-enhancing service components using "
    "customer satisfaction survey data. In C. Surprenant (Ed.), Add value to your service (pp. "
    "61-65). American Marketing Association.",
    "Mikulić, J., & Prebežac, D. (2008). Prioritizing improvement of service attributes using "
    "impact range-performance analysis and impact-asymmetry analysis. Managing Service Quality, "
    "18(6), 559-576. https://doi.org/10.1108/09604520810920068",
    "MacKinnon, J. G., & White, H. (1985). Some heteroskedasticity-consistent covariance matrix "
    "estimators with improved finite sample properties. Journal of Econometrics, 29(3), 305-325. "
    "https://doi.org/10.1016/0304-4076(85)90158-7",
)
KANO = (
    "Kano, N., Seraku, N., Takahashi, F., & Tsuji, S. (1984). Attractive quality and must-be "
    "quality. Journal of the Japanese Society for Quality Control, 14(2), 39-48 (in Japanese).",
    "Berger, C., Blauth, R., Boger, D., et al. (1993). Kano's methods for understanding "
    "customer-defined quality. Center for Quality of Management Journal, 2(4), 3-36.",
    "Lee, M. C., & Newcomb, J. F. (1997). Applying the Kano methodology to meet customer "
    "requirements: NASA's microgravity science program. Quality Management Journal, 4(3), 95-106.",
)
EDWARDS_PARRY = (
    "Edwards, J. R., & Parry, M. E. (1993). On the use of polynomial regression equations as an "
    "alternative to difference scores in organizational research. Academy of Management Journal, "
    "36(6), 1577-1613. https://doi.org/10.5465/256822"
)
EDWARDS_2002 = (
    "Edwards, J. R. (2002). Alternatives to difference scores: Polynomial regression analysis and "
    "response surface methodology. In F. Drasgow & N. W. Schmitt (Eds.), Measuring and analyzing "
    "behavior in organizations (pp. 350-400). Jossey-Bass."
)
SHANOCK = (
    "Shanock, L. R., Baran, B. E., Gentry, W. A., Pattison, S. C., & Heggestad, E. D. (2010). "
    "Polynomial regression with response surface analysis: A powerful approach for examining "
    "moderation and overcoming limitations of difference scores. Journal of Business and "
    "Psychology, 25(4), 543-554. https://doi.org/10.1007/s10869-010-9183-4"
)
SURFACE = (EDWARDS_PARRY, EDWARDS_2002, SHANOCK)
SCENARIO = (
    "Alwin, D. F., & Hauser, R. M. (1975). The decomposition of effects in path analysis. American "
    "Sociological Review, 40(1), 37-47. https://doi.org/10.2307/2094445",
)
DANTZIG = (
    "Dantzig, G. B. (1957). Discrete-variable extremum problems. Operations Research, 5(2), "
    "266-288. https://doi.org/10.1287/opre.5.2.266"
)
EXTENDED = (
    "Zeithaml, V. A., Berry, L. L., & Parasuraman, A. (1988). Communication and control processes "
    "in the delivery of service quality. Journal of Marketing, 52(2), 35-48. "
    "https://doi.org/10.1177/002224298805200203"
)
HULT = (
    "Hult, G. T. M., Morgeson, F. V., Morgan, N. A., Mithas, S., & Fornell, C. (2017). Do managers "
    "know what their customers think and why? Journal of the Academy of Marketing Science, 45(1), "
    "37-54. https://doi.org/10.1007/s11747-016-0487-4"
)
SHROUT_FLEISS = (
    "Shrout, P. E., & Fleiss, J. L. (1979). Intraclass correlations: Uses in assessing rater "
    "reliability. Psychological Bulletin, 86(2), 420-428. "
    "https://doi.org/10.1037/0033-2909.86.2.420"
)
BLIESE = (
    "Bliese, P. D. (2000). Within-group agreement, non-independence, and reliability. In K. J. "
    "Klein & S. W. J. Kozlowski (Eds.), Multilevel theory, research, and methods in organizations "
    "(pp. 349-381). Jossey-Bass."
)
WALD = (
    "Wald, A. (1940). A note on the analysis of variance with unequal class frequencies. The "
    "Annals of Mathematical Statistics, 11(1), 96-100."
)
OLIVER = (
    "Oliver, R. L. (1980). A cognitive model of the antecedents and consequences of satisfaction "
    "decisions. Journal of Marketing Research, 17(4), 460-469. "
    "https://doi.org/10.1177/002224378001700405"
)
