"""Tables of a compensation: places, account, transfers, zones, range."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from spatialcarbon.core.language import Text, text
from spatialcarbon.models.governance.compensation_account import ACCOUNT
from spatialcarbon.models.governance.compensation_formulas import ROLES, ZONES
from spatialcarbon.models.governance.compensation_range import DEPENDS
from spatialcarbon.models.governance.settlement import PLATFORM
from spatialcarbon.report.tables import Table
from spatialcarbon.studies.analyses._compensate_places import (
    UNDATED,
    chosen_year,
    grouped,
    names_of,
)
from spatialcarbon.studies.words import HEADINGS, LABELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatialcarbon.studies.analysis import Done

OWN_HEADINGS: Mapping[str, Text] = {
    "emission": text("Emissions"),
    "sink": text("Carbon sink"),
    "gdp": text("GDP"),
    "net": text("Net emissions"),
    "ecc": text("ECC"),
    "esc": text("ESC"),
    "zone": text("Zone"),
    "share": text("Share of net emissions granted"),
    "baseline": text("Baseline without payment"),
    "deviation": text("Above the baseline"),
    "role": text("Role"),
    "factor": text("Ability factor"),
    "amount": text("Paid (below zero: received)"),
    "capped": text("Cut by the cap"),
    "gdp_share": text("Share of GDP"),
    "per_head": text("Per head"),
    "payer": text("Payer"),
    "payer_name": text("Payer"),
    "receiver": text("Receiver"),
    "receiver_name": text("Receiver"),
    "steps": text("Links between them"),
    "item": text("Item"),
    "money": text("Amount"),
    "low": text("Lowest"),
    "high": text("Highest"),
    "payer_cases": text("Cases in which it pays"),
    "receiver_cases": text("Cases in which it receives"),
    "sinks": text("Account of sinks"),
    "price": text("Price"),
    "paid": text("Paid in all"),
    "payers": text("Payers"),
    "receivers": text("Receivers"),
}

MEASURES: Mapping[str, str] = {
    **dict.fromkeys(["emission", "sink", "net", "baseline", "deviation"], "t CO2"),
    **dict.fromkeys(["gdp", "amount", "money", "low", "high", "paid"], "CNY"),
    "per_head": "CNY/person",
    "price": "CNY/t CO2",
}

ITEMS: Mapping[str, Text] = {
    "paid": text("paid in by payers"),
    "fee": text("fee of the platform"),
    "reserve": text("reserve of the platform"),
    "received": text("paid out to receivers"),
    "fund_balance": text("left in the fund (below zero: lacking)"),
    "due": text("due to receivers before balancing"),
}

OWN_LABELS: Mapping[str, Text] = {
    **LABELS,
    **ROLES,
    **ZONES,
    **ITEMS,
    DEPENDS: text("depends on the case"),
    "corrected": text("corrected"),
    "emission": text("by emissions"),
    "zero": text("none"),
    "undefined": text("not defined"),
}


def dated(title: Text, done: Done) -> Text:
    """Return a heading with its year, for variables that have one."""
    year = UNDATED if done.parameters.table else chosen_year(done.parameters, done.inputs)
    return text("{title}, {year}", title=title, year=year) if year else title


def tables(done: Done) -> list[Table]:
    """Return places, account, transfers, zones and, where there is one, the range."""
    made = [_places(done), _account(done), _transfers(done), _zones(done)]
    if done.result["range"] is not None:
        made += [_range(done), _cases(done)]
    return made


def _labelled(done: Done, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with names after its labels, which are called group for groups."""
    names = names_of(done)
    frame.insert(1, "name", [names[label] for label in frame["unit"]])
    return frame.rename(columns={"unit": "group"}) if grouped(done) else frame


def _places(done: Done) -> Table:
    frame = _labelled(done, done.result["result"].to_frame())
    return Table(
        name=done.key,
        title=dated(text("Ecological compensation by place"), done),
        frame=frame,
        headings={**HEADINGS, **OWN_HEADINGS},
        measures=MEASURES,
        decimals={
            **dict.fromkeys(MEASURES, 0),
            **dict.fromkeys(["ecc", "esc", "share", "factor"], 3),
            "gdp_share": 5,
            "per_head": 1,
        },
        words=OWN_LABELS,
        note=text(
            "ECC: share of GDP over share of emissions. ESC: share of sinks over share of emissions."
        ),
        shown=["name", "net", "ecc", "esc", "zone", "baseline", "deviation", "role", "amount"],
    )


def _account(done: Done) -> Table:
    account = done.result["result"].account
    return Table(
        name=f"{done.key}_account",
        title=text("Account of the platform"),
        frame=pd.DataFrame({"item": list(ACCOUNT), "money": account[list(ACCOUNT)].to_numpy()}),
        headings=OWN_HEADINGS,
        measures=MEASURES,
        decimals={"money": 0},
        words=OWN_LABELS,
        note=text("What is paid in is the fee, the reserve, what is paid out, and what is left."),
    )


def _transfers(done: Done) -> Table:
    settled = done.result["result"].settlement
    names: dict[object, Text] = {**names_of(done), PLATFORM: text("the platform")}
    frame = settled.to_frame()
    for side in ("receiver", "payer"):
        frame.insert(2 if side == "receiver" else 1, f"{side}_name",
                     [names[label] for label in frame[side]])  # fmt: skip
    largest = frame["amount"].rank(ascending=False, method="first") <= 20
    return Table(
        name=f"{done.key}_transfers",
        title=text("Payments between pairs"),
        frame=frame,
        headings={**OWN_HEADINGS, "amount": text("Amount")},
        measures=MEASURES,
        decimals={"amount": 0, "steps": 0},
        note=text("The page shows the 20 largest of {n} payments.", n=settled.n)
        if settled.n > 20
        else None,
        shown=["payer_name", "receiver_name", "amount", "steps"],
        shown_rows=largest,
    )


def _zones(done: Done) -> Table:
    result = done.result["result"]
    grouped_by = result.table.groupby("zone")["amount"]
    frame = pd.DataFrame({"zone": list(result.zones.index), "n": result.zones.to_numpy()})
    frame["amount"] = frame["zone"].map(grouped_by.sum()).fillna(0.0)
    return Table(
        name=f"{done.key}_zones",
        title=text("Places by zone"),
        frame=frame,
        headings={**HEADINGS, **OWN_HEADINGS},
        measures=MEASURES,
        decimals={"amount": 0},
        words=OWN_LABELS,
    )


def _range(done: Done) -> Table:
    return Table(
        name=f"{done.key}_range",
        title=text("Range over prices and accounts of sinks"),
        frame=_labelled(done, done.result["range"].to_frame()),
        headings={**HEADINGS, **OWN_HEADINGS},
        measures=MEASURES,
        decimals={"low": 0, "high": 0},
        words=OWN_LABELS,
        note=text("Assumptions set side by side, not a confidence interval."),
    )


def _cases(done: Done) -> Table:
    return Table(
        name=f"{done.key}_cases",
        title=text("The cases of the range"),
        frame=done.result["range"].cases,
        headings={**HEADINGS, **OWN_HEADINGS},
        measures={"price": MEASURES["price"], "paid": "CNY"},
        decimals={"paid": 0},
        words=OWN_LABELS,
    )
