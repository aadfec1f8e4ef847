"""The pages of the documentation say how many numbers come out, counted in the ledger itself."""

from __future__ import annotations

import importlib.util
import re
from html import unescape
from pathlib import Path
from types import ModuleType
from urllib.parse import parse_qs, urlsplit

import pytest

import spatialcarbon as sc
from spatialcarbon.report.ledger_page import ledger_page

DOCS = Path(__file__).parents[2] / "docs"
MARK = re.compile(r"^<!-- generated: standing (\d+) (.+?) -->$", re.M)
LINK = re.compile(r'<a class="reference internal" href="([^"]+)">([\d,]+)</a>')


@pytest.fixture(scope="module")
def standing() -> ModuleType:
    place = DOCS / "_ext" / "standing.py"
    spec = importlib.util.spec_from_file_location("docs_standing", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def counted(link: str) -> int:
    """Return how many numbers of the ledger a link shows."""
    asked = {key: values[0] for key, values in parse_qs(urlsplit(unescape(link)).query).items()}
    rows = sc.replicate(asked["study"], table=asked.get("table"))
    if "verdict" in asked:
        rows = rows[rows["verdict"] == asked["verdict"]]
    return len(rows)


def test_each_table_has_its_standing_on_a_page() -> None:
    pages = " \n".join(p.read_text(encoding="utf-8") for p in (DOCS / "replication").glob("*.md"))
    shown = set(MARK.findall(pages))
    ledger = sc.replicate()
    there = set(zip(ledger["study"], ledger["table"], strict=True))
    assert shown == {pair for pair in there if pair[0] != "000"}  # which has no page of its own
    assert "<!-- generated: standings -->" in pages


def test_counts_and_links_agree_with_the_ledger(standing: ModuleType) -> None:
    for sentence in (standing.standing("003 Text"), standing.standing("002 Table 2")):
        links = LINK.findall(sentence)
        every, *parts = [int(number) for _, number in links]
        assert every == sum(parts)
        assert [counted(link) for link, _ in links] == [every, *parts]
        assert all(link.startswith("ledger.html?") for link, _ in links)


def test_all_studies_in_one_table(standing: ModuleType) -> None:
    head, _, *rows = standing.standings("").splitlines()
    assert head.count("|") == rows[0].count("|")
    assert [row.split("|")[1].strip() for row in rows] == ["000", "001", "002", "003", "004"]
    first = LINK.findall(rows[0])
    assert [counted(link) for link, _ in first] == [int(number) for _, number in first]


def test_the_filters_take_what_a_link_asks_for() -> None:
    page = ledger_page(sc.replicate("000"), "en")
    for key in ("study", "table", "verdict"):
        assert f'<select name="{key}">' in page
    assert '<option value="inconsistent">' in page
    assert "URLSearchParams(window.location.search)" in page
    assert 'id="ledger"' in page
