"""Alpha, omega, differences, KMO, net promoters and paired t: the formula gives the figure."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servqual as sq
from servqual.explanations.explaining import explain
from tests.explanations.replayed import close, replay, symbols

SEEDS = st.integers(0, 2**32 - 1)
FEW = settings(max_examples=15)


@pytest.fixture
def scores(answers):
    return sq.gap_scores(answers)


def items(seed, n=40, k=4):
    """Answers to k items that have something in common."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(n, 1))
    return pd.DataFrame(
        common + rng.normal(size=(n, k)) * rng.uniform(0.5, 3), columns=list("abcdefgh")[:k]
    )


def check_alpha(found, cell):
    of = symbols(found)
    assert found.value == cell
    k = of["k"]
    close(of["variances"].sum(), of["own"])
    close(of["own"] + 2 * of["covariances"].sum(), of["total"])
    close(k / (k - 1) * (1 - of["variances"].sum() / of["total"]), cell)
    assert replay(found) >= 2


def check_omega(found, cell):
    of = symbols(found)
    assert found.value == cell
    common = of["loadings"].sum() ** 2
    close(common / (common + of["uniquenesses"].sum()), cell)
    close([of["loadings"].sum(), of["uniquenesses"].sum()], [of["common"], of["error"]])
    assert replay(found) >= 3


@FEW
@given(SEEDS)
def test_alpha_and_omega(seed):
    result = sq.internal_consistency(items(seed, k=5), dimensions={"one": "abc", "two": "de"})
    table = result.to_frame().set_index("dimension")
    check_alpha(explain(result, dimension="two"), table.loc["two", "alpha"])
    for key in ("one", "(scale)"):
        check_alpha(explain(result, dimension=key), table.loc[key, "alpha"])
        check_omega(explain(result, dimension=key, statistic="omega"), table.loc[key, "omega"])


def test_alpha_of_many_items_is_cut_short():
    result = sq.internal_consistency(items(1, k=8))
    found = explain(result)
    check_alpha(found, result.to_frame()["alpha"].iloc[-1])
    assert found.title == "Cronbach's alpha: Whole scale"
    assert "8 / (8 − 1)" in found.steps[-1].text
    assert found.steps[0].text.count("…") == 1
    assert found.formula == (
        r"\alpha = \frac{k}{k - 1} \, \left( 1 - \frac{\sum_i s_i^2}{s_T^2} \right)"
    )
    assert "one thing" in found.cautions[0]
    assert any("10.1007/BF02310555" in one for one in found.references)


@pytest.mark.filterwarnings("ignore::servqual.ServqualWarning")
def test_alpha_that_is_not_there_says_why(scores):
    data = items(2, k=5).assign(a=1.0)
    result = sq.internal_consistency(data, dimensions={"one": "ab", "two": "cd", "single": "e"})
    assert "no variance in a" in explain(result, dimension="one").problems[0]
    assert "one item has no" in explain(result, dimension="single", statistic="omega").problems[0]
    pair = explain(result, dimension="two", statistic="omega")
    assert np.isnan(pair.value)
    assert pair.problems == ("two: no omega, as two items do not identify a factor.",)
    assert explain(result, dimension="two").steps
    without = explain(sq.internal_consistency(scores, omega=False), statistic="omega")
    assert "use omega=True" in without.problems[0]
    assert without.steps == ()
    with pytest.raises(ValueError, match=r"one of alpha, omega, not 'omga'.*'omega'"):
        explain(result, statistic="omga")


def test_heywood_case_is_a_caution():
    matrix = [[1, 0.9, 0.8], [0.9, 1, 0.6], [0.8, 0.6, 1]]
    published = sq.Moments.from_matrix(matrix, 200, names=list("abc"))
    found = explain(sq.internal_consistency(published), statistic="omega")
    assert any("Heywood" in one for one in found.cautions)
    assert not found.problems


@FEW
@given(SEEDS)
def test_difference_scores(trio_alone, seed):
    rng = np.random.default_rng(seed)
    common = rng.integers(1, 7, (30, 1))
    columns = [f"{role}{item}" for role in "EP" for item in "12345"]
    frame = pd.DataFrame(common + rng.integers(0, 2, (30, 10)), columns=columns)
    result = sq.difference_score_reliability(sq.Responses.from_frame(frame, trio_alone))
    table = result.to_frame().set_index("dimension")
    for key in ("care", "speed", "(scale)"):
        row = table.loc[key]
        found = explain(result, dimension=key)
        assert found.value == row["reliability"]
        of = symbols(found)
        shared = 2 * of["r_ep"] * of["sd_e"] * of["sd_p"]
        e, p = of["sd_e"] ** 2, of["sd_p"] ** 2
        close((e * of["alpha_e"] + p * of["alpha_p"] - shared) / (e + p - shared), found.value)
        assert replay(found) == 1
        other = explain(result, dimension=key, statistic="alpha_gap")
        assert other.value == row["alpha_gap"]
        of = symbols(other)
        more = 2 / of["k"] * (of["c_same"] - of["c_diff"]) / of["sd_gap"] ** 2
        close(found.value + more, other.value)
        assert replay(other) == 2


@pytest.fixture(scope="module")
def trio_alone():
    return sq.Instrument(
        name="trio", scale=(1, 7), dimensions={"care": ("1", "2"), "speed": ("3", "4", "5")}
    )


def test_difference_scores_without_variance_say_why(trio_alone):
    rng = np.random.default_rng(1)
    columns = [f"{role}{item}" for role in "EP" for item in "12345"]
    frame = pd.DataFrame(rng.integers(1, 8, (30, 10)), columns=columns).assign(E1=7, E2=7)
    result = sq.difference_score_reliability(sq.Responses.from_frame(frame, trio_alone))
    for statistic in ("reliability", "alpha_gap"):
        found = explain(result, dimension="care", statistic=statistic)
        assert np.isnan(found.value)
        assert any("no variance in E1, E2" in one for one in found.problems)
        assert found.steps == ()
    assert any("falls as r_EP rises" in one for one in found.cautions)


@FEW
@given(SEEDS)
def test_kmo(seed):
    data = items(seed)
    result = sq.factorability(data)
    for chosen, value in [({}, result.kmo), ({"item": "b"}, result.kmo_items["b"])]:
        found = explain(result, **chosen)
        assert found.value == value
        of = symbols(found)
        assert len(of["r"]) == (6 if not chosen else 3)
        r, q = (of["r"] ** 2).sum(), (of["q"] ** 2).sum()
        close(r / (r + q), value)
        close([r, q], [of["squares"], of["partial_squares"]])
        assert replay(found) == (3 if chosen else 1)  # six squares are cut short
    residuals = [
        data[name] - np.linalg.lstsq(others, data[name], rcond=None)[0] @ others.T
        for others in [np.column_stack([np.ones(len(data)), data[["c", "d"]]])]
        for name in "ab"
    ]
    first = explain(result).symbols["q"]
    assert first.names[0] == "(a, b)"
    close(np.corrcoef(*residuals)[0, 1], first.value[0])


@pytest.mark.filterwarnings("ignore::servqual.ServqualWarning")
def test_kmo_that_is_not_there_says_why():
    data = items(3)
    singular = explain(sq.factorability(data.assign(d=data["a"] + data["b"])))
    assert "singular" in singular.problems[0]
    assert singular.steps == ()
    assert "q" not in singular.symbols
    constant = explain(sq.factorability(data.assign(d=1.0)), item="d")
    assert np.isnan(constant.value)
    assert "Without variance" in constant.problems[0]
    matrix = [[1, 0.5, 0], [0.5, 1, 0], [0, 0, 1]]
    published = sq.factorability(sq.Moments.from_matrix(matrix, 100, names=list("abc")))
    alone = explain(published, item="c")
    assert np.isnan(alone.value)
    assert "correlates with no other" in alone.problems[0]


def check_net(found, row):
    of = symbols(found)
    assert found.value == row["estimate"]
    close(of["promoters"] - of["detractors"], found.value)
    if "se" in of:
        assert of["se"] == row["se"]
        n = of.get("n_effective", of["n"])
        p, d = of["promoters"] / 100, of["detractors"] / 100
        close(100 * np.sqrt((p + d - (p - d) ** 2) / n), of["se"])
    if "n_p" in of:
        close([100 * of[f"n_{x}"] / of["n"] for x in "pd"], [of["promoters"], of["detractors"]])
    assert replay(found) == len(found.steps)


@FEW
@given(st.lists(st.integers(0, 10), min_size=3, max_size=30), st.booleans())
@pytest.mark.filterwarnings("ignore::servqual.ServqualWarning")
def test_net_promoter_score(given_answers, weighted):
    n = len(given_answers)
    weights = np.arange(1.0, n + 1) if weighted else None
    by = ["north", "south", "south"] + ["north"] * (n - 3)
    result = sq.net_promoter_score(given_answers, by=by, weights=weights)
    table = result.to_frame()
    check_net(explain(result), table.iloc[0])
    check_net(explain(result, group="south"), table[table["group"] == "south"].iloc[0])


@pytest.mark.filterwarnings("ignore::servqual.ServqualWarning")
def test_net_promoter_score_of_nobody_and_of_equals():
    result = sq.net_promoter_score([10, 10, np.nan], by=["a", "a", "b"])
    nobody = explain(result, group="b")
    assert nobody.problems == ("Nobody answered.",)
    assert nobody.steps == ()
    alike = explain(result)
    assert alike.value == 100
    assert any("no standard error" in one for one in alike.cautions)
    assert "SE" not in alike.formula
    with pytest.raises(sq.ResponseError, match="no group 'c'; there are 'a', 'b'"):
        explain(result, group="c")
    with pytest.raises(ValueError, match="no groups"):
        explain(sq.net_promoter_score([10, 9, 3]), group="a")


def test_net_promoter_score_as_published():
    """Nine tenths of the worked example stand in `net_promoter_score`: 162, 108, 54 of 324."""
    found = explain(sq.net_promoter_score([10] * 162 + [8] * 108 + [3] * 54))
    assert [step.text.rpartition(" = ")[2] for step in found.steps] == [
        "50.000",
        "16.667",
        "33.333",
        "4.141",
    ]


def check_t(found, row):
    of = symbols(found)
    assert found.value == row["statistic"]
    close(of["gap"] / of["se"], found.value)
    if "sd" in of:
        close(of["sd"] / np.sqrt(of["n"]), of["se"])
        close(of["gap"] / of["sd"], row["d_z"])
    assert replay(found) == len(found.steps)


@FEW
@given(SEEDS, st.booleans())
def test_paired_t(trio_alone, seed, weighted):
    rng = np.random.default_rng(seed)
    columns = [f"{role}{item}" for role in "EP" for item in "12345"]
    frame = pd.DataFrame(rng.integers(1, 8, (12, 10)), columns=columns)
    weights = rng.uniform(1, 3, 12) if weighted else None
    responses = sq.Responses.from_frame(frame, trio_alone, weights=weights)
    result = sq.gap_tests(sq.gap_scores(responses), n_resamples=0)
    table = result.to_frame()
    for at, chosen in [(2, {"item": "3"}), (5, {"dimension": "care"}), (7, {})]:
        found = explain(result, **chosen)
        check_t(found, table.iloc[at])
        assert ("sd" in found.symbols) != weighted
    assert (
        f"With 11 degrees of freedom, p = {table['p_value'].iloc[7]:.3f}".replace("0.", ".", 1)
        in "".join(found.readings)
        or table["p_value"].iloc[7] < 0.001
    )


def test_standard_deviation_of_the_gaps_is_that_of_the_answers(scores):
    found = explain(sq.gap_tests(scores, n_resamples=0), item="2")
    close(found.symbols["sd"].value, scores.items["2"].std())
    assert "adjusted for 8 tests" in found.readings[1]
    plain = explain(sq.gap_tests(scores, "none", n_resamples=0), item="2")
    assert "adjusted" not in plain.readings[1]


def test_published_tests():
    table = sq.load_dataset("restaurant")
    result = sq.paired_t_from_summary(
        gap=table["gap_mean"], sd_gap=table["gap_sd"], n=51, labels=table["dimension"]
    )
    frame = result.to_frame()
    for label in table["dimension"]:
        found = explain(result, label=label)
        check_t(found, frame[frame["label"] == label].iloc[0])
    assert found.steps[-1].text.endswith("3.759")
    with pytest.raises(ValueError, match="There are 5 tests; choose one, such as label="):
        explain(result)
    with pytest.raises(sq.ResponseError, match="no test 'nothing'"):
        explain(result, label="nothing")
    with pytest.raises(ValueError, match="item= does not go with paired_t_from_summary"):
        explain(result, item="1")
    alone = sq.paired_t_from_summary(gap=-1, sd_gap=0, n=9)
    assert "All scores are equal" in explain(alone).problems[0]
