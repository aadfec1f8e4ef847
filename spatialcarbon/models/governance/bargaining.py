"""Sharing a surplus over a status quo: Nash bargaining, equal and proportional shares, Pareto."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import check_unique, checksum, conform
from spatialcarbon.core.errors import (
    AlignmentError,
    DegenerateDataError,
    InfeasibleError,
    MissingDataError,
    SchemaError,
    some,
)
from spatialcarbon.core.language import text
from spatialcarbon.core.results import Result
from spatialcarbon.models.governance.sharing_result import SharingResult

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text

RELATIVE = 1e-9
"""A loss below this share of the largest payoff is rounding."""

SUM_TOLERANCE = 1e-9


def nash_bargaining(
    total: float,
    status_quo: pd.Series[Any] | Mapping[Any, float],
    *,
    weights: pd.Series[Any] | Mapping[Any, float] | None = None,
) -> SharingResult:
    r"""What does each get if the surplus over the status quo is bargained over?

    Use it where everybody can refuse and then all fall back to the status quo. With
    equal weights everybody gains the same amount. It looks at no group between one
    player and all of them; where groups could leave together, see
    :func:`nucleolus` and :func:`core_test`.

    Parameters
    ----------
    total : float
        What all have together after agreement.
    status_quo : Series or mapping
        What each has without agreement, in the same measure.
    weights : Series or mapping, optional
        Bargaining power, above zero, summing to one; equal if left out.

    Returns
    -------
    SharingResult
        ``shares``, with the status quo as ``standalone``.

    Raises
    ------
    InfeasibleError
        The total is below the sum of the status quo: there is nothing to agree on.
    SchemaError
        Weights that do not sum to one or are not above zero.

    Notes
    -----
    Maximises :math:`\prod_k (x_k - d_k)^{\omega_k}` over
    :math:`\sum_k x_k = V`, which gives

    .. math::

        x_k = d_k + \omega_k \left(V - \sum_l d_l\right).

    References
    ----------
    Nash (1950), Econometrica 18:155–162.

    Examples
    --------
    >>> nash_bargaining(10.0, {"a": 1.0, "b": 3.0}).shares.to_dict()
    {'a': 4.0, 'b': 6.0}
    """
    quo = _labelled(status_quo, text("the status quo"))
    if weights is None:
        power = pd.Series(1.0 / len(quo), index=quo.index)
    else:
        given = _labelled(weights, text("the list of weights"))
        power = conform(given, quo.index, name=text("the list of weights"))
        if (power <= 0).any() or abs(float(power.sum()) - 1) > SUM_TOLERANCE:
            raise SchemaError(
                "the weights of bargaining must be above zero and sum to one",
                arrived="a sum of {total:.6g}, smallest {least:.6g}",
                fix="weights / weights.sum()",
                total=float(power.sum()),
                least=float(power.min()),
            )
    return _shared("Nash bargaining", total, quo, power, ("nash1950",))


def proportional_sharing(
    total: float,
    status_quo: pd.Series[Any] | Mapping[Any, float],
    key: pd.Series[Any] | Mapping[Any, float],
) -> SharingResult:
    r"""What does each get if the surplus is shared in proportion to a key?

    Use it for rules that everybody can check, such as shares by abatement, by
    emission or by population. It says nothing about who made the surplus.

    Parameters
    ----------
    total : float
        What all have together.
    status_quo : Series or mapping
        What each has without agreement, in the same measure.
    key : Series or mapping
        Not negative, at least one above zero; any unit of measure.

    Returns
    -------
    SharingResult
        ``shares``, with the status quo as ``standalone``.

    Raises
    ------
    InfeasibleError
        The total is below the sum of the status quo.
    SchemaError, DegenerateDataError
        Negative keys; keys that are all zero.

    Notes
    -----
    .. math::

        x_k = d_k + \frac{q_k}{\sum_l q_l} \left(V - \sum_l d_l\right).

    Examples
    --------
    >>> proportional_sharing(10.0, {"a": 1.0, "b": 3.0}, {"a": 2.0, "b": 1.0}).shares.to_dict()
    {'a': 5.0, 'b': 5.0}
    """
    quo = _labelled(status_quo, text("the status quo"))
    parts = conform(_labelled(key, text("the key")), quo.index, name=text("the key"))
    if (parts < 0).any():
        raise SchemaError("the key is negative for {players}", players=some(parts.index[parts < 0]))
    if parts.sum() == 0:
        raise DegenerateDataError("the key is zero for every player")
    return _shared("Proportional sharing", total, quo, parts / parts.sum(), ())


@dataclass(frozen=True, kw_only=True, eq=False)
class ParetoResult(Result):
    """Whether anybody loses, who is worst off, and what would make everybody sign.

    Parameters
    ----------
    pareto : bool
        Whether nobody has less than in the status quo.
    worst_off : object
        The player who gains least; equal gains go to the one listed first.
    worst_gain : float
        What that player gains (negative: loses).
    losers : tuple
        Everybody who loses.
    gain : Series
        Index player: what each has beyond the status quo, in the measure of the payoffs.
    smallest_transfers : Series
        Index player: the least that has to be paid to each so that nobody loses; 0 for
        the others.
    affordable : bool
        Whether those who gain can pay that among them.

    Examples
    --------
    >>> from spatialcarbon import pareto_check
    >>> found = pareto_check({"a": 5.0, "b": 2.0}, {"a": 1.0, "b": 3.0})
    >>> found.losers, found.worst_gain, found.affordable
    (('b',), -1.0, True)
    >>> found.to_frame().to_numpy().tolist()
    [['a', 4.0, False, 0.0], ['b', -1.0, True, 1.0]]
    """

    pareto: bool
    worst_off: Any
    worst_gain: float
    losers: tuple[Any, ...]
    gain: pd.Series[float]
    smallest_transfers: pd.Series[float]
    affordable: bool

    def to_frame(self) -> pd.DataFrame:
        """Return a row per player: gain, loses, smallest_transfer."""
        return pd.DataFrame(
            {
                "player": self.gain.index,
                "gain": self.gain.to_numpy(),
                "loses": self.gain.index.isin(list(self.losers)),
                "smallest_transfer": self.smallest_transfers.to_numpy(),
            }
        )


def pareto_check(
    payoff: pd.Series[Any] | Mapping[Any, float],
    status_quo: pd.Series[Any] | Mapping[Any, float],
) -> ParetoResult:
    """Is anybody worse off than before, who most, and what would make everybody sign?

    Parameters
    ----------
    payoff : Series or mapping
        What each has under the agreement.
    status_quo : Series or mapping
        What each has without it, in the same measure.

    Returns
    -------
    ParetoResult
        ``pareto``, ``worst_off``, ``losers`` and ``smallest_transfers``.

    Raises
    ------
    AlignmentError
        Payoff and status quo are not about the same players.

    Notes
    -----
    The smallest transfer to k is the larger of zero and what k has less than
    before. A difference below 1e-9 of the largest payoff is rounding.

    Examples
    --------
    >>> found = pareto_check({"a": 5.0, "b": 2.0}, {"a": 1.0, "b": 3.0})
    >>> found.pareto, found.worst_off, found.smallest_transfers.to_dict()
    (False, 'b', {'a': 0.0, 'b': 1.0})
    """
    quo = _labelled(status_quo, text("the status quo"))
    name = text("the list of payoffs")
    now = conform(_labelled(payoff, name), quo.index, name=name)
    tolerance = RELATIVE * max(float(quo.abs().max()), float(now.abs().max()))
    gain = (now - quo).rename("gain")
    losing = gain < -tolerance
    return ParetoResult(
        method="Pareto check",
        pareto=not losing.any(),
        worst_off=gain.idxmin(),
        worst_gain=float(gain.min()),
        losers=tuple(gain.index[losing]),
        gain=gain,
        smallest_transfers=(-gain).where(losing, 0.0).rename("smallest_transfer"),
        affordable=bool(gain.sum() >= -tolerance * len(gain)),
        settings={"tolerance": tolerance, "data": checksum(pd.DataFrame({"q": quo, "p": now}))},
    )


def _labelled(data: pd.Series[Any] | Mapping[Any, float], name: Text) -> pd.Series[float]:
    """Return a Series of finite numbers, one per player."""
    series = pd.Series(data, dtype=object) if isinstance(data, Mapping) else data
    if not isinstance(series, pd.Series):
        raise AlignmentError(
            "{name} is a {kind} without labels",
            expected="a pandas Series indexed by unit",
            fix="pd.Series(data, index=weights.units), if the order is known to be the same",
            name=name,
            kind=type(data).__name__,
        )
    if len(series) == 0:
        raise SchemaError("there are no players")
    check_unique(series.index, name)
    return conform(series, series.index, name=name)


def _shared(
    method: str,
    total: float,
    quo: pd.Series[float],
    power: pd.Series[float],
    references: tuple[str, ...],
) -> SharingResult:
    if not np.isfinite(total):
        raise MissingDataError("the total to share is not a finite number")
    surplus = float(total) - float(quo.sum())
    if surplus < -RELATIVE * max(1.0, float(quo.abs().max())):
        raise InfeasibleError(
            "together the players have less than without agreement",
            arrived="{total:.6g} together, {alone:.6g} without",
            total=float(total),
            alone=float(quo.sum()),
        )
    return SharingResult(
        method=method,
        shares=(quo + power * surplus).rename("share"),
        standalone=quo.rename("standalone"),
        settings={
            "total": float(total),
            "weights": power.to_dict(),
            "data": checksum(pd.DataFrame({"status_quo": quo, "weight": power})),
        },
        references=references,
    )
