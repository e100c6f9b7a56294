import numpy as np
import pytest

import servqual as sq
from servqual.plots.latent_means import plot_latent_means
from servqual.sem.invariance.differences import group_differences
from servqual.sem.invariance.measurement import measurement_invariance

MODEL = "tangibles =~ P1 + P2 + P3 + P4\nresponsiveness =~ P10 + P11 + P12 + P13"
BANK = sq.load_instrument("servqual-1991")


@pytest.fixture(scope="module")
def answers():
    return sq.load_dataset("bank").dropna()


@pytest.fixture(scope="module")
def levels(answers):
    return measurement_invariance(MODEL, answers, "branch", confidence=0.9)


def test_marks_are_the_differences_from_the_reference(levels, legend_texts, tick_texts):
    ax = plot_latent_means(levels, instrument=BANK)
    table = group_differences(levels.fits["scalar"], of="means").to_frame()
    assert legend_texts(ax) == list(levels.groups[1:])
    assert tick_texts(ax) == ["Tangibles", "Responsiveness"]
    for container in ax.containers:
        own = table[table["group"] == container.get_label()]
        line, _, (collection,) = container.lines
        ends = np.array([path.vertices[:, 0] for path in collection.get_paths()])
        np.testing.assert_array_equal(line.get_xdata(), own["estimate"])
        np.testing.assert_allclose(ends, own[["ci_low", "ci_high"]], rtol=1e-12)
    assert ax.get_xlabel() == (
        f"Latent mean less that of {levels.groups[0]}, in units of the latent variable"
    )
    assert ax.get_title().replace("\n", " ").endswith("latent means with 90 % intervals")


def test_lanes_of_a_row_keep_to_themselves(levels):
    ax = plot_latent_means(levels)
    lanes = np.array([container.lines[0].get_ydata() for container in ax.containers])
    assert (np.diff(lanes, axis=0) > 0.5).all()
    assert (lanes.max(axis=0)[:-1] < lanes.min(axis=0)[1:]).all()


def test_a_model_in_standard_deviations_of_the_reference(answers):
    equal = ["loadings", "intercepts"]
    fitted = sq.fit_sem(MODEL, answers, group="wave", group_equal=equal, std_lv=True)
    ax = plot_latent_means(fitted, labels={"tangibles": "Things"}, color="k")
    assert ax.get_xlabel() == "Latent mean less that of 1, in standard deviations of 1"
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Things", "responsiveness"]
    assert ax.containers[0].lines[0].get_color() == "k"


def test_what_is_refused(answers, levels):
    with pytest.raises(TypeError, match="or MeasurementInvariance from measurement_invariance"):
        plot_latent_means(answers)
    with pytest.raises(sq.ModelError, match="compares groups"):
        plot_latent_means(sq.fit_sem(MODEL, answers))
    with pytest.raises(sq.ModelError, match="may not differ between groups"):
        plot_latent_means(levels.fits["metric"])
    low = measurement_invariance(MODEL, answers, "branch", levels=("configural", "metric"))
    with pytest.raises(sq.ModelError, match="not among the levels of this result"):
        plot_latent_means(low)
