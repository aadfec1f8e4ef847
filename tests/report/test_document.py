"""The report as one HTML page."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html import unescape
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from spatialcarbon.core.errors import OptionError
from spatialcarbon.core.language import name, text
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.document import (
    Document,
    Section,
    WeightsFacts,
    render_document,
    write_document,
)
from spatialcarbon.report.document_summary import Statement, Summary, Theme
from spatialcarbon.report.document_table import MAX_ROWS, OPEN_ROWS
from spatialcarbon.report.document_text import NBSP
from spatialcarbon.report.tables import Table

ATTACK = '<script>alert(1)</script><img src=x onerror="y">\'"&'


def png(colours: int = 3, size: tuple[int, int] = (40, 20)) -> bytes:
    """A picture of stripes."""
    pixels = np.zeros((size[1], size[0], 3), dtype=np.uint8)
    pixels[:, :, 0] = np.arange(size[0]) * 251 // colours % 256
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


PNG = png()


def figure() -> FigureSpec:
    return FigureSpec(
        name="map",
        title=text("A map"),
        caption=name(f"Caption {ATTACK}", "说明"),
        alt=name(f"What it shows {ATTACK}", "图示"),
        draw=lambda language: pytest.fail(f"drawn in {language}"),
    )


def section(key: str = "first", rows: int = 3, **changes: Any) -> Section:
    frame = pd.DataFrame({"name": [f"{ATTACK} {i}" for i in range(rows)], "v": 1.5})
    table = Table("t", name(f"Table {ATTACK}", "表"), frame, {"name": text(f"Head {ATTACK}")})
    facts: dict[str, Any] = {
        "key": key,
        "title": name("Where it gathers", "何处聚集"),
        "question": text("Where?"),
        "findings": [
            text("{a} lies beside {b}", a=text(ATTACK), b="B"),
            text("two"),
            text("three"),
        ],
        "figures": [(figure(), PNG)],
        "tables": [table],
        "reading": text("Read it so."),
        "methods": text("Counted in 10^4 t CO2."),
        "notes": [f"mind {ATTACK}"],
        "references": ["moran1950", "anselin1995", "moran1950"],
        "settings": [("variable", f'"{ATTACK}"')],
    }
    return Section(**{**facts, **changes})


def document(**changes: Any) -> Document:
    weights: Any = SimpleNamespace(
        recipe="queen", transform="R", n_pairs=12, bridges=[("a", ATTACK)], fingerprint="abcd"
    )
    sections = changes.get("sections", [section()])
    statement = Statement(text(ATTACK), sections[-1].key)
    facts: dict[str, Any] = {
        "title": ATTACK,
        "authors": ["A. Author", ATTACK],
        "summary": Summary(
            about=[text("This report studies {n} places.", n=3)],
            warnings=[text(f"Careful {ATTACK}")],
            themes=[Theme(text("Where it gathers"), [statement])],
            closing=[text("Chance may do.")],
        ),
        "sections": sections,
        "seed": 42,
        "units": 3,
        "groups": {"G": name("Group", "组")},
        "group_sizes": {"G": 2},
        "weights": [WeightsFacts("w", weights, [name("Zhoushan", "舟山市")])],
        "sources": [("table", f"someone {ATTACK}", ATTACK)],
        "versions": {"spatialcarbon": "9.9", "numpy": "1"},
        "cautions": [f"noticed {ATTACK}"],
    }
    return Document(**{**facts, **changes})


class Page(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.depth: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "br"):
            self.depth.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.depth.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for found, attrs in self.tags if found == tag]


class Map:
    """What the page asks of an interactive map."""

    css = ".map { color: red; }"
    js = "window.mapReady = true;"

    def html(self, language: Any) -> str:
        from markupsafe import Markup

        return Markup('<p id="map">{}</p>').format(f"{language} {ATTACK}")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("interactive", [None, Map()])
def test_nothing_that_users_name_becomes_markup(language: Any, interactive: Any) -> None:
    source = render_document(document(interactive=interactive), language)
    page = Page(source)
    assert page.depth == []
    scripts = page.all("script")
    assert len(scripts) == (2 if interactive is None else 3)
    assert len(page.all("img")) == 1
    assert not any(key.startswith("on") for _, attrs in page.tags for key in attrs)
    assert "alert(1)</script>" not in source
    assert source.count("&lt;script&gt;") >= 14


def test_the_browser_is_told_to_run_these_scripts_and_to_load_nothing() -> None:
    source = render_document(document(interactive=Map()), "en")
    [policy] = [
        str(attrs["content"])
        for attrs in Page(source).all("meta")
        if attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none'; img-src data:; font-src data:;")
    bodies = re.findall(r"<script>(.*?)</script>", source, flags=re.DOTALL)
    assert len(bodies) == 2
    for body in bodies:
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy


def test_the_interactive_map_follows_the_summary() -> None:
    source = render_document(document(interactive=Map()), "zh")
    order = [source.index(f'id="{key}"') for key in ("part-short", "part-map", "map", "first")]
    assert order == sorted(order)
    assert ".map { color: red; }" in source
    assert 'href="#part-map"' in source
    assert 'id="part-map"' not in render_document(document(), "zh")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_words_of_the_script_are_data(language: Any) -> None:
    source = render_document(document(), language)
    found = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', source)
    assert found is not None
    words = json.loads(found[1])
    assert set(words) == {"sort", "filter", "left", "copy", "copied", "failed"}
    assert "{n}" in words["copied"]
    assert ("Copy" in words["copy"]) == (language == "en")


def test_nothing_is_loaded_from_elsewhere() -> None:
    source = render_document(document(), "zh")
    page = Page(source)
    for tag, attrs in page.tags:
        for key in ("src", "href", "srcset", "data"):
            if key in attrs and tag != "a":
                assert str(attrs[key]).startswith("data:")
    assert all(re.match("#|https://doi.org/", str(a["href"])) for a in page.all("a"))
    assert not re.search(r"url\((?!data:)", source)
    assert page.all("link") == []


def test_languages() -> None:
    english, chinese = (render_document(document(), language) for language in ("en", "zh"))  # type: ignore[arg-type]
    assert Page(english).all("html") == [{"lang": "en"}]
    assert Page(chinese).all("html") == [{"lang": "zh-CN"}]
    assert "Where it gathers" in english
    assert "何处聚集" not in english
    assert "何处聚集" in chinese
    assert "舟山市" in chinese
    assert "Zhoushan" in english


def test_anchors_lead_somewhere() -> None:
    page = Page(render_document(document(sections=[section("a"), section("b")]), "en"))
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert {str(a["href"])[1:] for a in page.all("a") if str(a["href"])[0] == "#"} <= set(ids)
    assert len(ids) == len(set(ids))
    assert {"a", "b"} <= set(ids)


def test_every_statement_of_the_summary_leads_to_its_section() -> None:
    source = render_document(document(sections=[section("zero"), section()]), "en")
    short = source[source.index('<section id="part-short"') : source.index('<section id="zero"')]
    assert "This report studies 3 places." in short
    assert short.count("<li>") == 1
    assert '<a class="see" href="#first">(section 2)</a>' in short
    assert 'role="note"><p>Careful' in short
    assert "Chance may do." in short


def test_figures_and_tables_are_counted_through_the_report() -> None:
    twice = {"figures": [(figure(), PNG)] * 2}
    parts = [section("a", **twice), section("b", rows=OPEN_ROWS + 1)]
    english = unescape(render_document(document(sections=parts), "en"))
    for words in ("Figure 1. A map.", "Figure 2. A map.", "Figure 3. A map.", "Table 1. Table"):
        assert f"<b>{words}" in english
    assert '<details class="fold" id="table-2"><summary><b>Table 2.' in english
    assert "图3" in render_document(document(sections=parts), "zh")


def test_long_tables_are_folded_and_say_what_is_left_out() -> None:
    short = render_document(document(), "en")
    assert '<div class="fold" id="table-1">' in short
    assert "data-long" not in short.partition("<script")[0]
    folded = render_document(document(sections=[section(rows=OPEN_ROWS + 1)]), "en")
    assert '<details class="fold" id="table-1">' in folded
    assert f"– {OPEN_ROWS + 1} rows; also in tables/t.csv" in folded
    assert "more rows" not in folded
    cut = render_document(document(sections=[section(rows=MAX_ROWS + 7)]), "en")
    assert f"– {MAX_ROWS} of {MAX_ROWS + 7} rows; all of them in tables/t.csv" in cut
    assert "7 more rows are in tables/t.csv" in cut
    assert cut.count("<tr><td>&lt;script&gt;") == MAX_ROWS


@pytest.mark.parametrize(("columns", "width"), [(8, ""), (9, " wide"), (15, " wider")])
def test_tables_of_many_columns_are_printed_smaller(columns: int, width: str) -> None:
    frame = pd.DataFrame({f"c{i}": [1.0] for i in range(columns)})
    parts = [section(tables=[Table("t", text("Table"), frame)])]
    assert f'<div class="table{width}" tabindex' in render_document(document(sections=parts), "en")


def test_a_table_without_rows_says_so() -> None:
    frame = pd.DataFrame({"a": [], "b": []})
    parts = [section(tables=[Table("t", text("Table"), frame)])]
    assert '<td colspan="2">No rows.</td>' in render_document(document(sections=parts), "en")


def test_invented_data_are_flagged_wherever_they_matter() -> None:
    parts = [section("real"), section("made_up", illustrative=True)]
    source = render_document(document(sections=parts), "en")
    assert source.count('<span class="tag">invented data</span>') == 2  # contents and heading
    real, _, made_up = source[source.index('<section id="real"') :].partition('<section id="made_')
    assert "on invented numbers" not in real
    assert "on invented numbers" in made_up
    assert "invented data" not in render_document(document(), "en")


def test_caveats_are_collected_once_and_lead_back() -> None:
    parts = [section("a"), section("b"), section("c", notes=["only here"])]
    source = render_document(document(sections=parts), "en")
    collected = source[source.index('<section id="part-caveats"') :]
    assert collected.count("mind &lt;script&gt;") == 1
    assert 'href="#a">(section 1)</a> <a class="see" href="#b">(section 2)</a>' in collected
    assert 'only here <a class="see" href="#c">(section 3)</a>' in collected
    assert "noticed &lt;script&gt;" in collected
    assert "Careful &lt;script&gt;" in collected
    section_c = source[source.index('<section id="c"') : source.index('<section id="part-methods"')]
    assert "only here" in section_c


def test_methods_are_said_once_with_their_settings_and_works() -> None:
    parts = [section("a"), section("b", references=["gini1912", "moran1950"])]
    source = render_document(document(sections=parts), "en")
    methods = source[source.index('<section id="part-methods"') :]
    assert methods.count("Counted in") == 1
    assert "As in section 1." in methods
    assert '<a href="#part-references">[1, 2]</a>' in methods
    assert "variable = &#34;&lt;script&gt;" in methods
    works = re.findall(r'<li id="work-(\d)">(\w+)', methods)
    assert works == [("1", "Anselin"), ("2", "Moran"), ("3", "Gini")]


def test_works_that_nobody_knows_are_refused() -> None:
    with pytest.raises(OptionError, match="'moran1951' is not in the list of references"):
        render_document(document(sections=[section(references=["moran1951"])]), "en")


def test_facts_of_the_run() -> None:
    source = render_document(document(), "en")
    formula = f"10⁴{NBSP}t{NBSP}CO₂"
    for words in ("seed 42", "3 places", "Group 2", "<code>abcd</code>", "numpy 1", formula):
        assert words in source
    assert source.count("noticed &lt;script") == 1


def test_an_empty_document_is_still_a_page() -> None:
    bare = section(findings=[], figures=[], tables=[], notes=[], references=[], settings=[])
    nothing = {"authors": [], "groups": {}, "weights": [], "cautions": [], "sources": []}
    empty = document(sections=[bare], summary=Summary([]), title="T", **nothing)
    source = render_document(empty, "en")
    assert Page(source).depth == []
    for words in ("What was found", "To keep in mind", "Noticed while reading", "<img", "<figure"):
        assert words not in source
    for words in ("Spatial weights", "References</h3>", "Settings:", "collected under"):
        assert words not in source
    assert "None were noticed." in source


def test_the_embedded_font_has_every_hanzi_of_the_page_and_no_more() -> None:
    source = render_document(document(title="城市群碳排放"), "zh")
    found = re.search(r"data:font/woff;base64,([A-Za-z0-9+/=]+)", source)
    assert found is not None
    font = TTFont(BytesIO(base64.b64decode(found[1])))
    wanted = {ord(ch) for ch in source if ord(ch) > 0x2E7F}
    assert set(font.getBestCmap()) == wanted
    assert render_document(document(title="城市群碳排放"), "zh") == source


def test_a_page_without_hanzi_carries_no_font() -> None:
    assert "data:font/woff;base64,)" in render_document(document(), "en")


def test_the_file_is_utf_8(tmp_path: Path) -> None:
    write_document(tmp_path / "report.html", document(), "zh")
    assert (tmp_path / "report.html").read_bytes().decode("utf-8") == render_document(
        document(), "zh"
    )
