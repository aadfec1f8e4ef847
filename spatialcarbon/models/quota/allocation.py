"""Allocation of a total reduction among units, by a principle that is named."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from spatialcarbon.core.align import checksum, conform
from spatialcarbon.core.errors import InfeasibleAllocationWarning, OptionError, SchemaError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_option
from spatialcarbon.models.quota.allocation_result import AllocationResult, above
from spatialcarbon.models.quota.audit import audit_table
from spatialcarbon.models.quota.capping import Cap, cap_amounts, water_fill
from spatialcarbon.models.quota.criteria import EMISSIONS, checked_criteria, match_units, written
from spatialcarbon.models.quota.nested import allocate_nested
from spatialcarbon.models.quota.principles import needed_columns, split
from spatialcarbon.models.quota.terms import Principle, Split, Terms

if TYPE_CHECKING:
    from spatialcarbon.models.quota.critic import Weighting
    from spatialcarbon.models.quota.preference import Rule
    from spatialcarbon.models.quota.weighting import Directions, Normalisation


def allocate(
    total: float | pd.Series[Any],
    criteria: pd.DataFrame,
    *,
    principle: Principle,
    preference: float = 1.5,
    rule: Rule = "paper",
    cap: Cap | bool | None = None,
    emissions: pd.Series[Any] | None = None,
    criterion: str | None = None,
    indicators: Sequence[str] | None = None,
    preferred: Sequence[str] | None = None,
    directions: Directions | None = None,
    weighting: Weighting = "entropy",
    normalisation: Normalisation = "minmax",
    blend: Mapping[str, float] | None = None,
    within: pd.Series[Any] | None = None,
    base_year: int | None = None,
    year: int | None = None,
    convergence_year: int | None = None,
    ability_exponent: float = 1 / 3,
) -> AllocationResult:
    r"""Who cuts how much of a total, by a principle that is named?

    Use it to see what a principle asks of each region, beside others. A principle is
    a choice and not a finding: no data say which is right.

    Parameters
    ----------
    total : float or Series
        What is to be cut in all, zero or more, in the unit of ``emissions``. With
        ``within``, it may be the total of each group.
    criteria : DataFrame
        Unit × criterion: ``population, cumulative, gdp, intensity``, or those that
        the principle needs, not negative. ``intensity`` follows from ``emissions``
        and ``gdp`` where it is left out. A column ``emissions`` serves as ``emissions``.
    principle : str
        ``"equality"`` (population), ``"cumulative"`` (past emissions), ``"economic"``
        (GDP), ``"grandfathering"`` (emissions), ``"comprehensive"`` (all four,
        weighted), ``"fairness"`` and ``"efficiency"`` (the same, leaning towards two of
        them), ``"convergence"`` (equal emissions per head by a year), ``"ability"``
        (emissions and GDP per head), ``"criterion"`` (a column of yours),
        ``"blended"`` (a weighted mean of principles).
    preference : float
        λ of fairness and efficiency, one or more.
    rule : {"paper", "renormalise"}
        What λ does to the other weights (:func:`preference_weights`).
    cap : float, bool or Series, optional
        Largest part of its emissions that a unit may cut; ``True`` is 1. What exceeds
        it goes to the others in proportion to their shares.
    emissions : Series, optional
        What each unit is projected to emit.
    criterion : str, optional
        The column of ``principle="criterion"``.
    indicators : sequence of str, optional
        Columns that are weighted, in place of the four.
    preferred : sequence of str, optional
        Those that fairness or efficiency leans towards, in place of population and
        cumulative emissions, or GDP and intensity.
    directions : mapping, optional
        As in :func:`entropy_weights`.
    weighting : {"entropy", "critic", "equal"}
        How indicators are weighted (:func:`criterion_weights`).
    normalisation : {"minmax", "sum"}
        As in :func:`entropy_weights`.
    blend : mapping, optional
        Principle → weight, of sum one.
    within : Series, optional
        Group of each unit. The total is first shared between groups by the same
        principle on their sums, or given for each, and then inside each of them.
    base_year, year, convergence_year : int, optional
        Of convergence: where it starts, the year of the target, and when emissions per
        head are equal. Without ``convergence_year`` they are equal in the target year.
    ability_exponent : float
        Power of relative GDP per head under ``"ability"``.

    Returns
    -------
    AllocationResult
        The amounts sum to the total; ``infeasible`` names the units that are asked
        for more than they emit; ``audit`` has every step.

    Raises
    ------
    AlignmentError
        Repeated units; emissions, caps or groups of other units than the criteria.
    DegenerateDataError
        A criterion that is zero everywhere; criteria that are all constant.
    InfeasibleError
        A total that the caps leave no room for.
    OptionError
        A total below zero; a preference that leaves the other criteria less than nothing.
    SchemaError
        A criterion that the principle needs and that is not there, or is negative.

    Warns
    -----
    InfeasibleAllocationWarning
        When units are asked for more than they emit: cap, or choose another principle.

    Notes
    -----
    With shares :math:`s` and a total :math:`R`: :math:`A_i = R\,s_i`. One criterion:
    :math:`s_i = x_i / \sum x`. Several: :math:`s_i = \sum_j \theta_j V_{ij}` with
    :math:`V` of :func:`entropy_weights` and :math:`\theta` of :func:`preference_weights`.
    Ability to pay, with emissions :math:`c`, GDP :math:`g` and population :math:`p`:

    .. math:: s_i \propto c_i \left(\frac{g_i/p_i}{\sum g/\sum p}\right)^{1/3}

    Convergence, with :math:`\tau = (t - t_0)/(t_c - t_0)` in [0, 1]:

    .. math:: A_i = c_i - \left(\sum c - R\right)\left[(1 - \tau)\frac{c_i}{\sum c}
              + \tau\,\frac{p_i}{\sum p}\right]

    A unit far below the mean per head then has a negative amount: it may emit more.
    A total of zero asks nothing of anybody under every principle.

    References
    ----------
    Study 004, Table 4; van den Berg et al. (2020) for grandfathering, convergence and
    ability to pay; Meyer (2000) for contraction and convergence.

    Examples
    --------
    >>> table = pd.DataFrame({"population": [30.0, 10.0]}, index=["a", "b"])
    >>> emitted = pd.Series({"a": 40.0, "b": 60.0})
    >>> found = allocate(20.0, table, principle="equality", emissions=emitted)
    >>> found.allocation.tolist(), found.quota.tolist(), found.infeasible
    ([15.0, 5.0], [25.0, 55.0], ())
    """
    terms = Terms(
        principle=check_option(principle, Principle, "principle"),
        preference=preference,
        rule=rule,
        criterion=criterion,
        indicators=None if indicators is None else tuple(indicators),
        preferred=None if preferred is None else tuple(preferred),
        directions=None if directions is None else dict(directions),
        weighting=weighting,
        normalisation=normalisation,
        blend=None if blend is None else dict(blend),
        base_year=base_year,
        year=year,
        convergence_year=convergence_year,
        ability_exponent=ability_exponent,
    )
    table, emitted = _read(criteria, emissions, terms, minimum=1 if within is not None else 2)
    caps = None if cap is None or cap is False else cap_amounts(_plain(cap), emitted)
    if within is None:
        result = allocation_of(checked_total(total), table, emitted, caps, terms)
    else:
        result = allocate_nested(total, table, emitted, caps, within, terms, allocation_of)
    result = _in_order(result, criteria.index)
    if result.infeasible:
        warnings.warn(
            InfeasibleAllocationWarning(_too_much(principle, result.infeasible)), stacklevel=2
        )
    return result


def allocation_of(
    total: float,
    criteria: pd.DataFrame,
    emissions: pd.Series[float] | None,
    caps: pd.Series[float] | None,
    terms: Terms,
) -> AllocationResult:
    """Allocate a total among units of checked criteria, without a warning."""
    alone = len(criteria) == 1
    found = _alone(total, criteria) if alone else split(total, criteria, emissions, terms)
    amounts = found.amounts if total > 0 else found.amounts * 0.0
    allocation = amounts if caps is None else water_fill(amounts, caps)
    allocation = allocation.rename("allocation")
    infeasible = above(allocation, emissions)
    at_cap = None if caps is None else caps.index[(allocation >= caps) & (amounts > 0)]
    digested = criteria if emissions is None else criteria.assign(**{EMISSIONS: emissions})
    return AllocationResult(
        method="Allocation",
        principle=terms.principle,
        total=total,
        allocation=allocation,
        shares=(allocation / total if total > 0 else allocation).rename("share"),
        weights=found.weights,
        weighting=found.weighting,
        emissions=emissions,
        quota=None if emissions is None else (emissions - allocation).rename("quota"),
        infeasible=infeasible,
        capped=() if at_cap is None else tuple(at_cap.tolist()),
        audit=audit_table(found.steps, terms.principle, amounts, allocation, caps),
        groups=None,
        between=None,
        parts={},
        settings={**asdict(terms), "total": total, "capped": caps is not None,
                  "data": checksum(digested)},
        references=found.references,
        remarks=(*found.remarks, *_limits(terms.principle, total, emissions, infeasible)),
    )  # fmt: skip


def checked_total(total: Any) -> float:
    """Return a total as a float of zero or more, else raise."""
    try:
        number = float("nan") if isinstance(total, (bool, pd.Series)) else float(total)
    except (TypeError, ValueError):
        number = float("nan")
    if not 0 <= number < float("inf"):
        raise OptionError(
            "total={value!r} is not an amount to cut",
            expected="a number of zero or more, in the unit of the emissions",
            fix="with totals by group, give within= the group of each unit",
            value=total if not isinstance(total, pd.Series) else type(total).__name__,
        )
    return number


def _read(
    criteria: pd.DataFrame, emissions: pd.Series[Any] | None, terms: Terms, *, minimum: int
) -> tuple[pd.DataFrame, pd.Series[float] | None]:
    """Return the criteria that are needed, and emissions on their labels."""
    given = emissions
    if given is None and isinstance(criteria, pd.DataFrame) and EMISSIONS in criteria:
        given = criteria[EMISSIONS]
    present = criteria.columns if isinstance(criteria, pd.DataFrame) else ()
    wanted = [c for c in (*needed_columns(terms), "gdp") if c in present and c != EMISSIONS]
    if not wanted and given is not None and isinstance(criteria, pd.DataFrame):
        # Grandfathering needs no criterion at all: emissions stand in for the table's rows.
        alone = criteria.assign(**{EMISSIONS: given})
        table = checked_criteria(alone, [EMISSIONS], minimum=minimum)[[]]
    else:
        table = checked_criteria(criteria, list(dict.fromkeys(wanted)) or None, minimum=minimum)
    if given is None:
        return table, None
    if isinstance(given, pd.Series):
        match_units(given.index, table.index, text("the emissions"))
    emitted = conform(given, table.index, name=text("the emissions")).rename("emission")
    negative = emitted.index[emitted < 0]
    if len(negative):
        raise SchemaError("emissions are negative for {units}", units=some(negative))
    return table, emitted


def _plain(cap: Cap | bool) -> Cap:
    return 1.0 if cap is True else cast("Cap", cap)


def _alone(total: float, criteria: pd.DataFrame) -> Split:
    """Give the whole to a unit that is the only one of its group."""
    amounts = pd.Series(total, index=criteria.index)
    return Split(amounts=amounts, weights=pd.Series(dtype=np.float64, name="weight"), steps=())


def _too_much(principle: str, units: tuple[Any, ...]) -> Text:
    return text(
        "{n} units are asked for more than they emit by {principle}: {units}",
        n=len(units),
        principle=principle,
        units=some(units),
    )


def _limits(
    principle: str, total: float, emissions: pd.Series[float] | None, infeasible: tuple[Any, ...]
) -> tuple[Text, ...]:
    if emissions is None:
        return (text("emissions were not given: whether a unit is asked for more was not checked"),)
    made: tuple[Text, ...] = (_too_much(principle, infeasible),) if infeasible else ()
    emitted = float(emissions.sum())
    if total > emitted:
        made += (
            text(
                "the total of {total} is more than all units emit ({emitted})",
                total=written(total),
                emitted=written(emitted),
            ),
        )
    return made


def _in_order(result: AllocationResult, units: pd.Index) -> AllocationResult:
    """Return the result on the rows as they were given."""
    position = pd.Series(range(len(units)), index=units)
    at = position.reindex(result.audit["unit"]).to_numpy()
    order = np.argsort(at, kind="stable")
    return replace(
        result,
        allocation=result.allocation.reindex(units),
        shares=result.shares.reindex(units),
        emissions=None if result.emissions is None else result.emissions.reindex(units),
        quota=None if result.quota is None else result.quota.reindex(units),
        groups=None if result.groups is None else result.groups.reindex(units),
        infeasible=tuple(u for u in units.tolist() if u in set(result.infeasible)),
        capped=tuple(u for u in units.tolist() if u in set(result.capped)),
        audit=result.audit.iloc[order].reset_index(drop=True),
    )
