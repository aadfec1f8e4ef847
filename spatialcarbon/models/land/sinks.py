"""Carbon sinks: how much CO2 the land of each place takes up in a year, by land cover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from spatialcarbon.core.align import Missing, checksum, conform
from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_option
from spatialcarbon.core.results import Result
from spatialcarbon.models.land.sink_areas import (
    HA_PER_KM2,
    area_table,
    by_unit_and_class,
    series_factor,
    units_remarks,
)
from spatialcarbon.models.land.sink_remarks import references_of, sink_remarks
from spatialcarbon.models.land.sink_sets import Coefficients, SinkSet, resolve

MissingClass = Literal["raise", "zero"]


@dataclass(frozen=True, kw_only=True, eq=False)
class SinkResult(Result):
    """Carbon uptake by place and land class, in t CO2 a year; positive is uptake.

    Parameters
    ----------
    areas : DataFrame
        Unit × class in km², as used.
    sink : DataFrame
        Unit × class in t CO2 a year, by the central set.
    total : Series
        Sum over the classes, by unit: t CO2 a year, by the central set.
    totals : DataFrame
        Unit × set: the total of each place by every set named.
    coefficients : DataFrame
        Class × set in t CO2 per hectare and year (as printed where the substance
        of a set is unknown); NaN where a set has none.
    central_set : str
        The set behind ``sink`` and ``total``: the one named as ``central``, else
        the set whose total over all units is the middle one.
    built_emissions : Series or None
        Emissions put down to built-up land, t CO2 a year.
    dropped : tuple
        Units left out for missing areas.

    Examples
    --------
    One km² of forest is 100 ha; at 3 t CO2 per hectare it takes up 300 t a year, at 5 t 500:

    >>> import pandas as pd
    >>> land = pd.DataFrame({"forest": [1.0, 2.0]}, index=["A", "B"])
    >>> forest = {"substance": "CO2"}
    >>> sets = {
    ...     "few": pd.DataFrame({"value": [3.0], **forest}, index=["forest"]),
    ...     "many": pd.DataFrame({"value": [5.0], **forest}, index=["forest"]),
    ... }
    >>> found = carbon_sink(land, coefficients=sets)
    >>> found.range.values.tolist(), found.central_set
    ([[300.0, 300.0, 500.0], [600.0, 600.0, 1000.0]], 'few')
    >>> found.overall.to_dict(), found.by_class.to_dict()
    ({'low': 900.0, 'central': 900.0, 'high': 1500.0}, {'forest': 900.0})
    >>> [float(part["B"]) for part in (found.low, found.central, found.high)]
    [600.0, 600.0, 1000.0]
    >>> found.to_frame()[["area_km2", "coefficient", "sink"]].values.tolist()
    [[1.0, 3.0, 300.0], [2.0, 3.0, 600.0]]

    With 1,000 t burnt in B, its built-up land releases 400 t more than the forest takes up:

    >>> burnt = pd.Series({"A": 100.0, "B": 1000.0})
    >>> carbon_sink(land, coefficients=sets, built_emissions=burnt).land_use[
    ...     "net_emission"
    ... ].tolist()
    [-200.0, 400.0]
    """

    areas: pd.DataFrame
    sink: pd.DataFrame
    total: pd.Series[float]
    totals: pd.DataFrame
    coefficients: pd.DataFrame
    central_set: str
    built_emissions: pd.Series[float] | None = None
    dropped: tuple[Any, ...] = ()

    @property
    def low(self) -> pd.Series[float]:
        """The least total of each unit over the sets, t CO2 a year."""
        return self.totals.min(axis=1).rename("low")

    @property
    def central(self) -> pd.Series[float]:
        """The total of each unit by the central set, t CO2 a year."""
        return self.total.rename("central")

    @property
    def high(self) -> pd.Series[float]:
        """The largest total of each unit over the sets, t CO2 a year."""
        return self.totals.max(axis=1).rename("high")

    @property
    def range(self) -> pd.DataFrame:
        """Unit × (low, central, high) in t CO2 a year."""
        return pd.concat([self.low, self.central, self.high], axis=1)

    @property
    def overall(self) -> pd.Series[float]:
        """Low, central and high of all units together: each the total of one set."""
        whole = self.totals.sum()
        values = [whole.min(), whole[self.central_set], whole.max()]
        return pd.Series(values, index=["low", "central", "high"])

    @property
    def by_class(self) -> pd.Series[float]:
        """Sum over the units, by class: t CO2 a year by the central set."""
        return self.sink.sum().rename("sink")

    @property
    def land_use(self) -> pd.DataFrame:
        """Unit × (uptake, release, built_emissions, net_emission) in t CO2 a year.

        Net emission is what built-up land and releasing classes emit less what the
        others take up; NaN when no emissions were given.
        """
        uptake = self.sink.clip(lower=0).sum(axis=1)
        release = -self.sink.clip(upper=0).sum(axis=1)
        built = self.built_emissions
        burnt = pd.Series(float("nan"), self.sink.index) if built is None else built
        return pd.DataFrame(
            {
                "uptake": uptake,
                "release": release,
                "built_emissions": burnt,
                "net_emission": burnt + release - uptake,
            }
        )

    def _measures(self) -> Mapping[str, str]:
        flow = dict.fromkeys(("sink", "low", "high"), "t CO2/a")
        return {**flow, "area_km2": "km2", "coefficient": "t/ha/a"}

    def to_frame(self) -> pd.DataFrame:
        """Return a row per unit and class: area_km2, coefficient, sink, low and high."""
        frame = by_unit_and_class({"area_km2": self.areas})
        per_ha = self.coefficients.fillna(0.0).loc[frame["class"]].reset_index(drop=True)
        hectares = frame["area_km2"] * HA_PER_KM2
        by_set = per_ha.mul(hectares, axis=0)
        return frame.assign(
            coefficient=per_ha[self.central_set],
            sink=by_set[self.central_set],
            low=by_set.min(axis=1),
            high=by_set.max(axis=1),
        )


def carbon_sink(
    areas: pd.DataFrame | pd.Series[Any],
    *,
    coefficients: Coefficients,
    central: str | None = None,
    built_emissions: pd.Series[Any] | None = None,
    emission_units: str | None = None,
    missing_class: MissingClass = "raise",
    missing: Missing = "raise",
    units: str | None = None,
) -> SinkResult:
    r"""How much CO2 does the land of each place take up in a year, by land cover?

    Use it to set natural uptake beside emissions. It is a product of areas and
    coefficients, not a measurement: the choice of the set moves the result more
    than anything else, so name several and report the range. Not for carbon that
    is stored (see :func:`carbon_stock`).

    Parameters
    ----------
    areas : DataFrame or Series
        Unit × class in km² (``cropland, forest, shrub, grassland, water, built,
        unused, ice``, or the classes of your own set), zero or more. A Series by
        class is one place, ``"ALL"``.
    coefficients : str, DataFrame, sequence or mapping
        A set of :func:`sink_sets`, or a table of your own: index (or column)
        ``class``, columns ``value`` and ``substance`` (``"C"`` or ``"CO2"``), and
        ``unit`` if it is not ``t/ha`` a year. Several give a range. There is no
        default.
    central : str, optional
        Which of several sets stands in ``sink`` and ``total``; the default is the
        one whose total over all units is the middle one (the lower middle of an
        even number).
    built_emissions : Series, optional
        Emissions from energy use, t CO2 a year by unit, to be put down to
        built-up land.
    emission_units : str, optional
        Their unit of measure, such as ``"Mt CO2"``, if it is not t CO2.
    missing_class : {"raise", "zero"}
        A class that covers land and has no coefficient in a set: refused, or zero.
    missing : {"raise", "drop"}
        A unit with an empty cell: refused, or left out as a whole.
    units : str, optional
        Unit of the areas; the default is ``areas.attrs["units"]``, then km².

    Returns
    -------
    SinkResult
        ``sink`` (unit × class), ``total`` (by unit), ``low``, ``central``,
        ``high``: t CO2 a year.

    Raises
    ------
    OptionError
        An unknown set, or no set.
    SchemaError
        A class without a coefficient, an undeclared substance, negative areas.
    MissingDataError
        Empty cells with ``missing="raise"``.
    UnitMismatchError
        A unit that is no area, or emissions that declare another unit than t CO2
        when ``emission_units`` is not given.

    Notes
    -----
    .. math:: S_r = \sum_c 100\,A_{rc}\,\kappa_c\,m_c

    with areas :math:`A` in km² (100 ha) and coefficients :math:`\kappa` in t per
    hectare and year; :math:`m_c` is 44/12 where :math:`\kappa_c` is in carbon, and 1
    where it is in CO2. Low and high are the least and the largest total of a place
    over the sets; they belong to different sets in different places and do not add
    up over places (``overall`` does the sum first).

    References
    ----------
    Fang et al. (2007); :func:`sink_sets` names the source of each set.

    Examples
    --------
    >>> import pandas as pd
    >>> land = pd.DataFrame({"forest": [500.0], "grassland": [100.0]}, index=["Lin'an"])
    >>> result = carbon_sink(land, coefficients="fang2007_high")
    >>> result.sink.round(1).to_dict("records")
    [{'forest': 118066.7, 'grassland': 770.0}]
    """
    check_option(missing_class, MissingClass, "missing_class")
    sets = resolve(coefficients)
    table, dropped = area_table(areas, units=units, missing=missing)
    per_ha = coefficient_table(sets, table, missing_class)
    hectares = table * HA_PER_KM2
    totals = pd.DataFrame(
        {name: (hectares * per_ha[name].fillna(0.0)).sum(axis=1) for name in sets}
    )
    chosen = _central(totals, central)
    sink = hectares * per_ha[chosen].fillna(0.0)
    return SinkResult(
        method="Carbon sinks by land cover",
        areas=table,
        sink=sink,
        total=sink.sum(axis=1).rename("total"),
        totals=totals,
        coefficients=per_ha,
        central_set=chosen,
        built_emissions=_emissions(built_emissions, emission_units, table.index, bool(dropped)),
        dropped=dropped,
        settings={
            "sets": list(sets),
            "central": chosen,
            "coefficients_t_co2_per_ha": {name: per_ha[name].dropna().to_dict() for name in per_ha},
            "missing_class": missing_class,
            "data": checksum(table[sorted(table.columns)]),
        },
        references=references_of(sets),
        remarks=(
            *sink_remarks(sets, per_ha, table, chosen, dropped),
            *units_remarks(areas, units),
        ),
    )


def coefficient_table(
    sets: Mapping[str, SinkSet], areas: pd.DataFrame, missing_class: MissingClass
) -> pd.DataFrame:
    """Return class × set in t CO2 per hectare; refuse land without a coefficient.

    Raises
    ------
    SchemaError
        With ``missing_class="raise"``, naming set and classes.
    """
    per_ha = pd.DataFrame(
        {name: item.table["t_co2_per_ha"].reindex(areas.columns) for name, item in sets.items()}
    )
    covered = (areas > 0).any()
    for name in sets if missing_class == "raise" else ():
        absent = per_ha.index[per_ha[name].isna() & covered]
        if len(absent):
            raise SchemaError(
                "the coefficient set {name} has no value for {classes}",
                arrived="classes {given}",
                expected="classes {known}",
                fix="leave these columns out, or take them as zero with missing_class='zero'",
                name=name,
                classes=some(absent),
                given=some(areas.columns, 12),
                known=some(sets[name].table.index, 12),
            )
    return per_ha


def _central(totals: pd.DataFrame, central: str | None) -> str:
    if central is None:
        # A stable sort: of equal totals the set named first comes first.
        ranked = totals.sum().sort_values(kind="stable").index
        return str(ranked[(len(ranked) - 1) // 2])
    if central not in totals.columns:
        raise OptionError(
            "central={central!r} is not among the coefficient sets",
            expected="one of {known}",
            central=central,
            known=", ".join(totals.columns),
        )
    return central


def _emissions(
    given: pd.Series[Any] | None, unit: str | None, units: pd.Index, partly: bool
) -> pd.Series[float] | None:
    if given is None:
        return None
    if partly and isinstance(given, pd.Series):
        given = given[given.index.isin(units)]
    emitted = conform(given, units, name=text("built_emissions"))
    emitted = emitted * series_factor(
        given, unit, "t CO2", name=text("built_emissions"), argument="emission_units"
    )
    if (emitted < 0).any():
        raise SchemaError(
            "built_emissions are negative for {units}",
            expected="emissions of zero or more, in t CO2",
            units=some(emitted.index[emitted < 0]),
        )
    return emitted.rename("built_emissions")
