"""Blocks that cannot be decoded are named with their place, and left out only when asked."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.models.land.crosstab import cross_tabulate

TILE = 32


@pytest.fixture
def two(cases: ModuleType, tmp_path: Path) -> tuple[Path, Path]:
    """Two years; the tile of rows 64 to 95 and columns 32 to 63 of the second is damaged."""
    first, second = cases.pair(tmp_path)
    return first, cases.damaged(second, 2, 1)


def count(*rasters: Any, **options: Any) -> Any:
    return cross_tabulate(list(rasters), scheme="common", **options)


@pytest.mark.parametrize("exact", [False, True])
def test_a_damaged_block_is_named_with_its_place(two: tuple[Path, Path], exact: bool) -> None:
    with pytest.raises(SchemaError) as caught:
        count(*two, exact=exact)
    said = str(caught.value)
    assert "b.tif" in said
    assert "rows 64 to 95, columns 32 to 63" in said
    assert "skip_damaged" in said


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("zoned", [False, True])
def test_skipping_leaves_out_the_block_and_nothing_else(
    cases: ModuleType, tmp_path: Path, zoned: bool, exact: bool
) -> None:
    first, second = cases.pair(tmp_path)
    a, b = cases.codes(first), cases.codes(second)
    cases.damaged(second, 2, 1)
    a[64:96, 32:64] = 0
    units = cases.zones().drop(index=["over", "Zürich"]) if zoned else None
    found = count(first, second, zones=units, exact=exact, skip_damaged=True)
    share = cases.exact_share if exact else cases.centre_share
    shares = (
        {z: share(g, cases.METRES, a.shape) for z, g in units.geometry.items()}
        if units is not None
        else {"ALL": np.ones(a.shape)}
    )
    wanted = cases.counted(a, b, shares, cases.cell_areas(cases.METRES, 150, cases.ALBERS))
    mine = cases.tidy(found.tables[0, 1])
    assert list(mine.index) == list(wanted.index)
    assert np.allclose(mine["km2"], wanted["km2"], rtol=1e-9, atol=0)
    lost = found.excluded.query("reason == 'damaged'").set_index("zone")["km2"]
    for zone, inside in shares.items():
        area = inside[64:96, 32:64].sum() * 0.0009
        assert lost.get(zone, 0.0) == pytest.approx(area, rel=1e-9)


def test_skipping_is_reported_in_both_languages(two: tuple[Path, Path]) -> None:
    found = count(*two, skip_damaged=True)
    (said,) = [r for r in found.remarks if "damaged" in r.render("en")]
    assert "rows 64 to 95, columns 32 to 63" in said.render("en")
    assert "0.9216 km²" in said.render("en")
    assert "b.tif" in said.render("zh")
    assert "64" in said.render("zh")


def test_the_whole_is_counted_or_left_out(cases: ModuleType, two: tuple[Path, Path]) -> None:
    found = count(*two, skip_damaged=True)
    total = found.tables[0, 1]["km2"].sum() + found.excluded["km2"].sum()
    assert total == pytest.approx(150 * 170 * 0.0009)


def test_the_other_years_lose_the_same_cells(
    cases: ModuleType, tmp_path: Path, two: tuple[Path, Path]
) -> None:
    """So that all tables of one call are of the same land."""
    third = cases.write(tmp_path / "c.tif", cases.patchy(seed=9))
    found = count(*two, third, skip_damaged=True)
    for pair in ((0, 1), (1, 2), (0, 2)):
        rows = found.excluded[[tuple(p) == pair for p in found.excluded["pair"]]]
        lost = rows.query("reason == 'damaged'")["km2"].sum()
        assert lost == pytest.approx(TILE * TILE * 0.0009)


def test_nothing_is_said_where_nothing_is_damaged(cases: ModuleType, tmp_path: Path) -> None:
    two = cases.pair(tmp_path)
    plain, skipping = count(*two), count(*two, skip_damaged=True)
    assert plain.tables[0, 1].equals(skipping.tables[0, 1])
    assert plain.excluded.equals(skipping.excluded)
    assert plain.remarks == skipping.remarks


def test_a_file_cut_off_can_be_used_as_far_as_it_goes(cases: ModuleType, tmp_path: Path) -> None:
    first, second = cases.pair(tmp_path)
    cases.truncated(second, 0.5)
    found = count(first, second, skip_damaged=True)
    lost = found.excluded.query("reason == 'damaged'")["km2"].sum()
    assert 0 < lost < 150 * 170 * 0.0009
    assert found.tables[0, 1]["km2"].sum() > 0
    assert any("blocks" in r.render("en") for r in found.remarks)


def test_damage_behind_a_vrt_is_named_too(cases: ModuleType, tmp_path: Path) -> None:
    first, second = cases.pair(tmp_path)
    above = cases.virtual(tmp_path / "b.vrt", cases.damaged(second, 2, 1))
    with pytest.raises(SchemaError, match=r"b\.vrt is damaged at rows 64 to 95, columns 32 to"):
        count(first, above)
    found = count(first, above, skip_damaged=True)
    lost = found.excluded.query("reason == 'damaged'")["km2"].sum()
    assert lost == pytest.approx(TILE * TILE * 0.0009)


@pytest.mark.parametrize("dtype", ["uint8", "int16"])
def test_unknown_codes_beside_damage_are_listed_as_they_are(
    cases: ModuleType, tmp_path: Path, dtype: str
) -> None:
    codes = cases.patchy().astype(dtype)
    codes[3:5, 7:10] = 77
    path = cases.write(tmp_path / "a.tif", codes)
    with pytest.raises(SchemaError, match="77: 6"):
        count(path, cases.damaged(path, 2, 1), skip_damaged=True)
