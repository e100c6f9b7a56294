import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.plots.surface import plot_response_surface
from servqual.priorities.surface.fitting import response_surface
from tests.helpers import needs

NAMES = ["respondents", "congruence", "incongruence", "first axis", "second axis"]


@pytest.fixture(scope="module")
def found():
    """A dome with its top at 4.5, 4.5."""
    rng = np.random.default_rng(1)
    x, y = np.clip(4 + rng.standard_normal((2, 60)), 1, 7).round()
    z = 6 - 0.3 * (x - y) ** 2 - 0.2 * (x + y - 9) ** 2 + 0.3 * rng.standard_normal(60)
    frame = pd.DataFrame({"got": x, "wanted": y, "happy": z})
    return response_surface(frame, "happy", x="got", y="wanted", scale=(1, 7), n_resamples=0)


@pytest.fixture(scope="module")
def by_dimension():
    bank = sq.load_dataset("bank").dropna()
    scores = sq.gap_scores(sq.Responses.from_frame(bank, sq.load_instrument("servqual-1991")))
    with pytest.warns(sq.AdmissibilityWarning):
        return response_surface(scores, "SAT1", level="dimension", n_resamples=0)


def fresh(**options):
    return needs("matplotlib.pyplot").figure(figsize=(6, 4)).add_subplot(**options)


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_points_lines_axes_and_peak_stand_where_they_are(found):
    ax = plot_response_surface(found, ax=fresh())
    (surface,) = found.surfaces
    scatters = [one for one in ax.collections if len(one.get_offsets()) and one.get_label()]
    dots = next(one for one in scatters if one.get_label() == "respondents")
    np.testing.assert_array_equal(dots.get_offsets(), surface.points)
    sizes, masses = dots.get_sizes(), surface.masses
    assert sizes[masses.argmax()] == sizes.max() > sizes[masses.argmin()]
    peak = next(one for one in scatters if one.get_label() == "stationary point")
    row = found.stationary_points.iloc[0]
    np.testing.assert_allclose(peak.get_offsets()[0], [row["x"], row["y"]])
    lines = {line.get_label(): line for line in ax.lines}
    assert [lines[name].get_slope() for name in ("congruence", "incongruence")] == [1, -1]
    axes = found.shape.set_index("parameter")["estimate"]
    for name, k in (("first axis", 1), ("second axis", 2)):
        line = lines[name]
        (x, y), slope = line.get_xy1(), line.get_slope()
        assert slope == pytest.approx(axes[f"p{k}1"])
        assert y - 4 == pytest.approx(axes[f"p{k}0"] + slope * (x - 4))
    assert legend(ax) == [*NAMES, "stationary point"]
    assert ax.get_xlim() == ax.get_ylim() == (1, 7)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("X: got", "Y: wanted")
    assert ax.get_title().replace("\n", " ") == "Response surface: n = 60; pale: extrapolated"


def test_what_is_extrapolated_lies_under_a_veil(found):
    ax = plot_response_surface(found, ax=fresh())
    (veil,) = ax.patches
    corners = found.surfaces[0].corners
    assert {tuple(corner) for corner in corners} <= {tuple(v) for v in veil.get_path().vertices}
    canvas = needs("matplotlib.backends.backend_agg").FigureCanvasAgg(ax.figure)
    seen = []
    for visible in (True, False):
        veil.set_visible(visible)
        canvas.draw()
        seen.append(np.asarray(canvas.buffer_rgba())[::-1, :, :3].astype(float))
    paler = (seen[0] - seen[1]).sum(axis=2)
    among, beyond = ax.transData.transform([[4.3, 4.1], [1.2, 6.3]]).astype(int)
    assert paler[among[1], among[0]] == 0
    assert paler[beyond[1], beyond[0]] > 50


def test_three_dimensions(found):
    ax = plot_response_surface(found, ax=fresh(projection="3d"), kind="3d")
    assert ax.get_zlabel() == "happy"
    assert legend(ax) == ["congruence", "incongruence", "respondents"]
    x, y, z = ax.lines[0].get_data_3d()
    np.testing.assert_array_equal(x, y)
    b = found.coefficients["estimate"].to_numpy()
    a1, a2 = found.surface["estimate"].iloc[:2]
    np.testing.assert_allclose(z, b[0] + a1 * (x - 4) + a2 * (x - 4) ** 2)
    made = plot_response_surface(found, kind="3d", language="zh", cmap="viridis")
    assert made.name == "3d"


def test_one_dimension_of_several(by_dimension):
    ax = plot_response_surface(by_dimension, ax=fresh(), dimension="empathy", levels=4)
    title = ax.get_title().replace("\n", " ")
    assert title.startswith("Response surface, Empathy, SERVQUAL")
    first = plot_response_surface(by_dimension, ax=fresh(), language="zh")
    assert "有形性" in first.get_title()
    assert first.get_xlabel() == "X: 感知"


def test_bad_options_are_refused(found, by_dimension):
    with pytest.raises(TypeError, match="from response_surface"):
        plot_response_surface(3)
    with pytest.raises(ValueError, match="kind must be 'contour' or '3d'"):
        plot_response_surface(found, kind="map")
    with pytest.raises(ValueError, match="language must be one of"):
        plot_response_surface(found, language="fr")
    with pytest.raises(ValueError, match=r"dimension must be one of 'tangibles'.*mean 'empathy'"):
        plot_response_surface(by_dimension, dimension="empaty")
    with pytest.raises(ValueError, match="draws on 3D axes, not on rectilinear"):
        plot_response_surface(found, kind="3d", ax=fresh())
    with pytest.raises(ValueError, match="draws on Cartesian axes, not on 3d"):
        plot_response_surface(found, ax=fresh(projection="3d"))
