"""The core: would some group of players do better on its own? And is the game convex?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import conform
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.results import Result
from spatialcarbon.models.governance.coalition_game import (
    MOST_PLAYERS,
    CoalitionGame,
    coalition_sums,
)
from spatialcarbon.models.governance.coalition_values import LinearGame, tabulated

if TYPE_CHECKING:
    from spatialcarbon.models.governance.coalition_game import CalledGame, Worth

RELATIVE = 1e-9
"""A gain below this share of the largest worth is no reason to leave."""

MOST_NAMED = 20


@dataclass(frozen=True, kw_only=True, eq=False)
class CoreResult(Result):
    """Whether a sharing lies in the core, and who would leave if not.

    Parameters
    ----------
    in_core : bool
        Whether all is shared and no group would do better on its own.
    shared : bool
        Whether the shares add up to what all are worth together.
    blocking : tuple
        The group with the most to gain on its own, in the order of the players;
        empty if there is none.
    gain : float
        What that group would gain; without a blocking group, minus what the least
        content group would lose by leaving.
    least_content : tuple
        The group with the largest ``gain``, whether it would leave or not.
    table : DataFrame
        The 20 least content groups: members, size, worth, share, gain.
    count : int
        How many groups would gain by leaving.

    Examples
    --------
    All three are worth 9, any two 4: equal parts leave two of them 6, and nobody would leave.

    >>> from spatialcarbon import core_test
    >>> found = core_test(lambda group: len(group) ** 2, ["a", "b", "c"], dict.fromkeys("abc", 3.0))
    >>> found.in_core, found.blocking, found.gain
    (True, (), -2.0)
    >>> found.to_frame()[["size", "worth", "share", "gain"]].to_numpy().tolist()[0]
    [1.0, 1.0, 3.0, -2.0]
    """

    in_core: bool
    shared: bool
    blocking: tuple[Any, ...]
    gain: float
    least_content: tuple[Any, ...]
    table: pd.DataFrame
    count: int

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table."""
        return self.table.copy()


def core_test(
    value: Worth | Mapping[Any, Any] | pd.Series[Any] | LinearGame | CoalitionGame | CalledGame,
    players: Iterable[Any] | None = None,
    shares: pd.Series[Any] | Mapping[Any, float] | None = None,
) -> CoreResult:
    r"""Would some group of players do better on its own than under this sharing?

    Use it before an agreement is proposed. It compares each group with what the
    group is worth alone, with everybody outside as the worths assume; a sharing
    outside the core is not unfair, only open to being left.

    Parameters
    ----------
    value : callable, Series, mapping or game
        The worth of each coalition, as in :func:`shapley`, for up to 20 players.
    players : sequence of labels, optional
        Who plays; needed unless ``value`` is a game.
    shares : Series or mapping
        What each player is to get.

    Returns
    -------
    CoreResult
        ``in_core``, the ``blocking`` group with its ``gain``, and the least content
        groups in ``table``.

    Raises
    ------
    OptionError
        More than 20 players.
    AlignmentError
        Shares that are not those of the players.

    Notes
    -----
    :math:`x` is in the core if :math:`\sum_i x_i = v(N)` and
    :math:`\sum_{i \in K} x_i \geq v(K)` for every K, within 1e-9 of the largest
    worth. Equal gains are named in the order of size, then of the players.

    References
    ----------
    Shapley (1971), Int. J. Game Theory 1:11–26.

    Examples
    --------
    Sharing equally, the owner of the left glove would leave with one of the others:

    >>> def pairs(group):
    ...     return min(len(group & {"left"}), len(group & {"right", "other"}))
    >>> everybody = ["left", "right", "other"]
    >>> found = core_test(pairs, everybody, dict.fromkeys(everybody, 1 / 3))
    >>> found.in_core, found.blocking, round(found.gain, 4)
    (False, ('left', 'right'), 0.3333)
    """
    game = tabulated(value, players, MOST_PLAYERS)
    given = pd.Series(shares, dtype=object) if isinstance(shares, Mapping) else shares
    x = conform(given, game.players, name=text("the list of shares"))  # type: ignore[arg-type]
    paid = coalition_sums(np.asarray(x))
    gain = (game.worth - paid)[1:-1]
    tolerance = RELATIVE * max(1.0, float(np.abs(game.worth).max()))
    shared = bool(abs(paid[-1] - game.total) <= tolerance)
    # Rounded to the tolerance, so that ties are ties and go by size, then by the players.
    coarse = np.round(gain / tolerance) if len(gain) else gain
    sizes = game.sizes[1:-1].astype(np.int64)
    first = 1 + np.lexsort((np.arange(len(gain)), sizes, -coarse))[:MOST_NAMED]
    count = int((gain > tolerance).sum())
    least = game.labels(int(first[0])) if len(first) else ()
    return CoreResult(
        method="Core",
        in_core=shared and count == 0,
        shared=shared,
        blocking=least if count else (),
        gain=float(gain[first[0] - 1]) if len(first) else 0.0,
        least_content=least,
        table=pd.DataFrame(
            {
                "members": [game.labels(int(coalition)) for coalition in first],
                "size": sizes[first - 1],
                "worth": game.worth[first],
                "share": paid[first],
                "gain": gain[first - 1],
            }
        ),
        count=count,
        settings={"tolerance": tolerance, "data": game.checksum},
        references=("shapley1971",),
        remarks=_remarks(paid[-1], game.total, shared),
    )


def _remarks(paid: float, total: float, shared: bool) -> tuple[Text, ...]:
    if shared:
        return ()
    return (
        text(
            "The shares add up to {paid:.6g}, and all players together are worth {total:.6g}.",
            paid=float(paid),
            total=total,
        ),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class ConvexityResult(Result):
    """Whether players add more to larger coalitions, and where they do not.

    Parameters
    ----------
    convex : bool
        Whether joining is never worth less when more are there already.
    margin : float
        The smallest gain that two players make by joining together rather than each
        alone; negative where the game is not convex.
    pair : tuple
        The two players of that case; empty for a single player.
    joined : tuple
        The coalition they join in that case.

    Examples
    --------
    >>> from spatialcarbon import convexity
    >>> found = convexity(lambda group: len(group) ** 2, ["a", "b", "c"])
    >>> found.convex, found.margin
    (True, 2.0)
    >>> found.to_frame()["convex"].tolist()
    [True]
    """

    convex: bool
    margin: float
    pair: tuple[Any, ...]
    joined: tuple[Any, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return one row: convex, margin, pair, joined."""
        return pd.DataFrame(
            {
                "convex": [self.convex],
                "margin": [self.margin],
                "pair": [self.pair],
                "joined": [self.joined],
            }
        )


def convexity(
    value: Worth | Mapping[Any, Any] | pd.Series[Any] | LinearGame | CoalitionGame | CalledGame,
    players: Iterable[Any] | None = None,
) -> ConvexityResult:
    r"""Does everybody add more to a coalition the larger it is already?

    Use it to know that the core is not empty and holds the Shapley value. A game
    that is not convex may still have a core: ask :func:`core_test` about a sharing.

    Parameters
    ----------
    value : callable, Series, mapping or game
        The worth of each coalition, as in :func:`shapley`, for up to 20 players.
    players : sequence of labels, optional
        Who plays; needed unless ``value`` is a game.

    Returns
    -------
    ConvexityResult
        ``convex``, the smallest ``margin``, and the ``pair`` and coalition of it.

    Raises
    ------
    OptionError
        More than 20 players.

    Notes
    -----
    Convex means that for all i, j and K without them

    .. math::

        v(K \cup \{i, j\}) - v(K \cup \{i\}) - v(K \cup \{j\}) + v(K) \geq 0.

    References
    ----------
    Shapley (1971), Int. J. Game Theory 1:11–26.

    Examples
    --------
    Two right gloves get in each other's way once there is a left one:

    >>> def pairs(group):
    ...     return min(len(group & {"left"}), len(group & {"right", "other"}))
    >>> found = convexity(pairs, ["left", "right", "other"])
    >>> found.convex, found.margin, found.pair, found.joined
    (False, -1.0, ('right', 'other'), ('left',))
    """
    game = tabulated(value, players, MOST_PLAYERS)
    margin, pair, joined = np.inf, (0, 0), 0
    for i in range(game.n):
        for j in range(i + 1, game.n):
            # Axes: above j, j, between, i, below i.
            shape = (1 << (game.n - 1 - j), 2, 1 << (j - i - 1), 2, 1 << i)
            worth = game.worth.reshape(shape)
            joint = worth[:, 1, :, 1] - worth[:, 1, :, 0] - worth[:, 0, :, 1] + worth[:, 0, :, 0]
            if joint.min() < margin - game.rounding:
                margin, pair = float(joint.min()), (i, j)
                above, between, below = np.unravel_index(int(joint.argmin()), joint.shape)
                joined = int(below) | int(between) << (i + 1) | int(above) << (j + 1)
    return ConvexityResult(
        method="Convexity",
        convex=bool(margin >= -4 * game.rounding),
        margin=float(margin) if game.n > 1 else 0.0,
        pair=tuple(game.players[list(pair)]) if game.n > 1 else (),
        joined=game.labels(joined),
        settings={"data": game.checksum},
        references=("shapley1971",),
    )
