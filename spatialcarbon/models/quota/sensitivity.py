"""Would the allocation be another one with other weights, another λ, or slightly other numbers?"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
import pandas as pd

from spatialcarbon.core.align import canonical_order, conform_labels
from spatialcarbon.core.errors import InfeasibleAllocationWarning, OptionError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_count, check_option
from spatialcarbon.core.rng import RNGLike, resolve_rng
from spatialcarbon.models.quota.allocation import allocate
from spatialcarbon.models.quota.criteria import CRITERIA, EMISSIONS, GDP, INTENSITY
from spatialcarbon.models.quota.critic import Weighting
from spatialcarbon.models.quota.sensitivity_draws import Simulated, simulate
from spatialcarbon.models.quota.sensitivity_engine import Case, Floats, Mix, amounts_of
from spatialcarbon.models.quota.sensitivity_result import AllocationSensitivityResult
from spatialcarbon.models.quota.sensitivity_stability import (
    noise_row,
    shares_of_variance,
    stability_of,
)
from spatialcarbon.models.quota.sensitivity_variants import compare, remarks_on, variants_of
from spatialcarbon.models.quota.terms import MIXED

if TYPE_CHECKING:
    from spatialcarbon.models.quota.allocation_result import AllocationResult
    from spatialcarbon.models.quota.preference import Rule
    from spatialcarbon.models.quota.weighting import Directions, Normalisation

MixedPrinciple = Literal["comprehensive", "fairness", "efficiency"]
PREFERENCES = (1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0)


def allocation_sensitivity(
    total: float | pd.Series[Any],
    criteria: pd.DataFrame,
    *,
    principle: MixedPrinciple = "comprehensive",
    weighting: Sequence[Weighting] = ("entropy", "equal", "critic"),
    preferences: Sequence[float] = PREFERENCES,
    leave_out: bool = True,
    noise: float | Mapping[str, float] = 0.05,
    draws: int = 1000,
    top: int = 5,
    preference: float = 1.5,
    rule: Rule = "paper",
    emissions: pd.Series[Any] | None = None,
    indicators: Sequence[str] | None = None,
    preferred: Sequence[str] | None = None,
    directions: Directions | None = None,
    normalisation: Normalisation = "minmax",
    within: pd.Series[Any] | None = None,
    rng: RNGLike = None,
) -> AllocationSensitivityResult:
    r"""Does an allocation hang on its weights, its λ, one criterion, or errors in the numbers?

    Use it before an allocation by several criteria is reported: weights by entropy are
    one choice among several, λ is picked by hand, and statistics have errors. It says
    which regions keep their rank whatever is chosen. It does not say which choice is
    right, and a stable rank is no sign of a fair one.

    Parameters
    ----------
    total : float or Series
        As for :func:`allocate`, above zero.
    criteria : DataFrame
        Unit × criterion, as for :func:`allocate`.
    principle : {"comprehensive", "fairness", "efficiency"}
        Of the allocation that is tested; those of one criterion have no weights.
    weighting : sequence of {"entropy", "equal", "critic"}
        Ways of weighting to compare; the first is that of the base.
    preferences : sequence of float
        Values of λ, one or more, to try with both rules and towards both sides.
    leave_out : bool
        Whether to try without each criterion.
    noise : float or mapping
        Relative standard deviation of the errors of all columns, or of each: 0.05 is
        5 %. Of columns that a mapping leaves out, zero.
    draws : int
        How often the numbers are drawn anew; 0 for not at all.
    top : int
        How many ranks count as the top.
    preference : float
        λ of the base, where it leans.
    rule : {"paper", "renormalise"}
        That of the base, where it leans.
    emissions : Series, optional
        As for :func:`allocate`.
    indicators, preferred : sequence of str, optional
        As for :func:`allocate`.
    directions : mapping, optional
        As for :func:`allocate`.
    normalisation : {"minmax", "sum"}
        As for :func:`allocate`.
    within : Series, optional
        As for :func:`allocate`.
    rng : int, Generator, optional
        Seed of the draws; recorded in the settings.

    Returns
    -------
    AllocationSensitivityResult
        ``stability`` has the range of ranks of each unit, ``agreement`` Kendall's tau
        of each variant to the base, ``table`` every allocation, ``variance`` what errors
        in each column contribute.

    Raises
    ------
    OptionError
        A total of zero, λ below one, noise below zero or of an unknown column, a principle of
        one criterion; otherwise as :func:`allocate`.
    AlignmentError, DegenerateDataError, MissingDataError, SchemaError
        As :func:`allocate`, of the base. Variants that do not exist are rows with a status.

    Notes
    -----
    Draws multiply each number by an error of its own, :math:`x' = x f` with

    .. math:: f = \exp(\sigma z - \sigma^2/2), \qquad \sigma^2 = \ln(1 + c^2), \qquad
              z \sim N(0, 1)

    so that :math:`f` is positive, of mean one and relative standard deviation :math:`c`.
    Where emissions per GDP follow from both, the errors are those of emissions and GDP. A
    criterion that is the same everywhere keeps its values, since min–max would stretch its
    errors to the full scale. The part of column :math:`j` in the variance is

    .. math:: \frac{\mathrm{Var}_j(A_i)}{\sum_k \mathrm{Var}_k(A_i)}

    with noise in column :math:`j` alone; ``additivity`` near one says that columns hardly
    act together. Draws for which the paper rule stops are counted and left out. Caps are
    not applied. Amounts of all draws are held at once: 8 bytes for each draw and unit.

    References
    ----------
    Saisana, Saltelli & Tarantola (2005) for uncertain weights, indicators and data of a
    composite index; Kendall (1945) for ties in the rank correlation.

    Examples
    --------
    ``b`` leads by population, ``c`` by GDP; which of them counts more decides:

    >>> table = pd.DataFrame(
    ...     {"population": [0.0, 4.0, 1.0], "gdp": [0.0, 2.0, 6.0]}, index=["a", "b", "c"]
    ... )
    >>> found = allocation_sensitivity(
    ...     12.0, table, indicators=["population", "gdp"], weighting=["equal"], draws=0
    ... )
    >>> found.base.allocation.round(2).tolist()
    [0.0, 6.3, 5.7]
    >>> found.pivot("rank", kind="leave_out").loc[["b", "c"]].to_numpy().tolist()
    [[2.0, 1.0], [1.0, 2.0]]
    """
    check_option(principle, MixedPrinciple, "principle")
    ways = _ways(weighting)
    grid = _grid(preferences)
    check_count(draws, "draws")
    check_count(top, "top", minimum=1)
    stream = resolve_rng(rng)
    with warnings.catch_warnings():
        # The base carries the same sentence among its remarks.
        warnings.simplefilter("ignore", InfeasibleAllocationWarning)
        base = allocate(
            total, criteria, principle=principle, preference=preference, rule=rule,
            emissions=emissions, indicators=indicators, preferred=preferred,
            directions=directions, weighting=ways[0], normalisation=normalisation, within=within,
        )  # fmt: skip
    if base.total <= 0:
        raise OptionError("a total of zero asks nothing of anybody, so nothing can change")
    wanted = tuple(CRITERIA if indicators is None else indicators)
    sides = {name: tuple(c for c in usual if c in wanted) for name, usual in MIXED.items() if usual}
    if principle != "comprehensive" and preferred is not None:
        sides[principle] = tuple(preferred)
    mix = Mix(
        indicators=wanted,
        negative=frozenset(k for k, way in (directions or {}).items() if way == "negative"),
        weighting=ways[0],
        normalisation=normalisation,
        leaning=() if principle == "comprehensive" else sides[principle],
        preference=float(preference),
        rule=rule,
    )
    case = _case(total, criteria, base, wanted, within)
    own = amounts_of(case.values[None], case, mix)[0]
    leanings = {name: side for name, side in sides.items() if 0 < len(side) < len(wanted)}
    variants = list(variants_of(mix, principle, ways, leanings, grid, leave_out))
    table, agreement = compare(variants, case, own)
    errors = _noise(noise, case)
    simulated = None
    if draws:
        emitted: Floats | None = None
        if base.emissions is not None:
            emitted = np.asarray(base.emissions.reindex(case.units), dtype=np.float64)
        simulated = simulate(case, mix, errors, draws, stream, emitted)
        agreement = pd.concat([agreement, noise_row(own, simulated, case)], ignore_index=True)
    units = criteria.index
    order = pd.Series(range(len(units)), index=units)
    rows = np.lexsort((order.reindex(table["unit"]), np.repeat(range(len(variants)), len(units))))
    return AllocationSensitivityResult(
        method="Sensitivity of the allocation",
        base=base,
        table=table.iloc[rows].reset_index(drop=True),
        agreement=agreement,
        stability=stability_of(own, table, simulated, case, top).reindex(units),
        variance=shares_of_variance(simulated, case).reindex(units),
        top=top,
        draws=draws,
        undefined=0 if simulated is None else simulated.undefined,
        settings={
            **base.settings,
            "weightings": list(ways),
            "preferences": list(grid),
            "leave_out": leave_out,
            "noise": dict(zip(case.sources, errors.tolist(), strict=True)),
            "draws": draws,
            "top": top,
            "seed": stream.seed,
        },
        references=tuple(dict.fromkeys((*base.references, "saisana2005", "kendall1945"))),
        remarks=(
            *base.remarks,
            *remarks_on(agreement, mix, leave_out, bool(leanings)),
            *_remarks_on_draws(simulated, draws),
        ),
    )


def _ways(weighting: Sequence[Weighting]) -> tuple[Weighting, ...]:
    given = (weighting,) if isinstance(weighting, str) else tuple(weighting)
    if not given:
        raise OptionError("weighting names no way of weighting", fix="weighting=['entropy']")
    checked = [check_option(way, Weighting, "weighting") for way in given]
    return cast("tuple[Weighting, ...]", tuple(dict.fromkeys(checked)))


def _grid(preferences: Sequence[float]) -> tuple[float, ...]:
    values = sorted({float(value) for value in preferences})
    bad = [value for value in values if not 1 <= value < float("inf")]
    if bad:
        raise OptionError(
            "preferences holds {values}",
            expected="values of λ of one or more",
            values=some(bad),
        )
    return tuple(values)


def _case(
    total: float | pd.Series[Any],
    criteria: pd.DataFrame,
    base: AllocationResult,
    wanted: Sequence[str],
    within: pd.Series[Any] | None,
) -> Case:
    """Return the numbers that were just checked by allocating them, as arrays."""
    units = criteria.index[canonical_order(criteria.index)]
    derived = INTENSITY in wanted and INTENSITY not in criteria
    needed = [c for c in wanted if not (derived and c == INTENSITY)]
    if GDP not in needed and GDP in criteria and INTENSITY in wanted:
        needed.append(GDP)
    columns = {c: criteria[c] for c in needed}
    if derived and base.emissions is not None:
        columns[EMISSIONS] = base.emissions
    values = np.column_stack(
        [c.reindex(units).to_numpy(dtype=np.float64) for c in columns.values()]
    )
    members, totals = None, None
    if within is not None:
        labels = conform_labels(within, units, name="within")
        groups = sorted(labels.unique(), key=str)
        members = tuple(np.flatnonzero((labels == group).to_numpy()) for group in groups)
        if isinstance(total, pd.Series):
            totals = total.reindex(groups).to_numpy(dtype=np.float64)
    return Case(units=units, sources=tuple(columns), values=values, total=base.total,
                members=members, totals=totals)  # fmt: skip


def _noise(noise: float | Mapping[str, float], case: Case) -> Floats:
    given = dict(noise) if isinstance(noise, Mapping) else dict.fromkeys(case.sources, noise)
    strange = [name for name in given if name not in case.sources]
    if strange:
        raise OptionError(
            "noise names {names}, which are not read",
            expected="columns among {known}",
            names=some(strange),
            known=", ".join(case.sources),
        )
    bad = [f"{name}: {value!r}" for name, value in given.items() if not _is_noise(value)]
    if bad:
        raise OptionError(
            "noise is no relative standard deviation: {values}",
            expected="numbers of zero or more, such as 0.05 for 5 %",
            values=some(bad),
        )
    spread = np.ptp(case.values, axis=0) > 1e-12 * np.abs(case.values).max(axis=0)
    wished = np.array([float(given.get(name, 0.0)) for name in case.sources])
    # Emissions and GDP that are the same everywhere still make emissions per GDP differ.
    return np.where(spread | (np.array(case.sources) == EMISSIONS), wished, 0.0)


def _is_noise(value: Any) -> bool:
    try:
        return not isinstance(value, bool) and 0 <= float(value) < float("inf")
    except (TypeError, ValueError):
        return False


def _remarks_on_draws(simulated: Simulated | None, draws: int) -> tuple[Text, ...]:
    if simulated is None or not simulated.undefined:
        return ()
    return (
        text(
            "{n} of {draws} draws have no allocation and were left out: λ times the weight of "
            "the preferred criteria exceeds one, or the weights do not exist",
            n=simulated.undefined,
            draws=draws,
        ),
    )
