"""The bundled font: complete, reproducible, licensed, and the one that draws the hanzi."""

from __future__ import annotations

import logging
from importlib.resources import files
from pathlib import Path

import matplotlib as mpl
import pytest
from fontTools.ttLib import TTFont
from matplotlib import font_manager

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import glossary
from spatialcarbon.report import canvas
from spatialcarbon.report.fonts import build

FOLDER = Path(str(files("spatialcarbon.report.fonts")))
DEJAVU = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


@pytest.fixture(scope="module")
def drawn() -> set[str]:
    """Return every character that one of the two fonts can draw."""
    return {
        chr(code) for path in (canvas.BUNDLED_FONT, DEJAVU) for code in TTFont(path).getBestCmap()
    }


def test_holds_gb2312_and_every_promised_character() -> None:
    cmap = TTFont(canvas.BUNDLED_FONT).getBestCmap()
    hanzi = [code for code in cmap if 0x4E00 <= code < 0xA000]
    assert len(hanzi) == 6763 + len(build.PLACE_NAMES)
    assert all(ord(character) in cmap for character in build.characters())


def test_place_names_and_glossary_can_be_drawn(drawn: set[str]) -> None:
    from spatialcarbon.geo.units import load_units

    words = [*glossary().values(), *load_units("provinces")["name_zh"]]
    cities = load_units("cities")
    words += [*cities["name_zh"], *cities["province_zh"]]
    words += [path.read_text("utf-8") for path in _gazetteer_files()]
    missing = {c for word in words for c in str(word) if c.isprintable() and c != "\n"} - drawn
    assert not missing


def _gazetteer_files() -> list[Path]:
    folder = Path(str(files("spatialcarbon.data"))) / "gazetteer"
    return sorted(path for path in folder.glob("**/*") if path.suffix in {".csv", ".toml"})


def test_is_small_renamed_and_free_to_embed() -> None:
    font = TTFont(canvas.BUNDLED_FONT)
    names = {record.nameID: str(record) for record in font["name"].names}
    assert canvas.BUNDLED_FONT.stat().st_size < 1_600_000
    assert names[1] == names[4] == "SpatialCarbon CJK"
    assert "Droid" not in names[1] + names[3] + names[6]
    assert font["OS/2"].fsType == 0


def test_carries_its_licence_and_what_was_changed() -> None:
    assert "Apache License" in (FOLDER / "LICENSE.txt").read_text("utf-8")
    notice = (FOLDER / "NOTICE.txt").read_text("utf-8")
    assert "Changed by" in notice
    assert "Droid Sans Fallback" in notice


@pytest.mark.skipif(not build.DEFAULT_SOURCE.is_file(), reason="fonts-droid-fallback is absent")
def test_rebuilds_byte_for_byte(tmp_path: Path) -> None:
    made = build.build(target=tmp_path / "font.ttf")
    assert made.read_bytes() == canvas.BUNDLED_FONT.read_bytes()


def test_refuses_another_source(tmp_path: Path) -> None:
    (tmp_path / "other.ttf").write_bytes(b"not this one")
    with pytest.raises(SchemaError, match="is not the font"):
        build.build(tmp_path / "other.ttf", tmp_path / "out.ttf")
    with pytest.raises(SchemaError, match="nothing"):
        build.build(tmp_path / "absent.ttf", tmp_path / "out.ttf")
    assert not (tmp_path / "out.ttf").exists()


@pytest.mark.parametrize("weight", ["normal", "bold"])
def test_hanzi_come_from_the_bundled_file(weight: str, caplog: pytest.LogCaptureFixture) -> None:
    latin, hanzi = canvas.font_family()
    with caplog.at_level(logging.WARNING):
        wanted = font_manager.FontProperties(family=[hanzi], weight=weight)
        found = font_manager.findfont(wanted, fallback_to_default=False)
    assert Path(found) == canvas.BUNDLED_FONT
    assert latin == "DejaVu Sans"
    assert not caplog.records


def test_is_listed_once_however_often_it_is_asked_for() -> None:
    for _ in range(3):
        canvas.font_family()
    listed = [f for f in font_manager.fontManager.ttflist if f.fname == str(canvas.BUNDLED_FONT)]
    assert len(listed) == 2  # once as regular, once under the weight of bold titles
