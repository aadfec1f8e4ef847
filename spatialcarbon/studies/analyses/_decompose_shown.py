"""Figures and findings of a decomposition."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.figures import cumulative_lines, effect_waterfall, stage_bars
from spatialcarbon.studies.analyses._decompose_tables import (
    ALL,
    cumulative_by_group,
    digits,
    group_effects,
    group_levels,
    levels_of,
    notes_of,
)
from spatialcarbon.studies.analyses._drivers import span
from spatialcarbon.studies.words import shown

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.models.drivers.lmdi_result import DecompositionResult
    from spatialcarbon.studies.analysis import Done

MAX_PANELS, MAX_BARS = 9, 48


def _grouped(result: DecompositionResult) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return effects and levels of groups, all places first."""
    if result.level == "aggregate":
        return result.effects.rename(columns={"unit": "group"}), levels_of(result)
    return group_effects(result), group_levels(result)


def waterfalls(done: Done) -> list[FigureSpec]:
    """Return the way from the first level to the last, for all places and each group."""
    result: DecompositionResult = done.result
    effects, levels = _grouped(result)
    stages = list(result.stages)
    if any(a[1] != b[0] for a, b in pairwise(stages)) or len(stages) > 4:
        stages = stages[-1:]
    places = list(dict.fromkeys(effects["group"]))[:MAX_PANELS]
    effects = effects[effects["group"].isin(places)]
    kept = [(a, b) in stages for a, b in zip(effects["start"], effects["end"], strict=True)]
    effects = effects[kept]
    first, last = stages[0][0], stages[-1][1]
    title = text(
        "From {first} to {last}: {variable}, factor by factor",
        variable=done.inputs.variable_name(result.outcome),
        first=first,
        last=last,
    )
    return [
        FigureSpec(
            name=f"{done.key}_waterfall",
            title=title,
            caption=text(
                "Grey: the level. Each coloured step is the contribution of one factor with the "
                "others at their means; together the steps are the whole change."
            ),
            alt=text("Steps from the level at the start to the level at the end, by factor."),
            draw=lambda language: effect_waterfall(
                effects,
                levels[first],
                title=title,
                quantity=done.inputs.variable_name(result.outcome),
                unit=result.unit_of_measure,
                names={code: done.inputs.group_name(str(code)) for code in places},
                factor_names=result.factor_names,
                notes=notes_of(done),
                language=language,
            ),
        )
    ]


def bars(done: Done) -> list[FigureSpec]:
    """Return effects by stage: for groups, and for places (the largest where there are many)."""
    result: DecompositionResult = done.result
    name = done.inputs.variable_name(result.outcome)
    specs = []
    effects, _ = _grouped(result)
    if len(effects["group"].unique()) > 1 or len(result.stages) > 1:
        title = text("Contributions to the change of {variable}, by group", variable=name)
        names = {g: done.inputs.group_name(str(g)) for g in effects["group"].unique()}
        specs.append(_bars(done, "groups", title, effects, names))
    if result.level == "unit":
        specs.append(_places_bars(done))
    return specs


def _places_bars(done: Done) -> FigureSpec:
    """Return the bars of places: all stages where they are few, else the last stage."""
    result: DecompositionResult = done.result
    name, rows = done.inputs.variable_name(result.outcome), result.effects
    title = text("Contributions to the change of {variable}, by place", variable=name)
    if len(result.units) * len(result.stages) > MAX_BARS:
        start, end = result.stages[-1]
        rows = rows[(rows["start"] == start) & (rows["end"] == end)]
        title = text("{title}, {stage}", title=title, stage=span(start, end))
    if len(result.units) > MAX_BARS:
        size = rows["effect"].abs().groupby(rows["unit"]).max()
        chosen = size.sort_values(ascending=False, kind="stable").index[:MAX_BARS]
        rows = rows[rows["unit"].isin(chosen)]
        title = text("{title}: the {n} largest", title=title, n=MAX_BARS)
    return _bars(done, "places", title, rows, dict(done.inputs.names))


def _bars(
    done: Done, key: str, title: Text, effects: pd.DataFrame, names: dict[object, Text]
) -> FigureSpec:
    result: DecompositionResult = done.result
    return FigureSpec(
        name=f"{done.key}_stages_{key}",
        title=title,
        caption=text(
            "Right of zero: factors that raised the whole; left: factors that lowered it. The "
            "diamond is the change itself."
        ),
        alt=text("Stacked bars of the contributions of the factors by stage."),
        draw=lambda language: stage_bars(
            effects,
            title=title,
            unit=result.unit_of_measure,
            names=names,
            factor_names=result.factor_names,
            notes=notes_of(done),
            language=language,
        ),
    )


def lines(done: Done) -> list[FigureSpec]:
    """Return cumulative effects of all places together, if a base year was given."""
    result: DecompositionResult = done.result
    if not len(result.cumulative):
        return []
    path = cumulative_by_group(done)
    if (path["group"] == ALL).any():
        path = path[path["group"] == ALL]
    title = text(
        "Cumulative contributions to {variable} since {year}",
        variable=done.inputs.variable_name(result.outcome),
        year=done.parameters.cumulative,
    )
    return [
        FigureSpec(
            name=f"{done.key}_cumulative",
            title=title,
            caption=text(
                "Effects of single years, added up from the base year; the dashed line is the change "
                "of the whole."
            ),
            alt=text("Lines of cumulative contributions by factor."),
            draw=lambda language: cumulative_lines(
                path,
                title=title,
                unit=result.unit_of_measure,
                factor_names=result.factor_names,
                notes=notes_of(done),
                language=language,
            ),
        )
    ]


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found."""
    result: DecompositionResult = done.result
    effects, levels = _grouped(result)
    said = []
    for start, end in result.stages:
        whole = effects[(effects["start"] == start) & (effects["end"] == end)]
        for code in list(dict.fromkeys(whole["group"]))[:1]:
            said.append(_whole(done, whole[whole["group"] == code], levels.loc[code], start, end))
        if result.level == "unit":
            said += _places(done, start, end)
    said.append(
        text(
            "The effects add up to the change: the largest residual is {value} of the largest "
            "effect.",
            value=f"{result.residual['relative'].max():.1e}".replace("-", "−"),
        )
    )
    return [*said, *notes_of(done)]


def _whole(
    done: Done, effects: pd.DataFrame, levels: pd.Series[float], start: int, end: int
) -> Text:
    result: DecompositionResult = done.result
    places = digits(levels)
    parts = [
        text(
            "{factor} {effect}",
            factor=result.factor_names[row["factor"]],
            effect=_signed(row["effect"], places),
        )
        for row in effects.to_dict("records")
    ]
    return text(
        "{stage}, {group}: change in {variable} {change} {measure}; contributions: {parts}.",
        stage=span(start, end),
        group=done.inputs.group_name(str(effects["group"].iloc[0])),
        variable=done.inputs.variable_name(result.outcome),
        change=_signed(levels[end] - levels[start], places),
        measure=Text(result.unit_of_measure),
        parts=listed(parts, len(parts)),
    )


def _signed(value: float, places: int) -> str:
    return ("+" if value > 0 else "") + shown(value, places)


def _places(done: Done, start: int, end: int) -> list[Text]:
    """Return how often each factor is the largest, and where one goes against the rest."""
    result: DecompositionResult = done.result
    rows = result.dominant
    rows = rows[(rows["start"] == start) & (rows["end"] == end)]
    counts = rows["factor"].value_counts()
    said = [
        text(
            "{stage}: the largest effect is that of {factor} in {n} of {total} places.",
            stage=span(start, end),
            factor=result.factor_names[key],
            n=int(counts[key]),
            total=len(rows),
        )
        for key in result.factors
        if key in counts
    ]
    effects = result.effects
    effects = effects[(effects["start"] == start) & (effects["end"] == end)]
    for key in result.factors:
        part = effects[effects["factor"] == key].set_index("unit")["effect"]
        raises = part.index[part > 0]
        lowers = part.index[part < 0]
        few, template = (raises, "{stage}: the effect of {factor} is upward only in {places}.")
        if len(lowers) < len(raises):
            few, template = (
                lowers,
                "{stage}: the effect of {factor} is downward only in {places}.",
            )
        if 0 < len(few) <= max(len(part) // 6, 1):
            names = listed([done.inputs.names[unit] for unit in few], 8)
            factor = result.factor_names[key]
            said.append(text(template, stage=span(start, end), factor=factor, places=names))
    return said
