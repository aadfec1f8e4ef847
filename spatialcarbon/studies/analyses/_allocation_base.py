"""The one allocation that trading and smoothing start from: by a principle, or by spillovers."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pandas as pd

from spatialcarbon.core.errors import InfeasibleAllocationWarning
from spatialcarbon.core.language import Text, text
from spatialcarbon.models.quota.allocation import allocate
from spatialcarbon.models.quota.spillover_criterion import spillover_criterion
from spatialcarbon.report.allocation_figures import PRINCIPLE_WORDS
from spatialcarbon.studies.analyses._allocate_checks import check as check_allocation
from spatialcarbon.studies.analyses._allocate_settings import principles_of
from spatialcarbon.studies.analyses.allocate import run as run_allocation

if TYPE_CHECKING:
    from spatialcarbon.models.quota.allocation_result import AllocationResult
    from spatialcarbon.studies.analyses._allocate_settings import AllocateParameters
    from spatialcarbon.studies.analysis import Inputs
    from spatialcarbon.weights.weights import Weights

SPILLOVER = text("Emissions with spillovers")


def base_problems(parameters: AllocateParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit in the settings of the allocation: one principle, its data."""
    if len(principles_of(parameters)) > 1:
        return [text("principles names several; this analysis starts from one")]
    return check_allocation(parameters, inputs)


def base_allocation(parameters: AllocateParameters, inputs: Inputs) -> AllocationResult:
    """Return the allocation by the one principle that the settings name."""
    (result,) = run_allocation(parameters, inputs)["results"].values()
    found: AllocationResult = result
    return found


def spillover_allocation(
    plain: AllocationResult, weights: Weights, share: float, cap: float | None
) -> AllocationResult:
    """Return what shares the same total by emissions, part of them charged to neighbours.

    Parameters
    ----------
    plain : AllocationResult
        By any principle: its total, its emissions and its groups are taken over.
    weights : Weights
        Who neighbours whom.
    share : float
        Part of its emissions that a place passes on.
    cap : float or None
        Largest part of its emissions that a place may cut.
    """
    assert plain.emissions is not None
    total: float | pd.Series[float] = plain.total
    if plain.groups is not None and plain.between is None:
        total = pd.Series({code: part.total for code, part in plain.parts.items()})
    criterion = spillover_criterion(plain.emissions, weights, share=share)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InfeasibleAllocationWarning)  # its remark says the same
        return allocate(
            total,
            criterion.to_frame("spillover"),
            principle="criterion",
            criterion="spillover",
            emissions=plain.emissions,
            within=plain.groups,
            cap=cap,
        )


def base_name(principle: str) -> Text:
    """Return what the principle is called."""
    return PRINCIPLE_WORDS.get(principle, SPILLOVER)
