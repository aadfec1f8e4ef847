"""Monte Carlo on scenario rates: the range of emissions, and the chance of a peak by a year."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatialcarbon.core.align import checksum
from spatialcarbon.core.compiled import thread_count
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_count, check_option
from spatialcarbon.core.rng import resolve_rng
from spatialcarbon.models.drivers.peak import Tie, check_tolerance
from spatialcarbon.models.drivers.rate_errors import DEFAULT_SHARE
from spatialcarbon.models.drivers.rates import RATES
from spatialcarbon.models.drivers.scenario import projected_levels
from spatialcarbon.models.drivers.simulation_frames import (
    Asked,
    Found,
    by_year,
    total_frames,
    unit_frames,
)
from spatialcarbon.models.drivers.simulation_input import (
    SPREAD_COLUMNS,
    checked_quantiles,
    checked_target,
    checked_year,
    planned,
    said_errors,
)
from spatialcarbon.models.drivers.simulation_paths import Group, Paths, in_order
from spatialcarbon.models.drivers.simulation_result import SimulationResult

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text
    from spatialcarbon.core.rng import RNGLike
    from spatialcarbon.models.drivers.error_draws import ErrorPlan, Per, Tally
    from spatialcarbon.models.drivers.simulation_frames import Floats
    from spatialcarbon.models.drivers.simulation_input import Base, Errors, Sharing

REFERENCES = ("raftery2017", "kaya1990")
Progress = Callable[[int, int], None]


def simulate(
    base: Base,
    rates: pd.DataFrame,
    *,
    horizon: int,
    draws: int = 10_000,
    errors: Errors = None,
    correlation: pd.DataFrame | None = None,
    per: Per = "period",
    units: Sharing | float = "shared",
    quantiles: Sequence[float] = (0.05, 0.25, 0.5, 0.75, 0.95),
    target: float | Mapping[int, float] | pd.Series[float] | None = None,
    peak_by: int | None = None,
    base_year: int | None = None,
    tol: float = 1e-9,
    tie: Tie = "first",
    rng: RNGLike = None,
    progress: Progress | None = None,
    threads: int | None = None,
) -> SimulationResult:
    r"""How sure can one be of a projected level, and of a peak by a given year?

    Use it wherever :func:`project` is used and the rates are not known for sure:
    each draw adds an error to every rate and projects once. It answers for the
    errors that you give it, no more: it knows nothing of what your scenarios leave
    out. Without errors of your own each rate gets a normal error of a fifth of its
    own size, which is a convention and no estimate, and the result says so.

    Parameters
    ----------
    base, rates, horizon, base_year
        As for :func:`project`. The rate table may have columns ``delta_sd, chi_sd,
        beta_sd, alpha_sd``: standard deviations of normal errors, fractions a year,
        by row.
    draws : int, default 10_000
        At least 2. The standard error of a probability is at most
        0.5 / sqrt(draws): 0.005 for 10,000.
    errors : mapping, number, str or None
        Rate → distribution of its error, in fractions a year: ``0.01`` or
        ``"normal(0.01)"`` (standard deviation), ``"uniform(0.01)"`` (±0.01),
        ``"triangular(-0.01, 0, 0.02)"`` (low, mode, high; its mean need not be
        zero), ``"relative(0.2)"`` (normal, standard deviation as a share of the
        rate). A rate that is not named is certain. One distribution alone holds for
        all four rates.
    correlation : DataFrame, optional
        Of the normal scores behind the errors, ``delta, chi, beta, alpha`` on both
        sides. ``beta`` and ``alpha`` are declines: a positive correlation of
        ``chi`` and ``alpha`` says that fast growth comes with fast decline of
        intensity.
    per : {"period", "year"}
        Whether an error stays for a whole period of the rate table, or is drawn
        anew every year. Errors that stay add up; yearly ones mostly cancel.
    units : {"shared", "independent"} or float
        Whether units share their errors, have their own, or something between: the
        correlation of the scores of any two units, from 0 to 1.
    quantiles : sequence of float
        From 0 to 1. They are exact quantiles of the draws, of units as well.
    target : float, mapping or Series, optional
        Level not to be exceeded, in the unit of the base: in every year, or by year.
    peak_by : int, optional
        The year asked about in ``overview`` and ``unit_peaks``; the horizon if left
        out. All years are in ``peaked_by``.
    tol, tie
        What counts as a peak, as for :func:`peak`.
    rng : int, Generator or None
        Seed. Scenarios share their random numbers, so that their differences are
        sharper than each of them.
    progress : callable, optional
        Called as ``progress(done, total)``.
    threads : int, optional
        All processors if left out. The result does not depend on it.

    Returns
    -------
    SimulationResult

    Raises
    ------
    SchemaError, MissingDataError, AlignmentError
        As :func:`project`; also errors given twice, a correlation that is none.
    OptionError
        An unknown distribution, a correlation that is not positive semidefinite.
    InfeasibleError
        Errors that break the bounds of the rates in nearly every draw.

    Notes
    -----
    .. math:: C_{t+1} = C_t (1+\delta+e^{\delta})(1+\chi+e^{\chi})
              (1-\beta-e^{\beta})(1-\alpha-e^{\alpha})

    Errors come from a Gaussian copula: :math:`z \sim N(0, R)`,
    :math:`e_f = F_f^{-1}(\Phi(z_f))`. The correlation of normal errors is that of the
    scores; that of uniform ones is :math:`(6/\pi)\arcsin(\rho/2)`. Errors that would
    bring a factor to zero or below are drawn again and counted in ``rejected``.

    The mean of the draws is not the projection without errors: a product of uncertain
    growth has another mean than the product of the means, and errors that stay for
    several years add to that.

    A draw counts as not peaked when it is highest in the last year. A peak in the base
    year means that the path falls from the start, so the true peak may be earlier.

    Every chunk of 10,000 draws of every unit and starting year has a seed of its own.
    Memory grows with draws × years × scenarios, not with units.

    References
    ----------
    Raftery et al. (2017) use a probabilistic Kaya identity.

    Examples
    --------
    Emissions of 100 that grow by 1 % a year or, as likely, fall by 1 %: half of the
    draws are highest in the last year.

    >>> import pandas as pd
    >>> rates = pd.DataFrame(
    ...     [["calm", 2021, 2022, 0.0, 0.0, 0.0, 0.0]],
    ...     columns=["scenario", "start", "end", "delta", "chi", "beta", "alpha"],
    ... )
    >>> found = simulate(100.0, rates, horizon=2022, errors={"alpha": 0.01}, rng=1)
    >>> found.peak_probability[["peak", "probability"]].round(1).to_dict("list")
    {'peak': [2020, 2021, 2022, 'not peaked'], 'probability': [0.5, 0.0, 0.0, 0.5]}
    """
    stream = resolve_rng(rng)
    check_option(tie, Tie, "tie")
    plan, levels, named = planned(
        base, rates, horizon=horizon, base_year=base_year, draws=draws, errors=errors,
        correlation=correlation, per=per, units=units, stream=stream,
    )  # fmt: skip
    years = list(range(plan.rates.base_year, plan.rates.horizon + 1))
    asked = Asked(
        quantiles=checked_quantiles(quantiles),
        targets=checked_target(target, years),
        peak_by=checked_year(peak_by, years, "peak_by"),
        years=years,
        tol=check_tolerance(tol),
        tie=tie,
    )
    count = thread_count() if threads is None else check_count(threads, "threads", minimum=1)
    paths = Paths(plan, levels)
    totals, parts = _summed(paths, asked if named else None, count, progress)
    order = base.index if isinstance(base, (pd.Series, pd.DataFrame)) else levels.index[:0]
    whole = [asked.of(levels_, with_targets=True) for levels_ in totals]
    remarks = _remarks(plan, paths, asked, whole, rates, errors)
    return SimulationResult(
        method="Monte Carlo of scenario rates",
        **total_frames(plan, asked, whole),
        projection=_projection(plan, levels, years),
        rejected=pd.DataFrame(
            {"drawn": paths.tally.drawn, "rejected": paths.tally.rejected},
            index=pd.Index(plan.rates.scenarios, name="scenario"),
        ),
        **unit_frames(paths, levels, asked, parts, order),
        settings={
            "seed": stream.seed,
            "draws": plan.draws,
            "horizon": plan.rates.horizon,
            "base_year": plan.rates.base_year,
            "scenarios": list(plan.rates.scenarios),
            "errors": said_errors(plan, rates),
            "correlation": None if correlation is None else correlation.to_dict(),
            "per": per,
            "units": units,
            "quantiles": list(asked.quantiles),
            "target": asked.targets or None,
            "peak_by": asked.peak_by,
            "tol": asked.tol,
            "tie": tie,
            "data": checksum(levels),
            "rates": checksum(pd.DataFrame(plan.rates.values.reshape(-1, len(RATES)))),
        },
        references=REFERENCES,
        remarks=remarks,
    )  # fmt: skip


def _summed(
    paths: Paths, asked: Asked | None, threads: int, progress: Progress | None
) -> tuple[list[Floats], list[tuple[Group, list[Found]]]]:
    """Return the total of every draw, and what was read of each group on the way."""

    def work(group: Group) -> tuple[list[Floats], Tally, list[Found]]:
        ratios, tally = paths.ratios(group)
        read = [] if asked is None else [asked.of(ratio) for ratio in ratios]
        for ratio in ratios:
            ratio *= group.weight
        return ratios, tally, read

    totals: list[Floats] = []
    parts: list[tuple[Group, list[Found]]] = []
    for done, (group, (levels, tally, read)) in enumerate(in_order(work, paths.groups, threads)):
        if totals:
            for total, part in zip(totals, levels, strict=True):
                total += part
        else:
            totals = levels
        paths.tally.add(tally)
        parts.append((group, read))
        if progress is not None:
            progress(done + 1, len(paths.groups))
    return totals, parts


def _projection(plan: ErrorPlan, levels: pd.Series[float], years: list[int]) -> pd.DataFrame:
    projected = projected_levels(np.asarray(levels, dtype=np.float64), plan.rates.omega)
    return by_year(list(projected.sum(axis=1)), plan, years)


def _remarks(
    plan: ErrorPlan,
    paths: Paths,
    asked: Asked,
    found: list[Found],
    rates: pd.DataFrame,
    errors: Errors,
) -> tuple[Text, ...]:
    said = list(plan.rates.remarks)
    if errors is None and not set(SPREAD_COLUMNS) & set(rates.columns):
        said.append(
            text(
                "no errors were given: each rate has a normal error with a standard deviation of "
                "{share:g} of its size, which is a convention and no estimate",
                share=DEFAULT_SHARE,
            )
        )
    if not plan.active:
        said.append(text("no rate is uncertain: every draw is the projection itself"))
        return tuple(said)
    said.append(
        text(
            "the mean of the draws is not the projection without errors: growth is a product, and "
            "an error that stays adds up"
        )
    )
    if len(paths.units) > 1:
        said.append(_sharing(plan.between))
    if paths.tally.rejected.any():
        said.append(
            text(
                "{n} errors left the bounds of the rates and were drawn again: their distributions "
                "are cut there",
                n=int(paths.tally.rejected.sum()),
            )
        )
    if any(one.counts[0] for one in found):
        said.append(
            text(
                "a peak in {first} means a path that falls from the start: the true peak may be "
                "earlier",
                first=asked.years[0],
            )
        )
    return tuple(said)


def _sharing(between: float) -> Text:
    if between == 1.0:
        return text("units share their errors, so that nothing averages out in the total")
    if between == 0.0:
        return text("units have errors of their own, which average out in the total")
    return text("errors of any two units have a correlation of {rho:g}", rho=between)
