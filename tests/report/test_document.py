"""The report as one HTML page."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from fontTools.ttLib import TTFont

from spatialcarbon.core.errors import OptionError
from spatialcarbon.core.language import name, text
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.document import (
    MAX_ROWS,
    OPEN_ROWS,
    Document,
    Section,
    WeightsFacts,
    pretty,
    render_document,
    write_document,
)
from spatialcarbon.report.tables import Table

ATTACK = '<script>alert(1)</script><img src=x onerror="y">\'"&'
PNG = b"\x89PNG\r\n\x1a\nnot really"


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
    }
    return Section(**{**facts, **changes})


def document(**changes: Any) -> Document:
    weights: Any = SimpleNamespace(
        recipe="queen", transform="R", n_pairs=12, bridges=[("a", ATTACK)], fingerprint="abcd"
    )
    facts: dict[str, Any] = {
        "title": ATTACK,
        "authors": ["A. Author", ATTACK],
        "sections": [section()],
        "references": ["moran1950", "anselin1995", "moran1950"],
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


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_that_users_name_becomes_markup(language: Any) -> None:
    source = render_document(document(), language)
    page = Page(source)
    assert page.depth == []
    assert page.all("script") == []
    assert len(page.all("img")) == 1
    assert not any(key.startswith("on") for _, attrs in page.tags for key in attrs)
    assert "<script" not in source
    assert source.count("&lt;script&gt;") >= 10


def test_figures_are_inside_with_words() -> None:
    [image] = Page(render_document(document(), "en")).all("img")
    head, _, data = str(image["src"]).partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(data) == PNG
    assert image["alt"] == f"What it shows {ATTACK}"


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


def test_the_summary_has_the_first_two_findings_of_each_section() -> None:
    source = render_document(document(), "en")
    short = source[source.index('<section id="part-short">') : source.index('<section id="first">')]
    assert short.count("<li>") == 2
    assert "three" not in short
    assert "<li>three</li>" in source


def test_long_tables_are_folded_and_say_what_is_left_out() -> None:
    short = render_document(document(), "en")
    assert "<details open>" in short
    folded = render_document(document(sections=[section(rows=OPEN_ROWS + 1)]), "en")
    assert "<details>" in folded
    assert "<details open>" not in folded
    assert "more rows" not in folded
    cut = render_document(document(sections=[section(rows=MAX_ROWS + 7)]), "en")
    assert "7 more rows are in tables/t.csv" in cut
    assert cut.count("<tr><td>&lt;script&gt;") == MAX_ROWS


def test_references_stand_once_in_order_with_their_links() -> None:
    source = render_document(document(), "en")
    assert source.count("Moran, P. A. P.") == 1
    assert source.index("Anselin, L.") < source.index("Moran, P. A. P.")
    assert 'href="https://doi.org/' in source
    with pytest.raises(OptionError, match="'moran1951' is not in the list of references"):
        render_document(document(references=["moran1951"]), "en")


def test_facts_of_the_run() -> None:
    source = render_document(document(), "en")
    for words in ("seed 42", "3 places", "Group 2", "<code>abcd</code>", "numpy 1", "10⁴ t CO₂"):
        assert words in source
    assert source.count("noticed &lt;script") == 1


def test_an_empty_document_is_still_a_page() -> None:
    bare = section(findings=[], figures=[], tables=[], notes=[])
    empty = document(sections=[bare], authors=[], groups={}, weights=[], cautions=[], title="T")
    source = render_document(empty, "en")
    assert Page(source).depth == []
    for words in ("What was found", "To keep in mind", "Noticed while reading", "<img", "<figure>"):
        assert words not in source


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


@pytest.mark.parametrize(
    ("plain", "shown"),
    [
        ("10^4 t CO2/km2", "10⁴ t CO₂/km²"),
        ("10^12 CNY", "10¹² CNY"),
        ("km2m2", "km2m2"),
        ("5 m2", "5 m²"),
        ("2017", "2017"),
    ],
)
def test_signs_as_print_has_them(plain: str, shown: str) -> None:
    assert pretty(plain) == shown
