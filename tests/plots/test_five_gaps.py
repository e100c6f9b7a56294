import pytest

import servqual as sq
from servqual.plots._style import BLUE, GREY, VERMILLION
from servqual.plots.five_gaps import BOXES, plot_five_gaps
from servqual.provider.five import provider_gaps
from servqual.provider.management import management_gap
from servqual.provider.ratings import provider_ratings
from tests.helpers import needs


@pytest.fixture(scope="module")
def five():
    instrument = sq.load_instrument("servqual-1991")
    frames = [sq.load_dataset(f"chain_{name}") for name in ("customers", "managers", "staff")]
    customers, managers = (
        sq.Responses.from_frame(frame.dropna(), instrument, **frame.attrs["bind"])
        for frame in frames[:2]
    )
    staff = frames[2].dropna()
    return provider_gaps(
        management_gap(customers, managers, unit="unit"),
        provider_ratings(frames[1], 2, unit="unit"),
        provider_ratings(staff, 3, unit="unit"),
        provider_ratings(staff, 4, unit="unit"),
        sq.gap_scores(customers),
    )


def fresh(width=7, height=7):
    figure = needs("matplotlib.pyplot").figure(figsize=(width, height), layout="constrained")
    return figure.subplots()


def numbers(ax):
    return {text.get_gid(): text for text in ax.texts if text.get_gid() and "gap" in text.get_gid()}


def arrows(ax):
    return {one.get_gid().removesuffix(" arrow"): one for one in ax.patches if one.get_gid()}


def test_differences_bear_signs_and_ratings_their_scale(five):
    table = five.to_frame()
    for dimension in (None, "empathy"):
        ax = plot_five_gaps(five, dimension=dimension, ax=fresh())
        rows = table[table["dimension"] == (dimension or "")].set_index("gap_number")
        shown = {key: text.get_text() for key, text in numbers(ax).items()}
        for gap in (1, 5):
            ends = [f"{rows.loc[gap, end]:+.2f}" for end in ("estimate", "ci_low", "ci_high")]
            expected = f"Gap {gap}: {ends[0]}\n[{ends[1]}, {ends[2]}]".replace("-", "−")
            assert shown[f"gap {gap}"] == expected
        for gap in (2, 3, 4):
            value, low, high = rows.loc[gap, ["estimate", "ci_low", "ci_high"]]
            assert shown[f"gap {gap}"] == f"Gap {gap}: {value:.1f} of 7\n[{low:.1f}, {high:.1f}]"


def test_differences_and_ratings_are_told_apart(five, legend_texts):
    ax = plot_five_gaps(five, ax=fresh())
    for gap, text in numbers(ax).items():
        differs = gap in ("gap 1", "gap 5")
        arrow = arrows(ax)[gap]
        color = VERMILLION if differs else BLUE
        assert text.get_color() == color
        assert arrow.get_edgecolor() == needs("matplotlib.colors").to_rgba(color)
        assert arrow.get_linestyle() == ("-" if differs else "--")
    first, second = (text.replace("\n", " ") for text in legend_texts(ax))
    assert first == (
        "Difference. Gap 1 negative: managers underestimate what customers expect. Gap 5 negative: "
        "the service falls short"
    )
    assert second == "Rating, not a difference. Low: a large gap"


def test_each_gap_lies_between_its_two_boxes(five):
    ax = plot_five_gaps(five, ax=fresh())
    ax.figure.canvas.draw()
    renderer = ax.figure.canvas.get_renderer()
    boxes = {patch.get_gid(): patch for patch in ax.patches if patch.get_gid() in BOXES}
    joined = {
        gap: {
            key
            for key, box in boxes.items()
            if arrow.get_window_extent(renderer).padded(6).overlaps(box.get_window_extent(renderer))
        }
        for gap, arrow in arrows(ax).items()
        if gap.startswith("gap")
    }
    assert {"expected_service", "management_perceptions"} <= joined.pop("gap 1")
    assert joined == {
        "gap 2": {"management_perceptions", "specifications"},
        "gap 3": {"specifications", "delivery"},
        "gap 4": {"delivery", "external_communication"},
        "gap 5": {"expected_service", "perceived_service"},
    }


def test_a_gap_that_is_not_there_stays_grey(five):
    rated = provider_ratings(sq.load_dataset("chain_staff").dropna(), 3)
    ax = plot_five_gaps(provider_gaps(gap3=rated), ax=fresh())
    assert numbers(ax)["gap 5"].get_text() == "Gap 5"
    assert numbers(ax)["gap 5"].get_color() == GREY
    assert numbers(ax)["gap 3"].get_text().startswith("Gap 3: 4.9 of 7")


@pytest.mark.parametrize("size", [(7, 7), (4.5, 4.5), (10, 6)])
def test_texts_cover_no_box_and_no_other_text(five, size):
    ax = plot_five_gaps(five, ax=fresh(*size))
    ax.figure.canvas.draw()
    renderer = ax.figure.canvas.get_renderer()
    texts = [text.get_window_extent(renderer) for text in numbers(ax).values()]
    boxes = [patch.get_window_extent(renderer) for patch in ax.patches if patch.get_gid() in BOXES]
    assert (len(texts), len(boxes)) == (5, 9)
    assert not any(a.overlaps(b) for i, a in enumerate(texts) for b in [*texts[:i], *boxes])
    assert "…" not in ax.get_title()
    assert all(box.x0 >= 0 and box.x1 <= ax.figure.bbox.x1 for box in [*texts, *boxes])
    inside = [text for text in ax.texts if not text.get_gid()][:9]
    for text, box in zip(inside, boxes, strict=True):
        extent = text.get_window_extent(renderer)
        assert box.x0 <= extent.x0
        assert extent.x1 <= box.x1


def test_own_labels_options_and_title(five):
    labels = {"delivery": "At the counter", "empathy": "Warmth"}
    ax = plot_five_gaps(five, dimension="empathy", labels=labels, ax=fresh(), facecolor="white")
    assert "At the counter" in [text.get_text() for text in ax.texts]
    title = ax.get_title().replace("\n", " ")
    assert title == (
        "The five gaps, SERVQUAL (1991 refinement); excellent expectations; 40 units: Warmth"
    )
    box = next(patch for patch in ax.patches if patch.get_gid() == "delivery")
    assert box.get_facecolor() == (1, 1, 1, 1)
    assert plot_five_gaps(five, dimension="empathy", language="zh").get_title().endswith("移情性")


def test_bad_options_are_refused(five):
    with pytest.raises(TypeError, match=r"wants ProviderGaps from provider_gaps\(...\)"):
        plot_five_gaps(five.to_frame())
    with pytest.raises(ValueError, match=r"dimension must be one of .*Did you mean 'empathy'"):
        plot_five_gaps(five, dimension="emphaty", ax=fresh())
    with pytest.raises(ValueError, match="language must be one of"):
        plot_five_gaps(five, language="fr")
