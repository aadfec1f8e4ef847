"""Class schemes: what is shipped is whole, and a user's own table is checked."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from spatialcarbon.core.errors import OptionError, SchemaError
from spatialcarbon.core.references import references
from spatialcarbon.models.land.legends import (
    LAND_CLASSES,
    Scheme,
    land_class_colours,
    land_class_names,
    load_legend,
)


@pytest.mark.parametrize("scheme", get_args(Scheme))
def test_a_shipped_scheme_is_whole(scheme: str) -> None:
    legend = load_legend(scheme)
    codes = list(legend.codes)
    assert len(set(codes)) == len(codes)
    assert not set(codes) & set(legend.nodata)
    assert set(legend.land) <= set(LAND_CLASSES)
    assert scheme == "common" or legend.reference in references()
    for info in legend.classes:
        assert re.fullmatch("#[0-9A-F]{6}", info.colour), info
        assert re.search("[\u3400-\u9fff]", info.name.render("zh")), info
        assert info.name.render("en").isascii(), info


@pytest.mark.parametrize(
    ("scheme", "code", "land"),
    [
        ("common", 6, "built"),
        ("GlobeLand30", 80, "built"),
        ("GlobeLand30", 50, "water"),
        ("CLCD", 8, "built"),
        ("CLCD", 9, "water"),
        ("CLCD", 6, "ice"),
        ("CNLUCC", 5, "built"),
        ("CNLUCC", 12, "cropland"),
        ("CNLUCC", 44, "ice"),
        ("CNLUCC", 22, "shrub"),
        ("WorldCover", 50, "built"),
        ("WorldCover", 10, "forest"),
        ("IGBP", 13, "built"),
        ("IGBP", 17, "water"),
    ],
)
def test_codes_mean_what_their_makers_say(scheme: str, code: int, land: str) -> None:
    assert load_legend(scheme).codes[code] == land


def test_the_common_legend_is_in_both_languages() -> None:
    assert tuple(land_class_names()) == tuple(land_class_names("zh")) == LAND_CLASSES
    assert land_class_names("zh")["forest"] == "林地"
    assert len(set(land_class_colours().values())) == 8


def test_no_scheme_and_an_unknown_one() -> None:
    with pytest.raises(OptionError, match="not named"):
        load_legend(None)
    with pytest.raises(OptionError, match="'CLCD'"):
        load_legend("clcd")


def own(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "own.csv"
    path.write_text(text, encoding=encoding)
    return path


def test_a_table_of_ones_own(tmp_path: Path) -> None:
    rows = "code , class,name_en,name_zh,colour\n"
    rows += "1,Forest,Oak,栎林,#00ff00\n-9,nodata,,,\n7,built,,,\n"
    legend = load_legend(own(tmp_path, rows, "gb18030"))
    assert dict(legend.codes) == {1: "forest", 7: "built"}
    assert legend.nodata == (-9,)
    frame = legend.to_frame("zh")
    assert frame["name"].tolist() == ["栎林", "建设用地"]
    assert frame["colour"].tolist() == ["#00FF00", land_class_colours()["built"]]
    assert load_legend(legend) is legend


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("code,land\n1,forest\n", "lacks the column class"),
        ("code,class\n1,forrest\n", r"class 'forrest' → 'forest'"),
        ("code,class\n1,forest\n1,water\n", "repeated codes"),
        ("code,class\n1.5,forest\n", "not whole numbers"),
        ("code,class,colour\n1,forest,green\n", "has the colour 'green'"),
    ],
)
def test_a_table_with_mistakes(tmp_path: Path, rows: str, said: str) -> None:
    with pytest.raises(SchemaError, match=said):
        load_legend(own(tmp_path, rows))


def test_a_table_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="there is no file"):
        load_legend(tmp_path / "none.csv")
