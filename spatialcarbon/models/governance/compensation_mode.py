"""Side payments: what a payer can offer for more abatement elsewhere, and what it brings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import as_numbers, check_unique
from spatialcarbon.core.errors import DegenerateDataError, MissingDataError, OptionError, some
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_positive
from spatialcarbon.core.results import Result

SCHEMES = ("additional_subsidy", "full_subsidy", "cost_sharing", "lump_sum")


@dataclass(frozen=True, kw_only=True, eq=False)
class SidePaymentResult(Result):
    """What each scheme brings to payer and supplier, in t CO2 and CNY.

    Parameters
    ----------
    table : DataFrame
        Index scheme: ``additional_subsidy`` and ``full_subsidy`` (rate in CNY per t),
        ``cost_sharing`` (rate = part of the cost that is paid) and ``lump_sum`` (rate = the
        sum, CNY). Columns ``rate``, ``abatement`` (t), ``paid`` (CNY), ``payer_gain``,
        ``supplier_gain`` (CNY against no agreement), ``efficiency`` (part of the efficient
        surplus that is realised).
    surplus : float
        The efficient surplus, CNY: no scheme brings more to both together.
    lump_sum_range : tuple of float
        The sums for which both sign: the supplier's cost, and the payers' benefit, CNY.
    contributions : Series
        Index payer: what each puts into the lump sum, in proportion to its benefit, CNY.

    Examples
    --------
    A tonne is worth 3.6 to the supplier and 2 to the payer: the efficient level is 2 t more.

    >>> from spatialcarbon import side_payments
    >>> found = side_payments(3.6, 1.0, externality=2.0)
    >>> found.surplus, found.lump_sum_range
    (2.0, (2.0, 4.0))
    >>> found.to_frame().set_index("scheme")["abatement"].round(2).to_dict()
    {'additional_subsidy': 4.6, 'full_subsidy': 3.6, 'cost_sharing': 3.8, 'lump_sum': 5.6}
    """

    table: pd.DataFrame
    surplus: float
    lump_sum_range: tuple[float, float]
    contributions: pd.Series[float]

    def to_frame(self) -> pd.DataFrame:
        """Return the table with the scheme as a column."""
        return self.table.rename_axis("scheme").reset_index()


def side_payments(
    delta: float, cost: float, *, externality: float | pd.Series[Any]
) -> SidePaymentResult:
    r"""How should a place that gains from another's abatement pay for more of it?

    Use it to compare four offers of ecological compensation: the payer (or a platform that
    acts for several) moves first, the supplier answers with the abatement that is best for
    it. Use :func:`spatialcarbon.govern` for many places at once, each both payer and supplier.

    Parameters
    ----------
    delta : float
        The supplier's own benefit of a tonne abated, CNY per t, zero or more.
    cost : float
        Slope of its marginal cost of abatement, CNY per t², above zero.
    externality : float or Series
        What a tonne abated by the supplier is worth to the payer, CNY per t, or to each of
        several payers, by name; zero or more.

    Returns
    -------
    SidePaymentResult

    Raises
    ------
    OptionError
        A cost that is not above zero, or a benefit below zero.
    MissingDataError
        A benefit that is missing or infinite.
    DegenerateDataError
        Nobody gains from the supplier's abatement: there is nothing to pay for.

    Notes
    -----
    With the payers' benefit :math:`\sigma`, the supplier's own :math:`\delta` and slope
    :math:`c`, against the abatement :math:`\delta/c` without agreement:

    .. math::

       s^* = \frac\sigma2, \qquad s^*_{all} = \max\{0, \tfrac12(\sigma-\delta)\}, \qquad
       \theta^* = \max\left\{0, \frac{2\sigma-\delta}{2\sigma+\delta}\right\}, \qquad
       t = \frac{3\sigma^2}{4c}

    A subsidy of additional tonnes needs a known baseline; a subsidy of all tonnes and cost
    sharing do not, and pay for tonnes that would have come anyway. Only the lump sum for the
    efficient level reaches the efficient surplus :math:`\sigma^2/(2c)`; :math:`t` splits it
    equally.

    References
    ----------
    Mäler (1989); Chander and Tulkens (1997).

    Examples
    --------
    >>> result = side_payments(3.6, 1.0, externality=2.0)
    >>> result.table["payer_gain"].round(6).to_dict()["cost_sharing"]
    0.02
    >>> result.surplus
    2.0
    """
    slope = check_positive(cost, "cost")
    own = float(_benefits(pd.Series([delta], ["supplier"]), "delta").sum())
    given = externality if isinstance(externality, pd.Series) else None
    payers = _benefits(
        pd.Series([externality], ["payer"]) if given is None else given, "externality"
    )
    sigma = float(payers.sum())
    if sigma <= 0.0:
        raise DegenerateDataError(
            "nobody else gains from the supplier's abatement, so there is nothing to pay for",
            arrived="an externality of {sigma:g}",
            sigma=sigma,
        )
    table, surplus = _schemes(own, slope, sigma), sigma**2 / (2.0 * slope)
    lump = 1.5 * surplus
    return SidePaymentResult(
        method="Side payments for abatement",
        table=table.assign(efficiency=(table["payer_gain"] + table["supplier_gain"]) / surplus),
        surplus=surplus,
        lump_sum_range=(surplus, 2.0 * surplus),
        contributions=(payers * (lump / sigma)).rename("contribution"),
        settings={"delta": own, "cost": slope, "externality": payers.to_dict()},
        references=("maler1989", "chander1997", "study000"),
        remarks=(
            text("closed forms for a supplier that emits more than it is asked to abate"),
            *(
                (text("cost sharing is not worth while: the payer gains less than half of what "
                      "the supplier gains by itself"),)
                if 2.0 * sigma <= own
                else ()
            ),
        ),
    )  # fmt: skip


def _schemes(delta: float, c: float, sigma: float) -> pd.DataFrame:
    alone = delta / c
    extra, full = sigma / 2.0, max(0.0, (sigma - delta) / 2.0)
    share = max(0.0, (2.0 * sigma - delta) / (2.0 * sigma + delta))
    shared = (sigma + delta / 2.0) / c if share > 0.0 else alone
    level, lump = (sigma + delta) / c, 3.0 * sigma**2 / (4.0 * c)
    rows = {
        "additional_subsidy": (extra, alone + extra / c, extra * extra / c),
        "full_subsidy": (full, alone + full / c, full * (alone + full / c)),
        "cost_sharing": (share, shared, share * c * shared**2 / 2.0),
        "lump_sum": (lump, level, lump),
    }
    table = pd.DataFrame(rows, ["rate", "abatement", "paid"]).T
    more = table["abatement"] - alone
    bill = c * (table["abatement"] ** 2 - alone**2) / 2.0
    return table.assign(
        payer_gain=sigma * more - table["paid"],
        supplier_gain=table["paid"] + delta * more - bill,
    ).rename_axis("scheme")


def _benefits(given: pd.Series[Any], name: str) -> pd.Series[float]:
    check_unique(given.index, name)
    numbers = as_numbers(given, name)
    lost = numbers.index[~np.isfinite(numbers)]
    if len(lost):
        raise MissingDataError(
            "{name} is missing or infinite for {labels}", name=name, labels=some(lost)
        )
    below = numbers.index[numbers < 0]
    if len(below):
        raise OptionError(
            "{name} is below zero for {labels}",
            expected="what a tonne abated is worth: zero or more, in CNY per t",
            name=name,
            labels=some(below),
        )
    return numbers
