"""The findings of an analysis that belong in a summary, in words for readers without the method."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from spatialcarbon.core.language import Listed, Text, listed, text

if TYPE_CHECKING:
    from spatialcarbon.studies.analysis import Done

MOST = 10
"""A list in a sentence is no longer."""

TWO = frozenset({"indicators", "inequality", "hotspots", "govern", "decompose", "dea"})
"""Methods whose first sentence is only half the answer."""

RANDOM = "the pattern cannot be told from a random one."
NO_PLACE = (
    "{variable}, {year}: no place stands out after correction for multiple tests. This "
    "does not show that there are no clusters, only that these data cannot tell them "
    "from chance: {raw} of {n} places have p < {alpha} by themselves, and about {by_chance} "
    "would if nothing were going on."
)
NO_ASSOCIATION = (
    "{model}: no association of {term} with {outcome} can be told from none ({value}, interval "
    "{low} to {high})."
)
NOTHING = frozenset({RANDOM, NO_PLACE, NO_ASSOCIATION})
"""Sentences that say that chance is a sufficient explanation."""

Chooser = Callable[["Done", Sequence[Text]], list[tuple[Text, bool]]]


def for_summary(method: str, done: Done, findings: Sequence[Text]) -> list[tuple[Text, bool]]:
    """Which sentences of an analysis belong in the summary?

    Parameters
    ----------
    method : str
        Name of the analysis.
    done : Done
        The analysis that was run.
    findings : sequence of Text
        All its sentences, the most important first.

    Returns
    -------
    list of (Text, bool)
        One to three sentences, and whether each says that chance is a sufficient explanation.
    """
    if not findings:
        return []
    if method in CHOOSE and (chosen := CHOOSE[method](done, findings)):
        return chosen
    latest = _of_the_last_year(findings)[: 1 + (method in TWO)]
    return [(words, says_nothing(words)) for words in latest]


def says_nothing(words: Text) -> bool:
    """Does a sentence say that chance is a sufficient explanation?

    Examples
    --------
    >>> verdict = text("the pattern cannot be told from a random one.")
    >>> says_nothing(text("{year}: {verdict}", year=2017, verdict=verdict))
    True
    """
    if words.template in NOTHING:
        return True
    parts: list[Text] = [part for part in words.params.values() if isinstance(part, Text)]
    if isinstance(words, Listed):
        parts += words.items
    return any(says_nothing(part) for part in parts)


def _of_the_last_year(findings: Sequence[Text]) -> Sequence[Text]:
    """Return the findings on the last year, where the years are told one by one."""
    years = [finding.params.get("year") for finding in findings]
    known = [int(year) for year in years if year is not None]
    if len(known) != len(findings):
        return findings
    return [
        finding
        for finding, year in zip(findings, years, strict=True)
        if year is not None and int(year) == max(known)
    ]


def _moran(done: Done, findings: Sequence[Text]) -> list[tuple[Text, bool]]:
    """Say whether it gathers over all places, since when, and in which groups by themselves."""
    tested = [finding for finding in findings if "verdict" in finding.params]
    names = [done.inputs.group_name(code) for code in done.inputs.groups]
    own = [finding for finding in tested if finding.params["group"] in names]
    whole = [finding for finding in tested if finding not in own][:1]
    said = [sentence for finding in whole for sentence in _pattern(finding)]
    if len(own) > 1:
        said.append(_groups(own))
    return said


def _pattern(finding: Text) -> list[tuple[Text, bool]]:
    facts = finding.params
    shared = {
        "variable": facts["variable"],
        "year": facts.get("last", facts.get("year")),
        "i": facts.get("b", facts.get("i")),
        "p": facts["p"],
    }
    verdict = facts["verdict"].template
    if verdict == RANDOM:
        first = text(
            "In {year} the map of {variable} cannot be told from a random one "
            "(Moran's I = {i}, p = {p}).",
            **shared,
        )
    elif verdict == "high values lie next to low ones.":
        first = text(
            "In {year} high values of {variable} lie next to low ones more often than chance "
            "would have it (Moran's I = {i}, p = {p}).",
            **shared,
        )
    else:
        first = text(
            "In {year} the map of {variable} is clustered: high values lie next to high ones, "
            "and low next to low, more often than chance would have it (Moran's I = {i}, p = {p}).",
            **shared,
        )
    said = [(first, verdict == RANDOM)]
    if "k" in facts:
        years = {key: facts[key] for key in ("a", "b", "first", "last", "k", "n")}
        course = text(
            "The test is significant at 5 % in {k} of the {n} years; I went from {a} in {first} "
            "to {b} in {last}.",
            **years,
        )
        said.append((course, False))
    return said


def _groups(own: Sequence[Text]) -> tuple[Text, bool]:
    strong = [finding.params["group"] for finding in own if not says_nothing(finding)]
    year = own[0].params.get("last", own[0].params.get("year"))
    if not strong:
        none = text(
            "In none of the {n} groups by itself can the pattern of {year} be told from a random "
            "one; groups have few places, and a test of few places finds only strong patterns.",
            n=len(own),
            year=year,
        )
        return none, True
    if len(strong) == len(own):
        return text(
            "Each of the {n} groups by itself has a pattern in {year}.", n=len(own), year=year
        ), False
    some = text(
        "Inside the groups, a pattern shows in {year} in {k} of {n}: {groups}. In the others it "
        "cannot be told from a random one.",
        n=len(own),
        k=len(strong),
        year=year,
        groups=listed(strong, MOST),
    )
    return some, False


def _lisa(_: Done, findings: Sequence[Text]) -> list[tuple[Text, bool]]:
    """Name the hot and cold spots of the last year, or say that none stands out."""
    said = []
    for finding in _of_the_last_year(findings):
        facts = finding.params
        label = facts["label"].template if "label" in facts else ""
        if finding.template == NO_PLACE:
            none = text(
                "In {year} no single place stands out as a hot or cold spot of {variable} once it "
                "is allowed for that many were tested.",
                year=facts["year"],
                variable=facts["variable"],
            )
            said.append((none, True))
        elif label == "High-High":
            hot = text(
                "Hot spots of {variable} in {year}, high among high: {places}.",
                variable=facts["variable"],
                year=facts["year"],
                places=facts["places"],
            )
            said.append((hot, False))
        elif label == "Low-Low":
            cold = text(
                "Cold spots of {variable} in {year}, low among low: {places}.",
                variable=facts["variable"],
                year=facts["year"],
                places=facts["places"],
            )
            said.append((cold, False))
    return said


def _transitions(_: Done, findings: Sequence[Text]) -> list[tuple[Text, bool]]:
    """Say how many places changed between the last two years."""
    counted = [finding.params for finding in findings if "k" in finding.params]
    if not counted:
        return []
    facts = {key: counted[-1][key] for key in ("start", "end", "k", "n", "variable")}
    if facts["k"]:
        words = text(
            "From {start} to {end}, {k} of {n} places changed their type of local cluster "
            "({variable}).",
            **facts,
        )
    else:
        words = text(
            "From {start} to {end}, none of the {n} places changed its type of local cluster "
            "({variable}).",
            **facts,
        )
    return [(words, False)]


def _density(_: Done, findings: Sequence[Text]) -> list[tuple[Text, bool]]:
    """Say where most places are and how far they lie apart, over all units."""
    facts = findings[0].params
    if "first" not in facts:
        return []
    words = text(
        "From {first} to {last} the most frequent level of {variable} among places went from {a} "
        "to {b}, and the spread around it from {c} to {d}.",
        **{key: facts[key] for key in ("first", "last", "variable", "a", "b", "c", "d")},
    )
    return [(words, False)]


def _grey(_: Done, findings: Sequence[Text]) -> list[tuple[Text, bool]]:
    """Say which factors go along with the reference, over all units."""
    facts = findings[0].params
    if "order" not in facts:
        return []
    words = text(
        "Of the factors compared, these run most alike over the places in {year}, closest first: "
        "{order}. This ranks factors; it names no cause.",
        year=facts["year"],
        order=facts["order"],
    )
    return [(words, False)]


CHOOSE: Mapping[str, Chooser] = {
    "moran": _moran,
    "lisa": _lisa,
    "transitions": _transitions,
    "density": _density,
    "grey": _grey,
}
"""Methods whose sentences are said more plainly in the summary; any other keeps its own."""
