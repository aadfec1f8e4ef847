"""All rules of sharing side by side: who gets what, who loses, and would a group leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.language import Text, text
from spatialcarbon.core.results import Result
from spatialcarbon.models.governance.bargaining import (
    nash_bargaining,
    pareto_check,
    proportional_sharing,
)
from spatialcarbon.models.governance.coalition_game import MOST_PLAYERS, CalledGame, CoalitionGame
from spatialcarbon.models.governance.coalition_values import LinearGame, game_of
from spatialcarbon.models.governance.core_test import core_test
from spatialcarbon.models.governance.nucleolus import MOST_PLAYERS as MOST_NUCLEOLUS
from spatialcarbon.models.governance.nucleolus import nucleolus
from spatialcarbon.models.governance.shapley import shapley

if TYPE_CHECKING:
    from spatialcarbon.core.rng import RNGLike
    from spatialcarbon.models.governance.coalition_game import Worth
    from spatialcarbon.models.governance.sharing_result import SharingResult


@dataclass(frozen=True, kw_only=True, eq=False)
class SharingComparison(Result):
    """Shares by every rule, and what can be said against each.

    Parameters
    ----------
    shares : DataFrame
        Player × rule, in the measure of the worths.
    standalone : Series
        Index player: what each is worth alone.
    checks : DataFrame
        Index rule: ``total``, ``pareto`` (nobody has less than alone),
        ``worst_off`` and ``worst_gain``, ``in_core``, ``blocking`` (the group with
        the most to gain by leaving; empty if there is none) and ``blocking_gain``.
        With more than 20 players groups are not looked at, and the last three are
        missing.
    details : mapping
        Rule → the result of the rule itself.

    Examples
    --------
    One left glove and two right ones; only pairs are worth something:

    >>> import spatialcarbon as sc
    >>> def pairs(group):
    ...     return min(len(group & {"left"}), len(group & {"right", "other"}))
    >>> everybody = ["left", "right", "other"]
    >>> found = sc.share_gains(pairs, everybody)
    >>> found.gains["equal"].round(3).to_dict()
    {'left': 0.333, 'right': 0.333, 'other': 0.333}
    >>> found.checks["blocking"].to_dict()
    {'shapley': ('left', 'right'), 'nucleolus': (), 'equal': ('left', 'right')}
    >>> found.to_frame()[["player", "rule", "share"]].round(3).to_numpy().tolist()[0]
    ['left', 'shapley', 0.667]
    """

    shares: pd.DataFrame
    standalone: pd.Series[float]
    checks: pd.DataFrame
    details: Mapping[str, SharingResult]

    @property
    def gains(self) -> pd.DataFrame:
        """Player × rule: what each player gets beyond its worth alone."""
        return self.shares.sub(self.standalone, axis=0)

    def to_frame(self) -> pd.DataFrame:
        """Return a row per player and rule: share, standalone, gain."""
        wide = self.shares.rename_axis("player").reset_index()
        frame = wide.melt("player", var_name="rule", value_name="share")
        frame["standalone"] = self.standalone.loc[frame["player"]].to_numpy()
        frame["gain"] = frame["share"] - frame["standalone"]
        return frame


def share_gains(
    value: Worth | Mapping[Any, Any] | pd.Series[Any] | LinearGame | CoalitionGame | CalledGame,
    players: Iterable[Any] | None = None,
    *,
    key: pd.Series[Any] | Mapping[Any, float] | None = None,
    weights: pd.Series[Any] | Mapping[Any, float] | None = None,
    permutations: int = 10_000,
    rng: RNGLike = None,
) -> SharingComparison:
    r"""How do the usual rules share the same total, and which of them would hold?

    Use it to put the rules on one table before a choice is made. It does not
    choose: a rule in the core is safer, not fairer.

    Parameters
    ----------
    value : callable, Series, mapping or game
        The worth of each coalition, as in :func:`shapley`.
    players : sequence of labels, optional
        Who plays; needed unless ``value`` is a game.
    key : Series or mapping, optional
        Adds the rule ``proportional``: the surplus in proportion to it.
    weights : Series or mapping, optional
        Bargaining power for ``nash_bargaining``, summing to one. Without it that
        rule is the same as ``equal`` and is left out.
    permutations, rng
        Of the sampling that stands in for an exact Shapley value with more than 20
        players.

    Returns
    -------
    SharingComparison
        ``shares`` and ``gains`` by player and rule, ``checks`` by rule.

    Raises
    ------
    InfeasibleError
        Together the players are worth less than one by one.
    SchemaError, AlignmentError
        As :func:`shapley`, :func:`nash_bargaining` and :func:`proportional_sharing`.

    Notes
    -----
    ``equal`` gives everybody the same gain over its worth alone. The nucleolus is
    left out with more than 12 players; a remark says so.

    Examples
    --------
    >>> def pairs(group):
    ...     return min(len(group & {"left"}), len(group & {"right", "other"}))
    >>> found = share_gains(pairs, ["left", "right", "other"])
    >>> found.shares.round(3).loc["left"].to_dict()
    {'shapley': 0.667, 'nucleolus': 1.0, 'equal': 0.333}
    >>> found.checks["in_core"].to_dict()
    {'shapley': False, 'nucleolus': True, 'equal': False}
    """
    game = game_of(value, players)
    small = game.n <= MOST_PLAYERS
    table = game if isinstance(game, CoalitionGame) or not small else game.tabulate()
    game = table if isinstance(game, CalledGame) else game
    index = game.players
    alone = pd.Series(game.standalone, index=index, name="standalone")
    exact = small or (isinstance(game, LinearGame) and game.interior)
    remarks: list[Text] = []
    source = game if isinstance(game, LinearGame) else table
    found: dict[str, SharingResult] = {
        "shapley": shapley(source)
        if exact
        else shapley(source, method="sampling", permutations=permutations, rng=rng)
    }
    if game.n <= MOST_NUCLEOLUS:
        found["nucleolus"] = nucleolus(table)
    else:
        remarks.append(text("The nucleolus is left out: it takes at most 12 players."))
    if weights is not None:
        found["nash_bargaining"] = nash_bargaining(game.total, alone, weights=weights)
    found["equal"] = nash_bargaining(game.total, alone)
    if key is not None:
        found["proportional"] = proportional_sharing(game.total, alone, key)
    if not small:
        remarks.append(
            text("Groups were not asked whether they would leave: there are too many of them.")
        )
    rows = {rule: _check(table, result, small) for rule, result in found.items()}
    return SharingComparison(
        method="Rules of sharing",
        shares=pd.DataFrame({rule: result.shares for rule, result in found.items()}),
        standalone=alone,
        checks=pd.DataFrame.from_dict(rows, orient="index").rename_axis("rule"),
        details=found,
        settings={
            "rules": list(found),
            "total": game.total,
            "data": game.checksum,
            "shapley": found["shapley"].settings,
        },
        references=tuple(dict.fromkeys(r for result in found.values() for r in result.references)),
        remarks=(*remarks, *found["shapley"].remarks),
    )


def _check(
    game: LinearGame | CoalitionGame | CalledGame, result: SharingResult, small: bool
) -> dict[str, Any]:
    """Return one row of the checks."""
    pareto = pareto_check(result.shares, result.standalone)
    core = core_test(game, None, result.shares) if small else None
    return {
        "total": result.total,
        "pareto": pareto.pareto,
        "worst_off": pareto.worst_off,
        "worst_gain": pareto.worst_gain,
        "in_core": None if core is None else core.in_core,
        "blocking": None if core is None else core.blocking,
        "blocking_gain": None if core is None else (core.gain if core.count else 0.0),
    }
