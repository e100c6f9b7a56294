"""Relative importance, better and worse, agreement in units: the formula gives the figure."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servqual as sq
from servqual.explanations.explaining import explain
from servqual.priorities.relative.dividing import relative_importance
from tests.explanations.replayed import close, replay, symbols

METHODS = ("lmg", "johnson", "first", "last", "pratt")


def drivers(seed=1, q=4, n=40):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        rng.normal(size=(n, 1)) + rng.normal(size=(n, q)), columns=list("abcdefghijkl")[:q]
    )
    return frame.assign(y=frame.sum(axis=1) + 3 * rng.normal(size=n))


def divided(frame, **more):
    return relative_importance("y", frame, n_resamples=0, **more)


def r_squared(frame, names):
    design = np.column_stack([np.ones(len(frame)), frame[list(names)]])
    left = frame["y"] - design @ np.linalg.lstsq(design, frame["y"], rcond=None)[0]
    return 1 - left @ left / ((frame["y"] - frame["y"].mean()) ** 2).sum()


def by_hand(found, method):
    of = symbols(found)
    if method == "lmg":
        for k in range(1, of["q"]):
            if f"with_{k}" in of:
                close((of[f"with_{k}"] - of[f"without_{k}"]).mean(), of["steps"][k])
        return of["steps"].sum() / of["q"]
    if method == "johnson":
        return (of["loadings"] ** 2 * of["weights"] ** 2).sum()
    if method == "pratt":
        return (of["beta"] * of["r"]).sum()
    return of["r"] ** 2 if "r" in of else of["with"] - of["without"]


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2, 4, 5]))
def test_every_method_is_reproduced(seed, q):
    result = divided(drivers(seed, q))
    for method in METHODS:
        found = explain(result, item="a", statistic=method)
        assert found.value == result.methods[method][0]
        close(by_hand(found, method), found.value)
        assert replay(found) >= len(found.steps) - 1


def test_sets_of_others_are_those_of_regressions():
    frame = drivers()
    found = explain(divided(frame), item="b")
    with_two, without_two = found.symbols["with_2"], found.symbols["without_2"]
    assert with_two.names == ("{a, c}", "{a, d}", "{c, d}")
    sets = [("a", "c"), ("a", "d"), ("c", "d")]
    close(without_two.value, [r_squared(frame, one) for one in sets])
    close(with_two.value, [r_squared(frame, (*one, "b")) for one in sets])
    close(found.symbols["steps"].value[0], r_squared(frame, "b"))
    assert found.formula == r"\mathrm{LMG} = \frac{\sum_{k=0}^{q-1} D_k}{q}"


def test_the_driver_with_the_largest_part_is_meant_where_none_is_named():
    result = divided(drivers())
    largest = result.to_frame().set_index("driver")["estimate"].idxmax()
    assert explain(result).title == f"LMG (Shapley): {largest}"
    with pytest.raises(sq.ResponseError, match="no driver 'z'; there are 'a', 'b', 'c', 'd'"):
        explain(result, item="z")
    with pytest.raises(ValueError, match="item= or dimension=, not both"):
        explain(result, item="a", dimension="b")


@pytest.mark.parametrize("method", METHODS)
def test_groups_enter_as_one(method):
    result = divided(drivers(), groups={"ab": ["a", "b"]}, method=method)
    found = explain(result, dimension="ab")
    assert found.value == result.to_frame()["estimate"][0]
    close(by_hand(found, method), found.value)
    assert replay(found) >= ("…" not in found.steps[-1].text)


def test_many_drivers_are_averaged_without_naming_every_set():
    result = divided(drivers(q=8))
    found = explain(result, item="c")
    close(by_hand(found, "lmg"), found.value)
    assert set(found.symbols) == {"q", "steps"}
    many = pd.DataFrame(np.random.default_rng(1).normal(size=(60, 22))).rename(columns=str)
    sampled = relative_importance(many["0"], many.drop(columns="0"), n_resamples=0, n_orders=4)
    with pytest.raises(ValueError, match="more than 20 drivers was averaged over sampled orders"):
        explain(sampled)
    assert explain(sampled, statistic="johnson").steps


def test_a_driver_without_variance_says_why_and_leaves_the_others():
    result = divided(drivers().assign(e=0.1))
    found = explain(result, item="e")
    assert np.isnan(found.value)
    assert found.steps == ()
    assert "no variance" in found.problems[0]
    kept = explain(result, item="a")
    close(by_hand(kept, "lmg"), kept.value)
    assert kept.symbols["q"].value == 4


def test_tied_drivers_have_no_part_of_their_own():
    frame = drivers(q=3)
    result = divided(frame.assign(d=frame["a"] + frame["b"]))
    assert explain(result, item="d", statistic="last").problems
    found = explain(result, item="d")
    close(by_hand(found, "lmg"), found.value)
    close(
        by_hand(explain(result, item="d", statistic="johnson"), "johnson"),
        result.methods["johnson"][3],
    )


def asked(counts):
    """Answers of a Kano questionnaire to one feature, so many of each category."""
    pairs = {"A": (1, 3), "O": (1, 5), "M": (3, 5), "I": (3, 3), "R": (5, 1), "Q": (1, 1)}
    rows = [pairs[letter] for letter, count in counts.items() for _ in range(count)]
    return pd.DataFrame(rows, columns=["F1", "D1"])


@settings(max_examples=10, deadline=None)
@given(st.fixed_dictionaries({letter: st.integers(0, 9) for letter in "AOMIRQ"}))
def test_better_and_worse(counts):
    if sum(counts.values()) == 0:
        return
    result = sq.kano_analysis(asked(counts))
    row = result.to_frame().iloc[0]
    a, o, m, i = (counts[letter] for letter in "AOMI")
    valid = a + o + m + i
    for name, above in (("better", a + o), ("worse", -o - m), ("asymmetry", a - m)):
        found = explain(result, statistic=name)
        if not valid:
            assert found.problems
            continue
        assert found.value == row[name]
        assert symbols(found) == {"A": a, "O": o, "M": m, "I": i}
        close(above / valid, found.value)
        assert replay(found) == 1


def test_one_of_several_features():
    pair = asked({"A": 3, "M": 1, "Q": 1})
    result = sq.kano_analysis(pair.assign(F2=pair["F1"], D2=pair["D1"]))
    with pytest.raises(ValueError, match="There are 2 features; choose one, such as item='1'"):
        explain(result)
    found = explain(result, item="2", statistic="worse")
    assert found.steps[0].text.split("\n")[0] == "worse = −(O + M) / (A + O + M + I)"
    assert found.cautions[0] == "Reverse and questionable answers are left out: 1 of 5."


def people(seed=1, sizes=(3, 4, 5, 2), spread=1.0):
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(len(sizes)), sizes)
    return pd.DataFrame({"unit": unit, "x": spread * unit + rng.normal(size=len(unit))})


@pytest.mark.filterwarnings("ignore::servqual.SmallSampleWarning")
@pytest.mark.parametrize("spread", [0.0, 1.0])
def test_agreement(spread):
    frame = people(spread=spread)
    result = sq.agreement_in_units(frame, "unit", columns=["x"])
    row = result.to_frame().iloc[0]
    groups = [one.to_numpy() for _, one in frame.groupby("unit")["x"]]
    n, j = len(frame), len(groups)
    between = sum(len(g) * (g.mean() - frame["x"].mean()) ** 2 for g in groups) / (j - 1)
    within = sum(((g - g.mean()) ** 2).sum() for g in groups) / (n - j)
    k0 = (n - sum(len(g) ** 2 for g in groups) / n) / (j - 1)
    first, second = (explain(result, statistic=name) for name in ("icc1", "icc2"))
    of = symbols(first)
    close([of["f"], of["k0"]], [between / within, k0])
    close((of["f"] - 1) / (of["f"] - 1 + of["k0"]), row["icc1"])
    close((of["f"] - 1) / of["f"], row["icc2"])
    assert (first.value, second.value) == (row["icc1"], row["icc2"])
    assert replay(first) == replay(second) == 1
    assert ("not above 0" in first.readings[0]) == (first.value <= 0)


@pytest.mark.filterwarnings("ignore::servqual.SmallSampleWarning")
def test_agreement_chooses_its_row():
    frame = people().assign(y=1.0)
    columns = sq.agreement_in_units(frame, "unit", columns=["x", "y"])
    with pytest.raises(ValueError, match="There are 2 columns; choose one, such as label='x'"):
        explain(columns)
    with pytest.raises(ValueError, match="plain columns; choose one by label="):
        explain(columns, item="x")
    alike = explain(columns, label="y")
    assert np.isnan(alike.value)
    assert alike.problems
    duo = sq.Instrument(name="duo", scale=(1, 9), roles=("perception",), dimensions={"d": ("1",)})
    rated = pd.DataFrame({"P1": [1, 2, 5, 6, 8, 9], "unit": list("aabbcc")})
    scores = sq.perception_scores(sq.Responses.from_frame(rated, duo))
    result = sq.agreement_in_units(scores, "unit")
    assert explain(result).title == "ICC(1) of Overall"
    assert explain(result, item="1").value == result.to_frame()["icc1"][0]
    with pytest.raises(ValueError, match="label= names a column"):
        explain(result, label="x")


@pytest.mark.filterwarnings("ignore::servqual.SmallSampleWarning")
def test_every_text_is_translated():
    found = [explain(divided(drivers()), statistic=one, language="zh") for one in METHODS]
    kano = sq.kano_analysis(asked({"A": 3, "M": 1, "Q": 1}))
    found += [explain(kano, statistic=one, language="zh") for one in ("better", "asymmetry")]
    units = sq.agreement_in_units(people(), "unit", columns=["x"])
    found += [explain(units, statistic=one, language="zh") for one in ("icc1", "icc2")]
    for one in found:
        meanings = [symbol.meaning for symbol in one.symbols.values()]
        for text in (*one.readings, *one.cautions, *meanings):
            assert any("\u4e00" <= sign <= "\u9fff" for sign in text), text
