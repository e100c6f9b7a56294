"""Products of mean-centred variables."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from servqual.errors import MissingResponseWarning, ResponseError
from servqual.sample import Sample
from servqual.sem.construction.products import product_terms
from servqual.sem.estimation import fit_sem

numbers = arrays(float, (12, 3), elements=st.integers(-9, 9).map(float)).filter(
    lambda x: (np.ptp(x, axis=0) > 0).all()
)


def frame_of(values):
    return pd.DataFrame(values, columns=["a", "b", "z"], index=range(100, 100 + len(values)))


@settings(max_examples=30)
@given(numbers)
def test_a_single_centred_product_has_the_covariance_as_its_mean(values):
    frame = frame_of(values)
    single = product_terms(frame, ["a", "b"], "z", double_centred=False)
    for name in ("a", "b"):
        expected = np.cov(frame[name], frame["z"], ddof=0)[0, 1]
        assert single[f"{name}_x_z"].mean() == pytest.approx(expected, abs=1e-9)


@settings(max_examples=30)
@given(numbers, st.floats(-50, 50))
def test_products_do_not_know_where_zero_is(values, shift):
    frame = frame_of(values)
    moved = frame.assign(z=frame["z"] + shift)
    before, after = (product_terms(one, ["a", "b"], "z") for one in (frame, moved))
    np.testing.assert_allclose(after, before, rtol=0, atol=1e-9)
    np.testing.assert_allclose(before.mean(), 0, rtol=0, atol=1e-9)
    assert before.index.tolist() == frame.index.tolist()


def test_all_pairs_or_matched_ones():
    frame = frame_of(np.random.default_rng(1).normal(size=(9, 3)))
    assert list(product_terms(frame, ["a", "b"], ["z", "a"])) == [
        "a_x_z",
        "a_x_a",
        "b_x_z",
        "b_x_a",
    ]
    assert list(product_terms(frame, ["a", "b"], ["z", "a"], pairs="matched")) == ["a_x_z", "b_x_a"]


def test_who_left_one_of_both_out_has_no_product_and_does_not_count():
    frame = frame_of(np.random.default_rng(2).normal(size=(9, 3)))
    frame.iloc[0, 0] = np.nan
    with pytest.warns(MissingResponseWarning, match=r"1 of 2 products .* \(most, 1, of 'a_x_z'\)"):
        found = product_terms(frame, ["a", "b"], "z")
    assert found["a_x_z"].isna().tolist() == [True] + [False] * 8
    alone = product_terms(frame.iloc[1:], "a", "z")
    np.testing.assert_allclose(found["a_x_z"].iloc[1:], alone["a_x_z"], rtol=0, atol=1e-12)


def test_weights_are_those_of_repeated_rows():
    frame = frame_of(np.random.default_rng(3).normal(size=(6, 3)))
    times = [1, 2, 1, 3, 1, 1]
    repeated = product_terms(frame.loc[frame.index.repeat(times)], "a", "z")
    weighted = product_terms(frame, "a", "z", weights=times)
    np.testing.assert_allclose(weighted, repeated.groupby(level=0).first(), rtol=0, atol=1e-12)


def test_a_sample_will_do():
    frame = frame_of(np.random.default_rng(4).normal(size=(6, 3)))
    of_sample = product_terms(Sample.from_frame(frame), "a", "z")
    np.testing.assert_array_equal(of_sample, product_terms(frame, "a", "z"))


def test_a_model_finds_the_moderation_that_was_made():
    rng = np.random.default_rng(5)
    trait, wave = rng.normal(size=(2, 2000))
    outcome = 0.5 * trait + 0.3 * wave + 0.4 * trait * wave + rng.normal(size=2000)
    items = {f"s{i}": trait + 0.6 * rng.normal(size=2000) for i in (1, 2, 3)}
    frame = pd.DataFrame({**items, "wave": wave, "y": outcome})
    data = frame.join(product_terms(frame, list(items), "wave"))
    text = """
    S =~ s1 + s2 + s3
    SxW =~ s1_x_wave + s2_x_wave + s3_x_wave
    y ~ S + wave + SxW
    S ~~ wave
    SxW ~~ wave
    """
    found = fit_sem(text, data).parameters.set_index(["lhs", "op", "rhs"])
    estimate, se = found.loc[("y", "~", "SxW"), ["estimate", "se"]]
    assert abs(estimate - 0.4) < 3 * se
    assert se < 0.05


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"first": [], "second": "z"}, "first or second is empty"),
        ({"first": "a", "second": "y"}, "'y'"),
        ({"first": "a", "second": ["z", "b"], "pairs": "matched"}, "first has 1 and second 2"),
        ({"first": "a", "second": "z", "pairs": "some"}, 'must be "all" or "matched"'),
        ({"first": ["a", "a"], "second": "z"}, "asked for twice: 'a_x_z'"),
    ],
)
def test_errors(arguments, told):
    frame = frame_of(np.random.default_rng(6).normal(size=(6, 3)))
    with pytest.raises(ResponseError, match=told):
        product_terms(frame, **arguments)


def test_a_constant_moderates_nothing():
    frame = frame_of(np.random.default_rng(7).normal(size=(6, 3))).assign(z=1.0)
    with pytest.raises(ResponseError, match="'z' does not vary among those who answered a and z"):
        product_terms(frame, "a", "z")
    with pytest.raises(ResponseError, match="No respondent answered both 'a' and 'z'"):
        product_terms(frame.assign(z=np.nan), "a", "z")
