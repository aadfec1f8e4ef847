"""What a decomposition returns: effects, ratios, shares, residuals, and their sums over groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import OptionError
from spatialcarbon.core.results import Result
from spatialcarbon.stats.moran_panel import group_members

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.core.language import Text
    from spatialcarbon.models.drivers.lmdi_course import Course

    Floats = npt.NDArray[np.float64]

Form = Literal["additive", "multiplicative"]
Level = Literal["unit", "aggregate"]
CUMULATIVE = ("unit", "year", "factor", "effect")


@dataclass(frozen=True, kw_only=True, eq=False)
class DecompositionResult(Result):
    """Which factor moved the outcome, where, when, and by how much.

    Beside the fields there are tables, made from them when first asked for:
    ``effects``, ``residual``, ``total``, ``by_group``, ``by_category``, ``cumulative``,
    ``dominant`` and ``values``.

    Parameters
    ----------
    identity : str
        The identity as it was understood, with every factor named.
    outcome : str
        The variable that is explained.
    factors : tuple of str
        Keys of the factors in the order of the identity.
    factor_names : mapping
        Key of a factor → its name in both languages.
    unit_of_measure : str
        Of the outcome and of the column ``effect``; empty where it is not known.
    form : {"additive", "multiplicative"}
        Which of the two the tables lead with; both are in every table.
    level : {"unit", "aggregate"}
        Effects of places, or of the totals of groups of places.
    stages : tuple of (int, int)
        First and last year of each stage.
    chain : bool
        Whether effects of single years were added within a stage.
    units : Index
        The places, or the groups with ``level="aggregate"``.
    categories : DataFrame
        A row for each category of a sum (fuel, sector, ...), a column for each of its
        levels; without columns where the identity is a plain product.
    groups : mapping
        Group → places, as asked for; empty where it was not.
    years : array
        Years that were used.
    levels : array
        The outcome in them, place × year.
    course, category_effects, yearly
        The arrays behind the tables: effects step by step; place × stage × category ×
        factor; years and cumulative effects, None where they were not asked for.

    Examples
    --------
    Twice the people at half the emissions each, and emissions stay as they are: one effect
    is 10 ln 2 and the other minus that.

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> rows = {"unit": "A", "year": [2005, 2010], "people": [1.0, 2.0], "co2": [10.0, 10.0]}
    >>> found = sc.decompose(pd.DataFrame(rows), identity="co2 = people * (co2/people)")
    >>> found.effects[["factor", "effect", "ratio"]].round(4).values.tolist()
    [['population', 6.9315, 2.0], ['co2/people', -6.9315, 0.5]]
    >>> found.residual["residual"].tolist(), found.dominant["factor"].tolist()
    ([0.0], ['population'])
    >>> found.total["effect"].tolist() == found.to_frame()["effect"].tolist()  # one place
    True
    """

    identity: str
    outcome: str
    factors: tuple[str, ...]
    factor_names: Mapping[str, Text]
    unit_of_measure: str
    form: Form
    level: Level
    stages: tuple[tuple[int, int], ...]
    chain: bool
    units: pd.Index
    categories: pd.DataFrame
    groups: Mapping[str, pd.Index]
    years: npt.NDArray[np.int64]
    levels: Floats = field(repr=False)
    course: Course = field(repr=False)
    category_effects: Floats = field(repr=False)
    yearly: tuple[npt.NDArray[np.int64], Floats] | None = field(repr=False)

    @cached_property
    def effects(self) -> pd.DataFrame:
        """``unit, start, end, factor, effect, ratio, share``, a row for each place, stage, factor.

        ``effect`` is additive, in the unit of the outcome; ``ratio`` is multiplicative, one
        for a factor that does not matter; ``share`` is the effect over the change, which is
        also the part of its logarithm, and NaN where nothing changed. In the multiplicative
        form ``ratio`` stands before ``effect``.
        """
        return self._table(self.course, "unit", self.units)

    @cached_property
    def values(self) -> pd.DataFrame:
        """``unit, year, value``: the outcome in each year that was used."""
        rows = {
            "unit": _spread(self.units, len(self.years), 1),
            "year": _spread(self.years, 1, len(self.units)),
        }
        return pd.DataFrame(rows | {"value": self.levels.flatten()})

    @cached_property
    def residual(self) -> pd.DataFrame:
        """``unit, start, end, change, residual, relative``, a row for each place and stage.

        In the additive form the change is a difference, the residual the sum of the effects
        less the change, and ``relative`` its size over the largest effect. In the
        multiplicative form the change is a ratio, the residual the product of the ratios
        over it, less one; NaN where the outcome is zero at one end.
        """
        if self.form == "additive":
            change = self.course.stage_changes
            residual, relative = self.course.additive_residual
        else:
            start, end = self.course.stage_levels
            with np.errstate(divide="ignore", invalid="ignore"):
                change = end / start
            residual, relative = self.course.multiplicative_residual
        rows = self._keys("unit", self.units)
        columns = {"change": change, "residual": residual, "relative": relative}
        return pd.DataFrame(rows | {name: part.flatten() for name, part in columns.items()})

    @cached_property
    def total(self) -> pd.DataFrame:
        """``start, end, factor, effect, ratio, share`` of all places together."""
        return self._table(self.course.summed(), None, None)

    def aggregate(
        self, groups: pd.Series[Any] | Mapping[str, Iterable[Any]], *, overall: bool = False
    ) -> pd.DataFrame:
        """Return the effects of groups of places, the sums of those of their members.

        Parameters
        ----------
        groups : Series or mapping
            Unit → group, or group → units; groups may overlap.
        overall : bool
            Put the whole first, as ``ALL``.

        Returns
        -------
        DataFrame
            ``group, start, end, factor, effect, ratio, share``.

        Raises
        ------
        OptionError
            When totals were decomposed: sums of the effects of places and effects of
            totals do not belong into one table.

        Examples
        --------
        >>> import pandas as pd
        >>> import spatialcarbon as sc
        >>> rows = [("A", 2005, 10.0), ("A", 2010, 13.0), ("B", 2005, 5.0), ("B", 2010, 4.0)]
        >>> table = pd.DataFrame(rows, columns=["unit", "year", "co2"])
        >>> found = sc.decompose(table, identity="co2 = co2")
        >>> found.aggregate({"both": ["A", "B"], "A alone": ["A"]})["effect"].round(9).tolist()
        [2.0, 3.0]
        """
        if self.level == "aggregate":
            raise OptionError(
                "the totals of groups were decomposed, so there are no places to add up",
                fix="sc.decompose(..., level='unit'), then .aggregate(groups)",
            )
        return self._grouped(group_members(groups, self.units, overall=overall))

    @cached_property
    def by_group(self) -> pd.DataFrame:
        """The table of :meth:`aggregate` for the groups of the call; empty without them.

        Examples
        --------
        >>> import pandas as pd
        >>> import spatialcarbon as sc
        >>> rows = [("A", 2005, 10.0), ("A", 2010, 13.0), ("B", 2005, 5.0), ("B", 2010, 4.0)]
        >>> table = pd.DataFrame(rows, columns=["unit", "year", "co2"])
        >>> found = sc.decompose(table, identity="co2 = co2", groups={"both": ["A", "B"]})
        >>> found.by_group[["group", "effect"]].round(9).values.tolist()
        [['both', 2.0]]
        """
        return self._grouped(self.groups if self.level == "unit" else {})

    @cached_property
    def by_category(self) -> pd.DataFrame:
        """``unit, start, end``, the levels of the sum, ``factor, effect``; empty without a sum.

        Examples
        --------
        Coal doubles at one tonne of CO2 each, gas stays as it is:

        >>> import pandas as pd
        >>> import spatialcarbon as sc
        >>> fuels = {"unit": "A", "year": [2005, 2005, 2010, 2010], "fuel": ["coal", "gas"] * 2}
        >>> energy = {"energy": [10.0, 4.0, 20.0, 4.0], "co2": [10.0, 2.0, 20.0, 2.0]}
        >>> found = sc.decompose(
        ...     pd.DataFrame(fuels | energy),
        ...     identity="co2 = sum over fuel of energy[fuel] * (co2[fuel]/energy[fuel])",
        ... )
        >>> found.by_category.pivot(index="fuel", columns="factor", values="effect").round(9).values
        array([[ 0., 10.],
               [ 0.,  0.]])
        """
        levels = list(self.categories.columns)
        if not levels:
            return self.effects.iloc[:0][["unit", "start", "end", "factor", "effect"]]
        places, n, width, factors = self.category_effects.shape
        rows = self._keys("unit", self.units, each=width * factors)
        at = np.tile(np.repeat(np.arange(width), factors), places * n)
        for level in levels:
            rows[level] = self.categories[level].to_numpy()[at]
        rows["factor"] = self._factors(places * n * width)
        return pd.DataFrame(rows | {"effect": self.category_effects.flatten()}, copy=False)

    @cached_property
    def cumulative(self) -> pd.DataFrame:
        """``unit, year, factor, effect``: chained sums since the base year; empty if not asked.

        Years before the base hold the change from the base back to them.

        Examples
        --------
        >>> import pandas as pd
        >>> import spatialcarbon as sc
        >>> rows = {"unit": "A", "year": [2005, 2006, 2007], "co2": [10.0, 13.0, 9.0]}
        >>> found = sc.decompose(pd.DataFrame(rows), identity="co2 = co2", cumulative=2005)
        >>> found.cumulative[["year", "effect"]].round(9).values.tolist()
        [[2005.0, 0.0], [2006.0, 3.0], [2007.0, -1.0]]
        """
        if self.yearly is None:
            return pd.DataFrame({name: [] for name in CUMULATIVE})
        years, sums = self.yearly
        places, n, width = sums.shape
        columns = (
            _spread(self.units, n * width, 1),
            _spread(years, width, places),
            self._factors(places * n),
            sums.flatten(),
        )
        return pd.DataFrame(dict(zip(CUMULATIVE, columns, strict=True)), copy=False)

    @cached_property
    def dominant(self) -> pd.DataFrame:
        """``unit, start, end, factor, effect, sign``: the largest effect in size.

        The first of equal ones; None and zero where no factor has an effect.
        """
        effects = self.course.stage_effects
        at = np.abs(effects).argmax(axis=-1)
        largest = np.take_along_axis(effects, at[..., np.newaxis], axis=-1).ravel()
        names = np.array(self.factors, dtype=object)[at.ravel()]
        names[largest == 0] = None
        rows = self._keys("unit", self.units)
        rows |= {"factor": names, "effect": largest, "sign": np.sign(largest).astype(np.int64)}
        return pd.DataFrame(rows)

    def _measures(self) -> Mapping[str, str]:
        return {"effect": self.unit_of_measure}

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the effects."""
        return self.effects.copy()

    def _grouped(self, members: Mapping[str, pd.Index]) -> pd.DataFrame:
        parts = [
            self._table(
                self.course.summed(self.units.get_indexer(index)), "group", pd.Index([name])
            )
            for name, index in members.items()
        ]
        if not parts:
            return self.effects.iloc[:0].rename(columns={"unit": "group"})
        return pd.concat(parts, ignore_index=True)

    def _keys(self, name: str | None, labels: pd.Index | None, each: int = 1) -> dict[str, Any]:
        """Return the label, the start and the end of each place and stage, some times each."""
        ends = np.array(self.stages, dtype=np.int64)
        times = 1 if labels is None else len(labels)
        rows: dict[str, Any] = {}
        if name is not None and labels is not None:
            rows[name] = _spread(labels, len(ends) * each, 1)
        for at, key in enumerate(("start", "end")):
            rows[key] = _spread(ends[:, at], each, times)
        return rows

    def _factors(self, times: int) -> pd.Index:
        """Return the keys of the factors, all of them some times."""
        return pd.Index(self.factors).take(np.tile(np.arange(len(self.factors)), times))

    def _table(self, course: Course, name: str | None, labels: pd.Index | None) -> pd.DataFrame:
        rows = self._keys(name, labels, each=len(self.factors))
        effects = course.stage_effects
        # A copy: a table may be written to, the array behind it may not.
        both = {"effect": effects.copy(), "ratio": course.stage_ratios}
        order = ("effect", "ratio") if self.form == "additive" else ("ratio", "effect")
        rows["factor"] = self._factors(effects.shape[0] * effects.shape[1])
        rows |= {key: both[key].ravel() for key in order}
        rows["share"] = course.stage_shares.ravel()
        return pd.DataFrame(rows, copy=False)


def _spread(labels: Any, each: int, times: int) -> Any:
    """Return every label ``each`` times in a row; years, all of that ``times`` times."""
    if isinstance(labels, pd.Index):
        return labels.repeat(each)
    return np.tile(np.repeat(labels, each), times)
