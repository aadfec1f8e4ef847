"""The summary of a report, put together from what the analyses of a study found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.models.land.legends import LAND_CLASSES
from spatialcarbon.report.document_summary import Statement, Summary, Theme
from spatialcarbon.studies.maps import maps_of
from spatialcarbon.studies.summary_words import MOST, for_summary

if TYPE_CHECKING:
    from spatialcarbon.report.document import Section
    from spatialcarbon.studies.analysis import Done, Inputs
    from spatialcarbon.studies.rasters import RasterSeries
    from spatialcarbon.studies.study_file import Step

THEMES: Sequence[tuple[Text, Sequence[str]]] = (
    (
        text("How much, and how it is spread"),
        ("indicators", "inequality", "density", "centre", "coupling", "industry", "profile"),
    ),
    (
        text("Where it gathers"),
        ("moran", "lisa", "hotspots", "transitions", "geary", "bivariate", "rates", "sensitivity"),
    ),
    (text("What drives it"), ("decompose", "decoupling", "regression", "grey")),
    (text("What lies ahead"), ("scenario", "growth", "simulation")),
    (text("What the land takes up"), ("landcover", "sinks")),
    (
        text("Who would cut how much"),
        ("allocate", "allocation_sensitivity", "judgement", "dea", "trading", "smoothing"),
    ),
    (text("What moves between places"), ("transfers", "compensate")),
    (text("What working together brings"), ("govern", "evaluate")),
)
"""What a planner asks first comes first; inside a theme, the method that answers it directly."""

OTHER = text("Further results")

REPEATS = frozenset({"profile"})
"""Methods that show what others found side by side."""


def summarise(
    inputs: Inputs, pairs: Sequence[tuple[Step, Done]], sections: Sequence[Section]
) -> Summary:
    """What would a reader with one minute need to know of a study?

    Parameters
    ----------
    inputs : Inputs
        What was studied.
    pairs : sequence of (Step, Done)
        What was run.
    sections : sequence of Section
        The report on it, in the same order.

    Returns
    -------
    Summary
        Places, variables and years; what is invented; the main results by theme, each with
        its section, those on invented numbers last; how to take what is not significant.
    """
    themes, nothing = _themes(pairs, sections)
    return Summary(
        about=[said for part in maps_of(inputs, pairs) for said in _about(part)],
        warnings=_warnings(sections),
        themes=themes,
        closing=[
            text(
                "Where a result is called not significant or random, chance is a sufficient "
                "explanation of what is seen. It does not show that nothing is there: with few "
                "places, only strong patterns can be told from chance."
            )
        ]
        if nothing
        else [],
    )


def _about(inputs: Inputs) -> list[Text]:
    n = len(inputs.units)
    groups = [
        text("{group} ({n})", group=inputs.group_name(code), n=len(index))
        for code, index in inputs.groups.items()
    ]
    if inputs.map:
        places = _further(inputs, groups)
    elif len(groups) > 1:
        places = text(
            "This report studies {n} places in {k} groups: {groups}.",
            n=n,
            k=len(groups),
            groups=listed(groups, MOST),
        )
    else:
        places = text("This report studies {n} places.", n=n)
    said = [places]
    # The areas of land classes come from the rasters, which are named below.
    areas = LAND_CLASSES if any(s.as_variables for s in inputs.rasters.values()) else ()
    variables = [
        _variable(inputs, name) for name in inputs.panel.units_of_measure if name not in areas
    ]
    if variables:
        said.append(text("It uses {variables}.", variables=listed(variables, MOST)))
    rasters = [
        text("{name} ({facts})", name=Text(series.name), facts=Facts(_of_raster(series)))
        for series in inputs.rasters.values()
    ]
    if rasters:
        said.append(text("Land cover comes from {rasters}.", rasters=listed(rasters, MOST)))
    return said


def _further(inputs: Inputs, groups: Sequence[Text]) -> Text:
    facts = {"map": inputs.map_title, "n": len(inputs.units)}
    if len(groups) < 2:
        return text("A further map, {map}, has {n} places.", **facts)
    return text(
        "A further map, {map}, has {n} places in {k} groups: {groups}.",
        **facts,
        k=len(groups),
        groups=listed(groups, MOST),
    )


def _variable(inputs: Inputs, variable: str) -> Text:
    """Return a variable with its unit of measure and the years that it has values in."""
    name, measure = inputs.variable_name(variable), inputs.measure(variable)
    years = [year for year in inputs.years_of(variable) if year != 0]
    facts: list[Text] = []
    if measure not in ("", "1"):
        facts.append(Text(measure))
    if years:
        facts.append(_years(years))
    if variable in inputs.illustrative:
        facts.append(text("invented"))
    if not facts:
        return name
    return text("{name} ({facts})", name=name, facts=Facts(facts))


def _of_raster(series: RasterSeries) -> list[Text]:
    return [_years(list(series.files)), *([text("invented")] if series.illustrative else [])]


class Facts(Text):
    """A few short facts in a row, parted by commas.

    Examples
    --------
    >>> Facts([text("Mt CO2"), Text("2017")]).render("en")
    'Mt CO2, 2017'
    """

    def __init__(self, facts: Sequence[Text]) -> None:
        super().__init__("", {"facts": tuple(facts)})

    def render(self, language: str) -> str:
        """Return the facts in one language."""
        spoken = "zh" if language == "zh" else "en"
        return ("，" if spoken == "zh" else ", ").join(
            fact.render(spoken) for fact in self.params["facts"]
        )


def _years(years: Iterable[int]) -> Text:
    """Return years as a reader would say them: a span, and how many where some are missing."""
    known = sorted(years)
    if len(known) == 1:
        return text("{year}", year=known[0])
    if len(known) == 2:
        return text("{first} and {last}", first=known[0], last=known[-1])
    if len(known) == known[-1] - known[0] + 1:
        return text("{first}–{last}", first=known[0], last=known[-1])
    return text("{n} years from {first} to {last}", n=len(known), first=known[0], last=known[-1])


def _warnings(sections: Sequence[Section]) -> list[Text]:
    invented = [section.title for section in sections if section.illustrative]
    if not invented:
        return []
    if len(invented) == len(sections):
        return [
            text(
                "All results of this report rest, in whole or in part, on invented numbers. They "
                "show how the methods work and say nothing about real places: put in your own "
                "numbers before you draw conclusions."
            )
        ]
    return [
        text(
            "Some results rest, in whole or in part, on invented numbers and say nothing about "
            "real places: {sections}. Put in your own numbers before you draw conclusions from "
            "them.",
            sections=listed(invented, MOST),
        )
    ]


def _themes(
    pairs: Sequence[tuple[Step, Done]], sections: Sequence[Section]
) -> tuple[list[Theme], bool]:
    """Return the themes in order, and whether anything in them is not significant."""
    found: dict[tuple[bool, int], list[tuple[int, Statement]]] = {}
    said: set[str] = set()
    order = {name: at for _, names in THEMES for at, name in enumerate(names)}
    place = {name: at for at, (_, names) in enumerate(THEMES) for name in names}
    often = Counter(step.analysis.name for step, _ in pairs)
    nothing = False
    for (step, done), section in zip(pairs, sections, strict=True):
        method = step.analysis.name
        bare = [_bare(finding) for finding in section.findings]
        new = [words for words in bare if words.render("en") not in said]
        if method in REPEATS and len(pairs) > 1:
            continue
        for words, empty in for_summary(method, done, new):
            said.add(words.render("en"))
            nothing = nothing or empty
            # What is significant comes before what is not.
            rank = order.get(method, 0) + 100 * empty
            where = (section.illustrative, place.get(method, len(THEMES)))
            named = text("{title}: {finding}", title=section.title, finding=words)
            shown = named if often[method] > 1 and done.parameters.title else words
            found.setdefault(where, []).append((rank, Statement(shown, section.key)))
        said.update(words.render("en") for words in bare)
    titles = [*(title for title, _ in THEMES), OTHER]
    themes = [
        Theme(
            titles[at],
            [statement for _, statement in sorted(found[invented, at], key=lambda item: item[0])],
            illustrative=invented,
        )
        for invented, at in sorted(found)
    ]
    return themes, nothing


def _bare(finding: Text) -> Text:
    """Return a finding without the words that it is on invented numbers: the heading says so."""
    inner = finding.params.get("finding")
    return inner if isinstance(inner, Text) else finding
