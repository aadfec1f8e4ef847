"""Workbooks as Excel leaves them: results stored beside formulas, rows that are blank."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest

import spatialcarbon as sc
from spatialcarbon.data.readers import read_table

if TYPE_CHECKING:
    from pathlib import Path


def workbook(path: Path, rows: list[list[object]], stored: str = "") -> Path:
    """Write a workbook, with a result beside every formula if there is one."""
    plain = path.with_name("plain.xlsx")
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name).replace(b"</f><v />", f"</f><v>{stored}</v>".encode())
            new.writestr(name, content.replace(b"</f><v></v>", f"</f><v>{stored}</v>".encode()))
    return path


def test_a_formula_with_its_result_is_a_number_also_where_other_cells_are_blank(
    tmp_path: Path,
) -> None:
    rows = [["place", "a", "b"], ["x", None, "=1+1"], ["y", 3, 4]]
    path = workbook(tmp_path / "t.xlsx", rows, stored="2")
    assert read_table(path).frame["b"].tolist() == [2, 4]


def test_a_formula_without_its_result_is_not_a_blank(tmp_path: Path) -> None:
    rows = [["place", "a", "b"], ["x", "=1+1", None], ["y", 3, "=B2+B3"]]
    path = workbook(tmp_path / "t.xlsx", rows)
    with pytest.raises(sc.SchemaError, match=r"has 2 formulas without a stored result\n.*B2, C3"):
        read_table(path)


def test_a_blank_first_row_hides_no_table(tmp_path: Path) -> None:
    rows: list[list[object]] = [[], ["place", "a"], ["x", 1], ["y", 2], [None, None], [" ", None]]
    table = read_table(workbook(tmp_path / "t.xlsx", rows))
    assert table.frame["a"].tolist() == [1, 2]
    assert table.rows == (3, 4)
