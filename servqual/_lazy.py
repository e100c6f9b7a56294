"""The one place where optional packages are imported."""

import importlib
from types import ModuleType

EXTRAS = {
    "matplotlib": "plot",
    "pingouin": "stats",
    "semopy": "sem",
    "openpyxl": "io",
    "pyarrow": "io",
    "pyreadstat": "io",
    "jinja2": "report",
    "docx": "report",
}


def require(module: str) -> ModuleType:
    """Import an optional module, or say how to install it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if error.name != package or package not in EXTRAS:
            raise
        message = (
            f"This needs the package {package!r}, which is not installed. "
            f"Install it with: pip install 'servqual[{EXTRAS[package]}]'"
        )
        raise ModuleNotFoundError(message, name=package) from error
