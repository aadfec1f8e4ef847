"""Values that stand under no name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest

import spatialcarbon as sc
from spatialcarbon.data.readers import read_table

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("row", "letters", "cell"),
    [
        (["北京", 1, 2], "C", "C3"),
        (["北京", 1, None, 2], "D", "D3"),
        (["北京", 1, 2, 3, 4], "C, D, E", "C3"),
    ],
)
def test_every_value_beyond_the_header_is_named(
    row: list[object], letters: str, cell: str, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    for cells in (["place", "CO2"], ["天津", 3], row):
        book.active.append(cells)
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(sc.SchemaError, match=f"(?s)without a name.*column {letters}, .* {cell}"):
        read_table(tmp_path / "t.xlsx")
