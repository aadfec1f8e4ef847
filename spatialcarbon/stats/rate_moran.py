"""Moran's I of rates: global and local, corrected for unequal populations."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.errors import PermutationWarning
from spatialcarbon.core.rng import RNGLike, resolve_rng
from spatialcarbon.stats.columns import prepare_columns
from spatialcarbon.stats.local_moran import LocalMoranResult, few_permutations, local_moran
from spatialcarbon.stats.moran import MoranResult, dropped_remark, global_moran
from spatialcarbon.stats.rates import SmoothedRatesResult, smoothed_rates
from spatialcarbon.weights.weights import Weights, as_weights

if TYPE_CHECKING:
    from spatialcarbon.core.align import Missing
    from spatialcarbon.stats.inference import Alternative, Correction

REFERENCES = ("assuncao1999", "marshall1991", "moran1950", "cliff1981", "phipson2010")
LOCAL_REFERENCES = ("assuncao1999", "anselin1995", "benjamini1995", "phipson2010")


@dataclass(frozen=True, kw_only=True, eq=False)
class RateMoranResult(MoranResult):
    """Moran's I of standardised rates, and that of the raw rates for comparison.

    Parameters
    ----------
    statistic, expected : float
        I of the standardised rates and its expectation.
    variance_normality, z_normality, pvalue_normality : float
        As for :class:`MoranResult`.
    variance_randomization, z_randomization, pvalue_randomization : float
        As for :class:`MoranResult`.
    pvalue_permutation, mean_permutation, sd_permutation : float or None
        As for :class:`MoranResult`.
    permutations, n, alternative, status, dropped
        As for :class:`MoranResult`.
    raw : MoranResult
        The same test of the raw rates, under the same random orders.
    rates : SmoothedRatesResult
        Raw, smoothed and standardised rates by unit.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> links = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    >>> w = sc.Weights.from_edges(links).standardised("R")
    >>> events, people = pd.Series([1, 1, 9, 9], list("abcd")), pd.Series(100, list("abcd"))
    >>> found = sc.rate_moran(events, people, w, permutations=0)
    >>> found.rates.overall, round(found.raw.statistic, 9)
    (0.05, 0.5)
    >>> found.to_frame()[["rates", "statistic"]].round(9).values.tolist()
    [['standardised', 0.5], ['raw', 0.5]]
    """

    raw: MoranResult
    rates: SmoothedRatesResult

    def to_frame(self) -> pd.DataFrame:
        """Return a row for the standardised and a row for the raw rates."""
        both = {"standardised": super().to_frame(), "raw": self.raw.to_frame()}
        return pd.concat(both, names=["rates"]).reset_index(level=0).reset_index(drop=True)


def rate_moran(
    events: pd.Series[Any],
    population: pd.Series[Any],
    weights: Weights,
    *,
    alternative: Alternative = "two-sided",
    permutations: int | None = None,
    missing: Missing = "raise",
    rng: RNGLike = None,
) -> RateMoranResult:
    r"""Are high rates next to high rates, or do small populations only make it look so?

    Use it in place of :func:`spatialcarbon.global_moran` for rates of counted
    events. Where populations are small, raw rates have unequal variances, and
    permuting them compares what is not comparable.

    Parameters
    ----------
    events, population : Series
        Counts, and what they are counted among; see :func:`spatialcarbon.smoothed_rates`.
    weights : Weights, libpysal Graph or W
        Used exactly as given.
    alternative : {"two-sided", "greater", "less"}
        What the p-values are against.
    permutations : int, optional
        Random orders of the standardised rates; 0 skips permutation
        inference. By default 99,999, fewer on very large maps.
    missing : {"raise", "drop"}
        Refuse missing values, or leave out units that lack either column.
    rng : int, Generator or None
        Seed.

    Returns
    -------
    RateMoranResult

    Raises
    ------
    AlignmentError, MissingDataError, SchemaError
        As for :func:`spatialcarbon.smoothed_rates`, and when units are not the weights'.
    DegenerateDataError
        As for :func:`spatialcarbon.global_moran`.

    Notes
    -----
    Moran's I of :math:`z_i = (p_i - b)/\sqrt{v_i}` (Assunção & Reis 1999); its mean is
    taken off again, as it need not be zero.

    References
    ----------
    Assunção & Reis (1999), Statistics in Medicine 18: 2147–2162.

    Examples
    --------
    Four places of 100 people each: standardising changes nothing, since no rate is surer
    than another. With 10,000 people in the last, the same rate stands out more there:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> links = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    >>> w = sc.Weights.from_edges(links).standardised("R")
    >>> events, people = pd.Series([1, 1, 9, 9], list("abcd")), pd.Series(100, list("abcd"))
    >>> found = sc.rate_moran(events, people, w, permutations=0)
    >>> round(found.raw.statistic, 9), round(found.statistic, 9)
    (0.5, 0.5)
    >>> events["d"], people["d"] = 900, 10_000
    >>> found = sc.rate_moran(events, people, w, permutations=0)
    >>> found.rates.rate.tolist(), found.rates.standardised.round(2).tolist()
    ([0.01, 0.01, 0.09, 0.09], [-2.52, -2.52, 0.05, 0.16])
    """
    stream = resolve_rng(rng)
    columns, weights, dropped = prepare_columns(
        {"events": events, "population": population}, weights, missing
    )
    rates = smoothed_rates(columns["events"], columns["population"])
    tested, raw = (
        global_moran(
            values, weights, alternative=alternative, permutations=permutations, rng=stream.seed
        )
        for values in (rates.standardised, rates.rate)
    )
    inherited = {item.name: getattr(tested, item.name) for item in fields(MoranResult)}
    return RateMoranResult(
        **inherited
        | {
            "method": "Moran's I of rates",
            "dropped": dropped,
            "settings": _settings(tested, rates, missing),
            "references": REFERENCES,
            "remarks": (*tested.remarks, *rates.remarks, *dropped_remark(dropped)),
        },
        raw=raw,
        rates=rates,
    )


def local_rate_moran(
    events: pd.Series[Any],
    population: pd.Series[Any],
    weights: Weights,
    *,
    permutations: int | None = None,
    alpha: float = 0.05,
    correction: Correction = "fdr_bh",
    independent: bool = False,
    missing: Missing = "raise",
    rng: RNGLike = None,
) -> LocalMoranResult:
    r"""Where do high or low rates gather, once unequal populations are allowed for?

    Use it in place of :func:`spatialcarbon.local_moran` for rates of counted events.

    Parameters
    ----------
    events, population : Series
        Counts, and what they are counted among; see :func:`spatialcarbon.smoothed_rates`.
    weights : Weights, libpysal Graph or W
        Used exactly as given.
    permutations : int, optional
        Conditional draws per unit; 0 skips the test. By default 99,999, fewer where
        that would take minutes.
    alpha : float
        Level at which a unit is labelled, compared with the adjusted p-value.
    correction : {"fdr_bh", "bonferroni", "none"}
        For testing many units at once.
    independent : bool
        Draw afresh for every unit; see :func:`spatialcarbon.local_moran`.
    missing : {"raise", "drop"}
        Refuse missing values, or leave out units that lack either column.
    rng : int, Generator or None
        Seed.

    Returns
    -------
    LocalMoranResult
        Of the standardised rates, on the units of the weights, in their order;
        deviation and lag are in standard deviations.

    Raises
    ------
    AlignmentError, MissingDataError, SchemaError, DegenerateDataError
        As for :func:`spatialcarbon.rate_moran`.

    Warns
    -----
    PermutationWarning
        When so few permutations were drawn that the correction could hardly find anything.

    Notes
    -----
    .. math::

        I_i = \frac{z_i - \bar z}{m_2} \sum_j w_{ij} (z_j - \bar z)

    with the z of :func:`spatialcarbon.smoothed_rates`.

    References
    ----------
    Assunção & Reis (1999), Statistics in Medicine 18: 2147–2162. Anselin (1995).

    Examples
    --------
    With equal populations the standardised rates are proportional to the deviations:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> links = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    >>> w = sc.Weights.from_edges(links).standardised("R")
    >>> events, people = pd.Series([1, 2, 3, 4], list("abcd")), pd.Series(100, list("abcd"))
    >>> sc.local_rate_moran(events, people, w, permutations=0).statistic.round(9).tolist()
    [0.6, 0.2, 0.2, 0.6]
    """
    weights = as_weights(weights)
    source_order = weights.units
    columns, weights, dropped = prepare_columns(
        {"events": events, "population": population}, weights, missing
    )
    rates = smoothed_rates(columns["events"], columns["population"])
    back = source_order[source_order.isin(weights.units)]
    with warnings.catch_warnings():
        # Said again below, where it points at the caller's line.
        warnings.simplefilter("ignore", PermutationWarning)
        tested = local_moran(
            rates.standardised,
            weights.subset(back),
            permutations=permutations,
            alpha=alpha,
            correction=correction,
            independent=independent,
            rng=rng,
        )
    count = int(tested.statistic.notna().sum())
    few = few_permutations(count, tested.permutations, alpha, correction)
    if few:
        warnings.warn(PermutationWarning(few[0]), stacklevel=2)
    return replace(
        tested,
        method="Local Moran's I of rates",
        dropped=dropped,
        settings=_settings(tested, rates, missing),
        references=LOCAL_REFERENCES,
        remarks=(*tested.remarks, *rates.remarks, *dropped_remark(dropped)),
    )


def _settings(
    tested: MoranResult | LocalMoranResult, rates: SmoothedRatesResult, missing: Missing
) -> dict[str, Any]:
    return {**tested.settings, "missing": missing, "data": rates.settings["data"]}
