"""Land-cover rasters of a study: named, checked, crossed once, and used by several analyses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.errors import SpatialCarbonError
from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.models.land.legends import LAND_CLASSES

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialcarbon.data.panel import Panel
    from spatialcarbon.models.land.crosstab import CrossTabulation
    from spatialcarbon.models.land.transitions import TransitionSeriesResult
    from spatialcarbon.studies.mistakes import Problem
    from spatialcarbon.studies.schema import RasterSection
    from spatialcarbon.studies.study_file import Study
    from spatialcarbon.studies.toml_lines import TomlLines


@dataclass(frozen=True, eq=False)
class RasterSeries:
    """Land-cover rasters on one grid, one for each year.

    Parameters
    ----------
    name : str
        As the study calls them.
    files : mapping
        Year → path, the earliest first.
    scheme : str or Path
        What the codes mean: a shipped scheme, or a CSV.
    as_variables : bool
        Whether a study has the areas of its classes among its variables.
    options : mapping
        Passed on to ``cross_tabulate``: ``client``, ``progress``, ...
    """

    name: str
    files: Mapping[int, Path]
    scheme: str | Path
    as_variables: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    _crossed: dict[Any, CrossTabulation] = field(default_factory=dict, init=False, repr=False)

    @property
    def years(self) -> list[int]:
        """The years, in order."""
        return list(self.files)

    @property
    def illustrative(self) -> bool:
        """Whether one of the files says that its classes are invented."""
        return any(_is_synthetic(path) for path in self.files.values())

    def cross(
        self,
        units: gpd.GeoDataFrame | None,
        *,
        years: Sequence[int] | None = None,
        exact: bool = False,
    ) -> CrossTabulation:
        """Return what turned into what, by unit: counted once, then remembered.

        Parameters
        ----------
        units : GeoDataFrame or None
            The zones; ``None`` for the whole raster.
        years : sequence of int, optional
            Some of the years; all of them if left out.
        exact : bool
            Share cells on a border by area.
        """
        from spatialcarbon.models.land.crosstab import cross_tabulate

        wanted = tuple(years or self.years)
        key = (id(units), wanted, exact)
        if key not in self._crossed:
            zones = None if units is None else units[[units.geometry.name]]
            self._crossed[key] = cross_tabulate(
                [self.files[year] for year in wanted],
                years=list(wanted),
                zones=zones,
                scheme=self.scheme,
                exact=exact,
                **self.options,
            )
        return self._crossed[key]

    def transitions(
        self,
        units: gpd.GeoDataFrame | None,
        *,
        years: Sequence[int] | None = None,
        exact: bool = False,
    ) -> TransitionSeriesResult:
        """Return areas and transitions between the years; parameters as :meth:`cross`."""
        from spatialcarbon.models.land.transitions import transitions_from_crosstab

        crossed = self.cross(units, years=years, exact=exact)
        return transitions_from_crosstab(crossed, years=list(years or self.years), zones=units)

    def areas(self, units: gpd.GeoDataFrame, *, exact: bool = False) -> dict[int, pd.DataFrame]:
        """Return for every year the areas in km², unit × class: what ``carbon_sink`` takes."""
        rows = self.cross(units, exact=exact).areas
        found = {}
        for place, year in enumerate(self.years):
            table = rows[rows["raster"] == place].pivot(index="zone", columns="class", values="km2")
            table = table.reindex(index=units.index, columns=list(LAND_CLASSES)).fillna(0.0)
            table.attrs["units"] = "km2"
            found[year] = table
        return found

    def describe(self) -> dict[str, Any]:
        """Return what the manifest keeps: name, size and date of each file, and the scheme."""
        facts = {}
        for year, path in self.files.items():
            status = path.stat()
            changed = datetime.fromtimestamp(int(status.st_mtime), UTC).isoformat()
            facts[str(year)] = {"file": path.name, "bytes": status.st_size, "modified": changed}
        return {"scheme": str(self.scheme), "illustrative": self.illustrative, "files": facts}


def load_rasters(
    sections: Mapping[str, RasterSection], locate: Callable[[str], Path]
) -> dict[str, RasterSeries]:
    """Return the rasters that a study names; no file is opened."""
    return {
        name: RasterSeries(
            name,
            {year: locate(file) for year, file in sorted(section.files.items())},
            scheme_of(section.scheme, locate),
            section.areas,
        )
        for name, section in sections.items()
    }


def with_areas(
    panel: Panel, units: gpd.GeoDataFrame, rasters: Mapping[str, RasterSeries]
) -> tuple[Panel, frozenset[str]]:
    """Return the panel with the areas of land classes as variables, and those that are invented.

    Parameters
    ----------
    panel : Panel
        What the tables gave; it may be empty.
    units : GeoDataFrame
        The places.
    rasters : mapping
        Those that were asked for their areas are counted, the others not opened.
    """
    from spatialcarbon.data.panel import Panel

    invented: set[str] = set()
    for series in rasters.values():
        if not series.as_variables:
            continue
        areas = series.areas(units)
        grids = {
            land: pd.DataFrame({year: table[land] for year, table in areas.items()})
            for land in LAND_CLASSES
        }
        name = str(units.index.name or "unit")
        own = Panel.from_grids(grids, dict.fromkeys(grids, "km2"), unit_name=name)
        panel = panel.join(own) if panel.variables else own
        if series.illustrative:
            invented |= set(grids)
    return panel, frozenset(invented)


def footprint(path: str | Path) -> gpd.GeoDataFrame:
    """Return the outline of a raster as the only place of a map, called ``ALL``."""
    import geopandas as gpd
    from shapely import box

    from spatialcarbon.models.land.area_tables import ALL
    from spatialcarbon.models.land.raster_input import open_rasters

    raster = open_rasters([path])[0]
    return gpd.GeoDataFrame(geometry=[box(*raster.bounds)], index=[ALL], crs=raster.crs)


def scheme_of(scheme: str, locate: Callable[[str], Path] = Path) -> str | Path:
    """Return the name of a shipped scheme, or the path of a CSV."""
    return locate(scheme) if scheme.lower().endswith(".csv") else scheme


def raster_problems(study: Study, lines: TomlLines) -> list[Problem]:
    """Return what is wrong with the rasters of all maps of a study, with the lines of the file."""
    return [
        problem
        for name in study.maps
        for problem in _problems_at(study.at(name), ["maps", name] if name else [], lines)
    ]


def _problems_at(study: Study, inside: list[str], lines: TomlLines) -> list[Problem]:
    from spatialcarbon.models.land.legends import load_legend
    from spatialcarbon.models.land.raster_input import Raster, open_rasters

    problems: list[Problem] = []
    for name, series in load_rasters(study.file.rasters, study.locate).items():
        try:
            load_legend(series.scheme)
        except SpatialCarbonError as error:
            where = [*inside, "rasters", name, "scheme"]
            problems.append((lines.find(where), ".".join(where), Said(error)))
        opened: list[Raster] = []
        for year, path in series.files.items():
            where = [*inside, "rasters", name, "files", str(year)]
            if not path.is_file():
                said = text("there is no file {path}", path=path)
                problems.append((lines.find(where), ".".join(where), said))
                continue
            try:
                opened = [*open_rasters([*opened, path])][:1]
            except SpatialCarbonError as error:
                problems.append((lines.find(where), ".".join(where), Said(error)))
    return problems


class Said(Text):
    """What an error says, as a sentence in either language."""

    def __init__(self, error: SpatialCarbonError) -> None:
        super().__init__(error.what, {"error": error})

    def render(self, language: Language) -> str:
        """Return the message of the error in one language."""
        said: str = self.params["error"].render(language)
        return said


def _is_synthetic(path: Path) -> bool:
    from spatialcarbon.models.land.synthetic import is_synthetic

    return is_synthetic(path)
