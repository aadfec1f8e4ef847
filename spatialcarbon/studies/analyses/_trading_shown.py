"""Tables, figures, map layers and sentences about trade in allowances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.core.units import conversion_factor
from spatialcarbon.models.quota.trading_result import BUYER, SELLER
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.figures import buyers_and_sellers, market_clearing
from spatialcarbon.report.layers import Layer, graduated_style
from spatialcarbon.report.maps import choropleth
from spatialcarbon.report.tables import Table
from spatialcarbon.studies.analyses._allocation_base import base_name
from spatialcarbon.studies.maplayers import named_frame
from spatialcarbon.studies.words import HEADINGS, LABELS, shown, significant

if TYPE_CHECKING:
    from spatialcarbon.models.quota.trading_result import TradingResult
    from spatialcarbon.studies.analysis import Done

PRICE = "CNY/t"
MONEY = "10^8 CNY"
MOST = 40
"""Most places that are drawn as bars: those that trade most."""
NAMED = 5

OWN_HEADINGS: Mapping[str, Text] = {
    "emission": text("Emissions"),
    "cut": text("Asked to cut"),
    "abatement": text("Cuts in the end"),
    "within": text("Cuts after trade in its group"),
    "purchase": text("Bought (sold below zero)"),
    "marginal_alone": text("Last tonne without trading"),
    "marginal": text("Last tonne"),
    "cost_alone": text("Cost without trading"),
    "cost": text("Cost of cutting"),
    "payment": text("Paid (received below zero)"),
    "auction_payment": text("Paid at the auction"),
    "saving": text("Saved by trading"),
    "role": text("Role"),
    "stage": text("Market"),
    "price": text("Price"),
    "traded": text("Traded"),
}
OWN_LABELS: Mapping[str, Text] = {
    "buyer": text("buys"),
    "seller": text("sells"),
    "neither": text("neither"),
    "at the limit": text("cuts all it can"),
    "not alone": text("cannot cut so much itself"),
    "alone": text("no trading"),
    "groups": text("inside the groups"),
    "all": text("among all"),
}
_AMOUNTS = ("emission", "cut", "abatement", "within", "purchase")
_MONEYS = ("cost_alone", "cost", "payment", "auction_payment", "saving")


def result_of(done: Done) -> TradingResult:
    """Return the trade."""
    found: TradingResult = done.result["trading"]
    return found


def _measure(done: Done) -> str:
    return done.inputs.measure(done.parameters.emission)


def money(done: Done) -> float:
    """Return what turns a price per tonne times an amount into 10^8 CNY."""
    return conversion_factor(_measure(done), "t") / 1e8


def rows_of(done: Done) -> pd.DataFrame:
    """Return one row per place with emissions, money in 10^8 CNY."""
    frame = result_of(done).to_frame()
    frame.insert(1, "emission", done.result["base"].emissions.reindex(frame["unit"]).to_numpy())
    frame[list(_MONEYS)] *= money(done)
    return frame


def tables(done: Done) -> list[Table]:
    """Return places, markets, and prices inside groups where there are some."""
    result, measure, inputs = result_of(done), _measure(done), done.inputs
    frame = rows_of(done)
    frame.insert(1, "name", [inputs.names[u] for u in frame["unit"]])
    if "group" in frame:
        frame["group"] = frame["group"].map(lambda code: inputs.group_name(str(code)))
    stages = result.stages.copy()
    stages[["cost", "saving"]] *= money(done)
    last = [result.price if stage == "all" else np.nan for stage in stages["stage"]]
    stages.insert(1, "price", pd.Series(last, dtype=float))
    made = [
        Table(
            name=done.key,
            title=text("Who buys and who sells"),
            frame=frame,
            headings={**HEADINGS, **OWN_HEADINGS},
            measures={
                **dict.fromkeys(_AMOUNTS, measure),
                **dict.fromkeys(_MONEYS, MONEY),
                **dict.fromkeys(["marginal_alone", "marginal"], PRICE),
            },
            decimals={
                **dict.fromkeys(_AMOUNTS, 1),
                **dict.fromkeys(_MONEYS, 2),
                **dict.fromkeys(["marginal_alone", "marginal"], 1),
            },
            words={**LABELS, **OWN_LABELS},
            note=text("Purchases and payments sum to zero. All rests on the cost curves."),
            shown=[
                "name",
                "cut",
                "abatement",
                "purchase",
                "payment",
                "marginal_alone",
                "saving",
                "role",
            ],
        ),
        Table(
            name=f"{done.key}_market",
            title=text("What trading saves"),
            frame=stages,
            headings=OWN_HEADINGS,
            measures={"price": PRICE, "cost": MONEY, "saving": MONEY, "traded": measure},
            decimals={"price": 2, "cost": 2, "saving": 2, "traded": 1},
            words=OWN_LABELS,
            note=text("Saving: cost without trading less cost in this market."),
        ),
    ]
    if len(result.group_prices):
        prices = result.group_prices.rename_axis("group").reset_index()
        prices["group"] = prices["group"].map(lambda code: inputs.group_name(str(code)))
        made.append(
            Table(
                name=f"{done.key}_prices",
                title=text("Price inside each group"),
                frame=prices,
                headings={**HEADINGS, **OWN_HEADINGS},
                measures={"price": PRICE},
                decimals={"price": 2},
                note=text(
                    "The further apart, the more there is to gain from trade between groups."
                ),
            )
        )
    return made


def figures(done: Done) -> list[FigureSpec]:
    """Return the market (where there is one price), buyers and sellers, and their map."""
    inputs, result, measure = done.inputs, result_of(done), _measure(done)
    bars = text("Who buys allowances and who sells: {principle}", principle=_principle(done))
    areas = text("Allowances bought and sold: {principle}", principle=_principle(done))
    rows = result.table.loc[result.table["purchase"].abs().nlargest(MOST).index]
    purchase = result.table.set_index("unit")["purchase"]
    made = []
    if result.price is not None:
        market = text("Where the market clears: {principle}", principle=_principle(done))
        made.append(
            FigureSpec(
                name=f"{done.key}_market",
                title=market,
                caption=text(
                    "Places whose block rises above the dashed price buy; those below it sell. Trading ends where the "
                    "last tonne costs the same everywhere."
                ),
                alt=text("Rising curve of what all places cut at a price, meeting the total."),
                draw=lambda language: market_clearing(
                    result, title=market, unit=measure, price_unit=PRICE, language=language
                ),
            )
        )
    made += [
        FigureSpec(
            name=f"{done.key}_trade",
            title=bars,
            caption=text("With many places, those are shown that trade most."),
            alt=text("Bars of allowances bought to the right and sold to the left, by place."),
            draw=lambda language: buyers_and_sellers(
                rows, title=bars, unit=measure, names=inputs.names, language=language
            ),
        ),
        FigureSpec(
            name=f"{done.key}_map",
            title=areas,
            caption=text("Red places buy and cut less than they are asked for; blue ones sell."),
            alt=text("Map of allowances bought and sold by place."),
            draw=lambda language: choropleth(
                inputs.units,
                purchase,
                title=areas,
                unit=measure,
                k=6,
                scheme="zero",
                groups=inputs.first_group(),
                group_names=inputs.group_names,
                background=inputs.background,
                language=language,
            ),
        ),
    ]
    return made


def _principle(done: Done) -> Text:
    return base_name(done.result["base"].principle)


def layers(done: Done) -> list[Layer]:
    """Return net purchases, in colours that diverge from zero."""
    inputs = done.inputs
    rows = rows_of(done).set_index("unit").reindex(inputs.units.index)
    columns: dict[str, Any] = {str(c): rows[c] for c in rows.columns}
    for column in ("role", "status"):
        columns[column] = [{**LABELS, **OWN_LABELS}[value] for value in rows[column]]
    style = graduated_style("purchase", rows["purchase"], k=6, unit=_measure(done), breaks="zero")
    return [
        Layer(
            name=done.key,
            title=text("Allowances bought and sold: {principle}", principle=_principle(done)),
            abstract=text(
                "Allowances that each place buys, below zero where it sells. Money in 10^8 CNY, prices in CNY per tonne."
            ),
            frame=named_frame(inputs, columns),
            aliases={**HEADINGS, **OWN_HEADINGS},
            style=style,
            label_field="name",
            group=text("Trading"),
        )
    ]


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found."""
    result, names, factor = result_of(done), done.inputs.names, money(done)
    said: list[Text] = []
    if result.price is not None:
        said.append(
            text(
                "The market clears at {price} CNY a tonne; {traded} of {total} ({measure}) are cut elsewhere than they were asked for.",
                price=shown(result.price, 1),
                traded=shown(float(result.stages["traded"].iloc[-1]), 1),
                total=shown(result.total, 1),
                measure=Text(_measure(done)),
            )
        )
    said += [_saved(row, factor) for row in result.stages.to_dict("records")[1:]]
    rows = result.table.set_index("unit")
    for role, sentence in (
        (BUYER, "{n} of {total} places buy, most of all {places}."),
        (SELLER, "{n} of {total} places sell, most of all {places}."),
    ):
        of_role = rows.loc[rows["role"] == role, "purchase"].abs().nlargest(len(rows))
        if len(of_role):
            said.append(
                text(
                    sentence,
                    n=len(of_role),
                    total=len(rows),
                    places=listed([names[u] for u in of_role.index[:NAMED]], NAMED),
                )
            )
    if result.revenue:
        said.append(
            text(
                "The auction brings in {revenue} (10^8 CNY).",
                revenue=significant(result.revenue * factor),
            )
        )
    return said


def _saved(row: Mapping[Any, Any], factor: float) -> Text:
    if not np.isfinite(row["saving"]):
        return text(
            "Trading {market} costs {cost} (10^8 CNY). What it saves is not defined: some places cannot cut alone what they are asked for.",
            market=OWN_LABELS[row["stage"]],
            cost=significant(row["cost"] * factor),
        )
    alone = row["cost"] + row["saving"]
    return text(
        "Trading {market} costs {cost} (10^8 CNY) and saves {saving}, {share} % of what cutting costs without it.",
        market=OWN_LABELS[row["stage"]],
        cost=significant(row["cost"] * factor),
        saving=significant(row["saving"] * factor),
        share=shown(100 * row["saving"] / alone, 1),
    )
