"""What is known of land at two times: areas, changes, and what turned into what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import canonical_order
from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.models.land import transition_formulas as formulas
from spatialcarbon.models.land.area_tables import (
    ALL,
    check_years,
    square_rows,
    transition_cube,
)
from spatialcarbon.models.land.transition_fields import REFERENCES, area_fields, cube_fields
from spatialcarbon.models.land.transition_measures import TransitionMeasures
from spatialcarbon.stats.theil import partition

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.models.land.area_tables import YearPair

    Groups = pd.Series[Any] | Mapping[str, Iterable[Any]]
    Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class TransitionResult(TransitionMeasures):
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

    Examples
    --------
    In ten years 20 km² of forest were cleared and 15 km² planted: a net loss of 5, a swap
    of 30.

    >>> import pandas as pd
    >>> classes = ["cropland", "forest"]
    >>> matrix = pd.DataFrame([[85, 15], [20, 80]], classes, classes)
    >>> land = TransitionResult.from_matrix(matrix, years=(2000, 2010))
    >>> [float(part["forest"]) for part in (land.gain, land.loss, land.net, land.swap)]
    [15.0, 20.0, -5.0, 30.0]
    >>> float(land.persistence["forest"]), float(land.total_change["forest"])
    (80.0, 35.0)
    >>> float(land.dynamic_degree["forest"])  # 100 × (-5) / (100 × 10)
    -0.5
    >>> land.comprehensive_degree, land.comprehensive_degree_net
    (1.75, 0.25)
    >>> land.areas.loc["forest"].tolist(), land.shares.loc["forest"].tolist()
    ([100.0, 95.0], [0.5, 0.475])
    >>> land.to_frame()[["zone", "class", "swap"]].values.tolist()
    [['ALL', 'cropland', 30.0], ['ALL', 'forest', 30.0]]
    """

    matrix: pd.DataFrame
    by_zone: pd.DataFrame
    excluded: pd.DataFrame
    years: YearPair | None
    status: str

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table of classes."""
        return self.table.copy()

    def matrix_of(self, zone: Any) -> pd.DataFrame:
        """Return the matrix of one zone in km², from (rows) × to (columns).

        Parameters
        ----------
        zone : object
            A label of ``zones``, or ``"ALL"``.

        Returns
        -------
        DataFrame
            Class × class; all NaN where only areas are known.

        Raises
        ------
        SchemaError
            For a zone that is not there.

        Examples
        --------
        >>> import pandas as pd
        >>> rows = [("a", "forest", "built", 10), ("b", "forest", "built", 4)]
        >>> table = pd.DataFrame(rows, columns=["zone", "from", "to", "km2"])
        >>> land = TransitionResult.from_table(table)
        >>> float(land.matrix_of("b").loc["forest", "built"])
        4.0
        >>> float(land.matrix_of("ALL").loc["forest", "built"])
        14.0
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

        Returns
        -------
        Series
            By the other classes; NaN where the class gained nothing.

        Raises
        ------
        OptionError
            For a class that is not there.

        Examples
        --------
        >>> import pandas as pd
        >>> rows = [("cropland", "built", 30), ("forest", "built", 10), ("built", "built", 60)]
        >>> table = pd.DataFrame(rows, columns=["from", "to", "km2"])
        >>> TransitionResult.from_table(table).sources("built").to_dict()
        {'cropland': 0.75, 'forest': 0.25}
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

        Returns
        -------
        Series
            By the other classes; NaN where the class lost nothing.

        Raises
        ------
        OptionError
            For a class that is not there.

        Examples
        --------
        >>> import pandas as pd
        >>> rows = [("cropland", "built", 9), ("cropland", "forest", 1), ("built", "built", 60)]
        >>> table = pd.DataFrame(rows, columns=["from", "to", "km2"])
        >>> TransitionResult.from_table(table).destinations("cropland").to_dict()
        {'forest': 0.1, 'built': 0.9}
        """
        return self._parts(self.matrix_of(zone), name)

    def grouped(self, groups: Groups) -> TransitionResult:
        """Return the same with zones summed by group, such as cities by cluster.

        Parameters
        ----------
        groups : Series or mapping
            A label per zone, or group → zones. Every zone must be in exactly one group, so
            that the groups add up to the whole.

        Returns
        -------
        TransitionResult
            With the groups as its zones.

        Raises
        ------
        SchemaError
            For zones in no group, or in several.

        Examples
        --------
        >>> import pandas as pd
        >>> rows = [(zone, "forest", "built", km2) for zone, km2 in zip("abc", (10, 4, 1))]
        >>> table = pd.DataFrame(rows, columns=["zone", "from", "to", "km2"])
        >>> land = TransitionResult.from_table(table).grouped({"west": ["a", "b"], "east": ["c"]})
        >>> land.per_zone("gain")["built"].to_dict()
        {'west': 14.0, 'east': 1.0}
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

        Returns
        -------
        TransitionResult

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

        Returns
        -------
        TransitionResult

        Raises
        ------
        SchemaError, MissingDataError
            When rows and columns differ; for negative or missing areas.

        Examples
        --------
        >>> import pandas as pd
        >>> matrix = pd.DataFrame([[90, 10], [0, 100]], ["forest", "built"], ["forest", "built"])
        >>> TransitionResult.from_matrix(matrix).net.to_dict()
        {'forest': -10.0, 'built': 10.0}
        """
        return cls.from_table(square_rows(matrix), years=years)

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
