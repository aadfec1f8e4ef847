"""Tables of land cover: areas, transitions, changes, pace, sources of built-up land."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatialcarbon.core.language import Text, text
from spatialcarbon.models.land.legends import LAND_CLASSES
from spatialcarbon.models.land.sink_areas import land_names
from spatialcarbon.report.tables import Table
from spatialcarbon.studies.analyses import _landcover_rows as rows
from spatialcarbon.studies.words import HEADINGS, LABELS

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.studies.analysis import Done

CLASS_NAMES: dict[str, Text] = {land: land_names()[land] for land in LAND_CLASSES}
"""What the classes are called."""

OWN_HEADINGS = {
    **HEADINGS,
    "class": text("Land class"),
    "km2": text("Area"),
    "share": text("Share"),
    "from": text("Before"),
    "to": text("After"),
    "area_start": text("Area before"),
    "area_end": text("Area after"),
    "share_start": text("Share before"),
    "share_end": text("Share after"),
    "persistence": text("Unchanged area"),
    "gain": text("Gain"),
    "loss": text("Loss"),
    "net": text("Net change"),
    "swap": text("Swap"),
    "total_change": text("Gain and loss"),
    "dynamic_degree": text("Dynamic degree, % per year"),
    "area": text("Area"),
    "changed": text("Changed area"),
    "comprehensive_degree": text("Comprehensive dynamic degree, % per year"),
    "comprehensive_degree_net": text("Dynamic degree of net changes, % per year"),
    "total": text("Sum"),
    "reason": text("Why"),
}

WORDS = {
    **LABELS,
    **CLASS_NAMES,
    "all": text("all"),
    "new class": text("new class"),
    "absent": text("absent"),
    "no years": text("no years"),
    "no data": text("no data"),
    "first only": text("no class in the second year"),
    "second only": text("no class in the first year"),
    "both": text("no class in both years"),
    "damaged": text("damaged in the file"),
}

KM2 = "km²"
LARGEST = 15
"""Rows of changes that the page shows; files hold all."""


def tables(done: Done) -> list[Table]:
    """Return areas, transitions, changes by class, pace, sources of built-up land, exclusions."""
    key = done.key
    made = [
        _areas(f"{key}_areas", rows.area_rows(done)),
        _square(f"{key}_square", done),
        _matrix(f"{key}_matrix", rows.matrix_rows(done)),
        _changes(f"{key}_changes", rows.change_rows(done)),
        _pace(f"{key}_pace", rows.pace_rows(done)),
    ]
    sources, excluded = rows.source_rows(done), rows.excluded_rows(done)
    if len(sources):
        made.append(_sources(f"{key}_sources", sources))
    if len(excluded):
        made.append(_excluded(f"{key}_excluded", excluded))
    return made


def _areas(stem: str, frame: pd.DataFrame) -> Table:
    return Table(
        name=stem,
        title=text("Land cover: areas and shares"),
        frame=frame,
        headings=OWN_HEADINGS,
        measures={"km2": KM2},
        decimals={"km2": 1, "share": 4},
        words=WORDS,
        note=text(
            "All cells with a class in that year. Shares are parts of the place, 0.25 is 25 %."
        ),
        shown=("name", "year", "class", "km2", "share"),
        shown_rows=frame["level"].ne("unit"),
    )


def _square(stem: str, done: Done) -> Table:
    """Return the matrix of all places, first year to last, with its sums."""
    whole = done.result["series"].whole
    matrix = whole.matrix.assign(total=whole.matrix.sum(axis=1))
    matrix.loc["total"] = matrix.sum()
    frame = matrix.rename_axis(index="from", columns=None).reset_index()
    return Table(
        name=stem,
        title=text(
            "Land cover: transition matrix in km², {start} (rows) → {end} (columns)",
            start=whole.years[0],
            end=whole.years[1],
        ),
        frame=frame,
        headings={**OWN_HEADINGS, **CLASS_NAMES},
        decimals=dict.fromkeys(matrix.columns, 1),
        words={**WORDS, "total": text("Sum")},
        note=text("All places together. What stayed is on the diagonal."),
    )


def _matrix(stem: str, frame: pd.DataFrame) -> Table:
    moved = frame[_whole(frame) & frame["level"].eq("all") & frame["from"].ne(frame["to"])]
    moved = moved.nlargest(LARGEST, "km2")
    return Table(
        name=stem,
        title=text("Land cover: what turned into what, place by place"),
        frame=frame,
        headings=OWN_HEADINGS,
        measures={"km2": KM2},
        decimals={"km2": 2, "share": 4},
        words=WORDS,
        note=text(
            "Cells with a class in both years. The share is of the area before: how much of a class stayed, "
            "and where the rest went. The page shows the {n} largest changes of all places together, first year to "
            "last; files hold the rest.",
            n=LARGEST,
        ),
        shown=("name", "start", "end", "from", "to", "km2", "share"),
        shown_rows=moved.index.to_series().reindex(frame.index).notna(),
    )


def _whole(frame: pd.DataFrame) -> pd.Series[bool]:
    span = frame["end"] - frame["start"]
    return span.eq(span.max())


def _changes(stem: str, frame: pd.DataFrame) -> Table:
    areas = ("area_start", "area_end", "persistence", "gain", "loss", "net", "swap", "total_change")
    return Table(
        name=stem,
        title=text("Land cover: gain, loss and net change of each class"),
        frame=frame,
        headings=OWN_HEADINGS,
        measures=dict.fromkeys(areas, KM2),
        decimals={
            **dict.fromkeys(areas, 2),
            "share_start": 4,
            "share_end": 4,
            "dynamic_degree": 3,
        },
        words=WORDS,
        note=text(
            "Net change is gain less loss; swap is what a class lost here and won there, counted twice. "
            "The dynamic degree is the net change per year in % of the area before."
        ),
        shown=(
            *("name", "start", "end", "class", "area_start", "area_end"),
            *("gain", "loss", "net", "swap", "dynamic_degree"),
        ),
        shown_rows=frame["level"].ne("unit") & _whole(frame),
    )


def _pace(stem: str, frame: pd.DataFrame) -> Table:
    return Table(
        name=stem,
        title=text("Land cover: how much changed"),
        frame=frame,
        headings=OWN_HEADINGS,
        measures=dict.fromkeys(("area", "changed"), KM2),
        decimals={
            **dict.fromkeys(("area", "changed"), 1),
            **dict.fromkeys(("comprehensive_degree", "comprehensive_degree_net"), 4),
        },
        words=WORDS,
        note=text(
            "The comprehensive dynamic degree is the area that changed class, per year, in % of all land. "
            "Over a longer period it is lower, because land that changed twice counts once."
        ),
        shown=(
            *("name", "start", "end", "area", "changed"),
            *("comprehensive_degree", "comprehensive_degree_net"),
        ),
    )


def _sources(stem: str, frame: pd.DataFrame) -> Table:
    return Table(
        name=stem,
        title=text("Where built-up land came from"),
        frame=frame,
        headings={**OWN_HEADINGS, "share": text("Share of the gain")},
        measures={"km2": KM2},
        decimals={"km2": 2, "share": 4},
        words=WORDS,
        note=text(
            "Land that was of another class in the first year and is built-up in the second."
        ),
        shown=("name", "start", "end", "from", "km2", "share"),
        shown_rows=_whole(frame) & frame["km2"].gt(0),
    )


def _excluded(stem: str, frame: pd.DataFrame) -> Table:
    return Table(
        name=stem,
        title=text("Land left out of the transitions"),
        frame=frame,
        headings=OWN_HEADINGS,
        measures={"km2": KM2},
        decimals={"km2": 2},
        words=WORDS,
        note=text("Cells without a class (nodata) in one year or both."),
        shown=("name", "start", "end", "reason", "km2"),
        shown_rows=_whole(frame),
    )
