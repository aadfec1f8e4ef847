"""The money of a compensation: capped, balanced, and booked on the platform's account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import InfeasibleError, some

Balance = Literal["receivers", "payers", "none"]

ACCOUNT = ("paid", "fee", "reserve", "received", "fund_balance", "due")
"""What the account of the platform says, in CNY."""


@dataclass(frozen=True)
class Books:
    """Amounts after cap and balance, and the account of the platform.

    Parameters
    ----------
    amount : Series
        CNY by place, positive paid, negative received.
    account : Series
        By :data:`ACCOUNT`: paid in; fee and reserve kept; paid out; what is left or
        lacking (negative) after that; what receivers were due before balancing.
    capped : Series of bool
        Whose payment the cap has cut.
    one_sided : bool
        Whether there are only payers or only receivers, so that nothing can be balanced.
    """

    amount: pd.Series[float]
    account: pd.Series[float]
    capped: pd.Series[bool]
    one_sided: bool


def keep_books(
    owed: pd.Series[float],
    ceiling: pd.Series[float] | None,
    *,
    balance: Balance,
    fee: float,
    reserve: float,
) -> Books:
    """Turn what each place owes (positive) or is due (negative) into what is paid and received.

    Parameters
    ----------
    owed : Series
        Price × deviation × ability factor, CNY.
    ceiling : Series, optional
        The most that each place can be made to pay, CNY.
    balance : {"receivers", "payers", "none"}
        Which side is scaled so that the account closes.
    fee, reserve : float
        Shares of all payments that the platform keeps.

    Raises
    ------
    InfeasibleError
        When payments may not rise to what receivers are due without breaking the cap.
    """
    due = -owed.clip(upper=0.0)
    wanted = owed.clip(lower=0.0)
    limit = pd.Series(np.inf, index=owed.index) if ceiling is None else ceiling
    paid = wanted.clip(upper=limit)
    kept = fee + reserve
    sides = bool((paid > 0).any()) and bool((due > 0).any())
    # A price of zero leaves neither side anything: that is balanced, not one-sided.
    one_sided = bool((paid > 0).any()) != bool((due > 0).any())
    received = due
    if sides and balance == "receivers":
        received = due * ((1 - kept) * paid.sum() / due.sum())
    elif sides and balance == "payers":
        paid = _raised(wanted, limit, float(due.sum()) / (1 - kept))
    account = pd.Series(
        {
            "paid": paid.sum(),
            "fee": fee * paid.sum(),
            "reserve": reserve * paid.sum(),
            "received": received.sum(),
            "fund_balance": (1 - kept) * paid.sum() - received.sum(),
            "due": due.sum(),
        },
        dtype=float,
    )[list(ACCOUNT)]
    if sides and balance != "none":
        account["fund_balance"] = 0.0  # by construction; the sums differ in the last digit
    # A payment is cut where it stands at the limit although more was wanted.
    capped = (wanted > 0) & (paid >= limit * (1 - 1e-12))
    return Books(paid - received, account, capped, one_sided)


def _raised(wanted: pd.Series[float], limit: pd.Series[float], target: float) -> pd.Series[float]:
    """Scale payments to a sum; what the cap cuts off is spread over the others in proportion."""
    if limit[wanted > 0].sum() < target * (1 - 1e-12):
        raise InfeasibleError(
            "payers cannot pay what receivers are due without breaking the cap",
            arrived="{room:.6g} CNY at most, {target:.6g} needed; payers: {labels}",
            fix="a higher cap, or balance='receivers', which scales the receipts instead",
            room=float(limit[wanted > 0].sum()),
            target=target,
            labels=some(wanted.index[wanted > 0]),
        )
    full = pd.Series(False, index=wanted.index)
    while True:
        rest = target - limit[full].sum()
        scaled = wanted * (rest / wanted[~full].sum()) if (~full & (wanted > 0)).any() else wanted
        over = ~full & (scaled > limit)
        if not over.any():
            return scaled.where(~full, limit)
        full |= over
