"""Settlement: from amounts owed and due to transfers between pairs of places."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.align import canonical_order, checksum, conform, same_units
from spatialcarbon.core.errors import BalanceError, OptionError
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_option
from spatialcarbon.core.results import Result
from spatialcarbon.models.governance.settlement_fewest import fewest_transfers
from spatialcarbon.models.governance.settlement_near import border_steps, nearest_transfers

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.core.language import Text
    from spatialcarbon.models.governance.settlement_fewest import Transfer
    from spatialcarbon.weights.weights import Weights

    Numbers = npt.NDArray[np.float64]
    Positions = npt.NDArray[np.intp]

Rule = Literal["proportional", "fewest", "neighbours"]

PLATFORM = "(platform)"
"""The account through which fees, reserves and what is left over go."""

_AMOUNTS = text("the amounts")
_ZERO = 1e-9
"""Amounts below this share of all payments count as zero (identities hold to 1e-9)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SettlementResult(Result):
    """Who pays how much to whom.

    Parameters
    ----------
    transfers : DataFrame
        A row per transfer: ``payer, receiver, amount`` (CNY, above zero) and ``steps``,
        the links between the two on the weights (NaN without weights, without a chain of
        neighbours between them, or to and from the platform).
    matrix : DataFrame
        Payer × receiver, CNY; rows sum to payments, columns to receipts.
    rule : str
        ``"proportional"``, ``"fewest"`` or ``"neighbours"``.
    lower_bound : int
        No settlement of these amounts has fewer transfers.
    least : bool
        Whether this one is known to have the least number of transfers.
    platform : float
        What stays with the platform, CNY; below zero what it adds.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon import settle
    >>> found = settle(pd.Series({"A": 3.0, "B": 5.0, "C": -3.0, "D": -5.0}), rule="fewest")
    >>> found.n, found.lower_bound, found.least
    (2, 2, True)
    >>> found.to_frame()[["payer", "receiver", "amount"]].to_numpy().tolist()
    [['A', 'C', 3.0], ['B', 'D', 5.0]]
    >>> found.money_steps  # no weights, no borders to count
    nan
    """

    transfers: pd.DataFrame
    matrix: pd.DataFrame
    rule: Rule
    lower_bound: int
    least: bool
    platform: float

    @property
    def n(self) -> int:
        """The number of transfers."""
        return len(self.transfers)

    @property
    def money_steps(self) -> float:
        """Mean number of links that one CNY between connected places crosses, else NaN."""
        known = self.transfers.dropna(subset="steps")
        moved = float(known["amount"].sum())
        return float((known["amount"] * known["steps"]).sum()) / moved if moved else float("nan")

    def to_frame(self) -> pd.DataFrame:
        """Return the transfers."""
        return self.transfers.copy()


def settle(
    amounts: pd.Series[Any],
    *,
    rule: Rule = "proportional",
    weights: Weights | None = None,
    platform: float = 0.0,
) -> SettlementResult:
    r"""Who pays how much to whom, when all that is known is what each owes and is due?

    Use ``"proportional"`` where every receiver should have the same share of every
    payer, ``"fewest"`` where each transfer costs an agreement, and ``"neighbours"``
    where money should stay close. All three pay and receive the same sums. It does
    not decide how much is owed: :func:`compensate` does.

    Parameters
    ----------
    amounts : Series
        CNY by unit: positive pays, negative receives, zero takes no part.
    rule : {"proportional", "fewest", "neighbours"}
        How the pairs are found. ``"neighbours"`` needs ``weights``.
    weights : Weights, optional
        Who neighbours whom, for exactly these units; only who, not how strongly.
        With the other rules it serves to say how far each transfer goes.
    platform : float
        What the platform keeps of the payments, CNY; below zero what it adds to them.

    Returns
    -------
    SettlementResult
        ``transfers`` and ``matrix`` in CNY.

    Raises
    ------
    BalanceError
        When payments, receipts and the platform do not add up to a relative 1e-9.
    OptionError
        ``rule="neighbours"`` without weights.
    AlignmentError
        Weights of other units.

    Notes
    -----
    .. math:: M_{ij} = M_i \frac{|M_j|}{\sum_k |M_k|}

    is the proportional rule. The least number is exact for up to 20 places: they are
    parted into as many groups of sum zero as there can be (dynamic programming over
    subsets), and n places in g groups need :math:`n - g` transfers. Beyond, equal
    amounts are paired and the largest debt meets the largest claim: at most
    :math:`n - 1` transfers, at least as many as there are payers or receivers,
    whichever are more. ``"neighbours"`` minimises
    :math:`\sum_{ij} M_{ij} d_{ij}` with the number of links :math:`d` between places;
    unconnected pairs count as many links as there are places, so they pay each other
    last. Several plans may be equally near: one of them is given, the same one each
    time. The platform's part is taken from all payers (or added for all receivers) at one
    rate; with ``"fewest"`` it is one more place.

    Examples
    --------
    >>> import pandas as pd
    >>> amounts = pd.Series({"A": 3.0, "B": 5.0, "C": -3.0, "D": -5.0})
    >>> settle(amounts).n
    4
    >>> settle(amounts, rule="fewest").transfers[["payer", "receiver", "amount"]].values.tolist()
    [['A', 'C', 3.0], ['B', 'D', 5.0]]
    """
    check_option(rule, Rule, "rule")
    money = conform(amounts, amounts.index if isinstance(amounts, pd.Series) else pd.Index([]),
                    name=_AMOUNTS)  # fmt: skip
    if rule == "neighbours" and weights is None:
        raise OptionError(
            "rule='neighbours' needs weights: who neighbours whom",
            fix="weights=spatialcarbon.Backbone(units).contiguity()",
        )
    whole = max(float(money.clip(lower=0).sum()), -float(money.clip(upper=0).sum()))
    gap = float(money.sum()) - platform
    if abs(gap) > _ZERO * whole:
        raise BalanceError(
            "payments, receipts and the platform do not add up",
            arrived="payments less receipts {rest:.6g} CNY, platform {platform:.6g} CNY",
            expected="the same number",
            fix="platform={rest:.6g}, or scale one side of the amounts",
            rest=float(money.sum()),
            platform=platform,
        )
    steps = None if weights is None else _steps(weights, money.index)
    # In the order of labels, so that ties do not hang on the order of rows.
    order = canonical_order(money.index)
    active = order[np.abs(money.to_numpy()[order]) > _ZERO * whole]
    values: Numbers = np.asarray(money, dtype=np.float64)[active]
    # A residual in the ninth digit would be nobody's debt, and still one more transfer.
    held = platform if abs(platform) > _ZERO * whole else 0.0
    bound, least, found = _pairs(values, rule, steps, active, held, _ZERO * whole)
    transfers = _table(found, money.index, active, steps)
    return SettlementResult(
        method="Settlement of payments",
        transfers=transfers,
        matrix=_matrix(transfers, money),
        rule=rule,
        lower_bound=bound,
        least=least,
        platform=held,
        settings={
            "rule": rule,
            "platform": platform,
            "weights": None if weights is None else weights.fingerprint,
            "data": checksum(money),
        },
        remarks=tuple(_remarks(rule, bound, least, len(transfers), steps, transfers)),
    )


def _steps(weights: Weights, units: pd.Index) -> Numbers:
    same_units(units, weights.units, _AMOUNTS)
    at = weights.positions(units)
    return border_steps(weights.raw[at][:, at], apart=len(units))


def _pairs(
    values: Numbers,
    rule: Rule,
    steps: Numbers | None,
    active: Positions,
    platform: float,
    tolerance: float,
) -> tuple[int, bool, list[Transfer]]:
    """Return the lower bound, whether it is met, and transfers; the platform is at the end."""
    n = len(values)
    # The platform receives what it keeps: its amount has the sign of a receipt.
    everyone = np.append(values, -platform) if platform else values
    payers, receivers = int((everyone > 0).sum()), int((everyone < 0).sum())
    bound = max(payers, receivers) if payers and receivers else 0
    if rule == "fewest":
        plan = fewest_transfers(everyone, tolerance)
        return plan.lower_bound, plan.exact, plan.transfers
    debts, claims = values.clip(min=0), -values.clip(max=0)
    found: list[Transfer] = []
    if platform > 0:
        part = debts * (platform / debts.sum())
        found += [(i, n, float(part[i])) for i in np.flatnonzero(debts).tolist()]
        debts = debts - part
    elif platform < 0:
        part = claims * (-platform / claims.sum())
        found += [(n, j, float(part[j])) for j in np.flatnonzero(claims).tolist()]
        claims = claims - part
    if claims.sum() <= tolerance or debts.sum() <= tolerance:
        return bound, len(found) == bound, found
    if rule == "neighbours" and steps is not None:
        found += nearest_transfers(debts - claims, steps[np.ix_(active, active)])
    else:
        rate = claims / claims.sum()
        found += [
            (i, j, float(debts[i] * rate[j]))
            for i in np.flatnonzero(debts).tolist()
            for j in np.flatnonzero(claims).tolist()
        ]
    return bound, len(found) == bound, found


def _table(
    found: list[Transfer],
    units: pd.Index,
    active: Positions,
    steps: Numbers | None,
) -> pd.DataFrame:
    """Return the transfers with labels, in the order of the units."""
    names: list[Hashable] = [*units[active].tolist(), PLATFORM]
    place = [*active.tolist(), len(units)]
    rows = []
    for payer, receiver, amount in sorted(found, key=lambda t: (place[t[0]], place[t[1]])):
        inside = payer < len(active) and receiver < len(active)
        far = steps[place[payer], place[receiver]] if inside and steps is not None else np.nan
        far = np.nan if far >= len(units) else far  # no chain of neighbours leads there
        rows.append((names[payer], names[receiver], amount, far))
    table = pd.DataFrame(rows, columns=["payer", "receiver", "amount", "steps"])
    return table.astype({"amount": float, "steps": float})


def _matrix(transfers: pd.DataFrame, money: pd.Series[float]) -> pd.DataFrame:
    """Return payer × receiver with a row and column for everyone who takes part."""
    payers = list(dict.fromkeys(transfers["payer"]))
    receivers = list(dict.fromkeys(transfers["receiver"]))
    order = {label: at for at, label in enumerate([*money.index.tolist(), PLATFORM])}
    rows = pd.Index(sorted(payers, key=order.__getitem__), name="payer")
    columns = pd.Index(sorted(receivers, key=order.__getitem__), name="receiver")
    matrix = pd.DataFrame(0.0, index=rows, columns=columns)
    at = rows.get_indexer(transfers["payer"]), columns.get_indexer(transfers["receiver"])
    cells = matrix.to_numpy(copy=True)
    cells[at] = transfers["amount"].to_numpy()
    return pd.DataFrame(cells, index=rows, columns=columns)


def _remarks(
    rule: Rule,
    bound: int,
    least: bool,
    n: int,
    steps: Numbers | None,
    transfers: pd.DataFrame,
) -> list[Text]:
    said = []
    if rule == "fewest" and not least:
        said.append(
            text(
                "{n} transfers, found by pairing the largest; the least number lies between "
                "{bound} and {n}",
                n=n,
                bound=bound,
            )
        )
    if rule == "neighbours" and steps is not None:
        ends = transfers[["payer", "receiver"]]
        apart = transfers[transfers["steps"].isna() & (ends != PLATFORM).all(axis=1)]
        if len(apart):
            said.append(
                text(
                    "{n} transfers run between places that no chain of neighbours joins",
                    n=len(apart),
                )
            )
    return said
