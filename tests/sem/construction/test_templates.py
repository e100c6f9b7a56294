"""Model templates: what they say, that they fit, and what they refuse."""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import servqual as sq
from servqual.errors import ModelError
from servqual.sem.construction._template_quality import BUILDERS
from servqual.sem.construction.templates import service_quality_model
from servqual.sem.estimation import fit_sem
from servqual.sem.specification.syntax import read_model
from servqual.sem.specification.table import build_table
from servqual.sem.specification.writing import model_text

REFERENCE = Path(__file__).parents[2] / "reference"
SAT, LOY = ["SAT1", "SAT2", "SAT3"], ["LOY1", "LOY2", "LOY3"]
SHORT = {
    "tangibles": "TAN",
    "reliability": "REL",
    "responsiveness": "RES",
    "assurance": "ASS",
    "empathy": "EMP",
    "satisfaction": "SAT",
    "loyalty": "LOY",
}
OLD, NEW = sq.load_instrument("servqual-1988"), sq.load_instrument("servqual-1991")
MEDIATED = ("mediated", "direct-and-mediated")
PARTICULAR = ("method-factor", "MIMIC", "three-factor")


def small(**dimensions):
    return sq.Instrument(name="small", scale=(1, 7), dimensions=dimensions)


@pytest.fixture(scope="module")
def survey():
    frame = pd.read_csv(REFERENCE / "servqual_300.csv")
    scores = sq.gap_scores(sq.Responses.from_frame(frame, NEW))
    return scores.to_data([*SAT, *LOY, "group"])


@pytest.fixture(scope="module")
def hospital():
    frame = sq.load_dataset("hospital")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sq.MissingResponseWarning)
        scores = sq.gap_scores(sq.Responses.from_frame(frame, OLD))
    data = scores.to_data(["satisfaction", "recommend", "sex"])
    return data.assign(female=(data["sex"] == "female").astype(float)).drop(columns="sex").dropna()


def test_the_dimensions_are_those_of_the_instrument_with_the_columns_of_the_scores():
    text = service_quality_model(NEW)
    assert text.splitlines()[0] == "tangibles =~ G1 + G2 + G3 + G4"
    assert build_table(text).indicators == {
        key: tuple(f"G{item}" for item in items) for key, items in NEW.dimensions.items()
    }


def test_the_direct_and_mediated_model_gives_the_effects_of_the_reference(survey):
    by_hand = (
        "TAN =~ G1+G2+G3+G4; REL =~ G5+G6+G7+G8+G9; RES =~ G10+G11+G12+G13\n"
        "ASS =~ G14+G15+G16+G17; EMP =~ G18+G19+G20+G21+G22\n"
        "SAT =~ SAT1+SAT2+SAT3; LOY =~ LOY1+LOY2+LOY3\n"
        "SAT ~ a1*TAN+a2*REL+a3*RES+a4*ASS+a5*EMP\n"
        "LOY ~ b*SAT+c1*TAN+c2*REL+c3*RES+c4*ASS+c5*EMP\n"
        "i := a2*b; t := c2 + a2*b"
    )
    text = service_quality_model(NEW, SAT, LOY, "direct-and-mediated", names=SHORT)
    ours, other = fit_sem(text, survey), fit_sem(by_hand, survey)
    assert ours.estimate("indirect_REL") == pytest.approx(other.estimate("i"), abs=1e-10)
    assert ours.estimate("total_REL") == pytest.approx(other.estimate("t"), abs=1e-10)


def test_without_direct_effects_the_total_is_the_indirect_effect(survey):
    result = fit_sem(service_quality_model(NEW, SAT, LOY, "mediated"), survey)
    for key in NEW.dimensions:
        assert result.estimate(f"total_{key}") == result.estimate(f"indirect_{key}")


def test_the_second_order_model_is_that_of_the_reference(survey):
    # chi-square of so_ml_300 (lavaan 0.6-14)
    text = service_quality_model(NEW, SAT, LOY, "second-order", direct=True)
    fit = fit_sem(text, survey).fit
    reference = pd.read_json(REFERENCE / "so_ml_300.json", typ="series")["fit"]
    assert fit["chi2"] == pytest.approx(reference["chisq"], abs=1e-4)
    assert fit["df"] == reference["df"]


@pytest.mark.parametrize(
    ("structure", "with_outcomes"),
    [(one, True) for one in BUILDERS] + [(one, False) for one in BUILDERS if one not in MEDIATED],
)
def test_every_template_is_read_and_can_be_written_for_other_programs(structure, with_outcomes):
    text = service_quality_model(
        OLD,
        SAT if with_outcomes else (),
        LOY if with_outcomes else (),
        structure,
        covariates="age" if structure == "MIMIC" else (),
        effects=False,
    )
    table = build_table(text)
    again = build_table(model_text(read_model(text)))
    assert again == table
    assert model_text(read_model(text), "semopy")


@pytest.mark.parametrize("structure", [one for one in BUILDERS if "and-p" not in one])
def test_every_template_fits_the_made_up_hospital(structure, hospital):
    names = {"satisfaction": "SAT"} if structure == "measurement" else {}
    text = service_quality_model(
        OLD,
        "satisfaction",
        "recommend",
        structure,
        covariates="female" if structure == "MIMIC" else (),
        names=names,
        data=hospital,
    )
    result = fit_sem(text, hospital)
    assert result.problems == ()
    assert result.fit["df"] > 200


def test_expectations_and_perceptions_stand_side_by_side_with_paired_errors(survey):
    three = small(t=("1", "2", "3", "4"), r=("5", "6", "7"))
    text = service_quality_model(three, SAT, structure="expectation-and-perception")
    assert "satisfaction ~ t_E + r_E + t_P + r_P" in text.splitlines()
    assert "E7 ~~ P7" in text.splitlines()
    assert fit_sem(text, survey).problems == ()


def test_the_wording_factor_finds_the_wording_that_was_made():
    rng = np.random.default_rng(1)
    general, wording = rng.normal(size=(2, 2000, 1))
    columns = {}
    for items in OLD.dimensions.values():
        trait = 0.7 * general + 0.6 * rng.normal(size=(2000, 1))
        for item in items:
            told = 0.5 * wording if item in OLD.reverse else 0.0
            columns[f"P{item}"] = (trait + told + 0.8 * rng.normal(size=(2000, 1)))[:, 0]
    text = service_quality_model(OLD, structure="method-factor", of="perception")
    results = [fit_sem(text, pd.DataFrame(columns), std_lv=std_lv) for std_lv in (False, True)]
    for result in results:
        found = result.parameters.set_index(["lhs", "op", "rhs"])
        estimate, se = found.loc[("negative_wording", "~~", "negative_wording"), ["estimate", "se"]]
        assert abs(estimate - 0.25) < 3 * se
        assert se < 0.03
    assert results[0].fit["chi2"] == pytest.approx(results[1].fit["chi2"], abs=1e-6)


def test_wording_across_dimensions_leaves_these_free_to_correlate():
    mixed = sq.Instrument(
        name="mixed",
        scale=(1, 7),
        dimensions={"a": ("1", "2", "3"), "b": ("4", "5", "6")},
        reverse=("1", "4"),
    )
    table = build_table(service_quality_model(mixed, structure="method-factor"))
    assert table.second_order == ()
    assert table.indicators["negative_wording"] == ("G1", "G4")
    free = service_quality_model(mixed, structure="method-factor", method_loadings="free")
    assert build_table(free).n_free == table.n_free + 1


def test_bifactor_items_measure_the_general_factor_and_their_own():
    text = service_quality_model(
        small(a=("1", "2", "3"), b=("4", "5"), c=("6",)), "S", "L", "bifactor"
    )
    table = build_table(text)
    assert table.indicators["service_quality"] == tuple(f"G{i}" for i in range(1, 7))
    assert table.indicators["b"] == ("G4", "G5")
    assert "c" not in table.indicators
    # both loadings of b are 1: two free ones could not be told apart
    assert sum(one.free for one in table.parameters if one.lhs == "b" and one.op == "=~") == 0
    assert "S ~ service_quality" in text.splitlines()


def test_covariates_act_on_quality_whose_residuals_still_correlate(survey):
    plain = fit_sem(service_quality_model(NEW, SAT), survey)
    mimic = fit_sem(service_quality_model(NEW, SAT, structure="MIMIC", covariates="group"), survey)
    at = mimic.parameters.set_index(["lhs", "op", "rhs"])["estimate"]
    # the groups were made alike but for means, so the covariances hardly change
    before = plain.parameters.set_index(["lhs", "op", "rhs"])["estimate"]
    pair = ("tangibles", "~~", "reliability")
    assert at[pair] == pytest.approx(before[pair], rel=0.1)
    assert ("tangibles", "~", "group") in at.index


def test_merged_dimensions_are_one_factor():
    text = service_quality_model(NEW, merge={"care": ("responsiveness", "assurance")})
    table = build_table(text)
    assert table.latent == ("tangibles", "reliability", "care", "empathy")
    assert table.indicators["care"] == tuple(f"G{i}" for i in range(10, 18))
    three = build_table(service_quality_model(NEW, structure="three-factor"))
    assert three.latent == ("tangibles", "reliability", "responsiveness_assurance_empathy")


class TestOneItem:
    one = small(a=("1",), b=("5", "6", "7"), d=("10", "11", "12"))

    def test_the_error_is_tied_to_the_latent_variance_or_fixed_from_the_data(self, survey):
        tied = service_quality_model(self.one, SAT, reliability={"a": 0.8})
        fixed = service_quality_model(self.one, SAT, reliability={"a": 0.8}, data=survey)
        assert "e_a == 0.25*v_a" in tied.splitlines()
        both = [fit_sem(text, survey) for text in (tied, fixed)]
        assert both[0].fit["chi2"] == pytest.approx(both[1].fit["chi2"], abs=1e-7)
        for result in both:
            assert result.r_squared["G1"] == pytest.approx(0.8, abs=1e-8)

    def test_reliability_one_is_no_error(self):
        text = service_quality_model(self.one, reliability=1)
        assert "G1 ~~ 0*G1" in text.splitlines()

    def test_a_latent_outcome_of_one_item(self, survey):
        text = service_quality_model(
            self.one, "SAT1", LOY, reliability={"a": 0.8, "satisfaction": 0.9}, data=survey
        )
        result = fit_sem(text, survey)
        assert result.r_squared["SAT1"] == pytest.approx(0.9, abs=1e-3)
        assert "loyalty ~ satisfaction" in text.splitlines()

    def test_disattenuation_divides_by_the_root_of_the_reliability(self, survey):
        plain = fit_sem(service_quality_model(self.one, reliability=1), survey)
        freed = fit_sem(service_quality_model(self.one, reliability=0.64), survey)

        def correlation(result):
            frame = result.parameters.set_index(["lhs", "op", "rhs"])
            return frame.loc[("a", "~~", "b"), "std_all"]

        assert correlation(freed) == pytest.approx(correlation(plain) / 0.8, abs=1e-7)

    def test_without_reliability_it_is_refused(self):
        with pytest.raises(ModelError, match=r"'a' has one item, 'G1'.*reliability=\{'a': 0\.8\}"):
            service_quality_model(self.one)

    def test_explained_by_others_it_needs_the_data(self):
        with pytest.raises(ModelError, match=r"'a' has one item and is explained.*\(data=\)"):
            service_quality_model(self.one, structure="second-order", reliability=0.8)

    @pytest.mark.parametrize("value", [0, -0.5, 1.2])
    def test_impossible_reliabilities(self, value):
        with pytest.raises(ModelError, match="must lie above 0 and up to 1"):
            service_quality_model(self.one, reliability=value)

    def test_reliability_of_several_items(self):
        with pytest.raises(ModelError, match=r"'b'.*those with one item here are a"):
            service_quality_model(self.one, reliability={"b": 0.8})


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"structure": "secondorder"}, r"no structure 'secondorder'.*Did you mean 'second-order'"),
        ({"structure": "mediated"}, r"columns of satisfaction, too"),
        ({"structure": "mediated", "satisfaction": SAT}, r"columns of loyalty, too: loyalty="),
        ({"structure": "MIMIC"}, r"covariates=\[\"age\""),
        ({"structure": "measurement", "covariates": "age"}, r"has no paths"),
        ({"structure": "method-factor"}, r"0 of the 22 items .* 'servqual-1988' has nine"),
        ({"structure": "expectation-only", "of": "perception"}, r"leave of='perception' out"),
        ({"of": "gaps"}, r"of must be one of gap, .*Did you mean 'gap'"),
        ({"of": "minimum"}, r"no role 'minimum'.*of='gap' or of='perception'"),
        ({"satisfaction": ["S1", "S2"], "loyalty": ["S2", "L"]}, r"'S2' stands in .* two places"),
        ({"names": {"tangible": "T"}}, r"renames 'tangible'.*Did you mean 'tangibles'"),
        ({"names": {"tangibles": "G5"}}, r"'G5' would be a latent variable and a column"),
        ({"names": {"tangibles": "empathy"}}, r"'tangibles', 'empathy' would all be called"),
        ({"names": {"tangibles": "1T"}}, r"'1T' cannot be a name.*'d_1T'"),
        ({"merge": {"x": ("empaty",)}}, r"'empaty', which is no dimension.*'empathy'"),
        ({"merge": {"x": ("empathy",), "y": ("empathy",)}}, r"'empathy' in two factors"),
        ({"structure": "three-factor", "merge": {"x": ("empathy",)}}, r"says what to merge"),
        ({"method_loadings": "some"}, r"must be \"equal\" or \"free\""),
    ],
)
def test_errors_say_what_is_wrong_and_what_to_do(arguments, told):
    with pytest.raises(ModelError, match=told):
        service_quality_model(NEW, **arguments)


def test_an_instrument_without_the_roles_of_gaps_says_what_it_allows():
    servperf = sq.load_instrument("servperf-1992")
    with pytest.raises(ModelError, match=r"no role 'expectation'.*allow of='perception'"):
        service_quality_model(servperf)
    assert service_quality_model(servperf, structure="perception-only").startswith(
        "tangibles =~ P1"
    )
    with pytest.raises(ModelError, match="no role 'expectation'"):
        service_quality_model(servperf, structure="expectation-and-perception")


def test_an_instrument_without_perceptions_is_refused():
    hopes = sq.Instrument(
        name="hopes", scale=(1, 7), dimensions={"a": ("1", "2")}, roles=("expectation",)
    )
    with pytest.raises(ModelError, match=r"no role 'perception', so it has no gap scores.*'expect"):
        service_quality_model(hopes)


def test_columns_that_are_not_in_the_data(survey):
    with pytest.raises(ModelError, match=r"1 columns .* not in the data: 'SAT9'"):
        service_quality_model(NEW, ["SAT1", "SAT9"], data=survey)


def test_a_dimension_that_is_called_like_an_item(survey):
    odd = small(G2=("1", "2", "3"))
    with pytest.raises(ModelError, match=r"'G2' would be .* names=\{'G2': 'latent_G2'\}"):
        service_quality_model(odd)
    assert service_quality_model(odd, names={"G2": "latent_G2"}).startswith("latent_G2 =~ G1")


def test_no_three_factors_without_their_dimensions():
    with pytest.raises(ModelError, match="no dimension 'responsiveness' and no"):
        service_quality_model(small(a=("1", "2")), structure="three-factor")


def test_a_second_order_needs_three_dimensions_or_outcomes():
    two = small(a=("1", "2"), b=("3", "4"))
    with pytest.raises(ModelError, match="second-order factor of 2 dimensions is not identified"):
        service_quality_model(two, structure="second-order")
    assert "SAT1 ~ service_quality" in service_quality_model(two, "SAT1", structure="second-order")


def test_something_else_than_an_instrument():
    with pytest.raises(ModelError, match="must be an Instrument, not str"):
        service_quality_model("servqual-1991")


@given(
    sizes=st.lists(st.integers(2, 5), min_size=3, max_size=6),
    structure=st.sampled_from([one for one in BUILDERS if one not in PARTICULAR]),
)
def test_items_are_measured_once_by_their_dimension(sizes, structure):
    ends = np.cumsum(sizes)
    dimensions = {
        f"d{at}": tuple(str(item) for item in range(end - size, end))
        for at, (size, end) in enumerate(zip(sizes, ends, strict=True))
    }
    text = service_quality_model(small(**dimensions), SAT, LOY, structure)
    table = build_table(text)
    letters = {"perception-only": "P", "expectation-only": "E", "expectation-and-perception": "EP"}
    of_items = {one for one in table.observed if one not in (*SAT, *LOY)}
    wanted = {
        f"{letter}{item}"
        for letter in letters.get(structure, "G")
        for items in dimensions.values()
        for item in items
    }
    assert of_items == wanted
    measures = [item for its in table.indicators.values() for item in its if item in wanted]
    assert len(measures) == len(wanted) * (2 if structure == "bifactor" else 1)
