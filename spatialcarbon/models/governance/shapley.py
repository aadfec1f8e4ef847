"""The Shapley value: every player gets what it adds, on average over all orders of arrival."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import factorial
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_count, check_option
from spatialcarbon.core.rng import resolve_rng
from spatialcarbon.models.governance.coalition_values import LinearGame, game_of, tabulated
from spatialcarbon.models.governance.shapley_sampling import Design, sampled
from spatialcarbon.models.governance.sharing_result import SharingResult

if TYPE_CHECKING:
    from spatialcarbon.core.rng import RNGLike
    from spatialcarbon.models.governance.coalition_game import (
        CalledGame,
        CoalitionGame,
        Floats,
        Worth,
    )

Method = Literal["exact", "sampling"]
MOST_EXACT = 20


def shapley(
    value: Worth | Mapping[Any, Any] | pd.Series[Any] | LinearGame | CoalitionGame | CalledGame,
    players: Iterable[Any] | None = None,
    *,
    method: Method = "exact",
    permutations: int = 10_000,
    design: Design = "antithetic",
    rng: RNGLike = None,
) -> SharingResult:
    r"""What does each player get if everybody is paid what it adds on average?

    Use it to share costs or gains of joint action where who adds more should get
    more, and equals the same. It always adds up to what all are worth together; it
    need not keep every group from doing better alone (see :func:`core_test`),
    except in convex games, such as the game with linear damage.

    Parameters
    ----------
    value : callable, Series, mapping or game
        The worth of each coalition: a function of a frozenset of labels, a Series
        (or dict) keyed by frozenset, or a game made by :func:`linear_game`. The
        empty coalition is worth 0 and is never asked.
    players : sequence of labels, optional
        Who plays; needed unless ``value`` is a game.
    method : {"exact", "sampling"}
        All coalitions, for up to 20 players (any number in :func:`linear_game`
        where no place stops at its emission), or orders of arrival drawn at random
        with standard errors.
    permutations : int
        Orders to draw, rounded up to whole pairs or rounds of ``design``.
    design : {"antithetic", "stratified", "independent"}
        Each order with its reverse; each order with all its rotations, so that
        everybody arrives in each place equally often; or orders for themselves.
    rng : int, Generator or None
        Seed of the sampling.

    Returns
    -------
    SharingResult
        ``shares`` by player, ``standalone`` (the worth alone), ``standard_error``
        (None when exact); ``result["a"]`` is one share.

    Raises
    ------
    OptionError
        More than 20 players with ``method="exact"``: ask for sampling.
    SchemaError, AlignmentError, MissingDataError
        A coalition without a worth, with two, with strangers, or with one that is
        not a finite number.

    Notes
    -----
    .. math::

        \varphi_i = \sum_{K \not\ni i} \frac{|K|!\,(N - |K| - 1)!}{N!}
        \left[v(K \cup \{i\}) - v(K)\right].

    The game with linear damage is a sum of games of one, two and three players,
    whose worth is shared in equal parts; that is the closed form used for it.
    Sampling adds up to the worth of all exactly, order by order.

    References
    ----------
    Shapley (1953); Castro, Gómez & Tejada (2009), Comput. Oper. Res. 36:1726–1730.

    Examples
    --------
    One left glove and two right ones; only pairs are worth something:

    >>> def pairs(group):
    ...     return min(len(group & {"left"}), len(group & {"right", "other"}))
    >>> shapley(pairs, ["left", "right", "other"]).shares.round(4).to_dict()
    {'left': 0.6667, 'right': 0.1667, 'other': 0.1667}
    """
    check_option(method, Method, "method")
    check_option(design, Design, "design")
    check_count(permutations, "permutations", minimum=2)
    game = game_of(value, players)
    if method == "sampling":
        return _sampled(game, permutations, design, rng)
    if isinstance(game, LinearGame) and game.interior:
        shares, how = game.shapley(), "closed form"
    else:
        game = tabulated(game, None, MOST_EXACT)
        shares, how = shapley_values(game), "all coalitions"
    index = game.players
    return SharingResult(
        method="Shapley value",
        shares=pd.Series(shares, index=index, name="share"),
        standalone=pd.Series(game.standalone, index=index, name="standalone"),
        settings={"method": method, "how": how, "total": game.total, "data": game.checksum},
        references=("shapley1953",),
    )


def shapley_values(game: CoalitionGame) -> Floats:
    """Return the Shapley value of a game whose worths are all written down."""
    n = game.n
    weights = np.array(
        [factorial(size) * factorial(n - size - 1) / factorial(n) for size in range(n)]
    )
    shares = np.empty(n)
    for i in range(n):
        # Seen in this shape, coalitions without and with player i lie side by side.
        shape = (1 << (n - 1 - i), 2, 1 << i)
        worth, sizes = game.worth.reshape(shape), game.sizes.reshape(shape)
        shares[i] = (weights[sizes[:, 0]] * (worth[:, 1] - worth[:, 0])).sum()
    return shares


def _sampled(
    game: LinearGame | CoalitionGame | CalledGame, permutations: int, design: Design, rng: RNGLike
) -> SharingResult:
    stream = resolve_rng(rng)
    shares, error, drawn = sampled(game, permutations, design, stream)
    index = game.players
    return SharingResult(
        method="Shapley value",
        shares=pd.Series(shares, index=index, name="share"),
        standalone=pd.Series(game.standalone, index=index, name="standalone"),
        standard_error=pd.Series(error, index=index, name="standard_error"),
        settings={
            "method": "sampling",
            "how": f"{drawn} orders of arrival",
            "total": game.total,
            "permutations": drawn,
            "design": design,
            "seed": stream.seed,
            "data": game.checksum,
        },
        references=("shapley1953", "castro2009"),
        remarks=(
            text(
                "The shares are estimated from {n:,} orders of arrival, "
                "with standard errors up to {error:.3g}.",
                n=drawn,
                error=float(error.max()),
            ),
        ),
    )
