"""The laws that a machine can check: one-way imports, a front door that imports nothing, names."""

import ast
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import servqual

PACKAGE = Path(servqual.__file__).parent

# A module imports only from rows above its own.
ROWS = [
    {"sem.fitting.layout"},
    {"indices._source"},
    {"_language", "_lazy", "_levels", "_tally", "errors"},
    {
        "polychoric._codes",
        "polychoric._facts",
        "polychoric._smoothing",
        "polychoric.bivariate_normal",
        "polychoric.prepared",
    },
    {"polychoric._ordered_pairs"},
    {"polychoric._mixed_pairs"},
    {"polychoric._continuous"},
    {"polychoric.latent"},
    {"polychoric.moments"},
    {"_em", "_frames", "_kernel", "_pairwise", "_progress", "_result"},
    {"reliability._alpha", "reliability._omega", "reliability._regression"},
    {"_definition", "_matrix", "_weights", "arrays"},
    {"_columns"},
    {"datasets", "instrument", "moments", "profile", "reading"},
    {"_answers", "_binding", "resampling", "sample"},
    {"responses"},
    {"scores.common", "scores.importance"},
    {"scores.outcome", "scores.weighted"},
    {"scores.gaps", "scores.perception", "scores.tolerance"},
    {"items", "reliability._gap_parts"},
    {
        "priorities.grid.derived",
        "priorities.grid.quadrants",
        "scorecards.answers",
        "scorecards.estimates",
    },
    {"indices._cells"},
    {"priorities.grid.reading", "scorecards.card"},
    {"priorities.grid.placement", "scorecards.proportions"},
    {"scorecards.effort", "scorecards.net_promoter", "scorecards.satisfaction"},
    {"indices._scales", "indices.model_index"},
    {"indices._estimating", "indices._points"},
    {"priorities.grid.matrix", "scorecards.index"},
    {"priorities.grid.sheet"},
    {"reliability._scale_result", "sem._concentrated"},
    {"sem.unrestricted"},
    {
        "sem.construction.products",
        "sem.specification._tokens",
        "sem.validity._heterotrait",
        "sem.validity._partial_marker",
        "sem.variables",
    },
    {"sem.specification.expressions"},
    {"sem.specification._modifiers", "sem.specification.parameters"},
    {"sem.specification.syntax"},
    {
        "pls.fitting.settings",
        "pls.fitting.specification",
        "pls.groups.permuted",
        "pls.prediction.result",
    },
    {"pls.fitting.layout"},
    {"pls.fitting.regressions"},
    {
        "pls.fitting.measurement",
        "pls.fitting.products",
        "pls.fitting.weights",
        "pls.prediction.folds",
        "pls.prediction.losses",
    },
    {"pls.fitting.estimates"},
    {"sem.specification._constraints", "sem.specification._roles"},
    {"sem.specification._defaults", "sem.specification.equalities"},
    {"sem.specification.ordinal_equalities", "sem.specification.table"},
    {
        "sem.fitting.gamma",
        "sem.fitting.structure",
        "sem.questions.candidates",
        "sem.resamples._indirect",
        "sem.specification.writing",
    },
    {
        "sem.fitting.information",
        "sem.fitting.ml",
        "sem.fitting.model_data",
        "sem.fitting.standardized",
        "sem.fitting.statistics",
        "sem.resamples._descent",
    },
    {
        "pls.fitting.answers",
        "pls.fitting.problems",
        "pls.fitting.quantities",
        "pls.fitting.recipe",
        "pls.fitting.tables",
        "pls.prediction.forecasts",
    },
    {"pls.resamples.bootstrapped", "pls.result"},
    {
        "pls.importance_map",
        "pls.path_model",
        "pls.prediction.prediction",
        "pls.resamples.refits",
        "pls.slopes",
    },
    {"pls.resamples.bootstrap"},
    {
        "sem.construction._template_parts",
        "sem.fitting.fit_indices",
        "sem.fitting.latent_responses",
        "sem.fitting.least_squares",
        "sem.fitting.observed_statistics",
        "sem.fitting.patterns",
        "sem.fitting.starts",
    },
    {
        "sem.construction._pairs",
        "sem.construction._template_quality",
        "sem.construction.path_templates",
        "sem.fitting.scoring",
        "sem.fitting.targets",
    },
    {
        "sem.construction._ordered_pairs",
        "sem.construction.templates",
        "sem.fitting.fitted",
        "sem.resamples._fit_functions",
    },
    {"sem.construction.paired_templates"},
    {
        "sem.fitting.baseline",
        "sem.fitting.estimates",
        "sem.fitting.fits",
        "sem.fitting.problems",
        "sem.resamples._draws",
        "sem.resamples._refit",
        "sem.result",
        "sem.robustness.estimators",
        "sem.robustness.robust",
        "sem.robustness.squares",
        "sem.validity._composites",
    },
    {"sem.questions.releases"},
    {
        "sem.invariance._compared",
        "sem.invariance._levels",
        "sem.invariance._paired_notes",
        "sem.invariance._ratings",
        "sem.invariance._releases",
    },
    {
        "sem.questions._squares_residuals",
        "sem.questions.fit_comparison",
        "sem.questions.modification",
        "sem.questions.scores_of_factors",
        "sem.resamples._influence",
        "sem.resamples.model_bootstrap",
        "sem.resamples.monte_carlo",
        "sem.robustness.saturated",
        "sem.semopy_engine",
        "sem.validity._construct_tables",
        "sem.validity._method_models",
    },
    {
        "sem.questions.residuals",
        "sem.resamples.bootstrap",
        "sem.robustness.scaling",
        "sem.validity.construct",
    },
    {"sem.robustness.differences", "sem.robustness.missing_fit", "sem.robustness.scaled_fit"},
    {"sem.robustness.inference"},
    {"sem.estimation", "sem.questions.model_comparison"},
    {"sem.invariance._fits", "sem.invariance._ladder"},
    {"sem.invariance._paired_levels", "sem.invariance.measurement"},
    {"sem.confirmatory", "sem.validity._method_fits"},
    {"sem.validity.method_variance"},
    {
        "reliability._categorical_omega",
        "reliability._latent_gap",
        "reliability._scale_part",
        "reliability._schmid_leiman",
    },
    {
        "reliability.consistency",
        "reliability.difference_scores",
        "reliability.item_quality",
        "reliability.retest",
    },
    {"reliability.difference_audit"},
    {
        "factors._correlations",
        "factors._displayed",
        "factors.extraction",
        "factors.fit",
        "factors.rotation",
    },
    {"polychoric._source", "polychoric.solution"},
    {"polychoric.correlation"},
    {"factors.adequacy", "factors.average_partial", "factors.parallel", "factors.solution"},
    {"factors.efa"},
    {"reliability.hierarchical"},
    {
        "comparisons.effects",
        "comparisons.families",
        "comparisons.grouping",
        "comparisons.means",
        "comparisons.parts",
        "comparisons.reasons",
        "comparisons.signed_ranks",
    },
    {"pls.groups.permutations", "pls.paper"},
    {"pls.groups.multigroup"},
    {"pls.groups.invariance"},
    {"sem.invariance.differences", "sem.invariance.expectation_perception"},
    {"indices._building", "indices._pls_source", "indices._sem_source"},
    {"indices.indexing"},
    {"comparisons.flips", "comparisons.matching", "comparisons.omnibus"},
    {"comparisons.samples", "comparisons.tested"},
    {
        "comparisons.contrasts",
        "comparisons.gaps",
        "comparisons.groups",
        "comparisons.paired",
        "comparisons.profiles",
        "comparisons.waves",
        "comparisons.zones",
    },
    {"explanations._arithmetic", "explanations._choice", "explanations._markup"},
    {"explanations._steps"},
    {"explanations.explanation"},
    {
        "explanations._mean_gap",
        "explanations._model_letters",
        "explanations.adequacy",
        "explanations.consistency",
        "explanations.paired",
        "explanations.recommendation",
    },
    {
        "explanations._excess",
        "explanations.constructs",
        "explanations.differences",
        "explanations.effects",
        "explanations.weighted",
    },
    {"explanations.fits", "explanations.gaps"},
    {"explanations.structural"},
    {"explanations.explaining"},
    {"plots._style", "plots._text"},
    {"plots._axes", "plots._labels", "plots._rows"},
    {
        "plots._lanes",
        "plots.dumbbell",
        "plots.gaps",
        "plots.importance_map",
        "plots.likert",
        "plots.loadings",
        "plots.priorities",
        "plots.radar",
        "plots.zone",
    },
    {"plots._graph", "plots.latent_means", "plots.thresholds"},
    {"plots._placing"},
    {"plots._curves", "plots._diagram_texts"},
    {"plots._diagrams"},
    {"plots.paths"},
    {
        "report._diagrams",
        "report._kind",
        "report._model_references",
        "report._models",
        "report._phrases",
    },
    {"tables._numbers", "tables._text"},
    {"tables._columns", "tables._labels"},
    {"tables._outline"},
    {"tables._model"},
    {"tables._layout", "tables.html"},
    {"tables.excel", "tables.latex", "tables.word"},
    {"tables.writing"},
    {
        "report._fit_figures",
        "report._invariance_kinds",
        "report._model_settings",
        "report._path_kinds",
        "report._pictures",
        "report._references",
        "report._shown",
        "report._squares",
        "report._summary",
        "report._undone",
    },
    {"report._model_kinds", "report._model_tables"},
    {"report._kinds"},
    {"report._settings"},
    {"report._method", "report._parts", "report._usual"},
    {"report._outline", "report._tables"},
    {"report._page", "report._word"},
    {"report.writing"},
    {"__main__"},
]
ROW = {module: number for number, row in enumerate(ROWS) for module in row}
HEAVY = {
    "matplotlib",
    "pingouin",
    "semopy",
    "polars",
    "pyarrow",
    "jinja2",
    "openpyxl",
    "pyreadstat",
}


def modules():
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        if not name.endswith("__init__"):
            yield name, ast.parse(path.read_text(encoding="utf-8"))


TREES = dict(modules())


def imported(tree):
    """Every module that a tree imports, also inside functions, but not for type checkers only."""
    checked_only = {
        id(inside)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for statement in node.body
        for inside in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if id(node) in checked_only:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            yield node.module


@pytest.mark.parametrize(("name", "tree"), TREES.items(), ids=TREES)
def test_imports_point_upwards_only(name, tree):
    assert name in ROW, f"{name} stands in no row"
    for module in imported(tree):
        if module == "servqual":
            assert name == "__main__", "only the command line imports the front door"
        elif module.startswith("servqual."):
            other = module.removeprefix("servqual.")
            assert ROW[other] < ROW[name], f"{name} imports {other}, which is not above it"


def test_every_row_names_modules_that_exist():
    assert set(ROW) == set(TREES)


@pytest.mark.parametrize(("name", "tree"), TREES.items(), ids=TREES)
def test_heavy_packages_come_through_the_lazy_door(name, tree):
    for module in imported(tree):
        root = module.partition(".")[0]
        assert root not in HEAVY, f"{name} imports {module} directly; use _lazy.require"
    at_top = ast.Module([node for node in tree.body if isinstance(node, ast.ImportFrom)], [])
    assert not {"scipy.stats", "scipy.optimize"} & set(imported(at_top)), name


def test_front_door_imports_nothing():
    code = (
        "import sys; before = set(sys.modules); import servqual; "
        "print(sorted(set(sys.modules) - before))"
    )
    assert _run(code) == "['servqual']"


def test_array_door_loads_numpy_only():
    code = "import sys; from servqual.arrays import gap; print(' '.join(sys.modules))"
    loaded = {name.partition(".")[0] for name in _run(code).split()}
    assert "numpy" in loaded
    assert not loaded & {"pandas", "scipy", "narwhals", *HEAVY}


def test_people_door_loads_no_extra():
    code = (
        "import sys; from servqual import gap_scores, Responses, load_instrument, load_dataset; "
        "print(' '.join(sys.modules))"
    )
    loaded = {name.partition(".")[0] for name in _run(code).split()}
    assert not loaded & (HEAVY - {"pyarrow"})  # pandas imports pyarrow itself where it is there


def _run(code):
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    return done.stdout.strip()


def test_front_door_and_type_checkers_see_the_same_names():
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    (block,) = (
        node
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    typed = {
        (node.module.removeprefix("servqual."), alias.name)
        for node in block.body
        for alias in node.names
        if alias.asname == alias.name
    }
    lazy = {(module, name) for module, names in servqual._HOMES.items() for name in names}
    assert typed == lazy


@pytest.mark.parametrize("name", [name for name in servqual.__all__ if name != "__version__"])
def test_every_public_name_is_there_and_documented(name):
    value = getattr(servqual, name)
    assert value.__doc__
    assert not name.startswith("test_")
    assert name not in {module.rpartition(".")[2] for module in ROW}
    assert pickle.loads(pickle.dumps(value)) is value


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'gap_score'"):
        _ = servqual.gap_score


def test_no_assert_and_no_blanket_except():
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            assert not isinstance(node, ast.Assert), name
            if isinstance(node, ast.ExceptHandler):
                assert node.type is not None, name
                assert ast.unparse(node.type) not in ("Exception", "BaseException"), name
