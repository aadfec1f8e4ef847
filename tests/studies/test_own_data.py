"""Studies on a user's own map and tables: what fits, what is noted, what is refused."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.studies.pipeline import check_study

if TYPE_CHECKING:
    from spatialcarbon.studies.pipeline import StudyResult

Reader = Callable[[Any, str], pd.DataFrame]


def by_key(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table in an order that does not hang on that of map or table."""
    keys = ["group", "unit", "place", "year", "start", "variable", "indicator", "level"]
    known = [key for key in keys if key in frame]
    return frame.sort_values(known, ignore_index=True)


def test_a_map_with_text_keys_and_a_wide_gbk_table(own: Any, read: Reader) -> None:
    result: StudyResult = own.run()
    panel = result.inputs.panel
    assert panel.years == (2015, 2017)
    assert panel.units_of_measure == {"co2": "万吨CO2", "flat": "1"}
    assert any("gb18030" in note.lower() or "gbk" in note.lower() for note in panel.notes)
    assert list(result.inputs.groups) == ["东", "西", "小", "岛"]

    moran = read(result, "moran")
    units = own.units.set_index("code")
    values = own.table.set_index("代码")["排放_2017"]
    expected = sc.global_moran(
        values, sc.Backbone(units).contiguity().standardised("R"), permutations=99, rng=7
    )
    row = moran.query("group == 'ALL' and year == 2017 and variable == 'co2'").iloc[0]
    assert row["statistic"] == expected.statistic
    assert row["pvalue_permutation"] == expected.pvalue_permutation
    lisa = read(result, "lisa").query("year == 2017").set_index("unit")
    assert lisa["value"].to_dict() == values.to_dict()
    assert lisa.loc["岛0", "label"] == "Isolate"


def test_groups_that_cannot_be_tested_have_a_row_that_says_so(own: Any, read: Reader) -> None:
    moran = read(own.run(), "moran").set_index(["group", "variable", "year"])["status"]
    assert moran["小", "co2", 2015] == "n<4"
    assert moran["岛", "co2", 2015] == "all islands"
    assert moran["东", "flat", 2017] == "constant"
    assert moran["ALL", "co2", 2017] == moran["西", "co2", 2017] == "ok"


@pytest.mark.parametrize("seed", [1, 2])
def test_shuffled_rows_of_table_and_map_give_the_same_numbers(
    own: Any, read: Reader, seed: int
) -> None:
    first = own.run("first")
    own.table = own.table.sample(frac=1, random_state=seed)
    own.units = own.units.sample(frac=1, random_state=seed + 10)
    second = own.run("second")
    assert [*second.inputs.units.index] != [*first.inputs.units.index]
    assert set(first.tables) == set(second.tables)
    for name in first.tables:
        a, b = (by_key(read(run, name)) for run in (first, second))
        pd.testing.assert_frame_equal(a, b, check_exact=True)


def test_weights_by_hand_from_a_table_of_links(own: Any, read: Reader) -> None:
    own.weights = '[weights.ring]\ntype = "custom"\npath = "links.csv"\ntransform = "B"\n'
    own.analyses = '[[analyses]]\nmethod = "moran"\nvariable = "co2"\npermutations = 0\n'
    result = own.run()
    weights = result.inputs.weights["ring"]
    assert (weights.n, weights.s0) == (21, 28.0)
    assert set(weights.isolates) == {"s0", "s1", "s2", "岛0", "岛1", "岛2", "岛3"}
    ring = [code for code in own.units["code"] if code[0] in "e西"]
    x = own.table.set_index("代码")["排放_2017"]
    z = x - x.mean()
    links = sum(2.0 * z[a] * z[b] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))
    by_hand = len(x) / 28.0 * links / (z**2).sum()
    row = read(result, "moran").query("group == 'ALL' and year == 2017").iloc[0]
    assert row["statistic"] == pytest.approx(by_hand, rel=1e-12)


@pytest.mark.parametrize("ending", ["parquet", "gal", "csv"])
def test_saved_weights_are_read_back(own: Any, ending: str) -> None:
    own.write()
    units = own.units.set_index("code")
    raw = sc.Backbone(units).contiguity()
    path = own.folder / f"saved.{ending}"
    if ending == "parquet":
        raw.to_parquet(path)
    elif ending == "gal":
        raw.to_gal(path)
    else:
        raw.to_edges().to_csv(path, index=False, encoding="gb18030")
    own.weights = f'[weights.saved]\ntype = "custom"\npath = "{path.name}"\n'
    found = check_study(own.write().path).weights["saved"]
    assert found.units.tolist() == units.index.tolist()
    np.testing.assert_array_equal(found.raw.toarray(), raw.raw.toarray())


def test_codes_that_are_digits_on_the_map_and_numbers_in_the_table(own: Any) -> None:
    codes = [str(i) for i in range(1, 22)]
    own.units["code"] = own.table["代码"] = codes
    own.analyses = '[[analyses]]\nmethod = "moran"\nvariable = "co2"\npermutations = 0\n'
    panel = check_study(own.write().path).panel
    assert panel.at("co2", 2017)["1"] == own.table["排放_2017"][0]


def test_units_of_the_table_that_the_map_lacks_are_noted(own: Any) -> None:
    extra = own.table.iloc[[0]].assign(代码="far away")
    own.table = pd.concat([own.table, extra])
    own.outputs = "geopackage = false\nfigures = []\nworkbook = false\n"
    result = own.run()
    assert "1 units left out: far away" in result.manifest["notes"]
    assert "1 units left out: far away" in (result.directory / "report.html").read_text("utf-8")


def spoil(own: Any, row: int, column: str, value: object) -> None:
    own.table[column] = own.table[column].astype(object)
    own.table.loc[row, column] = value


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (lambda own: setattr(own, "table", own.table.drop(index=3)), sc.AlignmentError, r"1 .*e3"),
        (
            lambda own: setattr(own, "table", pd.concat([own.table, own.table.iloc[[2]]])),
            sc.AlignmentError,
            "e2",
        ),
        (
            lambda own: spoil(own, 4, "排放_2017", ""),
            sc.MissingDataError,
            r"2017 is missing for 1 of 21 units\n  got: e4",
        ),
        (
            lambda own: spoil(own, 4, "排放_2017", "about 12"),
            sc.SchemaError,
            r"排放\.csv.*\n.*row 6.*排放_2017.*about 12",
        ),
        (lambda own: spoil(own, 4, "排放_2017", "inf"), ValueError, "inf"),
        (lambda own: setattr(own, "measure", "km2"), sc.SchemaError, "in km2, which is not a mass"),
        (lambda own: setattr(own, "measure", "Mtt"), sc.UnitMismatchError, "'Mtt' is not a unit"),
        (
            lambda own: own.units.__setitem__("code", ["e0", "e0", *own.units["code"][2:]]),
            sc.SchemaError,
            "code repeats in map.gpkg",
        ),
        (
            lambda own: setattr(own, "units", own.units.set_crs(None, allow_override=True)),
            sc.CRSMismatchError,
            "crs",
        ),
        (
            lambda own: setattr(own, "units", own.units.rename(columns={"组": "group"})),
            sc.SchemaError,
            "groups = '组' is not a column of the map",
        ),
        (
            lambda own: setattr(own, "units", own.units.rename(columns={"name": "nom"})),
            sc.SchemaError,
            "no column 'name' to label units with",
        ),
        (
            lambda own: setattr(own, "weights", '[weights.b]\ntype = "blocks"\ncolumn = "x"\n'),
            sc.SchemaError,
            "no column 'x' for block weights",
        ),
        (
            lambda own: setattr(own, "weights", '[weights.c]\ntype="custom"\npath="x.csv"\n'),
            sc.SchemaError,
            "there is no weights file at",
        ),
        (
            lambda own: setattr(own, "weights", '[weights.c]\ntype="custom"\npath="map.gpkg"\n'),
            sc.OptionError,
            "is not a weights file",
        ),
        (
            lambda own: setattr(own, "weights", own.weights + 'bridges = [["e0", "nowhere"]]\n'),
            sc.AlignmentError,
            "bridges name units that are not on the map: nowhere",
        ),
        (
            lambda own: (
                setattr(
                    own, "links", own.links.assign(neighbor=["nowhere", *own.links["neighbor"][1:]])
                )
                or setattr(own, "weights", '[weights.c]\ntype="custom"\npath="links.csv"\n')
            ),
            sc.AlignmentError,
            "links 1 units that are not on the map",
        ),
        (
            lambda own: setattr(
                own, "analyses", own.analyses.replace("years = [2015, 2017]", "years = [2016]")
            ),
            sc.SchemaError,
            "co2 has no year 2016",
        ),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(
    own: Any, change: Callable[[Any], object], error: type[Exception], words: str
) -> None:
    change(own)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # pyogrio writes a map without CRS
        own.write()
    with pytest.raises(error, match=words):
        sc.run_study(own.path, out=own.folder / "results")
    assert not (own.folder / "results").exists()
    assert not list(own.folder.glob(".results*"))


def test_carbon_is_not_taken_for_co2(own: Any, tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text(
        '[study]\ntitle = "x"\n[units]\nsource = "cities"\ngroups = ["PRD"]\n'
        '[tables.t]\nsource = "city_co2"\n[tables.t.variables]\n'
        'co2 = { column = "co2_mt", measure = "Mt C" }\n[[analyses]]\nmethod = "moran"\n'
        'variable = "co2"\n',
        encoding="utf-8",
    )
    with pytest.raises(sc.UnitMismatchError, match="measure different substances"):
        check_study(path)


def test_units_of_measure_are_converted(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    source = (
        '[study]\ntitle = "x"\n[units]\nsource = "cities"\ngroups = ["PRD"]\n'
        '[tables.t]\nsource = "city_co2"\n[tables.t.variables]\n'
        'co2 = { column = "co2_mt", measure = "万吨CO2" }\n[tables.p]\nsource = "city_population"\n'
        '[tables.p.variables]\npopulation = { measure = "人" }\n'
        '[ratios.head]\nnumerator = "co2"\ndenominator = "population"\nmeasure = "t/person"\n'
        'title = "Per head"\n[[analyses]]\nmethod = "moran"\nvariable = "head"\n'
    )
    path.write_text(source, encoding="utf-8")
    inputs = check_study(path)
    co2 = sc.load_table("city_co2").query("adcode == 440100 and year == 2010")["co2_mt"].iloc[0]
    people = sc.load_table("city_population").query("adcode == 440100 and year == 2010")
    assert inputs.panel.at("co2", 2010)[440100] == pytest.approx(co2 * 100, rel=1e-12)
    per_head = co2 * 1e6 / people["population"].iloc[0]
    assert inputs.panel.at("head", 2010)[440100] == pytest.approx(per_head, rel=1e-12)
    assert list(inputs.panel["head"].columns) == [2010]
    assert inputs.variable_name("head").render("en") == "Per head"

    path.write_text(source.replace('measure = "t/person"', 'measure = "t/km2"'), encoding="utf-8")
    with pytest.raises(sc.UnitMismatchError):
        check_study(path)


def test_two_tables_are_joined_by_unit_and_ratios_refuse_zeros(own: Any) -> None:
    other = pd.DataFrame({"k": own.units["code"][::-1], "年份": 2017, "gdp": range(21)})
    other.to_excel(own.folder / "gdp.xlsx", index=False)
    own.tables = (
        '[tables.money]\nsource = "gdp.xlsx"\nunit = "k"\nyear = "年份"\n'
        '[tables.money.variables]\ngdp = { measure = "亿元" }\n'
    )
    panel = check_study(own.write().path).panel
    assert panel.at("gdp", 2017)["岛3"] == 0
    assert panel.at("gdp", 2017)["e0"] == 20
    own.tables += '[ratios.i]\nnumerator = "co2"\ndenominator = "gdp"\nmeasure = "t/10^4 CNY"\n'
    with pytest.raises(sc.DegenerateDataError, match="gdp is not positive for 岛3"):
        check_study(own.write().path)
    own.tables = own.tables.replace("2017", "2016").replace(
        'denominator = "gdp"', 'denominator = "flat"'
    )
    with pytest.raises(sc.UnitMismatchError):
        check_study(own.write().path)


def test_repairs_of_the_map_are_told_in_report_and_manifest(own: Any) -> None:
    from shapely import Polygon

    bow = Polygon([(0, 0), (1, 1), (1, 0), (0, 1), (0, 0)])
    at = own.units.index[-1]
    x, y = own.units.geometry[at].bounds[:2]
    own.units.loc[at, "geometry"] = Polygon(
        [(x + 1e4 * a, y + 1e4 * b) for a, b in bow.exterior.coords]
    )
    own.outputs = "geopackage = false\nfigures = []\nworkbook = false\n"
    own.write()
    with pytest.warns(sc.GeometryRepairWarning):
        result = sc.run_study(own.path, out=own.folder / "results")
    assert any("岛3" in note for note in result.manifest["notes"])
    assert "岛3" in (result.directory / "report.html").read_text("utf-8").split('id="part-data"')[1]


def test_profiles_of_own_variables(own: Any, read: Reader) -> None:
    own.tables = '[ratios.again]\nnumerator = "flat"\ndenominator = "flat"\nmeasure = "1"\n'
    own.analyses = (
        '[[analyses]]\nmethod = "profile"\nvariables = ["co2", "flat", "again"]\nyear = 2017\n'
        '[[analyses]]\nmethod = "profile"\nname = "parts"\nkind = "composition"\n'
        'variables = ["co2", "flat"]\nyear = 2017\n'
    )
    result = own.run()
    radar = read(result, "profile").set_index("group")
    assert radar["flat"].to_dict() == {"东": 1.0, "西": 6 / 8, "小": 3 / 8, "岛": 0.5}
    parts = read(result, "parts").set_index("group")
    np.testing.assert_allclose(parts[["co2", "flat"]].sum(axis=1), 1.0, rtol=1e-12)
    own.analyses = own.analyses.replace("year = 2017", "year = 2016")
    with pytest.raises(sc.SchemaError, match="co2 has no year 2016"):
        check_study(own.write().path)
    own.analyses = own.analyses.replace('"flat", "again"]\nyear = 2016', '"flat"]\nyear = 2017')
    with pytest.raises(sc.SchemaError, match="at least three indicators, not 2"):
        check_study(own.write().path)


def test_links_by_adcode_meet_a_map_of_whole_numbers(tmp_path: Path) -> None:
    links = "focal,neighbor,weight\n440100,440600,1\n440600,440100,1.5\n440100,440300,\uff12\n"
    (tmp_path / "links.csv").write_text(links.replace("\uff12", "2"), encoding="utf-8")
    path = tmp_path / "study.toml"
    path.write_text(
        '[study]\ntitle = "x"\n[units]\nsource = "cities"\ngroups = ["PRD"]\n'
        '[tables.t]\nsource = "city_co2"\n[tables.t.variables]\n'
        'co2 = { column = "co2_mt", measure = "Mt CO2" }\n'
        '[weights.c]\ntype = "custom"\npath = "links.csv"\ntransform = "B"\n'
        '[[analyses]]\nmethod = "moran"\nvariable = "co2"\n',
        encoding="utf-8",
    )
    weights = check_study(path).weights["c"]
    assert (weights.n, weights.s0) == (9, 4.5)
    edges = weights.to_edges().set_index(["focal", "neighbor"])["weight"]
    assert edges.to_dict() == {
        (440100, 440300): 2.0,
        (440100, 440600): 1.0,
        (440600, 440100): 1.5,
    }


def test_places_in_no_group_and_with_letters_no_file_can_hold(own: Any, read: Reader) -> None:
    own.units.loc[own.units["组"] == "岛", "组"] = ""
    own.units.loc[3, "name"] = "ver\x0btical\x00"
    own.outputs = "geopackage = true\nfigures = []\nworkbook = true\nreport = false\n"
    result = own.run()
    assert set(read(result, "moran")["group"]) == {"ALL", "东", "西", "小"}
    import geopandas as gpd
    import openpyxl

    layer = gpd.read_file(result.directory / "results.gpkg", layer="clusters").set_index("code")
    assert pd.isna(layer.loc["岛0", "cluster"])
    assert layer.loc["e0", "name"] == "=1+1"
    book = openpyxl.load_workbook(result.directory / "tables.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert any(cell.value == "'=1+1" for cell in cells)


def test_two_analyses_may_not_write_the_same_file(own: Any) -> None:
    own.analyses += '[[analyses]]\nmethod = "moran"\nname = "indicators_growth"\n'
    own.analyses += 'variable = "co2"\npermutations = 0\n'
    with pytest.raises(sc.SchemaError, match="two analyses would both write indicators_growth"):
        own.run()
    assert not (own.folder / "results").exists()


def test_groups_of_a_study_may_come_from_a_table_of_ones_own(tmp_path: Path) -> None:
    rows = "cluster,name,cluster_en,cluster_zh\n"
    rows += "".join(f"GBA,{city},Bay cities,湾区\n" for city in ("广州", "深圳市", "佛山", "东莞"))
    rows += "".join(f"JIN,{city},Capital pair,京津\n" for city in ("北京", "天津"))
    (tmp_path / "groups.csv").write_bytes(rows.encode("gb18030"))
    (tmp_path / "study.toml").write_text(
        """
[study]
title = "Own groups"
[units]
source = "cities"
groups = "groups.csv"
[tables.emissions]
source = "city_co2"
variables.co2 = { column = "co2_mt", measure = "Mt CO2" }
[[analyses]]
method = "indicators"
years = [2016, 2017]
[outputs]
geopackage = false
workbook = false
figures = []
report = false
""",
        encoding="utf-8",
    )
    result = sc.run_study(tmp_path / "study.toml", out=tmp_path / "out")
    totals = result.tables["indicators_totals"].set_index("group")
    co2 = sc.load_table("city_co2", years=2017).set_index("adcode")["co2_mt"]
    assert totals.loc["GBA", "2017"] == pytest.approx(co2[[440100, 440300, 440600, 441900]].sum())
    assert totals.loc["JIN", "2017"] == pytest.approx(co2[[110000, 120000]].sum())
    assert totals.loc["GBA", "group_name"].render("zh") == "湾区"
    assert "groups: groups.csv" in result.manifest["inputs"]
