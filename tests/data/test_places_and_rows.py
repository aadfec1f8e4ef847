"""Which rows are read under a header that was named, and what a wrong code is near to."""

from __future__ import annotations

from pathlib import Path

import pytest

import spatialcarbon as sc
from spatialcarbon.data.readers import read_table

PAGE = "Report,draft,of\nplace,CO2,GDP\n名称,总量,产值\n北京,1,2\n天津,3,4\n"


@pytest.mark.parametrize(
    ("header", "rows", "names"),
    [
        ([2], (3, 4, 5), ["place", "CO2", "GDP"]),
        ([3], (4, 5), ["名称", "总量", "产值"]),
        ([2, 3], (4, 5), ["place / 名称", "CO2 / 总量", "GDP / 产值"]),
    ],
)
def test_the_table_begins_below_the_header_that_was_named(
    header: list[int], rows: tuple[int, ...], names: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(PAGE, encoding="utf-8")
    table = read_table(path, header=header)
    assert table.header_rows == tuple(header)
    assert table.rows == rows
    assert list(table.frame.columns) == names


@pytest.mark.parametrize(
    ("code", "near"),
    [
        ("110105", "北京市, 110000"),  # a district: its municipality
        ("310999", "上海市, 310000"),  # no such district
        ("130205", "河北省, 130200"),  # a district: its city
        ("130000", r"河北省 \(130000\)"),  # a province among cities
    ],
)
def test_a_code_of_another_level_leads_to_the_unit_it_is_in(code: str, near: str) -> None:
    with pytest.raises(sc.NameMatchError, match=f"{code} is no code at this level.*{near}"):
        sc.match_names([code])
