"""Embodied transfers: whose final demand causes whose emissions, from an input-output table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from spatialcarbon.core.errors import SpatialCarbonError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.models.transfer.balance import TOLERANCE
from spatialcarbon.models.transfer.io_table import io_table_names
from spatialcarbon.models.transfer.table_reader import read_io_table
from spatialcarbon.studies.analyses._transfer_places import SHIPPED_MAPPING, grouping
from spatialcarbon.studies.analyses._transfer_shown import figures, findings, layers, tables
from spatialcarbon.studies.analysis import Analysis, Inputs, Parameters

if TYPE_CHECKING:
    from spatialcarbon.models.transfer.io_table import IOTable

ONE_OFF = False


class TransferParameters(Parameters):
    """Settings of the analysis."""

    table: str = Field(
        description="Input-output table: a CSV or Excel file, or the name of a shipped one."
    )
    sheet: str | None = Field(default=None, description="Sheet of a workbook.")
    encoding: str | None = Field(default=None, description="Encoding, if detection fails.")
    money: str = Field(default="", description="Unit of the flows, such as 万元.")
    emission_unit: str | None = Field(
        default=None, description="Unit of the emissions, where the table does not say it."
    )
    account: Literal["emissions", "value_added"] = Field(
        default="emissions", description="What is followed through the flows."
    )
    mapping: str | None = Field(
        default=None,
        description=(
            "Regions to sum after the inversion: study001_regions, or a CSV of two columns, region "
            "and group."
        ),
    )
    weight: float = Field(
        default=0.5, ge=0, le=1, description="The producer's part of a shared responsibility."
    )
    tolerance: float = Field(
        default=TOLERANCE, ge=0, lt=1,
        description="Largest gap of a row, as a part of the largest output.",
    )  # fmt: skip
    largest: int = Field(default=12, ge=1, description="How many net transfers the map draws.")


def table_of(parameters: TransferParameters, inputs: Inputs) -> IOTable:
    """Read the table that the settings name."""
    shipped = parameters.table in io_table_names()
    path = inputs.locate(parameters.table)
    return read_io_table(
        parameters.table if shipped else path,
        sheet=parameters.sheet,
        encoding=parameters.encoding,
        money=parameters.money,
        emission_unit=parameters.emission_unit,
    )


def run(parameters: TransferParameters, inputs: Inputs) -> dict[str, Any]:
    """Account for the table, and sum its regions where a mapping is named."""
    table = table_of(parameters, inputs)
    result = table.transfers(account=parameters.account, tolerance=parameters.tolerance)
    if parameters.mapping is not None:
        groups = grouping(inputs, parameters.mapping, result.production.index)
        result = result.aggregate(regions=groups)
    return {"transfers": result, "money": table.money, "notes": table.remarks}


def check(parameters: TransferParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit: the table, its emissions, the mapping."""
    try:
        table = table_of(parameters, inputs)
        groups = (
            None
            if parameters.mapping is None
            else grouping(inputs, parameters.mapping, table.regions)
        )
    except SpatialCarbonError as error:
        return [text("{problem}", problem=Text(error.what, error.params))]
    if parameters.account == "emissions" and table.emissions is None:
        return [text('the table has no row of emissions; account = "value_added" needs none')]
    absent = [region for region in table.regions if groups is not None and region not in groups]
    if absent:
        return [
            text(
                "mapping gives no group for {regions}; {shipped} knows provinces by code and name",
                regions=some(absent),
                shipped=SHIPPED_MAPPING,
            )
        ]
    return []


ANALYSIS = Analysis(
    name="transfers",
    title=text("Embodied transfers"),
    question=text("Whose final demand causes whose emissions?"),
    reading=text(
        "Production-based accounts count what is emitted in a region, consumption-based ones what its final "
        "demand causes anywhere. A region below zero in net export lets others emit for it; study 001 says that "
        "it transfers carbon out. The result is as good as the table: prices, proportional trade and the "
        "sectors' average intensity are all taken for the goods that were really traded."
    ),
    methods=text(
        "Outputs that the final demand of each region needs follow from (I − A) x = y with input coefficients A; "
        "times the direct emissions of one unit of output they are the matrix of transfers. Rows of the table "
        "must close within the tolerance; nothing is balanced silently. Regions are summed after the inversion."
    ),
    parameters=TransferParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=("leontief1970", "peters2008", "lenzen2007", "feng2013"),
    one_off=ONE_OFF,
)
