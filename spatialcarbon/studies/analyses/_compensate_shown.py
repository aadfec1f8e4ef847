"""Figures, map layers and sentences about a compensation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.models.governance.compensation_formulas import (
    PAYER,
    RECEIVER,
    UNDEFINED,
    ZONES,
)
from spatialcarbon.models.governance.compensation_range import DEPENDS
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.compensation_figures import ZONE_COLOURS
from spatialcarbon.report.compensation_map import FLOW, flow_classes
from spatialcarbon.report.figures import (
    coefficient_plane,
    compensation_map,
    payers_and_receivers,
)
from spatialcarbon.report.layers import Categorised, Category, Layer, Lines, graduated_style
from spatialcarbon.report.measures import money_measure
from spatialcarbon.studies.analyses._compensate_places import grouped, names_of, place_map
from spatialcarbon.studies.analyses._compensate_tables import OWN_HEADINGS, dated
from spatialcarbon.studies.words import HEADINGS, significant

if TYPE_CHECKING:
    from spatialcarbon.models.governance.compensation_range import CompensationRangeResult
    from spatialcarbon.models.governance.compensation_result import CompensationResult
    from spatialcarbon.studies.analysis import Done

LANGUAGES: tuple[Language, Language] = ("zh", "en")

ENDS = {
    "payer_zh": text("Payer (Chinese)"),
    "payer_en": text("Payer (English)"),
    "receiver_zh": text("Receiver (Chinese)"),
    "receiver_en": text("Receiver (English)"),
}
"""Who stands at the ends of a line, in the fields of its layer."""


def _result(done: Done) -> CompensationResult:
    found: CompensationResult = done.result["result"]
    return found


def _spread(done: Done) -> CompensationRangeResult | None:
    found: CompensationRangeResult | None = done.result["range"]
    return found


def figures(done: Done) -> list[FigureSpec]:
    """Return payers and receivers, the plane of coefficients, and the map."""
    made = [_bars(done)]
    if (_result(done).table[["ecc", "esc"]] > 0).all(axis=1).any():
        made.append(_plane(done))
    return [*made, _map(done)]


def _bars(done: Done) -> FigureSpec:
    title = dated(text("Who pays and who receives"), done)
    spread = _spread(done)
    return FigureSpec(
        name=f"{done.key}_amounts",
        title=title,
        caption=text(
            "To the right what a place pays in a year, to the left what it receives, at the price of {price} CNY "
            "per t CO2.",
            price=f"{done.parameters.price:g}",
        ),
        alt=text("Bars of payments to the right and receipts to the left, by place."),
        draw=lambda language: payers_and_receivers(
            _result(done).table,
            ranges=None if spread is None else spread.table,
            title=title,
            names=names_of(done),
            language=language,
        ),
    )


def _plane(done: Done) -> FigureSpec:
    title = dated(text("Economic contribution and ecological support"), done)
    return FigureSpec(
        name=f"{done.key}_plane",
        title=title,
        caption=text(
            "Right of the upright line a place has a larger share of GDP than of emissions, above the level line a "
            "larger share of sinks. The lines at one part the four zones."
        ),
        alt=text(
            "Scatter plot of ecological support against economic contribution, in four zones."
        ),
        draw=lambda language: coefficient_plane(
            _result(done).table, title=title, names=names_of(done), language=language
        ),
    )


def _map(done: Done) -> FigureSpec:
    title = dated(text("Zones and payments"), done)
    result, inputs = _result(done), done.inputs

    def draw(language):  # type: ignore[no-untyped-def]
        names = names_of(done)
        units = place_map(done, {}).drop(columns="name")
        shown = [names[label].render(language) for label in units.index]
        return compensation_map(
            units.assign(shown_name=shown),
            result.table,
            result.settlement.transfers,
            title=title,
            name_field="shown_name",
            groups=None if grouped(done) else inputs.first_group(),
            group_names=inputs.group_names,
            background=inputs.background,
            language=language,
        )

    return FigureSpec(
        name=f"{done.key}_map",
        title=title,
        caption=text(
            "Colours are the zones; arrows run from who pays to who receives, the thicker the more. Another rule of "
            "settlement draws other arrows for the same payments and receipts."
        ),
        alt=text("Map of zones with arrows for payments between places."),
        draw=draw,
    )


def layers(done: Done) -> list[Layer]:
    """Return zones, amounts and, where there are payments between places, their lines."""
    table = _result(done).table
    factor, unit = money_measure(table["amount"])
    units = place_map(done, {}).index
    columns = {str(c): table[c].reindex(units).to_numpy() for c in table}
    values = (table["amount"] / factor).reindex(units)
    words = {**HEADINGS, **OWN_HEADINGS}
    present = [z for z in ZONES if z != UNDEFINED or (table["zone"] == z).any()]
    folder = text("Ecological compensation")
    made = [
        Layer(
            name=f"{done.key}_zones",
            title=dated(text("Zones of compensation"), done),
            abstract=text("The four zones by economic contribution and ecological support."),
            frame=place_map(done, columns),
            aliases=words,
            style=Categorised(
                "zone", tuple(Category(zone, ZONES[zone], ZONE_COLOURS[zone]) for zone in present)
            ),
            label_field="name",
            group=folder,
        ),
        Layer(
            name=f"{done.key}_amounts",
            title=dated(text("Payments and receipts"), done),
            abstract=text("What each place pays in a year; below zero it receives."),
            frame=place_map(done, {**columns, "value": values.to_numpy()}),
            aliases={**words, "value": OWN_HEADINGS["amount"]},
            style=graduated_style("value", values, unit=unit, breaks="zero"),
            label_field="name",
            visible=False,
            group=folder,
        ),
    ]
    flows = _flows(done)
    return made if flows is None else [flows, *made]


def _flows(done: Done) -> Layer | None:
    """Return the payments between places as lines; those of the platform have no place."""
    transfers = _result(done).settlement.transfers
    units = place_map(done, {})
    placed = transfers[transfers[["payer", "receiver"]].isin(units.index).all(axis=1)]
    if placed.empty:
        return None
    factor, unit = money_measure(placed["amount"])
    values = placed["amount"] / factor
    bounds, widths = flow_classes(values)
    names = names_of(done)
    points = pd.Series(shapely.point_on_surface(units.geometry.to_numpy()), index=units.index)
    ends = [
        shapely.get_coordinates(points.loc[placed[side]].to_numpy())
        for side in ("payer", "receiver")
    ]
    return Layer(
        name=f"{done.key}_payments",
        title=dated(text("Payments between places"), done),
        abstract=text("Lines from payer to receiver, as wide as the payment is large."),
        frame=gpd.GeoDataFrame(
            {
                "payer": placed["payer"].to_numpy(),
                "receiver": placed["receiver"].to_numpy(),
                **{
                    f"{side}_{language}": [names[x].render(language) for x in placed[side]]
                    for side in ("payer", "receiver")
                    for language in LANGUAGES
                },
                "amount": placed["amount"].to_numpy(),
                "value": values.to_numpy(),
            },
            geometry=shapely.linestrings(np.stack(ends, axis=1)),
            crs=units.crs,
        ),
        aliases={**OWN_HEADINGS, **ENDS, "amount": text("Amount"), "value": text("Payment")},
        style=Lines(FLOW, field="value", bounds=bounds, widths=widths, unit=unit),
        group=text("Ecological compensation"),
    )


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found."""
    result = _result(done)
    table, account = result.table, result.account
    names = names_of(done)
    factor, unit = money_measure([account["paid"], account["received"]])
    said = [
        text(
            "{payers} of {n} places would pay, {receivers} would receive; {value} {unit} a year change hands at {price} "
            "CNY per t CO2.",
            payers=int((table["role"] == PAYER).sum()),
            receivers=int((table["role"] == RECEIVER).sum()),
            n=len(table),
            value=significant(account["paid"] / factor),
            unit=Text(unit),
            price=f"{done.parameters.price:g}",
        )
    ]
    if result.payers and result.receivers:
        top, low = result.payers[0], result.receivers[0]
        said.append(
            text(
                "The largest payer is {top} ({a} {unit}, {share} % of its GDP), the largest receiver {low} ({b} {unit}).",
                top=names[top],
                a=significant(table.loc[top, "amount"] / factor),
                share=significant(100 * table.loc[top, "gdp_share"]),
                low=names[low],
                b=significant(-table.loc[low, "amount"] / factor),
                unit=Text(unit),
            )
        )
    settled = result.settlement
    if settled.n:
        said.append(
            text(
                "Settled with {n} payments, the least there can be.",
                n=settled.n,
            )
            if settled.least
            else text(
                "Settled with {n} payments; at least {bound} are needed under any rule.",
                n=settled.n,
                bound=settled.lower_bound,
            )
        )
    spread = _spread(done)
    return said if spread is None else [*said, *_range_findings(spread, names)]


def _range_findings(spread: CompensationRangeResult, names: dict[Any, Text]) -> list[Text]:
    paid = spread.cases["paid"].dropna()
    factor, unit = money_measure(paid)
    said = [
        text(
            "Over {n} cases of price and sinks the sum goes from {low} to {high} {unit}.",
            n=len(paid),
            low=significant(paid.min() / factor),
            high=significant(paid.max() / factor),
            unit=Text(unit),
        )
    ]
    depends = spread.table.index[spread.table["role"] == DEPENDS]
    if len(depends):
        # Names are said one by one, so that each stays in the language of the reader.
        said += [
            text(
                "{place} pays in {a} cases and receives in {b}.",
                place=names[label],
                a=int(spread.table.loc[label, "payer_cases"]),
                b=int(spread.table.loc[label, "receiver_cases"]),
            )
            for label in depends[:5]
        ]
    else:
        said.append(text("No place changes sides over these cases."))
    return said
