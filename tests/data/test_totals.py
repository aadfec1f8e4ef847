"""Whether places add up to a total is asked to the last digit that is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import spatialcarbon as sc
from spatialcarbon.data.totals import find_provinces

if TYPE_CHECKING:
    from pathlib import Path


def said(tmp_path: Path, parts: list[str], total: str) -> str:
    """The remark on a total below three cities."""
    cities = ("成都市", "自贡市", "攀枝花市")
    rows = [f"{city},2020,{part}" for city, part in zip(cities, parts, strict=True)]
    file = tmp_path / "a.csv"
    file.write_text("\n".join(["地区,年份,v", *rows, f"合计,2020,{total}"]), encoding="utf-8")
    panel = sc.read_panel(file, unit="地区", year="年份", values="v", level="city")
    return next(
        line for line in (remark.render("en") for remark in panel.remarks) if "a total" in line
    )


@pytest.mark.parametrize(
    ("parts", "total"),
    [
        (["0.4", "0.4", "0.4"], "1.3"),  # of 0.44 each
        (["0.4", "0.4", "0.4"], "1.4"),  # of 0.449 each and 1.35: at the very edge
        (["0.4", "0.4", "0.4"], "1"),
        (["1000000.5", "1000000.5", "1000000.5"], "3000001.3"),
        (["10", "20", "30"], "62"),
    ],
)
def test_rounding_explains_a_small_difference(parts: list[str], total: str, tmp_path: Path) -> None:
    assert said(tmp_path, parts, total).endswith("its 3 rows add up to that")


@pytest.mark.parametrize(
    ("parts", "total", "added"),
    [
        (["0.4", "0.4", "0.4"], "1.5", "1.2"),
        (["0.44", "0.44", "0.44"], "1.35", "1.32"),
        (["1000000.5", "1000000.5", "1000000.5"], "3000001.8", "3000001.5"),
        (["10", "20", "30"], "63", "60"),
        (["10", "20", "30"], "57", "60"),
    ],
)
def test_and_no_larger_one(parts: list[str], total: str, added: str, tmp_path: Path) -> None:
    assert said(tmp_path, parts, total).endswith(f"but its 3 rows add up to v {added} in 2020")


@pytest.mark.parametrize("total", ["0.2", "0.3", "0.6"])
def test_what_lies_between_the_parts_may_be_an_average(total: str, tmp_path: Path) -> None:
    assert "add up" not in said(tmp_path, ["0.2", "0.3", "0.6"], total)


@pytest.mark.parametrize("zeros", ["", "000000"])
def test_a_province_among_its_cities_is_known_by_its_code(zeros: str) -> None:
    labels = [code + zeros for code in ("510000", "510100", "510300", "320100")]
    (apart,) = find_provinces(labels, range(4))
    assert (apart.record, apart.members) == (0, (1, 2))
