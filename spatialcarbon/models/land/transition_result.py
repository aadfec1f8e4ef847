"""What is known of land at two times: areas, changes, and what turned into what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.align import canonical_order
from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.options import check_option
from spatialcarbon.core.results import Result
from spatialcarbon.models.land import transition_formulas as formulas
from spatialcarbon.models.land.area_tables import (
    ALL,
    check_years,
    square_rows,
    transition_cube,
)
from spatialcarbon.models.land.transition_fields import REFERENCES, area_fields, cube_fields
from spatialcarbon.stats.theil import partition

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.models.land.area_tables import YearPair

    Groups = pd.Series[Any] | Mapping[str, Iterable[Any]]
    Floats = npt.NDArray[np.float64]

Measure = Literal[
    "area_start", "area_end", "persistence", "gain", "loss", "net", "swap", "total_change",
    "share_start", "share_end", "dynamic_degree",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class TransitionResult(Result):
    """Areas of land classes at two times, and what went from which class to which.

    Parameters
    ----------
    matrix : DataFrame
        km² over all zones, from (rows) × to (columns). All NaN where only areas are known
        (``status`` is ``"areas only"``).
    by_zone : DataFrame
        The same by zone, without zeros: ``zone, from, to, km2``. Empty where only areas
        are known.
    table : DataFrame
        One row per zone and class, last those of all zones (``"ALL"``): ``zone, class,
        area_start, area_end, persistence, gain, loss, net, swap, total_change`` in km²,
        ``share_start, share_end`` (parts of the area of the zone), ``dynamic_degree`` in %
        a year and its ``status`` (``"ok"``, ``"new class"``, ``"absent"``, ``"no years"``,
        ``"no data"``).
    comprehensive : DataFrame
        One row per zone, last ``"ALL"``: ``zone, area, changed`` in km²,
        ``comprehensive_degree, comprehensive_degree_net`` in % a year, ``status``.
    excluded : DataFrame
        Area that is not in the matrix: ``zone, reason, km2``.
    classes : tuple of str
        In the order of the common legend.
    zones : Index
        Labels of the zones, without ``"ALL"`` unless there is no other.
    years : tuple of int or None
        The two years.
    status : str
        ``"ok"``, or ``"areas only"`` for two tables of areas, which do not say what went
        where: what needs the matrix is NaN.
    """

    matrix: pd.DataFrame
    by_zone: pd.DataFrame
    table: pd.DataFrame
    comprehensive: pd.DataFrame
    excluded: pd.DataFrame
    classes: tuple[str, ...]
    zones: pd.Index
    years: YearPair | None
    status: str

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table of classes."""
        return self.table.copy()

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
        """
        check_option(measure, Measure, "measure")
        rows = self.table.iloc[: len(self.zones) * len(self.classes)]
        values = rows[measure].to_numpy(dtype=float).reshape(len(self.zones), -1)
        return pd.DataFrame(values, self.zones, self._class_index())

    def matrix_of(self, zone: Any) -> pd.DataFrame:
        """Return the matrix of one zone in km², from (rows) × to (columns).

        Parameters
        ----------
        zone : object
            A label of ``zones``, or ``"ALL"``.

        Raises
        ------
        SchemaError
            For a zone that is not there.
        """
        if isinstance(zone, str) and zone == ALL:
            return self.matrix.copy()
        if zone not in self.zones:
            raise SchemaError(
                "there is no zone {zone!r}",
                arrived="zones {known}",
                zone=zone,
                known=some(self.zones),
            )
        if self.status == formulas.AREAS_ONLY:
            return self.matrix.copy()
        held = self._cube(pd.Index([zone]))[0]
        return pd.DataFrame(held, self.matrix.index, self.matrix.columns)

    def sources(self, name: str, *, zone: Any = ALL) -> pd.Series[float]:
        """Return from which classes a class won its area: shares of its gain, summing to one.

        Parameters
        ----------
        name : str
            A class, such as ``"built"``.
        zone : object
            A label of ``zones``; all zones if left out.

        Raises
        ------
        OptionError
            For a class that is not there.
        """
        return self._parts(self.matrix_of(zone).T, name)

    def destinations(self, name: str, *, zone: Any = ALL) -> pd.Series[float]:
        """Return to which classes a class lost its area: shares of its loss, summing to one.

        Parameters
        ----------
        name : str
            A class, such as ``"cropland"``.
        zone : object
            A label of ``zones``; all zones if left out.

        Raises
        ------
        OptionError
            For a class that is not there.
        """
        return self._parts(self.matrix_of(zone), name)

    def grouped(self, groups: Groups) -> TransitionResult:
        """Return the same with zones summed by group, such as cities by cluster.

        Parameters
        ----------
        groups : Series or mapping
            A label per zone, or group → zones. Every zone must be in exactly one group, so
            that the groups add up to the whole.

        Raises
        ------
        SchemaError
            For zones in no group, or in several.
        """
        members = partition(groups, self.zones)
        owner = {zone: name for name, index in members.items() for zone in index}
        names = pd.Index(list(members))
        excluded = self.excluded.assign(zone=self.excluded["zone"].map(owner))
        by_reason = excluded.groupby(["zone", "reason"], sort=False)["km2"].sum()
        facts: dict[str, Any] = {
            "years": self.years,
            "excluded": by_reason.reset_index(),
            "settings": {**self.settings, "groups": {g: len(z) for g, z in members.items()}},
            "remarks": self.remarks,
            "references": tuple(key for key in self.references if key not in REFERENCES),
        }
        if self.status == formulas.AREAS_ONLY:
            pair = (self.per_zone("area_start"), self.per_zone("area_end"))
            start, end = (
                pd.DataFrame({g: a.loc[z].sum() for g, z in members.items()}).T for a in pair
            )
            return TransitionResult(**area_fields(start, end, **facts))
        cube = np.stack([self._cube(index).sum(axis=0) for index in members.values()])
        return TransitionResult(**cube_fields(names, self.classes, cube, **facts))

    @classmethod
    def from_table(
        cls, table: pd.DataFrame, *, years: Sequence[int] | None = None
    ) -> TransitionResult:
        """Return the result for a table of what went from which class to which.

        Parameters
        ----------
        table : DataFrame
            Columns ``zone`` (or ``unit``; left out for one place), ``from``, ``to``,
            ``km2``. Staying is a row too: from cropland to cropland.
        years : sequence of two int, optional
            Without them, dynamic degrees are NaN.

        Raises
        ------
        SchemaError, AlignmentError, MissingDataError
            As for :func:`transition_matrix`.

        Examples
        --------
        >>> import pandas as pd
        >>> rows = [("a", "forest", "forest", 90), ("a", "forest", "built", 10)]
        >>> table = pd.DataFrame(rows, columns=["zone", "from", "to", "km2"])
        >>> float(TransitionResult.from_table(table, years=(2000, 2010)).loss["forest"])
        10.0
        """
        span = check_years(years)
        return cls(**cube_fields(*transition_cube(table), years=span, settings={"source": "table"}))

    @classmethod
    def from_matrix(
        cls, matrix: pd.DataFrame, *, years: Sequence[int] | None = None
    ) -> TransitionResult:
        """Return the result for one square matrix in km², from (rows) × to (columns).

        Parameters
        ----------
        matrix : DataFrame
            The same classes in rows and columns.
        years : sequence of two int, optional
            Without them, dynamic degrees are NaN.

        Raises
        ------
        SchemaError, MissingDataError
            When rows and columns differ; for negative or missing areas.
        """
        return cls.from_table(square_rows(matrix), years=years)

    def _class_index(self) -> pd.Index:
        return pd.Index(self.classes, name="class")

    def _overall(self, column: str) -> pd.Series[float]:
        rows = self.table[column].to_numpy(dtype=float)[-len(self.classes) :]
        return pd.Series(rows, self._class_index(), name=column)

    def _two(self, *columns: str) -> pd.DataFrame:
        return pd.DataFrame({column: self._overall(column) for column in columns})

    def _parts(self, matrix: pd.DataFrame, name: str) -> pd.Series[float]:
        if name not in self.classes:
            raise OptionError(
                "there is no class {name!r}",
                expected="one of {known}",
                name=name,
                known=", ".join(self.classes),
            )
        others = [other for other in self.classes if other != name]
        parts = matrix.loc[name, others].to_numpy(dtype=np.float64)
        total = float(parts.sum())
        shares = parts / total if total > 0 else np.full(len(others), np.nan)
        return pd.Series(shares, pd.Index(others, name="class"), name=name)

    def _cube(self, zones: pd.Index) -> Floats:
        """Return zone × from × to of some zones, in canonical order so that sums are repeatable."""
        rows = self.by_zone[self.by_zone["zone"].isin(zones)]
        names = pd.Index(self.classes)
        ordered = zones[canonical_order(zones)]
        cube = np.zeros((len(zones), len(names), len(names)))
        cube[
            ordered.get_indexer(pd.Index(rows["zone"])),
            names.get_indexer(pd.Index(rows["from"])),
            names.get_indexer(pd.Index(rows["to"])),
        ] = rows["km2"]
        return cube
