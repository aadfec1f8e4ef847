"""Land cover in a study file: a small one that can be counted by hand, and the shipped one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from shapely import box

import spatialcarbon as sc
from spatialcarbon.studies.analysis import get_analysis
from spatialcarbon.studies.pipeline import check_study, run_study
from spatialcarbon.studies.study_file import StudyFileError
from spatialcarbon.studies.verify import compare

SHIPPED = Path(__file__).parents[2] / "analyses" / "06_land_cover_of_one_cluster"
CRS = "EPSG:6933"
GRID = rasterio.Affine(1000, 0, 0, 0, -1000, 4_000_000)

STUDY = """\
[study]
title = "Two places"
language = "en"

[units]
source = "map.gpkg"
key = "code"
label = "name"
groups = "组"

[rasters.land]
scheme = "common"
areas = true
[rasters.land.files]
2000 = "lc_2000.tif"
2010 = "lc_2010.tif"
2020 = "lc_2020.tif"

[[analyses]]
method = "landcover"
"""
PLAIN = "[outputs]\nfigures = []\nworkbook = false\nreport = false\n"


def write(path: Path, codes: np.ndarray, **tags: str) -> None:
    with rasterio.open(
        path, "w", driver="GTiff", height=codes.shape[0], width=codes.shape[1], count=1,
        dtype="uint8", crs=CRS, transform=GRID, nodata=0,
    ) as out:  # fmt: skip
        out.update_tags(**tags)
        out.write(codes.astype("uint8"), 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return 10 × 20 km: the left place is cropland, the right one forest; both are built up."""
    first = np.ones((10, 20))
    first[:, 10:] = 2
    second = first.copy()
    second[0, :4] = 6  # left: 4 km² of cropland built up by 2010
    third = second.copy()
    third[1, :6] = 6  # and 6 more by 2020
    third[:3, 10] = 6  # right: 3 km² of forest
    third[9, 19] = 0  # and one cell without data in 2020
    for year, codes in ((2000, first), (2010, second), (2020, third)):
        write(tmp_path / f"lc_{year}.tif", codes)
    places = gpd.GeoDataFrame(
        {"code": ["R", "L"], "name": ["=右", "左 <b>"], "组": ["g", "h"]},
        geometry=[box(10_000, 3_990_000, 20_000, 4_000_000), box(0, 3_990_000, 10_000, 4_000_000)],
        crs=CRS,
    )
    places.to_file(tmp_path / "map.gpkg")
    (tmp_path / "study.toml").write_text(STUDY + PLAIN, encoding="utf-8")
    return tmp_path


def changed(folder: Path, old: str, new: str) -> Path:
    path = folder / "study.toml"
    source = path.read_text(encoding="utf-8")
    assert old in source
    path.write_text(source.replace(old, new), encoding="utf-8")
    return path


def test_tables_say_what_can_be_counted_by_hand(folder: Path, read: Any) -> None:
    result = run_study(folder / "study.toml")
    matrix = read(result, "landcover_matrix").set_index(["start", "end", "place", "from", "to"])
    assert matrix.loc[(2000, 2010, "L", "cropland", "built"), "km2"] == 4
    assert matrix.loc[(2000, 2020, "L", "cropland", "built"), "km2"] == 10
    assert matrix.loc[(2000, 2020, "R", "forest", "built"), "km2"] == 3
    assert matrix.loc[(2000, 2020, "ALL", "cropland", "cropland"), "km2"] == 90
    assert matrix.loc[(2000, 2020, "g", "forest", "built"), "share"] == pytest.approx(3 / 99)
    changes = read(result, "landcover_changes").set_index(["start", "end", "place", "class"])
    changes = changes.sort_index()
    whole = changes.loc[(2000, 2020, "ALL")]
    assert whole.loc["built", ["area_start", "area_end", "gain", "loss"]].tolist() == [0, 13, 13, 0]
    assert whole.loc["built", "status"] == "new class"
    assert whole.loc["cropland", "dynamic_degree"] == pytest.approx(-100 * 10 / 100 / 20)
    areas = read(result, "landcover_areas").set_index(["place", "year", "class"])
    assert areas.loc[("R", 2020, "forest"), "km2"] == 96
    assert areas.loc[("R", 2000, "forest"), "share"] == 1
    sources = read(result, "landcover_sources").set_index(["start", "end", "place", "from"])
    assert sources.loc[(2000, 2020, "ALL", "cropland"), "share"] == pytest.approx(10 / 13)
    pace = read(result, "landcover_pace").set_index(["start", "end", "place"])
    assert pace.loc[(2000, 2010, "L"), "comprehensive_degree"] == pytest.approx(0.4)
    excluded = read(result, "landcover_excluded").set_index(["start", "end", "place"])
    assert excluded.loc[(2000, 2020, "R"), ["reason", "km2"]].tolist() == ["second only", 1]


def test_intensities_can_be_counted_by_hand(folder: Path, read: Any) -> None:
    result = run_study(folder / "study.toml")
    intervals = read(result, "landcover_interval_intensity").set_index(["start", "place"])
    even = 100 * 13 / (10 * 200 + 10 * 199)
    assert intervals.loc[(2000, "ALL"), "intensity"] == pytest.approx(0.2)
    assert intervals.loc[(2010, "ALL"), "intensity"] == pytest.approx(100 * 9 / 1990)
    assert intervals["uniform"].xs("ALL", level="place").to_list() == pytest.approx([even] * 2)
    assert intervals["state"].xs("ALL", level="place").to_list() == ["slow", "fast"]
    assert intervals.loc[(2010, "g"), "intensity"] == pytest.approx(100 * 3 / 990)
    classes = read(result, "landcover_class_intensity")
    classes = classes.set_index(["start", "place", "class", "kind"]).sort_index()
    built = classes.loc[(2000, "ALL", "built", "gain")]
    assert built[["km2", "intensity", "uniform"]].tolist() == pytest.approx([0.4, 10, 0.2])
    assert classes.loc[(2000, "ALL", "forest", "loss"), "state"] == "dormant"
    pairs = read(result, "landcover_pair_intensity")
    pairs = pairs.set_index(["start", "place", "class", "kind", "other"]).sort_index()
    taken = pairs.loc[(2010, "ALL", "built", "gain")]
    assert taken.loc["cropland", "intensity"] == pytest.approx(100 * 6 / 960)
    assert taken.loc["forest", "intensity"] == pytest.approx(100 * 3 / 990)
    assert taken["uniform"].to_list() == pytest.approx([100 * 9 / 1950] * len(taken))
    assert taken.loc[["cropland", "forest"], "state"].tolist() == ["targeted", "avoided"]


def test_intensities_of_one_interval_and_of_none(folder: Path) -> None:
    changed(folder, 'method = "landcover"\n', 'method = "landcover"\nyears = [2000, 2020]\n')
    tables = run_study(folder / "study.toml", out=folder / "one").tables
    assert "landcover_class_intensity" in tables
    assert "landcover_interval_intensity" not in tables
    shutil.copy(folder / "lc_2000.tif", folder / "lc_2020.tif")
    changed(folder, "figures = []", 'figures = ["png"]')
    result = run_study(folder / "study.toml", out=folder / "none")
    assert not [name for name in result.tables if "intensity" in name]
    figures = [path.stem for path in (result.directory / "figures").iterdir()]
    assert figures == ["landcover_shares"]


def test_areas_are_variables_of_the_study(folder: Path) -> None:
    more = '[[analyses]]\nmethod = "sinks"\nareas = ["cropland", "forest"]\n'
    changed(folder, PLAIN, more + 'coefficients = "cn_landuse"\n' + PLAIN)
    inputs = check_study(folder / "study.toml")
    assert inputs.panel.at("built", 2020).to_dict() == {"R": 3.0, "L": 10.0}
    assert inputs.panel.units_of_measure["built"] == "km2"
    assert inputs.panel.at("ice", 2000).sum() == 0
    result = run_study(folder / "study.toml")
    sinks = result.tables["sinks"]
    assert {2000, 2010, 2020} <= set(sinks["year"])


def test_only_some_years(folder: Path, read: Any) -> None:
    changed(folder, 'method = "landcover"\n', 'method = "landcover"\nyears = [2020, 2000]\n')
    result = run_study(folder / "study.toml")
    frame = read(result, "landcover_pace")
    assert set(zip(frame["start"], frame["end"], strict=True)) == {(2000, 2020)}
    assert [p.name for p in (result.directory / "rasters").glob("*.tif")] == [
        "landcover_change_2000_2020.tif"
    ]


def test_the_change_map_and_its_style(folder: Path) -> None:
    result = run_study(folder / "study.toml", language="zh")
    path = result.directory / "rasters" / "landcover_change_2000_2020.tif"
    with rasterio.open(path) as source:
        cells = source.read(1)
        assert "SPATIALCARBON_SYNTHETIC" not in source.tags()
    assert (cells == 16).sum() == 10
    assert (cells == 26).sum() == 3
    assert (cells == 0).sum() == 1
    style = path.with_suffix(".qml").read_text(encoding="utf-8")
    assert 'value="16" color="#c4332b" alpha="255" label="耕地 → 建设用地"' in style
    assert 'label="林地，未变"' in style
    assert style.index('value="16"') < style.index('value="11"')


def test_no_rasters_when_they_are_not_wanted(folder: Path) -> None:
    changed(folder, "report = false", "report = false\nrasters = false")
    assert not (run_study(folder / "study.toml").directory / "rasters").exists()


def test_the_manifest_knows_the_rasters_and_verify_sees_a_change(folder: Path) -> None:
    result = run_study(folder / "study.toml")
    record = json.loads((result.directory / "manifest.json").read_text(encoding="utf-8"))
    assert set(record["inputs"]) >= {f"raster: land {year}" for year in (2000, 2010, 2020)}
    facts = record["rasters"]["land"]["files"]["2010"]
    assert facts["file"] == "lc_2010.tif"
    assert facts["bytes"] == (folder / "lc_2010.tif").stat().st_size
    assert facts["modified"].endswith("+00:00")
    assert record["rasters"]["land"]["illustrative"] is False
    again = run_study(folder / "study.toml", out=folder / "again")
    verdict = compare(result.directory, record, again.manifest)
    assert verdict.same
    assert any(name.endswith(".tif") for name in verdict.outputs)
    write(folder / "lc_2010.tif", np.ones((10, 20)))
    other = run_study(folder / "study.toml", out=folder / "other")
    verdict = compare(result.directory, record, other.manifest)
    assert set(verdict.inputs) == {"raster: land 2010"}
    assert not verdict.same


MISTAKES = [
    ('"lc_2010.tif"', '"absent.tif"', "line 16: rasters.land.files.2010: there is no file"),
    ('"lc_2010.tif"', '"empty.tif"', "is empty (0 bytes)"),
    ('"lc_2010.tif"', '"small.tif"', "gdalwarp"),
    ('"lc_2010.tif"', '"study.toml"', "cannot be opened as a raster"),
    ('scheme = "common"', 'scheme = "Comon"', "line 12: rasters.land.scheme"),
    ('scheme = "common"', 'scheme = "own.csv"', "there is no file"),
    ('scheme = "common"', 'shceme = "common"', "did you mean 'scheme'"),
    ("2010 = ", "twenty = ", "a whole number is expected"),
    ('method = "landcover"', 'method = "landcover"\nyears = [1990, 2020]', "no raster of 1990"),
    ('method = "landcover"', 'method = "landcover"\nyears = [2020]', "at least two years"),
    ('method = "landcover"', 'method = "landcover"\nraster = "lnad"', "did you mean 'land'"),
    ("areas = true", "areas = 7", "true or false"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES)
def test_mistakes_are_told_with_their_lines(folder: Path, old: str, new: str, message: str) -> None:
    (folder / "empty.tif").touch()
    write(folder / "small.tif", np.ones((10, 19)))
    with pytest.raises(StudyFileError) as caught:
        check_study(changed(folder, old, new))
    assert message in str(caught.value)
    assert "line " in str(caught.value)
    caught.value.render("zh")


def test_a_method_without_rasters_and_a_study_without_anything(own: Any, tmp_path: Path) -> None:
    own.analyses = '[[analyses]]\nmethod = "landcover"\n'
    with pytest.raises(StudyFileError, match="there are no rasters"):
        own.run()
    empty = tmp_path / "empty.toml"
    empty.write_text('[study]\ntitle = "x"\n[units]\nsource = "cities"\n[[analyses]]\nmethod = '
                     '"landcover"\n', encoding="utf-8")  # fmt: skip
    with pytest.raises(StudyFileError, match="tables: is missing"):
        check_study(empty)


def test_a_variable_that_a_table_has_as_well_is_refused(folder: Path) -> None:
    (folder / "t.csv").write_text("code,built\nL,1\nR,2\n", encoding="utf-8")
    table = '[tables.t]\nsource = "t.csv"\nunit = "code"\nyear = 2000\n'
    table += '[tables.t.variables]\nbuilt = { measure = "km2" }\n'
    with pytest.raises(StudyFileError, match="'built' is already in"):
        check_study(changed(folder, "[rasters.land]", table + "[rasters.land]"))


def test_an_unknown_code_is_counted(folder: Path) -> None:
    write(folder / "lc_2020.tif", np.full((10, 20), 77))
    changed(folder, "areas = true\n", "")
    with pytest.raises(sc.SchemaError, match="77: 200"):
        run_study(folder / "study.toml")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> sc.StudyResult:
    folder = tmp_path_factory.mktemp("land")
    shutil.copytree(SHIPPED, folder / "study")
    return run_study(folder / "study" / "study.toml", out=folder / "results", language="zh")


def test_the_shipped_study_is_what_the_command_writes(shipped: sc.StudyResult) -> None:
    units = sc.load_units("cities", clusters="PRD")
    made = sc.synthetic_land_cover(units, years=[2000])
    with rasterio.open(SHIPPED / "synthetic_landcover_2000.tif") as source:
        assert np.array_equal(source.read(1), made[2000].array)
        assert tuple(source.transform)[:6] == made[2000].transform
    areas = shipped.tables["landcover_areas"]
    whole = areas[(areas["level"] == "all") & (areas["year"] == 2000)]["km2"].sum()
    assert whole == pytest.approx(units["area_km2"].sum(), rel=0.002)


def test_invented_land_is_marked_wherever_it_goes(shipped: sc.StudyResult) -> None:
    from openpyxl import load_workbook

    page = (shipped.directory / "report.html").read_text(encoding="utf-8")
    assert page.count("示例数据：") >= 3
    book = load_workbook(shipped.directory / "tables.xlsx")
    contents, *sheets, _ = book.worksheets
    assert all("示例数据" in sheet["A1"].value for sheet in sheets)
    assert all("示例数据" in contents.cell(5 + at, 2).value for at in range(len(sheets)))
    layers = gpd.list_layers(shipped.directory / "results.gpkg")["name"]
    assert {"landcover_built", "landcover_sources"} <= set(layers)
    for path in (shipped.directory / "figures").glob("*.svg"):
        assert "示例数据" in path.read_text(encoding="utf-8") or 'id="mark"' in path.read_text()
    [raster] = (shipped.directory / "rasters").glob("*.tif")
    assert raster.stem.endswith("_synthetic")
    with rasterio.open(raster) as source:
        assert source.tags()["SPATIALCARBON_SYNTHETIC"] == "yes"
    assert shipped.manifest["rasters"]["land"]["illustrative"] is True


def test_layers_agree_with_tables(shipped: sc.StudyResult) -> None:
    layer = gpd.read_file(shipped.directory / "results.gpkg", layer="landcover_built")
    sources = shipped.tables["landcover_sources"]
    rows = sources[(sources["start"] == 2000) & (sources["end"] == 2020)]
    total = rows[rows["level"] == "unit"].groupby("place")["km2"].sum()
    assert layer.set_index("adcode")["built_gain"].to_dict() == pytest.approx(total.to_dict())
    assert len(layer) == 9


def test_words_in_both_languages(shipped: sc.StudyResult) -> None:
    from spatialcarbon.studies.analysis import Done

    step = shipped.study.steps[0]
    analysis = get_analysis("landcover")
    result = shipped.results["landcover"]
    done = Done("landcover", step.parameters, shipped.inputs, result)
    for language in ("en", "zh"):
        said = [sentence.render(language) for sentence in analysis.text(done)]  # type: ignore[arg-type]
        assert len(said) == 6
        assert not any("{" in sentence for sentence in said)
        assert ("建设用地" in said[1]) == (language == "zh")
        assert {"en": ": Cropland.", "zh": "：耕地。"}[language] in said[3]
        table = analysis.tables(done)[0]
        shown = table.cell("name", table.frame["name"].iloc[0], language)  # type: ignore[arg-type]
        assert shown == {"en": "Pearl River Delta", "zh": "珠三角"}[language]
        pairs = next(t for t in analysis.tables(done) if t.name == "landcover_pair_intensity")
        page = pairs.page()
        assert set(page["class"]) == {"built"}
        row = [pairs.cell(c, page[c].iloc[0], language) for c in ("class", "other", "state")]  # type: ignore[arg-type]
        assert row == {
            "en": ["Built-up", "Cropland", "targeted"], "zh": ["建设用地", "耕地", "倾向"]
        }[language]  # fmt: skip
    assert [spec.name.removeprefix("landcover_") for spec in analysis.figures(done)] == [
        *("shares", "flows", "matrix", "changes", "class_intensity", "built_intensity")
    ]


def test_many_intervals_are_drawn_as_one(
    shipped: sc.StudyResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    from spatialcarbon.studies.analyses import _landcover_intensity as intensity
    from spatialcarbon.studies.analysis import Done

    step = shipped.study.steps[0]
    done = Done("landcover", step.parameters, shipped.inputs, shipped.results["landcover"])
    for most, panels in ((9, 2), (1, 1)):
        monkeypatch.setattr(intensity, "MOST_INTERVALS", most)
        for spec in intensity.intensity_figures(done):
            assert len(spec.draw("en").axes) == panels


@pytest.mark.qgis
def test_qgis_opens_layers_and_raster(shipped: sc.StudyResult, qgis: Any) -> None:
    layers = {layer["name"]: layer for layer in qgis(shipped.directory / "results.gpkg")["layers"]}
    for name, kind in (
        ("landcover_built", "graduatedSymbol"),
        ("landcover_sources", "categorizedSymbol"),
    ):
        layer = layers[name]
        assert layer["valid"]
        assert layer["undrawn"] == []
        assert layer["renderer"] == kind
        assert "示例数据" in layer["title"]
        assert layer["labels"] == "name_zh"
    assert layers["landcover_built"]["aliases"]["built_end"] == "2020年建设用地（km²）"


def test_places_without_a_cell_stay_in_the_tables(folder: Path, read: Any) -> None:
    """A place whose cells have no data has rows of zeros, and no figure fails over it."""
    for year in (2000, 2010, 2020):
        with rasterio.open(folder / f"lc_{year}.tif") as source:
            codes = source.read(1)
        codes[:, 10:] = 0
        write(folder / f"lc_{year}.tif", codes)
    changed(folder, "figures = []", 'figures = ["png"]')
    result = run_study(folder / "study.toml")
    areas = read(result, "landcover_areas")
    assert areas.loc[areas["place"] == "R", "km2"].sum() == 0
    assert len(list((result.directory / "figures").iterdir())) == 6
    assert isinstance(result.tables["landcover_pace"], pd.DataFrame)
