"""From an intensity pledge to tonnes: the national target and what must be cut to meet it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from spatialcarbon.core.align import as_numbers, canonical_order, check_unique, checksum
from spatialcarbon.core.errors import (
    AdjustedDataWarning,
    MissingDataError,
    OptionError,
    SchemaError,
    UnitMismatchError,
    some,
)
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_positive
from spatialcarbon.core.results import Result
from spatialcarbon.core.units import conversion_factor
from spatialcarbon.models.quota.criteria import written

MEASURE = "t CO2"


@dataclass(frozen=True, kw_only=True, eq=False)
class TargetResult(Result):
    """How much may be emitted, and how much is left to be cut?

    What :func:`national_target` returns. Amounts are in t CO2 where units were given,
    else in the unit of the product of intensity and GDP.

    Parameters
    ----------
    baseline : float
        Emissions of the target year at the intensity of the base year.
    target : float
        What may be emitted; the mean of the two ends of an interval.
    interval : tuple of float
        The lowest and the highest target.
    reduction : tuple of float
        The lowest and the highest cut of the intensity, as fractions.
    regional_sum : float or None
        Sum of what the regions are projected to emit, after rescaling.
    responsibility : float or None
        What must be cut in all: the sum less the target, zero at least.
    responsibility_interval : tuple of float or None
        The same for the highest and the lowest target.
    scale : float or None
        Sum of the regions over the national figure of a common year; one where both
        count the same.
    projected : Series or None
        What each region is projected to emit, after rescaling; indexed by region.
    measure : str
        Unit of measure of the amounts; empty where no units were given.

    Examples
    --------
    An intensity of 2 falls by 40 to 60 % while GDP comes to 50, so that 100 becomes 60 to
    40. The regions expect 80:

    >>> import spatialcarbon as sc
    >>> regions = pd.Series({"a": 50.0, "b": 30.0})
    >>> found = sc.national_target(2.0, 50.0, reduction=(0.4, 0.6), projected=regions)
    >>> found.target, found.interval, found.responsibility, found.responsibility_interval
    (50.0, (40.0, 60.0), 30.0, (20.0, 40.0))
    >>> found.to_frame()[["baseline", "regional_sum", "regional_over_baseline"]].iloc[0].tolist()
    [100.0, 80.0, 0.8]
    """

    baseline: float
    target: float
    interval: tuple[float, float]
    reduction: tuple[float, float]
    regional_sum: float | None
    responsibility: float | None
    responsibility_interval: tuple[float, float] | None
    scale: float | None
    projected: pd.Series[float] | None
    measure: str

    def to_frame(self) -> pd.DataFrame:
        """Return one row with all numbers, the boundary check among them.

        Returns
        -------
        DataFrame
            Columns ``baseline, reduction_low, reduction_high, target, target_low,
            target_high, regional_sum, responsibility, responsibility_low,
            responsibility_high, regional_over_baseline, regional_over_national``; None
            where regions or the figures of a common year were not given.
        """
        low, high = self.responsibility_interval or (None, None)
        total = self.regional_sum
        return pd.DataFrame(
            [
                {
                    "baseline": self.baseline,
                    "reduction_low": self.reduction[0],
                    "reduction_high": self.reduction[1],
                    "target": self.target,
                    "target_low": self.interval[0],
                    "target_high": self.interval[1],
                    "regional_sum": total,
                    "responsibility": self.responsibility,
                    "responsibility_low": low,
                    "responsibility_high": high,
                    "regional_over_baseline": None if total is None else total / self.baseline,
                    "regional_over_national": self.scale,
                }
            ]
        )


def national_target(
    intensity_base: float,
    gdp_target: float,
    *,
    reduction: float | tuple[float, float],
    projected: pd.Series[Any] | None = None,
    boundary: tuple[str, str] | None = None,
    rescale_to_national: bool = False,
    national: float | None = None,
    regional: pd.Series[Any] | float | None = None,
    units: Mapping[str, str] | None = None,
    allow_negative: bool = False,
) -> TargetResult:
    r"""How many tonnes does an intensity pledge leave, and how many must be cut?

    Use it before :func:`allocate`. Look at the boundary check it prints: a target that
    counts other sources than the regional figures turns the difference between two
    inventories into a reduction.

    Parameters
    ----------
    intensity_base : float
        Emissions per GDP of the base year, above zero.
    gdp_target : float
        GDP of the target year in prices of the base year; 1 where ``intensity_base`` is
        their product.
    reduction : float or (low, high)
        By how much the intensity falls, as fractions in [0, 1).
    projected : Series, optional
        What each region is projected to emit in the target year, in the unit of the
        product, or in that of ``units``.
    boundary : (str, str), optional
        What the target and what ``projected`` count, in words. If they differ, it is
        refused unless the regions are rescaled.
    rescale_to_national : bool
        Multiply the regions by ``national / sum of regional``.
    national : float, optional
        National emissions of a year that both have, on the scale of the target.
    regional : Series or float, optional
        Emissions of the regions in the same year, or their sum.
    units : mapping, optional
        Units of measure of ``intensity``, ``gdp`` and ``projected``: results are then
        in t CO2. Without it numbers are taken as they are.
    allow_negative : bool
        Allow reductions above 1, a target below zero.

    Returns
    -------
    TargetResult
        ``target`` and its ``interval``; with ``projected``, ``responsibility``: the total
        for :func:`allocate`.

    Raises
    ------
    OptionError
        Reductions outside [0, 1), or an interval the wrong way round.
    SchemaError
        Two boundaries that differ; rescaling without the figures of a common year.
    MissingDataError
        Regions without a value.
    UnitMismatchError
        Units that do not give tonnes.

    Warns
    -----
    AdjustedDataWarning
        When the regions stay below the target: nothing has to be cut.

    Notes
    -----
    .. math:: C^* = I_b\,(1 - \delta)\,G_T, \qquad R = \sum_i C_i - C^*

    and for an interval of :math:`\delta` the mean of the two targets.

    References
    ----------
    Study 004, sections on the national targets of 2030.

    Examples
    --------
    The two targets of study 004, in 10⁸ t: the pledge of 60–65 % and the 1.5 °C pathways:

    >>> pledge = national_target(349.58, 1.0, reduction=(0.60, 0.65))
    >>> [round(x, 2) for x in (*pledge.interval, pledge.target)]
    [122.35, 139.83, 131.09]
    >>> regions = pd.Series({"a": 100.0, "b": 60.0})
    >>> round(national_target(349.58, 1.0, reduction=0.6, projected=regions).responsibility, 2)
    20.17
    """
    low, high = _reductions(reduction, allow_negative)
    factors = _factors(units, projected is not None)
    baseline = (
        check_positive(intensity_base, "intensity_base")
        * check_positive(gdp_target, "gdp_target")
        * factors["product"]
    )
    ends = (baseline * (1 - high), baseline * (1 - low))
    target = (ends[0] + ends[1]) / 2
    scale = _scale(national, regional)
    emitted = None if projected is None else _regions(projected) * factors["projected"]
    rescaled = _must_rescale(boundary, rescale_to_national, scale)
    if emitted is not None and rescaled and scale is not None:
        emitted = emitted / scale
    remarks = _boundary_remarks(boundary, scale, rescaled)
    total = responsibility = span = None
    if emitted is not None:
        total = float(emitted.iloc[canonical_order(emitted.index)].sum())
        remarks = (_beside(total, baseline, target), *remarks)
        span = (max(0.0, total - ends[1]), max(0.0, total - ends[0]))
        responsibility = max(0.0, total - target)
        if total <= target:
            nothing = text("the regions stay below the target: nothing has to be cut")
            warnings.warn(AdjustedDataWarning(nothing), stacklevel=2)
            remarks = (nothing, *remarks)
    return TargetResult(
        method="National target",
        baseline=baseline,
        target=target,
        interval=ends,
        reduction=(low, high),
        regional_sum=total,
        responsibility=responsibility,
        responsibility_interval=span,
        scale=scale,
        projected=emitted,
        measure=MEASURE if units is not None else "",
        settings={
            "intensity_base": intensity_base,
            "gdp_target": gdp_target,
            "reduction": (low, high),
            "boundary": boundary,
            "rescale_to_national": rescale_to_national,
            "units": None if units is None else dict(units),
            "data": None if emitted is None else checksum(emitted),
        },
        references=("study004",),
        remarks=remarks,
    )


def _reductions(reduction: float | tuple[float, float], negative: bool) -> tuple[float, float]:
    try:
        ends = [float(reduction)] * 2  # type: ignore[arg-type]
    except TypeError:
        ends = [float(end) for end in reduction]  # type: ignore[union-attr]
    most = float("inf") if negative else 1.0
    if len(ends) != 2 or not all(0 <= end < most for end in ends):
        raise OptionError(
            "reduction={value!r} is not a part of the intensity",
            expected="a fraction of at least 0 and below 1, or two of them: (0.60, 0.65)",
            fix="allow_negative=True, if emissions below zero are meant",
            value=reduction,
        )
    if ends[0] > ends[1]:
        raise OptionError(
            "the interval of the reduction starts above its end",
            arrived="{value!r}",
            expected="(low, high)",
            value=reduction,
        )
    return ends[0], ends[1]


def _factors(units: Mapping[str, str] | None, regions: bool) -> dict[str, float]:
    if units is None:
        return {"product": 1.0, "projected": 1.0}
    needed = ["intensity", "gdp", *(["projected"] if regions else [])]
    absent = [name for name in needed if name not in units]
    if absent:
        raise UnitMismatchError(
            "units lacks {names}",
            expected="{{'intensity': 't/10^4 CNY', 'gdp': '10^8 CNY', 'projected': 'Mt'}}",
            names=some(absent),
        )
    per_yuan = conversion_factor(units["intensity"], f"{MEASURE}/CNY")
    return {
        "product": per_yuan * conversion_factor(units["gdp"], "CNY"),
        "projected": conversion_factor(units["projected"], MEASURE) if regions else 1.0,
    }


def _regions(projected: pd.Series[Any]) -> pd.Series[float]:
    name = text("the projected emissions")
    if not isinstance(projected, pd.Series):
        raise SchemaError(
            "{name} are a {kind} without labels",
            expected="a pandas Series indexed by unit",
            name=name,
            kind=type(projected).__name__,
        )
    check_unique(projected.index, name)
    numbers = as_numbers(projected, name)
    bad = numbers.index[~numbers.abs().lt(float("inf"))]
    if len(bad):
        raise MissingDataError(
            "{name} are missing or infinite: {units}", name=name, units=some(bad)
        )
    return numbers


def _scale(national: float | None, regional: pd.Series[Any] | float | None) -> float | None:
    if national is None or regional is None:
        return None
    whole = float(regional.sum()) if isinstance(regional, pd.Series) else float(regional)
    return check_positive(whole, "regional") / check_positive(national, "national")


def _must_rescale(boundary: tuple[str, str] | None, wanted: bool, scale: float | None) -> bool:
    if wanted and scale is None:
        raise SchemaError(
            "rescaling needs the national and the regional emissions of a common year",
            fix="national_target(..., national=..., regional=...)",
        )
    if boundary is not None and boundary[0] != boundary[1] and not wanted:
        raise SchemaError(
            "the target and the regions count different things",
            arrived="{target}; {regions}",
            expected="one boundary, or regions brought to the national scale",
            fix="rescale_to_national=True with national= and regional= of a common year",
            target=boundary[0],
            regions=boundary[1],
        )
    return wanted


def _beside(total: float, baseline: float, target: float) -> Text:
    return text(
        "boundary check: the regions sum to {total}, {share} times what the base intensity gives "
        "({baseline}) and {part} times the target ({target})",
        total=written(total),
        share=f"{total / baseline:.3f}",
        baseline=written(baseline),
        part=f"{total / target:.3f}" if target > 0 else "–",
        target=written(target),
    )


def _boundary_remarks(
    boundary: tuple[str, str] | None, scale: float | None, rescaled: bool
) -> tuple[Text, ...]:
    made: tuple[Text, ...] = ()
    if boundary is None:
        made = (text("boundary check: what the target and the regions count was not declared"),)
    if scale is None:
        return (
            *made,
            text(
                "boundary check: no national and regional figures of a common year were given, so "
                "the responsibility may hold a difference between two inventories"
            ),
        )
    if rescaled:
        return (*made, text("the regions were divided by {scale}", scale=f"{scale:.4f}"))
    return (
        *made,
        text(
            "boundary check: in a common year the regions sum to {scale} times the national figure",
            scale=f"{scale:.4f}",
        ),
    )
