"""Shipped tables: complete, documented, unchanged, and adding up to known sums."""

import hashlib
from importlib.resources import files

import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.units import parse_unit
from spatialcarbon.data.catalogue import entries

NAMES = [
    *("city_co2", "city_population", "city_clusters", "city_co2_chaohu"),
    *("province_gdp", "province_population", "province_co2"),
    *("study001_forest", "study001_land", "study001_regions"),
    *("study002_built_area", "study002_moran", "study002_sinks", "study002_indicators"),
    "study002_places",
    *("study003_figures", "study003_rates"),
    *("study004_co2", "study004_fitted", "study004_reduction", "study004_zsg", "study004_growth"),
    "study004_criteria",
    "illustrative_industry_shares",
    "illustrative_abatement_prices",
    *("miller_blair_two_regions", "illustrative_eight_regions"),
    "illustrative_sinks_gdp",
]
YRD26 = [
    310000,
    *(320100, 320200, 320400, 320500, 320600, 320900, 321000, 321100, 321200),
    *(330100, 330200, 330400, 330500, 330600, 330700, 330900, 331000),
    *(340100, 340200, 340500, 340700, 340800, 341100, 341700, 341800),
]


def cluster_of():
    members = sc.load_table("city_clusters")
    return members.set_index("adcode")["cluster"]


def test_the_list():
    listed = sc.tables()
    assert listed["name"].tolist() == NAMES
    columns = ["name", "title", "unit", "coverage", "source", "licence", "caution"]
    assert list(listed) == columns
    assert (listed[["title", "coverage", "source", "licence"]] != "").all(axis=None)
    assert listed.set_index("name").loc["city_co2", "unit"] == "Mt CO2"
    assert listed["source"].str.contains("10.1038/s41597-020-00736-3").sum() == 2
    chinese = sc.tables(language="zh")
    for column in ("title", "coverage"):
        assert chinese[column].str.contains(r"[\u4e00-\u9fff]").all()
    assert ((chinese["caution"] == "") == (listed["caution"] == "")).all()
    with pytest.raises(sc.OptionError, match="language='fr'"):
        sc.tables(language="fr")


def test_every_file_is_listed_once_and_is_what_it_was():
    folder = files("spatialcarbon.data") / "tables"
    present = {item.name for item in folder.iterdir() if item.name.endswith(".csv")}
    listed = [entry.file for entry in entries().values()]
    assert present == set(listed)
    again = {name for name in listed if listed.count(name) > 1}
    assert again == {entries()["province_co2"].file}, "read with its years corrected"
    assert not any("synthetic" in name for name in present)
    for entry in entries().values():
        digest = hashlib.sha256((folder / entry.file).read_bytes()).hexdigest()
        assert digest == entry.sha256, entry.file


def test_a_table_in_several_units_says_which_column_is_in_which():
    said = sc.tables().set_index("name")["unit"]
    assert said["study001_land"] == (
        "agri_land_kha, built_land_kha: kha; agri_share_pct, built_share_pct: %"
    )
    assert said["illustrative_eight_regions"] == "money: 10^8 CNY; co2: 10^4 t CO2"
    assert said["city_co2"] == "Mt CO2"


@pytest.mark.parametrize("name", NAMES)
def test_tables_are_tidy(name):
    frame = sc.load_table(name)
    facts = frame.attrs
    words = {"name", "title", "units", "source", "licence", "caution"}
    assert set(facts) == words | {"illustrative"}
    assert facts["illustrative"] == name.startswith("illustrative_")
    assert tuple(frame.columns) == entries()[name].columns
    assert frame.index.equals(pd.RangeIndex(len(frame)))
    for column, unit in facts["units"].items():
        parse_unit(unit)
        assert pd.api.types.is_numeric_dtype(frame[column])
    bare = frame.select_dtypes("float").columns.difference(list(facts["units"]))
    assert bare.empty, "a quantity without a unit"
    for column in {"adcode", "year", "label_year"} & set(frame.columns):
        assert frame[column].dtype == "int64"
    if "adcode" in frame:
        assert frame["adcode"].between(110000, 820000).all()
    if "year" in frame:
        unit = frame.columns[0]
        assert frame[[unit, "year"]].equals(frame[[unit, "year"]].sort_values([unit, "year"]))
    facts["units"]["x"] = "changed by a caller"
    assert "x" not in sc.load_table(name).attrs["units"]


@pytest.mark.parametrize(
    ("name", "columns", "rows"),
    [
        ("city_co2", ["adcode", "year", "co2_mt"], 351 * 21),
        ("city_population", ["adcode", "year", "population", "urban_population"], 369 * 2),
        ("province_gdp", ["adcode", "year", "gdp_100m_cny"], 31 * 29),
        ("province_population", ["adcode", "year", "population"], 31 * 17),
        ("province_co2", ["adcode", "year", "co2_10kt"], 30 * 12),
        ("city_co2_chaohu", ["county_code", "county_zh", "adcode", "year", "co2_mt"], 5 * 21),
        ("study004_fitted", ["adcode", "province_zh", "label_year", "co2_10kt"], 30 * 12),
        ("study004_co2", ["adcode", "province_zh", "label_year", "co2_10kt"], 30 * 12),
        ("illustrative_industry_shares", ["adcode", "energy", "heavy", "light", "hightech"], 111),
        ("study003_rates", ["scenario", "start", "end", "delta", "chi", "beta", "alpha"], 12),
    ],
)
def test_columns(name, columns, rows):
    frame = sc.load_table(name)
    assert list(frame) == columns
    assert len(frame) == rows


def test_years():
    frame = sc.load_table("city_co2", years=[2017, 2005])
    assert frame["year"].unique().tolist() == [2005, 2017]
    assert frame["co2_mt"].iloc[1] == 60.086432
    assert len(sc.load_table("city_co2", years=range(1997, 2018))) == 7371
    with pytest.raises(sc.OptionError, match=r"years 2018\n.*years of 1997–2017"):
        sc.load_table("city_co2", years=2018)
    with pytest.raises(sc.OptionError, match="does not cover"):
        sc.load_table("city_co2", years=[])
    with pytest.raises(sc.OptionError, match="no column year"):
        sc.load_table("study004_co2", years=2006)


def test_the_years_of_study_004_are_one_before_its_headings():
    printed = sc.load_table("study004_co2").set_index(["adcode", "label_year"])["co2_10kt"]
    dated = sc.load_table("province_co2").set_index(["adcode", "year"])["co2_10kt"]
    assert dated[110000, 2005] == printed[110000, 2006] == 17983.4
    assert dated.tolist() == printed.tolist()
    assert "2005" in sc.load_table("province_co2").attrs["caution"]


def test_sorting_keeps_the_printed_order_of_the_rest():
    sinks = sc.load_table("study002_sinks")
    printed = ["cropland", "forest", "grassland", "water", "printed_total"]
    assert sinks["cover"].tolist() == printed * 10


def test_unknown_table():
    with pytest.raises(sc.OptionError, match=r"load_table\('city_co2'\)"):
        sc.load_table("city_c02")


def test_a_changed_file_is_refused(monkeypatch):
    monkeypatch.setattr("hashlib.sha256", hashlib.sha1)
    with pytest.raises(sc.SchemaError, match=r"city_clusters\.csv has been changed"):
        sc.load_table("city_clusters")


@pytest.mark.parametrize(
    ("cluster", "first", "last", "people"),
    [
        ("BTH", 560.113, 930.484, 113545527),
        ("YRD", 971.260, 1570.516, 235213670),
        ("PRD", 220.964, 326.324, 78014335),
        ("CY", 250.439, 410.913, 102709894),
        ("MYR", 371.668, 689.689, 126523204),
    ],
)
def test_cluster_sums(cluster, first, last, people):
    co2 = sc.Panel.from_frame(sc.load_table("city_co2"), unit="adcode", year="year")
    sums = co2.aggregate(cluster_of(), "co2_mt", extra="drop")
    assert round(sums.at("co2_mt", 2005)[cluster], 3) == first
    assert round(sums.at("co2_mt", 2017)[cluster], 3) == last
    population = sc.Panel.from_frame(sc.load_table("city_population"), unit="adcode", year="year")
    sums = population.aggregate(cluster_of(), "population", extra="drop")
    assert sums.at("population", 2020)[cluster] == people


@pytest.mark.parametrize(("year", "total"), [(2005, 746.816), (2010, 1147.520), (2017, 1184.199)])
def test_the_26_cities_without_chaohu(year, total):
    co2 = sc.load_table("city_co2", years=year).set_index("adcode")["co2_mt"]
    chaohu = sc.load_table("city_co2_chaohu", years=year)
    assert set(chaohu["adcode"]) <= set(YRD26)
    assert round(co2[YRD26].sum() - chaohu["co2_mt"].sum(), 3) == total


def test_cautions_hold():
    co2 = sc.load_table("city_co2")
    assert "320.4, 111.4, 200.7, 183.8, 261.1, 242.8" in co2.attrs["caution"]
    shandong = co2[co2["adcode"] // 10000 == 37].groupby("year")["co2_mt"].sum()
    first = [320.4, 111.4, 200.7, 183.8, 261.1, 242.8]
    assert shandong.loc[1997:2002].round(1).tolist() == first
    assert not (co2["adcode"] // 10000 == 54).any()
    population = sc.load_table("city_population", years=2020).set_index("adcode")
    assert population["urban_population"].isna().sum() == 34
    assert population.loc[[429004, 429005, 429006], "urban_population"].isna().all()
    corps = set(co2["adcode"]) & set(population.index[population["population"].isna()])
    assert sorted(corps) == [659001, 659002, 659003, 659004]


def test_rates_reproduce_the_trajectory():
    rates = sc.load_table("study003_rates")
    growth = (1 + rates["delta"]) * (1 + rates["chi"]) * (1 - rates["beta"]) * (1 - rates["alpha"])
    level = 1184.20
    for row, factor in zip(rates.itertuples(), growth, strict=True):
        if row.scenario == "baseline" and row.end <= 2029:
            level *= factor ** (row.end - row.start + 1)
    assert level == pytest.approx(1257.28, abs=0.005)


def test_study004_codes_agree():
    growth = sc.load_table("study004_growth")
    actual = sc.load_table("study004_co2")
    first = actual[actual["label_year"] == 2006].set_index("adcode")["co2_10kt"]
    assert growth.set_index("adcode")["base_2005_10kt"].equals(first.rename("base_2005_10kt"))
    initial = sc.load_table("study004_zsg").set_index("adcode")["co2_initial"]
    assert (growth.set_index("adcode")["printed_2030_10kt"] == initial).all()
    reduction = sc.load_table("study004_reduction")
    assert reduction["comprehensive"].sum() == pytest.approx(2330609.99, abs=0.02)


def test_panels_carry_the_caution_and_the_units():
    panel = sc.Panel.from_frame(sc.load_table("city_co2"), unit="adcode", year="year")
    assert panel.units_of_measure == {"co2_mt": "Mt CO2"}
    assert "Shandong" in panel.notes[0]
    assert "山东" in panel.notes_in("zh")[0]
    assert panel.source.startswith("Chen, J.")
    own = pd.DataFrame({"city": ["A"], "v": [1.0]})
    own.attrs["caution"] = "handle with care"
    noted = sc.Panel.from_frame(own, unit="city", year=2010)
    assert noted.notes == noted.notes_in("zh") == ("handle with care",)


def test_the_shipped_files_read_as_a_user_would_read_them():
    folder = files("spatialcarbon.data") / "tables"
    panel = sc.Panel.from_frame(sc.load_table("city_co2"), unit="adcode", year="year")
    path = str(folder / entries()["city_co2"].file)
    wide = sc.read_panel(path, unit="adcode", values="co2_mt", units="Mt CO2")
    assert wide == panel
    gdp = sc.Panel.from_frame(sc.load_table("province_gdp"), unit="adcode", year="year")
    path = str(folder / entries()["province_gdp"].file)
    named = sc.read_panel(
        path, unit="province_zh", values="gdp_100m_cny", units="10^8 CNY", level="province"
    )
    assert named == gdp
    people = sc.Panel.from_frame(sc.load_table("city_population"), unit="adcode", year="year")
    path = str(folder / entries()["city_population"].file)
    assert sc.read_panel(path, unit="adcode", units="persons") == people
