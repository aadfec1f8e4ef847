"""What a name may do to whoever opens the results: nothing, in any of the files."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
import xml.etree.ElementTree as ElementTree
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from spatialcarbon.core.language import Text, text
from spatialcarbon.report.plain import unevaluated
from spatialcarbon.report.tables import Table, safe_field, safe_text, to_csv_bytes

CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufffe\uffff\ud800-\udfff]"
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def texts(folder: Path) -> dict[str, str]:
    """Return every text that the results hold, by where it stands."""
    found: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        # The study file is the user's own, kept as it was.
        if path.suffix in (".html", ".json", ".qml", ".svg", ".txt"):
            found[name] = path.read_text(encoding="utf-8")
        elif path.suffix == ".csv":
            found[name] = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        elif path.suffix in (".xlsx", ".qgz"):
            with zipfile.ZipFile(path) as archive:
                for part in archive.namelist():
                    if part.endswith((".xml", ".qgs", ".rels")):
                        found[f"{name}/{part}"] = archive.read(part).decode("utf-8")
        elif path.suffix == ".gpkg":
            found |= {f"{name}/{key}": value for key, value in cells(path).items()}
        elif path.suffix == ".parquet":
            import pyarrow.parquet as pq

            table = pq.read_table(path)
            found[name] = "\n".join(
                str(cell) for column in table.columns for cell in column.to_pylist()
                if isinstance(cell, str)
            )  # fmt: skip
    return found


def cells(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as database:
        listed = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: "\n".join(
                cell
                for row in database.execute(f'SELECT * FROM "{name}"')
                for cell in row
                if isinstance(cell, str)
            )
            for (name,) in listed
        }


def test_no_file_holds_a_code_that_rules_a_terminal_or_turns_writing_round(
    hostile_results: Path,
) -> None:
    found = texts(hostile_results)
    assert len(found) > 40
    bad = {name: CONTROL.findall(words)[:5] for name, words in found.items()}
    assert {name: codes for name, codes in bad.items() if codes} == {}
    # Letters from right to left, pictures and what was in the names besides are still there.
    layers = cells(hostile_results / "results.gpkg")["clusters"]
    for kept in ("القاهرة", "ירושלים north", "\U0001f469\u200d\U0001f680", "photognp.exe", "<svg"):
        assert kept in layers


def test_every_drawing_style_and_project_is_sound_xml(hostile_results: Path) -> None:
    count = 0
    for name, words in texts(hostile_results).items():
        if name.endswith((".svg", ".qml", ".qgs", ".xml", ".rels")):
            ElementTree.fromstring(words.partition("?>")[2] or words)
            count += 1
    with closing(sqlite3.connect(hostile_results / "results.gpkg")) as database:
        for table, column in (("layer_styles", "styleQML"), ("gpkg_metadata", "metadata")):
            for (document,) in database.execute(f"SELECT {column} FROM {table}"):
                ElementTree.fromstring(document)
                count += 1
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("SELECT count(*) FROM gpkg_contents").fetchone()[0] > 3
    assert count > 30


def test_no_drawing_runs_or_fetches_anything(hostile_results: Path) -> None:
    for path in (hostile_results / "figures").glob("*.svg"):
        root = ElementTree.parse(path).getroot()
        for part in root.iter():
            assert part.tag.rpartition("}")[2] not in ("script", "foreignObject", "a", "image")
            for key, value in part.attrib.items():
                assert not key.lower().startswith("on")
                if key.endswith("href"):
                    assert value.startswith("#")


def test_files_are_called_what_we_call_them_and_stay_in_the_folder(hostile_results: Path) -> None:
    names = [path.relative_to(hostile_results).as_posix() for path in hostile_results.rglob("*")]
    assert all(re.fullmatch(r"[A-Za-z0-9_.]+(/[A-Za-z0-9_.]+)*", name) for name in names)
    beside = {path.name for path in hostile_results.parent.iterdir()}
    assert beside == {"map.gpkg", "emissions.csv", "study.toml", "results"}


@pytest.mark.parametrize("parted", [",", ";", "\t"])
def test_no_cell_of_a_csv_file_is_a_formula(hostile_results: Path, parted: str) -> None:
    for path in hostile_results.rglob("*.csv"):
        content = path.read_bytes().decode("utf-8-sig")
        for row in csv.reader(io.StringIO(content, newline=""), delimiter=parted):
            for cell in row:
                bare = cell.lstrip(" \u00a0\u3000")
                number = re.fullmatch(r"[+-]?[\d.]+(e[+-]?\d+)?", bare)
                assert number or not bare.startswith(FORMULA), (path.name, cell[:60])


def test_no_cell_of_the_workbook_is_a_formula(hostile_results: Path) -> None:
    from openpyxl import load_workbook

    book = load_workbook(hostile_results / "tables.xlsx")
    seen = set()
    for sheet in book:
        assert re.search(r"[\[\]*?/\\:]", sheet.title) is None
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str):
                    assert not cell.value.lstrip(" ").startswith(FORMULA)
                    seen.add(cell.value)
    assert "'=cmd|' /C calc'!A0" in seen
    assert "'+1" in seen


def test_qgis_opens_the_project_and_evaluates_no_name(hostile_results: Path, qgis: Any) -> None:
    found = qgis(hostile_results / "project.qgz")
    assert found["read"] is True
    assert all(layer["valid"] for layer in found["layers"])
    printed = " ".join(said for items in found["layouts"].values() for said in items.values())
    assert "[ % env('HOME') %]" in printed
    for layer in found["layers"]:
        assert "[% env" not in layer["tip"]
        assert "<svg" not in layer["tip"]
    names = [layer for layer in found["layers"] if layer["tip"]]
    assert any("replace(replace(" in layer["tip"] for layer in names)


def test_expressions_in_words_for_qgis_are_broken() -> None:
    assert unevaluated("[%[% 1 %]") == "[ %[ % 1 %]"


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t=", " =", "\ufeff=", "\u200b=", "＝", "\r="]
)
def test_a_formula_is_words_whatever_stands_before_it(start: str) -> None:
    assert safe_text(f"{start}1+1").startswith("'")


@pytest.mark.parametrize("gap", [";", "\t", "\n", "\r", ";  ", "\u2028"])
def test_a_formula_inside_a_field_is_words_too(gap: str) -> None:
    assert re.search(r"'=1\+1$", safe_field(f"a{gap}=1+1"))
    assert safe_field("a;b, c = 1 - 2") == "a;b, c = 1 - 2"


def test_the_headings_of_a_table_are_guarded_as_its_cells() -> None:
    import pandas as pd

    frame = pd.DataFrame({"=1+1": ["@x"], "n\x1b": [-1.5]})
    table = Table("t", text("T"), frame)
    written = to_csv_bytes(table).decode("utf-8-sig")
    assert written == "'=1+1,n\ufffd\r\n'@x,-1.5\r\n"
    assert table.heading("n\x1b", "en") == "n\ufffd"
    assert table.cell("=1+1", "\x9b\ud800", "en") == "\ufffd\ufffd"


def test_what_a_figure_says_is_what_a_drawing_can_hold() -> None:
    from spatialcarbon.report.canvas import in_house_style, new_figure, to_png_bytes, to_svg_bytes

    @in_house_style
    def drawn() -> Any:
        figure = new_figure(3, 2)
        axes = figure.subplots()
        axes.set_title("$\\frac{1}{0}$ \x1b\ud800\u202e<b>")
        axes.plot([1, 2], [1, 2], gid="\x07<script>")
        return figure

    figure = drawn()
    ElementTree.fromstring(to_svg_bytes(figure))
    assert to_png_bytes(figure)[:4] == b"\x89PNG"
    assert figure.axes[0].get_title() == "$\\frac{1}{0}$ \ufffd\ufffd<b>"


def test_a_card_in_a_notebook_is_words() -> None:
    from spatialcarbon.core.card import card

    shown = card(Text("<script>\x1b\ud800"), facts={'"><img onerror=x>': "\x9b\u202e</td>"})
    assert CONTROL.search(shown) is None
    assert "<script>" not in shown
    assert "<img" not in shown
    assert "</td>" not in shown
    shown.encode("utf-8")


def test_comments_in_a_bibliography_stay_on_their_line() -> None:
    import pandas as pd

    from spatialcarbon.studies.citing import cite

    table = pd.DataFrame()
    table.attrs = {"name": "x", "source": "me\n@article{evil, title={1}}\x1b"}
    written = cite(table)
    assert "\n@article" not in written
    assert "\x1b" not in written
