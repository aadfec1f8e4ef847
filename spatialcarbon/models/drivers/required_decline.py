"""The inverse question: how much faster must intensity fall for a peak by a given year?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.align import checksum
from spatialcarbon.core.compiled import thread_count
from spatialcarbon.core.errors import OptionError, some
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_count, check_fraction, suggestion
from spatialcarbon.core.results import Result
from spatialcarbon.core.rng import resolve_rng
from spatialcarbon.models.drivers.peak import check_tolerance
from spatialcarbon.models.drivers.simulation_input import checked_year, planned, said_errors
from spatialcarbon.models.drivers.simulation_paths import Extra, Group, Paths, in_order
from spatialcarbon.models.drivers.simulation_summary import standard_error

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.core.language import Text
    from spatialcarbon.core.rng import RNGLike
    from spatialcarbon.models.drivers.error_draws import Per
    from spatialcarbon.models.drivers.simulation_input import Base, Errors, Sharing

    Floats = npt.NDArray[np.float64]

Status = Literal["found", "not needed", "impossible"]

PRECISION = 1e-9
"""How exactly the decline of each draw is found."""

STEPS = 90
"""More than enough: a third of the steps halve the range."""

TINY = 1e-300
"""Above zero, for a last year that is exactly as high as the peak."""

NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, kw_only=True, eq=False)
class DeclineResult(Result):
    """The extra decline of intensity that a peak by a year needs.

    Parameters
    ----------
    value : float
        Fraction a year, added to alpha; 0 when none is needed, NaN when none in the
        range suffices.
    interval : tuple of float
        Range that 95 % of repetitions with other seeds would give. It is that of
        the Monte Carlo alone; infinite at its upper end where the range is left.
    status : {"found", "not needed", "impossible"}
        ``impossible`` means: not with an extra decline of up to ``most``.
    already : float
        Share of draws that peak by the year with no extra decline.
    already_error : float
        Its standard error.
    curve : DataFrame
        ``probability`` (0.05 to 0.95) and the ``decline`` that it needs; infinite
        where none in the range suffices.
    scenario : str
        The scenario that was strengthened.
    peak_by, from_year : int
        The year asked about, and the first one with the extra decline.
    probability : float
        Share of draws that was asked for, a fraction.

    Examples
    --------
    Emissions that fall by 2 % a year for certain need nothing more:

    >>> import pandas as pd
    >>> rates = pd.DataFrame(
    ...     [["calm", 2021, 2025, 0.0, 0.0, 0.0, 0.02]],
    ...     columns=["scenario", "start", "end", "delta", "chi", "beta", "alpha"],
    ... )
    >>> found = required_decline(
    ...     100.0, rates, scenario="calm", horizon=2025, peak_by=2022, errors=0.0, draws=100, rng=1
    ... )
    >>> found.value, found.status, found.already
    (0.0, 'not needed', 1.0)
    >>> found.to_frame()[["peak_by", "probability", "decline"]].values.tolist()
    [[2022.0, 0.9, 0.0]]
    """

    value: float
    interval: tuple[float, float]
    status: Status
    already: float
    already_error: float
    curve: pd.DataFrame
    scenario: str
    peak_by: int
    from_year: int
    probability: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row."""
        return pd.DataFrame(
            {
                "scenario": [self.scenario],
                "peak_by": [self.peak_by],
                "probability": [self.probability],
                "from_year": [self.from_year],
                "decline": [self.value],
                "low": [self.interval[0]],
                "high": [self.interval[1]],
                "status": [self.status],
                "already": [self.already],
                "already_error": [self.already_error],
            }
        )


def required_decline(
    base: Base,
    rates: pd.DataFrame,
    *,
    scenario: str,
    horizon: int,
    peak_by: int = 2030,
    probability: float = 0.9,
    from_year: int | None = None,
    most: float = 0.2,
    draws: int = 10_000,
    errors: Errors = None,
    correlation: pd.DataFrame | None = None,
    per: Per = "period",
    units: Sharing | float = "shared",
    base_year: int | None = None,
    tol: float = 1e-9,
    rng: RNGLike = None,
    threads: int | None = None,
) -> DeclineResult:
    r"""How much faster must carbon intensity fall for a peak in time, with some certainty?

    Use it to turn the chance of a peak into a demand. The answer is a number to be
    added to ``alpha`` of every year from ``from_year`` on, alike in all units; it
    says nothing about how to bring that about, nor what it costs.

    Parameters
    ----------
    base, rates, draws, errors, correlation, per, units, base_year, tol, rng, threads
        As for :func:`simulate`.
    scenario : str
        The scenario to strengthen.
    horizon : int
        Last year looked at, after ``peak_by``: a peak is one only when lower years
        follow.
    peak_by : int, default 2030
        The year by which emissions shall have peaked.
    probability : float, default 0.9
        Share of draws that shall peak by then, between 0 and 1.
    from_year : int, optional
        First year with the extra decline; the first projected year if left out.
    most : float, default 0.2
        Greatest extra decline considered, a fraction a year.

    Returns
    -------
    DeclineResult

    Raises
    ------
    OptionError
        An unknown scenario, a year outside the projection, or a horizon that does not
        go past ``peak_by``.
    SchemaError, AlignmentError, MissingDataError, InfeasibleError
        As :func:`simulate`.

    Notes
    -----
    For each draw :math:`i` the smallest extra decline that makes it peak in time,
    :math:`x_i`, is found with the same random numbers throughout. The
    answer is the smallest :math:`x` with

    .. math:: \#\{i : x_i \le x\} \ge q R

    and its interval is that of the order statistics :math:`q R \pm 1.96
    \sqrt{R q (1-q)}`. Of one unit, or of units with equal rates, more decline can
    never undo a peak; of a sum it could only in the rare case in which it shifts weight
    to units that grow.

    Where the extra decline would bring intensity below zero it stays at zero.

    Examples
    --------
    Output grows by 2 % a year for certain: intensity must fall by 1 - 1/1.02 a year.

    >>> import pandas as pd
    >>> rates = pd.DataFrame(
    ...     [["calm", 2021, 2025, 0.0, 0.02, 0.0, 0.0]],
    ...     columns=["scenario", "start", "end", "delta", "chi", "beta", "alpha"],
    ... )
    >>> found = required_decline(
    ...     100.0,
    ...     rates,
    ...     scenario="calm",
    ...     horizon=2025,
    ...     peak_by=2022,
    ...     from_year=2023,
    ...     errors=0.0,
    ...     draws=100,
    ...     rng=1,
    ... )
    >>> round(found.value, 6), found.status
    (0.019608, 'found')
    """
    stream = resolve_rng(rng)
    quota = check_fraction(probability, "probability")
    limit = check_fraction(most, "most")
    tolerance = check_tolerance(tol)
    plan, levels, _ = planned(
        base, _only(rates, scenario), horizon=horizon, base_year=base_year, draws=draws,
        errors=errors, correlation=correlation, per=per, units=units, stream=stream,
    )  # fmt: skip
    years = list(range(plan.rates.base_year, plan.rates.horizon + 1))
    by = checked_year(peak_by, years, "peak_by")
    since = years[1] if from_year is None else checked_year(from_year, years[1:], "from_year")
    if by == years[-1]:
        raise OptionError(
            "horizon={horizon} does not go past peak_by={year}",
            expected="later years: a peak is one only when lower years follow",
            fix="horizon={more}, with rates up to there",
            horizon=years[-1],
            year=by,
            more=by + 10,
        )
    count = thread_count() if threads is None else check_count(threads, "threads", minimum=1)
    search = _Search(Paths(plan, levels), years.index(by), years.index(since) - 1, tolerance, count)
    needed = np.sort(search.needed(limit))
    size = len(needed)
    share = float(np.count_nonzero(needed <= 0.0)) / size
    spread = NORMAL_95 * np.sqrt(size * quota * (1.0 - quota))
    value = _at(needed, quota * size)
    status: Status = "not needed" if value <= 0 else "found" if np.isfinite(value) else "impossible"
    chances = np.round(np.arange(0.05, 0.96, 0.05), 2)
    return DeclineResult(
        method="Required decline of intensity",
        value=value if status != "impossible" else float("nan"),
        interval=(_at(needed, quota * size - spread), _at(needed, quota * size + spread)),
        status=status,
        already=share,
        already_error=float(standard_error(share, size)),
        curve=pd.DataFrame(
            {"probability": chances, "decline": [_at(needed, q * size) for q in chances]}
        ),
        scenario=scenario,
        peak_by=by,
        from_year=since,
        probability=quota,
        settings={
            "seed": stream.seed, "draws": size, "scenario": scenario, "horizon": years[-1],
            "base_year": years[0], "peak_by": by, "probability": quota, "from_year": since,
            "most": limit, "per": per, "units": units, "tol": tolerance,
            "errors": said_errors(plan, rates),
            "correlation": None if correlation is None else correlation.to_dict(),
            "data": checksum(levels),
        },
        references=("raftery2017",),
        remarks=_remarks(status, limit, since, by),
    )  # fmt: skip


def _only(rates: Any, scenario: str) -> Any:
    """Return the rows of one scenario; what is no rate table is refused where tables are read."""
    if not isinstance(rates, pd.DataFrame) or "scenario" not in rates.columns:
        return rates
    known = list(dict.fromkeys(rates["scenario"].dropna().astype(str)))
    if scenario not in known:
        raise OptionError(
            "there is no scenario {scenario!r} in the rate table",
            expected="one of {known}",
            fix="scenario={close!r}" if suggestion(scenario, known) else "",
            scenario=scenario,
            known=some(known),
            close=suggestion(scenario, known),
        )
    return rates[rates["scenario"].astype(str) == scenario]


def _at(needed: Floats, rank: float) -> float:
    """Return the smallest decline that ``rank`` draws are content with."""
    at = int(np.ceil(rank - 1e-9)) - 1
    if at >= len(needed):
        return float("inf")
    return float(needed[max(at, 0)])


@dataclass(frozen=True, eq=False)
class _Search:
    """A search for all draws at once."""

    paths: Paths
    by: int
    start: int
    tol: float
    threads: int

    def needed(self, most: float) -> Floats:
        """Return the smallest extra decline of each draw: 0 where none, inf where none suffices.

        False position with a halved end (Illinois): the excess is almost straight in
        the decline, so that a few steps do where bisection needs thirty.
        """
        low = np.zeros(self.paths.plan.draws)
        high = np.full_like(low, most)
        above, below = self._excess(low), self._excess(high)
        content, hopeless = above <= 0.0, below > 0.0
        weight_low, weight_high = above.copy(), below.copy()
        for step in range(STEPS):
            open_ = ~content & ~hopeless & (high - low > PRECISION)
            if not open_.any():
                break
            with np.errstate(divide="ignore", invalid="ignore"):
                guess = low + (high - low) * weight_low / (weight_low - weight_high)
            # Every third step halves, so that no draw can stall.
            inside = np.isfinite(guess) & (guess > low) & (guess < high) & (step % 3 != 2)
            guess = np.where(inside, guess, 0.5 * (low + high))
            excess = self._excess(guess)
            lower = excess > 0.0
            weight_high = np.where(lower, 0.5 * weight_high, excess)
            weight_low = np.where(lower, excess, 0.5 * weight_low)
            low, high = np.where(lower, guess, low), np.where(lower, high, guess)
        return np.where(content, 0.0, np.where(hopeless, np.inf, high))

    def _excess(self, decline: Floats) -> Floats:
        """Return the logarithm by which later years are too high; at most 0 is in time."""
        total: Floats | None = None
        extra = Extra(decline, self.start)

        def work(group: Group) -> Floats:
            levels = self.paths.ratios(group, extra)[0][0]
            levels *= group.weight
            return levels

        for _, levels in in_order(work, self.paths.groups, self.threads):
            if total is None:
                total = levels
            else:
                total += levels
        assert total is not None
        before = total[: self.by + 1].max(axis=0)
        after = total[self.by + 1 :].max(axis=0)
        with np.errstate(divide="ignore"):
            later = np.log(after / before) + np.log1p(-self.tol)
            # The last year must be lower, not as high.
            last = np.log(total[-1] / before) - np.log1p(-self.tol)
        late = np.where(last >= 0.0, np.maximum(last, TINY), last)
        return np.asarray(np.maximum(later, late), dtype=np.float64)


def _remarks(status: str, most: float, since: int, by: int) -> tuple[Text, ...]:
    said = [
        text(
            "the interval is that of the Monte Carlo alone: it does not hold the doubt about the "
            "rates and their errors"
        )
    ]
    if status == "impossible":
        said.append(
            text(
                "no extra decline of up to {most:g} a year from {since} suffices: later years may "
                "be too late for a peak by {by}",
                most=most,
                since=since,
                by=by,
            )
        )
    return tuple(said)
