"""The real study, from table and map to everything it writes (with fewer permutations)."""

from __future__ import annotations

import hashlib
import io
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from html.parser import HTMLParser
from typing import Any

import openpyxl
import pandas as pd
import pytest
from PIL import Image

import spatialcarbon as sc
from spatialcarbon.studies.pipeline import run_study

SUMS = {
    "BTH": (560.113, 930.484),
    "YRD": (971.260, 1570.516),
    "PRD": (220.964, 326.324),
    "CY": (250.439, 410.913),
    "MYR": (371.668, 689.689),
}


class Page(HTMLParser):
    """What a report loads, shows and links to."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "img":
            self.images.append(found)
        if tag == "a":
            self.links.append(found["href"] or "")
        else:
            self.loaded += [v or "" for k, v in attrs if k in ("src", "srcset", "href", "data")]


def page_of(result: Any) -> tuple[str, Page]:
    source = (result.directory / "report.html").read_text(encoding="utf-8")
    return source, Page(source)


def test_everything_is_there(shipped: Any) -> None:
    names = {path.name for path in shipped.directory.iterdir()}
    assert names == {
        "figures",
        "manifest.json",
        "project.qgz",
        "report.html",
        "results.gpkg",
        "study.toml",
        "tables",
        "tables.xlsx",
    }
    assert {path.stem for path in (shipped.directory / "tables").iterdir()} == set(shipped.tables)
    figures = {path.name for path in (shipped.directory / "figures").iterdir()}
    stems = {name.rpartition(".")[0] for name in figures}
    assert figures == {f"{stem}.{kind}" for stem in stems for kind in ("png", "svg")}
    assert stems >= {
        "indicators_totals",
        "indicators_shares",
        "indicators_co2_2017_map",
        "moran_co2_over_time",
        "moran_beside_study002_moran",
        "lisa_co2_2005_map",
        "lisa_co2_2017_map",
        "lisa_co2_2017_scatter",
        "profile_radar",
    }


def test_cluster_sums(shipped: Any, read: Any) -> None:
    totals = read(shipped, "indicators_totals").set_index("group")
    for group, (first, last) in SUMS.items():
        assert totals.loc[group, "2005"] == pytest.approx(first, abs=5e-4)
        assert totals.loc[group, "2017"] == pytest.approx(last, abs=5e-4)
    assert totals.loc["ALL", "2017"] == pytest.approx(totals.loc[list(SUMS), "2017"].sum())


def test_per_head_is_given_for_the_census_year_alone(shipped: Any, read: Any) -> None:
    rows = read(shipped, "indicators_by_group").query("indicator == 'per_capita'")
    known = rows[rows["value"].notna()]
    assert set(known["year"]) == {2010}
    people = sc.load_table("city_population").query("year == 2010").set_index("adcode")
    members = shipped.inputs.groups["PRD"]
    co2 = sc.load_table("city_co2").query("year == 2010").set_index("adcode")["co2_mt"]
    expected = co2[members].sum() * 1e6 / people["population"][members].sum()
    row = known.query("place == 'PRD'").iloc[0]
    assert (row["value"], row["measure"]) == (pytest.approx(expected), "t/person")


def test_moran_rows_are_those_of_global_moran(
    shipped: Any, read: Any, plan_co2: Any, plan_queen: Any
) -> None:
    table = read(shipped, "moran").set_index(["group", "year"])
    for group in ("ALL", "CY"):
        units = plan_co2.index if group == "ALL" else shipped.inputs.groups[group]
        single = sc.global_moran(
            plan_co2.loc[units, 2017],
            plan_queen.subset(units).standardised("R"),
            permutations=99,
            rng=20240501,
        )
        row = table.loc[group, 2017]
        assert row["statistic"] == single.statistic
        assert row["z_randomization"] == single.z_randomization
        assert row["pvalue_permutation"] == single.pvalue_permutation
        assert row["n"] == len(units)
    assert set(table.index.get_level_values("year")) == set(range(1997, 2018))


def test_study_002_stands_beside_ours(shipped: Any, read: Any) -> None:
    beside = read(shipped, "moran_beside_study002_moran").set_index(["group", "year"])
    ours = read(shipped, "moran").set_index(["group", "year"])["statistic"]
    printed = sc.load_table("study002_moran")
    for row in printed.itertuples():
        shown = beside.loc[row.group, row.year]
        assert shown["printed_significance"] == row.signif
        assert shown["printed"] == row.moran_i or (
            pd.isna(shown["printed"]) and pd.isna(row.moran_i)
        )
        if row.year <= 2017:
            assert shown["ours"] == ours[row.group, row.year]
            if pd.notna(row.moran_i):
                assert shown["difference"] == pytest.approx(shown["ours"] - row.moran_i)
    assert "The numbers are not expected to agree." in page_of(shipped)[0]


def test_local_tables_match_a_direct_call(
    shipped: Any, read: Any, plan_co2: Any, plan_queen: Any
) -> None:
    table = read(shipped, "lisa").query("year == 2017").set_index("unit")
    with pytest.warns(sc.PermutationWarning):
        result = sc.local_moran(
            plan_co2[2017], plan_queen.standardised("R"), permutations=99, rng=20240501
        )
    direct = result.to_frame().set_index("unit").loc[table.index]
    assert table["statistic"].equals(direct["statistic"].astype(float))
    assert table["label"].tolist() == direct["label"].tolist()
    assert table.loc[330900, "label"] == "Isolate"


def test_the_workbook_holds_every_table_and_no_formula(shipped: Any) -> None:
    book = openpyxl.load_workbook(shipped.directory / "tables.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    contents, *sheets, notes = book.worksheets
    files = {row[0]: row[-1] for row in contents.iter_rows(min_row=5, values_only=True)}
    assert list(files) == [sheet.title for sheet in (*sheets, notes)]
    assert [files[sheet.title] for sheet in sheets] == list(shipped.tables)
    for sheet, frame in zip(sheets, shipped.tables.values(), strict=True):
        assert sheet.max_row - len(frame) == 4
        assert sheet.auto_filter.ref.endswith(str(sheet.max_row))
        assert sum(cell.value is not None for cell in sheet[3]) == frame.shape[1]
    said = [row[0] for row in notes.iter_rows(values_only=True) if row[0]]
    assert any("20240501" in words for words in said)
    assert any("Zhoushan" in words for words in said)


def test_the_geopackage_has_styled_layers_with_fields_in_both_languages(shipped: Any) -> None:
    with closing(sqlite3.connect(shipped.directory / "results.gpkg")) as database:
        query = "SELECT table_name FROM gpkg_contents WHERE data_type = 'features'"
        layers = {name for (name,) in database.execute(query)}
        assert layers == {
            "indicators_co2_2005",
            "indicators_co2_2017",
            "indicators_per_capita_2010",
            "lisa_co2_2005",
            "lisa_co2_2017",
            "lisa_per_head_co2_per_head_2010",
            "transitions_co2",
            "sensitivity_co2_kept",
            "sensitivity_co2_clusters",
            "grey_coefficients_2010",
            "industry",
            "centre_points",
            "centre_tracks",
            "centre_ellipses",
            "yearly_co2",
            "yearly_population",
            "yearly_urban_population",
            "yearly_urbanisation",
            "clusters",
            "weights_queen",
        }
        styles = dict(database.execute("SELECT f_table_name, styleQML FROM layer_styles"))
        assert set(styles) == layers | {"panel"}
        of_places = {name for name in layers if not name.startswith(("centre_", "weights_"))}
        for name in of_places:
            fields = [row[1] for row in database.execute(f'PRAGMA table_info("{name}")')]
            assert {"adcode", "name_zh", "name_en"} <= set(fields)
            (count,) = database.execute(f'SELECT count(*) FROM "{name}"').fetchone()
            years = {"yearly_co2": 21}.get(name, 2 if name.startswith("yearly_") else 1)
            assert count == 111 * years
        for label in ("High-High", "Low-Low", "High-Low", "Low-High", "Isolate"):
            assert label in styles["lisa_co2_2017"]
        (links,) = database.execute("SELECT count(*) FROM weights_queen").fetchone()
        assert links == 253
        rows = database.execute("SELECT adcode, name_zh, name_en, value FROM lisa_co2_2017")
        names = {code: (chinese, english, value) for code, chinese, english, value in rows}
        chinese, english, value = names[440100]
        assert (chinese, english) == ("广州市", "Guangzhou")
        assert value == shipped.inputs.panel.at("co2", 2017)[440100]
        (rows_of_panel,) = database.execute("SELECT count(*) FROM panel").fetchone()
        assert rows_of_panel == 111 * len(shipped.inputs.panel.years)
    with zipfile.ZipFile(shipped.directory / "project.qgz") as archive:
        [name] = archive.namelist()
        project = archive.read(name).decode()
    for layer in layers:
        assert f"layername={layer}" in project


def test_the_report_is_one_file_that_loads_nothing(shipped: Any) -> None:
    source, page = page_of(shipped)
    assert all(item.startswith("data:") for item in page.loaded)
    assert "<script src" not in source
    assert "Content-Security-Policy" in source
    assert "@import" not in source
    assert not re.search(r"url\(\s*['\"]?(?!data:|#)", source)
    assert all(re.match(r"#|https://doi\.org/", link) for link in page.links)
    assert {link[1:] for link in page.links if link[0] == "#"} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_the_report_of_111_cities_and_21_years_is_small_enough_to_send(shipped: Any) -> None:
    assert (shipped.directory / "report.html").stat().st_size < 5_000_000


def test_the_report_shows_every_figure_with_words_for_those_who_cannot_see_it(
    shipped: Any,
) -> None:
    source, page = page_of(shipped)
    files = sorted((shipped.directory / "figures").glob("*.png"))
    sizes = []
    for path in files:
        with Image.open(path) as drawn:
            sizes.append((str(drawn.width), str(drawn.height)))
    assert sorted((image["width"], image["height"]) for image in page.images) == sorted(sizes)
    assert len(page.images) == len(files)
    assert all(image["alt"] and len(image["alt"]) > 20 for image in page.images)
    for words in ("How to read this", "Methods and references", "Moran, P. A. P.", "20240501"):
        assert words in source


def test_a_hostile_title_is_only_a_title(shipped: Any) -> None:
    source, _ = page_of(shipped)
    assert "<script>alert" not in source
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; 城市群" in source


def test_the_manifest_says_where_the_numbers_come_from(shipped: Any) -> None:
    record = json.loads((shipped.directory / "manifest.json").read_text(encoding="utf-8"))
    assert record == json.loads(json.dumps(shipped.manifest))
    assert record["versions"]["spatialcarbon"] == sc.__version__
    assert {"python", "numpy", "pandas", "shapely", "libpysal"} <= set(record["versions"])
    assert record["seed"] == 20240501
    assert record["study_file"] == "../study.toml"
    source = (shipped.directory / "study.toml").read_bytes()
    assert record["inputs"]["study file"] == hashlib.sha256(source).hexdigest()
    assert {key.partition(":")[0] for key in record["inputs"]} == {"study file", "map", "table"}
    assert {"table: city_co2", "table: study002_moran", "table: study002_indicators"} <= set(
        record["inputs"]
    )
    weights = record["weights"]["queen"]
    assert (weights["n"], weights["pairs"], weights["isolates"]) == (111, 253, ["330900"])
    assert weights["fingerprint"] == shipped.inputs.weights["queen"].fingerprint
    assert [item["name"] for item in record["analyses"]] == [
        step.key for step in shipped.study.steps
    ]
    for item in record["analyses"]:
        assert item["parameters"]
        assert all(result["settings"] for result in item["results"] if item["name"] != "profile")
    assert record["analyses"][1]["parameters"]["permutations"] == 99
    assert all(seconds >= 0 for seconds in record["seconds"].values())
    assert len(record["seconds"]) == len(shipped.study.steps) + 5
    written = {
        path.relative_to(shipped.directory).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in shipped.directory.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert record["outputs"] == written


def test_a_run_in_chinese_is_chinese_and_has_the_same_numbers(
    shipped: Any, shipped_source: str, tmp_path: Any
) -> None:
    source = shipped_source + "[outputs]\nfigures = []\nreport = true\n"
    # The indicators alone: the words differ, the numbers do not.
    keep = source.index('[[analyses]]\nmethod = "moran"')
    source = source[:keep] + source[source.index("[outputs]") :]
    (tmp_path / "study.toml").write_text(source, encoding="utf-8")
    said = []
    result = run_study(
        tmp_path / "study.toml",
        language="zh",
        progress=lambda text, done, total: said.append((text.render("zh"), done, total)),
    )
    for name in ("indicators_totals", "indicators_by_unit", "indicators_growth"):
        path = f"tables/{name}.csv"
        assert (result.directory / path).read_bytes() == (shipped.directory / path).read_bytes()
    page, parsed = page_of(result)
    assert 'lang="zh-CN"' in page
    assert "京津冀" in page
    assert "data:font/woff;base64,d09GR" in page
    assert re.search("[\u4e00-\u9fff]", str(parsed.images[0]["alt"]))
    book = openpyxl.load_workbook(io.BytesIO((result.directory / "tables.xlsx").read_bytes()))
    assert re.search("[\u4e00-\u9fff]", book.worksheets[0]["A1"].value)
    assert [done for _, done, _ in said] == list(range(len(said)))
    assert {total for _, _, total in said} == {len(said)}


def test_progress_counts_every_step_and_language_is_checked(tmp_path: Any, own: Any) -> None:
    own.write()
    with pytest.raises(sc.OptionError, match="language='fr' is not a choice"):
        run_study(own.path, language="fr")  # type: ignore[arg-type]
    assert not (own.folder / "results").exists()
