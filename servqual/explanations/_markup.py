"""Labels of unknown making, written so that neither a browser, MathJax nor LaTeX obeys them."""

import html
import re

_LATEX = {
    "\\": r"\textbackslash{}",
    **{sign: rf"\{sign}" for sign in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "−": r"$-$",
    "α": r"$\alpha$",
    "ω": r"$\omega$",
}
_SPECIAL = re.compile("[" + re.escape("".join(_LATEX)) + "]")
_SPACE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# MathJax finds no formula whose delimiters stand in elements of their own.
_DELIMITER = re.compile(r"[$\\]|`")


def one_line(text: str) -> str:
    r"""Take line breaks and control characters out.

    Examples
    --------
    >>> one_line("line one\nline two")
    'line one line two'
    """
    return _SPACE.sub(" ", text)


def html_text(text: str) -> str:
    r"""Write text so that HTML and MathJax show it as it is.

    Examples
    --------
    >>> print(html_text("<b> costs $5$"))
    &lt;b&gt; costs <span>$</span>5<span>$</span>
    """
    return _DELIMITER.sub(r"<span>\g<0></span>", html.escape(one_line(text)))


def latex_text(text: str) -> str:
    r"""Write text so that LaTeX shows it as it is.

    Examples
    --------
    >>> print(latex_text(r"50 % of A_1 \end"))
    50 \% of A\_1 \textbackslash{}end
    """
    return _SPECIAL.sub(lambda found: _LATEX[found[0]], one_line(text))
