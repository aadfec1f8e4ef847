"""The measures of land change by class: gain, loss, swap and speed, over all zones and by zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from spatialcarbon.core.options import check_option
from spatialcarbon.core.results import Result

Measure = Literal[
    "area_start", "area_end", "persistence", "gain", "loss", "net", "swap", "total_change",
    "share_start", "share_end", "dynamic_degree",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class TransitionMeasures(Result):
    """What can be read from the tables of a :class:`spatialcarbon.TransitionResult`.

    Parameters
    ----------
    table : DataFrame
        One row per zone and class, last those of all zones.
    comprehensive : DataFrame
        One row per zone, last that of all zones.
    classes : tuple of str
        In the order of the common legend.
    zones : Index
        Labels of the zones.
    """

    table: pd.DataFrame
    comprehensive: pd.DataFrame
    classes: tuple[str, ...]
    zones: pd.Index

    @property
    def gain(self) -> pd.Series[float]:
        """Area that each class won from others, over all zones, in km²."""
        return self._overall("gain")

    @property
    def loss(self) -> pd.Series[float]:
        """Area that each class lost to others, over all zones, in km²."""
        return self._overall("loss")

    @property
    def net(self) -> pd.Series[float]:
        """Gain less loss of each class, over all zones, in km²."""
        return self._overall("net")

    @property
    def swap(self) -> pd.Series[float]:
        """Area that each class lost in one place and won in another, counted twice, in km²."""
        return self._overall("swap")

    @property
    def persistence(self) -> pd.Series[float]:
        """Area of each class that did not change, over all zones, in km²."""
        return self._overall("persistence")

    @property
    def total_change(self) -> pd.Series[float]:
        """Gain plus loss of each class, over all zones, in km²."""
        return self._overall("total_change")

    @property
    def dynamic_degree(self) -> pd.Series[float]:
        """Single dynamic degree of each class over all zones, in % a year."""
        return self._overall("dynamic_degree")

    @property
    def comprehensive_degree(self) -> float:
        """Comprehensive dynamic degree over all zones (LC), in % a year."""
        return float(self.comprehensive["comprehensive_degree"].iloc[-1])

    @property
    def comprehensive_degree_net(self) -> float:
        """Comprehensive degree of net changes over all zones (LC_net), in % a year."""
        return float(self.comprehensive["comprehensive_degree_net"].iloc[-1])

    @property
    def areas(self) -> pd.DataFrame:
        """Area of each class over all zones in km², at the start and at the end."""
        return self._two("area_start", "area_end")

    @property
    def shares(self) -> pd.DataFrame:
        """Part of each class in the area of all zones, at the start and at the end."""
        return self._two("share_start", "share_end")

    def per_zone(self, measure: Measure) -> pd.DataFrame:
        """Return one measure of the table as zone × class, without the row of all zones.

        Parameters
        ----------
        measure : str
            A column of ``table``, such as ``"gain"``.

        Returns
        -------
        DataFrame
            Zone × class, in the unit of that column.

        Raises
        ------
        OptionError
            For a measure that is not there.

        Examples
        --------
        >>> import pandas as pd
        >>> import spatialcarbon as sc
        >>> rows = [("a", "forest", "built", 10), ("b", "forest", "built", 4)]
        >>> table = pd.DataFrame(rows, columns=["zone", "from", "to", "km2"])
        >>> sc.TransitionResult.from_table(table).per_zone("gain")["built"].to_dict()
        {'a': 10.0, 'b': 4.0}
        """
        check_option(measure, Measure, "measure")
        rows = self.table.iloc[: len(self.zones) * len(self.classes)]
        values = rows[measure].to_numpy(dtype=float).reshape(len(self.zones), -1)
        return pd.DataFrame(values, self.zones, self._class_index())

    def _class_index(self) -> pd.Index:
        return pd.Index(self.classes, name="class")

    def _overall(self, column: str) -> pd.Series[float]:
        rows = self.table[column].to_numpy(dtype=float)[-len(self.classes) :]
        return pd.Series(rows, self._class_index(), name=column)

    def _two(self, *columns: str) -> pd.DataFrame:
        return pd.DataFrame({column: self._overall(column) for column in columns})
