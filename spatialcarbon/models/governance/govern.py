"""Govern together or not: four modes side by side for places that harm one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.align import canonical_order, checksum
from spatialcarbon.core.errors import some
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_count, check_option
from spatialcarbon.core.rng import RNGLike, resolve_rng
from spatialcarbon.models.governance.game import Game
from spatialcarbon.models.governance.govern_modes import (
    Outcome,
    compensation,
    contract_table,
    licences,
    plain,
    smallest_payments,
)
from spatialcarbon.models.governance.govern_options import (
    MODES,
    chosen_modes,
    licensor_at,
    listed,
    rivalry_of,
)
from spatialcarbon.models.governance.govern_places import LICENSED, read_places, read_spillover
from spatialcarbon.models.governance.govern_reason import recommend
from spatialcarbon.models.governance.govern_result import (
    GovernanceResult,
    Mode,
    Rule,
    tolerance,
)
from spatialcarbon.models.governance.govern_sharing import (
    RULES,
    JointAction,
    bargaining_power,
)

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text
    from spatialcarbon.weights.spillover import Spillover
    from spatialcarbon.weights.weights import Weights

Damage = Literal["linear", "quadratic"]
REFERENCES = ("maler1989", "chander1997", "dockner1993", "nash1950", "shapley1953")


def govern(
    places: pd.DataFrame,
    spillover: Spillover | Weights | pd.DataFrame,
    *,
    modes: Sequence[Mode] = MODES,
    share: float | pd.Series[Any] | None = None,
    damage: Damage = "linear",
    licensor: Any = None,
    rivalry: float | pd.Series[Any] = 0.0,
    licensee_share: float = 0.0,
    bargaining: pd.Series[Any] | None = None,
    rules: Sequence[Rule] = RULES,
    permutations: int = 2000,
    rng: RNGLike = None,
    units: Mapping[str, str] | None = None,
) -> GovernanceResult:
    r"""Would these places gain from governing carbon together, in which mode, and who would sign?

    Use it to compare no cooperation, cooperation without payments, ecological compensation
    and technology licensing on one map, and to see who loses and what payment would change
    that. The answer hangs on damages and costs that are seldom measured: report it as a
    range over them. Not for gases whose damage comes with the stock of many years, where
    :func:`dynamic_game` looks ahead.

    Parameters
    ----------
    places : DataFrame
        Index place; columns ``emission`` (t CO2, zero or more), ``damage`` (CNY per t that
        does harm there, zero or more; CNY per t² with quadratic damage), ``cost`` (slope of
        the marginal cost of abatement, CNY per t², above zero) and, for licensing,
        ``licensed_cost`` (the same with the licensor's technology).
    spillover : Spillover, DataFrame or Weights
        Where emissions do their damage: :func:`spillover`, a table (row = harmed, column =
        emitting), or weights with ``share``. The places may stand in another order.
    modes : sequence
        Among ``"nash"``, ``"cooperation"``, ``"compensation"``, ``"licensing"``. By default
        all; licensing only where there is a ``licensed_cost`` and damage is linear.
    share : float or Series, optional
        Part of emissions that does damage elsewhere; only with weights.
    damage : {"linear", "quadratic"}
        Whether each further tonne harms as much as the one before, or more.
    licensor : label, optional
        Who owns the technology; by default the place with the smallest ``cost``.
    rivalry : float or Series
        What a tonne abated by a licensee costs the licensor as a competitor, CNY per t.
    licensee_share : float
        Part of its gain from free technology that a licensee keeps, 0 to 1.
    bargaining : Series, optional
        Bargaining power by place; the default is the same for all.
    rules : sequence
        Rules of sharing to work out; the nucleolus takes longest.
    permutations : int
        Orders of arrival drawn for Shapley values where coalitions are too many.
    rng : int, Generator or None
        Seed of those draws.
    units : mapping, optional
        Unit of measure of columns, such as ``{"emission": "Mt CO2", "cost": "CNY/Mt^2"}``;
        the default is ``places.attrs["units"]``, then t CO2, CNY/t and CNY/t².

    Returns
    -------
    GovernanceResult
        Tables place × mode in t CO2 and CNY, transfers, sharing rules, stability and a
        recommendation with its reason.

    Raises
    ------
    SchemaError
        An absent column, or values outside their range.
    AlignmentError
        Other places than those of the spillover.
    MissingDataError
        Empty or infinite cells.
    OptionError
        An unknown mode, licensor or rule; weights without a share.
    UnitMismatchError
        A unit that does not measure what the column is.
    DegenerateDataError
        Quadratic damage with so much spillover that the game has no single equilibrium.

    Notes
    -----
    With abatement :math:`a`, emission :math:`e` and :math:`g_{ki} = d_k S_{ki}`,

    .. math::

       \pi_i = -\sum_j g_{ij}(e_j - a_j) - \tfrac12 c_i a_i^2, \qquad
       a^N_i = \frac{g_{ii}}{c_i}, \qquad a^C_i = \frac{\sum_k g_{ki}}{c_i},

    each at most :math:`e_i`. Compensation has the abatement of cooperation and pays place q
    :math:`3\sigma_q^2/(4c_q)`, where :math:`\sigma_q = \sum_{p \ne q} g_{pq}`. With quadratic
    damage :math:`\tfrac12 d_i Z_i^2`, :math:`Z = S(e-a)`, the same is solved as a linear
    complementarity problem, and payments go by marginal damages at cooperation. A mode is
    stable if no group of places does better by leaving and acting as one while all others
    act alone. The recommendation is the mode with the largest total payoff among those in
    which nobody loses; of equals, the first in the order of ``modes`` above.

    References
    ----------
    Mäler (1989); Chander and Tulkens (1997); Dockner and Long (1993); Nash (1950).

    Examples
    --------
    >>> import pandas as pd
    >>> places = pd.DataFrame(
    ...     {"emission": 10.0, "damage": [10.0, 6.0, 4.0], "cost": [2.0, 1.0, 1.5]},
    ...     index=["A", "B", "C"],
    ... )
    >>> shares = pd.DataFrame(
    ...     [[0.7, 0.2, 0.1], [0.2, 0.6, 0.2], [0.1, 0.2, 0.7]], places.index, places.index
    ... )
    >>> result = govern(places, shares, modes=("nash", "cooperation", "compensation"))
    >>> result.losers["cooperation"], result.recommendation
    (('B',), 'compensation')
    >>> result.gain["compensation"].round(4).to_dict()
    {'A': 2.0867, 'B': 2.64, 'C': 1.4467}
    """
    check_option(damage, Damage, "damage")
    chosen_rules = listed(rules, RULES, Rule, "rules")
    check_count(permutations, "permutations", minimum=2)
    given = read_spillover(spillover, share)
    quadratic = damage == "quadratic"
    table = read_places(places, given.units, quadratic, units)
    chosen, left_out = chosen_modes(modes, table, quadratic)
    # Worked out in the order of labels, so that the rows' order cannot change a digit.
    order = canonical_order(given.units)
    ordered = table.iloc[order]
    game = Game(
        units=given.units[order],
        emission=ordered["emission"].to_numpy(),
        harm=ordered["damage"].to_numpy(),
        cost=ordered["cost"].to_numpy(),
        spill=given.values[np.ix_(order, order)],
        quadratic=quadratic,
    )
    owner = licensor_at(licensor, game) if "licensing" in chosen or licensor is not None else None
    loss = rivalry_of(rivalry, game.units)
    alone, together = game.nash(), game.cooperation()
    outcomes: dict[str, Outcome] = {
        mode: _outcome(mode, game, alone, together, ordered, owner, loss, licensee_share)
        for mode in chosen
    }
    joint = JointAction(game, game.payoff(alone), game.payoff(together))
    stream = resolve_rng(rng)
    power = bargaining_power(bargaining, game.units)
    sharing, said = joint.shares(chosen_rules, power, permutations, stream)
    tables = _tables(game, outcomes)
    nash = pd.Series(joint.alone, game.units, name="nash_payoff")
    least = tolerance(nash, tables["payoff"])
    blocking: dict[str, tuple[Any, ...] | None] = {
        mode: () if mode == "nash" else joint.blocking(tables["payoff"][mode].to_numpy(), least)
        for mode in chosen
    }
    best, reason = recommend(tables["payoff"], nash, least)
    back = given.units
    return GovernanceResult(
        method="Cooperation modes compared",
        places=table,
        **{name: frame.loc[back] for name, frame in tables.items()},
        nash_payoff=nash.loc[back],
        payments={
            mode: _square(item.payments, game.units, back) for mode, item in outcomes.items()
        },
        contracts=_contracts(outcomes, back),
        sharing=sharing.loc[back],
        sharing_transfers=sharing.sub(pd.Series(joint.together, game.units), axis=0).loc[back],
        smallest_transfers=_square(
            smallest_payments(joint.together - joint.alone), game.units, back
        ),
        blocking={mode: group or () for mode, group in blocking.items()},
        stable=pd.Series(
            [pd.NA if group is None else not group for group in blocking.values()],
            index=pd.Index(list(blocking), name="mode"),
            dtype="boolean",
            name="stable",
        ),
        recommendation=best,
        reason=reason,
        model=damage,
        settings={
            "modes": list(chosen),
            "damage": damage,
            "licensor": None if owner is None else str(game.units[owner]),
            "rivalry": loss.tolist(),
            "licensee_share": licensee_share,
            "bargaining": power.tolist(),
            "rules": list(chosen_rules),
            "permutations": permutations,
            "seed": stream.seed,
            "spillover": given.describe(),
            "data": checksum(table),
        },
        references=(*REFERENCES, *(("kamien1986", "xu2023") if "licensing" in chosen else ())),
        remarks=(*left_out, *given.remarks(), *_remarks(game, outcomes, blocking), *said),
    )


def _outcome(
    mode: str,
    game: Game,
    alone: Any,
    together: Any,
    table: pd.DataFrame,
    owner: int | None,
    rivalry: Any,
    kept: float,
) -> Outcome:
    if mode == "nash":
        return plain(game, alone)
    if mode == "cooperation":
        return plain(game, together)
    if mode == "compensation":
        return compensation(game, alone, together)
    return licences(game, alone, table[LICENSED].to_numpy(), owner or 0, rivalry, kept)


def _tables(game: Game, outcomes: Mapping[str, Outcome]) -> dict[str, pd.DataFrame]:
    damage = {mode: game.damages(item.abatement) for mode, item in outcomes.items()}
    columns: dict[str, dict[str, Any]] = {
        "abatement": {mode: item.abatement for mode, item in outcomes.items()},
        "emission": {mode: game.emission - item.abatement for mode, item in outcomes.items()},
        "damage": damage,
        "cost": {mode: item.costs for mode, item in outcomes.items()},
        "payoff_before": {mode: -damage[mode] - item.costs for mode, item in outcomes.items()},
        "transfers": {mode: item.received for mode, item in outcomes.items()},
        "payoff": {
            mode: -damage[mode] - item.costs + item.received for mode, item in outcomes.items()
        },
        "corner": {mode: item.corner for mode, item in outcomes.items()},
    }
    return {name: pd.DataFrame(values, index=game.units) for name, values in columns.items()}


def _square(values: Any, units: pd.Index, order: pd.Index) -> pd.DataFrame:
    frame = pd.DataFrame(values, index=units, columns=units).loc[order, order]
    return frame.rename_axis(index="payer", columns="receiver")


def _contracts(outcomes: Mapping[str, Outcome], order: pd.Index) -> pd.DataFrame:
    made = outcomes["licensing"].contracts if "licensing" in outcomes else None
    table = contract_table({}, order) if made is None else made
    return table.loc[order[order.isin(table.index)]].rename_axis("licensee")


def _remarks(
    game: Game, outcomes: Mapping[str, Outcome], blocking: Mapping[str, tuple[Any, ...] | None]
) -> list[Text]:
    said = []
    ends = {mode: game.units[item.corner & (game.emission > 0)] for mode, item in outcomes.items()}
    reached = {mode: labels for mode, labels in ends.items() if len(labels)}
    if reached:
        labels = game.units[np.any([game.units.isin(found) for found in reached.values()], axis=0)]
        said.append(
            text(
                "abatement stops at all that is emitted ({modes}): {labels}",
                modes=", ".join(reached),
                labels=some(labels),
            )
        )
    empty = game.units[game.emission == 0]
    if len(empty):
        said.append(
            text("places without emissions have nothing to abate: {labels}", labels=some(empty))
        )
    if any(group is None for group in blocking.values()):
        said.append(
            text("with {n} places not every group can be asked whether it would leave", n=game.n)
        )
    return said
