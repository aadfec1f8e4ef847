"""The doctor finds what is there, and says what is not."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from spatialcarbon.cli import checkup, doctor
from spatialcarbon.cli.checkup import CHECKS, Finding, findings


@pytest.fixture
def without_qgis(monkeypatch: pytest.MonkeyPatch) -> None:
    """Starting QGIS takes a second, and whether it is there is for other tests."""
    monkeypatch.setattr(checkup, "qgis_process", lambda: None)


@pytest.mark.usefixtures("without_qgis")
def test_a_computer_in_order(together: Any) -> None:
    english, chinese, plain = together(
        [["doctor"], ["doctor", "--lang", "zh"], ["doctor", "--json"]]
    )
    assert english.fine().err == chinese.fine().err == plain.fine().err == ""
    for words in ("spatialcarbon", "GDAL", "draws hanzi", "written and read back", "MB|GB free"):
        assert any(word in english.out for word in words.split("|"))
    assert "fix: to open results.gpkg, install QGIS" in english.out
    assert "可绘制汉字" in chinese.out
    assert english.out.count("\n  ok") == chinese.out.count("\n  正常") + 0
    told = json.loads(plain.out)
    assert told["ok"] is True
    assert {check["name"] for check in told["checks"]} == set(CHECKS)
    assert all(set(check) == {"name", "status", "detail", "fix"} for check in told["checks"])
    assert {check["status"] for check in told["checks"]} <= {"ok", "missing"}
    for check in told["checks"]:
        assert (check["fix"] is None) == (check["status"] == "ok"), check


def _found(name: str) -> list[Finding]:
    title, look = CHECKS[name]
    return [Finding(name, title, *found) for found in look()]


def only(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "CHECKS", {name: CHECKS[name]})


def test_a_library_that_is_not_there_is_broken(
    together: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    only("libraries", monkeypatch)
    monkeypatch.setattr(checkup, "LIBRARIES", ("numpy", "no-such-library"))
    said = together([["doctor"]])[0]
    assert said.status == 1
    assert "broken" in said.out
    assert "fix: pip install no-such-library" in said.out
    assert "Broken: 1." in said.out


def test_an_extra_that_is_not_there_is_only_missing(
    together: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    only("extras", monkeypatch)
    monkeypatch.setattr(checkup, "EXTRAS", {"rasters": ("no_such_library",)})
    said = together([["doctor"]])[0].fine()
    assert 'fix: pip install "spatialcarbon[rasters]"' in said.out
    assert "optional things missing: 1" in said.out


def test_a_check_that_fails_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Any:
        raise OSError("no space left")
        yield

    monkeypatch.setattr(checkup, "CHECKS", {"disk": (CHECKS["disk"][0], fail)})
    (found,) = findings()
    assert (found.state, found.detail.render("en")) == ("broken", "OSError: no space left")


def test_little_space_and_no_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup.shutil, "disk_usage", lambda _: SimpleNamespace(free=2**20 * 7))
    assert [found.state for found in _found("disk")] == ["missing", "missing"]
    assert "7 MB free" in _found("disk")[0].detail.render("en")
    monkeypatch.setattr(checkup.os, "access", lambda *_: False)
    assert [found.state for found in _found("disk")] == ["broken", "missing"]
    assert [found.state for found in _found("threads")] == ["missing"]


def test_a_terminal_without_hanzi(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup.sys, "stdout", SimpleNamespace(encoding="cp1252"))
    (found,) = _found("language")
    assert found.state == "missing"
    assert "cp1252 cannot show Chinese" in found.detail.render("en")


def test_where_qgis_is_looked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "qgis_process"
    program.write_text("#!/bin/sh\necho \"QGIS 3.34.1-Prizren 'Prizren' (exported)\"\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert checkup.qgis_process() == program
    (found, *_) = _found("qgis")
    assert found.detail.render("en") == f"QGIS 3.34.1, {program}"
    monkeypatch.setenv("PATH", str(tmp_path / "elsewhere"))
    folder = tmp_path / "QGIS 3.40.1" / "bin"
    folder.mkdir(parents=True)
    (folder / "qgis_process-qgis.bat").write_text("", "utf-8")
    monkeypatch.setenv("PROGRAMFILES", str(tmp_path))
    assert checkup.qgis_process() == folder / "qgis_process-qgis.bat"


def test_a_font_without_hanzi_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib as mpl

    from spatialcarbon.report import canvas

    plain = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    monkeypatch.setattr(canvas, "BUNDLED_FONT", plain)
    monkeypatch.setattr(checkup, "CHECKS", {"fonts": CHECKS["fonts"]})
    (found,) = findings()
    assert found.state == "broken"


def test_states_have_words_and_colours() -> None:
    assert set(doctor.STATES) == set(doctor.COLOURS)
