"""A folder of results, its record, and whether it comes out again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.studies.provenance import input_checksums, read_manifest
from spatialcarbon.studies.study_file import load_study
from spatialcarbon.studies.verify import Verification, verify

FEW = '[[analyses]]\nmethod = "moran"\nvariable = "co2"\npermutations = 19\n'


@pytest.fixture
def done(own: Any) -> Any:
    own.analyses = FEW
    own.outputs = "geopackage = true\nfigures = []\nworkbook = false\nreport = false\n"
    own.run()
    return own


def check(own: Any, scratch: Path, **options: Any) -> Verification:
    scratch.mkdir()
    return verify(own.folder / "results", scratch=scratch, **options)


def test_the_same_inputs_give_the_same_bytes(done: Any, tmp_path: Path) -> None:
    said: list[str] = []
    report = check(done, tmp_path / "x", progress=lambda text, *_: said.append(text.render("en")))
    assert report.status == 0
    assert set(report.outputs) == {"tables/moran.csv", "results.gpkg"}
    assert report.verdict.render("en") == "All 2 tables and layers came out the same."
    assert said[-1] == "Recording provenance"
    assert not report.inputs
    assert not report.versions


def test_a_changed_or_lost_table_is_found(done: Any, tmp_path: Path) -> None:
    table = done.folder / "results" / "tables" / "moran.csv"
    table.write_bytes(table.read_bytes().replace(b"0.", b"1.", 1))
    report = check(done, tmp_path / "x")
    assert report.outputs["tables/moran.csv"] == "changed since"
    assert (report.status, report.same) == (2, False)
    table.unlink()
    report = check(done, tmp_path / "y")
    assert (report.outputs["tables/moran.csv"], report.status) == ("missing", 2)
    assert ("tables/moran.csv", "missing") in report.lines("en")


def test_a_changed_input_is_found_and_named(done: Any, tmp_path: Path) -> None:
    done.table.loc[0, "排放_2017"] += 1
    done.write()
    report = check(done, tmp_path / "x")
    assert report.status == 2
    assert report.inputs["table: 排放.csv"] == "different"
    assert report.outputs["tables/moran.csv"] == "different"
    assert "inputs have changed since" in report.verdict.render("en")


def test_a_comment_in_the_study_file_changes_no_number(done: Any, tmp_path: Path) -> None:
    done.path.write_text(done.source() + "# a remark\n", encoding="utf-8")
    report = check(done, tmp_path / "x")
    assert (report.status, report.inputs) == (0, {"study file": "different"})


def test_other_versions_alone_are_said(done: Any, tmp_path: Path) -> None:
    path = done.folder / "results" / "manifest.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["versions"]["numpy"] = "1.0"
    record["outputs"]["tables/moran.csv"] = record["outputs"]["results.gpkg"]
    path.write_text(json.dumps(record), encoding="utf-8")
    shutil.copy(
        done.folder / "results" / "results.gpkg", done.folder / "results" / "tables" / "moran.csv"
    )
    report = check(done, tmp_path / "x")
    assert report.versions["numpy"][0] == "1.0"
    assert report.status == 1
    assert "versions of libraries have changed" in report.verdict.render("en")


def test_a_moved_study_is_asked_for(done: Any, tmp_path: Path) -> None:
    elsewhere = done.folder / "elsewhere"
    elsewhere.mkdir()
    for name in ("study.toml", "map.gpkg", "排放.csv"):
        shutil.move(done.folder / name, elsewhere / name)
    with pytest.raises(SchemaError, match=r"no longer at .*\n  fix: .*--study path/to/study\.toml"):
        check(done, tmp_path / "x")
    report = check(done, tmp_path / "y", study=elsewhere / "study.toml")
    assert report.status == 0
    assert check(done, tmp_path / "z", study=elsewhere).status == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "holds no results of this program"),
        ("{", "is no valid JSON"),
        ("[]", "is not a manifest of this program"),
        ('{"program": "other"}', "is not a manifest of this program"),
        ('{"program": "spatialcarbon"}', "is not a manifest of this program"),
    ],
)
def test_folders_without_a_record(tmp_path: Path, content: str | None, words: str) -> None:
    if content is not None:
        (tmp_path / "manifest.json").write_text(content, encoding="utf-8")
    with pytest.raises(SchemaError, match=words):
        read_manifest(tmp_path)


def test_a_link_to_the_folder_finds_the_study_file(own: Any, tmp_path: Path) -> None:
    own.analyses = FEW
    real = tmp_path / "a" / "b" / "real"
    real.mkdir(parents=True)
    (own.folder / "link").symlink_to(real)
    result = own.run("link/results")
    assert (result.directory / result.manifest["study_file"]).resolve() == own.path.resolve()


def test_all_parts_of_a_shapefile_count(own: Any) -> None:
    own.write()
    ascii_names = own.units.rename(columns={"组": "grp"})
    ascii_names.to_file(own.folder / "map.shp", encoding="utf-8")
    source = own.source().replace("map.gpkg", "map.shp").replace('"组"', '"grp"')
    own.path.write_text(source, encoding="utf-8")
    before = input_checksums(load_study(own.path))
    assert {"map: map.shp", "map: map.dbf", "map: map.shx", "map: map.prj"} <= set(before)
    data = bytearray((own.folder / "map.dbf").read_bytes())
    data[-2] ^= 1
    (own.folder / "map.dbf").write_bytes(bytes(data))
    after = input_checksums(load_study(own.path))
    assert [key for key in before if before[key] != after[key]] == ["map: map.dbf"]
