"""Which mode of governance wins where: a sweep over damage, spillover and differences of cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.align import canonical_order, checksum
from spatialcarbon.core.errors import OptionError
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_option
from spatialcarbon.core.results import Result
from spatialcarbon.models.governance.game import Game
from spatialcarbon.models.governance.govern_modes import compensation, licences, plain
from spatialcarbon.models.governance.govern_options import (
    MODES,
    chosen_modes,
    licensor_at,
    rivalry_of,
)
from spatialcarbon.models.governance.govern_places import LICENSED, read_places
from spatialcarbon.models.governance.govern_result import RELATIVE, Mode
from spatialcarbon.weights.spillover import Spillover, spillover
from spatialcarbon.weights.weights import as_weights

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text
    from spatialcarbon.models.governance.game import Floats
    from spatialcarbon.weights.weights import Weights

Axis = Literal["damage", "spread"]

Progress = Callable[[int, int], None]
"""Called with the cells done and all cells."""

DAMAGES = tuple(np.round(np.geomspace(0.25, 4.0, 21), 4).tolist())
SHARES = tuple(np.round(np.linspace(0.05, 0.9, 18), 4).tolist())


@dataclass(frozen=True, kw_only=True, eq=False)
class GovernanceSweepResult(Result):
    """The recommended mode and the gains of every mode, a row per cell of the grid.

    Parameters
    ----------
    table : DataFrame
        Columns ``damage`` (multiple of the damages given), ``share`` (that spills over),
        ``spread`` (of costs), ``recommendation``; ``gain_MODE``, CNY in all against no
        cooperation; ``losers_MODE``, how many places lose by it; and ``worst`` and
        ``worst_gain``, who is worst off by cooperation without payments, and by how much.
    modes : tuple of str
        The modes compared.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> places = pd.DataFrame(
    ...     {"emission": 10.0, "damage": [10.0, 6.0, 4.0], "cost": [2.0, 1.0, 1.5]},
    ...     index=["A", "B", "C"],
    ... )
    >>> shares = pd.DataFrame(
    ...     [[0.7, 0.2, 0.1], [0.2, 0.6, 0.2], [0.1, 0.2, 0.7]], places.index, places.index
    ... )
    >>> found = sc.govern_sweep(places, shares, damages=[0.1, 0.2], shares=[0.0, 0.5])
    >>> found.wins.to_dict()
    {'nash': 0.5, 'cooperation': 0.0, 'compensation': 0.5}
    >>> found.grid("losers_cooperation").to_numpy().tolist()
    [[0, 1], [0, 1]]
    >>> found.to_frame()[["damage", "share", "recommendation"]].to_numpy().tolist()[0]
    [0.1, 0.0, 'nash']
    """

    table: pd.DataFrame
    modes: tuple[str, ...]

    @property
    def wins(self) -> pd.Series[float]:
        """Mode → share of the cells, 0 to 1, in which it is recommended."""
        counts = self.table["recommendation"].value_counts()
        return (counts.reindex(list(self.modes), fill_value=0) / len(self.table)).rename("cells")

    def grid(
        self, value: str = "recommendation", *, rows: Axis = "damage", at: float = 1.0
    ) -> pd.DataFrame:
        """Return one column of the table by share (columns) and one other axis (rows).

        Parameters
        ----------
        value : str
            A column of ``table``.
        rows : {"damage", "spread"}
            The other axis.
        at : float
            Where on the third axis: the value swept that is closest to this one.

        Returns
        -------
        DataFrame
            The other axis (rows) × share that spills over (columns).

        Raises
        ------
        OptionError
            A column or an axis that is not there.
        """
        check_option(rows, Axis, "rows")
        if value not in self.table:
            raise OptionError(
                "the sweep has no column {value!r}",
                expected="one of {columns}",
                value=value,
                columns=", ".join(map(str, self.table.columns)),
            )
        third = "spread" if rows == "damage" else "damage"
        held = min(self.table[third].unique(), key=lambda found: abs(found - at))
        cells = self.table[self.table[third] == held]
        table: pd.DataFrame = cells.pivot(index=rows, columns="share", values=value)
        return table

    def to_frame(self) -> pd.DataFrame:
        """Return a row per cell."""
        return self.table.copy()


def govern_sweep(
    places: pd.DataFrame,
    spillover: Spillover | Weights | pd.DataFrame,
    *,
    damages: Sequence[float] = DAMAGES,
    shares: Sequence[float] = SHARES,
    spreads: Sequence[float] = (1.0,),
    modes: Sequence[Mode] = MODES,
    licensor: Any = None,
    rivalry: float | pd.Series[Any] = 0.0,
    licensee_share: float = 0.0,
    units: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> GovernanceSweepResult:
    r"""Which mode of governance would be recommended over a range of damages, spillovers and costs?

    Use it beside :func:`govern`, whose answer hangs on parameters that are seldom measured:
    a mode that wins over the whole plausible range is a finding, one that wins in a corner is
    not. Damage is linear. Shares of cells are no probabilities.

    Parameters
    ----------
    places : DataFrame
        As for :func:`govern`.
    spillover : Spillover, DataFrame or Weights
        Where damage goes. How much of it crosses the border is swept: the pattern is kept,
        its share replaced.
    damages : sequence of float
        Multiples of the damages given, zero or more.
    shares : sequence of float
        Shares that spill over, from 0 to below 1; the same for all places that have
        neighbours.
    spreads : sequence of float
        How much costs differ, zero or more: 0 all as their geometric mean, 1 as given, 2
        twice as far apart in logarithms. The licensed cost keeps its ratio to the own cost.
    modes, licensor, rivalry, licensee_share, units
        As for :func:`govern`. The licensor is the same in all cells.
    progress : callable, optional
        Called as ``progress(done, total)`` after each cell.

    Returns
    -------
    GovernanceSweepResult
        A row per cell; ``grid()`` gives damage × share, or spread × share.

    Raises
    ------
    OptionError
        An axis that is empty, has a value twice or one outside its range.
    SchemaError, AlignmentError, MissingDataError, UnitMismatchError
        As for :func:`govern`.

    Notes
    -----
    With multiple m, share τ and spread h the cell has

    .. math::

       d_i' = m d_i, \qquad S'_{jj} = 1 - \tau, \quad
       S'_{ij} = \tau \frac{S_{ij}}{\sum_{k \ne j} S_{kj}}, \qquad
       c_i' = \bar c\,(c_i/\bar c)^h

    where :math:`\bar c` is the geometric mean; columns of S that do not sum to one keep their
    sum. The recommendation is that of :func:`govern`: the largest total gain among the modes
    in which nobody loses, of equals the simpler one. Without rivalry and below the corners,
    all gains grow with the square of m, so that the damage by itself changes no winner.

    References
    ----------
    Mäler (1989); Chander and Tulkens (1997).

    Examples
    --------
    >>> import pandas as pd
    >>> places = pd.DataFrame(
    ...     {"emission": 10.0, "damage": [10.0, 6.0, 4.0], "cost": [2.0, 1.0, 1.5]},
    ...     index=["A", "B", "C"],
    ... )
    >>> shares = pd.DataFrame(1.0, places.index, places.index)
    >>> found = govern_sweep(places, shares, damages=[0.1, 0.2], shares=[0.0, 0.5])
    >>> found.grid().to_numpy().tolist()
    [['nash', 'compensation'], ['nash', 'compensation']]
    """
    axes = {
        "damages": _axis("damages", damages, np.inf),
        "shares": _axis("shares", shares, 1.0),
        "spreads": _axis("spreads", spreads, np.inf),
    }
    given = _pattern(spillover)
    table = read_places(places, given.units, False, units)
    chosen, left_out = chosen_modes(modes, table, False)
    order = canonical_order(given.units)
    ordered = table.iloc[order]
    base = Game(
        units=given.units[order],
        emission=ordered["emission"].to_numpy(),
        harm=ordered["damage"].to_numpy(),
        cost=ordered["cost"].to_numpy(),
        spill=given.values[np.ix_(order, order)],
    )
    owner = licensor_at(licensor, base)
    loss = rivalry_of(rivalry, base.units)
    ratio = ordered[LICENSED].to_numpy() / base.cost if LICENSED in ordered else None
    rows = []
    total = int(np.prod([len(axis) for axis in axes.values()]))
    for spread in axes["spreads"]:
        cost = _spread_costs(base.cost, spread)
        for share in axes["shares"]:
            spill = _at_share(base.spill, share)
            for factor in axes["damages"]:
                game = Game(base.units, base.emission, factor * base.harm, cost, spill)
                licensed = None if ratio is None else ratio * cost
                found = _cell(game, chosen, owner, licensed, loss, licensee_share)
                rows.append({"damage": factor, "share": share, "spread": spread, **found})
                if progress is not None:
                    progress(len(rows), total)
    frame = pd.DataFrame(rows).sort_values(["spread", "damage", "share"], ignore_index=True)
    return GovernanceSweepResult(
        method="Sweep over cooperation modes",
        table=frame,
        modes=chosen,
        settings={
            **axes,
            "modes": list(chosen),
            "licensor": str(base.units[owner]) if "licensing" in chosen else None,
            "rivalry": loss.tolist(),
            "licensee_share": licensee_share,
            "spillover": given.describe(),
            "data": checksum(table),
        },
        references=("maler1989", "chander1997"),
        remarks=(*left_out, *given.remarks(), *_remarks(frame)),
    )


def _axis(name: str, given: Sequence[float], below: float) -> list[float]:
    try:
        values = [float(item) for item in given]
    except (TypeError, ValueError):
        values = []
    wrong = [item for item in values if not 0.0 <= item < below]
    if not values or wrong or len(set(values)) < len(values):
        raise OptionError(
            "{name} is empty, has a value twice, or one outside its range",
            arrived="{given}",
            expected="different numbers of zero or more, shares below 1",
            name=name,
            given=str(given)[:80],
        )
    return sorted(values)


def _pattern(given: Any) -> Spillover:
    """Return where damage goes; the share of it is replaced in every cell."""
    if isinstance(given, Spillover):
        return given
    if isinstance(given, pd.DataFrame):
        return Spillover.from_matrix(given)
    return spillover(as_weights(given), share=0.5)


def _at_share(spill: Floats, share: float) -> Floats:
    """Return the spillover with the same pattern and column sums, and another share across."""
    across = spill - np.diag(spill.diagonal())
    sums = across.sum(axis=0)
    whole = spill.sum(axis=0)
    linked = sums > 0
    moved: Floats = across * np.where(linked, share * whole / np.where(linked, sums, 1.0), 0.0)
    np.fill_diagonal(moved, np.where(linked, (1.0 - share) * whole, whole))
    return moved


def _spread_costs(cost: Floats, spread: float) -> Floats:
    logs = np.log(cost)
    middle = logs.mean()
    return np.asarray(cost.copy() if spread == 1.0 else np.exp(middle + spread * (logs - middle)))


def _cell(
    game: Game, modes: tuple[Mode, ...], owner: int, licensed: Any, loss: Any, kept: float
) -> dict[str, Any]:
    """Return the recommendation and the gains of one cell."""
    alone, together = game.nash(), game.cooperation()
    nash = game.payoff(alone)
    payoff: dict[str, Floats] = {}
    for mode in modes:
        if mode == "nash":
            made = plain(game, alone)
        elif mode == "cooperation":
            made = plain(game, together)
        elif mode == "compensation":
            made = compensation(game, alone, together)
        else:
            made = licences(game, alone, licensed, owner, loss, kept)
        payoff[mode] = -game.damages(made.abatement) - made.costs + made.received
    least = RELATIVE * max(float(np.abs(held).max()) for held in (nash, *payoff.values()))
    gain = {mode: held - nash for mode, held in payoff.items()}
    losers = {mode: int((held < -least).sum()) for mode, held in gain.items()}
    best, most = "nash", 0.0
    for mode in MODES:
        # Of equals the simpler mode, as govern() has it: rounding adds up over the places.
        if mode in gain and not losers[mode] and gain[mode].sum() > most + least * game.n:
            best, most = mode, float(gain[mode].sum())
    plainly = game.payoff(together) - nash
    worst = int(np.argmin(plainly))
    return {
        "recommendation": best,
        **{f"gain_{mode}": float(held.sum()) for mode, held in gain.items()},
        **{f"losers_{mode}": count for mode, count in losers.items()},
        "worst": game.units[worst],
        "worst_gain": float(plainly[worst]),
    }


def _remarks(frame: pd.DataFrame) -> list[Text]:
    if len(frame["recommendation"].unique()) > 1:
        return []
    return [text("one mode is recommended over the whole sweep: widen it to see where that ends")]
