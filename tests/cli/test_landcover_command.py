"""Land cover from the command line: counting, inventing, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from shapely import box

from spatialcarbon.cli.landcover import cell_progress


@pytest.fixture(scope="module")
def land(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two years of 4 × 6 km and a map of two places."""
    folder = tmp_path_factory.mktemp("land")
    first = np.full((4, 6), 1, dtype=np.uint8)
    first[:, 3:] = 2
    second = first.copy()
    second[0, :2] = 8
    second[3, 5] = 0
    for year, codes in ((2000, first), (2020, second)):
        with rasterio.open(
            folder / f"clcd_{year}.tif", "w", driver="GTiff", height=4, width=6, count=1,
            dtype="uint8", crs="EPSG:6933", nodata=0,
            transform=rasterio.Affine(1000, 0, 0, 0, -1000, 4_000_000),
        ) as out:  # fmt: skip
            out.write(codes, 1)
    gpd.GeoDataFrame(
        {"code": ["甲", "乙"], "g": ["x", "x"]},
        geometry=[
            box(0, 3_996_000, 3000, 4_000_000),
            box(3000, 3_996_000, 6000, 4_000_000),
        ],
        crs="EPSG:6933",
    ).to_file(folder / "map.gpkg")
    return folder


PAIR = ("landcover", "clcd_2000.tif", "clcd_2020.tif", "--scheme", "CLCD")
MAP = ("--units", "map.gpkg", "--key", "code")


def test_counts_come_as_text_json_and_csv(together: Any, land: Path) -> None:
    shown, parsed, table, exact = together(
        [
            [*PAIR, "--lang", "zh"],
            [*PAIR, *MAP, "--groups", "g", "--format", "json"],
            [*PAIR, *MAP, "--out", "areas.csv"],
            [*PAIR, *MAP, "--exact", "--skip-damaged", "--checkpoint", "blocks", "--format", "csv"],
        ],
        cwd=land,
    )
    assert "整幅栅格" in shown.fine().out
    assert "建设用地" in shown.err
    rows = json.loads(parsed.fine().out)
    built = {
        row["place"]: row["km2"]
        for row in rows["landcover_areas"]
        if row["class"] == "built" and row["year"] == 2020 and row["level"] != "all"
    }
    assert built == {"甲": 2.0, "乙": 0.0}
    [left] = [row for row in rows["landcover_excluded"] if row["reason"] == "second only"]
    assert left["km2"] == 1
    table.fine()
    assert (land / "areas.csv").read_bytes().startswith(b"\xef\xbb\xbftable,level,place")
    assert "landcover_matrix" in exact.fine().out
    assert (land / "blocks").stat().st_size > 0
    assert "Illustrative" not in shown.err + exact.err


def test_years_come_from_names_or_from_the_line(together: Any, land: Path) -> None:
    (land / "a.tif").write_bytes((land / "clcd_2000.tif").read_bytes())
    line = ["landcover", "a.tif", "clcd_2020.tif", "--scheme", "CLCD"]
    unnamed, given, reversed_, few, no_list = together(
        [
            line,
            [*line, "--years", "1990, 2020", "--format", "json"],
            ["landcover", "clcd_2020.tif", "clcd_2000.tif", "--scheme", "CLCD"],
            [*line, "--years", "2020"],
            [*line, "--years", "then,now"],
        ],
        cwd=land,
    )
    unnamed.refused("the year of a.tif cannot be told")
    assert {row["start"] for row in json.loads(given.fine().out)["landcover_pace"]} == {1990}
    reversed_.refused("the years do not rise", "2000, 2020")
    few.refused("1 years for 2 rasters")
    no_list.refused("is not a list of years")


def test_layers_and_the_raster_of_changes(together: Any, land: Path) -> None:
    layers, raster = together(
        [[*PAIR, *MAP, "--out", "land.gpkg"], [*PAIR, "--out", "change.tif", "--lang", "zh"]],
        cwd=land,
    )
    layers.fine()
    assert set(gpd.list_layers(land / "land.gpkg")["name"]) >= {"landcover_built"}
    raster.fine()
    with rasterio.open(land / "change.tif") as source:
        assert (source.read(1) == 16).sum() == 2
    assert "耕地 → 建设用地" in (land / "change.qml").read_text(encoding="utf-8")


def test_what_is_wrong_is_said(together: Any, land: Path) -> None:
    lines: list[tuple[list[object], str]] = [
        (["landcover", "clcd_2000.tif"], "name two rasters or more"),
        (["landcover", "clcd_2000.tif", "clcd_2020.tif"], "--scheme says what the codes mean"),
        ([*PAIR[:-1], "CLDC"], "scheme='CLCD'"),
        (["landcover", "clcd_2000.tif", "no_2020.tif", *PAIR[-2:]], "no_2020.tif"),
        ([*PAIR, "--units", "cities", "--clusters", "BTH"], "clcd_2000.tif"),
        ([*PAIR, "--out", "x.docx"], ".docx"),
        ([*PAIR, "--synthetic", "new"], "--synthetic takes no rasters"),
        (["landcover", "--synthetic", "."], "exists already"),
        (["landcover", "--synthetic", "new", "--cell", "0.1"], "fix: cell="),
    ]
    for said, (_, words) in zip(together([line for line, _ in lines], land), lines, strict=True):
        said.refused(words)
    assert not (land / "new").exists()


def test_invented_rasters_make_a_study_that_runs(together: Any, tmp_path: Path) -> None:
    made, checked, own, counted = together(
        [
            ["landcover", "--synthetic", "试", "--cell", "3000", "--years", "2000,2020"],
            ["check", "试/study.toml"],
            ["landcover", "--synthetic", "own", "--cell", "2000", "--clusters", "BTH,PRD", "--lang",
             "zh"],
            ["landcover", "试/synthetic_landcover_2000.tif", "试/synthetic_landcover_2020.tif",
             "--scheme", "CLCD", "--out", "x.tif"],
        ],
        cwd=tmp_path,
    )  # fmt: skip
    assert "Invented land cover" in made.fine().err
    assert "is in order: 9 units" in checked.fine().out
    own.fine()
    study = (tmp_path / "own" / "study.toml").read_text(encoding="utf-8")
    assert 'groups = ["BTH", "PRD"]' in study
    assert 'language = "zh"' in study
    assert "On illustrative data" in counted.fine().err
    with rasterio.open(tmp_path / "x.tif") as source:
        assert source.tags()["SPATIALCARBON_SYNTHETIC"] == "yes"


def test_invented_rasters_over_a_map_of_one_s_own(together: Any, land: Path) -> None:
    made, checked = together(
        [
            ["landcover", "--synthetic", "mine", *MAP, "--cell", "500", "--seed", "2"],
            ["check", "mine/study.toml"],
        ],
        cwd=land,
    )
    made.fine()
    assert "is in order: 2 units" in checked.fine().out


def test_the_bar_tells_cells_and_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal; the speed is known after some steps only."""
    import io

    import rich.console

    monkeypatch.setattr("spatialcarbon.cli.landcover.live", lambda _stream: True)
    screen = io.StringIO()
    real = rich.console.Console
    monkeypatch.setattr(
        rich.console,
        "Console",
        lambda **_: real(file=screen, force_terminal=True, width=100),
    )
    with cell_progress() as progress:
        for done in (0, 400_000, 900_000, 1_000_000):
            progress(done, 1_000_000)
    assert "%" in screen.getvalue()


def test_a_pipe_has_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with cell_progress() as progress:
        progress(1, 2)
    assert capsys.readouterr().err == ""


def test_help(together: Any) -> None:
    [said] = together([["landcover", "--help"]])
    for option in (
        "--scheme",
        "--exact",
        "--scheduler",
        "--checkpoint",
        "--skip-damaged",
        "--cell",
    ):
        assert option in said.fine().out
