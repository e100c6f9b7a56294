"""How columns are chosen, named and written."""

import pandas as pd
import pytest

from servqual.tables._columns import choose_columns, head_of

NAN = float("nan")


def forms(frame, **options):
    found = choose_columns(
        frame, (), options.get("columns"), options.get("decimals"), "en", options.get("level")
    )
    return {column.name: (column.form.kind, column.form.decimals) for column in found}


def test_each_kind_of_column_is_known_by_its_name():
    frame = pd.DataFrame(
        {
            "n": [10.0, 12.0],
            "df": [9.5, 11.0],
            "mean_p": [5.1, 5.2],
            "p_value": [0.5, 0.01],
            "p_value_rest": [0.5, 0.01],
            "wilcoxon_p": [0.5, 0.01],
            "alpha": [0.8, 0.9],
            "F1": [0.7, -0.2],
            "loading": [1.2, 0.5],
            "determinant": [1e-5, 0.5],
            "count_of": [3, 4],
            "share": [0.5, NAN],
            "above_mean": [True, False],
            "word": ["a", None],
        }
    )
    assert forms(frame) == {
        "n": ("count", 0),
        "df": ("number", 2),
        "mean_p": ("number", 2),
        "p_value": ("p", 3),
        "p_value_rest": ("p", 3),
        "wilcoxon_p": ("p", 3),
        "alpha": ("share", 2),
        "F1": ("share", 2),
        "loading": ("number", 2),
        "determinant": ("tiny", 2),
        "count_of": ("count", 0),
        "share": ("share", 2),
        "above_mean": ("text", 2),
        "word": ("text", 2),
    }


def test_an_interval_is_one_column_written_as_what_it_is_of():
    frame = pd.DataFrame(
        {
            "n": [10],
            "alpha": [0.8],
            "ci_low": [0.7],
            "ci_high": [0.9],
            "alpha_std": [0.8],
            "omega": [0.8],
            "omega_ci_low": [0.7],
            "omega_ci_high": [0.9],
            "d_z": [-0.5],
            "d_z_ci_low": [-0.9],
            "d_z_ci_high": [-0.1],
            "band_low": [0.1],
            "band_high": [0.9],
            "below": [0.2],
            "too_low": [3.25],
        }
    )
    found = choose_columns(frame, (), None, None, "en")
    assert [column.name for column in found] == [
        *("n", "alpha", "ci", "alpha_std", "omega", "omega_ci", "d_z", "d_z_ci", "band"),
        *("below", "too_low"),
    ]
    by_name = {column.name: column for column in found}
    assert by_name["ci"].sources == ("ci_low", "ci_high")
    assert [by_name[name].form.kind for name in ("ci", "omega_ci", "d_z_ci", "band")] == [
        *("share", "share", "number", "share")
    ]
    assert not by_name["too_low"].is_interval


def test_the_interval_of_an_alpha_below_minus_one_keeps_its_zeros():
    frame = pd.DataFrame({"alpha": [0.1], "ci_low": [-1.4], "ci_high": [0.5]})
    assert forms(frame) == {"alpha": ("share", 2), "ci": ("number", 2)}


def test_columns_are_chosen_in_the_order_asked_for():
    frame = pd.DataFrame({"item": ["a"], "gap": [1.5], "ci_low": [1.0], "ci_high": [2.0]})
    chosen = choose_columns(frame, ("item",), ["item", "ci", "gap"], None, "en")
    assert [column.name for column in chosen] == ["ci", "gap"]
    apart = choose_columns(frame, ("item",), {"ci_high": "Upper", "gap": ""}, None, "en")
    assert [column.heading for column in apart] == ["Upper", "Gap P − E"]
    assert not apart[0].is_interval


def test_headings_speak_both_languages_and_know_intervals():
    assert head_of("sd_gap", "zh") == "差距标准差"
    assert head_of("adequacy_ci", "zh") == "P − M 的 95% 置信区间"
    assert head_of("gap_ci", "en") == "95 % interval of Gap P − E"
    assert head_of("my_own", "en") == "My own"


def test_headings_say_another_confidence():
    frame = pd.DataFrame({"gap": [1.5], "ci_low": [1.0], "ci_high": [2.0]})
    found = choose_columns(frame, (), None, None, "en", 0.9)
    assert found[1].heading == "90 % interval"
    assert choose_columns(frame, (), None, None, "zh", 0.99)[1].heading == "99% 置信区间"


def test_decimals_are_of_all_columns_or_of_some():
    frame = pd.DataFrame(
        {"n": [3], "gap": [1.5], "ci_low": [1.0], "ci_high": [2.0], "p_value": [0.5]}
    )
    assert forms(frame, decimals=4) == {
        "n": ("count", 0),
        "gap": ("number", 4),
        "ci": ("number", 4),
        "p_value": ("p", 4),
    }
    assert forms(frame, decimals={"gap": 1, "ci": 0})["ci"] == ("number", 0)
    assert forms(frame, decimals={"gap": 1})["p_value"] == ("p", 3)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"columns": ["gpa"]}, "no columns 'gpa'.*Did you mean 'gap'"),
        ({"columns": "gap"}, r"such as \['gap'\]"),
        ({"decimals": {"gpa": 1}}, "'gpa'.*Did you mean 'gap'"),
        ({"decimals": -1}, "between 0 and 15, not -1"),
        ({"decimals": 1.5}, "whole numbers, not 1.5"),
        ({"decimals": True}, "whole numbers, not True"),
    ],
)
def test_what_does_not_fit_is_refused(options, words):
    with pytest.raises(ValueError, match=words):
        forms(pd.DataFrame({"gap": [1.5]}), **options)


def test_an_interval_beside_its_statistic_need_not_name_it():
    frame = pd.DataFrame({"own": [1.5], "own_ci_low": [1.0], "own_ci_high": [2.0], "n": [3]})
    heads = [one.heading for one in choose_columns(frame, (), None, None, "en")]
    assert heads == ["Own", "95 % interval", "n"]
    apart = choose_columns(frame, (), ["n", "own_ci"], None, "en")
    assert apart[1].heading == "95 % interval of Own"
    own = choose_columns(frame, (), {"own_ci": "CI"}, None, "en")
    assert own[0].ends == ("CI, lower", "CI, upper")


def test_p_values_and_degrees_of_freedom_are_known_under_any_prefix():
    frame = pd.DataFrame(
        {"adequacy_p_value": [0.5], "adequacy_p_adjusted": [0.5], "adequacy_df": [12.0]}
    )
    assert forms(frame) == {
        "adequacy_p_value": ("p", 3),
        "adequacy_p_adjusted": ("p", 3),
        "adequacy_df": ("count", 0),
    }
