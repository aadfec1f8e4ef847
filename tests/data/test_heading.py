"""Headers of several rows, and what stands above and below the names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest

import spatialcarbon as sc
from spatialcarbon.data.readers import read_table

if TYPE_CHECKING:
    from pathlib import Path


def test_a_name_merged_down_over_three_rows_makes_a_header_of_three(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["地区", "值", "量"],
        ["名称", None, "甲种"],
        ["城市", None, "乙种"],
        ["广州", 1, 2],
        ["深圳", 3, 4],
    ):
        book.active.append(row)
    book.active.merge_cells("B1:B3")
    book.save(tmp_path / "t.xlsx")
    table = read_table(tmp_path / "t.xlsx")
    assert table.header_rows == (1, 2, 3)
    assert list(table.frame) == ["地区 / 名称 / 城市", "值", "量 / 甲种 / 乙种"]
    assert table.frame["值"].tolist() == [1, 3]


@pytest.mark.parametrize(
    ("text", "rows", "measures"),
    [
        ("单位：万吨,,\n城市,a,b\n北京,1,2\n", (2,), {"a": "万吨", "b": "万吨"}),
        ("单位：万吨,,单位：亿元\n城市,a,b\n北京,1,2\n", (2,), {}),  # which is whose?
        ("地区,a,b\n,万吨,亿元\n天津,1,2\n", (1,), {"a": "万吨", "b": "亿元"}),
    ],
)
def test_units_above_and_below_the_names(
    text: str, rows: tuple[int, ...], measures: dict[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    table = read_table(path)
    assert table.header_rows == rows
    assert dict(table.measures) == measures


@pytest.mark.parametrize(
    "text",
    [
        "地区,a,b\n北京,万吨,亿元\n天津,1,2\n",  # a place whose values look like units
        "城市,排放,人口\ncity,emission,people\n北京,1,2\n",
    ],
)
def test_words_above_numbers_are_asked_about(text: str, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(sc.SchemaError, match="row 2 holds words above numbers"):
        read_table(path)


def test_names_that_repeat_in_the_second_row_need_a_third(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    head = "地区,甲,,\n,排放,排放,人口\n,2010,2015,2010\n"
    path.write_text(head + "北京,1,2,3\n天津,4,5,6\n", encoding="utf-8")
    table = read_table(path)
    assert table.header_rows == (1, 2, 3)
    assert list(table.frame) == ["地区", "甲 / 排放 / 2010", "甲 / 排放 / 2015", "甲 / 人口 / 2010"]


def test_two_rows_asked_for_below_a_title(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        "能源统计\n地区,2020,2020\n城市,a,b\n广州,1,2\n深圳,3,4\n", encoding="utf-8"
    )
    table = read_table(tmp_path / "t.csv", header=(2, 3))
    assert table.header_rows == (2, 3)
    assert table.frame.shape == (2, 3)
    assert table.frame.iloc[:, 0].tolist() == ["广州", "深圳"]
    assert [one.kind for one in table.skipped] == ["title"]  # no header repeated further down
