"""Maps of a decomposition: the dominant driver, and the effect of each factor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.language import Text, text
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.decoupling_figures import kind_map
from spatialcarbon.report.driver_looks import driver_colours
from spatialcarbon.report.layers import Categorised, Category, Layer, graduated_style
from spatialcarbon.report.maps import choropleth
from spatialcarbon.studies.analyses._decompose_tables import levels_of, note_of, notes_of
from spatialcarbon.studies.analyses._drivers import OWN_HEADINGS, field_name, span
from spatialcarbon.studies.maplayers import named_frame, with_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatialcarbon.models.drivers.lmdi_result import DecompositionResult
    from spatialcarbon.studies.analysis import Done

MAX_STAGES = 3
NONE = "none"


def _stages(result: DecompositionResult) -> list[tuple[int, int]]:
    """Return the stages to map: all where they are few, else the last."""
    stages = list(result.stages)
    return stages if len(stages) <= MAX_STAGES else stages[-1:]


def _kinds(done: Done, start: int, end: int) -> pd.Series[Any]:
    """Return which factor has the largest effect in each place, with its sign."""
    rows = done.result.dominant
    rows = rows[(rows["start"] == start) & (rows["end"] == end)].set_index("unit")
    signed = [
        NONE if key is None or key != key else f"{key} {'raises' if sign > 0 else 'lowers'}"
        for key, sign in zip(rows["factor"], rows["sign"], strict=True)
    ]
    return pd.Series(signed, index=rows.index).reindex(done.inputs.units.index)


def _words(result: DecompositionResult) -> dict[str, Text]:
    words: dict[str, Text] = {}
    for key in result.factors:
        name = result.factor_names[key]
        words[f"{key} raises"] = text("{factor}, raising", factor=name)
        words[f"{key} lowers"] = text("{factor}, lowering", factor=name)
    return words | {NONE: text("no effect at all")}


def _columns(done: Done, start: int, end: int) -> dict[str, Any]:
    """Return levels, change and effects of a stage by place, in the order of the map."""
    result: DecompositionResult = done.result
    units = done.inputs.units.index
    levels = levels_of(result).reindex(units)
    rows = result.effects
    rows = rows[(rows["start"] == start) & (rows["end"] == end)]
    part = rows.pivot(index="unit", columns="factor", values="effect").reindex(units)
    columns: dict[str, Any] = {
        "value_start": levels[start].to_numpy(),
        "value_end": levels[end].to_numpy(),
        "change": (levels[end] - levels[start]).to_numpy(),
    }
    return columns | {f"effect_{field_name(key)}": part[key].to_numpy() for key in result.factors}


def _aliases(result: DecompositionResult) -> Mapping[str, Text]:
    measure = Text(result.unit_of_measure)
    aliases: dict[str, Text] = {**OWN_HEADINGS}
    for column in ("value_start", "value_end", "change"):
        aliases[column] = text("{title} ({measure})", title=OWN_HEADINGS[column], measure=measure)
    for key in result.factors:
        said = text("Contribution: {factor}", factor=result.factor_names[key])
        aliases[f"effect_{field_name(key)}"] = text(
            "{title} ({measure})", title=said, measure=measure
        )
    return aliases


def _dominant_title(done: Done, start: int, end: int) -> Text:
    return text(
        "Dominant driver of {variable}, {stage}",
        variable=done.inputs.variable_name(done.result.outcome),
        stage=span(start, end),
    )


def _effect_title(done: Done, key: str, start: int, end: int) -> Text:
    return text(
        "Contribution of {factor} to {variable}, {stage}",
        factor=done.result.factor_names[key],
        variable=done.inputs.variable_name(done.result.outcome),
        stage=span(start, end),
    )


def maps(done: Done) -> list[FigureSpec]:
    """Return the dominant driver by place, and the effects of the last stage in per cent."""
    result: DecompositionResult = done.result
    if result.level == "aggregate":
        return []
    specs = [_dominant_map(done, start, end) for start, end in _stages(result)]
    start, end = result.stages[-1]
    columns = _columns(done, start, end)
    if (columns["value_start"] > 0).all():
        parts = {
            key: pd.Series(
                100 * columns[f"effect_{field_name(key)}"] / columns["value_start"],
                index=done.inputs.units.index,
            )
            for key in result.factors
        }
        specs += [_effect_map(done, key, values, start, end) for key, values in parts.items()]
    return specs


def _dominant_map(done: Done, start: int, end: int) -> FigureSpec:
    inputs, title = done.inputs, _dominant_title(done, start, end)
    kinds, words = _kinds(done, start, end), _words(done.result)
    return FigureSpec(
        name=f"{done.key}_dominant_{start}_{end}_map",
        title=title,
        caption=text(
            "The factor with the largest effect in size; full colour where it raises emissions, "
            "pale where it lowers them."
        ),
        alt=text("Map of the factor with the largest effect by place."),
        draw=lambda language: kind_map(
            with_names(inputs, language),
            kinds,
            driver_colours(done.result.factors),
            words,
            title=title,
            caption=text("Largest effect (places)"),
            groups=inputs.first_group(),
            group_names=inputs.group_names,
            background=inputs.background,
            notes=notes_of(done),
            language=language,
        ),
    )


def _effect_map(done: Done, key: str, values: pd.Series[float], start: int, end: int) -> FigureSpec:
    inputs, title = done.inputs, _effect_title(done, key, start, end)
    return FigureSpec(
        name=f"{done.key}_{field_name(key)}_{start}_{end}_map",
        title=title,
        caption=text(
            "In per cent of the level at the start: red where the factor raises it, blue where it "
            "lowers it. The price basis is that of the table."
        ),
        alt=text("Map of the contribution of one factor by place."),
        draw=lambda language: choropleth(
            with_names(inputs, language),
            values,
            title=title,
            unit="%",
            k=7,
            scheme="zero" if values.min() < 0 else "natural",
            groups=inputs.first_group(),
            group_names=inputs.group_names,
            background=inputs.background,
            source=note_of(done, text("own calculation.")),
            language=language,
        ),
    )


def layers(done: Done) -> list[Layer]:
    """Return the dominant driver and the effect of each factor, stage by stage."""
    result: DecompositionResult = done.result
    if result.level == "aggregate":
        return []
    made: list[Layer] = []
    colours, words = driver_colours(result.factors), _words(result)
    for at, (start, end) in enumerate(_stages(result)):
        kinds = _kinds(done, start, end)
        columns = {"dominant": kinds.to_numpy(), **_columns(done, start, end)}
        present = [kind for kind in colours if (kinds == kind).any()]
        made.append(
            Layer(
                name=f"{done.key}_dominant_{start}_{end}",
                title=_dominant_title(done, start, end),
                abstract=note_of(done, text("The factor with the largest effect in size.")),
                frame=named_frame(done.inputs, columns),
                aliases=_aliases(result),
                style=Categorised(
                    "dominant", tuple(Category(k, words[k], colours[k]) for k in present)
                ),
                label_field="name",
                visible=at == 0,
                group=text("Drivers"),
            )
        )
        made += [_effect_layer(done, key, start, end) for key in result.factors]
    return made


def _effect_layer(done: Done, key: str, start: int, end: int) -> Layer:
    result: DecompositionResult = done.result
    columns = _columns(done, start, end)
    column = f"effect_{field_name(key)}"
    return Layer(
        name=f"{done.key}_{field_name(key)}_{start}_{end}",
        title=_effect_title(done, key, start, end),
        abstract=note_of(done, text("Contribution of one factor to the change, LMDI.")),
        frame=named_frame(done.inputs, columns),
        aliases=_aliases(result),
        style=graduated_style(
            column, columns[column], k=7, unit=result.unit_of_measure, breaks="zero"
        ),
        label_field="name",
        visible=False,
        group=text("Drivers"),
    )
