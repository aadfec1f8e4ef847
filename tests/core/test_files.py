"""Plain files only; JSON and TOML that are too deep; archives that are traps."""

from __future__ import annotations

import os
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

import spatialcarbon as sc
from spatialcarbon.core.files import (
    check_archive,
    declares_entities,
    is_file,
    parse_json,
    parse_toml,
    read_bytes,
    refuse_entities,
)

DEEP = 100_000


def archive(path: Path, parts: dict[str, bytes]) -> Path:
    """Write an archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return path


def check(path: Path) -> None:
    """Check an archive as readers do."""
    with zipfile.ZipFile(path) as opened:
        check_archive(path, opened)
        refuse_entities(path, opened)


def test_links_are_followed_unless_they_lead_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert read_bytes(tmp_path / "link") == b"x"
    (tmp_path / "round").symlink_to(tmp_path / "about")
    (tmp_path / "about").symlink_to(tmp_path / "round")
    for name in ("round", "absent", "n" * 5000, "a\0b", "."):
        assert not is_file(tmp_path / name)
        with pytest.raises(sc.SchemaError, match="there is no file"):
            read_bytes(tmp_path / name)


def test_devices_and_pipes_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(sc.SchemaError, match="is no plain file"):
            read_bytes(path)


def test_a_file_that_says_it_is_empty_is_not_read_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPATIALCARBON_MAX_FILE_BYTES", "10")
    (tmp_path / "a").write_bytes(b"x" * 11)
    with pytest.raises(sc.SchemaError, match="10 at most"):
        read_bytes(tmp_path / "a")
    # The system makes this one up, and gives its size as 0.
    with pytest.raises(sc.SchemaError, match="at least 11"):
        read_bytes(Path("/proc/self/status"))


@pytest.mark.parametrize("sign", ["[", '{"a":', '[{"a":'])
def test_deep_json_is_refused(sign: str) -> None:
    with pytest.raises(sc.SchemaError, match="too many brackets inside one another"):
        parse_json(sign * DEEP, "a.json")
    with pytest.raises(sc.SchemaError, match="100 at most"):
        parse_json("[" * 101 + "]" * 101, "a.json")
    assert parse_json("[" * 99 + "]" * 99, "a.json")


@pytest.mark.parametrize("words", ["", "{", "1" * 5000, '"\\ud800', "NaN]"])
def test_what_is_no_json_is_refused(words: str) -> None:
    with pytest.raises(sc.SchemaError, match="no valid JSON"):
        parse_json(words, "a.json")


@pytest.mark.parametrize("words", ["a = " + "[" * DEEP, "a = " + "{a=" * DEEP, "a." * 5000 + "a=1"])
def test_deep_toml_is_refused(words: str) -> None:
    with pytest.raises(sc.SchemaError, match="too many brackets inside one another"):
        parse_toml(words, "a.toml")


def test_an_archive_that_grows_too_much_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bomb = archive(tmp_path / "a.zip", {"a": bytes(65 * 2**20)})
    assert bomb.stat().st_size < 70_000
    with pytest.raises(sc.SchemaError, match="too many times that an archive grows"):
        check(bomb)
    monkeypatch.setenv("SPATIALCARBON_MAX_PACKING_RATIO", "2000")
    check(bomb)
    monkeypatch.setenv("SPATIALCARBON_MAX_UNPACKED_BYTES", str(2**20))
    with pytest.raises(sc.SchemaError, match="too many bytes of an archive"):
        check(bomb)


def test_too_many_files_in_an_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPATIALCARBON_MAX_ARCHIVE_FILES", "2")
    with pytest.raises(sc.SchemaError, match="too many files inside an archive"):
        check(archive(tmp_path / "a.zip", {"a": b"", "b": b"", "c": b""}))


@pytest.mark.parametrize("name", ["../a.shp", "a/../../b", "/etc/passwd", "C:\\a", "..\\a"])
def test_names_that_lead_out_of_an_archive(name: str, tmp_path: Path) -> None:
    with pytest.raises(sc.SchemaError, match="whose names lead out of it"):
        check(archive(tmp_path / "a.zip", {name: b""}))
    check(archive(tmp_path / "b.zip", {"..a/b..c": b""}))


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;</a>"""
OUTSIDE = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'


@pytest.mark.parametrize("content", [LAUGHS, OUTSIDE, LAUGHS.decode().encode("utf-16")])
def test_entities_are_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(sc.SchemaError, match="declares entities"):
        check(archive(tmp_path / "a.zip", {"xl/workbook.xml": content}))


def test_plain_xml_passes() -> None:
    for content in (b"<?xml version='1.0'?><!-- <!DOCTYPE a> --><a/>", b"no xml", b""):
        assert not declares_entities(BytesIO(content).read)
