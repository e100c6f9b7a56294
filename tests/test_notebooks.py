"""The notebooks run from top to bottom, and are kept without outputs."""

import json
import os
from pathlib import Path

import pytest

from tests.helpers import needs

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_there_are_notebooks():
    assert NOTEBOOKS


@each_notebook
def test_notebook_runs(path, tmp_path, monkeypatch):
    nbclient, nbformat = needs("nbclient"), needs("nbformat")
    for package in ("docx", "ipykernel", "jinja2", "matplotlib", "openpyxl", "pingouin", "semopy"):
        needs(package)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = nbformat.read(path, as_version=4)
    # raises CellExecutionError, with the cell and its traceback, at the first error
    nbclient.NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    run = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source]
    assert all(cell.execution_count for cell in run)
    assert list(tmp_path.iterdir()) == []
    if kept := os.environ.get("SERVQUAL_NOTEBOOKS"):  # for the documentation
        nbformat.write(notebook, ROOT / kept / path.name)


@each_notebook
def test_notebook_is_kept_without_outputs(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    for cell in notebook["cells"]:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None
