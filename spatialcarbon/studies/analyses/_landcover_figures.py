"""Figures of land cover: shares, flows between classes, the matrix, gains and losses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.language import Language, text
from spatialcarbon.models.land.area_tables import ALL
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.flow_figure import land_flows
from spatialcarbon.report.land_figures import gains_and_losses, land_shares
from spatialcarbon.report.matrix_figure import land_matrix
from spatialcarbon.studies.analyses import _landcover_rows as rows
from spatialcarbon.studies.analyses._landcover_intensity import intensity_figures

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from spatialcarbon.studies.analysis import Done

MOST_PLACES = 16
"""Places whose shares one figure holds; of more it shows the groups, or the total alone."""

MOST_BARS = 40


def figures(done: Done) -> list[FigureSpec]:
    """Return shares by place and year, and, if any land changed, what changed and how fast."""
    changed = float(done.result["series"].whole.comprehensive["changed"].iloc[-1])
    change = [_flows(done), _matrix(done), _changes(done)] if changed > 0 else []
    return [_shares(done), *change, *intensity_figures(done)]


def _span(done: Done) -> dict[str, Any]:
    start, end = done.result["series"].whole.years
    return {"start": start, "end": end}


def _shares(done: Done) -> FigureSpec:
    title = text("Shares of land cover, {start} → {end}", **_span(done))
    frame = rows.area_rows(done)
    few = frame.loc[frame["level"] == "unit", "place"].nunique() <= MOST_PLACES
    below = "group" if frame["level"].eq("group").any() else "unit"
    kept = frame[frame["level"].eq(below)] if few or below == "group" else frame.iloc[:0]
    kept = pd.concat([kept, frame[frame["level"] == "all"]])
    kept = kept[kept.groupby(["place", "year"])["share"].transform("sum") > 0]  # not all nodata
    if len(kept[["place", "year"]].drop_duplicates()) > MOST_BARS:
        kept = kept[kept["year"].isin(_span(done).values())]
    names = dict(zip(kept["place"], kept["name"], strict=True))
    areas = kept.rename(columns={"place": "zone"})

    def draw(language: Language) -> Figure:
        return land_shares(areas, title=title, zone_names=names, language=language)

    return FigureSpec(
        name=f"{done.key}_shares",
        title=title,
        caption=text("Each bar is the land of one place in one year; together they make 100 %."),
        alt=text("Stacked bars of the shares of land classes by place and year."),
        draw=draw,
    )


def _flows(done: Done) -> FigureSpec:
    span = _span(done)
    title = text("What turned into what, {start} → {end}: all places", **span)
    matrix = done.result["series"].whole.matrix

    def draw(language: Language) -> Figure:
        return land_flows(matrix, **span, title=title, language=language)

    return FigureSpec(
        name=f"{done.key}_flows",
        title=title,
        caption=text(
            "Bands run from the class before to the class after, as wide as the area. Equal bands to and fro "
            "between two classes are as likely an error of the maps as a change of the land."
        ),
        alt=text("Bands of area between land classes before and after."),
        draw=draw,
    )


def _matrix(done: Done) -> FigureSpec:
    span = _span(done)
    title = text("Matrix of transitions, {start} → {end}: all places", **span)
    matrix = done.result["series"].whole.matrix

    def draw(language: Language) -> Figure:
        return land_matrix(matrix, **span, title=title, language=language)

    return FigureSpec(
        name=f"{done.key}_matrix",
        title=title,
        caption=text(
            "Rows are classes before, columns classes after. The darker a cell, the larger the part of its row "
            "that went there; the sums beside and below hold area, loss and gain."
        ),
        alt=text("Matrix of areas by land class before and after, shaded by share of the row."),
        draw=draw,
    )


def _changes(done: Done) -> FigureSpec:
    title = text("Gain, loss and net change of each class, {start} → {end}", **_span(done))
    table = done.result["series"].whole.table
    overall = table[[zone == ALL for zone in table["zone"]]]

    def draw(language: Language) -> Figure:
        return gains_and_losses(overall, title=title, language=language)

    return FigureSpec(
        name=f"{done.key}_changes",
        title=title,
        caption=text(
            "Net change is gain less loss. A long bar to both sides is land that moved, not grew."
        ),
        alt=text("Bars of gain and loss by land class, with net change."),
        draw=draw,
    )
