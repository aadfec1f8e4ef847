"""Figures, map layers and sentences about carbon sinks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.language import Text, text
from spatialcarbon.models.land.neutrality import BALANCED, PAYER, RECEIVER, ROLES, UNKNOWN
from spatialcarbon.models.land.sink_areas import land_names
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.figures import emission_sink_scatter, sink_composition, sink_range
from spatialcarbon.report.layers import Categorised, Category, Layer, graduated_style
from spatialcarbon.report.maps import choropleth
from spatialcarbon.report.measures import readable_measure
from spatialcarbon.report.palettes import NO_DATA
from spatialcarbon.studies.analyses._sinks_tables import (
    OWN_HEADINGS,
    OWN_LABELS,
    dated,
    group_names,
    grouped,
)
from spatialcarbon.studies.maplayers import named_frame, with_names
from spatialcarbon.studies.words import HEADINGS, shown, significant

if TYPE_CHECKING:
    from spatialcarbon.models.land.neutrality import BalanceResult
    from spatialcarbon.models.land.sinks import SinkResult
    from spatialcarbon.studies.analysis import Done

ROLE_COLOURS = {PAYER: "#d95f0e", RECEIVER: "#2b8c61", BALANCED: "#f2e2a0", UNKNOWN: NO_DATA}
MANY = 40
"""Most places that are drawn as bars."""


def _last(done: Done) -> tuple[int, SinkResult]:
    year = max(done.result["sinks"])
    return year, done.result["sinks"][year]


def _last_balance(done: Done) -> tuple[int, BalanceResult] | None:
    balances = done.result["balances"]
    return None if not balances else (max(balances), balances[max(balances)])


def _ranges(done: Done, sink: SinkResult) -> pd.DataFrame:
    """Return the range of each group, sums by one set first, or of each unit without groups."""
    if not done.inputs.groups:
        return sink.range
    rows = {}
    for code, members in done.inputs.groups.items():
        sums = sink.totals.loc[members].sum()
        rows[code] = {"low": sums.min(), "central": sums[sink.central_set], "high": sums.max()}
    return pd.DataFrame(rows).T


def figures(done: Done) -> list[FigureSpec]:
    """Return sinks by class, their range, the scatter against emissions, and the map."""
    year, sink = _last(done)
    made = []
    bars, names = grouped(done, sink), group_names(done)
    if len(bars) <= MANY:
        made.append(_composition(done, year, bars, names, sink.central_set))
        if sink.totals.shape[1] > 1:
            made.append(_range(done, year, _ranges(done, sink), names))
    balance = _last_balance(done)
    if balance is not None and ((balance[1].table[["emission", "sink"]] > 0).all(axis=1)).any():
        made.append(_scatter(done, *balance, sink.central_set))
    made.append(_map(done, year, sink))
    return made


def _composition(
    done: Done, year: int, bars: pd.DataFrame, names: dict[object, Text], name: str
) -> FigureSpec:
    title = dated(text("Carbon sinks by land cover, by the set {name}", name=name), year)
    return FigureSpec(
        name=f"{done.key}_classes",
        title=title,
        caption=text(
            "Bars to the left of zero are release. The areas count as much as the coefficients."
        ),
        alt=text("Stacked bars of carbon sinks by land class."),
        draw=lambda language: sink_composition(bars, title=title, names=names, language=language),
    )


def _range(done: Done, year: int, ranges: pd.DataFrame, names: dict[object, Text]) -> FigureSpec:
    title = dated(text("Range of the sinks over coefficient sets"), year)
    return FigureSpec(
        name=f"{done.key}_range",
        title=title,
        caption=text("From the lowest to the highest set; the dot is the one shown elsewhere."),
        alt=text("Bars from the lowest to the highest sink, with a dot."),
        draw=lambda language: sink_range(ranges, title=title, names=names, language=language),
    )


def _scatter(done: Done, year: int, balance: BalanceResult, name: str) -> FigureSpec:
    title = dated(text("Emissions, and sinks by the set {name}", name=name), year)
    inputs = done.inputs
    return FigureSpec(
        name=f"{done.key}_scatter",
        title=title,
        caption=text(
            "Places on one dashed line take up the same share of what they emit; higher is more."
        ),
        alt=text("Scatter plot of sinks against emissions with lines of equal share."),
        draw=lambda language: emission_sink_scatter(
            balance.table,
            title=title,
            names=inputs.names,
            groups=inputs.first_group(),
            group_names=inputs.group_names,
            language=language,
        ),
    )


def _map(done: Done, year: int, sink: SinkResult) -> FigureSpec:
    title = dated(text("Carbon sinks by the set {name}", name=sink.central_set), year)
    factor, unit = readable_measure(sink.total)
    inputs = done.inputs
    return FigureSpec(
        name=f"{done.key}_map",
        title=title,
        caption=text("Totals: large places have large sinks. Classes are natural breaks."),
        alt=text("Map with places shaded by carbon sink."),
        draw=lambda language: choropleth(
            with_names(inputs, language),
            sink.total / factor,
            title=title,
            unit=unit,
            groups=inputs.first_group(),
            group_names=inputs.group_names,
            background=inputs.background,
            language=language,
        ),
    )


def layers(done: Done) -> list[Layer]:
    """Return the sinks of the last year and, with emissions, the roles."""
    inputs = done.inputs
    year, sink = _last(done)
    factor, unit = readable_measure(sink.total)
    values = (sink.total / factor).reindex(inputs.units.index)
    columns: dict[str, Any] = {str(c): sink.sink[c].to_numpy() for c in sink.sink}
    columns |= {"total": sink.total.to_numpy(), "value": values.to_numpy()}
    title = dated(text("Carbon sinks by the set {name}", name=sink.central_set), year)
    aliases = {**HEADINGS, **OWN_HEADINGS, **land_names(), "value": title}
    group = text("Carbon sinks")
    made = [
        Layer(
            name=f"{done.key}_total",
            title=title,
            abstract=text("Carbon sinks in t CO2 a year by land class, and their sum."),
            frame=named_frame(inputs, columns),
            aliases=aliases,
            style=graduated_style("value", values, unit=unit),
            label_field="name",
            group=group,
        )
    ]
    balance = _last_balance(done)
    if balance is not None:
        made.insert(0, _roles(done, *balance, name=sink.central_set, group=group))
    return made


def _roles(done: Done, year: int, balance: BalanceResult, *, name: str, group: Text) -> Layer:
    table = balance.table.reindex(done.inputs.units.index)
    present = [role for role in ROLES if (table["role"] == role).any()]
    return Layer(
        name=f"{done.key}_balance",
        title=dated(text("Payers and receivers by the set {name}", name=name), year),
        abstract=text("Emissions, sinks and the side on which each place would stand."),
        frame=named_frame(done.inputs, {str(c): table[c].to_numpy() for c in table}),
        aliases={**HEADINGS, **OWN_HEADINGS},
        style=Categorised(
            "role", tuple(Category(role, OWN_LABELS[role], ROLE_COLOURS[role]) for role in present)
        ),
        label_field="name",
        visible=False,
        group=group,
    )


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found."""
    year, sink = _last(done)
    low, central, high = sink.overall
    factor, unit = readable_measure(sink.overall)
    several = sink.totals.shape[1] > 1
    said = [
        dated_sentence(
            text(
                "The land takes up {value} {unit} a year by the set {name}, {low} to {high} over all {n} sets.",
                value=significant(central / factor),
                unit=Text(unit),
                name=sink.central_set,
                low=significant(low / factor),
                high=significant(high / factor),
                n=sink.totals.shape[1],
            )
            if several
            else text(
                "The land takes up {value} {unit} a year by the set {name}.",
                value=significant(central / factor),
                unit=Text(unit),
                name=sink.central_set,
            ),
            year,
        )
    ]
    by_class = sink.by_class
    if central > 0 and by_class.max() > 0:
        top = str(by_class.idxmax())
        said.append(
            text(
                "The largest part is {land}: {share} % of the sum.",
                land=land_names().get(top, Text(top)),
                share=shown(100 * by_class.max() / central, 1),
            )
        )
    if done.result["change"] is not None:
        sums = done.result["change"].by_unit.sum()
        years = sorted(done.result["sinks"])
        said.append(
            text(
                "From {first} to {last} the sink changes by {value} {unit}, all of it from the land.",
                first=years[0],
                last=years[-1],
                value=significant(sums["change"] / factor),
                unit=Text(unit),
            )
        )
    balance = _last_balance(done)
    if balance is not None:
        said += _balance_findings(done, *balance)
    return said


def dated_sentence(sentence: Text, year: int) -> Text:
    """Return a sentence with its year before it, for a table that has one."""
    return text("{year}: {sentence}", year=year, sentence=sentence) if year else sentence


def _balance_findings(done: Done, year: int, balance: BalanceResult) -> list[Text]:
    overall, table = balance.overall, balance.table
    said = []
    if overall["emission"] > 0:
        said.append(
            dated_sentence(
                text(
                    "Sinks are {share} % of emissions; {payers} of {n} places are payers, {receivers} receivers.",
                    share=significant(100 * overall["neutrality"]),
                    payers=int((table["role"] == PAYER).sum()),
                    receivers=int((table["role"] == RECEIVER).sum()),
                    n=len(table),
                ),
                year,
            )
        )
    known = table["neutrality"].dropna()
    if len(known) > 1:
        said.append(
            text(
                "The highest share is that of {top} ({a} %), the lowest that of {low} ({b} %).",
                top=done.inputs.names[known.idxmax()],
                a=significant(100 * known.max()),
                low=done.inputs.names[known.idxmin()],
                b=significant(100 * known.min()),
            )
        )
    return said
