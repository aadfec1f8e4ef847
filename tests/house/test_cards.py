"""Everything that a public function returns shows itself as a card in a notebook."""

from __future__ import annotations

import contextlib
import doctest
import enum
import inspect
import io
import re
import sys
from collections.abc import Iterator
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon._face import LAZY
from spatialcarbon.core.card import card, shown
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.results import Result

VOID = {"br", "hr", "img", "meta", "link", "input"}
PRD = [440100, 440300, 440400, 440600, 440700, 441200, 441300, 441900, 442000]


def shown_classes() -> dict[str, type]:
    """The public classes of which users hold instances."""
    found = {name: getattr(sc, name) for name in LAZY}
    return {
        name: kind
        for name, kind in found.items()
        if inspect.isclass(kind) and not issubclass(kind, (enum.Enum, Exception))
    }


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A real instance of each class: from the examples of the docstrings, or made below."""
    found: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        kept = Result.__post_init__

        def record(self: Result) -> None:
            kept(self)
            found.setdefault(type(self).__name__, self)

        patch.setattr(Result, "__post_init__", record)
        for name in LAZY:
            found |= {k: v for k, v in _from_examples(getattr(sc, name)).items() if k not in found}
        for item in others():
            found.setdefault(type(item).__name__, item)
        item = study(tmp_path_factory.mktemp("study"))
        found[type(item).__name__] = item
    return found


def _from_examples(thing: Any) -> dict[str, Any]:
    """Run the examples of a docstring; return the instances of public classes they name."""
    names = dict(vars(sys.modules[thing.__module__]))
    with contextlib.redirect_stdout(io.StringIO()):
        for example in doctest.DocTestParser().get_examples(thing.__doc__ or ""):
            with contextlib.suppress(Exception):  # some examples show an error
                exec(example.source, names)
    classes = shown_classes()
    return {
        type(value).__name__: value
        for value in names.values()
        if classes.get(type(value).__name__) is type(value)
    }


def others() -> Iterator[Any]:
    """What no example of a docstring leaves behind, from shipped data."""
    cities = sc.load_units("cities", clusters="plan").loc[PRD]
    backbone = sc.Backbone(cities)
    weights = backbone.contiguity().standardised("R")
    table = sc.load_table("city_co2")
    long = table[table["adcode"].isin(PRD)]
    co2 = long.pivot(index="adcode", columns="year", values="co2_mt")
    options: dict[str, Any] = {"permutations": 399, "rng": 1}
    yield from (backbone, weights, sc.spillover(weights, share=0.3))
    yield sc.lagged_moran(co2[[2005, 2017]], weights, lag=12, **options)
    yield sc.local_bivariate_moran(co2[2017], co2[2005], weights, **options)
    yield sc.rate_moran(co2[2005], co2[2017] * 10, weights, **options)
    panel = sc.Panel.from_frame(long, unit="adcode", year="year", units={"co2_mt": "Mt CO2"})
    yield from (panel, sc.indicators(panel, emission="co2_mt"))
    yield sc.read_io_table("miller_blair_two_regions")
    yield sc.CoalitionGame(pd.Index(["a", "b"]), np.array([0.0, 1.0, 2.0, 4.0]))


def study(folder: Path) -> Any:
    path = folder / "study.toml"
    path.write_text(
        '[study]\ntitle = "=<b>"\n[units]\nsource = "cities"\ngroups = ["PRD"]\n'
        '[tables.e]\nsource = "city_co2"\n[tables.e.variables]\n'
        'co2 = { column = "co2_mt", measure = "Mt CO2" }\n'
        '[[analyses]]\nmethod = "centre"\nvariable = "co2"\n'
        "[outputs]\nfigures = []\ngeopackage = false\nworkbook = false\nreport = false\n",
        encoding="utf-8",
    )
    return sc.run_study(path, out=folder / "results")


class Checker(HTMLParser):
    """Reads HTML and keeps what is wrong with it."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.words: list[str] = []
        self.styles: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.styles.append(given.get("style") or "")
        self.wrong += [f"on {tag}: {name}" for name in given if name.startswith("on")]
        if tag in ("script", "iframe", "object", "style", "link"):
            self.wrong.append(tag)
        if tag == "a" and not str(given.get("href")).startswith("https://"):
            self.wrong.append(f"link to {given.get('href')}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"unbalanced {tag}")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(html: str) -> Checker:
    checker = Checker()
    checker.feed(html)
    checker.close()
    assert not checker.wrong, checker.wrong
    assert not checker.open, checker.open
    # A ground of its own, or ink of its own, would be unreadable in a dark or a light notebook.
    styles = " ".join(checker.styles)
    assert not re.search(r"background|(?<![-\w])color\s*:|#[0-9a-f]{3,6}\b", styles), styles
    return checker


def test_every_public_class_has_a_card(made: dict[str, Any]) -> None:
    wanted = shown_classes()
    assert set(wanted) <= set(made), "give test_cards.others an instance of it"
    without = [name for name, kind in wanted.items() if not hasattr(kind, "_repr_html_")]
    assert not without


def test_functions_return_what_has_a_card() -> None:
    known = {
        *shown_classes(),
        "pd.DataFrame",
        "pd.Series",
        "gpd.GeoDataFrame",
        "dict",
        "float",
        "str",
    }
    returned = {}
    for name in LAZY:
        thing = getattr(sc, name)
        if inspect.isfunction(thing):
            said = str(inspect.signature(thing).return_annotation)
            returned[name] = re.sub(r"\[.*", "", said)
    open_ended = {name for name, kind in returned.items() if kind not in known}
    assert open_ended == {"io_table_to_pymrio", "esda_statistic"}  # objects of other packages


@pytest.mark.parametrize("language", ["en", "zh"])
def test_cards_are_sound_html(
    made: dict[str, Any], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPATIALCARBON_LANG", language)
    for name in sorted(made):
        item = made[name]
        html = item._repr_html_()
        words = "".join(read(html).words)
        assert f'lang="{ {"en": "en", "zh": "zh-CN"}[language] }"' in html, name
        assert len(html) < 40_000, name
        assert "<b>" not in html, name
        assert "{" not in words or "{" in str(getattr(item, "settings", "")), name
        if isinstance(item, Result):
            assert not re.search(r"\bnan\b|NaN", words), name
            if language == "zh":
                assert re.search("[\u4e00-\u9fff]", words.split("\n")[0][:40]), words[:60]
            else:
                assert words.startswith(item.method), name


def test_a_card_shows_ten_rows_and_counts_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPATIALCARBON_LANG", "en")
    frame = pd.DataFrame({f"c{at}": range(1234) for at in range(16)})
    html = card("x", frame=frame, measures={"c0": "km2"})
    assert html.count("<tr>") == 11
    assert "… and 1,224 more rows · more columns: c14, c15" in html
    assert "km²" in html
    monkeypatch.setenv("SPATIALCARBON_LANG", "zh")
    assert "另有1,224行" in card("x", frame=frame)


def test_nothing_in_a_card_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPATIALCARBON_LANG", "en")
    evil = "<script>alert(1)</script>\"'&"
    html = card(
        evil,
        facts={evil: evil, "t": Text(evil)},
        frame=pd.DataFrame({evil: [evil, 1.0], "l": [[evil], None]}),
        measures={evil: evil},
        remarks=[Text(evil)],
        references=["moran1950"],
        settings={"seed": evil, evil: {evil: evil}},
    )
    words = "".join(read(html).words)
    assert words.count("<script>") >= 10
    assert "https://doi.org/10.1093/biomet/37.1-2.17" in html
    assert text("{n} places", n=evil)._repr_html_() == f"<span>{escape(evil)} places</span>"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (-1234.5678, "−1,234.6"),
        (0.00001234, "1.234e−05"),
        (np.float64("inf"), "∞"),
        (-np.inf, "−∞"),
        (pd.NA, "–"),
        (np.bool_(True), "True"),
        (-3, "−3"),
        (110000, "110000"),
        (12_345_678, "12,345,678"),
        ((1, 2.5), "1, 2.5"),
        ({"b", "a"}, "a, b"),
        ({"a": None}, "a: –"),
        ("x" * 200, "x" * 159 + "…"),
        (text("{n} places", n=2), "2 places"),
    ],
)
def test_values_of_a_card(value: Any, said: str) -> None:
    assert shown(value, "en") == said
