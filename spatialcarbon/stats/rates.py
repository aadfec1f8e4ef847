"""Rates over unequal populations: empirical-Bayes smoothing and standardisation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import Missing, checksum, conform
from spatialcarbon.core.errors import AlignmentError, DegenerateDataError, SchemaError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_option
from spatialcarbon.core.results import Result
from spatialcarbon.stats.moran import dropped_remark

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

REFERENCES = ("marshall1991", "assuncao1999")


@dataclass(frozen=True, kw_only=True, eq=False)
class SmoothedRatesResult(Result):
    """Raw, smoothed and standardised rates.

    Parameters
    ----------
    events, population : Series of float
        As given (counts), by unit, for the units used.
    rate : Series of float
        By unit: events per head of population.
    smoothed : Series of float
        By unit: the rate drawn towards the overall rate, the more the smaller the population.
    standardised : Series of float
        By unit: (rate − overall rate) / its standard deviation given the population.
    shrinkage : Series of float
        By unit: weight of its own rate in ``smoothed``, from 0 to 1.
    overall : float
        Sum of events over sum of population: events per head.
    variance : float
        Estimated variance of the true rates between units; negative when the rates
        differ less than chance alone would make them.
    dropped : Index
        Units left out with ``missing="drop"``.

    Examples
    --------
    The overall rate is 0.05; the variance between places is 0.0008 less what chance makes,
    0.05/133.3, and the own rate of the first place weighs 0.000425/0.000925:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> events, people = pd.Series([1, 9, 10], list("abc")), pd.Series([100, 100, 200], list("abc"))
    >>> found = sc.smoothed_rates(events, people)
    >>> found.overall, round(found.variance, 9)
    (0.05, 0.000425)
    >>> found.to_frame()[["unit", "rate", "smoothed", "shrinkage"]].round(4).values.tolist()
    [['a', 0.01, 0.0316, 0.4595], ['b', 0.09, 0.0684, 0.4595], ['c', 0.05, 0.05, 0.6296]]
    """

    events: pd.Series[float]
    population: pd.Series[float]
    rate: pd.Series[float]
    smoothed: pd.Series[float]
    standardised: pd.Series[float]
    shrinkage: pd.Series[float]
    overall: float
    variance: float
    dropped: pd.Index

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit: unit, events, population, rates, shrinkage."""
        columns = ("events", "population", "rate", "smoothed", "standardised", "shrinkage")
        frame = pd.DataFrame({name: getattr(self, name) for name in columns})
        frame.insert(0, "unit", self.rate.index)
        return frame.reset_index(drop=True)


def smoothed_rates(
    events: pd.Series[Any], population: pd.Series[Any], *, missing: Missing = "raise"
) -> SmoothedRatesResult:
    r"""What rate is behind counts over very unequal populations?

    Use it before mapping or testing rates of counted events: cases, accidents,
    firms. A rate over few people varies more by chance, and such places fill
    both ends of any ranking. Not for quantities that are not counted: their
    unit of measure would decide how much is smoothed, and the result says so.

    Parameters
    ----------
    events : Series
        Counts, at least 0, indexed by unit.
    population : Series
        What they are counted among, above 0: persons, firms, vehicles.
    missing : {"raise", "drop"}
        Refuse missing values, or leave out units that lack either.

    Returns
    -------
    SmoothedRatesResult
        On the units of ``events``, in their order.

    Raises
    ------
    AlignmentError, MissingDataError
        When the two are not about the same units, or values are missing.
    SchemaError
        For negative events, or a population that is not above zero.
    DegenerateDataError
        When there is no event at all.

    Notes
    -----
    With events :math:`e_i`, population :math:`P_i` and rates :math:`p_i = e_i/P_i`,

    .. math::

        b &= \frac{\sum e_i}{\sum P_i}, \qquad
        s^2 = \frac{\sum P_i (p_i - b)^2}{\sum P_i}, \qquad
        a = s^2 - \frac{b}{\sum P_i / n} \\
        \tilde p_i &= w_i p_i + (1-w_i) b, \qquad
        w_i = \frac{\max(a, 0)}{\max(a, 0) + b/P_i} \\
        z_i &= \frac{p_i - b}{\sqrt{v_i}}, \qquad
        v_i = a + b/P_i \ \text{if that is positive, else } b/P_i

    Marshall (1991) for :math:`\tilde p`, Assunção & Reis (1999) for z. esda does not
    cut a at zero when smoothing, which then draws rates away from the mean.

    References
    ----------
    Marshall (1991), doi 10.2307/2347593. Assunção & Reis (1999), Statistics in
    Medicine 18: 2147–2162.

    Examples
    --------
    2 of 10 and 20 of 100 make the same rate; 8 of 40 as well, so nothing differs:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> population = pd.Series([10, 100, 40], list("abc"))
    >>> even = sc.smoothed_rates(pd.Series([2, 20, 8], list("abc")), population)
    >>> even.overall, even.smoothed.round(9).tolist()
    (0.2, [0.2, 0.2, 0.2])
    """
    check_option(missing, Missing, "missing")
    if not isinstance(events, pd.Series):
        raise AlignmentError(
            "{name} is a {kind} without labels",
            expected="a pandas Series indexed by unit",
            fix="pd.Series(data, index=weights.units), if the order is known to be the same",
            name="events",
            kind=type(events).__name__,
        )
    pair = pd.DataFrame(
        {
            name: conform(values, events.index, name=name, missing=missing)
            for name, values in (("events", events), ("population", population))
        }
    )
    absent: pd.Index = pair.index[pair.isna().any(axis=1).to_numpy()]
    pair = pair.dropna()
    refuse_impossible(pair)
    counted, people = (pair[name].to_numpy(dtype=np.float64) for name in pair.columns)
    rate = counted / people
    overall, variance = moments(counted, people)
    noise = overall / people
    between = max(variance, 0.0)
    shrinkage = between / (between + noise)
    spread = np.where(variance + noise > 0, variance + noise, noise)

    def series(data: Floats) -> pd.Series[float]:
        return pd.Series(data, pair.index)

    return SmoothedRatesResult(
        method="Empirical-Bayes rates",
        events=series(counted),
        population=series(people),
        rate=series(rate),
        smoothed=series(shrinkage * rate + (1 - shrinkage) * overall),
        standardised=series((rate - overall) / np.sqrt(spread)),
        shrinkage=series(shrinkage),
        overall=overall,
        variance=variance,
        dropped=absent,
        settings={"missing": missing, "data": checksum(pair)},
        references=REFERENCES,
        remarks=dropped_remark(absent) + rate_remarks(counted, variance),
    )


def moments(events: Floats, population: Floats) -> tuple[float, float]:
    """Return the overall rate b and the variance a between units, which may be negative."""
    total = float(population.sum())
    overall = float(events.sum()) / total
    spread = float((population * (events / population - overall) ** 2).sum()) / total
    variance = spread - overall * len(events) / total
    return overall, variance


def refuse_impossible(pair: pd.DataFrame) -> None:
    """Raise for values that no rate can come from."""
    wrong = {"events": pair["events"] < 0, "population": pair["population"] <= 0}
    for name, bad in wrong.items():
        if bad.any():
            labels = pair.index[bad.to_numpy()]
            raise SchemaError(
                "{name} cannot be {value:g} (units: {labels})",
                expected="counts of at least 0" if name == "events" else "numbers above 0",
                fix="leave these units out, or correct the table",
                name=name,
                value=float(pair.loc[labels[0], name]),
                labels=some(labels),
            )
    if len(pair) < 2 or not pair["events"].sum() > 0:
        raise DegenerateDataError(
            "rates need at least two units and one event; there are {n} units and {total:g} events",
            n=len(pair),
            total=float(pair["events"].sum()),
        )


def rate_remarks(events: Floats, variance: float) -> tuple[Text, ...]:
    """Return what a careful reader should know about these rates."""
    said = []
    if (events != np.round(events)).any():
        said.append(
            text(
                "the events are not whole numbers: the smoothing takes one unit of their measure "
                "for one event, so that Mt and t give different results"
            )
        )
    if variance <= 0:
        said.append(
            text(
                "the rates differ no more than chance would make them; smoothed, all are the "
                "overall rate"
            )
        )
    return tuple(said)
