"""Input-output tables from files: what is read, and the exact cell of what is not."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pytest

import spatialcarbon as sc

Sheet = list[list[object]]


def sheet() -> Sheet:
    """Return a table as it is printed: merged regions, blanks, Chinese headings, a title, notes."""
    return [
        ["某年三区域投入产出表"],
        ["", "", "北方", "", "南方", "", "", "北方", "", "南方", "", "", "", ""],
        ["地区", "部门", "农业", "其他", "农业", "其他", "中间使用合计",
         "居民消费", "资本形成", "居民消费", "最终使用合计", "出口", "误差", "总产出"],
        ["北方", "农业", 10, 20, "", 5, 35, 40, 10, 10, 60, 4, 1, 100],
        ["", "其他", 20, 30, 10, 10, 70, 50, 30, 40, 120, 10, 0, "200"],
        ["南方", "农业", 5, 5, "１０", 10, 30, 10, 0, 30, 40, "—", 0, 70],
        ["", "其他", 10, 15, 20, 25, 70, 5, 5, 60, 70, 10, 0, 150],
        ["中间投入合计", "", 45, 70, 40, 50, *[""] * 8],
        ["劳动者报酬", "", 30, 80, 20, 60, *[""] * 8],
        ["营业盈余", "", 15, 40, 6, 30, *[""] * 8],
        ["增加值合计", "", 45, 120, 26, 90, *[""] * 8],
        ["进口", "", 10, 10, 4, 10, *[""] * 8],
        ["总投入", "", 100, 200, 70, 150, *[""] * 8],
        ["碳排放", "万t CO2", 1, 40, 2, 30, "", 3, "", 4, "", "", "", ""],
        ["注：虚构数据"],
    ]  # fmt: skip


def as_csv(cells: Sheet, folder: Path, encoding: str = "utf-8") -> Path:
    path = folder / "表.csv"
    lines = [",".join(str(cell) for cell in row) for row in cells]
    path.write_text("\n".join(lines) + "\n", encoding=encoding)
    return path


def as_xlsx(cells: Sheet, folder: Path) -> Path:
    path = folder / "表.xlsx"
    book = openpyxl.Workbook()
    for row in cells:
        book.active.append([None if cell == "" else cell for cell in row])
    book.save(path)
    return path


@pytest.mark.parametrize(
    "write",
    [as_csv, as_xlsx, lambda cells, folder: as_csv(cells, folder, "gb18030")],
    ids=["csv", "xlsx", "gb18030"],
)
def test_a_printed_table_is_read(write: Callable[..., Path], tmp_path: Path) -> None:
    table = sc.read_io_table(write(sheet(), tmp_path), money="万元")
    assert list(table.regions) == ["北方", "南方"]
    assert table.transactions.index.tolist() == [
        ("北方", "农业"), ("北方", "其他"), ("南方", "农业"), ("南方", "其他"),
    ]  # fmt: skip
    assert table.transactions.loc[("南方", "农业"), ("南方", "农业")] == 10
    assert table.final_demand["北方"].tolist() == [50, 80, 10, 10]
    assert table.output.tolist() == [100, 200, 70, 150]
    assert table.exports.tolist() == [4, 10, 0, 10]
    assert table.discrepancy.tolist() == [1, 0, 0, 0]
    assert table.primary_inputs.index.tolist() == ["劳动者报酬", "营业盈余", "进口"]
    assert table.emissions.tolist() == [1, 40, 2, 30]
    assert table.emission_unit == "万t CO2"
    assert table.households.to_dict() == {"北方": 3, "南方": 4}
    said = " ".join(table.notes)
    for words in ("某年三区域投入产出表", "注：虚构数据", "blank cells are read as zero"):
        assert words in said
    found = table.transfers()
    assert found.production.sum() == pytest.approx(80e4)
    assert found.residual["北方"] > 0
    money = table.transfers(account="value_added")
    assert money.measure == "万元"
    assert money.production.sum() == pytest.approx(315)


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    table = sc.read_io_table(as_csv(sheet(), tmp_path))
    path = tmp_path / "again.csv"
    table.to_layout().to_csv(path, header=False, index=False, encoding="utf-8")
    again = sc.read_io_table(path)
    np.testing.assert_allclose(again.transfers().matrix, table.transfers().matrix)
    np.testing.assert_allclose(again.transfers().production, table.transfers().production)
    bare = sc.read_io_table("miller_blair_two_regions")
    bare.to_layout().to_excel(tmp_path / "b.xlsx", header=False, index=False)
    back = sc.read_io_table(tmp_path / "b.xlsx")
    assert back.emissions is None
    np.testing.assert_allclose(back.value_added, bare.value_added)
    with pytest.raises(sc.SchemaError, match=r"b.xlsx \[Sheet1\] has no row of emissions"):
        back.transfers()
    with pytest.raises(sc.OptionError, match="account="):
        back.transfers(account="money")  # type: ignore[arg-type]


def put(row: int, column: int, value: object) -> Callable[[Sheet], None]:
    def change(cells: Sheet) -> None:
        cells[row][column] = value

    return change


def drop(*rows: int) -> Callable[[Sheet], None]:
    def change(cells: Sheet) -> None:
        for row in sorted(rows, reverse=True):
            del cells[row]

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (put(3, 2, "1o"), r"1 cells are no numbers\n  got: C4: '1o'"),
        (put(5, 13, "12%"), r"N6: '12%'"),
        (put(4, 1, ""), "cell B5: a row of flows without its sector"),
        (put(3, 0, ""), "cell A4: a row of flows without its region"),
        (put(2, 3, "工业"), "cell D3: the columns are not the sectors of the rows"),
        (put(3, 1, "其他"), "cell C3: the columns are not"),
        (put(1, 7, "东方"), "cell H2: 东方 has final demand but no rows of flows"),
        (put(1, 9, "北方"), "no final demand of 南方"),
        (put(2, 13, "合"), "no column of total output"),
        (put(4, 6, 71), "cell G5: the total is not the sum of its parts"),
        (put(6, 10, 71), "cell K7: the total is not"),
        (put(7, 3, 71), "cell D8: the total is not"),
        (put(10, 4, 27), "cell E11: the total is not"),
        (put(12, 5, 151), "cell F13: the total is not"),
        (lambda cells: cells.insert(6, [""] * 14), "row 7 inside the table is empty"),
        (drop(*range(3, 7)), "has no rows of flows"),
        (drop(*range(1, 14)), "holds no input-output table"),
    ],
)
def test_the_cell_that_is_wrong_is_named(
    change: Callable[[Sheet], None], said: str, tmp_path: Path
) -> None:
    cells = sheet()
    change(cells)
    with pytest.raises(sc.SchemaError, match=said) as caught:
        sc.read_io_table(as_csv(cells, tmp_path))
    assert "表.csv" in str(caught.value)


def test_a_sector_that_stands_twice_and_a_column_without_a_name(tmp_path: Path) -> None:
    cells = sheet()
    cells[2][3] = cells[4][1] = "农业"
    with pytest.raises(sc.SchemaError, match="cell B5: 北方 / 农业 stands twice"):
        sc.read_io_table(as_csv(cells, tmp_path))
    cells = sheet()
    for row in cells[1:14]:
        row.insert(2, "")
    cells[3][2] = 5
    with pytest.raises(sc.SchemaError, match="cell C3: a column without a heading"):
        sc.read_io_table(as_csv(cells, tmp_path))


def test_columns_that_do_not_close_are_refused(tmp_path: Path) -> None:
    cells = sheet()
    cells[9][2], cells[10][2] = 20, 50
    with pytest.raises(sc.BalanceError, match=r"the inputs of 1 of 4 rows"):
        sc.read_io_table(as_csv(cells, tmp_path)).transfers()
    cells = sheet()
    cells[4][13], cells[12][3] = 210, 210
    with pytest.raises(sc.BalanceError, match=r"北方 / 其他: \+10"):
        sc.read_io_table(as_csv(cells, tmp_path)).transfers()


def test_value_added_may_be_one_row_and_the_unit_in_brackets(tmp_path: Path) -> None:
    cells = sheet()
    cells[13][0], cells[13][1] = "碳排放（百万吨）", ""
    del cells[8:10]
    table = sc.read_io_table(as_csv(cells, tmp_path))
    assert table.emission_unit == "百万吨"
    assert table.primary_inputs.index.tolist() == ["进口", "增加值合计"]
    assert sc.read_io_table(as_csv(cells, tmp_path), emission_unit="t CO2").emission_unit == "t CO2"
    cells[7:11] = [["TVA", "", 55, 130, 30, 100, *[""] * 8]]
    assert sc.read_io_table(as_csv(cells, tmp_path)).primary_inputs.index.tolist() == ["TVA"]


def test_files_that_are_not_there_or_of_another_kind(tmp_path: Path) -> None:
    with pytest.raises(sc.SchemaError, match="one of miller_blair_two_regions"):
        sc.read_io_table(tmp_path / "no.csv")
    odd = tmp_path / "a.parquet"
    odd.write_bytes(b"x")
    with pytest.raises(sc.SchemaError, match="of a kind that is not read"):
        sc.read_io_table(odd)
    assert "SchemaError" in (inspect.getdoc(sc.read_io_table) or "")
