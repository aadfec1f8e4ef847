"""The recommendation among cooperation modes, with its reason in words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, get_args

from spatialcarbon.core.errors import some
from spatialcarbon.core.language import text
from spatialcarbon.models.governance.govern_result import Mode

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.core.language import Text

MODE_NAMES: Mapping[str, Text] = MappingProxyType(
    {
        "nash": text("no cooperation"),
        "cooperation": text("cooperation without payments"),
        "compensation": text("ecological compensation"),
        "licensing": text("technology licensing"),
    }
)
"""What to call the modes."""


def money(amount: float) -> str:
    """Write an amount of CNY: four digits where it is small, whole where it is large.

    Examples
    --------
    >>> money(1.23456), money(1234567.8)
    ('1.235', '1,234,568')
    """
    return f"{amount:.4g}" if abs(amount) < 1000 else f"{amount:,.0f}"


def recommend(payoff: pd.DataFrame, nash: pd.Series[float], least: float) -> tuple[str, Text]:
    """Return the mode with the largest total among those in which nobody loses, and why.

    Parameters
    ----------
    payoff : DataFrame
        Place × mode after transfers, CNY.
    nash : Series
        Payoff of each place without cooperation, CNY.
    least : float
        A difference up to this is rounding.

    Notes
    -----
    Of modes whose totals differ by rounding the simpler one is taken: no cooperation, then
    cooperation, compensation, licensing. Without any mode in which nobody loses it is ``nash``.
    """
    gain = payoff.sub(nash, axis=0)
    totals = {mode: float(gain[mode].sum()) for mode in get_args(Mode) if mode in gain}
    # Rounding adds up over the places.
    slack = least * len(nash)
    hurt = {mode: gain.index[gain[mode] < -least] for mode in totals}
    best, most = "nash", 0.0
    for mode, total in totals.items():
        if not len(hurt[mode]) and total > most + slack:
            best, most = mode, total
    better = [mode for mode, total in totals.items() if len(hurt[mode]) and total > most - slack]
    better = [mode for mode in better if mode != best and totals[mode] > slack]
    if best == "nash":
        return best, _stay(better, gain, hurt)
    if not better:
        return best, text(
            "{mode} brings {gain} CNY more than no cooperation, the most of all modes compared, "
            "and nobody loses",
            mode=MODE_NAMES[best],
            gain=money(most),
        )
    rival = max(better, key=totals.__getitem__)
    more = totals[rival] > most + slack
    return best, text(
        "{mode} brings {gain} CNY more than no cooperation, and nobody loses; {rival} would bring "
        "more, but {losers} would lose by it, {place} as much as {loss} CNY"
        if more
        else "{mode} brings {gain} CNY more than no cooperation, and nobody loses; {rival} would "
        "bring as much, but {losers} would lose by it, {place} as much as {loss} CNY",
        mode=MODE_NAMES[best],
        gain=money(most),
        rival=MODE_NAMES[rival],
        losers=some(hurt[rival]),
        place=gain[rival].idxmin(),
        loss=money(-float(gain[rival].min())),
    )


def _stay(better: list[str], gain: pd.DataFrame, hurt: Mapping[str, pd.Index]) -> Text:
    if not better:
        return text("no mode compared brings more than no cooperation")
    rival = max(better, key=dict(gain.sum().items()).__getitem__)
    return text(
        "{rival} would bring more than no cooperation, but {losers} would lose by it, {place} as "
        "much as {loss} CNY, and no mode compared pays for that",
        rival=MODE_NAMES[rival],
        losers=some(hurt[rival]),
        place=gain[rival].idxmin(),
        loss=money(-float(gain[rival].min())),
    )
