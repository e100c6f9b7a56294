"""Small data sets to learn, test and write examples with; nothing is downloaded."""

import tomllib
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import pandas as pd

from servqual.errors import DatasetError, nearest

_ATTRS = (
    "title",
    "kind",
    "source",
    "license",
    "citation",
    "instrument",
    "notes",
    "bind",
    "columns",
)


def list_datasets() -> pd.DataFrame:
    """List the bundled data sets.

    Returns
    -------
    DataFrame
        One row a data set, by name: name, title, kind ("made-up": simulated, no one answered;
        "published": figures of a printed table), rows, columns, instrument (missing where the
        data set belongs to none) and source.

    See Also
    --------
    load_dataset : Load one of them.

    Examples
    --------
    >>> list_datasets()[["name", "kind", "rows", "columns"]]
                   name       kind  rows  columns
    0       after_sales    made-up   260       51
    1              bank    made-up   480       60
    2          bmc_2012  published    25        7
    3   chain_customers    made-up   389       29
    4    chain_managers    made-up    80       24
    5       chain_staff    made-up   154       13
    6     contact_staff    made-up    90       12
    7          hospital    made-up   300       50
    8           library    made-up   220       68
    9          managers    made-up    24       35
    10           mobile    made-up   800       18
    11       restaurant  published     5        8
    12              spa    made-up   240       26
    13    twelve_manage  published     5        3
    """
    folder = _folder()
    rows = []
    for name in _names(folder):
        frame = _read(folder, name)
        count, width = frame.shape
        about = {key: frame.attrs[key] for key in ("name", "title", "kind")}
        where = {key: frame.attrs[key] for key in ("instrument", "source")}
        rows.append({**about, "rows": count, "columns": width, **where})
    return pd.DataFrame(rows)


def load_dataset(name: str) -> pd.DataFrame:
    """Load a bundled data set with its codebook.

    Parameters
    ----------
    name : str
        One of the names that `list_datasets` gives.

    Returns
    -------
    DataFrame
        A new frame. Whole numbers are int64 in a complete column and float64 with NaN in one with
        blanks. Its ``attrs`` hold name, title, kind, source, license, citation, instrument (None
        where the data set belongs to none), notes (what was built in or how it was printed),
        bind (keyword arguments for ``Responses.from_frame`` beside its defaults) and columns
        (a description of each column).

    Raises
    ------
    DatasetError
        If there is no data set of this name.

    See Also
    --------
    list_datasets : What there is.

    Examples
    --------
    >>> bank = load_dataset("bank")
    >>> bank.shape
    (480, 60)
    >>> bank.attrs["title"], bank.attrs["license"]
    ("Made-up survey of a bank's customers", 'CC0-1.0')
    >>> bank.attrs["instrument"], bank.attrs["bind"]
    ('servqual-1991', {'points': 'points_{}'})
    >>> bank.attrs["columns"]["E7"]
    'Expectation of excellent banks, reliability: Right the first time (1-7)'

    A published table, as it was printed:

    >>> load_dataset("twelve_manage")
            dimension   gap  weight
    0       tangibles -0.65      11
    1     reliability -1.10      32
    2  responsiveness -0.83      22
    3       assurance -0.70      19
    4         empathy -1.01      16
    """
    if not isinstance(name, str):
        raise DatasetError(
            f"load_dataset() takes the name of a bundled data set, not a {type(name).__name__}. "
            "Your own frame needs no loading: give it to Responses.from_frame()."
        )
    folder = _folder()
    known = _names(folder)
    if name not in known:
        raise DatasetError(
            f"There is no bundled data set {name!r}.{nearest(name, known)} "
            f"There are: {', '.join(known)}."
        )
    return _read(folder, name)


def _folder() -> Traversable:
    packed = resources.files("servqual") / "_datasets"
    return packed if packed.is_dir() else Path(__file__).parents[1] / "datasets"


def _names(folder: Traversable) -> list[str]:
    files = {file.name for file in folder.iterdir()} if folder.is_dir() else set()
    names = sorted(file[:-5] for file in files if file.endswith(".toml"))
    bundled = [name for name in names if f"{name}.csv" in files]
    if not bundled:
        raise DatasetError(
            "The bundled data sets are missing from this installation: there is neither "
            "'_datasets' in the package nor 'datasets' beside it. Install servqual again."
        )
    return bundled


def _read(folder: Traversable, name: str) -> pd.DataFrame:
    codebook: dict[str, Any] = tomllib.loads((folder / f"{name}.toml").read_text("utf-8"))
    with (folder / f"{name}.csv").open(encoding="utf-8") as file:
        frame = pd.read_csv(
            file,
            dtype=dict.fromkeys(codebook["text"], "str"),
            keep_default_na=False,
            na_values=[""],
        )
    frame.attrs = {"name": name, **{key: codebook.get(key) for key in _ATTRS}}
    # TOML has no None: an empty text in [bind] says that a role was not asked
    bind = codebook["bind"].items()
    frame.attrs["bind"] = {key: None if value == "" else value for key, value in bind}
    return frame
