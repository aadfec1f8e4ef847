"""Whose final demand causes whose emissions: production, consumption, transfers."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import checksum
from spatialcarbon.core.errors import (
    DegenerateDataError,
    NegativeDemandWarning,
    OptionError,
    UnitMismatchError,
    some,
)
from spatialcarbon.core.language import text
from spatialcarbon.core.units import conversion_factor, parse_unit
from spatialcarbon.models.transfer.balance import TOLERANCE, refuse_gaps, row_gaps
from spatialcarbon.models.transfer.flows import Flows, conform_flows, label_words
from spatialcarbon.models.transfer.leontief import Leontief, enabled_emissions, safe_ratio
from spatialcarbon.models.transfer.result import TransferResult

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text
    from spatialcarbon.models.transfer.flows import Floats


def embodied_transfers(
    transactions: pd.DataFrame,
    final_demand: pd.DataFrame,
    emissions: pd.Series[Any],
    *,
    output: pd.Series[Any] | None = None,
    exports: pd.Series[Any] | None = None,
    households: pd.Series[Any] | None = None,
    discrepancy: pd.Series[Any] | None = None,
    units: str | None = None,
    tolerance: float = TOLERANCE,
) -> TransferResult:
    r"""Whose final demand causes whose emissions?

    Use it with a multi-region table: every region's purchases by region (and
    sector) of origin. A single-region table with imports does not say whose
    emissions the imports are; use it for multipliers only.

    Parameters
    ----------
    transactions : DataFrame
        Intermediate flows in money, from rows to columns; both labelled by region,
        or by region and sector.
    final_demand : DataFrame
        The same rows; one column for each region: what it consumes and invests.
    emissions : Series
        Direct emissions of each row, in t CO2 (see ``units``).
    output : Series, optional
        Gross output of each row. Given, it is checked against the uses; left out,
        it is their sum and nothing can be checked.
    exports : Series, optional
        Exports abroad of each row.
    households : Series, optional
        Direct emissions of households, by region.
    discrepancy : Series, optional
        The error column that some tables print, of each row. It counts in the
        balance; its emissions are in ``residual``.
    units : str, optional
        Unit of the emissions; by default ``emissions.attrs["units"]``, else t CO2.
        A mass is returned in t CO2, anything else (money, for value added in
        trade) as it is.
    tolerance : float
        Largest gap between output and uses that passes, as a part of the largest
        output. A gap is never spread over the table.

    Returns
    -------
    TransferResult

    Raises
    ------
    AlignmentError
        Tables without labels, not square, or with other labels; a region without
        a column of final demand.
    BalanceError
        Output and uses differ: which rows, by how much.
    SchemaError
        Negative flows, output or emissions; a row without output that trades.
    DegenerateDataError
        An economy that uses up as much as it makes.
    MissingDataError
        Blank or infinite cells, with their place.

    Notes
    -----
    .. math::

       A = Z\hat{x}^{-1}, \quad L = (I - A)^{-1}, \quad f_n = e_n / x_n, \quad
       M_{rs} = \sum_{n \in r} f_n (L y^s)_n

    :math:`L y^s` is found by solving, without the inverse. Production is
    :math:`\sum_s M_{rs}` with exports abroad and households, consumption
    :math:`\sum_r M_{rs}` with households; the net transfer is :math:`M_{rs} - M_{sr}`.
    In the words of study 001 a region "transfers out" carbon when its net export
    is below zero: its demand causes emissions elsewhere.

    References
    ----------
    Leontief (1970), Rev. Econ. Stat. 52:262–271; Peters (2008), Ecol. Econ. 65:13–23;
    Lenzen et al. (2007), Ecol. Econ. 61:27–42.

    Examples
    --------
    >>> import pandas as pd
    >>> ab = ["A", "B"]
    >>> z = pd.DataFrame([[20.0, 30.0], [10.0, 40.0]], index=ab, columns=ab)
    >>> y = pd.DataFrame([[40.0, 10.0], [5.0, 45.0]], index=ab, columns=ab)
    >>> result = embodied_transfers(z, y, pd.Series({"A": 50.0, "B": 20.0}))
    >>> result.matrix.round(3).to_numpy().tolist()
    [[28.333, 21.667], [3.556, 16.444]]
    >>> result.consumption.round(3).to_dict()
    {'A': 31.889, 'B': 38.111}
    """
    if not 0.0 <= tolerance < 1.0:
        raise OptionError(
            "{name}={value!r} must lie between 0 and 1", name="tolerance", value=tolerance
        )
    flows = conform_flows(
        transactions, final_demand, emissions,
        output=output, exports=exports, other=discrepancy, households=households,
    )  # fmt: skip
    if not flows.output.any():
        raise DegenerateDataError("no region has any output")
    factor, measure = _measure(emissions, units)
    gaps = row_gaps(flows)
    scale = float(flows.output.max())
    refuse_gaps(flows.rows, gaps, scale, tolerance, text("the uses"))
    remarks = _remarks(flows, gaps, scale, output is None)
    model = Leontief.of(flows.intermediate, flows.output, flows.rows)
    intensity = safe_ratio(flows.emissions * factor, flows.output)
    demands = np.column_stack([flows.demand, flows.exports])
    caused = intensity[:, np.newaxis] * model.outputs(demands)
    primary = flows.output - flows.intermediate.sum(axis=0)
    enabled = enabled_emissions(flows.intermediate, flows.output, intensity, primary)
    return _assembled(
        flows,
        caused[:, :-1],
        caused[:, -1],
        enabled,
        primary,
        gaps,
        factor=factor,
        intensity=intensity,
        multiplier=model.multipliers(intensity),
        measure=measure,
        remarks=remarks,
        tolerance=tolerance,
    )


def _measure(emissions: pd.Series[Any], units: str | None) -> tuple[float, str]:
    """Return what to multiply emissions by, and the unit they are then in."""
    stated = units
    if stated is None:
        kept = emissions.attrs.get("units")
        stated = kept if isinstance(kept, str) else "t CO2"
    unit = parse_unit(stated)
    if unit.dimension != "mass":
        return 1.0, stated
    if unit.substance == "C":
        raise UnitMismatchError(
            "emissions are given in {unit}, which is carbon",
            expected="CO2",
            fix="multiply by 44/12 and say so in units=",
            unit=stated,
        )
    return conversion_factor(stated, "t CO2"), "t CO2"


def _remarks(flows: Flows, gaps: Floats, scale: float, summed: bool) -> list[Text]:
    remarks: list[Text] = []
    below = np.asarray((flows.demand < 0).any(axis=1))
    if below.any():
        said = text(
            "final demand is below zero in {n} rows ({rows}): stocks were run down, and transfers "
            "may be negative",
            n=int(np.count_nonzero(below)),
            rows=flows.named(below),
        )
        warnings.warn(NegativeDemandWarning(said), stacklevel=3)
        remarks.append(said)
    idle = flows.output == 0
    if idle.any():
        remarks.append(
            text(
                "{n} rows have no output and play no part: {rows}",
                n=int(np.count_nonzero(idle)),
                rows=flows.named(idle),
            )
        )
    used = flows.intermediate.sum(axis=0)
    short = used > flows.output * (1 + 1e-9)
    if short.any():
        remarks.append(
            text(
                "{rows} buy for more than they make: their value added is below zero",
                rows=some(label_words(x) for x in flows.rows[short]),
            )
        )
    if summed:
        remarks.append(
            text("no output was given: it is the sum of the uses, so nothing is checked")
        )
    elif np.abs(gaps).max() > 1e-12 * scale:
        remarks.append(
            text(
                "the largest gap between output and uses is {gap:.3g}, or {share:.2g} of the "
                "largest output",
                gap=float(np.abs(gaps).max()),
                share=float(np.abs(gaps).max() / scale),
            )
        )
    if flows.other.any():
        remarks.append(
            text("emissions of the discrepancy column are in residual, not in any region's demand")
        )
    return remarks


def _assembled(
    flows: Flows,
    caused: Floats,
    exported: Floats,
    enabled: Floats,
    primary: Floats,
    gaps: Floats,
    *,
    factor: float,
    intensity: Floats,
    multiplier: Floats,
    measure: str,
    remarks: list[Text],
    tolerance: float,
) -> TransferResult:
    """Sum rows to regions and put labels on everything."""
    regions = flows.regions.rename("region")
    member = np.zeros((len(regions), len(flows.rows)))
    member[flows.at, np.arange(len(flows.rows))] = 1.0

    def by_region(values: Floats, name: str) -> pd.Series[float]:
        return pd.Series(member @ values, index=regions, name=name)

    def by_row(values: Floats, name: str) -> pd.Series[float]:
        return pd.Series(values, index=flows.rows, name=name)

    demand = flows.regions.rename("demand")
    matrix = pd.DataFrame(member @ caused, index=regions, columns=demand)
    households = pd.Series(flows.households * factor, index=regions, name="households")
    abroad = by_region(exported, "abroad")
    production = by_region(flows.emissions * factor, "production") + households
    between = member @ flows.intermediate @ member.T
    data = checksum(
        pd.DataFrame(
            np.column_stack([flows.intermediate, flows.demand, flows.output, flows.emissions]),
            index=pd.Index([label_words(label) for label in flows.rows]),
        )
    )
    return TransferResult(
        method="Embodied transfers",
        matrix=matrix,
        by_sector=pd.DataFrame(caused, index=flows.rows, columns=demand),
        net=matrix - matrix.T.to_numpy(),
        production=production.rename("production"),
        consumption=(matrix.sum(axis=0).set_axis(regions) + households).rename("consumption"),
        abroad=abroad,
        households=households,
        income=(by_region(enabled, "income") + households).rename("income"),
        net_export=(matrix.sum(axis=1) - matrix.sum(axis=0).to_numpy()).rename("net_export"),
        residual=(production - households - abroad - matrix.sum(axis=1)).rename("residual"),
        intensity=by_row(intensity, "intensity"),
        multiplier=by_row(multiplier, "multiplier"),
        intermediate=pd.DataFrame(between, index=regions, columns=demand),
        value_added=by_region(primary, "value_added"),
        balance=by_row(gaps, "gap"),
        measure=measure,
        settings={"tolerance": tolerance, "measure": measure, "data": data},
        references=("leontief1970", "peters2008", "lenzen2007"),
        remarks=tuple(remarks),
    )
