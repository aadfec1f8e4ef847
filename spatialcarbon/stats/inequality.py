"""Inequality of one quantity over units: Gini and Lorenz curve, variation, concentration."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from spatialcarbon.core.results import Result
from spatialcarbon.stats import inequality_formulas as formulas
from spatialcarbon.stats.weighted_values import weighted

if TYPE_CHECKING:
    from spatialcarbon.core.align import Missing


@dataclass(frozen=True, kw_only=True, eq=False)
class InequalityResult(Result, float):
    """One number that says how unequal values are; it can be used as a ``float``.

    Parameters
    ----------
    statistic : float
        The index, dimensionless, weighted by population where one was given.
    corrected : float or None
        For a small sample; None for weighted values and for a single unit.
    n : int
        Units.
    mean : float
        Mean of the values, weighted likewise, in their unit.
    dropped : tuple
        Labels left out, for a missing or a zero value.

    Examples
    --------
    A float that knows more: deviations −3, −1, 1, 3 from 5, so the variance is 5.

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> y = pd.Series([2.0, 4.0, 6.0, 8.0], index=list("abcd"))
    >>> found = sc.coefficient_of_variation(y)
    >>> round(found.value, 6), round(5**0.5 / 5, 6), found > 0.4
    (0.447214, 0.447214, True)
    >>> found.to_frame()[["corrected", "n", "mean"]].round(6).values.tolist()
    [[0.516398, 4.0, 5.0]]
    """

    statistic: float
    corrected: float | None
    n: int
    mean: float
    dropped: tuple[Any, ...] = ()

    def __new__(cls, value: float = math.nan, **fields: Any) -> Self:
        """Make the number; the fields follow in ``__init__``."""
        return float.__new__(cls, fields.get("statistic", value))

    @property
    def value(self) -> float:
        """The index as a plain number."""
        return self.statistic

    def to_frame(self) -> pd.DataFrame:
        """Return one row."""
        row = {"statistic": self.statistic, "corrected": self.corrected}
        return pd.DataFrame([{**row, "n": self.n, "mean": self.mean}])


@dataclass(frozen=True, kw_only=True, eq=False)
class GiniResult(InequalityResult):
    """Gini coefficient with its Lorenz curve.

    Parameters
    ----------
    statistic, corrected, n, mean, dropped
        As in :class:`InequalityResult`.
    lorenz : DataFrame
        Columns ``population`` and ``value``: cumulated shares from (0, 0) to (1, 1), the
        units with the smallest values first.

    Examples
    --------
    The mean difference of all pairs is 2.5, the mean 5: 2.5/(2 · 5).

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> y = pd.Series([2.0, 4.0, 6.0, 8.0], index=list("abcd"))
    >>> found = sc.gini(y)
    >>> found.value, round(found.corrected, 6)
    (0.25, 0.333333)
    >>> found.lorenz["value"].round(6).tolist()
    [0.0, 0.1, 0.3, 0.6, 1.0]
    >>> found.to_frame()[["n", "mean"]].values.tolist()
    [[4.0, 5.0]]
    """

    lorenz: pd.DataFrame


@dataclass(frozen=True, kw_only=True, eq=False)
class HerfindahlResult(InequalityResult):
    """Herfindahl–Hirschman index of concentration.

    Parameters
    ----------
    statistic, corrected, n, mean, dropped
        As in :class:`InequalityResult`.
    effective_number : float
        How many units of equal size are as concentrated, 1/H.
    normalised : float or None
        (H − 1/n)/(1 − 1/n), from 0 (all equal) to 1 (one has everything); None for one unit.

    Examples
    --------
    Shares of 0.1, 0.2, 0.3 and 0.4: the squares sum to 0.3.

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> y = pd.Series([2.0, 4.0, 6.0, 8.0], index=list("abcd"))
    >>> found = sc.herfindahl(y)
    >>> round(found.value, 9), round(found.effective_number, 6), round(found.normalised, 6)
    (0.3, 3.333333, 0.066667)
    >>> found.to_frame()["n"].tolist()
    [4]
    """

    effective_number: float
    normalised: float | None

    def to_frame(self) -> pd.DataFrame:
        """Return one row."""
        more = {"effective_number": self.effective_number, "normalised": self.normalised}
        return super().to_frame().drop(columns="corrected").assign(**more)


def gini(
    values: pd.Series[Any],
    *,
    population: pd.Series[Any] | None = None,
    missing: Missing = "raise",
) -> GiniResult:
    r"""How unequally is something spread over units, from 0 (equally) towards 1 (one has all)?

    Use it to say how unequal a place is in one number, together with the Lorenz curve. Two
    different curves may have the same Gini; to split inequality into parts use :func:`theil`.

    Parameters
    ----------
    values : Series
        Not negative, by unit. With a population: values per head.
    population : Series, optional
        Persons by unit, above zero, in any order; without it all units count the same.
    missing : {"raise", "drop"}
        Refuse missing values, or leave the units out (see ``dropped``).

    Returns
    -------
    GiniResult
        A ``float`` with ``statistic``, ``corrected`` (n/(n − 1), unweighted only) and
        ``lorenz``.

    Raises
    ------
    SchemaError
        Negative values, or a population that is not positive.
    DegenerateDataError
        When all values are zero.

    Notes
    -----
    With population shares :math:`q_i` and mean :math:`\mu=\sum q_i y_i`,

    .. math:: G = \frac{1}{2\mu} \sum_i \sum_j q_i q_j |y_i - y_j|,

    computed from sorted values. Repeating every unit leaves it unchanged.

    References
    ----------
    Gini (1912); Lorenz (1905) for the curve.

    Examples
    --------
    >>> import pandas as pd
    >>> tonnes = pd.Series([2.0, 4.0, 6.0, 8.0], index=list("abcd"))
    >>> round(float(gini(tonnes)), 6), round(gini(tonnes).corrected, 6)
    (0.25, 0.333333)
    """
    data = weighted(values, population, missing=missing)
    y, q = data.y, data.q
    statistic, n = formulas.gini(y, q), len(y)
    across, up = formulas.lorenz(y, q)
    return GiniResult(
        method="Gini coefficient",
        statistic=statistic,
        corrected=statistic * n / (n - 1) if population is None and n > 1 else None,
        n=n,
        mean=math.fsum(q * y),
        dropped=data.dropped,
        lorenz=pd.DataFrame({"population": across, "value": up}),
        settings={**data.settings, "missing": missing},
        references=("gini1912", "lorenz1905"),
        remarks=data.remarks,
    )


def coefficient_of_variation(
    values: pd.Series[Any],
    *,
    population: pd.Series[Any] | None = None,
    missing: Missing = "raise",
) -> InequalityResult:
    r"""How large is the spread of values in terms of their mean?

    Use it beside :func:`gini` where large values are to weigh more. It is not bounded by
    one: :math:`\sqrt{n-1}` is the most it can be without weights.

    Parameters
    ----------
    values : Series
        Not negative, by unit. With a population: values per head.
    population : Series, optional
        As for :func:`gini`.
    missing : {"raise", "drop"}
        As for :func:`gini`.

    Returns
    -------
    InequalityResult
        A ``float``, the population form; ``corrected`` is the sample form with n − 1,
        for unweighted values.

    Raises
    ------
    SchemaError, DegenerateDataError
        As for :func:`gini`.

    Notes
    -----
    .. math:: CV = \sqrt{\textstyle\sum_i q_i (y_i-\mu)^2} \,/\, \mu

    References
    ----------
    Shorrocks (1980), doi 10.2307/1913126: half its square is a generalised entropy index.

    Examples
    --------
    >>> import pandas as pd
    >>> round(float(coefficient_of_variation(pd.Series([2.0, 4.0, 6.0, 8.0]))), 6)
    0.447214
    """
    data = weighted(values, population, missing=missing)
    y, q = data.y, data.q
    statistic, n = formulas.variation(y, q), len(y)
    return InequalityResult(
        method="Coefficient of variation",
        statistic=statistic,
        corrected=statistic * math.sqrt(n / (n - 1)) if population is None and n > 1 else None,
        n=n,
        mean=math.fsum(q * y),
        dropped=data.dropped,
        settings={**data.settings, "missing": missing},
        references=("bourguignon1979",),
        remarks=data.remarks,
    )


def herfindahl(values: pd.Series[Any], *, missing: Missing = "raise") -> HerfindahlResult:
    r"""How concentrated is a total in a few units?

    Use it on totals, such as the emissions of cities, to ask how few of them make up the
    sum. It depends on how finely the map is divided: compare maps of different n by
    ``normalised``, and use :func:`gini` for values per head.

    Parameters
    ----------
    values : Series
        Totals by unit, not negative.
    missing : {"raise", "drop"}
        As for :func:`gini`.

    Returns
    -------
    HerfindahlResult
        A ``float`` in [1/n, 1], with ``effective_number`` and ``normalised``.

    Raises
    ------
    SchemaError, DegenerateDataError
        As for :func:`gini`.

    Notes
    -----
    With shares :math:`s_i` of the sum, :math:`H=\sum s_i^2`. It is tied to the unweighted
    coefficient of variation by :math:`H = (1+CV^2)/n`.

    References
    ----------
    Herfindahl (1950); Hirschman (1964) on who found it.

    Examples
    --------
    >>> import pandas as pd
    >>> found = herfindahl(pd.Series([50.0, 50.0, 0.0]))
    >>> float(found), found.effective_number, round(found.normalised, 12)
    (0.5, 2.0, 0.25)
    """
    data = weighted(values, None, missing=missing)
    y = data.y
    statistic, n = formulas.herfindahl(y), len(y)
    return HerfindahlResult(
        method="Herfindahl–Hirschman index",
        statistic=statistic,
        corrected=None,
        n=n,
        mean=math.fsum(y) / n,
        dropped=data.dropped,
        effective_number=1 / statistic,
        normalised=formulas.herfindahl_normalised(y) if n > 1 else None,
        settings={**data.settings, "missing": missing},
        references=("herfindahl1950", "hirschman1964"),
        remarks=data.remarks,
    )
