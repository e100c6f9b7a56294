"""Configuration of the documentation."""

import importlib
import inspect
import os
import shutil
from pathlib import Path

from sphinx.application import Sphinx

import servqual

HERE = Path(__file__).parent

project = "servqual"
author = "The servqual developers"
copyright = "2026, The servqual developers"
version = release = servqual.__version__

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
]
exclude_patterns = ["_build", "jupyter_execute", "**.ipynb_checkpoints"]
templates_path = ["_templates"]

html_theme = "pydata_sphinx_theme"
html_title = f"servqual {release}"
html_theme_options = {"show_toc_level": 2, "navigation_with_keys": False}
html_show_sourcelink = False

myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath"]
myst_heading_anchors = 3

nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300
EXECUTED = os.environ.get("SERVQUAL_NOTEBOOKS")  # a folder of the checkout
nb_execution_excludepatterns = ["notebooks/*.ipynb"] if EXECUTED else []

autodoc_typehints = "none"
autosummary_generate = True
numpydoc_show_class_members = False


def heading(title: str, line: str = "=") -> str:
    return f"{title}\n{line * len(title)}\n\n"


def summary(module: str, names: list[str]) -> str:
    rows = "".join(f"   {name}\n" for name in names)
    return f".. currentmodule:: {module}\n\n.. autosummary::\n   :toctree: names\n\n{rows}\n"


def write_api_pages() -> None:
    """List the names of the two doors in the order of the package's own table."""
    pages = HERE / "generated"
    shutil.rmtree(pages, ignore_errors=True)
    pages.mkdir()

    people = heading("servqual: labelled frames")
    for home, names in servqual._HOMES.items():
        first_line = (importlib.import_module(f"servqual.{home}").__doc__ or home).splitlines()[0]
        people += heading(first_line.rstrip("."), "-") + summary("servqual", list(names))
    (pages / "people.rst").write_text(people, encoding="utf-8")

    arrays = importlib.import_module("servqual.arrays")
    functions = [
        name
        for name, value in vars(arrays).items()
        if inspect.isfunction(value) and value.__module__ == arrays.__name__ and name[0] != "_"
    ]
    machines = heading("servqual.arrays: NumPy arrays") + summary("servqual.arrays", functions)
    (pages / "machines.rst").write_text(machines, encoding="utf-8")


def copy_notebooks() -> None:
    """Bring the notebooks of the checkout into the sources, where Sphinx looks for pages."""
    pages = HERE / "notebooks"
    shutil.rmtree(pages, ignore_errors=True)
    pages.mkdir()
    listed = sorted((HERE.parent / "notebooks").glob("*.ipynb"))
    for notebook in listed:
        shutil.copy(HERE.parent / (EXECUTED or "notebooks") / notebook.name, pages)
    rows = "".join(f"   {notebook.stem}\n" for notebook in listed)
    text = heading("Notebooks") + f".. toctree::\n   :maxdepth: 1\n\n{rows}"
    (pages / "index.rst").write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Write the pages that are made from the project itself."""
    write_api_pages()
    copy_notebooks()
