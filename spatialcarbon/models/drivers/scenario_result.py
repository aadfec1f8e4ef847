"""What a projection returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from spatialcarbon.core.results import Result
from spatialcarbon.models.drivers.peak import PeakResult, peak

if TYPE_CHECKING:
    from spatialcarbon.models.drivers.rates import RateTable


@dataclass(frozen=True, kw_only=True, eq=False)
class ProjectionResult(Result):
    """Levels of every scenario from the base year to the horizon.

    Parameters
    ----------
    path : DataFrame
        Index year, the base year first; one column per scenario, or columns
        (scenario, unit) where the base has units. In the unit of the base.
    total : DataFrame
        Year × scenario: the sum over units.
    factors : DataFrame or None
        Levels of the factors where the base has them: scenario, unit, year,
        ``population, affluence, structure, intensity`` and ``level``, their product.
    growth : DataFrame
        Yearly growth of emissions (a fraction), year × scenario, or (scenario, unit)
        where rates differ by unit.
    peaks : DataFrame
        One row per scenario, of the total: ``year, value, status, plateau_start,
        plateau_end, local_maxima, equal_maxima, years_below``.
    unit_peaks : DataFrame
        The same for each scenario and unit; no rows where the base has no units.
    rates : RateTable
        The rates as they were used.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> rates = pd.DataFrame(
    ...     [["calm", 2021, 2021, 0, 0.1, 0, 0], ["calm", 2022, 2022, 0, 0, 0, 0.5]],
    ...     columns=["scenario", "start", "end", "delta", "chi", "beta", "alpha"],
    ... )
    >>> found = sc.project(pd.Series({"A": 100.0, "B": 20.0}), rates, horizon=2022)
    >>> found.total["calm"].round(6).to_dict()
    {2020: 120.0, 2021: 132.0, 2022: 66.0}
    >>> found.path["calm", "B"].round(6).to_dict()
    {2020: 20.0, 2021: 22.0, 2022: 11.0}
    >>> found.growth["calm"].round(6).to_dict()
    {2021: 0.1, 2022: -0.5}
    >>> found.to_frame().tail(1).round(6).values.tolist()
    [['calm', 'B', 2022, 11.0]]
    >>> print(found.summary())
    Scenario projection
    ===================
    scenario  year  value status  plateau_start  plateau_end local_maxima equal_maxima  years_below
        calm  2021  132.0 peaked           2021         2021         2021                         1
    """

    path: pd.DataFrame
    total: pd.DataFrame
    factors: pd.DataFrame | None
    growth: pd.DataFrame
    peaks: pd.DataFrame
    unit_peaks: pd.DataFrame
    rates: RateTable

    def peak(self, scenario: str) -> PeakResult:
        """Return the peak of the total of one scenario, by the settings of the projection.

        Parameters
        ----------
        scenario : str
            A column of ``total``.

        Returns
        -------
        PeakResult

        Examples
        --------
        >>> import pandas as pd
        >>> import spatialcarbon as sc
        >>> columns = ["scenario", "start", "end", "delta", "chi", "beta", "alpha"]
        >>> rates = pd.DataFrame([["calm", 2021, 2023, 0, 0, 0, 0.1]], columns=columns)
        >>> sc.project(100.0, rates, horizon=2023).peak("calm").status
        'declining from start'
        """
        return self._peak(self.total[scenario])

    def _peak(self, series: pd.Series[float]) -> PeakResult:
        chosen = {name: self.settings[name] for name in ("tol", "tie", "sustained")}
        return peak(series, **chosen)

    def to_frame(self) -> pd.DataFrame:
        """Return the levels, tidy: scenario, (unit,) year, level."""
        names = [*self.path.columns.names, "year"]
        long = pd.DataFrame({"level": self.path.unstack()}).reset_index()
        return long[[*names, "level"]]

    def summary(self) -> str:
        """Return the peaks of the scenarios as text."""
        lines = [
            self.method,
            "=" * len(self.method),
            self.peaks.reset_index().to_string(index=False),
        ]
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])
