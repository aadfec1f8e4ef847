"""Tables of carbon sinks: by place, by group, by set, their change, and the balance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from spatialcarbon.core.language import Text, text
from spatialcarbon.data.panel import UNDATED
from spatialcarbon.models.land.neutrality import ROLES
from spatialcarbon.models.land.sink_areas import land_names
from spatialcarbon.models.land.sink_sets import STATUSES, resolve
from spatialcarbon.report.tables import Table
from spatialcarbon.studies.words import HEADINGS, LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatialcarbon.models.land.neutrality import BalanceResult
    from spatialcarbon.models.land.sink_change import SinkChangeResult
    from spatialcarbon.models.land.sinks import SinkResult
    from spatialcarbon.studies.analysis import Done

ALL = "ALL"
TONNES = "t CO2"

OWN_HEADINGS: dict[str, Text] = {
    "set": text("Coefficient set"),
    "class": text("Land class"),
    "area_km2": text("Area"),
    "coefficient": text("Coefficient"),
    "coefficient_value": text("Coefficient"),
    "substance": text("Tonnes of"),
    "t_co2_per_ha": text("t CO2 per hectare and year"),
    "period": text("Period"),
    "source": text("Source"),
    "sink": text("Sink per year"),
    "low": text("Lowest set"),
    "central": text("Central set"),
    "high": text("Highest set"),
    "total": text("Sum"),
    "sink_first": text("Sink at first"),
    "sink_second": text("Sink at last"),
    "area_effect": text("Effect of land"),
    "coefficient_effect": text("Effect of coefficients"),
    "emission": text("Emissions per year"),
    "net": text("Net emissions"),
    "neutrality": text("Sink over emissions"),
    "emission_share": text("Share of emissions"),
    "sink_share": text("Share of sinks"),
    "support": text("Share of sinks over share of emissions"),
    "role": text("Role in a compensation"),
    "uptake": text("Uptake"),
    "release": text("Release"),
    "built_emissions": text("Emissions of built-up land"),
    "net_emission": text("Net emissions of the land"),
}

OWN_LABELS: Mapping[str, Text] = {
    **ROLES,
    **STATUSES,
    "emission<=0": text("no emissions"),
    "sinks<=0": text("the sinks sum to no uptake"),
    "as printed": text("as printed, unknown"),
    "uptake": text("uptake"),
    "release": text("release"),
}


def dated(what: Text, year: int) -> Text:
    """Return a title with its year, for a table that has one."""
    return what if year == UNDATED else text("{variable}, {year}", variable=what, year=year)


def grouped(done: Done, sink: SinkResult) -> pd.DataFrame:
    """Return the sinks of the groups (and of all units), or of the units when there is no group."""
    if not done.inputs.groups:
        return sink.sink
    rows = {code: sink.sink.loc[members].sum() for code, members in done.inputs.groups.items()}
    return pd.DataFrame(rows).T


def group_names(done: Done) -> dict[object, Text]:
    """Return what groups, or units when there is no group, are called."""
    if not done.inputs.groups:
        return dict(done.inputs.names)
    return {code: done.inputs.group_name(code) for code in done.inputs.groups}


def tables(done: Done) -> list[Table]:
    """Return the sinks of every year, the sets behind them, changes and balances."""
    sinks: Mapping[int, SinkResult] = done.result["sinks"]
    last = max(sinks)
    made = [_by_place(done, sinks)]
    if done.inputs.groups:
        made.append(_by_group(done, sinks))
    made.append(_sets(done, sinks[last]))
    if done.result["change"] is not None:
        made.append(_change(done, done.result["change"], sinks))
    if done.result["balances"]:
        made += _balances(done, done.result["balances"])
    if done.parameters.built_emissions:
        made.append(_land_use(done, sinks))
    return made


def _place(done: Done, frame: pd.DataFrame) -> pd.DataFrame:
    frame.insert(1, "name", [done.inputs.names[unit] for unit in frame["unit"]])
    return frame


def _by_place(done: Done, sinks: Mapping[int, SinkResult]) -> Table:
    frames = []
    for year, sink in sinks.items():
        wide = sink.sink.assign(total=sink.total, low=sink.low, high=sink.high)
        frame = wide.rename_axis("unit").reset_index()
        frame.insert(1, "year", year)
        frames.append(_place(done, frame))
    frame = pd.concat(frames, ignore_index=True)
    numbers = list(frame.columns[3:])
    several = sinks[max(sinks)].totals.shape[1] > 1
    hidden = () if several else ("low", "high")
    return Table(
        name=done.key,
        title=text("Carbon sinks by place"),
        frame=frame,
        headings={**HEADINGS, **OWN_HEADINGS, **land_names()},
        measures=dict.fromkeys(numbers, TONNES),
        decimals=dict.fromkeys(numbers, 0),
        note=text("Below zero the land releases carbon. Low and high are over the sets named."),
        shown=[c for c in ("name", "year", *numbers) if c not in hidden],
        shown_rows=frame["year"] == max(sinks),
    )


def _by_group(done: Done, sinks: Mapping[int, SinkResult]) -> Table:
    rows = []
    members = {**done.inputs.groups, ALL: done.inputs.units.index}
    for year, sink in sinks.items():
        for code, index in members.items():
            sums = sink.sink.loc[index].sum()
            by_set = sink.totals.loc[index].sum()
            head = {"group": code, "group_name": done.inputs.group_name(code), "year": year}
            ends = {"total": sums.sum(), "low": by_set.min(), "high": by_set.max()}
            rows.append({**head, **{str(k): v for k, v in sums.items()}, **ends})
    frame = pd.DataFrame(rows)
    numbers = list(frame.columns[3:])
    several = sinks[max(sinks)].totals.shape[1] > 1
    hidden = ("group",) if several else ("group", "low", "high")
    return Table(
        name=f"{done.key}_by_group",
        title=text("Carbon sinks by group"),
        frame=frame,
        headings={**HEADINGS, **OWN_HEADINGS, **land_names()},
        measures=dict.fromkeys(numbers, TONNES),
        decimals=dict.fromkeys(numbers, 0),
        note=text("Low and high of a group are sums by one set, not sums of the lows and highs."),
        shown=[c for c in frame.columns if c not in hidden],
    )


def _sets(done: Done, sink: SinkResult) -> Table:
    frames = []
    for name, item in resolve(done.result["sets"]).items():
        table = item.table.rename_axis("class").reset_index()
        table = table[table["class"].isin(sink.areas.columns)]
        table.insert(0, "set", name)
        frames.append(table.assign(period=item.period, status=item.status, source=item.source))
    frame = pd.concat(frames, ignore_index=True).rename(columns={"value": "coefficient_value"})
    return Table(
        name=f"{done.key}_sets",
        title=text("Coefficients used"),
        frame=frame,
        headings={**HEADINGS, **OWN_HEADINGS},
        decimals={"t_co2_per_ha": 3},
        words={**OWN_LABELS, **land_names()},
        note=text("Shown is the set {name}, where there are several.", name=sink.central_set),
        shown=["set", "class", "coefficient_value", "substance", "t_co2_per_ha", "status"],
    )


def _change(done: Done, change: SinkChangeResult, sinks: Mapping[int, SinkResult]) -> Table:
    frame = _place(done, change.by_unit.rename_axis("unit").reset_index())
    numbers = list(frame.columns[2:])
    return Table(
        name=f"{done.key}_change",
        title=text("Change of the sinks, {first} to {last}", first=min(sinks), last=max(sinks)),
        frame=frame,
        headings={**HEADINGS, **OWN_HEADINGS},
        measures=dict.fromkeys(numbers, TONNES),
        decimals=dict.fromkeys(numbers, 0),
        note=text("With one set for both years all change comes from the land."),
        shown=["name", *numbers],
    )


def _balances(done: Done, balances: Mapping[int, BalanceResult]) -> list[Table]:
    frames = []
    for year, balance in balances.items():
        frame = balance.to_frame()
        frame.insert(1, "year", year)
        frames.append(_place(done, frame))
    frame = pd.concat(frames, ignore_index=True)
    made = [_balance(done, "balance", text("Emissions and sinks by place"), frame)]
    if done.inputs.groups:
        parts = [b.groups.reset_index().assign(year=y) for y, b in balances.items()]
        groups = pd.concat(parts, ignore_index=True)
        groups.insert(1, "group_name", [done.inputs.group_name(str(g)) for g in groups["group"]])
        made.append(
            _balance(done, "balance_by_group", text("Emissions and sinks by group"), groups)
        )
    return made


def _balance(done: Done, name: str, title: Text, frame: pd.DataFrame) -> Table:
    who = "name" if "name" in frame.columns else "group_name"
    return Table(
        name=f"{done.key}_{name}",
        title=title,
        frame=frame,
        headings={**HEADINGS, **OWN_HEADINGS},
        measures={"emission": TONNES, "sink": TONNES, "net": TONNES},
        decimals={"emission": 0, "sink": 0, "net": 0, "neutrality": 5, "support": 3},
        words={**LABELS, **OWN_LABELS},
        note=text("The role follows from shares of the sums: it is where a compensation starts."),
        shown=[who, "year", "emission", "sink", "net", "neutrality", "support", "role"],
        shown_rows=frame["year"] == frame["year"].max(),
    )


def _land_use(done: Done, sinks: Mapping[int, SinkResult]) -> Table:
    frames = []
    for year, sink in sinks.items():
        frame = sink.land_use.rename_axis("unit").reset_index()
        frame.insert(1, "year", year)
        frames.append(_place(done, frame))
    frame = pd.concat(frames, ignore_index=True)
    numbers = list(frame.columns[3:])
    return Table(
        name=f"{done.key}_land_use",
        title=text("Emissions and uptake of the land"),
        frame=frame,
        headings={**HEADINGS, **OWN_HEADINGS},
        measures=dict.fromkeys(numbers, TONNES),
        decimals=dict.fromkeys(numbers, 0),
        note=text("All emissions are put down to built-up land, as land-use studies do."),
        shown=["name", "year", *numbers],
        shown_rows=frame["year"] == frame["year"].max(),
    )
