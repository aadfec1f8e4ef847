"""Forests: growing stock to CO2, by a marginal factor or through biomass."""

from __future__ import annotations

from typing import Any, Literal

import pandas as pd

from spatialcarbon.core.align import conform
from spatialcarbon.core.errors import OptionError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_option, check_positive
from spatialcarbon.core.units import CO2_PER_C
from spatialcarbon.models.land.regional_shares import complete_numbers
from spatialcarbon.models.land.sink_areas import series_factor

StockFactor = Literal["paper001", "cn_rule"]

FACTORS: dict[str, float] = {"paper001": 1.6, "cn_rule": 1.83}
"""Tonnes of CO2 fixed by a cubic metre of growth."""

CARBON_FRACTION = 0.47
"""Tonnes of carbon in a tonne of dry wood, the default of IPCC 2006."""

_VOLUME = text("the volume")


def forest_stock_co2(
    volume_change_m3: pd.Series[Any] | float,
    *,
    factor: StockFactor | float = "paper001",
    years: float | None = None,
    units: str | None = None,
) -> pd.Series[float]:
    r"""How much CO2 does a change of forest growing stock fix?

    Use it for a change between two inventories. It is a marginal factor: a stock
    times the factor is not the carbon of the forest (see :func:`forest_biomass`).

    Parameters
    ----------
    volume_change_m3 : Series or float
        Change of the growing stock by unit, in m³; below zero where it shrank. A
        single number is one place, ``"ALL"``.
    factor : {"paper001", "cn_rule"} or float
        t CO2 per m³: 1.6 of study 001, 1.83 of the rule usually quoted in China,
        or your own, above zero.
    years : float, optional
        Length of the period: the result is then a yearly rate.
    units : str, optional
        Unit of the volume, if it is not m³; needed when the series declares another
        one in its ``attrs``.

    Returns
    -------
    Series
        t CO2 (a year, if ``years`` is given) by unit; below zero is emission.
        ``attrs`` name the factor (``factor``, ``factor_name``) and ``units``.

    Raises
    ------
    OptionError
        An unknown factor, or one that is not above zero.
    MissingDataError
        Empty or infinite volumes.
    UnitMismatchError
        A volume that declares another unit than m³ when ``units`` is not given.

    Notes
    -----
    .. math:: \Delta\mathrm{CO_2} = \eta\,\Delta V

    The rule quoted in China gives 1.83 t CO2 taken up and 1.62 t oxygen released
    per m³ of growth: the 1.6 of study 001 may be the number of oxygen.

    References
    ----------
    Study 001.

    Examples
    --------
    >>> fixed = forest_stock_co2(1.2e8)
    >>> float(fixed["ALL"]), fixed.attrs["factor_name"]
    (192000000.0, 'paper001')
    """
    volume = _volume(volume_change_m3, units)
    if isinstance(factor, str):
        check_option(factor, StockFactor, "factor")
        label, eta = str(factor), FACTORS[factor]
    else:
        label, eta = "own", check_positive(factor, "factor")
    period = 1.0 if years is None else check_positive(years, "years")
    fixed = (volume * (eta / period)).rename("co2")
    fixed.attrs = {
        "units": "t CO2",
        "factor": eta,
        "factor_name": label,
        "years": years,
        "references": ("study001",) if label == "paper001" else (),
    }
    return fixed


def forest_biomass(
    volume_m3: pd.Series[Any] | float,
    *,
    expansion: pd.Series[Any] | float,
    root_shoot: pd.Series[Any] | float,
    carbon_fraction: float = CARBON_FRACTION,
    units: str | None = None,
) -> pd.DataFrame:
    r"""How much carbon does a growing stock hold, through its biomass?

    Use it for the carbon of a standing forest, or for the difference of two
    stocks, where expansion and root ratio of the forest types are known. Soil,
    litter and dead wood are not in it.

    Parameters
    ----------
    volume_m3 : Series or float
        Merchantable growing stock by unit, in m³.
    expansion : Series or float
        BCEF: tonnes of dry matter above ground per m³ of stock, above zero. It
        depends on climate, type and density of the forest: IPCC 2006, volume 4,
        Table 4.5. There is no default.
    root_shoot : Series or float
        Biomass below ground over that above, zero or more: Table 4.4 there. There
        is no default.
    carbon_fraction : float
        Carbon in dry matter, above 0 and below 1; 0.47 in Table 4.3 there.
    units : str, optional
        Unit of the volume, if it is not m³; needed when the series declares another
        one in its ``attrs``.

    Returns
    -------
    DataFrame
        By unit: ``above, below, carbon`` (t C) and ``co2`` (t CO2).

    Raises
    ------
    AlignmentError
        Parameters by unit that do not cover the units of the volume.
    OptionError
        Parameters outside their range.

    Notes
    -----
    .. math:: C = V \cdot \mathrm{BCEF} \cdot (1 + R) \cdot \mathrm{CF}, \qquad
              \mathrm{CO_2} = \tfrac{44}{12}\,C

    References
    ----------
    IPCC (2006), volume 4, chapter 2, equation 2.8.

    Examples
    --------
    >>> forest_biomass(100.0, expansion=0.8, root_shoot=0.25).round(2).to_dict("records")
    [{'above': 37.6, 'below': 9.4, 'carbon': 47.0, 'co2': 172.33}]
    """
    volume = _volume(volume_m3, units)
    spread = _parameter(expansion, volume.index, text("expansion"), zero=False)
    roots = _parameter(root_shoot, volume.index, text("root_shoot"), zero=True)
    if not 0 < carbon_fraction < 1:
        raise OptionError(
            "{name}={value!r} must lie between 0 and 1",
            name="carbon_fraction",
            value=carbon_fraction,
        )
    above = volume * spread * carbon_fraction
    frame = pd.DataFrame({"above": above, "below": above * roots})
    frame["carbon"] = frame.sum(axis=1)
    frame["co2"] = frame["carbon"] * float(CO2_PER_C)
    frame.attrs = {"references": ("ipcc2006",), "carbon_fraction": carbon_fraction}
    return frame


def _volume(given: pd.Series[Any] | float, units: str | None) -> pd.Series[float]:
    if not isinstance(given, pd.Series) and isinstance(given, (int, float)):
        given = pd.Series([float(given)], index=["ALL"])
    numbers = complete_numbers(given, _VOLUME)
    return numbers * series_factor(given, units, "m3", name=_VOLUME, argument="units")


def _parameter(
    given: pd.Series[Any] | float, units: pd.Index, name: Text, *, zero: bool
) -> pd.Series[float]:
    if not isinstance(given, pd.Series):
        given = pd.Series(float(given), index=units)
    numbers = conform(given, units, name=name)
    wrong = numbers.index[(numbers < 0) if zero else (numbers <= 0)]
    if len(wrong):
        raise OptionError(
            "{name} is too small for {units}",
            expected="zero or more" if zero else "above zero",
            name=name,
            units=some(wrong),
        )
    return numbers
