"""The settings that a study file may hold, section by section."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast, get_args

from pydantic import BaseModel, ConfigDict, Field

Transform = Literal["R", "B", "D", "V"]
Islands = Literal["keep", "raise", "drop", "nearest"]
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]

DEFAULT_WEIGHTS = "queen"
"""Name of the weights of a study that describes none: queen contiguity, rows sum to one."""


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
            'Shipped map: codes of city clusters or zones, "plan" for the five plan clusters, or '
            "a CSV of your own groups with the columns cluster and adcode or name. "
            "Own map: the column that holds the group of each unit."
        ),
    )


class VariableSection(Section):
    """One variable of a table."""

    column: str | None = Field(default=None, description="Column, where its name differs.")
    measure: str = Field(min_length=1, description="Unit of measure, such as Mt CO2, 万吨, 亿元.")
    title: str | None = Field(
        default=None, max_length=200, description="Name shown in figures and tables."
    )


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
    sheet: str | None = Field(
        default=None, description='Sheet of a workbook; "*" for all, each named by its year.'
    )
    encoding: str | None = Field(default=None, description="Encoding, if detection fails.")
    header: int | list[int] | None = Field(
        default=None, description="Row or rows of the header, if it is not found: [3, 4]."
    )
    skip: list[int] = Field(default=[], description="Rows to leave out, such as a note: [40].")
    dissolved: Literal["raise", "successor"] = Field(
        default="raise",
        description="Cities merged whole into another: refuse them, or take today's city.",
    )
    variables: dict[Name, VariableSection] = Field(
        min_length=1, description="Variable → column and unit of measure."
    )


class RasterSection(Section):
    """[rasters.NAME]: land-cover rasters on one grid, one for each year."""

    scheme: str = Field(
        description=(
            "What the codes mean: common, GlobeLand30, CLCD, CNLUCC, WorldCover, IGBP, or a CSV "
            "of your own."
        )
    )
    files: dict[int, str] = Field(
        min_length=1, description='Year → path: 2020 = "clcd_2020.tif" (GeoTIFF, COG or VRT).'
    )
    areas: bool = Field(
        default=False,
        description=(
            "Make the areas of the classes variables in km2, for other methods: cropland, forest, "
            "shrub, grassland, water, built, unused, ice."
        ),
    )


class RatioSection(Section):
    """[ratios.NAME]: a variable made by dividing two others, such as emissions per head."""

    numerator: str = Field(description="Variable above the line.")
    denominator: str = Field(description="Variable below the line.")
    measure: str = Field(min_length=1, description="Unit of measure, such as t/person.")
    title: str | None = Field(
        default=None, max_length=200, description="Name shown in figures and tables."
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
    criterion: Literal["queen", "rook"] = Field(
        default="queen", description="Share at least a point, or a stretch of boundary."
    )
    order: int = Field(
        default=1, ge=1, le=10, description="Steps: 2 links the neighbours of neighbours."
    )
    include_lower: bool = Field(default=False, description="Link lower orders as well.")


class KnnWeights(_Weights):
    """The k nearest units."""

    type: Literal["knn"]
    k: int = Field(default=4, ge=1, description="Number of neighbours.")
    symmetrise: Literal["none", "union", "mutual"] = Field(
        default="none", description="Link both ways when either is near, or only when both are."
    )


class BandWeights(_Weights):
    """Units within a distance."""

    type: Literal["distance_band"]
    km: float | None = Field(
        default=None, gt=0, description="Width; the smallest that leaves no unit alone if left out."
    )
    inverse: bool = Field(default=False, description="Weigh by the inverse of distance.")
    power: float = Field(default=1.0, gt=0, description="Power of the inverse distance.")


class KernelWeights(_Weights):
    """Weights falling with distance."""

    type: Literal["kernel"]
    function: Literal["triangular", "uniform", "epanechnikov", "quartic", "gaussian"] = "triangular"
    bandwidth: float | Literal["fixed", "adaptive"] = Field(
        default="fixed", description="Kilometres, the largest k-th distance, or each unit's own."
    )
    k: int = Field(default=4, ge=1, description="Which neighbour sets the bandwidth.")
    truncate: bool = Field(
        default=True, description="False lets the Gaussian kernel reach every unit."
    )


class BlockWeights(_Weights):
    """All units of the same group."""

    type: Literal["blocks"]
    column: str = Field(default="cluster", description="Column of the map.")


class EconomicWeights(_Weights):
    """Alike in a variable."""

    type: Literal["economic"]
    variable: str = Field(description="Variable whose levels are compared.")
    ties: Literal["raise", "floor"] = Field(
        default="raise", description="Equal levels: refuse, or use the smallest difference."
    )


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
    geopackage: bool = Field(default=True, description="Write results.gpkg and project.qgz.")
    figures: list[Literal["png", "svg"]] = Field(
        default=["png", "svg"], description="Kinds of figure files; [] for none."
    )
    workbook: bool = Field(default=True, description="Write tables.xlsx.")
    report: bool = Field(default=True, description="Write report.html.")
    rasters: bool = Field(default=True, description="Write change maps (GeoTIFF with style).")
    exports: list[Literal["shapefile", "geoparquet", "cog"]] = Field(
        default=[],
        description="Further files of the map layers, and of the change maps (cog).",
    )


class _Places(Section):
    """A map with its tables and weights."""

    units: UnitsSection
    tables: dict[Name, TableSection] = Field(default={}, description="Tables, by name.")
    rasters: dict[Name, RasterSection] = Field(
        default={}, description="Land-cover rasters, by name."
    )
    ratios: dict[Name, RatioSection] = Field(
        default={}, description="Variables made by dividing two others."
    )
    weights: dict[Name, AnyWeights] = Field(
        default_factory=lambda: {
            DEFAULT_WEIGHTS: cast("AnyWeights", ContiguityWeights(type="contiguity"))
        },
        min_length=1,
    )


class MapSection(_Places):
    """[maps.NAME]: a further map, such as provinces beside cities, with its own tables."""

    title: str | None = Field(
        default=None, min_length=1, max_length=60, description="Name shown; NAME if left out."
    )


class StudyFile(_Places):
    """A whole study file."""

    study: StudySection
    maps: dict[Name, MapSection] = Field(
        default={}, description="Further maps, each with its own tables, by name."
    )
    analyses: list[dict[str, Any]] = Field(min_length=1)
    outputs: OutputsSection = OutputsSection()

    def at(self, name: str) -> StudyFile:
        """Return the file as one of its maps sees it, nothing of the others; "" is the first."""
        if not name:
            return self.model_copy(update={"maps": {}})
        part = self.maps[name]
        own = {field: getattr(part, field) for field in _Places.model_fields}
        return self.model_copy(update={**own, "maps": {}})


def weight_sections() -> dict[str, type[Section]]:
    """Return the section that belongs to each ``type`` of weights."""
    sections: tuple[type[Section], ...] = (
        ContiguityWeights,
        KnnWeights,
        BandWeights,
        KernelWeights,
        BlockWeights,
        EconomicWeights,
        CustomWeights,
    )
    return {get_args(part.model_fields["type"].annotation)[0]: part for part in sections}
