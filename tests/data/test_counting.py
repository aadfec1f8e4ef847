"""Reading stops at the first row that is too many, and not before."""

from __future__ import annotations

import pytest

import spatialcarbon as sc
from spatialcarbon.data.counting import Counter

PREFIX = "SPATIALCARBON_MAX_"


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, most in (("ROWS", 4), ("COLUMNS", 3), ("CELLS", 9)):
        monkeypatch.setenv(f"{PREFIX}TABLE_{name}", str(most))
    monkeypatch.setenv(f"{PREFIX}CELL_CHARACTERS", "5")


def test_up_to_the_limits_nothing_is_said() -> None:
    counter = Counter("a.csv")
    for row in (1, 2, 3):
        counter.add(row, ["12345", 123456, None])
    counter.add(4, [])
    assert counter.counted == 9


@pytest.mark.parametrize(
    ("row", "cells", "thing"),
    [
        (5, [], "rows of a table"),
        (1, ["a"] * 4, "columns of a table"),
        (1, ["a", "123456"], "characters of a cell"),
    ],
)
def test_one_more_is_refused(row: int, cells: list[str], thing: str) -> None:
    with pytest.raises(sc.SchemaError, match=f"a.csv has too many {thing}"):
        Counter("a.csv").add(row, cells)


def test_cells_of_all_rows_are_counted_together() -> None:
    counter = Counter("a.csv")
    for row in (1, 2, 3):
        counter.add(row, ["a"] * 3)
    with pytest.raises(sc.SchemaError, match=r"too many cells of a table(.|\n)*at least 10"):
        counter.add(4, ["a"])
