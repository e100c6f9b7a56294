"""The laws that a machine can check: one-way imports, a front door that imports nothing, names."""

import ast
import pickle
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import servqual

PACKAGE = Path(servqual.__file__).parent

# A room is a folder of modules, or a module that stands alone. It imports only from rows above its
# own; within a room, no import leads back to where it came from.
ROWS = [
    {"_em", "_language", "_lazy", "_levels", "_result", "_tally", "errors"},
    {
        "_definition",
        "_displayed",
        "_frames",
        "_kernel",
        "_matrix",
        "_pairwise",
        "_phrases",
        "_progress",
        "regression",
        "resampling",
    },
    {"_weights", "arrays", "datasets", "instrument", "profile", "reading"},
    {"_answers", "_binding", "_columns"},
    {"moments", "responses"},
    {"sample", "scores"},
    {"comparisons", "items", "scorecards"},
    {"polychoric", "priorities.relative"},
    {"factors", "priorities.grid", "sem.specification"},
    {"sem.fitting"},
    {"pls.fitting", "reliability", "sem.construction", "sem.robustness"},
    {"priorities.asymmetry", "priorities.surface"},
    {"provider"},
    {"pls", "sem"},
    {"pls.prediction", "pls.resamples", "sem.questions", "sem.resamples", "sem.validity"},
    {"indices", "pls.groups", "pls.questions", "sem.invariance"},
    {"scenarios"},
    {"explanations", "plots", "tables"},
    {"report"},
    {"__main__"},
]
ROW = {room: number for number, row in enumerate(ROWS) for room in row}
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


def room(module):
    """The folder that a module lies in, or itself if it stands alone."""
    return module.rpartition(".")[0] or module


def own_imports(name):
    """The modules of the package that a module imports."""
    for module in imported(TREES[name]):
        if module == "servqual":
            assert name == "__main__", "only the command line imports the front door"
        elif module.startswith("servqual."):
            yield module.removeprefix("servqual.")


@pytest.mark.parametrize("name", TREES)
def test_imports_point_upwards_only(name):
    assert room(name) in ROW, f"the room of {name} stands in no row"
    for other in own_imports(name):
        assert other in TREES, f"{name} imports {other}, which is no module"
        above = ROW[room(other)] < ROW[room(name)]
        assert above or room(other) == room(name), f"{name} imports {other}, which is not above it"


def test_no_import_within_a_room_leads_back():
    graph = TopologicalSorter({name: set(own_imports(name)) for name in TREES})
    graph.prepare()  # raises CycleError


def test_every_row_names_rooms_that_exist():
    assert set(ROW) == {room(name) for name in TREES}


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
    assert name not in {module.rpartition(".")[2] for module in TREES}
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
