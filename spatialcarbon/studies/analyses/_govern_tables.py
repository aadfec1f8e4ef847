"""Tables of a governance game: places by mode, totals, payments, sharing, licences, parameters."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.language import Text, text
from spatialcarbon.models.governance.calibration import SOURCES
from spatialcarbon.models.governance.govern_reason import MODE_NAMES
from spatialcarbon.report.tables import Table
from spatialcarbon.studies.analyses._govern_places import game_of, names_of, placed
from spatialcarbon.studies.words import HEADINGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatialcarbon.studies.analysis import Done

OWN_HEADINGS: Mapping[str, Text] = MappingProxyType(
    {
        "mode": text("Mode"),
        "abatement": text("Abatement"),
        "emission": text("Emissions"),
        "damage": text("Damage"),
        "cost": text("Cost of abatement"),
        "transfer": text("Net received"),
        "payoff": text("Payoff"),
        "gain": text("Gain against no cooperation"),
        "corner": text("Abates all it emits"),
        "losers": text("Places that lose"),
        "worst_off": text("Worst off"),
        "worst_gain": text("Gain of the worst off"),
        "stable": text("Nobody would leave"),
        "blocking": text("Would do better on its own"),
        "recommended": text("Recommended"),
        "payer": text("Payer"),
        "payer_name": text("Payer"),
        "receiver": text("Receiver"),
        "receiver_name": text("Receiver"),
        "amount": text("Amount"),
        "licensee": text("Licensee"),
        "licensor": text("Licensor"),
        "choice": text("Licence"),
        "externality": text("Net externality on the licensor"),
        "threshold": text("Threshold between fee and royalty"),
        "royalty": text("Royalty"),
        "fee": text("Fixed fee"),
        "paid": text("Paid in all"),
        "parameter": text("Parameter"),
        "low": text("Lowest"),
        "high": text("Highest"),
        "measure": text("Unit of measure"),
        "illustrative": text("Illustrative default"),
        "source": text("Where it may come from"),
        "share": text("Share that spills over"),
        "spread": text("Spread of costs"),
        "recommendation": text("Recommendation"),
        "worst": text("Worst off by plain cooperation"),
    }
)
MEASURES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(["abatement", "emission"], "t CO2"),
        **dict.fromkeys(
            ["damage", "cost", "transfer", "payoff", "gain", "worst_gain", "amount", "fee", "paid"],
            "CNY",
        ),
        **dict.fromkeys(["royalty", "externality", "threshold"], "CNY/t CO2"),
    }
)
RULE_NAMES: Mapping[str, Text] = MappingProxyType(
    {
        "shapley": text("Shapley value"),
        "nash_bargaining": text("Nash bargaining"),
        "equal": text("equal parts"),
        "proportional": text("in proportion to emissions"),
        "nucleolus": text("nucleolus"),
    }
)
OWN_LABELS: Mapping[str, Text] = MappingProxyType(
    {
        **MODE_NAMES,
        **RULE_NAMES,
        "fee": text("fixed fee"),
        "royalty": text("royalty"),
        "none": text("no licence"),
        "price": text("price of damage"),
        "marginal_cost": text("marginal cost at the cut"),
        "cut": text("cut"),
        "licensed_ratio": text("licensed cost over own cost"),
        "share": text("share that spills over"),
        "True": text("yes"),
        "False": text("no"),
    }
)
DIGITS: Mapping[str, int] = MappingProxyType({**dict.fromkeys(MEASURES, 0), "royalty": 2})


def tables(done: Done) -> list[Table]:
    """Return totals, places, payments, sharing, licences, parameters and the sweep."""
    made = [_modes(done), _places(done), _payments(done), _sharing(done)]
    if len(game_of(done).contracts):
        made.append(_contracts(done))
    made.append(_parameters(done))
    return [*made, _sweep(done)] if done.result["sweep"] is not None else made


def _table(done: Done, part: str, title: Text, frame: pd.DataFrame, **more: Any) -> Table:
    usual: dict[str, Any] = {
        "headings": {**HEADINGS, **OWN_HEADINGS},
        "measures": MEASURES,
        "decimals": DIGITS,
        "words": OWN_LABELS,
    }
    name = f"{done.key}_{part}" if part else done.key
    return Table(name=name, title=placed(done, title), frame=frame, **{**usual, **more})


def _modes(done: Done) -> Table:
    result, names = game_of(done), names_of(done)
    frame = result.totals.reset_index()
    frame["worst_off"] = frame["worst_off"].map(names)
    frame["stable"] = [pd.NA if pd.isna(held) else str(bool(held)) for held in frame["stable"]]
    frame["blocking"] = ["; ".join(map(str, result.blocking[mode])) for mode in frame["mode"]]
    frame["recommended"] = [str(mode == result.recommendation) for mode in frame["mode"]]
    return _table(
        done, "modes", text("Modes of governance compared"), frame,
        note=text("Sums over the places; gains are those against no cooperation."),
        shown=["mode", "abatement", "gain", "losers", "worst_off", "worst_gain", "stable",
               "recommended"],
    )  # fmt: skip


def _places(done: Done) -> Table:
    names = names_of(done)
    frame = game_of(done).to_frame().rename(columns={"place": "unit"})
    frame.insert(1, "name", [names[label] for label in frame["unit"]])
    frame["corner"] = frame["corner"].map(str)
    return _table(
        done, "", text("Governance game by place and mode"), frame,
        shown=["name", "mode", "abatement", "damage", "cost", "transfer", "gain"],
    )  # fmt: skip


def _pairs(done: Done, matrix: pd.DataFrame, mode: str) -> list[dict[str, object]]:
    names = names_of(done)
    return [
        {
            "mode": mode,
            "payer": payer,
            "payer_name": names[payer],
            "receiver": receiver,
            "receiver_name": names[receiver],
            "amount": float(amount),
        }
        for payer, row in matrix.iterrows()
        for receiver, amount in row.items()
        if amount > 0
    ]


def _payments(done: Done) -> Table:
    result = game_of(done)
    rows = [row for mode in result.modes for row in _pairs(done, result.payments[mode], mode)]
    rows += _pairs(done, result.smallest_transfers, "smallest")
    columns = ["mode", "payer", "payer_name", "receiver", "receiver_name", "amount"]
    frame = pd.DataFrame(rows, columns=columns)
    largest = frame.groupby("mode")["amount"].rank(ascending=False, method="first") <= 12
    return _table(
        done, "payments", text("Payments between places"), frame,
        words={**OWN_LABELS, "smallest": text("least that lets everybody sign")},
        note=text("The page shows the twelve largest of each mode."),
        shown=["mode", "payer_name", "receiver_name", "amount"],
        shown_rows=largest,
    )  # fmt: skip


def _sharing(done: Done) -> Table:
    result, names = game_of(done), names_of(done)
    found = result.sharing_transfers.dropna(axis=1, how="all")
    frame = found.rename_axis("unit").reset_index()
    frame.insert(1, "name", [names[label] for label in frame["unit"]])
    return _table(
        done, "sharing", text("What each rule of sharing adds to plain cooperation"), frame,
        headings={**HEADINGS, **RULE_NAMES},
        measures=dict.fromkeys(found.columns, "CNY"),
        decimals=dict.fromkeys(found.columns, 0),
        note=text("Above zero: received; below zero: paid. Every column sums to zero."),
        shown=["name", *found.columns],
    )  # fmt: skip


def _contracts(done: Done) -> Table:
    names = names_of(done)
    frame = game_of(done).contracts.rename_axis("unit").reset_index()
    frame.insert(1, "name", [names[label] for label in frame["unit"]])
    frame["licensor"] = frame["licensor"].map(names)
    return _table(
        done, "licences", text("Licences of technology"), frame,
        headings={**HEADINGS, **OWN_HEADINGS, "name": OWN_HEADINGS["licensee"]},
        shown=["name", "licensor", "choice", "royalty", "fee", "paid"],
    )  # fmt: skip


def _parameters(done: Done) -> Table:
    frame = done.result["calibration"].provenance.reset_index()
    frame["illustrative"] = frame["illustrative"].map(str)
    frame["source"] = frame["parameter"].map(dict(SOURCES))
    return _table(
        done, "parameters", text("Parameters, and where each may come from"), frame,
        measures={}, decimals={},
        note=text("A default marked as illustrative is invented and describes no place."),
    )  # fmt: skip


def _sweep(done: Done) -> Table:
    names = names_of(done)
    frame = done.result["sweep"].to_frame()
    frame["worst"] = [names[label] for label in frame["worst"]]
    counted = frame["recommendation"].value_counts()
    page = frame.drop_duplicates("recommendation").index
    return _table(
        done, "sweep", text("Sweep over damage, spillover and spread of costs"), frame,
        headings={**HEADINGS, **OWN_HEADINGS, "damage": text("Multiple of the damage")},
        measures={}, decimals={"damage": 3, "share": 3, "spread": 3},
        note=text("{n} cells; the page shows the first cell of each of {k} recommendations.",
                  n=len(frame), k=len(counted)),
        shown=["damage", "share", "spread", "recommendation", "worst"],
        shown_rows=pd.Series(frame.index.isin(page), frame.index),
    )  # fmt: skip
