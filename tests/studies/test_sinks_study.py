"""Carbon sinks from a study file: tables, figures, layers, mistakes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import SpatialCarbonError
from spatialcarbon.studies.analysis import get_analysis
from spatialcarbon.studies.pipeline import check_study

TABLES = """
[tables.land]
source = "land.csv"
unit = "代码"
[tables.land.variables]
cropland = { column = "耕地", measure = "km2" }
forest = { measure = "公顷" }
shrubs = { measure = "km2" }
"""
ANALYSES = """
[[analyses]]
method = "sinks"
areas = ["cropland", "forest", "shrubs"]
classes = ["cropland", "forest", "forest"]
coefficients = ["cn_landuse", "guangdong2018", "xie2008_nep"]
emission = "co2"

[[analyses]]
method = "sinks"
name = "own_sinks"
areas = ["forest", "cropland"]
own = { forest = 0.6, cropland = -0.1 }
own_substance = "C"
emission = "co2"
built_emissions = true
years = [2017]
"""


@pytest.fixture
def study(own: Any) -> Any:
    """Return a study with areas of land in a second table."""
    codes = list(own.units["code"])
    number = range(1, len(codes) + 1)
    own.tables, own.analyses = TABLES, ANALYSES
    columns: dict[str, list[Any]] = {"代码": codes}
    for year, factor in ((2015, 1.0), (2017, 0.9)):
        columns[f"耕地_{year}"] = [float((7 * i) % 23 + 1) * 10 * factor for i in number]
        columns[f"forest_{year}"] = [float((5 * i) % 17) * 2000 / factor for i in number]
        columns[f"shrubs_{year}"] = [float(i % 4) for i in number]
    pd.DataFrame(columns).to_csv(own.folder / "land.csv", index=False, encoding="utf-8")
    return own


def areas_of(study: Any, year: int) -> pd.DataFrame:
    land = pd.read_csv(study.folder / "land.csv").set_index("代码")
    forest = land[f"forest_{year}"] / 100 + land[f"shrubs_{year}"]
    return pd.DataFrame({"cropland": land[f"耕地_{year}"], "forest": forest})


def test_everything_is_written(study: Any, read: Any) -> None:
    study.outputs = "figures = []\nworkbook = false\n"
    result = study.run()
    sets = ["cn_landuse", "guangdong2018", "xie2008_nep"]
    last = sc.carbon_sink(areas_of(study, 2017), coefficients=sets)
    table = read(result, "sinks").query("year == 2017").set_index("unit")
    for column, expected in (
        ("total", last.total), ("low", last.low), ("high", last.high),
        ("forest", last.sink["forest"]),
    ):  # fmt: skip
        assert table[column].to_dict() == pytest.approx(expected.to_dict()), column
    assert set(read(result, "sinks")["year"]) == {2015, 2017}

    by_group = read(result, "sinks_by_group").query("year == 2017").set_index("group")
    members = study.units.set_index("code")["组"]
    east = members.index[members == "东"]
    assert by_group.loc["东", "total"] == pytest.approx(last.total[east].sum())
    assert by_group.loc["东", "low"] == pytest.approx(last.totals.loc[east].sum().min())
    assert by_group.loc["ALL", "total"] == pytest.approx(last.total.sum())

    assert by_group.loc["ALL", "low"] == pytest.approx(last.overall["low"])
    assert by_group.loc["ALL", "low"] > last.low.sum() * 1.0001  # of one set, not of each place's

    change = read(result, "sinks_change").set_index("unit")
    first = sc.carbon_sink(areas_of(study, 2015), coefficients=sets, central=last.central_set)
    assert change["change"].to_dict() == pytest.approx((last.total - first.total).to_dict())
    assert (change["coefficient_effect"] == 0).all()

    balance = read(result, "sinks_balance").query("year == 2017").set_index("unit")
    emitted = study.table.set_index("代码")["排放_2017"] * 1e4
    assert balance["emission"].to_dict() == pytest.approx(emitted.to_dict())
    assert balance["neutrality"].to_dict() == pytest.approx((last.total / emitted).to_dict())
    assert set(balance["role"]) <= {"payer", "receiver", "balanced"}
    assert read(result, "sinks_balance_by_group")["group"].tolist()[:4] == ["东", "西", "小", "岛"]

    used = read(result, "sinks_sets")
    assert used.groupby("set").size().to_dict() == dict.fromkeys(sets, 2)
    assert used["source"].str.len().min() > 20

    own_sinks = read(result, "own_sinks").set_index("unit")
    land = pd.read_csv(study.folder / "land.csv").set_index("代码")
    forest = land["forest_2017"] * 0.6 * 44 / 12
    assert own_sinks["forest"].to_dict() == pytest.approx(forest.to_dict())
    use = read(result, "own_sinks_land_use").set_index("unit")
    net = emitted - own_sinks["total"]
    assert use["net_emission"].to_dict() == pytest.approx(net.to_dict())

    with closing(sqlite3.connect(result.directory / "results.gpkg")) as database:
        styled = {name for (name,) in database.execute("SELECT f_table_name FROM layer_styles")}
        assert {"sinks_total", "sinks_balance", "own_sinks_total"} <= styled
        roles = dict(database.execute("SELECT code, role FROM sinks_balance"))
    assert roles == balance["role"].to_dict()
    page = (result.directory / "report.html").read_text(encoding="utf-8")
    for words in ("Carbon sinks by land cover", "The land takes up", "places are payers"):
        assert words in page, words


def test_without_groups_emissions_and_years(study: Any, read: Any) -> None:
    land = pd.read_csv(study.folder / "land.csv")
    plain = land[["代码", "forest_2015"]].rename(columns={"forest_2015": "forest"})
    plain.to_csv(study.folder / "land.csv", index=False)
    dated = TABLES.replace('unit = "代码"', 'unit = "代码"\nyear = 0')
    study.tables = dated.replace('cropland = { column = "耕地", measure = "km2" }\n', "").replace(
        'shrubs = { measure = "km2" }\n', ""
    )
    study.analyses = (
        '[[analyses]]\nmethod = "sinks"\nareas = ["forest"]\ncoefficients = "fang2007_low"\n'
    )
    study.write()
    text = study.path.read_text(encoding="utf-8").replace('groups = "组"\n', "")
    study.path.write_text(text, encoding="utf-8")
    result = study.again()
    forest = plain.set_index("代码")["forest"] * 0.578 * 44 / 12
    table = read(result, "sinks").set_index("unit")
    assert table["total"].to_dict() == pytest.approx(forest.to_dict())
    assert not {"sinks_by_group", "sinks_change", "sinks_balance"} & set(result.tables)


def test_the_help_names_every_set() -> None:
    fields = get_analysis("sinks").parameters.model_fields
    assert all(name in str(fields["coefficients"].description) for name in sc.sink_sets()["set"])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ('areas = ["forest"]', "there is no default"),
        ('areas = ["forest"]\ncoefficients = "fang2007"', "coefficients names fang2007"),
        ('areas = ["shrubs"]\ncoefficients = "cn_landuse"', "shrubs is no land class"),
        ('areas = ["forest"]\nclasses = "forest,shrub"\ncoefficients = "cn_landuse"',
         "2 classes for 1 variables"),
        ('areas = ["forest"]\nown = { forest = 1 }', "own needs own_substance"),
        ('areas = ["forest"]\nown = "forest:1"\nown_substance = "C"', "own is not class=number"),
        ('areas = ["forest"]\ncoefficients = "cn_landuse"\ncentral = "own"', "central names own"),
        ('areas = ["forest"]\ncoefficients = "cn_landuse"\nyears = [1999]', "has no year 1999"),
        ('areas = ["forest"]\ncoefficients = "cn_landuse"\nbuilt_emissions = true',
         "needs the variable of emissions"),
        ('areas = ["forest"]\ncoefficients = "cn_landuse"\nemission = "flat"',
         "flat is in 1, which is not a mass of CO2"),
        ('areas = ["co2"]\nclasses = "forest"\ncoefficients = "cn_landuse"',
         "which is not an area"),
        ('areas = ["woods"]\ncoefficients = "cn_landuse"', "woods"),
        ('areas = []\ncoefficients = "cn_landuse"', "areas"),
    ],
)  # fmt: skip
def test_mistakes_are_told_before_anything_runs(study: Any, settings: str, message: str) -> None:
    study.analyses = f'[[analyses]]\nmethod = "sinks"\n{settings}\n'
    study.write()
    with pytest.raises(SpatialCarbonError, match=message):
        check_study(study.path)
