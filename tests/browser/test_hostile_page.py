"""A report in which every name is an attack, opened as a reader opens it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any


def test_no_name_runs_or_becomes_a_part_of_the_page(page: Any, hostile_results: Path) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto((hostile_results / "report.html").as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    assert dialogs == []
    assert page.evaluate("window.hacked") is None
    assert page.locator("b:text-is('x')").count() == 0
    assert page.locator("[onload], [onerror], [onclick], iframe, object, embed").count() == 0
    sources = page.evaluate("[...document.images].map(image => image.src.slice(0, 10))")
    assert set(sources) == {"data:image"}
    # Names are to be read, as they were written.
    heading = page.locator("h1").inner_text()
    assert heading.startswith("<script>window.hacked = 1</script>")
    assert "{{7*7}}" in heading
    assert "49" not in heading
    # No letter is turned round but by our own script, which sets names apart from the sentence
    # around them, and no name of ten thousand letters widens the page.
    text = page.evaluate("document.documentElement.textContent")
    assert re.search("[\u202a-\u202e\u2066\u2067\u200b\ufeff\x1b\x9b]", text) is None
    assert "القاهرة" in text
    assert page.evaluate("document.documentElement.scrollWidth") <= 1400


def test_the_policy_lets_our_scripts_run_and_no_other(page: Any, hostile_results: Path) -> None:
    source = (hostile_results / "report.html").read_text(encoding="utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', source)
    assert policy is not None
    assert "unsafe" not in policy[1].partition("script-src")[2].partition(";")[0]
    page.goto((hostile_results / "report.html").as_uri())
    scripts = page.evaluate(
        "[...document.scripts].filter(s => s.type !== 'application/json').length"
    )
    assert scripts == policy[1].count("'sha256-")
    for held in page.evaluate(
        "[...document.scripts].filter(s => s.type === 'application/json').map(s => s.textContent)"
    ):
        json.loads(held)


def test_the_map_shows_names_as_words(page: Any, hostile_results: Path) -> None:
    page.goto((hostile_results / "report.html").as_uri())
    names = page.evaluate(
        "[...document.querySelectorAll('#part-map option, #part-map title, #part-map text')]"
        ".map(part => part.textContent)"
    )
    assert any("<script>" in words or "DROP TABLE" in words for words in names)
    assert page.locator("#part-map script:not([type='application/json'])").count() == 0
