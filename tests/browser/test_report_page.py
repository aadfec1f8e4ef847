"""The report as a reader has it: opened, sorted, filtered, copied, printed, read aloud."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest

LANGUAGES = ("en", "zh")
SERIOUS = {"serious", "critical"}
TABLE = "#table-{n}"


def first_column(table: Any, column: int = 0) -> list[str]:
    return list(
        table.locator("tbody tr").evaluate_all(
            "(rows, column) => rows.filter(row => !row.hidden)"
            ".map(row => row.cells[column].textContent.trim())",
            column,
        )
    )


def table_with(page: Any, heading: str) -> Any:
    """The first table with a heading, opened if it is folded."""
    found = page.locator(f"table[data-sort]:has(th:has-text('{heading}'))").first
    found.evaluate("table => { const fold = table.closest('details'); if (fold) fold.open = true }")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_opens_without_a_network_and_runs_nothing_of_the_user(
    report_page: Any, language: str
) -> None:
    page = report_page(language)
    assert page.evaluate("window.hacked") is None
    assert page.locator("h1").inner_text().endswith("<script>window.hacked = 1</script>")
    assert page.evaluate("document.documentElement.lang") == ("en" if language == "en" else "zh-CN")
    shown = page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 300)")
    assert shown
    assert page.locator("b:text-is('x')").count() == 0


@pytest.mark.parametrize(("language", "width"), [("en", 1400), ("zh", 400)])
def test_nothing_serious_stands_in_the_way_of_anybody(
    report_page: Any, language: str, width: int
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = report_page(language, width)
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    found = axe.Axe().run(page).response["violations"]
    serious = [
        (item["id"], [node["html"][:200] for node in item["nodes"]][:3])
        for item in found
        if item["impact"] in SERIOUS
    ]
    assert serious == []


@pytest.mark.parametrize("width", [1400, 900, 400])
def test_the_page_is_no_wider_than_the_window(report_page: Any, width: int) -> None:
    page = report_page("en", width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_tables_sort_by_value_by_mouse_and_by_key(report_page: Any) -> None:
    page = report_page("en")
    table = table_with(page, "Cluster type")
    # A column with numbers below zero, which no order of letters puts right.
    cells = table.locator("tbody tr").first.locator("td")
    column = next(
        at
        for at in range(cells.count())
        if len([words for words in first_column(table, at) if words[:1] == "−"]) > 3
    )
    head = table.locator("thead th").nth(column)
    before = first_column(table, column)
    head.get_by_role("button").click()
    numbers = [float(v.replace(",", "").replace("−", "-")) for v in first_column(table, column)]
    assert numbers == sorted(numbers)
    assert len(numbers) == 36
    assert head.get_attribute("aria-sort") == "ascending"
    head.get_by_role("button").press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    falling = [float(v.replace(",", "").replace("−", "-")) for v in first_column(table, column)]
    assert falling == sorted(numbers, reverse=True)
    head.get_by_role("button").press("Space")
    assert head.get_attribute("aria-sort") == "none"
    assert first_column(table, column) == before


def test_chinese_names_sort_by_pinyin_and_missing_cells_come_last(report_page: Any) -> None:
    page = report_page("zh")
    table = table_with(page, "类型")
    name = next(
        i
        for i, words in enumerate(table.locator("thead th").all_inner_texts())
        if words.strip().startswith("名称")
    )
    table.evaluate("(table, at) => { table.tBodies[0].rows[10].cells[at].textContent = '–' }", name)
    for clicks in range(2):
        table.locator("thead th").nth(name).get_by_role("button").click()
        shown = first_column(table, name)
        assert shown[-1] == "–", clicks
        hanzi = [words for words in shown if re.fullmatch("[\u4e00-\u9fff]{2}", words)]
        pinyin = ["安庆", "北京", "重庆", "广州", "上海"]
        assert sorted(hanzi) == sorted(pinyin)
        assert hanzi == (pinyin if clicks == 0 else pinyin[::-1])


def test_rows_are_filtered_and_copied_for_a_spreadsheet(report_page: Any, until: Any) -> None:
    page = report_page("en")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    table = table_with(page, "Cluster type")
    fold = table.locator("xpath=ancestor::details")
    fold.get_by_label("Show only rows with").fill("city 1")
    assert len(first_column(table)) == 10
    assert fold.locator(".tools output").inner_text() == "10 of 36 rows"
    fold.get_by_label("Show only rows with").fill("=1+1")
    fold.get_by_role("button", name="Copy the table").click()
    until(lambda: fold.locator(".tools output").inner_text() == "Rows copied: 1")
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert len(lines) == 2
    heads, cells = (line.split("\t") for line in lines)
    assert len(heads) == len(cells)
    assert "'=1+1" in cells
    assert not any("−" in cell or re.fullmatch(r"\d,\d.*", cell) for cell in cells)


def test_copying_works_where_the_clipboard_of_the_web_does_not(report_page: Any) -> None:
    page = report_page("zh")
    page.evaluate(
        "Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });"
        "window.taken = null;"
        "document.execCommand = () => { window.taken = document.activeElement.value; return true; }"
    )
    page.get_by_role("button", name="复制表格").first.click()
    assert "\t" in page.evaluate("window.taken")
    assert page.locator(".tools output").first.inner_text().startswith("已复制")
    page.evaluate("document.execCommand = () => false")
    page.get_by_role("button", name="复制表格").first.click()
    assert (
        page.locator(".tools output").first.inner_text()
        == "浏览器不允许复制，请选中表格后手动复制。"
    )


def test_the_contents_follow_the_reader(report_page: Any, until: Any) -> None:
    page = report_page("en")
    current = page.locator(".contents a[aria-current]")
    assert current.inner_text() == "Summary"
    page.evaluate("document.documentElement.style.scrollBehavior = 'auto'")
    page.locator(".contents a[href='#lisa']").click()
    until(lambda: current.first.get_attribute("href") == "#lisa")
    assert current.count() == 1
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    until(lambda: current.first.get_attribute("href") == "#part-provenance")


def test_the_contents_are_folded_on_a_phone(report_page: Any) -> None:
    page = report_page("zh", 400, 800)
    assert page.locator(".contents").evaluate("part => part.open") is False
    page.locator(".contents summary").click()
    page.locator(".contents a[href='#moran']").click()
    assert page.locator(".contents").evaluate("part => part.open") is False
    assert page.evaluate("location.hash") == "#moran"


def test_the_first_key_skips_to_the_summary(report_page: Any) -> None:
    page = report_page("en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the summary"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#part-short"


def test_headings_are_in_order(report_page: Any) -> None:
    page = report_page("en")
    levels = page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')].map(part => Number(part.tagName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_prints_on_a4(report_page: Any, language: str) -> None:
    page = report_page(language, 900)
    pdf = page.pdf(prefer_css_page_size=True)
    boxes = set(re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf))
    assert {(round(float(w)), round(float(h))) for w, h in boxes} == {(595, 842)}
    assert 5 <= len(re.findall(rb"/Type /Page\b", pdf)) <= 16
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 673, "height": 950})  # what A4 leaves between its margins
    assert page.evaluate("document.documentElement.scrollWidth") <= 673
    assert page.locator(".contents").evaluate("part => part.open") is True
    assert page.locator(".tools:visible").count() == 0
    assert page.locator("details.fold:not([open]) > summary:visible").count() > 0
    position = "table => getComputedStyle(table.querySelector('th')).position"
    assert page.locator("table").first.evaluate(position) == "static"


def test_nothing_moves_for_those_who_ask_for_that(report_page: Any) -> None:
    page = report_page("en")
    page.emulate_media(reduced_motion="reduce")
    found = page.evaluate("getComputedStyle(document.documentElement).scrollBehavior")
    assert found == "auto"
