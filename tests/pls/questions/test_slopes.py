"""Effects at levels of a moderator."""

import numpy as np
import pandas as pd
import pytest

from servqual.errors import ModelError
from servqual.pls.path_model import fit_pls
from servqual.pls.questions.slopes import simple_slopes


@pytest.fixture(scope="module")
def moderated():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 80)) + 0.5 * rng.normal(size=80)
    y = 0.5 * a + 0.2 * b + 0.3 * a * b + 0.2 * a * a + 0.5 * rng.normal(size=80)
    frame = pd.DataFrame({"a": a, "b": b, "y": y})
    return frame, fit_pls("y ~ a + b + a:b + a:a", frame)


def test_slopes_are_differences_of_the_regression_on_raw_products(moderated):
    frame, result = moderated
    z = (frame - frame.mean()) / frame.std(ddof=0)
    x = np.column_stack([np.ones(80), z["a"], z["b"], z["a"] * z["b"], z["a"] ** 2])
    _, b_a, b_b, b_ab, b_aa = np.linalg.lstsq(x, z["y"], rcond=None)[0]
    slopes = simple_slopes(result, "a:b", levels=(-2, 0.5))
    np.testing.assert_allclose(slopes.to_frame()["estimate"], [b_a - 2 * b_ab, b_a + 0.5 * b_ab])
    assert list(slopes.to_frame()["level"]) == [-2.0, 0.5]
    other = simple_slopes(result, "a:b", "b", levels=(1,)).to_frame()
    np.testing.assert_allclose(other["estimate"], b_b + b_ab)
    assert other[["lhs", "rhs"]].to_numpy().tolist() == [["y", "b"]]
    square = simple_slopes(result, "a:a", levels=(1,)).to_frame()
    np.testing.assert_allclose(square["estimate"], b_a + 2 * b_aa)


def test_slopes_say_whose_they_are(moderated):
    slopes = simple_slopes(moderated[1], "a:b", "b")
    assert slopes.title() == "Effect of b at levels of a: n = 80"
    assert "standard deviations from the mean of a" in slopes.notes()[0]


@pytest.mark.parametrize(
    ("product", "focal", "part"),
    [(None, None, "2 products"), ("a:y", None, "no product 'a:y'"), ("a:b", "y", "focal must be")],
)
def test_unknown_slopes_are_refused(moderated, product, focal, part):
    with pytest.raises(ModelError, match=part):
        simple_slopes(moderated[1], product, focal)


def test_model_without_products_has_no_simple_slopes(fitted):
    with pytest.raises(ModelError, match="has no product"):
        simple_slopes(fitted)
