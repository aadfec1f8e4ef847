"""The settings that a study file may hold, section by section."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field

Transform = Literal["R", "B", "D", "V"]
Islands = Literal["keep", "raise", "drop", "nearest"]
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]


class Section(BaseModel):
    """Parent of all sections; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class StudySection(Section):
    """[study]: what the study is called and how it is reproduced."""

    title: str = Field(min_length=1, max_length=200, description="Title of the report.")
    authors: list[str] = Field(default=[], description="Shown under the title.")
    language: Literal["en", "zh"] = Field(default="en", description="Language of all outputs.")
    seed: int = Field(default=20240501, ge=0, lt=2**63, description="Seed of every random draw.")


class UnitsSection(Section):
    """[units]: the map."""

    source: str = Field(description='"cities", "provinces", or the path of a map file.')
    key: str | None = Field(default=None, description="Column of the unit labels (own map).")
    label: str | None = Field(default=None, description="Column of the names to show (own map).")
    layer: str | None = Field(default=None, description="Layer of a GeoPackage (own map).")
    crs: str | None = Field(default=None, description="CRS, where the file has none.")
    encoding: str | None = Field(default=None, description="Encoding of a Shapefile's table.")
    groups: list[str] | Literal["plan"] | str | None = Field(
        default=None,
        description=(
            'Shipped map: codes of city clusters or zones, or "plan" for the five plan clusters. '
            "Own map: the column that holds the group of each unit."
        ),
    )


class VariableSection(Section):
    """One variable of a table."""

    column: str | None = Field(default=None, description="Column, where its name differs.")
    measure: str = Field(min_length=1, description="Unit of measure, such as Mt CO2, 万吨, 亿元.")
    title: str | None = Field(default=None, description="Name shown in figures and tables.")


class TableSection(Section):
    """[tables.NAME]: a shipped table or a file, and the variables taken from it."""

    source: str = Field(description="Name of a shipped table or path of a file.")
    unit: str | None = Field(default=None, description="Column of the place (file).")
    year: str | int | None = Field(
        default=None,
        description="Column of the year, or one year for all rows; leave out if years are columns.",
    )
    level: Literal["city", "province"] | None = Field(
        default=None, description="Match place names to adcodes of this level."
    )
    sheet: str | None = Field(default=None, description="Sheet of a workbook.")
    encoding: str | None = Field(default=None, description="Encoding, if detection fails.")
    variables: dict[Name, VariableSection] = Field(
        min_length=1, description="Variable → column and unit of measure."
    )


class _Weights(Section):
    transform: Transform = Field(default="R", description="Standardisation.")
    islands: Islands = Field(default="keep", description="What happens to isolates.")
    bridges: list[tuple[str | int, str | int]] = Field(
        default=[], description="Pairs of units linked by hand."
    )


class ContiguityWeights(_Weights):
    """Units that touch."""

    type: Literal["contiguity"]
    criterion: Literal["queen", "rook"] = "queen"
    order: int = Field(default=1, ge=1, le=10)
    include_lower: bool = False


class KnnWeights(_Weights):
    """The k nearest units."""

    type: Literal["knn"]
    k: int = Field(default=4, ge=1)
    symmetrise: Literal["none", "union", "mutual"] = "none"


class BandWeights(_Weights):
    """Units within a distance."""

    type: Literal["distance_band"]
    km: float | None = Field(default=None, gt=0)
    inverse: bool = False
    power: float = Field(default=1.0, gt=0)


class KernelWeights(_Weights):
    """Weights falling with distance."""

    type: Literal["kernel"]
    function: Literal["triangular", "uniform", "epanechnikov", "quartic", "gaussian"] = "triangular"
    bandwidth: float | Literal["fixed", "adaptive"] = "fixed"
    k: int = Field(default=4, ge=1)
    truncate: bool = True


class BlockWeights(_Weights):
    """All units of the same group."""

    type: Literal["blocks"]
    column: str = Field(default="cluster", description="Column of the map.")


class EconomicWeights(_Weights):
    """Alike in a variable."""

    type: Literal["economic"]
    variable: str
    ties: Literal["raise", "floor"] = "raise"


class CustomWeights(_Weights):
    """A table of links or a weights file."""

    type: Literal["custom"]
    path: str = Field(description="CSV with focal, neighbor, weight; or Parquet, GAL, GWT.")


AnyWeights = Annotated[
    ContiguityWeights
    | KnnWeights
    | BandWeights
    | KernelWeights
    | BlockWeights
    | EconomicWeights
    | CustomWeights,
    Field(discriminator="type"),
]


class OutputsSection(Section):
    """[outputs]: what is written, and where."""

    directory: str = Field(default="results", description="Relative to the study file.")
    geopackage: bool = True
    figures: list[Literal["png", "svg"]] = ["png", "svg"]
    workbook: bool = True
    report: bool = True


class StudyFile(Section):
    """A whole study file."""

    study: StudySection
    units: UnitsSection
    tables: dict[Name, TableSection] = Field(min_length=1)
    weights: dict[Name, AnyWeights] = Field(
        default_factory=lambda: {"queen": cast("AnyWeights", ContiguityWeights(type="contiguity"))}
    )
    analyses: list[dict[str, Any]] = Field(min_length=1)
    outputs: OutputsSection = OutputsSection()


def weight_types() -> tuple[str, ...]:
    """Return the choices of ``type`` in a section of weights."""
    sections = (
        ContiguityWeights,
        KnnWeights,
        BandWeights,
        KernelWeights,
        BlockWeights,
        EconomicWeights,
        CustomWeights,
    )
    return tuple(section.model_fields["type"].annotation.__args__[0] for section in sections)  # type: ignore[union-attr]
