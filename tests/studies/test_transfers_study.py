"""Embodied transfers in a study: the shipped analysis, an own table, and what is refused."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

import spatialcarbon as sc
from spatialcarbon.studies.pipeline import check_study, run_study

SHIPPED = Path(sc.__file__).parents[1] / "analyses" / "09_embodied_transfers" / "study.toml"


def csv(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, encoding="utf-8-sig")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return run_study(SHIPPED, out=tmp_path_factory.mktemp("transfers") / "results")


def test_the_shipped_analysis(shipped: Any) -> None:
    account = sc.read_io_table("illustrative_eight_regions").transfers()
    table = csv(shipped.directory / "tables" / "transfers.csv").set_index("region")
    np.testing.assert_allclose(table["production"], account.production)
    np.testing.assert_allclose(table["shared"], account.shared()["shared"])
    matrix = csv(shipped.directory / "tables" / "transfers_matrix.csv").set_index("region")
    np.testing.assert_allclose(matrix, account.matrix)
    page = (shipped.directory / "report.html").read_text(encoding="utf-8")
    for words in (
        "(illustrative data)", "On illustrative data:", "Northwest",
        "A textbook table: value added of two regions", "Leontief",
    ):  # fmt: skip
        assert words in page, words
    recorded = json.loads((shipped.directory / "manifest.json").read_text(encoding="utf-8"))
    assert {"table: illustrative_eight_regions", "table: miller_blair_two_regions"} <= set(
        recorded["inputs"]
    )


def test_lines_carry_the_width_of_the_net_transfer(shipped: Any) -> None:
    path = shipped.directory / "results.gpkg"
    lines = gpd.read_file(path, layer="transfers_flows")
    assert set(lines.geom_type) == {"LineString"}
    assert len(lines) == 12
    account = sc.read_io_table("illustrative_eight_regions").transfers()
    first = lines.sort_values("net").iloc[-1]
    assert (first["origin"], first["destination"]) == ("Central", "EastCoast")
    assert first["net"] * 1e6 == pytest.approx(account.net.loc["Central", "EastCoast"])
    areas = gpd.read_file(path, layer="transfers_regions").set_index("region")
    assert areas["net_export"].sum() == pytest.approx(0, abs=1e-6)
    # Lines begin in the region that emits and end in the one that demands.
    start, *_, end = first.geometry.coords
    assert areas.geometry["Central"].contains(gpd.points_from_xy([start[0]], [start[1]])[0])
    assert areas.geometry["EastCoast"].contains(gpd.points_from_xy([end[0]], [end[1]])[0])
    with closing(sqlite3.connect(path)) as database:
        styles = dict(database.execute("SELECT f_table_name, styleQML FROM layer_styles"))
    assert 'graduatedMethod="GraduatedColor"' in styles["transfers_regions"]
    for width in ("0.35", "0.8", "1.5", "2.6"):
        assert f'value="{width}"' in styles["transfers_flows"], width
    assert not [name for name in styles if name.startswith("textbook")]  # L and M are on no map


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Return a study of three squares and a table of their flows, with its own mapping."""
    gpd.GeoDataFrame(
        {"code": ["p1", "p2", "p3"], "name": ["甲", "乙", "丙"]},
        geometry=[box(i * 9000, 0, i * 9000 + 9000, 9000) for i in range(3)],
        crs="EPSG:6933",
    ).to_file(tmp_path / "map.gpkg")
    rng = np.random.default_rng(5)
    rows = pd.MultiIndex.from_product([["甲", "乙", "丙"], ["农业", "工业"]])
    flows = pd.DataFrame(rng.integers(1, 9, (6, 6)), index=rows, columns=rows).astype(float)
    demand = pd.DataFrame(rng.integers(9, 40, (6, 3)), index=rows, columns=["甲", "乙", "丙"])
    table = sc.IOTable(
        transactions=flows,
        final_demand=demand.astype(float),
        output=flows.sum(axis=1) + demand.sum(axis=1),
        primary_inputs=pd.DataFrame(columns=rows, dtype=float),
        emissions=pd.Series(rng.integers(1, 9, 6) * 1.0, index=rows),
        emission_unit="万t CO2",
    )
    table.to_layout().to_csv(tmp_path / "流量.csv", header=False, index=False, encoding="gb18030")
    (tmp_path / "groups.csv").write_text("region,group\n甲,x\n乙,x\n丙,y\n", encoding="utf-8")
    path = tmp_path / "study.toml"
    path.write_text(
        """
[study]
title = "Own"
language = "zh"
[units]
source = "map.gpkg"
key = "code"
label = "name"
[outputs]
figures = ["png"]
[[analyses]]
method = "transfers"
table = "流量.csv"
money = "万元"
[[analyses]]
method = "transfers"
name = "two"
table = "流量.csv"
mapping = "groups.csv"
""",
        encoding="utf-8",
    )
    return path


def test_a_table_of_ones_own(own: Path, tmp_path: Path) -> None:
    result = run_study(own, out=tmp_path / "results")
    three = result.results["transfers"]["transfers"]
    assert list(three.matrix.index) == ["甲", "乙", "丙"]
    assert three.measure == "t CO2"
    two = result.results["two"]["transfers"]
    assert two.matrix.loc["x", "y"] == pytest.approx(three.matrix.loc[["甲", "乙"], "丙"].sum())
    lines = gpd.read_file(tmp_path / "results" / "results.gpkg", layer="transfers_flows")
    assert len(lines) == 3
    page = (tmp_path / "results" / "report.html").read_text(encoding="utf-8")
    assert "隐含碳转移" in page
    assert "示例数据" not in page
    assert {"table: 流量.csv", "mapping: groups.csv"} <= set(result.manifest["inputs"])
    drawn = {path.stem for path in (tmp_path / "results" / "figures").iterdir()}
    assert {"transfers_map", "transfers_chord", "two_heatmap"} <= drawn


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('table = "流量.csv"\nmoney', 'table = "no.csv"\nmoney', "没有投入产出表"),
        ('mapping = "groups.csv"', 'mapping = "study001_regions"', "没有给出 甲"),
        ("万元", "", ""),
    ],
)
def test_mistakes_are_found_before_anything_is_computed(
    own: Path, old: str, new: str, said: str
) -> None:
    source = own.read_text(encoding="utf-8")
    assert old in source
    own.write_text(source.replace(old, new), encoding="utf-8")
    if not said:
        check_study(own)
        return
    with pytest.raises(sc.SchemaError) as caught:
        check_study(own)
    assert said in caught.value.render("zh")


def test_a_table_without_emissions_says_what_to_do(own: Path) -> None:
    source = own.read_text(encoding="utf-8").replace("流量.csv", "miller_blair_two_regions")
    own.write_text(source.replace('mapping = "groups.csv"', ""), encoding="utf-8")
    with pytest.raises(sc.SchemaError, match='account = "value_added" needs none'):
        check_study(own)
