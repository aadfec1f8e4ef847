"""Putting the plugin into a profile of QGIS, and taking it out again."""

from __future__ import annotations

import errno
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

import spatialcarbon as sc
from spatialcarbon.cli import qgis
from spatialcarbon.cli.qgis_profile import (
    PLUGIN,
    plugins_folder,
    profile_folder,
    profiles_folder,
    switched,
)
from spatialcarbon.core.errors import OptionError

SHIPPED = Path(sc.__file__).parent / "qgis_plugin"


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a profile that QGIS has started with once, and make it the one that is found."""
    profile = tmp_path / "QGIS 配置" / "profiles" / "default"
    (profile / "QGIS").mkdir(parents=True)
    settings = (
        "[qgis]\r\nname=\xe9\r\n\r\n[PythonPlugins]\r\nprocessing=true\r\n\r\n[UI]\r\na=1\r\n"
    )
    (profile / "QGIS" / "QGIS3.ini").write_bytes(settings.encode("latin-1"))
    monkeypatch.setenv("QGIS_CUSTOM_CONFIG_PATH", str(tmp_path / "QGIS 配置"))
    return profile


@pytest.fixture
def target(profile: Path) -> Path:
    return profile / "python" / "plugins" / PLUGIN


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_install_copies_every_file_and_switches_the_plugin_on(
    together: Any, profile: Path, target: Path
) -> None:
    before = (profile / "QGIS" / "QGIS3.ini").read_bytes()
    shown, done, again, there = together(
        [["qgis", "path"], ["qgis", "install"], ["qgis", "install"], ["qgis", "path"]]
    )
    assert shown.fine().out == there.fine().out == f"{target}\n"
    assert str(target) in done.fine().err
    assert "Processing toolbox" in done.err
    again.fine()
    files = {path.name for path in SHIPPED.iterdir() if path.is_file()}
    assert names(target) == files | {"installed.json"}
    assert names(target.parent) == {PLUGIN}
    for name in files - {"metadata.txt"}:
        assert (target / name).read_bytes() == (SHIPPED / name).read_bytes()
    assert f"version={sc.__version__}" in (target / "metadata.txt").read_text(encoding="utf-8")
    facts = json.loads((target / "installed.json").read_text(encoding="utf-8"))
    assert facts["command"] == [sys.executable, "-m", "spatialcarbon"]
    after = (profile / "QGIS" / "QGIS3.ini").read_bytes()
    ours = f"{PLUGIN}=true\r\n".encode()
    assert after == before.replace(b"processing=true\r\n", b"processing=true\r\n" + ours)


def test_uninstall_leaves_nothing_behind(together: Any, profile: Path, target: Path) -> None:
    before = (profile / "QGIS" / "QGIS3.ini").read_bytes()
    together([["qgis", "install"]])
    (target / "__pycache__").mkdir()
    (target / "__pycache__" / "words.pyc").write_bytes(b"")
    gone, again = together([["qgis", "uninstall"], ["qgis", "uninstall"]])
    assert "removed" in gone.fine().err
    assert not target.exists()
    assert (profile / "QGIS" / "QGIS3.ini").read_bytes() == before
    assert "There is no plugin" in again.fine().err


def test_uninstall_leaves_what_was_not_installed(together: Any, target: Path) -> None:
    together([["qgis", "install"]])
    (target / "mine.txt").write_text("mine", encoding="utf-8")
    (target / "words.py").write_text("# changed\n", encoding="utf-8")
    (said,) = together([["qgis", "uninstall"]])
    assert "mine.txt, words.py" in said.fine().err
    assert names(target) == {"mine.txt", "words.py"}


def test_install_replaces_nothing_that_is_not_ours(together: Any, target: Path) -> None:
    target.mkdir(parents=True)
    (target / "theirs.py").write_text("", encoding="utf-8")
    installed, removed = together([["qgis", "install"], ["qgis", "uninstall", "--lang", "zh"]])
    installed.refused("was not installed by this program", "--profile")
    removed.refused("不是由本程序安装的")
    assert names(target) == {"theirs.py"}


def test_install_does_not_lose_what_was_changed_since(together: Any, target: Path) -> None:
    together([["qgis", "install"]])
    (target / "words.py").write_text("# changed\n", encoding="utf-8")
    (said,) = together([["qgis", "install"]])
    said.refused("changed or added since", "words.py")
    assert (target / "words.py").read_text(encoding="utf-8") == "# changed\n"


def test_a_link_to_somewhere_else_is_not_followed(
    together: Any, target: Path, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    together([["qgis", "install"]])
    target.rename(source)
    target.symlink_to(source, target_is_directory=True)
    (said,) = together([["qgis", "install"]])
    said.refused("was not installed by this program")
    assert (source / "words.py").is_file()


def test_a_failure_leaves_the_earlier_plugin_whole(
    together: Any, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    together([["qgis", "install"]])
    before = {path.name: path.read_bytes() for path in target.iterdir()}

    def full(folder: Path) -> None:
        (folder / "half.py").write_text("", encoding="utf-8")
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(qgis, "_copy", full)
    (said,) = together([["qgis", "install"]])
    said.refused("the disk is full")
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before
    assert names(target.parent) == {PLUGIN}


def test_the_earlier_plugin_comes_back_if_the_new_one_cannot_be_put_there(
    together: Any, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    together([["qgis", "install"]])
    (target / "sign.pyc").mkdir()
    rename = Path.rename

    def locked(self: Path, to: Path) -> Path:
        if to == target and not self.name.endswith(".old"):
            raise PermissionError(errno.EACCES, "in use")
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", locked)
    (said,) = together([["qgis", "install"]])
    said.refused("permission denied")
    assert (target / "sign.pyc").is_dir()
    assert names(target.parent) == {PLUGIN}


def test_a_profile_that_is_a_link_is_followed(together: Any, profile: Path, tmp_path: Path) -> None:
    real = tmp_path / "elsewhere"
    profile.rename(real)
    profile.symlink_to(real, target_is_directory=True)
    together([["qgis", "install"]])[0].fine()
    assert (plugins_folder(real) / PLUGIN / "plugin.py").is_file()
    assert profile.is_symlink()


def test_the_profile_is_the_one_qgis_starts_with(tmp_path: Path) -> None:
    for name in ("default", "work", "last"):
        (tmp_path / name).mkdir()
    rules = {
        "": "default",
        "[core]\ndefaultProfile=work\n": "work",
        "[core]\ndefaultProfile=work\nlastProfile=last\n": "last",
        "[core]\ndefaultProfile=work\nlastProfile=gone\n": "work",
        "[core]\nselectionPolicy=1\ndefaultProfile=work\nlastProfile=last\n": "work",
        "no section\n": "default",
    }
    for words, expected in rules.items():
        (tmp_path / "profiles.ini").write_text(words, encoding="utf-8")
        assert profile_folder(tmp_path, None).name == expected, words
    assert profile_folder(tmp_path, "last").name == "last"
    assert profile_folder(tmp_path / "nowhere", None).name == "default"


@pytest.mark.parametrize("name", ["wrok", "../work", ""])
def test_a_profile_that_is_not_there_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "work").mkdir()
    if not name:
        assert profile_folder(tmp_path, name).name == "default"
        return
    with pytest.raises(OptionError, match="one of default, work"):
        profile_folder(tmp_path, name)


def test_the_folder_is_that_of_each_system() -> None:
    home = Path("/u")
    found = [
        profiles_folder(None, {}, "linux", home),
        profiles_folder(None, {"XDG_DATA_HOME": "/d"}, "linux", home),
        profiles_folder(None, {}, "darwin", home),
        profiles_folder(None, {"APPDATA": "/a"}, "win32", home),
        profiles_folder(Path("/given"), {"QGIS_CUSTOM_CONFIG_PATH": "/c"}, "linux", home),
        profiles_folder(None, {"QGIS_CUSTOM_CONFIG_PATH": "/c"}, "linux", home),
    ]
    assert [path.as_posix() for path in found] == [
        "/u/.local/share/QGIS/QGIS3/profiles",
        "/d/QGIS/QGIS3/profiles",
        "/u/Library/Application Support/QGIS/QGIS3/profiles",
        "/a/QGIS/QGIS3/profiles",
        "/given/profiles",
        "/c/profiles",
    ]


@pytest.mark.parametrize(
    ("before", "on", "off"),
    [
        (b"", b"[PythonPlugins]\nx=true\n", b""),
        (b"[a]\nb=1", b"[a]\nb=1\n\n[PythonPlugins]\nx=true\n", b"[a]\nb=1"),
        (b"[PythonPlugins]\nx=false\n", b"[PythonPlugins]\nx=true\n", b"[PythonPlugins]\n"),
        (b"[a]\nx=false\n", b"[a]\nx=false\n\n[PythonPlugins]\nx=true\n", b"[a]\nx=false\n"),
        (
            b"[PythonPlugins]\r\nxx=true\r\n\r\n[b]\r\n",
            b"[PythonPlugins]\r\nxx=true\r\nx=true\r\n\r\n[b]\r\n",
            b"[PythonPlugins]\r\nxx=true\r\n\r\n[b]\r\n",
        ),
    ],
)
def test_one_line_of_the_settings_is_changed(before: bytes, on: bytes, off: bytes) -> None:
    assert switched(before, "x", on=True) == on
    assert switched(on, "x", on=True) == on
    assert switched(before, "x", on=False) == off


def test_settings_keep_their_permissions(together: Any, profile: Path) -> None:
    path = profile / "QGIS" / "QGIS3.ini"
    path.chmod(0o600)
    together([["qgis", "install"]])[0].fine()
    assert os.stat(path).st_mode & 0o777 == 0o600


def test_links_can_be_drawn_as_a_map(together: Any, files: Path, tmp_path: Path) -> None:
    import geopandas as gpd

    own = ["weights", "--units", files / "map.gpkg", "--key", "code"]
    drawn, silent, many = together(
        [
            [*own, "--out", tmp_path / "w.gpkg"],
            [*own, "--out", tmp_path / "j.gpkg", "--format", "json"],
            [*own, "--weights", "band:0.001", "--out", tmp_path / "none.gpkg"],
        ]
    )
    assert "Pairs" in drawn.fine().out
    lines = gpd.read_file(tmp_path / "w.gpkg", layer="weights_links")
    assert len(lines) == 42
    assert set(lines.geom_type) == {"LineString"}
    assert "Pairs" not in silent.fine().out
    many.refused("0 links cannot be drawn as a map")
    assert not (tmp_path / "none.gpkg").exists()


def test_findings_are_said_with_a_file_too(together: Any, files: Path, tmp_path: Path) -> None:
    own = ["--units", files / "map.gpkg", "--key", "code", "--table", files / "cross.csv"]
    line = ["moran", *own, "--column", "co2 [Mt]", "--permutations", "99"]
    (said,) = together([[*line, "--out", tmp_path / "moran.json"]])
    assert "I = " in said.fine().err
    assert said.out == ""
