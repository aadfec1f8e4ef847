"""Tables, figures, map layers and sentences about embodied transfers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialcarbon.core.language import Text, text
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.chord_figure import MOST
from spatialcarbon.report.figures import (
    production_consumption,
    transfer_chord,
    transfer_heatmap,
    transfer_map,
)
from spatialcarbon.report.layers import Layer, Lines, graduated_style
from spatialcarbon.report.measures import readable_measure
from spatialcarbon.report.palettes import natural_breaks
from spatialcarbon.report.tables import Table
from spatialcarbon.report.transfer_map import ARROW, region_points
from spatialcarbon.studies.analyses._transfer_places import region_names, region_of_units
from spatialcarbon.studies.words import HEADINGS, shown, significant

if TYPE_CHECKING:
    from spatialcarbon.models.transfer.result import TransferResult
    from spatialcarbon.studies.analysis import Done

OWN_HEADINGS: Mapping[str, Text] = {
    "region": text("Region"),
    "region_name": text("Name of the region"),
    "sector": text("Sector"),
    "production": text("Production-based"),
    "consumption": text("Consumption-based"),
    "net_export": text("Net export within the table"),
    "abroad": text("For exports abroad"),
    "households": text("Households"),
    "income": text("Income-based (downstream)"),
    "shared": text("Shared"),
    "shared_value_added": text("Shared by value added"),
    "residual": text("Not explained by demand"),
    "origin": text("Region of origin"),
    "origin_name": text("Name of the region of origin"),
    "destination": text("Region of demand"),
    "destination_name": text("Name of the region of demand"),
    "emissions": text("Transfer"),
    "net": text("Net transfer"),
    "intensity": text("Direct intensity"),
    "multiplier": text("Multiplier of final demand"),
    "gap": text("Output less uses"),
}
_WIDTHS = (0.35, 0.8, 1.5, 2.6)
"""Millimetres of lines on the map."""


def measure_of(result: TransferResult) -> tuple[float, str]:
    """Return the unit that suits the account, and its size."""
    if result.measure == "t CO2":
        return readable_measure(result.matrix)
    return 1.0, "" if result.measure == "1" else result.measure


def _names(done: Done) -> dict[Any, Text]:
    return region_names(done.inputs, done.result["transfers"].production.index)


def tables(done: Done) -> list[Table]:
    """Return accounts by region, the matrix, the list of transfers, and multipliers."""
    result: TransferResult = done.result["transfers"]
    names, unit = _names(done), result.measure if result.measure != "1" else ""
    frame = result.to_frame().drop(columns="half")
    half = result.shared(done.parameters.weight)
    frame["shared"] = half["shared"].to_numpy()
    frame["shared_value_added"] = _by_value_added(result)
    frame["residual"] = result.residual.to_numpy()
    numeric = list(frame.columns[1:])
    frame.insert(1, "region_name", [names[r] for r in frame["region"]])
    digits = 0 if result.measure == "t CO2" else 3
    accounts = Table(
        name=done.key,
        title=text("Accounts by who makes and who uses"),
        frame=frame,
        headings={**HEADINGS, **OWN_HEADINGS},
        measures=dict.fromkeys(numeric, unit),
        decimals=dict.fromkeys(numeric, digits),
        note=text(
            "Production includes exports abroad, consumption does not include imports from abroad. "
            "Net export is between the regions of the table."
        ),
        shown=[c for c in frame.columns if c not in ("region", "residual")],
    )
    tall = result.flows()
    tall.insert(1, "origin_name", [names[r] for r in tall["origin"]])
    tall.insert(3, "destination_name", [names[r] for r in tall["destination"]])
    flows = Table(
        name=f"{done.key}_flows",
        title=text("Transfers between regions, largest first"),
        frame=tall,
        headings={**HEADINGS, **OWN_HEADINGS},
        measures={"emissions": unit, "net": unit},
        decimals={"emissions": digits, "net": digits},
        note=text("What arises in the first region for the final demand of the second."),
        shown=["origin_name", "destination_name", "emissions", "net"],
        shown_rows=(tall["origin"] != tall["destination"]) & (np.arange(len(tall)) < 40),
    )
    wide = result.matrix.rename_axis(columns=None).reset_index()
    wide.columns = pd.Index([str(c) for c in wide.columns])
    matrix = Table(
        name=f"{done.key}_matrix",
        title=text("Matrix of transfers: from rows, for the demand of columns"),
        frame=wide,
        headings={**OWN_HEADINGS, **{str(r): names[r] for r in names}},
        measures={str(r): unit for r in names},
        decimals={str(r): digits for r in names},
    )
    return [accounts, flows, matrix, _sectors(done, result)]


def _by_value_added(result: TransferResult) -> Any:
    """Return the sharing by value added; nothing where it is not defined."""
    share = result.value_added_share
    if not share.between(0.0, 1.0).all():
        return np.nan
    return result.shared("value_added")["shared"].to_numpy()


def _sectors(done: Done, result: TransferResult) -> Table:
    """Return intensity, multiplier and gap of each row of the table."""
    frame = pd.DataFrame(
        {"intensity": result.intensity, "multiplier": result.multiplier, "gap": result.balance}
    )
    names = ["region", "sector"][: frame.index.nlevels]
    money = done.result["money"]
    per = f"{result.measure}/{money}" if money and result.measure == "t CO2" else ""
    return Table(
        name=f"{done.key}_sectors",
        title=text("Intensities and multipliers of the rows of the table"),
        frame=frame.rename_axis(names).reset_index(),
        headings={**HEADINGS, **OWN_HEADINGS},
        measures={"intensity": per, "multiplier": per, "gap": money if money else ""},
        note=text("The multiplier is what one unit of final demand causes in all regions."),
    )


def figures(done: Done) -> list[FigureSpec]:
    """Return chord diagram, heat map, bars, and the map where regions are on it."""
    result: TransferResult = done.result["transfers"]
    factor, unit = measure_of(result)
    names, matrix = _names(done), result.matrix / factor
    title = done_title(done)
    look: dict[str, Any] = {"unit": unit, "names": names}
    made: list[FigureSpec] = []
    off = matrix.to_numpy() * (1 - np.eye(len(matrix)))
    if 2 < len(matrix) <= MOST and (off >= 0).all() and off.any():
        made.append(
            FigureSpec(
                name=f"{done.key}_chord",
                title=title,
                caption=text(
                    "A long arc does much for others. A ribbon that is wide at one end and narrow at the "
                    "other is a transfer mostly one way."
                ),
                alt=text("Chord diagram of transfers between regions."),
                draw=lambda language: transfer_chord(
                    matrix, title=title, language=language, **look
                ),
            )
        )
    made.append(
        FigureSpec(
            name=f"{done.key}_heatmap",
            title=title,
            caption=text("Read along a row for whom things are made, down a column by whom."),
            alt=text("Matrix of transfers between regions, shaded by size."),
            draw=lambda language: transfer_heatmap(matrix, title=title, language=language, **look),
        )
    )
    accounts = result.to_frame().set_index("region")[["production", "consumption"]] / factor
    heading = text("Production-based and consumption-based accounts")
    made.append(
        FigureSpec(
            name=f"{done.key}_accounts",
            title=heading,
            caption=text(
                "Regions at the top make more than their demand causes; those below, less."
            ),
            alt=text("Bars of production-based beside consumption-based accounts."),
            draw=lambda language: production_consumption(
                accounts, title=heading, language=language, **look
            ),
        )
    )
    regions = region_of_units(done.inputs, result.production.index)
    if len(set(regions.dropna())) > 1:
        inputs, most = done.inputs, done.parameters.largest
        heading_map = text("The largest net transfers between regions")
        made.append(
            FigureSpec(
                name=f"{done.key}_map",
                title=heading_map,
                caption=text(
                    "Arrows lead from the region that emits to the one whose demand causes it. They join "
                    "points inside regions, not the places of factories."
                ),
                alt=text("Map with arrows between regions, shaded by net export."),
                draw=lambda language: transfer_map(
                    inputs.units,
                    regions.where(regions.notna(), None),
                    matrix,
                    largest=most,
                    title=heading_map,
                    background=inputs.background,
                    language=language,
                    **look,
                ),
            )
        )
    return made


def done_title(done: Done) -> Text:
    """Return what is transferred, as a heading."""
    if done.parameters.account == "value_added":
        return text("Value added embodied in the demand of other regions")
    return text("CO2 embodied in the demand of other regions")


def layers(done: Done) -> list[Layer]:
    """Return the largest net transfers as lines, and the accounts of regions as areas."""
    result: TransferResult = done.result["transfers"]
    inputs = done.inputs
    regions = region_of_units(inputs, result.production.index)
    known = [r for r in result.production.index if (regions == r).any()]
    if not known:
        return []
    factor, unit = measure_of(result)
    names, group = _names(done), text("Embodied transfers")
    made = []
    if lines := _lines(done, result, regions, factor):
        frame, bounds = lines
        made.append(
            Layer(
                name=f"{done.key}_flows",
                title=text("Largest net transfers"),
                abstract=text(
                    "Lines from the region that emits to the one whose demand causes it, as wide as the "
                    "net transfer."
                ),
                frame=frame,
                aliases={**HEADINGS, **OWN_HEADINGS},
                style=Lines(ARROW, "net", bounds, _WIDTHS[-(len(bounds) - 1) :], unit=unit),
                group=group,
            )
        )
    shapes = [shapely.union_all(inputs.units.geometry[regions == r].values) for r in known]
    columns = result.to_frame().set_index("region").loc[known].drop(columns="half") / factor
    areas = gpd.GeoDataFrame(
        {"region_name": [names[r] for r in known], **{c: columns[c].to_numpy() for c in columns}},
        index=pd.Index([str(r) for r in known], name="region"),
        geometry=shapes,
        crs=inputs.units.crs,
    )
    made.append(
        Layer(
            name=f"{done.key}_regions",
            title=text("Net export of regions"),
            abstract=text(
                "Accounts of each region; above zero it emits more for others than they for it."
            ),
            frame=areas,
            aliases={**HEADINGS, **OWN_HEADINGS},
            style=graduated_style("net_export", areas["net_export"], unit=unit, breaks="zero"),
            label_field="region_name",
            group=group,
        )
    )
    return made


def _lines(
    done: Done, result: TransferResult, regions: pd.Series[Any], factor: float
) -> tuple[gpd.GeoDataFrame, tuple[float, ...]] | None:
    """Return the largest net transfers as curved lines, and the classes of their widths."""
    points = region_points(done.inputs.units, regions)
    tall = result.flows()
    here = tall["origin"].isin(list(points)) & tall["destination"].isin(list(points))
    tall = tall[here & (tall["net"] > 0)].sort_values("net", ascending=False, kind="stable")
    tall = tall.head(done.parameters.largest)
    if tall.empty:
        return None
    names = _names(done)
    net = tall["net"].to_numpy() / factor
    frame = gpd.GeoDataFrame(
        {
            "origin": [str(r) for r in tall["origin"]],
            "origin_name": [names[r] for r in tall["origin"]],
            "destination": [str(r) for r in tall["destination"]],
            "destination_name": [names[r] for r in tall["destination"]],
            "emissions": tall["emissions"].to_numpy() / factor,
            "net": net,
        },
        geometry=[
            _curve(points[a], points[b])
            for a, b in zip(tall["origin"], tall["destination"], strict=True)
        ],
        crs=done.inputs.units.crs,
    )
    return frame, natural_breaks(net, min(len(_WIDTHS), len(net)))


def _curve(start: Any, end: Any) -> Any:
    """Return a line that bows to the right of its way, so that flows through one place part."""
    a, b = np.array([start.x, start.y]), np.array([end.x, end.y])
    along = b - a
    bend = (a + b) / 2 + 0.18 * np.array([along[1], -along[0]])
    t = np.linspace(0, 1, 17)[:, np.newaxis]
    return shapely.linestrings((1 - t) ** 2 * a + 2 * t * (1 - t) * bend + t**2 * b)


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found."""
    result: TransferResult = done.result["transfers"]
    factor, unit = measure_of(result)
    names = _names(done)
    inside = float(np.trace(result.matrix.to_numpy()))
    whole = float(result.matrix.to_numpy().sum())
    said = []
    if whole:
        said.append(
            text(
                "{share} % of what arises for the demand of these regions arises in another region than the "
                "one whose demand causes it: {value} {unit}.",
                share=shown(100 * (whole - inside) / whole, 1),
                value=significant((whole - inside) / factor),
                unit=Text(unit),
            )
        )
    net = result.net_export
    if len(net) > 1 and net.max() > 0:
        said.append(
            text(
                "The largest net exporter is {top} ({a} {unit}), the largest net importer {low} ({b} {unit}).",
                top=names[net.idxmax()],
                a=significant(float(net.max()) / factor),
                low=names[net.idxmin()],
                b=significant(-float(net.min()) / factor),
                unit=Text(unit),
            )
        )
        first = result.flows().sort_values("net", ascending=False, kind="stable").iloc[0]
        said.append(
            text(
                "The largest net transfer goes from {origin} to {destination}: {value} {unit}.",
                origin=names[first["origin"]],
                destination=names[first["destination"]],
                value=significant(float(first["net"]) / factor),
                unit=Text(unit),
            )
        )
    return said
