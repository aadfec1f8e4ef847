"""The registry: a method is registered once, and from that follows everything shown of it.

A module in ``spatialcarbon/studies/analyses`` named after the method holds one
``ANALYSIS``. From it follow the section of the study file, the command with its
options, tables, figures, map layers, the section of the report and the entry
in the list of methods.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from spatialcarbon.core.errors import OptionError
from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.core.options import suggestion
from spatialcarbon.core.results import Result

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from spatialcarbon.data.panel import Panel
    from spatialcarbon.report.canvas import FigureSpec
    from spatialcarbon.report.layers import Layer
    from spatialcarbon.report.tables import Table
    from spatialcarbon.studies.rasters import RasterSeries
    from spatialcarbon.weights.backbone import Backbone
    from spatialcarbon.weights.weights import Weights


class Parameters(BaseModel):
    """Parent of the settings of an analysis; unknown keys are refused.

    ``COLUMNS`` names the fields that hold variables, when there are several: the
    command then has an option for each of them in place of ``--column``. ``WRITTEN``
    names lists that are understood when written as one text, so that the command can
    have options for them too.
    """

    COLUMNS: ClassVar[tuple[str, ...]] = ()
    WRITTEN: ClassVar[tuple[str, ...]] = ()

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(
        default="",
        pattern=r"^[a-z][a-z0-9_]*$|^$",
        description="Prefix of the file names; needed when a method is used twice.",
    )
    title: str = Field(
        default="",
        max_length=200,
        description="Heading in the report, in place of the usual one.",
    )

    def variables_in(self, field: str) -> list[str]:
        """Return the variables that a field names: itself, those of a list, or of a formula."""
        value = getattr(self, field, None)
        return [value] if isinstance(value, str) else list(value or ())


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a study gives to every analysis: one map, one panel, one backbone.

    Parameters
    ----------
    units : GeoDataFrame
        The map, indexed by unit.
    names : mapping
        Unit → its name in either language.
    panel : Panel
        All variables, aligned with the map.
    backbone : Backbone
        Built once for the map.
    weights : mapping
        Name → standardised weights.
    groups : mapping
        Group code → units (may overlap).
    group_names : mapping
        Group code → name.
    seed : int
        Seed of every random draw.
    variable_names : mapping
        Variable → name shown.
    background : GeoDataFrame or None
        Drawn under the map for orientation.
    illustrative : frozenset of str
        Variables whose numbers are invented, or made from invented ones.
    rasters : mapping
        Name → land-cover rasters of several years.
    locate : callable
        Turns a path of the study file into one that starts from its folder.
    map : str
        Name of the map in the study file; empty for its first one.
    map_title : Text
        The same as it is shown.
    """

    units: gpd.GeoDataFrame
    names: Mapping[Any, Text]
    panel: Panel
    backbone: Backbone
    weights: Mapping[str, Weights]
    groups: Mapping[str, pd.Index]
    group_names: Mapping[str, Text]
    seed: int
    variable_names: Mapping[str, Text] = field(default_factory=dict)
    background: gpd.GeoDataFrame | None = None
    illustrative: frozenset[str] = frozenset()
    rasters: Mapping[str, RasterSeries] = field(default_factory=dict)
    locate: Callable[[str], Path] = field(default_factory=lambda: Path)
    map: str = ""
    map_title: Text = field(default_factory=lambda: Text(""))

    @property
    def map_notes(self) -> list[str]:
        """What was converted, guessed or repaired while the map was read."""
        return list(self.units.attrs.get("notes", ()))

    def map_notes_in(self, language: Language) -> list[str]:
        """Return the notes on the map in one language."""
        remarks = self.units.attrs.get("remarks", ())
        return [Text(said["template"], said["params"]).render(language) for said in remarks]

    def variable_name(self, variable: str) -> Text:
        """Return the name of a variable as it is shown."""
        return self.variable_names.get(variable, Text(variable))

    def measure(self, variable: str) -> str:
        """Return the unit of measure of a variable, or an empty string."""
        return self.panel.units_of_measure.get(variable) or ""

    def years_of(self, variable: str) -> list[int]:
        """Return the years in which a variable has values."""
        return [int(str(year)) for year in self.panel.grid(variable).columns]

    def absent_years(self, variable: str, years: Iterable[int] | None) -> list[Text]:
        """Return the sentence about years asked for that a variable lacks, if there are any."""
        known = self.years_of(variable)
        absent = sorted(set(years or ()) - set(known))
        if not absent:
            return []
        return [
            text(
                "{variable} has no year {years}; it has {first} to {last}",
                variable=variable,
                years=", ".join(map(str, absent)),
                first=min(known),
                last=max(known),
            )
        ]

    def weights_named(self, name: str | None) -> Weights:
        """Return the weights of a name; the first of the study when none is given."""
        return self.weights[name if name is not None else next(iter(self.weights))]

    def raster_named(self, name: str | None) -> RasterSeries:
        """Return the rasters of a name; the first of the study when none is given."""
        return self.rasters[name if name is not None else next(iter(self.rasters))]

    def first_group(self) -> pd.Series[Any] | None:
        """Return for each unit the first group that holds it, or None without groups."""
        import pandas as pd

        if not self.groups:
            return None
        labels = pd.Series("", index=self.units.index, name="group")
        for code in reversed(list(self.groups)):
            labels.loc[self.groups[code]] = code
        return labels

    def group_name(self, code: str) -> Text:
        """Return the name of a group; ``ALL`` is all units together."""
        return self.group_names.get(code, text("All units") if code == "ALL" else Text(str(code)))


@dataclass(frozen=True, eq=False)
class Done:
    """An analysis that was run: settings, what it was given, what came out.

    Parameters
    ----------
    key : str
        Prefix of file names.
    parameters, inputs, result : object
        As the analysis defines them.
    """

    key: str
    parameters: Any
    inputs: Inputs
    result: Any

    def results(self) -> Iterator[Result]:
        """Return every result inside, for provenance and references."""
        yield from _results_in(self.result)


def _results_in(value: Any) -> Iterator[Result]:
    if isinstance(value, Result):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _results_in(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _results_in(item)


@dataclass(frozen=True, eq=False)
class Analysis:
    """One registered method.

    Parameters
    ----------
    name : str
        In the study file (``method = "..."``) and on the command line.
    title, question, reading, methods : Text
        Heading; what it answers; how to read what it shows; the methods paragraph.
    parameters : type of Parameters
        Settings with defaults and descriptions.
    run : callable
        ``run(parameters, inputs) -> result``.
    check : callable
        ``check(parameters, inputs) -> sequence of Text``: what does not fit the data.
    tables, figures, layers, text : callable
        Each takes a :class:`Done`.
    references : tuple of str
        Keys of the literature.
    one_off : bool
        Whether it is a command of its own on a map and a table.
    files : callable
        ``files(done, folder, language)`` writes further files, such as rasters.
    """

    name: str
    title: Text
    question: Text
    reading: Text
    methods: Text
    parameters: type[Parameters]
    run: Callable[[Any, Inputs], Any]
    tables: Callable[[Done], Sequence[Table]]
    figures: Callable[[Done], Sequence[FigureSpec]]
    text: Callable[[Done], Sequence[Text]]
    layers: Callable[[Done], Sequence[Layer]] = field(default=lambda _: ())
    references: tuple[str, ...] = ()
    check: Callable[[Any, Inputs], Sequence[Text]] = field(default=lambda _p, _i: ())
    one_off: bool = True
    files: Callable[[Done, Path, Language], None] = field(default=lambda _d, _f, _l: None)


def analysis_names() -> tuple[str, ...]:
    """Return the names of all registered methods, without loading any of them."""
    package = import_module("spatialcarbon.studies.analyses")
    return tuple(
        sorted(m.name for m in pkgutil.iter_modules(package.__path__) if not m.name.startswith("_"))
    )


def get_analysis(name: str) -> Analysis:
    """Return a registered method.

    Raises
    ------
    OptionError
        For a name that is not registered.
    """
    if name not in analysis_names():
        raise OptionError(
            "there is no method {method!r}",
            expected="one of {known}",
            fix="{close}",
            method=name,
            known=", ".join(analysis_names()),
            close=suggestion(name, list(analysis_names())),
        )
    found: Analysis = import_module(f"spatialcarbon.studies.analyses.{name}").ANALYSIS
    return found
