"""What the explanations of structural models have in common."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from servqual.explanations._steps import Equation
from servqual.explanations.explanation import Symbol

JORESKOG_1969 = (
    "Jöreskog, K. G. (1969). A general approach to confirmatory maximum likelihood factor "
    "analysis. Psychometrika, 34(2), 183-202. https://doi.org/10.1007/BF02289343"
)
BROWNE_1984 = (
    "Browne, M. W. (1984). Asymptotically distribution-free methods for the analysis of covariance "
    "structures. British Journal of Mathematical and Statistical Psychology, 37(1), 62-83. "
    "https://doi.org/10.1111/j.2044-8317.1984.tb00789.x"
)
SATORRA_BENTLER_1994 = (
    "Satorra, A., & Bentler, P. M. (1994). Corrections to test statistics and standard errors in "
    "covariance structure analysis. In A. von Eye & C. C. Clogg (Eds.), Latent variables analysis "
    "(pp. 399-419). Sage."
)
BENTLER_1990 = (
    "Bentler, P. M. (1990). Comparative fit indexes in structural models. Psychological Bulletin, "
    "107(2), 238-246. https://doi.org/10.1037/0033-2909.107.2.238"
)
BENTLER_1995 = (
    "Bentler, P. M. (1995). EQS structural equations program manual. Multivariate Software."
)
TUCKER_LEWIS_1973 = (
    "Tucker, L. R., & Lewis, C. (1973). A reliability coefficient for maximum likelihood factor "
    "analysis. Psychometrika, 38(1), 1-10. https://doi.org/10.1007/BF02291170"
)
STEIGER_1990 = (
    "Steiger, J. H. (1990). Structural model evaluation and modification: An interval estimation "
    "approach. Multivariate Behavioral Research, 25(2), 173-180. "
    "https://doi.org/10.1207/s15327906mbr2502_4"
)
HU_BENTLER_1999 = (
    "Hu, L., & Bentler, P. M. (1999). Cutoff criteria for fit indexes in covariance structure "
    "analysis. Structural Equation Modeling, 6(1), 1-55. https://doi.org/10.1080/10705519909540118"
)
ROBUST_2012 = (
    "Brosseau-Liard, P. E., Savalei, V., & Li, L. (2012). An investigation of the sample "
    "performance of two nonnormality corrections for RMSEA. Multivariate Behavioral Research, "
    "47(6), 904-930. https://doi.org/10.1080/00273171.2012.715252"
)
ROBUST_2014 = (
    "Brosseau-Liard, P. E., & Savalei, V. (2014). Adjusting incremental fit indices for "
    "nonnormality. Multivariate Behavioral Research, 49(5), 460-470. "
    "https://doi.org/10.1080/00273171.2014.933697"
)


class Found(NamedTuple):
    """The parts of an explanation."""

    title: str
    equations: Sequence[Equation]
    symbols: Mapping[str, Symbol]
    readings: tuple[str, ...]
    cautions: tuple[str, ...]
    references: tuple[str, ...]
    main: int = -1
    also: Sequence[int] = ()


def symbol(latex: str, text: str, meaning: str, value: float) -> Symbol:
    """Make a symbol of one number that is not whole by nature."""
    return Symbol(latex, text, meaning, float(value))
