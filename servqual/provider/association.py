"""How gaps 1 to 4 go with gap 5 over the units."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from servqual.comparisons.reasons import Reason, grouped, reason
from servqual.errors import MissingResponseWarning, shortened, warn
from servqual.instrument import Instrument

Floats = NDArray[np.float64]

LEAST_UNITS = 5
_FEW = (
    "No correlations with gap 5: they need at least {least} units{beyond}, and there are {units}."
)
_FLAT = "No correlation with gap 5, because units do not differ or go together exactly: {names}."
KEYS = ("level", "dimension", "label")


def shared_by_all(each: Mapping[int, pd.DataFrame]) -> tuple[list[str], list[str]]:
    """Give the units that every gap has, and the firm of each."""
    if not each:
        return [], []
    tables = list(each.values())
    names = [list(dict.fromkeys(table["unit"])) for table in tables]
    shared = [unit for unit in names[0] if all(unit in set(others) for others in names[1:])]
    known = dict.fromkeys(unit for units in names for unit in units)
    lacking = [unit for unit in known if unit not in set(shared)]
    if lacking:
        warn(
            f"{len(lacking):,} units lack some of the gaps and are left out of the correlations: "
            f"{shortened(lacking)}.",
            MissingResponseWarning,
        )
    first = tables[0].drop_duplicates("unit").set_index("unit")
    firms = first.loc[shared, "firm"].tolist() if "firm" in first else [""] * len(shared)
    return shared, firms


def correlate_with_fifth(
    each: Mapping[int, pd.DataFrame],
    shared: Sequence[str],
    firms: Sequence[str],
    instrument: Instrument,
    confidence: float,
) -> tuple[pd.DataFrame, tuple[Reason, ...]]:
    """Correlate each gap with gap 5 over the units, and say why where it cannot be."""
    columns = ["gap_number", *KEYS, "n_units", "r", "ci_low", "ci_high"]
    if 5 not in each or len(each) < 2:
        return pd.DataFrame(columns=columns).astype({"r": np.float64}), ()
    parts = [*instrument.dimensions, ""]
    matrices = {
        gap: table.pivot_table(
            index="unit", columns="dimension", values="estimate", dropna=False, aggfunc="first"
        ).reindex(index=list(shared), columns=parts)
        for gap, table in each.items()
    }
    _, firm = np.unique(np.array(firms, dtype=object), return_inverse=True)
    rows, flat, most = [], [], 0
    for gap in (gap for gap in each if gap != 5):
        for part in parts:
            label = instrument.label(part) if part else "Overall"
            x, y = matrices[gap][part].to_numpy(), matrices[5][part].to_numpy()
            there = ~(np.isnan(x) | np.isnan(y))
            most = max(most, int(there.sum()))
            r, low, high = correlated(x[there], y[there], firm[there], confidence)
            if np.isnan(r) and _enough(firm[there]):
                flat.append(f"gap {gap}, {label}")
            level = "dimension" if part else "overall"
            rows.append((gap, level, part, label, int(there.sum()), r, low, high))
    n_firms = len(set(firms))
    few = reason(
        _FEW,
        least=LEAST_UNITS + n_firms - 1,
        beyond=f" ({LEAST_UNITS} + {n_firms - 1})" if n_firms > 1 else "",
        units=most,
    )
    table = pd.DataFrame(rows, columns=columns)
    lacking = () if table["r"].notna().any() or flat else (few,)
    return table, lacking + grouped({_FLAT: flat})


def _enough(firm: NDArray[np.intp]) -> bool:
    return len(firm) - len(np.unique(firm)) + 1 >= LEAST_UNITS


def correlated(
    x: Floats, y: Floats, firm: NDArray[np.intp], confidence: float
) -> tuple[float, float, float]:
    """Correlate deviations from the firms' means, with Fisher's interval."""
    unknown = (float("nan"),) * 3
    if not _enough(firm):
        return unknown
    _, at = np.unique(firm, return_inverse=True)
    sizes = np.bincount(at)
    x, y = (one - (np.bincount(at, one) / sizes)[at] for one in (x, y))
    squares = (x @ x) * (y @ y)
    if not squares > 1e-18:
        return unknown
    r = float(x @ y / np.sqrt(squares))
    if abs(r) > 1 - 1e-12:
        return unknown
    half = float(ndtri(0.5 + confidence / 2)) / np.sqrt(len(x) - len(sizes) - 2)
    z = np.arctanh(r)
    return r, float(np.tanh(z - half)), float(np.tanh(z + half))
