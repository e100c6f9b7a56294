import itertools
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.plots._curves import curves_of
from servqual.plots._diagram_texts import number_text
from servqual.plots._graph import graph_of, graph_of_composites
from servqual.plots._placing import cuts, free_place, overlaps, place
from servqual.plots.paths import plot_paths
from servqual.sem.estimation import fit_sem
from tests.helpers import needs

GAPS = pd.read_csv(Path(__file__).parents[1] / "reference" / "gaps_300.csv")
ITEMS = {
    "tangibles": (1, 5),
    "reliability": (5, 10),
    "responsiveness": (10, 14),
    "assurance": (14, 18),
    "empathy": (18, 23),
}
DIMENSIONS = "\n".join(
    f"{name} =~ {' + '.join(f'G{i}' for i in range(*span))}" for name, span in ITEMS.items()
)
SEVEN = f"{DIMENSIONS}\nSAT =~ SAT1 + SAT2 + SAT3\nLOY =~ LOY1 + LOY2 + LOY3"
MEDIATED = f"{SEVEN}\nSAT ~ {' + '.join(ITEMS)}\nLOY ~ SAT"
DIRECT = f"{MEDIATED} + reliability + empathy"
SECOND = f"{SEVEN}\nSQ =~ {' + '.join(ITEMS)}\nSAT ~ SQ\nLOY ~ SAT + SQ"
OBSERVED = f"{DIMENSIONS}\nSAT1 ~ {' + '.join(ITEMS)}\nLOY1 ~ SAT1 + reliability"
RESIDUALS = """a =~ G1 + G2 + G3 + G4
b =~ SAT1 + SAT2 + SAT3
c =~ LOY1 + LOY2 + LOY3
b ~ a
c ~ a + b
SAT1 ~~ SAT3 + LOY1
SAT2 ~~ LOY2
LOY1 ~~ LOY3"""
GENERAL = """one =~ G5 + G6 + G7
two =~ G10 + G11 + G12
whole =~ G5 + G6 + G7 + G10 + G11 + G12
whole ~~ 0*one + 0*two
one ~~ 0*two"""
MODELS = {
    "seven": SEVEN,
    "mediated": MEDIATED,
    "direct": DIRECT,
    "second": SECOND,
    "observed": OBSERVED,
    "residuals": RESIDUALS,
    "general": GENERAL,
}


@pytest.fixture(scope="module")
def fits():
    return {name: quiet_fit(text) for name, text in MODELS.items()}


def quiet_fit(text):
    """Fit a model whose picture counts, not whether it fits."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sq.AdmissibilityWarning)
        return fit_sem(text, GAPS)


def rendered(ax):
    """Give the places of all texts inside the picture, in pixels."""
    renderer = ax.figure.canvas.get_renderer()
    return {text: text.get_window_extent(renderer) for text in ax.texts}


def drawn(ax, name):
    (text,) = [one for one in ax.texts if one.get_text().split("\n")[0] == name]
    return text.get_position()


@pytest.mark.parametrize("name", ["seven", "direct", "residuals"])
def test_no_text_covers_another_where_texts_are_long(fits, name):
    ax = plot_paths(fits[name], uncertainty="interval")
    check_texts_apart(rendered(ax))


def check_estimates(ax, frame):
    shown = frame[
        frame["op"].isin(["=~", "~"])
        | ((frame["op"] == "~~") & (frame["lhs"] != frame["rhs"]) & (frame["estimate"] != 0))
    ]
    numbers = [text.get_text() for text in ax.texts if text.get_zorder() == 5]
    expected = [number_text(value, bare=True) for value in shown["std_all"]]
    assert sorted(numbers) == sorted(expected)
    assert "not drawn" not in ax.get_xlabel()


def check_texts_apart(places):
    for one, other in itertools.combinations(places, 2):
        assert not places[one].overlaps(places[other]), (one.get_text(), other.get_text())


@pytest.mark.parametrize("name", MODELS)
def test_everything_is_drawn_once_in_its_place_and_covers_nothing(fits, name):
    ax = plot_paths(fits[name], covariances=True)
    check_estimates(ax, fits[name].parameters)
    patches = needs("matplotlib.patches")
    places = rendered(ax)
    check_texts_apart(places)
    shapes = [one for one in ax.patches if isinstance(one, (patches.Ellipse, patches.Rectangle))]
    renderer = ax.figure.canvas.get_renderer()
    inside = [one.get_window_extent(renderer) for one in shapes]
    boxes = np.array([one.extents for one in inside])
    assert not np.triu(overlaps(boxes, boxes), 1).any()
    for box in (*inside, *places.values()):
        assert ax.bbox.x0 <= box.x0 < box.x1 <= ax.bbox.x1
        assert ax.bbox.y0 <= box.y0 < box.y1 <= ax.bbox.y1
    table = fits[name].fitted.structure.table
    assert len(shapes) == len(table.observed) + len(table.latent)
    held = [
        any(box.x0 <= place.x0 and place.x1 <= box.x1 for box in inside if box.overlaps(place))
        for text, place in places.items()
        if text.get_zorder() == 4
    ]
    assert len(held) == len(shapes)
    assert all(held)


def test_no_path_runs_through_a_box_of_others(fits):
    for name in ("mediated", "direct", "second", "observed"):
        result = fits[name]
        graph = graph_of(result, "")
        names = (*graph.owner, *(one for layer in graph.layers for one in layer))
        placed = place(graph, {one: one for one in names}, number=20.0)
        for one in graph.paths:
            start, end = placed[one.start], placed[one.end]
            others = [box.edges for key, box in placed.items() if key not in (one.start, one.end)]
            line = np.array([[start.x, start.y]]), np.array([[end.x, end.y]])
            assert not cuts(*line, np.array(others)).any(), (name, one)


def test_causes_stand_left_of_effects_and_items_outside(fits):
    ax = plot_paths(fits["direct"])
    at = {name: drawn(ax, name)[0] for name in ("G1", "tangibles", "SAT", "LOY")}
    assert at["G1"] < at["tangibles"] < at["SAT"] < at["LOY"] < drawn(ax, "LOY1")[0]
    assert abs(drawn(ax, "SAT2")[0] - at["SAT"]) < 1e-9
    order = [drawn(ax, name)[1] for name in ITEMS]
    assert order == sorted(order, reverse=True)


def test_what_measures_a_second_order_factor_stands_before_it(fits):
    ax = plot_paths(fits["second"])
    assert drawn(ax, "G1")[0] < drawn(ax, "tangibles")[0] < drawn(ax, "SQ")[0] < drawn(ax, "SAT")[0]
    assert abs(drawn(ax, "SQ")[1]) < 1e-9


def test_a_general_factor_stands_on_the_other_side_of_the_items(fits):
    ax = plot_paths(fits["general"])
    assert drawn(ax, "whole")[0] < drawn(ax, "G5")[0] < drawn(ax, "one")[0]


def test_explained_variance_and_fit_are_said(fits):
    ax = plot_paths(fits["direct"])
    shares = fits["direct"].r_squared
    for name in ("SAT", "LOY"):
        assert f"{name}\nR² = {number_text(shares[name], bare=True)}" in [
            text.get_text() for text in ax.texts
        ]
    title = ax.get_title().replace("\n", " ")
    assert title == "n = 300; χ²(332) = 342.16, CFI = 0.997, RMSEA = 0.010, SRMR = 0.036"
    assert ax.get_xlabel() == "Standardised estimates; not drawn: 10 covariances of predictors"


def test_estimates_and_their_uncertainty_are_chosen(fits):
    frame = fits["mediated"].parameters
    row = frame[(frame["lhs"] == "LOY") & (frame["rhs"] == "SAT")].iloc[0]
    ax = plot_paths(fits["mediated"], estimates="estimate", uncertainty="se")
    texts = [text.get_text() for text in ax.texts]
    assert f"{row['estimate']:.2f} ({row['se']:.2f})" in texts
    assert texts.count("1.00") == 7  # markers have no error
    assert ax.get_xlabel().startswith("Unstandardised estimates (standard errors)")
    ax = plot_paths(fits["mediated"], uncertainty="interval")
    ends = row["std_all"] + np.array([-1, 1]) * 1.959963985 * row["std_all_se"]
    low, high = (number_text(end, bare=True) for end in ends)
    assert f"{number_text(row['std_all'], bare=True)} [{low}, {high}]" in [
        text.get_text() for text in ax.texts
    ]
    assert "[95% intervals]" in ax.get_xlabel()


def test_labels_come_from_the_user_then_from_the_instrument(fits):
    instrument = sq.load_instrument("servqual-1991")
    ax = plot_paths(
        fits["mediated"], instrument=instrument, labels={"SAT": "Overall satisfaction", "G2": "two"}
    )
    texts = {text.get_text().replace("\n", " ") for text in ax.texts}
    assert {"G1. Modern equipment", "two", "Tangibles", "SAT1"} <= texts
    assert any(text.startswith("Overall satisfaction R²") for text in texts)
    ax = plot_paths(fits["mediated"], instrument=instrument, language="zh")
    assert {"G1. 设备现代", "有形性"} <= {text.get_text() for text in ax.texts}


def test_curves_with_wider_spans_run_further_out(fits):
    graph = graph_of(fits["seven"], "")
    names = (*graph.owner, *graph.layers[0])
    placed = place(graph, {one: one for one in names}, number=20.0)
    curves = curves_of(graph, graph.covariances, placed, 20.0)
    order = graph.layers[0]
    spans = [abs(order.index(one.start) - order.index(one.end)) for one in graph.covariances]
    depth = {
        span: {round(c.apex[0], 6) for s, c in zip(spans, curves, strict=True) if s == span}
        for span in spans
    }
    means = [np.mean(list(depth[span])) for span in sorted(depth)]
    assert means == sorted(means)
    assert len(curves) == 21
    assert min(curve.apex[0] for curve in curves) > max(placed[name].edges[2] for name in order)


def test_options_go_to_the_paths(fits):
    ax = plot_paths(fits["mediated"], color="red", lw=3)
    patches = needs("matplotlib.patches")
    arrows = [one for one in ax.patches if isinstance(one, patches.FancyArrowPatch)]
    red = [one for one in arrows if one.get_edgecolor() == (1, 0, 0, 1)]
    assert len(red) == 6
    assert {one.get_linewidth() for one in red} == {3}
    assert len(arrows) == 28 + 6


def test_it_draws_on_axes_that_are_given_in_smaller_letters(fits):
    figure = needs("matplotlib.figure").Figure(figsize=(5, 4))
    small = plot_paths(fits["mediated"], ax=figure.subplots())
    large = plot_paths(fits["mediated"])
    assert small.figure is figure
    assert small.texts[0].get_fontsize() < large.texts[0].get_fontsize()


def test_a_group_has_to_be_chosen():
    frame = GAPS.assign(half=np.arange(300) % 2)
    result = fit_sem("SAT =~ SAT1 + SAT2 + SAT3\nLOY1 ~ SAT", frame, group="half")
    with pytest.raises(ValueError, match=r"has the groups '0', '1'. Say which of them with group="):
        plot_paths(result)
    with pytest.raises(ValueError, match="no group '2'"):
        plot_paths(result, group="2")
    ax = plot_paths(result, group="1")
    frame = result.parameters.query("group == '1' and op == '~'")
    assert number_text(frame["std_all"].iloc[0], bare=True) in [t.get_text() for t in ax.texts]
    assert ax.get_title().startswith("1 of n = 300")


def test_a_robust_fit_is_called_so(fits):
    ax = plot_paths(fit_sem("SAT =~ SAT1 + SAT2 + SAT3\nLOY1 ~ SAT", GAPS, "MLR"))
    title = ax.get_title().replace("\n", " ")
    assert "scaled χ²(2) = " in title
    assert "robust CFI = " in title


def test_what_did_not_converge_says_so(fits):
    ax = plot_paths(replace(fits["mediated"], converged=False))
    assert ax.get_title() == "n = 300; not converged"


def test_bad_options_are_refused(fits):
    with pytest.raises(TypeError, match=r"or PlsResult from fit_pls\(...\), not int"):
        plot_paths(3)
    with pytest.raises(ValueError, match="estimates must be one of 'std_all', 'std_lv'"):
        plot_paths(fits["mediated"], estimates="std")
    with pytest.raises(ValueError, match="uncertainty must be one of None, 'se', 'interval'"):
        plot_paths(fits["mediated"], uncertainty="p")
    with pytest.raises(ValueError, match="language must be one of"):
        plot_paths(fits["mediated"], language="fr")
    polar = needs("matplotlib.figure").Figure().add_subplot(projection="polar")
    with pytest.raises(ValueError, match="Cartesian axes, not on polar ones"):
        plot_paths(fits["mediated"], ax=polar)


def test_a_circle_of_causes_is_drawn():
    model = "a =~ G1 + G2 + G3\nb =~ SAT1 + SAT2 + SAT3\na ~ G10 + b\nb ~ G20 + a"
    ax = plot_paths(quiet_fit(model))
    assert drawn(ax, "G10")[0] < min(drawn(ax, "a")[0], drawn(ax, "b")[0])


def test_a_number_stands_where_it_covers_nothing():
    line = (0.0, 0.0), (100.0, 0.0)
    assert free_place(*line, (10.0, 8.0), [], []) == (50.0, 0.0)
    at = free_place(*line, (10.0, 8.0), [(40.0, -5.0, 62.0, 5.0)], [])
    assert at == (35.0, 0.0)
    crossed = free_place(*line, (10.0, 8.0), [], [((50.0, -9.0), (50.0, 9.0))])
    assert crossed == (45.0, 0.0)


def test_a_line_through_a_box_is_seen():
    boxes = np.array([[0.0, 0.0, 2.0, 2.0], [5.0, 5.0, 6.0, 6.0]])
    start, end = np.array([[-1.0, 1.0], [-1.0, 3.0]]), np.array([[3.0, 1.0], [7.0, 3.0]])
    assert cuts(start, end, boxes).tolist() == [[True, False], [False, False]]


COMPOSITES = """tangibles <~ G1 + G2 + G3
reliability =~ G5 + G6 + G7
SAT =~ SAT1 + SAT2 + SAT3
SAT ~ tangibles + reliability + tangibles:reliability
LOY1 ~ SAT"""
COMPOSED = """tangibles =~ G1 + G2 + G3
reliability =~ G5 + G6 + G7
SQ <~ tangibles + reliability
SAT =~ SAT1 + SAT2 + SAT3
SAT ~ SQ"""


@pytest.fixture(scope="module")
def composites():
    return sq.fit_pls(COMPOSITES, GAPS)


def numbers_of(ax):
    return sorted(text.get_text() for text in ax.texts if text.get_zorder() == 5)


def written(*columns):
    return sorted(number_text(value, bare=True) for column in columns for value in column)


def test_a_path_model_shows_weights_of_what_is_formed_and_loadings_of_others(composites):
    ax = plot_paths(composites)
    paths, inside = composites.paths["estimate"], composites.weights["rhs"] != "LOY1"
    weights = composites.weights[inside].set_index("op")["estimate"]
    loadings = composites.loadings[inside].set_index("op")["estimate"]
    assert numbers_of(ax) == written(weights["<~"], loadings["=~"], paths)
    assert ax.get_xlabel() == "Loadings (arrows outwards), weights (arrows inwards) and paths"
    for kind, outer in (("weights", weights), ("loadings", loadings)):
        other = needs("matplotlib.figure").Figure(figsize=(8, 6)).subplots()
        assert numbers_of(plot_paths(composites, estimates=kind, ax=other)) == written(outer, paths)
    texts = [text.get_text() for text in ax.texts]
    shares = composites.r_squared.set_index("lhs")["r2"]
    for name in ("SAT", "LOY1"):
        assert f"{name}\nR² = {number_text(shares[name], bare=True)}" in texts
    assert ax.get_title() == (
        f"n = 300; path scheme, SRMR = {composites.srmr['saturated']:.3f} (saturated)"
    )
    check_texts_apart(rendered(ax))


def test_products_and_constructs_bear_labels(composites):
    ax = plot_paths(composites, labels={"tangibles": "T", "reliability": "R"})
    texts = [text.get_text() for text in ax.texts]
    assert {"T", "R", "T × R"} <= set(texts)
    patches = needs("matplotlib.patches")
    ellipses = [one for one in ax.patches if isinstance(one, patches.Ellipse)]
    assert len(ellipses) == 4  # LOY1 is a column and stands in a box


def test_arrows_run_to_what_is_formed(composites):
    graph = graph_of_composites(composites)
    assert graph.formed == {"tangibles"}
    ax = plot_paths(composites)
    patches = needs("matplotlib.patches")
    arrows = [one for one in ax.patches if isinstance(one, patches.FancyArrowPatch)]
    at = dict(zip((one.end for one in graph.loadings), arrows, strict=False))
    ends = {name: at[name]._posA_posB for name in ("G1", "G5")}
    left, right = drawn(ax, "G1")[0], drawn(ax, "tangibles")[0]
    assert left < ends["G1"][0][0] < ends["G1"][1][0] < right
    assert left < ends["G5"][1][0] < ends["G5"][0][0] < right


def test_a_second_order_construct_stands_behind_its_parts():
    result = sq.fit_pls(COMPOSED, GAPS)
    ax = plot_paths(result)
    assert drawn(ax, "G1")[0] < drawn(ax, "tangibles")[0] < drawn(ax, "SQ")[0] < drawn(ax, "SAT")[0]
    first, weights = result.first_stage.loadings, result.weights
    loadings = result.loadings[result.loadings["lhs"] == "SAT"]["estimate"]
    of_parts = first[first["lhs"] != "SAT"]["estimate"]
    formed = weights[weights["lhs"] == "SQ"]["estimate"]
    paths = result.paths["estimate"]
    assert numbers_of(ax) == written(of_parts, formed, loadings, paths)


def test_a_path_model_has_no_groups_and_no_standard_errors(composites):
    with pytest.raises(ValueError, match="uncertainty, group: path models"):
        plot_paths(composites, uncertainty="se", group="1")
    with pytest.raises(ValueError, match="estimates must be one of None, 'loadings', 'weights'"):
        plot_paths(composites, estimates="std_all")
