"""Change of a sink between two years: how much by land that changed, how much by coefficients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.align import checksum, same_units
from spatialcarbon.core.errors import OptionError, some
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_option
from spatialcarbon.core.results import Result
from spatialcarbon.models.land.sink_areas import HA_PER_KM2, area_table, by_unit_and_class
from spatialcarbon.models.land.sink_remarks import references_of, set_remarks
from spatialcarbon.models.land.sink_sets import Coefficients, SinkSet, resolve
from spatialcarbon.models.land.sinks import MissingClass, coefficient_table

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, eq=False)
class SinkChangeResult(Result):
    """Change of carbon uptake between two years, split into two effects that add up.

    Parameters
    ----------
    table : DataFrame
        One row per unit and class: ``unit, class, area_first, area_second`` (km²),
        ``sink_first, sink_second, change, area_effect, coefficient_effect``
        (t CO2 a year).

    Examples
    --------
    Two hectares in a hundred of a forest that takes up 4 t CO2 per hectare are felled:

    >>> import pandas as pd
    >>> own = pd.DataFrame({"value": [4.0], "substance": "CO2"}, index=["forest"])
    >>> before = pd.DataFrame({"forest": [1.0]}, index=["A"])
    >>> found = sink_change(before, before * 0.98, coefficients=own)
    >>> found.to_frame()[["sink_first", "sink_second", "change"]].round(6).values.tolist()
    [[400.0, 392.0, -8.0]]
    >>> found.by_class["area_effect"].round(6).to_dict(), found.by_unit.loc["A", "change"].round(6)
    ({'forest': -8.0}, np.float64(-8.0))
    """

    table: pd.DataFrame

    @property
    def by_unit(self) -> pd.DataFrame:
        """Sums over the classes: unit × (sink_first, sink_second, change and effects)."""
        return self._sums("unit")

    @property
    def by_class(self) -> pd.DataFrame:
        """Sums over the units: class × (sink_first, sink_second, change and effects)."""
        return self._sums("class")

    def _sums(self, column: str) -> pd.DataFrame:
        columns = ["sink_first", "sink_second", "change", "area_effect", "coefficient_effect"]
        return self.table.groupby(column, sort=False)[columns].sum()

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table."""
        return self.table.copy()


def sink_change(
    first: pd.DataFrame | pd.Series[Any],
    second: pd.DataFrame | pd.Series[Any],
    *,
    coefficients: Coefficients,
    second_coefficients: Coefficients | None = None,
    missing_class: MissingClass = "raise",
    units: str | None = None,
) -> SinkChangeResult:
    r"""How did the sink change, and was it the land or the coefficients?

    Use it between two years of one place. Give ``second_coefficients`` only when
    the later year has coefficients of its own (forests that aged, say): with one
    set the coefficient effect is zero. Not a way to compare two sets on one map:
    :func:`carbon_sink` takes several.

    Parameters
    ----------
    first, second : DataFrame or Series
        Areas of the same units in the earlier and the later year, as for
        :func:`carbon_sink`; a class that one of them lacks has no area there.
    coefficients : str, DataFrame or mapping
        The set of the first year, and of the second unless that has its own.
    second_coefficients : str, DataFrame or mapping, optional
        The set of the second year.
    missing_class : {"raise", "zero"}
        As for :func:`carbon_sink`.
    units : str, optional
        Unit of the areas; the default is their ``attrs["units"]``, then km².

    Returns
    -------
    SinkChangeResult
        In t CO2 a year.

    Raises
    ------
    AlignmentError
        When the two tables are not about the same units.
    OptionError
        When more than one set is named for a year.
    SchemaError
        As for :func:`carbon_sink`.

    Notes
    -----
    .. math:: S_b - S_a = (A_b - A_a)\,\tfrac{\kappa_a + \kappa_b}{2}
              + (\kappa_b - \kappa_a)\,\tfrac{A_a + A_b}{2}

    per unit and class: the effect of areas, then that of coefficients. The midpoints
    share the joint term evenly, so that the two effects close exactly and change sign
    with the order of the years.

    Examples
    --------
    >>> import pandas as pd
    >>> own = pd.DataFrame({"value": [4.0], "substance": "CO2"}, index=["forest"])
    >>> later = pd.DataFrame({"value": [5.0], "substance": "CO2"}, index=["forest"])
    >>> a = pd.DataFrame({"forest": [100.0]}, index=["A"])
    >>> result = sink_change(a, a * 0.8, coefficients=own, second_coefficients=later)
    >>> result.by_unit.loc["A"].to_list()
    [40000.0, 40000.0, 0.0, -9000.0, 9000.0]
    """
    check_option(missing_class, MissingClass, "missing_class")
    early, _ = area_table(first, units=units, what=text("the first table of areas"))
    late, _ = area_table(second, units=units, what=text("the second table of areas"))
    same_units(late.index, early.index, text("the second table of areas"))
    classes = list(dict.fromkeys([*early.columns, *late.columns]))
    early = early.reindex(columns=classes, fill_value=0.0)
    late = late.reindex(index=early.index, columns=classes, fill_value=0.0)
    a = _one(coefficients, "coefficients")
    own = second_coefficients is not None
    b = _one(second_coefficients, "second_coefficients") if second_coefficients is not None else a
    kappa_a = coefficient_table(a, early, missing_class).iloc[:, 0].fillna(0.0)
    kappa_b = coefficient_table(b, late, missing_class).iloc[:, 0].fillna(0.0)
    parts = {
        "area_first": early,
        "area_second": late,
        "sink_first": early * kappa_a * HA_PER_KM2,
        "sink_second": late * kappa_b * HA_PER_KM2,
        "area_effect": (late - early) * (kappa_a + kappa_b) * (HA_PER_KM2 / 2),
        "coefficient_effect": (early + late) * (kappa_b - kappa_a) * (HA_PER_KM2 / 2),
    }
    parts["change"] = parts["sink_second"] - parts["sink_first"]
    order = [*list(parts)[:4], "change", "area_effect", "coefficient_effect"]
    table = by_unit_and_class({column: parts[column] for column in order})
    sets = a | {f"{name} (2)" if name in a else name: item for name, item in b.items() if own}
    return SinkChangeResult(
        method="Change of carbon sinks",
        table=table,
        settings={
            "sets": [next(iter(a)), next(iter(b))],
            "missing_class": missing_class,
            "data": [checksum(t[sorted(classes)]) for t in (early, late)],
        },
        references=references_of(sets),
        remarks=tuple(set_remarks(sets)),
    )


def _one(coefficients: Coefficients, name: str) -> dict[str, SinkSet]:
    sets = resolve(coefficients)
    if len(sets) > 1:
        raise OptionError(
            "{name} names {n} sets",
            arrived="{sets}",
            expected="one set for a year",
            fix="call sc.sink_change once for each set",
            name=name,
            n=len(sets),
            sets=some(sets),
        )
    return sets
