"""Let doctests run as a reader would run them."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keep the files that a doctest writes out of the checkout, and its pictures off the screen."""
    if isinstance(request.node, pytest.DoctestItem):
        # Asked for here, so that the thousands of other tests make no folder each.
        folder: Path = request.getfixturevalue("tmp_path")
        monkeypatch.chdir(folder)
        monkeypatch.setenv("MPLBACKEND", "Agg")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Show warnings of missing answers in doctests instead of failing on them."""
    for item in items:
        if isinstance(item, pytest.DoctestItem):
            item.add_marker(
                pytest.mark.filterwarnings("ignore::servqual.errors.MissingResponseWarning")
            )
