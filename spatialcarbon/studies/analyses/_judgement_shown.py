"""Figures and map layers of judgements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd

from spatialcarbon.core.language import Language, text
from spatialcarbon.models.quota.judgement_input import MEASURE_WORDS
from spatialcarbon.report.border_lines import border_lines
from spatialcarbon.report.border_map import COLOURS, UNDEFINED_COLOUR, contrast_classes
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.figures import (
    border_contrast_map,
    fairness_table,
    lorenz_panels,
    rank_slopes,
)
from spatialcarbon.report.layers import Layer, Lines, lisa_style
from spatialcarbon.studies.analyses._judgement_tables import (
    CONTRAST_WORDS,
    OWN_HEADINGS,
    first_measure,
    judged,
    principle_words,
)
from spatialcarbon.studies.maplayers import named_frame
from spatialcarbon.studies.words import HEADINGS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from spatialcarbon.studies.analysis import Done

LINE_WIDTHS = (0.2, 0.5, 0.9, 1.4, 2.0)
"""Millimetres of the classes of contrasts in the map project."""


def figures(done: Done) -> list[FigureSpec]:
    """Return fairness as a table, Lorenz curves, ranks, and contrasts on the map."""
    result, made = judged(done), []
    if len(result.fairness):
        made.append(_fairness(done))
    if len(result.lorenz):
        made.append(_lorenz(done))
    if len(result.principles) > 1:
        made.append(_ranks(done))
    if len(result.contrasts):
        made.append(_contrasts(done))
    return made


def _fairness(done: Done) -> FigureSpec:
    title = text("Fairness of each allocation against each yardstick")
    return FigureSpec(
        name=f"{done.key}_fairness",
        title=title,
        caption=text(
            "Zero means that the burden is in proportion to the yardstick; the frame marks the allocation "
            "closest to that. Small: Theil's T, and the part of it between groups."
        ),
        alt=text("Table of Gini coefficients, allocations in rows and yardsticks in columns."),
        draw=lambda language: fairness_table(
            judged(done).fairness, title=title, principle_names=principle_words(done),
            language=language,
        ),
    )  # fmt: skip


def _lorenz(done: Done) -> FigureSpec:
    title = text("Lorenz curves of the burden")
    return FigureSpec(
        name=f"{done.key}_lorenz",
        title=title,
        caption=text(
            "Places stand from the least to the most burdened per unit of the yardstick. On the diagonal the "
            "burden is in proportion to it."
        ),
        alt=text("Lorenz curves of every allocation, one plot for each yardstick."),
        draw=lambda language: lorenz_panels(
            judged(done).lorenz, title=title, principle_names=principle_words(done),
            language=language,
        ),
    )  # fmt: skip


def _ranks(done: Done) -> FigureSpec:
    title = text("Ranks of the places under each allocation")
    return FigureSpec(
        name=f"{done.key}_ranks",
        title=title,
        caption=text("Rank 1 is the place of which most is asked. Lines that cross disagree."),
        alt=text("Lines from rank to rank, one for each place, over the allocations."),
        draw=lambda language: rank_slopes(
            judged(done).ranks, title=title, names=done.inputs.names,
            principle_names=principle_words(done), language=language,
        ),
    )  # fmt: skip


def _contrasts(done: Done) -> FigureSpec:
    inputs, result, measure = done.inputs, judged(done), first_measure(done)
    title = text("Border contrasts: {measure}", measure=MEASURE_WORDS[str(measure)])
    rows = result.contrasts[result.contrasts["measure"] == measure]
    burdens = result.table.pivot(index="unit", columns="principle", values=str(measure))

    def draw(language: Language) -> Figure:
        return border_contrast_map(
            inputs.units, rows, title=title, burdens=burdens.reindex(inputs.units.index),
            burden_name=OWN_HEADINGS[str(measure)], principle_names=principle_words(done),
            background=inputs.background, language=language,
        )  # fmt: skip

    return FigureSpec(
        name=f"{done.key}_contrasts",
        title=title,
        caption=text(
            "The wider and darker a border, the larger the ratio of the burdens on its two sides; the darker "
            "an area, the higher its burden. Dashed lines link neighbours without a common border."
        ),
        alt=text("Maps of borders drawn by the ratio of the burdens on their two sides."),
        draw=draw,
    )


def layers(done: Done) -> list[Layer]:
    """Return border contrasts as lines, and local clusters of burdens as areas."""
    result, measure = judged(done), first_measure(done)
    made: list[Layer] = []
    if measure is not None:
        rows = result.contrasts[result.contrasts["measure"] == measure]
        made += _border_layers(done, rows, measure)
    return made + _local_layers(done)


def _border_layers(done: Done, rows: pd.DataFrame, measure: str) -> list[Layer]:
    bounds, count = contrast_classes(rows["ratio"])
    graduated = Lines(COLOURS[-1], field="ratio", bounds=bounds, widths=LINE_WIDTHS[:count])
    made = []
    for at, (principle, part) in enumerate(rows.groupby("principle", sort=False)):
        words = principle_words(done)[str(principle)]
        # Contrasts that no ratio can express would be grey, as if nothing were known of them.
        beyond = part["ratio"].isna() & (part["difference"] > 0)
        for some, style, name, title in (
            (~beyond, graduated, "borders", text("Border contrasts: {principle}", principle=words)),
            (
                beyond,
                Lines(UNDEFINED_COLOUR, widths=LINE_WIDTHS[-1:]),
                "beyond",
                text("Contrasts without a ratio: {principle}", principle=words),
            ),
        ):
            if some.any():
                made.append(
                    Layer(
                        name=f"{done.key}_{name}_{principle}",
                        title=title,
                        abstract=text(
                            "Ratio of the burdens on the two sides of each border ({measure}). Carbon would move from the "
                            "higher side to the other.",
                            measure=MEASURE_WORDS[measure],
                        ),
                        frame=_border_frame(done, part[some]),
                        aliases=_BORDER_ALIASES,
                        style=style,
                        visible=at == 0,
                        group=text("Judgement"),
                    )
                )
    return made


def _border_frame(done: Done, part: pd.DataFrame) -> gpd.GeoDataFrame:
    inputs = done.inputs
    lines, kinds = border_lines(
        inputs.units.geometry, part["unit"].tolist(), part["neighbor"].tolist()
    )
    return gpd.GeoDataFrame(
        {
            "unit": part["unit"].to_numpy(),
            "neighbor": part["neighbor"].to_numpy(),
            "higher": [text("{name}", name=inputs.names[u]) for u in part["unit"]],
            "lower": [text("{name}", name=inputs.names[u]) for u in part["neighbor"]],
            **{c: part[c].to_numpy() for c in ("high", "low", "ratio", "difference")},
            "status": [CONTRAST_WORDS[s] for s in part["status"]],
            "line": [_KIND_WORDS[kind] for kind in kinds],
        },
        geometry=lines,
        crs=inputs.units.crs,
    )


_BORDER_ALIASES = {
    **HEADINGS,
    **OWN_HEADINGS,
    "higher": text("Place with the higher burden"),
    "lower": text("Its neighbour"),
    "unit": text("Code of the place with the higher burden"),
    "neighbor": text("Code of its neighbour"),
    "line": text("Kind of line"),
}
_KIND_WORDS = {"border": text("common border"), "link": text("no common border")}


def _local_layers(done: Done) -> list[Layer]:
    inputs, result = done.inputs, judged(done)
    made: list[Layer] = []
    rows = result.local
    for (principle, measure), part in rows.groupby(["principle", "measure"], sort=False):
        if measure == "amount" and "per_emission" in set(rows["measure"]):
            continue  # what clusters there is mostly size; the table has it
        words = principle_words(done)[str(principle)]
        own = result.table[result.table["principle"] == principle].set_index("unit")
        local = part.set_index("unit").drop(columns=["principle", "measure"])
        joined = own.drop(columns="principle").join(local).reindex(inputs.units.index)
        kept: dict[str, Any] = {str(c): joined[c] for c in joined if joined[c].notna().any()}
        made.append(
            Layer(
                name=f"{done.key}_local_{principle}",
                title=text("Local clusters of burdens: {principle}", principle=words),
                abstract=text(
                    "Local Moran's I of {measure}, with all numbers of the judgement by place.",
                    measure=MEASURE_WORDS[str(measure)],
                ),
                frame=named_frame(inputs, kept),
                aliases={**HEADINGS, **OWN_HEADINGS, "statistic": HEADINGS["local"]},
                style=lisa_style("label"),
                label_field="name",
                visible=not made,
                group=text("Judgement"),
            )
        )
    return made
