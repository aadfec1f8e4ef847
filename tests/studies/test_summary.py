"""The summary: what was studied, the main results first, chance and invention named."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from spatialcarbon.core.language import Text, name, text
from spatialcarbon.report.document import Section
from spatialcarbon.studies.summary import summarise
from spatialcarbon.studies.summary_words import (
    NO_ASSOCIATION,
    NO_PLACE,
    RANDOM,
    for_summary,
    says_nothing,
)

if TYPE_CHECKING:
    from spatialcarbon.report.document_summary import Summary

LIKE = "high values lie next to high ones, and low next to low."
GROUPS = {"A": name("Alpha", "甲"), "B": name("Beta", "乙")}


def inputs(**changes: Any) -> Any:
    years = {"co2": [2016, 2017], "gdp": [2010, 2020], "share": [0], "people": [2000, 2010, 2020]}
    facts: dict[str, Any] = {
        "units": pd.DataFrame(index=range(5)),
        "groups": {"A": [0, 1, 2], "B": [3, 4]},
        "group_name": lambda code: GROUPS.get(code, text("All units")),
        "panel": SimpleNamespace(
            units_of_measure={"co2": "Mt CO2", "gdp": "", "share": "1", "people": "10^4 persons"}
        ),
        "variable_name": Text,
        "measure": lambda variable: facts["panel"].units_of_measure[variable],
        "years_of": lambda variable: years[variable],
        "illustrative": frozenset({"share"}),
        "rasters": {},
        "map": "",
    }
    return SimpleNamespace(**{**facts, **changes})


def moran(group: Text, verdict: str, year: int = 2017) -> Text:
    return text(
        "{group}, {variable}: I = {i} in {year} (p = {p}): {verdict}",
        group=group,
        variable=Text("co2"),
        i="0.3",
        year=year,
        p="0.01",
        verdict=text(verdict),
    )


def no_place(year: int) -> Text:
    facts = {"variable": Text("co2"), "year": year, "raw": 3, "n": 50, "alpha": 0.05}
    return text(NO_PLACE, by_chance=2, **facts)


def part(
    key: str, method: str, findings: list[Text], *, title: str = "", invented: bool = False
) -> tuple[Any, Any, Section]:
    step = SimpleNamespace(analysis=SimpleNamespace(name=method), key=key)
    done = SimpleNamespace(inputs=inputs(), parameters=SimpleNamespace(title=title))
    words = text("words")
    section = Section(
        key=key,
        title=Text(title or key),
        question=words,
        findings=findings,
        figures=[],
        tables=[],
        reading=words,
        methods=words,
        notes=[],
        illustrative=invented,
    )
    return step, done, section


def summary(*parts: tuple[Any, Any, Section], **changes: Any) -> Summary:
    pairs = [(step, done) for step, done, _ in parts]
    return summarise(inputs(**changes), pairs, [section for _, _, section in parts])


def said(found: Summary) -> list[tuple[str, list[str]]]:
    return [
        (theme.title.render("en"), [item.words.render("en") for item in theme.statements])
        for theme in found.themes
    ]


def test_it_says_what_was_studied() -> None:
    places, variables = (words.render("en") for words in summary().about)
    assert places == "This report studies 5 places in 2 groups: Alpha (3); Beta (2)."
    assert variables == (
        "It uses co2 (Mt CO2, 2016 and 2017); gdp (2010 and 2020); share (invented); "
        "people (10^4 persons, 3 years from 2000 to 2020)."
    )
    assert summary().about[0].render("zh") == "本报告研究2个分组共5个地区：甲（3个）；乙（2个）。"


def test_without_groups_variables_or_a_second_place_it_says_less() -> None:
    bare = summary(groups={}, panel=SimpleNamespace(units_of_measure={}))
    assert [words.render("en") for words in bare.about] == ["This report studies 5 places."]


def test_further_maps_are_told_after_the_first() -> None:
    further = {"map": "land", "map_title": name("Provinces", "各省")}
    step, done, section = part("m", "centre", [text("It moved.")])
    done.inputs = inputs(**further)
    about = [words.render("en") for words in summary((step, done, section)).about]
    assert about[2] == "A further map, Provinces, has 5 places in 2 groups: Alpha (3); Beta (2)."
    assert len(about) == 4
    done.inputs = inputs(groups={}, **further)
    assert summary((step, done, section)).about[2].render("zh") == "另一幅地图“各省”有5个地区。"


def test_areas_of_rasters_are_told_with_the_rasters() -> None:
    land = SimpleNamespace(
        name="land", files={2000: "", 2020: ""}, as_variables=True, illustrative=True
    )
    panel = SimpleNamespace(units_of_measure={"co2": "Mt CO2", "forest": "km2"})
    about = summary(panel=panel, rasters={"land": land}).about
    assert [words.render("en") for words in about[1:]] == [
        "It uses co2 (Mt CO2, 2016 and 2017).",
        "Land cover comes from land (2000 and 2020, invented).",
    ]


def test_themes_come_in_the_order_of_a_planner_and_invented_ones_last() -> None:
    found = summary(
        part("g", "govern", [text("On illustrative data: {finding}", finding=text("Pay."))],
             invented=True),
        part("m", "centre", [text("It moved.")]),
        part("x", "unknown", [text("Else.")]),
        part("i", "indicators", [text("It grew."), text("Largest."), text("Third.")]),
    )  # fmt: skip
    assert said(found) == [
        ("How much, and how it is spread", ["It grew.", "Largest.", "It moved."]),
        ("Further results", ["Else."]),
        ("What working together brings", ["Pay."]),
    ]
    assert [theme.illustrative for theme in found.themes] == [False, False, True]
    assert [item.key for item in found.themes[0].statements] == ["i", "i", "m"]
    [warning] = found.warnings
    assert "real places: g." in warning.render("en")
    assert not found.closing


def test_when_all_is_invented_that_is_said_first() -> None:
    found = summary(part("g", "govern", [text("Pay.")], invented=True))
    assert found.warnings[0].render("en").startswith("All results of this report rest")
    assert summary(part("g", "govern", [text("Pay.")])).warnings == []


def test_what_is_not_significant_comes_after_what_is_and_is_explained() -> None:
    hot = text(
        "{variable}, {year}: {n} {label}: {places}.",
        variable=Text("gdp"),
        year=2017,
        n=1,
        label=text("High-High"),
        places=Text("Here"),
    )
    found = summary(
        part("nothing", "lisa", [no_place(2005), no_place(2017)]), part("hot", "lisa", [hot])
    )
    [(_, sentences)] = said(found)
    assert sentences == [
        "Hot spots of gdp in 2017, high among high: Here.",
        "In 2017 no single place stands out as a hot or cold spot of co2 once it is allowed for "
        "that many were tested.",
    ]
    assert "chance is a sufficient explanation" in found.closing[0].render("en")


@pytest.mark.parametrize(
    ("verdicts", "last"),
    [
        ((LIKE, LIKE), "Each of the 2 groups by itself has a pattern in 2017."),
        (
            (RANDOM, LIKE),
            "Inside the groups, a pattern shows in 2017 in 1 of 2: Beta. In the others it cannot "
            "be told from a random one.",
        ),
        ((RANDOM, RANDOM), "In none of the 2 groups by itself can the pattern of 2017"),
    ],
)
def test_moran_counts_the_groups(verdicts: tuple[str, str], last: str) -> None:
    own = [moran(group, verdict) for group, verdict in zip(GROUPS.values(), verdicts, strict=True)]
    findings = [moran(text("All units"), LIKE), *own]
    done: Any = SimpleNamespace(inputs=inputs())
    chosen = for_summary("moran", done, findings)
    first, rest = (words.render("en") for words, _ in chosen)
    assert first.startswith("In 2017 the map of co2 is clustered")
    assert rest.startswith(last)
    assert [empty for _, empty in chosen] == [False, verdicts == (RANDOM, RANDOM)]


@pytest.mark.parametrize(
    ("verdict", "words", "empty"),
    [
        (RANDOM, "cannot be told from a random one (Moran's I = 0.3, p = 0.01)", True),
        ("high values lie next to low ones.", "high values of co2 lie next to low ones", False),
    ],
)
def test_moran_is_careful(verdict: str, words: str, empty: bool) -> None:
    done: Any = SimpleNamespace(inputs=inputs())
    [(sentence, found)] = for_summary("moran", done, [moran(text("All units"), verdict)])
    assert words in sentence.render("en")
    assert found is empty
    assert "{" not in sentence.render("zh")


def test_the_same_sentence_is_said_once_and_titles_tell_runs_of_a_method_apart() -> None:
    same = text("To be cut: 5.")
    found = summary(
        part("a", "allocate", [same], title="One"),
        part("b", "allocate", [same, text("Capped.")], title="Two"),
    )
    assert said(found) == [("Who would cut how much", ["One: To be cut: 5.", "Two: Capped."])]


def test_what_only_repeats_others_is_left_out_beside_them() -> None:
    profile = part("p", "profile", [text("Total: largest.")])
    assert said(summary(profile, part("c", "centre", [text("It moved.")])))[0][1] == ["It moved."]
    assert said(summary(profile))[0][1] == ["Total: largest."]


def test_sentences_about_chance_are_those_that_the_analyses_say() -> None:
    from spatialcarbon.core.language import glossary

    # A sentence that is reworded where it is made would no longer be known here.
    assert {RANDOM, NO_PLACE, NO_ASSOCIATION} <= set(glossary())
    assert says_nothing(no_place(2017))
    assert not says_nothing(moran(text("All units"), LIKE))


def test_settings_are_those_of_the_run_where_the_file_leaves_them_open() -> None:
    from pydantic import BaseModel

    from spatialcarbon.studies.reporting import _settings

    class Settings(BaseModel):
        name: str = "x"
        title: str = ""
        variable: str = "co2"
        years: list[int] = [2017]
        permutations: int | None = None
        weights: str | None = None
        fdr: bool = False

    result = SimpleNamespace(settings={"permutations": 999, "variable": "other"})
    done: Any = SimpleNamespace(parameters=Settings(), results=lambda: [result])
    assert dict(_settings(done)) == {
        "variable": '"co2"',
        "years": "[2017]",
        "permutations": "999",
        "fdr": "false",
    }
