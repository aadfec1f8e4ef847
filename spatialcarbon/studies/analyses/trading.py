"""Who cuts and who pays: allowances of an allocation are traded at one price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from spatialcarbon.core.language import Text, text
from spatialcarbon.core.units import conversion_factor, parse_unit
from spatialcarbon.data.panel import UNDATED
from spatialcarbon.models.quota.marginal_cost import cost_curves
from spatialcarbon.models.quota.trading import trade_allowances
from spatialcarbon.studies.analyses._allocate_settings import (
    AllocateParameters,
    emission_year,
    year_of,
)
from spatialcarbon.studies.analyses._allocation_base import base_allocation, base_problems
from spatialcarbon.studies.analyses._trading_shown import (
    PRICE,
    figures,
    findings,
    layers,
    tables,
)
from spatialcarbon.studies.analysis import Analysis

if TYPE_CHECKING:
    from spatialcarbon.studies.analysis import Inputs


class TradingParameters(AllocateParameters):
    """Settings of the analysis."""

    COLUMNS: ClassVar[Any] = (*AllocateParameters.COLUMNS, "price")

    principles: str = Field(
        default="grandfathering", description="The one principle whose amounts are traded."
    )
    price: str = Field(
        description="Variable of what the last tonne costs at a depth of cut, money per mass."
    )
    depth: float = Field(default=0.5, gt=0, le=1, description="That depth, as a part of emissions.")
    exponent: float = Field(
        default=2.0, gt=1, description="Power of total cost; 2: marginal cost rises along a line."
    )
    reach: float = Field(
        default=1.0, gt=0, description="Largest part of its emissions that a place can cut."
    )
    trade: Literal["all", "groups-first", "groups-only"] = Field(
        default="all", description="One market, inside groups first, or only there."
    )
    free_share: float = Field(
        default=1.0, ge=0, le=1, description="Part of allowances given free; the rest is auctioned."
    )


def run(parameters: TradingParameters, inputs: Inputs) -> dict[str, Any]:
    """Allocate by one principle, and trade what it asks."""
    base = base_allocation(parameters, inputs)
    assert base.emissions is not None
    year = emission_year(parameters, inputs)
    at = year_of(inputs, parameters.price, None)
    if year in inputs.years_of(parameters.price) and year != UNDATED:
        at = year
    prices = inputs.panel.at(parameters.price, at)
    prices = prices * conversion_factor(inputs.measure(parameters.price), PRICE)
    curves = cost_curves(prices, base.emissions, at=parameters.depth, exponent=parameters.exponent)
    trading = trade_allowances(
        base,
        curves,
        emissions=base.emissions,
        cap=parameters.reach,
        scope="all" if parameters.trade == "all" else inputs.first_group(),  # type: ignore[arg-type]
        beyond=parameters.trade != "groups-only",
        free_share=parameters.free_share,
    )
    return {"base": base, "trading": trading}


def check(parameters: TradingParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit: the allocation, the measure of prices, groups to trade in."""
    problems = base_problems(parameters, inputs)
    measure = inputs.measure(parameters.price)
    if not measure or parse_unit(measure).dimension != "money/mass":
        problems.append(
            text(
                "{variable} is in {measure}, which is not money per mass",
                variable=parameters.price,
                measure=measure or "?",
            )
        )
    if parameters.trade != "all":
        group = inputs.first_group()
        if group is None or (group == "").any():
            problems.append(text("trade inside groups needs a group for every place"))
    return problems


ANALYSIS = Analysis(
    name="trading",
    title=text("Trade in allowances: who cuts, who pays, what is saved"),
    question=text(
        "If allowances were traded, at which price, who would buy and what would be saved?"
    ),
    reading=text(
        "All rests on the cost curves: no open source of them is known, and what is saved is only as good as they "
        "are. Look at who buys and sells rather than at the price. Trading changes who cuts, not how much is cut; "
        "what is given free or auctioned changes who pays. Costs of transactions, market power and banking are "
        "left out, so what is saved is an upper bound."
    ),
    methods=text(
        "Each place cuts until its last tonne costs the price, or until it cuts all it can; the price is the one at "
        "which cuts sum to the total. Cost is a power of the cut through the marginal cost given at one depth. "
        "Payments are price times allowances bought; those of two markets in turn are added."
    ),
    parameters=TradingParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=("montgomery1972", "study001"),
)
