"""Everything that can be known of a study before it runs, all of it at once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from spatialcarbon.core.errors import SpatialCarbonError
from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.studies import schema
from spatialcarbon.studies.checkup_plan import Planned, outputs_of, planned, results_there
from spatialcarbon.studies.checkup_tables import Examined, examine, look_at
from spatialcarbon.studies.findings import Finding, Notebook
from spatialcarbon.studies.inputs import (
    assembled,
    load_groups,
    load_map,
    unit_names,
    with_ratios,
)
from spatialcarbon.studies.rasters import Said, load_rasters, raster_problems, with_areas
from spatialcarbon.studies.study_file import Study, StudyFileError, load_study, read_study
from spatialcarbon.studies.toml_lines import TomlLines
from spatialcarbon.studies.weighting import build_weights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spatialcarbon.studies.analysis import Inputs


@dataclass(frozen=True, eq=False)
class Checkup:
    """What was found on a study.

    Parameters
    ----------
    path : Path
        The study file.
    findings : tuple of Finding
        Errors, things worth a look, and what is in order.
    plan : tuple of Planned
        What each analysis will do; empty while the file has mistakes.
    outputs : tuple of str
        What will be written.
    directory : Path or None
        Where.
    seconds : float
        About how long a run takes.
    """

    path: Path
    findings: tuple[Finding, ...]
    plan: tuple[Planned, ...] = ()
    outputs: tuple[str, ...] = ()
    directory: Path | None = None
    seconds: float = 0.0
    facts: Mapping[str, Any] = field(default_factory=dict)

    def of(self, level: str) -> list[Finding]:
        """Return the findings of one level: ``"error"``, ``"warning"`` or ``"fine"``."""
        return [finding for finding in self.findings if finding.level == level]

    @property
    def can_run(self) -> bool:
        """Say whether nothing stands in the way of a run."""
        return not self.of("error")

    def to_dict(self, language: Language) -> dict[str, Any]:
        """Return everything as plain data, for ``--json``."""
        return {
            "study": self.path.name,
            "can_run": self.can_run,
            **{
                level: [finding.to_dict(language) for finding in self.of(level)]
                for level in ("error", "warning", "fine")
            },
            "analyses": [part.to_dict(language) for part in self.plan],
            "outputs": list(self.outputs),
            "seconds": round(self.seconds),
        }


def check_up(path: str | Path) -> Checkup:
    """Look through a study file and its data without running anything.

    Parameters
    ----------
    path : str or Path
        The study file.

    Returns
    -------
    Checkup
        All mistakes at once; what cannot be looked at because of one of them is skipped.

    Raises
    ------
    StudyFileError
        Only where there is no study file to read.
    """
    notes = Notebook()
    try:
        study: Study | None = load_study(path)
    except StudyFileError as error:
        listed = error.params.get("lines")
        if not isinstance(listed, Text):
            raise
        study = None
        for line, key, said in listed.params["problems"]:
            notes.error("file", text("{key}: {problem}", key=key, problem=said), line)
    file = study.path if study else _file_of(Path(path))
    source = study.source if study else read_study(file)
    lines = TomlLines(source)
    readable = _Readable(tomllib.loads(source), file)
    if study is not None:
        notes.fine("file", text("the study file has no mistakes: {n} analyses", n=len(study.steps)))
    seen = {
        name: _seen(readable.at(name), notes, _lines_at(lines, name)) for name in readable.maps()
    }
    if study is None:
        return Checkup(path=file, findings=notes.findings)
    for line, key, said in raster_problems(study, lines):
        notes.error("rasters", text("{key}: {problem}", key=key, problem=said), line)
    given = {
        name: _inputs(study.at(name), *seen[name], notes, _lines_at(lines, name))
        for name in study.maps
    }
    inputs = given[""]
    plan = planned(study, given, notes, lines)
    target = study.locate(study.file.outputs.directory)
    results_there(target, study.file.outputs.directory, notes, lines)
    facts = {}
    if inputs is not None:
        facts = {
            "n": len(inputs.units),
            "groups": len(inputs.groups),
            "variables": ", ".join(inputs.panel.variables) or "–",
            "weights": {name: repr(made) for name, made in inputs.weights.items()},
        }
    return Checkup(
        path=file,
        findings=notes.findings,
        plan=plan,
        outputs=outputs_of(study),
        directory=target,
        seconds=sum(part.seconds for part in plan) + (4 if plan else 0),
        facts=facts,
    )


def _seen(readable: _Readable, notes: Notebook, lines: TomlLines) -> tuple[Any, Sequence[Examined]]:
    """Return a map and its tables, as far as they can be read."""
    units = _map(readable, notes, lines)
    examined = [
        found
        for name, section in readable.tables().items()
        if (found := examine(name, section, units, readable.locate, notes, lines)) is not None
    ]
    if units is not None:
        look_at(examined, readable.names(units), notes)
    return units, examined


def _lines_at(lines: TomlLines, name: str) -> TomlLines:
    return lines.below(["maps", name]) if name else lines


def _file_of(path: Path) -> Path:
    return (path / "study.toml" if path.is_dir() else path).resolve()


@dataclass(frozen=True)
class _Readable:
    """The sections of a study file that can be read, whatever else is wrong with it."""

    content: Mapping[str, Any]
    path: Path

    def locate(self, path: str) -> Path:
        return self.path.parent / Path(path).expanduser()

    def maps(self) -> list[str]:
        named = self.content.get("maps")
        further = named.items() if isinstance(named, dict) else ()
        return ["", *(name for name, part in further if isinstance(part, dict))]

    def at(self, name: str) -> _Readable:
        return _Readable(self.content["maps"][name], self.path) if name else self

    def units(self) -> schema.UnitsSection | None:
        try:
            return schema.UnitsSection.model_validate(self.content.get("units"))
        except ValidationError:
            return None

    def tables(self) -> dict[str, schema.TableSection]:
        listed = self.content.get("tables")
        found = {}
        for name, part in listed.items() if isinstance(listed, dict) else ():
            try:
                found[name] = schema.TableSection.model_validate(_measured(part))
            except ValidationError:
                continue
        return found

    def names(self, units: Any) -> Mapping[Any, Text]:
        section = self.units()
        label = section.label if section and section.label in units.columns else None
        return unit_names(units, label)


def _measured(part: Any) -> Any:
    """Return a table with a stand-in for units of measure not confirmed, so that it can be read."""
    variables = part.get("variables") if isinstance(part, dict) else None
    if not isinstance(variables, dict):
        return part
    filled = {
        name: {"measure": "1", **own} if isinstance(own, dict) else own
        for name, own in variables.items()
    }
    return {**part, "variables": filled}


def _map(readable: _Readable, notes: Notebook, lines: TomlLines) -> Any:
    """Return the map, or None where it cannot be loaded."""
    section = readable.units()
    if section is None:
        return None
    line = lines.find(["units"])
    try:
        units = load_map(section, readable.locate)
    except SpatialCarbonError as error:
        named = (
            "groups" if section.groups and section.source in ("cities", "provinces") else "source"
        )
        notes.error("map", Said(error), lines.find(["units", named]))
        return None
    try:
        groups, names = load_groups(section, units, readable.locate)
        unit_names(units, section.label)
    except SpatialCarbonError as error:
        notes.error("map", Said(error), line)
        return units
    sizes = [
        text("{group} {n}", group=names.get(code, Text(code)), n=len(members))
        for code, members in groups.items()
    ]
    if sizes:
        said = text(
            "{n} places in {groups} groups: {sizes}",
            n=len(units),
            groups=len(sizes),
            sizes=_row(sizes),
        )
        notes.fine("map", said)
    else:
        notes.fine("map", text("{n} places, no groups", n=len(units)))
    for said in units.attrs.get("remarks", ()):
        notes.fine("map", Text(said["template"], said["params"]))
    return units


def _row(parts: Sequence[Text]) -> Text:
    from spatialcarbon.core.language import listed

    return listed(parts, 12)


def _inputs(
    study: Study, units: Any, examined: Sequence[Examined], notes: Notebook, lines: TomlLines
) -> Inputs | None:
    """Return what the analyses would be given, or None while something is wrong with it."""
    from spatialcarbon.data.panel import Panel
    from spatialcarbon.weights.backbone import Backbone

    whole = [found.panel for found in examined if found.panel is not None]
    if units is None or len(whole) < len(study.file.tables):
        return None
    panel = Panel(units=units.index, years=(), frames={}, measures={})
    rasters = load_rasters(study.file.rasters, study.locate)
    try:
        for at, part in enumerate(whole):
            panel = panel.join(part) if at else part
        if notes.has_errors("rasters"):
            return None
        panel, invented = with_areas(panel, units, rasters)
    except SpatialCarbonError as error:
        notes.error("tables", Said(error), lines.find(["tables"]))
        return None
    complete = True
    for name, section in study.file.ratios.items():
        try:
            panel = with_ratios(panel, {name: section})
        except SpatialCarbonError as error:
            notes.error("tables", Said(error), lines.find(["ratios", name]))
            complete = False
    backbone = Backbone(units)
    weights = {}
    for name, made in study.file.weights.items():
        try:
            weights[name] = build_weights(made, backbone, units, panel, study.locate)
        except SpatialCarbonError as error:
            notes.error("weights", Said(error), lines.find(["weights", name]))
            complete = False
    names = unit_names(units, study.file.units.label)
    for name, found in weights.items():
        _weights(name, found, names, notes, lines.find(["weights", name]))
    try:
        grouping = load_groups(study.file.units, units, study.locate)
    except SpatialCarbonError:  # said with the map
        return None
    if not complete:
        return None
    return assembled(
        study,
        units=units,
        panel=panel,
        backbone=backbone,
        weights=weights,
        grouping=grouping,
        rasters=rasters,
        invented=invented,
    )


def _weights(
    name: str, weights: Any, names: Mapping[Any, Text], notes: Notebook, line: int
) -> None:
    alone = [names[unit] for unit in weights.isolates]
    if alone:
        notes.warning(
            "weights",
            text("{name}: places without neighbours, {n}: "
                 "{places}; they take no part in spatial tests",
                 name=name, n=len(alone), places=_row(alone[:8])),
            line,
        )  # fmt: skip
    average = float(weights.cardinalities.mean()) if weights.n else 0.0
    notes.fine(
        "weights",
        text("{name}: {recipe}, {n} pairs, {mean} neighbours on average, {parts} connected parts",
             name=name, recipe=weights.recipe, n=weights.n_pairs, mean=f"{average:.1f}",
             parts=weights.components),
    )  # fmt: skip
