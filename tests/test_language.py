"""Every text has its Chinese, and every column its heading."""

import ast
from pathlib import Path
from string import Formatter

import pytest

import servqual
from servqual._language import LANGUAGES, catalogue, heading, say

PACKAGE = Path(servqual.__file__).parent


def templates():
    """The literal templates of every call of `say`."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") == "say"
                and isinstance(node.args[0], ast.Constant)
            ):
                yield node.args[0].value


def fields(template):
    return sorted({name for _, name, _, _ in Formatter().parse(template) if name is not None})


def test_every_literal_text_is_translated():
    missing = sorted(set(templates()) - set(catalogue("zh")["text"]))
    assert not missing


@pytest.mark.parametrize(("english", "chinese"), list(catalogue("zh")["text"].items()))
def test_translations_have_the_same_places_for_values(english, chinese):
    assert fields(english) == fields(chinese)
    assert chinese.strip()


def test_headings_are_the_same_in_every_language():
    columns = [set(catalogue(language)["columns"]) for language in LANGUAGES]
    assert all(one == columns[0] for one in columns)


def test_unknown_language_is_refused():
    with pytest.raises(ValueError, match="en, zh, not 'fr'"):
        say("n = {n}", "fr", n=1)


@pytest.mark.filterwarnings("ignore::servqual.MissingResponseWarning")
def test_every_column_of_a_result_has_a_heading():
    known = set(catalogue("en")["columns"])
    for name in ("bank", "library"):
        frame = servqual.load_dataset(name)
        about = servqual.load_instrument(frame.attrs["instrument"])
        answers = servqual.Responses.from_frame(
            frame, about, missing="available", **frame.attrs["bind"]
        )
        results = [answers, servqual.gap_scores(answers), servqual.perception_scores(answers)]
        if name == "library":
            results.append(servqual.tolerance_scores(answers))
        results.append(servqual.describe_sample(frame[[frame.columns[1]]]))
        for result in results:
            assert set(result.to_frame()) <= known, type(result)
            assert result.title("zh") != result.title("en")
            assert all(heading(column, "zh") for column in result.to_frame())
