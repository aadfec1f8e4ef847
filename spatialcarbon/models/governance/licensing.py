"""Licensing of low-carbon technology: fixed fee or royalty, and what each is worth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from spatialcarbon.core.errors import OptionError
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_positive
from spatialcarbon.core.results import Result
from spatialcarbon.models.governance.licence_terms import Terms

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text

Contract = Literal["fee", "royalty", "none"]
REFERENCES = ("kamien1986", "xu2023", "study000")
NOTHING = "none"


@dataclass(frozen=True, kw_only=True, eq=False)
class LicensingResult(Result):
    """What each contract would bring, in CNY (CNY per t for the royalty and the threshold).

    Parameters
    ----------
    royalty : float
        The royalty that is best for the licensor, CNY per t abated.
    royalty_value : float
        Gain of the licensor under it, its externality included, CNY.
    fee : float
        The largest fixed fee that the licensee signs, CNY.
    fee_value : float
        Gain of the licensor under it, its externality included, CNY.
    two_part_royalty, two_part_fee, two_part_value : float
        The same for a contract with both parts; a royalty below zero is a subsidy per
        tonne. NaN where such a contract sells nothing.
    threshold : float
        The externality, CNY per t, above which the licensor prefers the fixed fee; NaN where
        the technology is of no use.
    choice : {"fee", "royalty", "none"}
        The better of fee and royalty for the licensor, or none if both lose.
    abatement : Series
        Index contract: t CO2 abated under ``none``, ``fee`` and ``royalty``.
    externality : float
        Net benefit to the licensor of a tonne that the licensee abates, CNY per t, as given.

    Examples
    --------
    >>> from spatialcarbon import licensing
    >>> found = licensing(4.0, 2.0, 1.0, externality=1.0)
    >>> found.choice, found.fee, found.fee_value, round(found.threshold, 4)
    ('fee', 4.0, 6.0, -0.5858)
    >>> found.to_frame()[["contract", "value", "chosen"]].round(4).to_numpy().tolist()
    [['fee', 6.0, True], ['royalty', 4.1421, False], ['two-part', 6.5, False]]
    """

    royalty: float
    royalty_value: float
    fee: float
    fee_value: float
    two_part_royalty: float
    two_part_fee: float
    two_part_value: float
    threshold: float
    choice: Contract
    abatement: pd.Series[float]
    externality: float

    def to_frame(self) -> pd.DataFrame:
        """Return a row per contract: royalty, fee, abatement, gain of the licensor."""
        return pd.DataFrame(
            {
                "contract": ["fee", "royalty", "two-part"],
                "royalty": [0.0, self.royalty, self.two_part_royalty],
                "fee": [self.fee, 0.0, self.two_part_fee],
                "abatement": [
                    self.abatement["fee"],
                    self.abatement["royalty"],
                    self.abatement["two-part"],
                ],
                "value": [self.fee_value, self.royalty_value, self.two_part_value],
                "chosen": [self.choice == "fee", self.choice == "royalty", False],
            }
        )


def licensing(
    delta: float,
    cost: float,
    licensed_cost: float,
    *,
    externality: float,
    limit: float | None = None,
    licensee_share: float = 0.0,
) -> LicensingResult:
    r"""Should the owner of a cleaner technology ask for a fixed fee or for a royalty?

    Use it for one licensor and one licensee, such as a core city and its neighbour. Not
    for a licensor that can itself produce what the licensee sells: that loss of rivalry
    enters here only as a number per tonne.

    Parameters
    ----------
    delta : float
        The licensee's own benefit of a tonne abated, CNY per t, zero or more.
    cost, licensed_cost : float
        Slope of its marginal cost of abatement without and with the licence, CNY per t²,
        above zero.
    externality : float
        What a tonne abated by the licensee is worth to the licensor, less what it loses to
        a stronger rival, CNY per t; below zero if rivalry outweighs spillover.
    limit : float, optional
        Most that the licensee can abate, t: its emission.
    licensee_share : float
        Part of its gain from free technology that the licensee keeps, 0 to 1.

    Returns
    -------
    LicensingResult

    Raises
    ------
    OptionError
        Costs that are not above zero, a benefit below zero, a share outside 0 to 1.

    Notes
    -----
    With :math:`s=\sqrt{\tilde c/c}` and externality :math:`\hat\Sigma`,

    .. math::

       F^* = \frac{\delta^2}{2}\left(\frac1{\tilde c}-\frac1c\right), \qquad
       r^* = \min\{\max(0, (\delta-\hat\Sigma)/2),\ \delta(1-s)\}

    and the fee is better for the licensor if :math:`\hat\Sigma` is above
    :math:`-\delta(1-s)/2` for :math:`s \ge 1/3`, or above
    :math:`\delta(1-\sqrt{2(1-s^2)})` for :math:`s < 1/3`. Without rivalry the fee is
    therefore always better, and lowers emissions more. At a tie the fee is chosen. With
    ``limit`` or ``licensee_share`` the same comparison is made with the kinks they put in.

    References
    ----------
    Kamien and Tauman (1986); Xu and Tan (2023).

    Examples
    --------
    >>> result = licensing(4.0, 2.0, 1.0, externality=1.0)
    >>> result.choice, result.fee, result.fee_value, round(result.royalty_value, 4)
    ('fee', 4.0, 6.0, 4.1421)
    >>> licensing(4.0, 2.0, 1.0, externality=-1.0).choice
    'royalty'
    """
    cost, licensed = check_positive(cost, "cost"), check_positive(licensed_cost, "licensed_cost")
    benefit, outside = _number(delta, "delta"), _number(externality, "externality")
    if benefit < 0.0:
        raise OptionError(
            "{name}={value!r} is below zero", name="delta", value=delta, expected="zero or more"
        )
    kept = _number(licensee_share, "licensee_share")
    if not 0.0 <= kept <= 1.0:
        raise OptionError(
            "licensee_share={value!r} is outside 0 to 1",
            fix="licensee_share=0.0, which leaves the licensee as well off as before",
            value=licensee_share,
        )
    most = math.inf if limit is None else check_positive(limit, "limit")
    terms = Terms(benefit, cost, licensed, most, kept)
    useful = licensed < cost and benefit > 0.0
    settings = {
        "delta": benefit,
        "cost": cost,
        "licensed_cost": licensed,
        "externality": outside,
        "limit": limit,
        "licensee_share": kept,
    }
    return _result(terms, outside, settings) if useful else _useless(terms, outside, settings)


def _result(terms: Terms, outside: float, settings: dict[str, float | None]) -> LicensingResult:
    rate = terms.royalty(outside)
    worth = {"fee": terms.fee_value(outside), "royalty": terms.royalty_value(outside)}
    two_rate, two_fee, two_value = terms.two_part(outside)
    threshold = terms.threshold
    choice: Contract = "fee" if outside >= threshold else "royalty"
    remarks: tuple[Text, ...] = ()
    if max(worth.values()) < 0.0:
        choice = "none"
        remarks = (text("every contract would cost the licensor more in rivalry than it brings"),)
    return LicensingResult(
        method="Technology licensing",
        royalty=rate,
        royalty_value=worth["royalty"],
        fee=terms.fee,
        fee_value=worth["fee"],
        two_part_royalty=two_rate,
        two_part_fee=two_fee,
        two_part_value=two_value,
        threshold=threshold,
        choice=choice,
        abatement=_tonnes(terms, rate, two_rate),
        externality=outside,
        settings=settings,
        references=REFERENCES,
        remarks=remarks,
    )


def _useless(terms: Terms, outside: float, settings: dict[str, float | None]) -> LicensingResult:
    """Return the result where there is nothing to sell."""
    why = (
        text("a place that gains nothing from its own abatement buys no technology for it")
        if terms.licensed < terms.cost
        else text("the licensed technology is no cheaper than the one at hand")
    )
    tonnes = pd.Series(terms.before, ["none", "fee", "royalty", "two-part"], name="abatement")
    return LicensingResult(
        method="Technology licensing",
        royalty=0.0,
        royalty_value=0.0,
        fee=0.0,
        fee_value=0.0,
        two_part_royalty=math.nan,
        two_part_fee=math.nan,
        two_part_value=math.nan,
        threshold=math.nan,
        choice="none",
        abatement=tonnes,
        externality=outside,
        settings=settings,
        references=REFERENCES,
        remarks=(why,),
    )


def _tonnes(terms: Terms, rate: float, two_rate: float) -> pd.Series[float]:
    two_part = math.nan if math.isnan(two_rate) else terms.at_royalty(two_rate)
    values = [terms.before, terms.at_fee, terms.at_royalty(rate), two_part]
    return pd.Series(values, ["none", "fee", "royalty", "two-part"], name="abatement")


def _number(value: float, name: str) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise OptionError("{name}={value!r} is not a number", name=name, value=value)
    return number
