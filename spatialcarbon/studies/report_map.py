"""The interactive map of a report: its variables, and what its analyses coloured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.language import Text, text
from spatialcarbon.report.interactive import Detail, InteractiveMap, Scatter, Theme
from spatialcarbon.report.layers import (
    Categorised,
    Graduated,
    Layer,
    graduated_style,
    group_style,
)
from spatialcarbon.stats.local_moran import LocalMoranResult
from spatialcarbon.stats.moran_panel import ALL, MoranPanelResult
from spatialcarbon.studies.analyses._local import tested_column
from spatialcarbon.studies.illustrative import layers_of

if TYPE_CHECKING:
    from spatialcarbon.studies.analysis import Done, Inputs
    from spatialcarbon.studies.study_file import Step
    from spatialcarbon.weights.weights import Weights

CLASSES = 6
MANY = 24
"""Beyond so many kinds a legend no longer tells them apart."""

LEVELS = 1000
"""Distinct numbers from which natural breaks are found at most: more would look the same."""

UNDATED: Mapping[str, Text] = {
    "Local clusters of {variable}, {year}": text("Local clusters of {variable}"),
}
"""Titles that name a year → the same without it: their layers are one theme of several years."""

TOLD = ("value", "statistic", "qvalue")
"""What is told of a place beside its kind, where an analysis has it."""

Scatters = Mapping[str, Mapping[int, Scatter]]


def report_map(
    inputs: Inputs, pairs: Sequence[tuple[Step, Done]], headings: Sequence[Text]
) -> InteractiveMap | None:
    """What can a reader ask of the map of this study?

    Parameters
    ----------
    inputs : Inputs
        Map, panel, weights, groups.
    pairs : sequence of (Step, Done)
        What was run.
    headings : sequence of Text
        The heading of each in the report.

    Returns
    -------
    InteractiveMap or None
        None when there is nothing to show by place.
    """
    both = list(zip(pairs, headings, strict=True))
    # The map is the first of the study; the others are drawn in the sections.
    both = [(pair, heading) for pair, heading in both if pair[1].inputs.map == inputs.map]
    pairs = [pair for pair, _ in both]
    if not inputs.units.geom_type.isin(["Polygon", "MultiPolygon"]).all():
        return None
    scatters = _scatters(inputs, pairs)
    # What was tested for neighbours is what a reader should meet first.
    themes = sorted(_variables(inputs, scatters), key=lambda theme: not theme.scatters)
    for (step, done), heading in both:
        layers = [layer for layer in layers_of(step.analysis, done) if _adds(layer, inputs)]
        themes += _layer_themes(layers, heading, done)
    group = inputs.first_group()
    if group is not None and len(inputs.groups) <= MANY:
        labels = {code: inputs.group_name(code) for code in inputs.groups}
        shown = group.where(group != "")
        themes.append(
            Theme(text("Groups"), group_style("group", labels), {0: shown}, text("Study area"))
        )
    if not themes:
        return None
    return InteractiveMap(
        units=inputs.units,
        names=inputs.names,
        themes=themes,
        groups=group,
        group_names={code: inputs.group_name(code) for code in inputs.groups},
        background=inputs.background,
    )


def _variables(inputs: Inputs, scatters: Scatters) -> Iterator[Theme]:
    """Return each variable of the study over its years, in classes of all of them."""
    for variable in inputs.panel.variables:
        grid = inputs.panel.grid(variable)
        numbers = np.sort(grid.to_numpy(dtype=float)[np.isfinite(grid.to_numpy(dtype=float))])
        if not len(numbers):
            continue
        title = inputs.variable_name(variable)
        if variable in inputs.illustrative:
            title = text("{title} (illustrative data)", title=title)
        yield Theme(
            title=title,
            style=_classes(numbers, inputs.measure(variable)),
            values={int(str(year)): grid[year] for year in grid.columns},
            heading=text("Data of the study"),
            scatters=scatters.get(variable, {}),
        )


def _classes(numbers: Any, measure: str) -> Graduated:
    if numbers[0] < 0 < numbers[-1]:
        return graduated_style("value", numbers, k=CLASSES + 2, unit=measure, breaks="zero")
    if len(numbers) > LEVELS:
        # A thousandth of the range is finer than any class; the ends stay as they are.
        step = (numbers[-1] - numbers[0]) / LEVELS or 1.0
        snapped = numbers[0] + np.rint((numbers[1:-1] - numbers[0]) / step) * step
        numbers = np.array([numbers[0], *np.clip(snapped, numbers[0], numbers[-1]), numbers[-1]])
    return graduated_style("value", numbers, k=CLASSES, unit=measure)


def _adds(layer: Layer, inputs: Inputs) -> bool:
    """Return whether a layer colours the places by something that no variable shows already."""
    style, frame = layer.style, layer.frame
    if not isinstance(style, Graduated | Categorised) or not layer.covers:
        return False
    if len(frame) != len(inputs.units) or not frame.index.isin(inputs.units.index).all():
        return False
    if isinstance(style, Categorised) and len(style.categories) > MANY:
        return False
    if layer.title.template == "{variable}, {year}":
        shown = [inputs.variable_name(variable) for variable in inputs.panel.variables]
        return layer.title.params["variable"] not in shown
    return not frame[style.field].map(lambda value: isinstance(value, Text)).any()


def _layer_themes(layers: Sequence[Layer], heading: Text, done: Done) -> list[Theme]:
    """Return the layers of an analysis as themes; those that differ by the year only are one."""
    made: list[tuple[Text, dict[int, Layer]]] = []
    for layer in layers:
        title, year = _undated(layer.title)
        for other, dated in made:
            alike = year and title == other and year not in dated
            if alike and next(iter(dated.values())).style == layer.style:
                dated[year] = layer
                break
        else:
            made.append((title, {year: layer}))
    return [_layer_theme(title, dated, heading, done) for title, dated in made]


def _undated(title: Text) -> tuple[Text, int]:
    """Return a title without its year, and the year; 0 where it is no part of the title."""
    if title.template == "{title} (illustrative data)":
        plain, year = _undated(title.params["title"])
        return text("{title} (illustrative data)", title=plain), year
    plain_title = UNDATED.get(title.template)
    if plain_title is None:
        return title, 0
    rest = {key: value for key, value in title.params.items() if key != "year"}
    return replace(plain_title, params=rest), int(title.params["year"])


def _layer_theme(title: Text, dated: Mapping[int, Layer], heading: Text, done: Done) -> Theme:
    first = next(iter(dated.values()))
    style = first.style
    assert isinstance(style, Graduated | Categorised)
    return Theme(
        title=title,
        style=style,
        values={year: layer.frame[style.field] for year, layer in dated.items()},
        heading=heading,
        details=[
            Detail(
                first.aliases[column], {year: layer.frame[column] for year, layer in dated.items()}
            )
            for column in TOLD
            if isinstance(style, Categorised)
            and column in first.frame
            and column in first.aliases
            and pd.api.types.is_numeric_dtype(first.frame[column])
        ],
        scatters={
            year: _local_scatter(result)
            for year, result in _local_results(done)
            if year in dated and style.field == "label"
        },
    )


def _local_results(done: Done) -> list[tuple[int, LocalMoranResult]]:
    """Return the local Moran results by year, if that is what an analysis gave."""
    given = done.result.items() if isinstance(done.result, Mapping) else ()
    return [(year, item) for year, item in given if isinstance(item, LocalMoranResult)]


def _local_scatter(result: LocalMoranResult) -> Scatter:
    spread = float(result.deviation.std(ddof=0))
    # A place without neighbours has no mean of neighbours: it is not drawn.
    return Scatter(result.deviation / spread, result.lag / spread, result.global_statistic)


def _scatters(inputs: Inputs, pairs: Sequence[tuple[Step, Done]]) -> Scatters:
    """Return for each variable that was tested the Moran scatter plot of every year."""
    made: dict[str, dict[int, Scatter]] = {}
    for _, done in pairs:
        for year, local in _local_results(done):
            made.setdefault(done.parameters.variable, {}).setdefault(year, _local_scatter(local))
    for _, done in pairs:
        given = done.result.get("panel") if isinstance(done.result, Mapping) else None
        if not isinstance(given, MoranPanelResult):
            continue
        weights = inputs.weights_named(done.parameters.weights)
        table = given.table[(given.table["group"] == ALL) & (given.table["status"] == "ok")]
        tested = tested_column(table)
        for row in table.to_dict("records"):
            grid = inputs.panel.grid(row["variable"])
            made.setdefault(row["variable"], {})[int(row["year"])] = _global_scatter(
                grid[row["year"]], weights, row["statistic"], row[tested]
            )
    return made


def _global_scatter(
    values: pd.Series[float], weights: Weights, statistic: float, pvalue: float
) -> Scatter:
    x = values.reindex(weights.units)
    x = (x - x.mean()) / x.std(ddof=0)
    lag = pd.Series(weights.sparse @ x.fillna(0.0).to_numpy(), index=weights.units)
    return Scatter(x, lag.mask(weights.cardinalities == 0), float(statistic), float(pvalue))
