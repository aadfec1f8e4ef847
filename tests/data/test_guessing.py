"""A population without a unit: its size says which, or nothing does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import spatialcarbon as sc

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("persons", "measure", "why"),
    [
        ([2_000_000, 900_000, 300], "人", "the size of the numbers suggests this one"),
        ([700, 300, 30_000_000], "万人", "the size of the numbers suggests this one"),
        ([11, 12, 10], "万人", "the size of the numbers suggests this one"),
        ([200_000, 20_000, 300_000], "", "the header gives no unit"),
        ([19_000, 20_000, 30_000], "", "the header gives no unit"),
        ([9, 10, 11], "", "the header gives no unit"),
    ],
)
def test_the_middle_tells_persons_from_ten_thousands_or_nothing(
    tmp_path: Path, persons: list[int], measure: str, why: str
) -> None:
    file = tmp_path / "a.csv"
    rows = zip(("成都市", "绵阳市", "重庆市"), persons, strict=True)
    text = "".join(f"{place},2020,{number}\n" for place, number in rows)
    file.write_text("城市,年份,常住人口\n" + text, encoding="utf-8")
    found = next(c for c in sc.propose_columns(file).columns if c.column == "常住人口")
    assert (found.measure, found.sure) == (measure, "open")
    said = found.why.render("en") if hasattr(found.why, "render") else str(found.why)
    assert said.endswith(why)
