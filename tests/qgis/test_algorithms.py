"""Every algorithm in headless QGIS: the numbers of the library, the styles, the words."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.qgis

HANZI = re.compile("[\u4e00-\u9fff]")
IDS = {
    f"spatialcarbon:{name}"
    for name in ("moran", "lisa", "hotspots", "weights", "landcover", "allocate", "compensate")
}


@pytest.fixture(scope="module")
def said(in_qgis: Any, place: Any) -> dict[str, Any]:
    """What became of each job, by name; QGIS is started once for all of them."""
    map_ = {"INPUT": place.map, "KEY": "代码", "NAME": "名称"}
    drawn = {**map_, "FIELD": "排放", "PERMUTATIONS": 99}
    emitted = {**map_, "EMISSION": "排放", "POPULATION": "pop", "GDP": "gdp"}
    out, english = str(place.folder) + "/", {"locale": "en_US"}
    lisa = {"run": "spatialcarbon:lisa", **english}
    earlier, later = place.rasters
    land = {"EARLIER": earlier, "LATER": later, "INPUT": place.map, "KEY": "代码"}
    gone = out + "x.gpkg"
    jobs = {
        "moran": {
            "run": "spatialcarbon:moran",
            **english,
            "with": {**drawn, "OUTPUT": out + "m.html", "TABLE": out + "m.csv", "YEAR": 2017},
        },
        "lisa": {
            "run": "spatialcarbon:lisa",
            "locale": "zh_CN",
            "with": {**drawn, "WEIGHTS": 2, "K": 5, "CORRECTION": 2, "OUTPUT": "TEMPORARY_OUTPUT"},
            "select": "\"group\" = '西' OR \"代码\" > 'q11'",
        },
        "hotspots": {
            "run": "spatialcarbon:hotspots",
            **english,
            "with": {**drawn, "CORRECTION": 2, "MEASURE": "Mt CO2", "OUTPUT": out + "h.gpkg"},
        },
        "weights": {
            "run": "spatialcarbon:weights",
            **english,
            "with": {**map_, "WEIGHTS": 1, "OUTPUT": out + "w.gpkg", "FILE": out + "w.csv"},
            "select": "\"代码\" NOT IN ('q01', 'q06')",  # leaves a corner alone
        },
        "allocate": {
            "run": "spatialcarbon:allocate",
            **english,
            "with": {**emitted, "OUTPUT": out + "a.gpkg"},
        },
        "compensate": {
            "run": "spatialcarbon:compensate",
            **english,
            "with": {**emitted, "SINK": "sink", "OUTPUT": out + "c.gpkg"},
        },
        "landcover": {
            "run": "spatialcarbon:landcover",
            **english,
            "with": {**land, "OUTPUT": out + "l.gpkg", "CHANGE": out + "l.tif"},
        },
        "one year": {
            "run": "spatialcarbon:landcover",
            **english,
            "with": {**land, "YEAR_LATER": 2020, "OUTPUT": gone},
        },
        "no crs": {**lisa, "crs": "", "with": {**drawn, "OUTPUT": gone}},
        "key repeats": {**lisa, "with": {**drawn, "KEY": "group", "OUTPUT": gone}},
        "cancelled": {**lisa, "cancel": 0.3, "with": {**drawn, "OUTPUT": gone}},
        "no program": {**lisa, "program": out + "python", "with": {**drawn, "OUTPUT": gone}},
        "shapefile": {**lisa, "with": {**drawn, "OUTPUT": out + "x.shp"}},
        **{
            f"{number} {locale}": {"run": number, "describe": True, "locale": locale}
            for number in sorted(IDS)
            for locale in ("en_US", "zh-Hans")
        },
    }  # fmt: skip
    return dict(zip(jobs, in_qgis(list(jobs.values())), strict=True))


def test_global_moran_gives_numbers_a_page_and_a_table(
    said: Any, place: Any, by_the_library: Any
) -> None:
    job, expected = said["moran"], by_the_library("moran")
    assert job["fine"], job["log"]
    results = job["results"]
    assert results["I"] == pytest.approx(expected.statistic, rel=1e-12)
    assert results["P"] == expected.pvalue_permutation
    assert results["EXPECTED"] == pytest.approx(-1 / 35)
    assert results["N"] == 36
    assert "排放: I = " in results["FINDINGS"]
    assert "in 2017" in results["FINDINGS"]
    assert "places.gpkg" not in results["FINDINGS"]
    page = Path(results["OUTPUT"]).read_text(encoding="utf-8")
    assert f"<td>{expected.statistic:.4f}</td>" in page
    assert "−0.0286" in page
    with open(results["TABLE"], encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert float(row["statistic"]) == results["I"]


def test_the_command_is_shown_as_one_could_type_it(said: Any) -> None:
    first = said["moran"]["log"][0]
    assert first.startswith("$ ")
    assert " -m spatialcarbon moran --units " in first
    assert "--key 代码" in first.replace("'", "")


def test_lisa_uses_the_selected_places_and_speaks_chinese(said: Any, by_the_library: Any) -> None:
    job = said["lisa"]
    assert job["fine"], job["log"]
    (layer,) = job["layers"]
    chosen = [row[1] for row in layer["rows"]]
    assert len(chosen) == 30
    result = by_the_library("lisa", rows=chosen, knn=5)
    at = layer["fields"].index
    found = {row[1]: row for row in layer["rows"]}
    for unit in chosen:
        assert float(found[unit][at("statistic")]) == pytest.approx(result.statistic[unit])
        assert float(found[unit][at("pvalue")]) == pytest.approx(result.pvalue[unit])
        assert found[unit][at("label")] == result.label[unit]
    counts = result.label.value_counts()
    results = job["results"]
    assert results["HIGH_HIGH"] == counts.get("High-High", 0) > 0
    assert results["LOW_LOW"] == counts.get("Low-Low", 0)
    assert layer["renderer"] == "categorizedSymbol"
    assert layer["crs"] == "EPSG:6933"
    assert layer["labels"]
    assert "局部莫兰指数" in layer["aliases"]
    assert HANZI.search(layer["name"])
    assert "市" in results["FINDINGS"]
    assert layer["aliases"][at("value")] == "排放"


def test_hotspots_carry_their_unit_of_measure(said: Any) -> None:
    job = said["hotspots"]
    assert job["fine"], job["log"]
    (layer,) = job["layers"]
    labels = [row[layer["fields"].index("label")] for row in layer["rows"]]
    assert job["results"]["HOT"] == labels.count("Hot spot") > 0
    assert job["results"]["COLD"] == labels.count("Cold spot")
    assert layer["aliases"][layer["fields"].index("value")] == "排放 (Mt CO2)"
    assert layer["renderer"] == "categorizedSymbol"


def test_weights_are_lines_numbers_and_a_file(said: Any) -> None:
    job = said["weights"]
    assert job["fine"], job["log"]
    results = job["results"]
    assert (results["N"], results["ISOLATES"], results["COMPONENTS"]) == (34, 1, 2)
    assert results["PAIRS"] == 60 - 2 * 3
    (layer,) = job["layers"]
    assert len(layer["rows"]) == results["PAIRS"]
    assert layer["renderer"] == "singleSymbol"
    assert any("Pairs" in line for line in job["log"])
    with open(results["FILE"], encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.DictReader(file))) == 2 * results["PAIRS"]


def test_allocation_gives_a_styled_layer_for_each_principle(said: Any) -> None:
    job = said["allocate"]
    assert job["fine"], job["log"]
    assert {layer["renderer"] for layer in job["layers"]} == {"graduatedSymbol"}
    assert len({layer["name"] for layer in job["layers"]}) == 2
    layer = job["layers"][0]
    at = layer["fields"].index
    cut = sum(float(row[at("allocation")]) for row in layer["rows"])
    emitted = sum(float(row[at("emission")]) for row in layer["rows"])
    assert cut == pytest.approx(0.1 * emitted)


def test_compensation_shows_amounts_with_payments_above(said: Any) -> None:
    job = said["compensate"]
    assert job["fine"], job["log"]
    payments, amounts = job["layers"]
    assert "payer" in payments["fields"]
    total = sum(float(row[amounts["fields"].index("amount")]) for row in amounts["rows"])
    assert total == pytest.approx(0, abs=1e-3)
    assert len(payments["rows"]) < 36
    assert {payments["renderer"], amounts["renderer"]} == {"graduatedSymbol"}
    assert "would pay" in job["results"]["FINDINGS"]


def test_land_cover_is_counted_by_place(said: Any) -> None:
    job = said["landcover"]
    assert job["fine"], job["log"]
    layers = {layer["name"]: layer for layer in job["layers"] if "fields" in layer}
    assert len(layers) == 2
    kinds = {layer["renderer"] for layer in layers.values()}
    assert kinds == {"graduatedSymbol", "categorizedSymbol"}
    layer = next(iter(layers.values()))
    gain = [float(row[layer["fields"].index("built_gain")]) for row in layer["rows"]]
    assert sum(gain) == pytest.approx(200, rel=0.01)
    assert sum(value > 0 for value in gain) == 2
    raster = next(layer for layer in job["layers"] if "fields" not in layer)
    assert raster["renderer"] == "paletted"


@pytest.mark.parametrize(
    ("job", "words"),
    [
        ("one year", "Give the years of both rasters"),
        ("no crs", "has no coordinate reference system"),
        ("key repeats", "spatialcarbon ended with status 2. Error: group repeats"),
        ("cancelled", "Cancelled: nothing was written."),
        ("no program", "Install it in Python 3.11 or newer"),
        ("shapefile", "The result must be a GeoPackage"),
    ],
)
def test_what_goes_wrong_is_one_readable_paragraph(
    said: Any, place: Any, job: str, words: str
) -> None:
    assert not said[job]["fine"]
    last = said[job]["log"][-1]
    assert words in last
    assert "\n" not in last
    assert "Traceback" not in last
    assert not (place.folder / "x.gpkg").exists()


def test_every_algorithm_describes_itself_in_both_languages(said: Any) -> None:
    for number in IDS:
        english, chinese = said[f"{number} en_US"], said[f"{number} zh-Hans"]
        assert english["id"] == chinese["id"] == number
        for words in (english["name"], english["group"], english["short"]):
            assert words
            assert not HANZI.search(words)
        assert chinese["help"].startswith(chinese["short"])
        for key in ("name", "group", "short", "help"):
            assert HANZI.search(chinese[key]), chinese[key]
        assert HANZI.search(",".join(chinese["tags"]))
        for name, (words, help_, kind) in chinese["parameters"].items():
            assert HANZI.search(words), name
            assert english["parameters"][name][0]
            assert not help_ or HANZI.search(help_), help_
            assert kind == english["parameters"][name][2]
        assert all(HANZI.search(words) for words in chinese["outputs"].values())


def test_qgis_process_knows_the_plugin_and_runs_it(
    qgis_process: Any, place: Any, by_the_library: Any
) -> None:
    out = place.folder / "by_process.gpkg"
    words = [f"INPUT={place.map}", "KEY=代码", "FIELD=排放", "PERMUTATIONS=99", "CORRECTION=2"]
    ended = qgis_process("run", "spatialcarbon:lisa", "--json", "--", *words, f"OUTPUT={out}")
    assert ended["results"]["OUTPUT"].startswith(str(out))
    counts = by_the_library("lisa").label.value_counts()
    assert ended["results"]["HIGH_HIGH"] == counts["High-High"]
    assert ended["results"]["LOW_LOW"] == counts["Low-Low"]
