"""What a simulation returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from spatialcarbon.core.results import Result

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, eq=False)
class SimulationResult(Result):
    """Emissions and peak years over many draws of the rates.

    Totals are sums over units, in the unit of the base. Probabilities are shares
    of draws; ``standard_error`` is that of the Monte Carlo, so it shrinks with more
    draws and says nothing about whether the errors were well chosen.

    Parameters
    ----------
    quantiles : DataFrame
        Total: ``scenario, year, quantile, value``.
    peak_probability : DataFrame
        Total: ``scenario, peak, probability, standard_error``; ``peak`` is a year
        or ``"not peaked"``. Sums to one in each scenario. The base year stands for
        "in the base year or before".
    peaked_by : DataFrame
        Total: ``scenario, year, probability, standard_error`` of a peak in that year
        or earlier.
    target_probability : DataFrame
        Total: ``scenario, year, target, probability, standard_error`` of a level
        at or below the target; no rows without a target.
    overview : DataFrame
        One row per scenario: ``year`` (the horizon), ``low, median, high`` of the
        level in it (lowest, middle and highest quantile asked for), ``likeliest_peak``
        with its ``likeliest_probability``, ``median_peak``, ``peak_by`` with
        ``peaked_by`` and its ``standard_error``, ``not_peaked``.
    mean : DataFrame
        Mean of the total, year × scenario. It is not the path of the mean rates.
    median : DataFrame
        Median of the total, year × scenario.
    projection : DataFrame
        The total without errors, year × scenario, as of :func:`project`.
    rejected : DataFrame
        Index scenario: ``drawn`` errors and ``rejected`` ones, which left the bounds.
    unit_quantiles : DataFrame
        As ``quantiles`` with a column ``unit``; no rows where the base has no units.
    unit_peak_probability : DataFrame
        As ``peak_probability`` with a column ``unit``.
    unit_peaks : DataFrame
        ``scenario, unit, median_peak`` (empty where fewer than half of the draws
        peak), ``peak_by``, ``peaked_by``, ``standard_error``, ``not_peaked``.

    Examples
    --------
    Without errors all draws are one and the same path, which falls from the start:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> columns = ["scenario", "start", "end", "delta", "chi", "beta", "alpha"]
    >>> rates = pd.DataFrame([["calm", 2021, 2022, 0, 0, 0, 0.1]], columns=columns)
    >>> found = sc.simulate(100.0, rates, horizon=2022, errors=0.0, draws=100, rng=1)
    >>> found.median["calm"].round(6).to_dict()
    {2020: 100.0, 2021: 90.0, 2022: 81.0}
    >>> found.peaked_by.set_index("year")["probability"].to_dict()
    {2020: 1.0, 2021: 1.0, 2022: 1.0}
    >>> found.to_frame().query("year == 2022")["value"].round(6).tolist()
    [81.0, 81.0, 81.0, 81.0, 81.0]
    >>> found.summary().splitlines()[0]
    'Monte Carlo of scenario rates'
    """

    quantiles: pd.DataFrame
    peak_probability: pd.DataFrame
    peaked_by: pd.DataFrame
    target_probability: pd.DataFrame
    overview: pd.DataFrame
    mean: pd.DataFrame
    median: pd.DataFrame
    projection: pd.DataFrame
    rejected: pd.DataFrame
    unit_quantiles: pd.DataFrame
    unit_peak_probability: pd.DataFrame
    unit_peaks: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return the quantiles of the total."""
        return self.quantiles.copy()

    def summary(self) -> str:
        """Return what each scenario comes to as text."""
        lines = [
            self.method,
            "=" * len(self.method),
            self.overview.to_string(index=False),
            *(f"note: {note}" for note in self.notes),
        ]
        return "\n".join(lines)
