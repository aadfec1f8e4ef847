"""Places that look ahead: a stock that builds up and decays, with and without cooperation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import canonical_order, checksum, conform
from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_count, check_positive
from spatialcarbon.core.results import Result
from spatialcarbon.models.governance.game import Game
from spatialcarbon.models.governance.govern_places import read_places, read_spillover

if TYPE_CHECKING:
    from spatialcarbon.models.governance.game import Floats
    from spatialcarbon.weights.spillover import Spillover
    from spatialcarbon.weights.weights import Weights

MODES = ("nash", "cooperation")


@dataclass(frozen=True, kw_only=True, eq=False)
class DynamicGameResult(Result):
    """Abatement, stock and value of every place, with and without cooperation.

    Parameters
    ----------
    abatement : DataFrame
        Place × (nash, cooperation), t CO2 a year; the same in every year.
    steady_state : DataFrame
        Place × (nash, cooperation): the stock that is reached in the end, t CO2.
    path : DataFrame
        Tidy, a row per year, mode and place: ``year, mode, place, stock`` (t CO2).
    value : DataFrame
        Place × (nash, cooperation): discounted payoff from the first stock on, CNY.
    marginal : DataFrame
        What a tonne abated (column) is worth to a place (row) over all the time that it
        would have stayed, CNY per t.
    half_life : float
        Years after which half of the way to the steady state is done.
    corner : DataFrame
        Place × (nash, cooperation): whether a place abates all it emits.

    Examples
    --------
    Two places that share all harm: a tonne is worth 2 · 0.5/(0.05 + 0.15) = 5 CNY
    to each, so that each abates 5/5 t alone and 10/5 t together.

    >>> import pandas as pd
    >>> from spatialcarbon import dynamic_game
    >>> places = pd.DataFrame({"emission": 9.0, "damage": 2.0, "cost": 5.0}, index=["A", "B"])
    >>> both = pd.DataFrame(0.5, places.index, places.index)
    >>> found = dynamic_game(places, both, discount=0.05, decay=0.15)
    >>> found.abatement.loc["A"].round(6).to_dict()
    {'nash': 1.0, 'cooperation': 2.0}
    >>> found.gain.round(6).to_dict(), found.losers, round(found.half_life, 2)
    ({'A': 50.0, 'B': 50.0}, (), 4.62)
    >>> found.to_frame()[["place", "mode", "steady_state"]].round(6).to_numpy().tolist()[:2]
    [['A', 'nash', 53.333333], ['B', 'nash', 53.333333]]
    """

    abatement: pd.DataFrame
    steady_state: pd.DataFrame
    path: pd.DataFrame
    value: pd.DataFrame
    marginal: pd.DataFrame
    half_life: float
    corner: pd.DataFrame

    @property
    def gain(self) -> pd.Series[float]:
        """Discounted gain of each place by cooperation without payments, CNY."""
        return (self.value["cooperation"] - self.value["nash"]).rename("gain")

    @property
    def losers(self) -> tuple[Any, ...]:
        """The places that would be worse off by cooperation without payments."""
        gain = self.gain
        return tuple(gain.index[gain < -1e-9 * self.value.abs().to_numpy().max()])

    def to_frame(self) -> pd.DataFrame:
        """Return a row per place and mode: abatement, steady_state, value, corner."""
        tables = {
            "abatement": self.abatement,
            "steady_state": self.steady_state,
            "value": self.value,
            "corner": self.corner,
        }
        parts = [
            pd.DataFrame({name: table[mode] for name, table in tables.items()})
            .rename_axis("place")
            .reset_index()
            .assign(mode=mode)
            for mode in MODES
        ]
        return pd.concat(parts, ignore_index=True)[["place", "mode", *tables]]


def dynamic_game(
    places: pd.DataFrame,
    spillover: Spillover | Weights | pd.DataFrame,
    *,
    discount: float,
    decay: float,
    stock: pd.Series[Any] | float = 0.0,
    horizon: int = 50,
    share: float | pd.Series[Any] | None = None,
    units: Mapping[str, str] | None = None,
) -> DynamicGameResult:
    r"""How much do places abate that look ahead, and where does the stock of pollution end?

    Use it where damage comes with a stock that decays, such as air or water pollution over
    years: a tonne avoided now is worth what it would have harmed for as long as it stays.
    Damage must be linear. For compensation or licensing between such places, call
    :func:`govern` with ``damage`` divided by ``discount + decay``: every static formula then
    holds for the discounted payoffs, apart from what was there at the start.

    Parameters
    ----------
    places : DataFrame
        As for :func:`govern`: ``emission`` (t CO2 a year), ``damage`` (CNY per t of stock and
        year), ``cost`` (CNY per t² of yearly abatement).
    spillover : Spillover, DataFrame or Weights
        As for :func:`govern`.
    discount : float
        Discount rate per year, above zero.
    decay : float
        Part of the stock that decays per year, above zero.
    stock : Series or float
        Stock in each place at the start, t CO2, zero or more.
    horizon : int
        Years of the path, at least 1.
    share, units
        As for :func:`govern`.

    Returns
    -------
    DynamicGameResult

    Raises
    ------
    OptionError
        A discount or decay that is not above zero.
    SchemaError
        A stock below zero, or what :func:`govern` refuses.

    Notes
    -----
    Stocks follow :math:`\dot Z = S(e-a) - kZ`, and each place maximises
    :math:`\int_0^\infty e^{-\rho t}(-d_iZ_i - \tfrac12 c_i a_i^2)\,dt`. Value functions are
    linear in the stock, so that it makes no difference whether places commit themselves at
    the start or watch the stock:

    .. math::

       a^N_i = \frac{d_i S_{ii}}{c_i(\rho+k)}, \qquad
       a^C_i = \frac{\sum_j d_j S_{ji}}{c_i(\rho+k)}, \qquad
       Z_\infty = \frac{S(e-a)}{k},

    .. math:: Z(t) = Z_\infty + e^{-kt}(Z_0 - Z_\infty)

    with :math:`a_i \le e_i`. Values are discounted to the start. A model with emission
    trading and taxes, as in Xu and Tan, has other equilibria; this is its simpler relative.

    References
    ----------
    Dockner and Long (1993); Xu and Tan (2023).

    Examples
    --------
    >>> import pandas as pd
    >>> places = pd.DataFrame(
    ...     {"emission": 10.0, "damage": [2.0, 1.2, 0.8], "cost": [2.0, 1.0, 1.5]},
    ...     index=["A", "B", "C"],
    ... )
    >>> shares = pd.DataFrame(
    ...     [[0.7, 0.2, 0.1], [0.2, 0.6, 0.2], [0.1, 0.2, 0.7]], places.index, places.index
    ... )
    >>> result = dynamic_game(places, shares, discount=0.05, decay=0.15)
    >>> result.steady_state.round(6).loc["A"].to_dict()
    {'nash': 44.288889, 'cooperation': 35.844444}
    """
    rate, fade = check_positive(discount, "discount"), check_positive(decay, "decay")
    years = np.arange(check_count(horizon, "horizon", minimum=1) + 1)
    given = read_spillover(spillover, share)
    table = read_places(places, given.units, False, units)
    first = _first(stock, given.units)
    order = canonical_order(given.units)
    game = Game(
        units=given.units[order],
        emission=table["emission"].to_numpy()[order],
        harm=table["damage"].to_numpy()[order] / (rate + fade),
        cost=table["cost"].to_numpy()[order],
        spill=given.values[np.ix_(order, order)],
    )
    start = np.asarray(first)[order]
    plans = {"nash": game.nash(), "cooperation": game.cooperation()}
    steady = {mode: game.exposure(plan) / fade for mode, plan in plans.items()}
    value = {mode: _value(game, plan, start, rate) for mode, plan in plans.items()}
    corner = {mode: game.corner(plan) for mode, plan in plans.items()}

    def labelled(columns: Mapping[str, Any]) -> pd.DataFrame:
        return pd.DataFrame(columns, index=game.units).loc[given.units]

    marginal = pd.DataFrame(game.marginal(), game.units, game.units).loc[given.units, given.units]
    return DynamicGameResult(
        method="Dynamic game of abatement",
        abatement=labelled(plans),
        steady_state=labelled(steady),
        path=_path(labelled(steady), first, fade, years),
        value=labelled(value),
        marginal=marginal.rename_axis(index="helped", columns="abating"),
        half_life=float(np.log(2.0) / fade),
        corner=labelled(corner),
        settings={
            "discount": rate,
            "decay": fade,
            "horizon": int(years[-1]),
            "stock": checksum(first),
            "spillover": given.describe(),
            "data": checksum(table),
        },
        references=("dockner1993", "xu2023"),
        remarks=(
            *given.remarks(),
            *(
                text("abatement stops at all that is emitted ({modes}): {labels}",
                     modes=mode, labels=some(game.units[ends & (game.emission > 0)]))
                for mode, ends in corner.items()
                if bool((ends & (game.emission > 0)).any())
            ),
        ),
    )  # fmt: skip


def _value(game: Game, plan: Floats, start: Floats, rate: float) -> Floats:
    r"""Return the discounted payoff of each place: of the flow, and of the stock there was.

    Per tonne of the first stock a place loses :math:`d_i/(\rho+k)`, and per year of emission
    :math:`d_i/(\rho+k)/\rho` times what reaches it.
    """
    flow = game.payoff(plan) / rate
    left: Floats = flow - game.harm * start
    return left


def _path(steady: pd.DataFrame, first: pd.Series[float], fade: float, years: Any) -> pd.DataFrame:
    weight = np.exp(-fade * years)[:, None]
    parts = []
    for mode in MODES:
        end = steady[mode].to_numpy()
        stock = end + weight * (first.to_numpy() - end)
        wide = pd.DataFrame(stock, index=pd.Index(years, name="year"), columns=steady.index)
        long = wide.melt(ignore_index=False, var_name="place", value_name="stock").reset_index()
        parts.append(long.assign(mode=mode))
    return pd.concat(parts, ignore_index=True)[["year", "mode", "place", "stock"]]


def _first(stock: pd.Series[Any] | float, units: pd.Index) -> pd.Series[float]:
    given = stock if isinstance(stock, pd.Series) else pd.Series(stock, units)
    first = conform(given, units, name=text("stock"))
    below = first.index[first < 0]
    if len(below):
        raise SchemaError(
            "{column} is below zero for {labels}",
            expected="zero or more",
            column=text("stock"),
            labels=some(below),
        )
    return first
