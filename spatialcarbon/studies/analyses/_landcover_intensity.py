"""Intensities of land change in studies: rows, tables, figures and a sentence."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.errors import DegenerateDataError
from spatialcarbon.core.language import Language, Text, listed, text
from spatialcarbon.models.land.area_tables import ALL
from spatialcarbon.models.land.intensity import (
    ACTIVE,
    AVOIDED,
    DORMANT,
    EVEN,
    FAST,
    NO_AREA,
    SLOW,
    TARGETED,
    IntensityResult,
    intensity_analysis,
)
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.intensity_figures import class_intensities, pair_intensities
from spatialcarbon.report.tables import Table
from spatialcarbon.studies.analyses import _landcover_rows as rows
from spatialcarbon.studies.analyses._landcover_tables import CLASS_NAMES, KM2, OWN_HEADINGS, WORDS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from spatialcarbon.models.land.transition_result import TransitionResult
    from spatialcarbon.studies.analysis import Done

MOST_INTERVALS = 9
"""Plots that one figure holds; of more intervals it shows the whole span as one."""

HEADINGS = {
    **OWN_HEADINGS,
    "kind": text("Gain or loss"),
    "other": text("Other class"),
    "intensity": text("Intensity, % per year"),
    "uniform": text("Even change, % per year"),
    "state": text("Beside even change"),
}

STATES = {
    **WORDS,
    "gain": text("Gain"),
    "loss": text("Loss"),
    FAST: text("fast"),
    SLOW: text("slow"),
    EVEN: text("even"),
    ACTIVE: text("active"),
    DORMANT: text("dormant"),
    TARGETED: text("targeted"),
    AVOIDED: text("avoided"),
    NO_AREA: text("no area"),
}
DECIMALS = {"area": 1, "changed": 1, "km2": 2, "intensity": 4, "uniform": 4}


def intensity_tables(done: Done) -> list[Table]:
    """Return intervals (if there are several), classes and pairs of classes beside even change."""
    found = _by_place(done)
    if not found:
        return []
    made = [_classes(done, found), _pairs(done, found)]
    several = len(done.result["series"].steps) > 1
    return [_intervals(done, found), *made] if several else made


def intensity_figures(done: Done) -> list[FigureSpec]:
    """Return which classes are active, and, if any land was built up, which were targeted."""
    series = done.result["series"]
    found = _of(series.steps if len(series.steps) <= MOST_INTERVALS else [series.whole])
    if found is None:
        return []
    return [_active(done, found), *([_targeted(done, found)] if _builds(found) else [])]


def intensity_findings(done: Done) -> list[Text]:
    """Return the sentence that says which classes new built-up land took more than evenly."""
    found = _of(done.result["series"].steps)
    if found is None:
        return []
    kept = found.stationary()
    built = kept["class"].eq(rows.BUILT) & kept["kind"].eq("gain") & kept["state"].eq(TARGETED)
    if not built.any():
        return []
    names = listed((CLASS_NAMES[str(land)] for land in kept.loc[built, "other"]), 5)
    if len(found.interval) == 1:
        return [text("For its size, this was built over more than other land: {classes}.", classes=names)]  # fmt: skip
    return [
        text(
            "For its size, this was built over more than other land in each interval: {classes}.",
            classes=names,
        )
    ]


def _of(steps: list[TransitionResult] | tuple[TransitionResult, ...]) -> IntensityResult | None:
    """Return the intensities; none where no land changed."""
    with suppress(DegenerateDataError):
        return intensity_analysis(steps)
    return None


def _by_place(done: Done) -> list[tuple[str, Any, IntensityResult]]:
    """Return level, place and intensities of all places, then of the groups."""
    steps = done.result["series"].steps
    parts: dict[tuple[str, Any], list[TransitionResult]] = {("all", ALL): list(steps)}
    for step in steps:
        for code, part in rows.by_group(step, done.inputs).items():
            parts.setdefault(("group", code), []).append(part)
    # A group without data in some interval has no row of intervals that follow each other.
    whole = {key: _of(part) for key, part in parts.items() if len(part) == len(steps)}
    return [(level, place, found) for (level, place), found in whole.items() if found is not None]


def _frame(
    done: Done, found: list[tuple[str, Any, IntensityResult]], table: str, columns: tuple[str, ...]
) -> pd.DataFrame:
    parts = []
    for level, place, result in found:
        part: pd.DataFrame = getattr(result, table)
        names = pd.Series([rows.place_name(done, level, place)] * len(part), part.index, object)
        parts.append(part.assign(level=level, place=place, name=names))
    ends = ["intensity", "uniform", "state"]
    kept = ["start", "end", "level", "place", "name", *columns, *ends]
    return pd.concat(parts, ignore_index=True)[kept]


def _intervals(done: Done, found: list[tuple[str, Any, IntensityResult]]) -> Table:
    frame = _frame(done, found, "interval", ("area", "changed"))
    return Table(
        name=f"{done.key}_interval_intensity",
        title=text("Intensity of change: intervals"),
        frame=frame,
        headings=HEADINGS,
        measures={"area": KM2, "changed": KM2},
        decimals=DECIMALS,
        words=STATES,
        note=text("Changed area per year in % of all land; even change is the mean of all intervals."),
        shown=("name", "start", "end", "changed", "intensity", "uniform", "state"),
    )  # fmt: skip


def _classes(done: Done, found: list[tuple[str, Any, IntensityResult]]) -> Table:
    frame = _frame(done, found, "category", ("class", "kind", "km2"))
    return Table(
        name=f"{done.key}_class_intensity",
        title=text("Intensity of change: classes"),
        frame=frame,
        headings={**HEADINGS, "km2": text("Area per year")},
        measures={"km2": KM2},
        decimals=DECIMALS,
        words=STATES,
        note=text(
            "Gain per year in % of the class after, loss in % of the class before. A class above even change "
            "(that of all land in the interval) is active, below it dormant."
        ),
        shown=("name", "start", "end", "class", "kind", "km2", "intensity", "uniform", "state"),
        shown_rows=frame["level"].eq("all") & frame["state"].ne(NO_AREA),
    )


def _pairs(done: Done, found: list[tuple[str, Any, IntensityResult]]) -> Table:
    frame = _frame(done, found, "transition", ("class", "kind", "other", "km2"))
    return Table(
        name=f"{done.key}_pair_intensity",
        title=text("Intensity of change: pairs of classes"),
        frame=frame,
        headings={**HEADINGS, "km2": text("Area per year")},
        measures={"km2": KM2},
        decimals=DECIMALS,
        words=STATES,
        note=text(
            "What a class took from another (gain), per year in % of the other before; what it gave to it "
            "(loss), in % of the other after. Above even change the other class is targeted, below it avoided. "
            "The page shows gains of built-up land; files hold the rest."
        ),
        shown=("name", "start", "end", "class", "other", "km2", "intensity", "uniform", "state"),
        shown_rows=frame["level"].eq("all")
        & frame["class"].eq(rows.BUILT)
        & frame["kind"].eq("gain")
        & frame["state"].ne(NO_AREA),
    )


def _builds(found: IntensityResult) -> bool:
    pairs = found.transition
    gains = pairs["class"].eq(rows.BUILT) & pairs["kind"].eq("gain")
    return bool((pairs.loc[gains, "km2"] > 0).any())


def _active(done: Done, found: IntensityResult) -> FigureSpec:
    start, end = done.result["series"].whole.years
    title = text("Intensity of gain and loss of each class, {start} → {end}", start=start, end=end)

    def draw(language: Language) -> Figure:
        return class_intensities(found.category, title=title, language=language)

    return FigureSpec(
        name=f"{done.key}_class_intensity",
        title=title,
        caption=text(
            "Gain in % of the class after, loss in % of the class before. A class whose bar passes the line changes "
            "faster than land as a whole in that interval."
        ),
        alt=text("Bars of the intensity of gain and loss by land class, with a line of even change."),
        draw=draw,
    )  # fmt: skip


def _targeted(done: Done, found: IntensityResult) -> FigureSpec:
    start, end = done.result["series"].whole.years
    title = text("Which land was built over faster than other land, {start} → {end}", start=start, end=end)  # fmt: skip

    def draw(language: Language) -> Figure:
        return pair_intensities(found.transition, rows.BUILT, title=title, language=language)

    return FigureSpec(
        name=f"{done.key}_built_intensity",
        title=title,
        caption=text(
            "Bars that pass the line are classes that new built-up land targets. A class may give the most area "
            "and stay below the line, because there is much of it."
        ),
        alt=text("Bars of the intensity with which built-up land took other classes, with a line of even change."),
        draw=draw,
    )  # fmt: skip
