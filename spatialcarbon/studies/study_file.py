"""The study file: one TOML text that names map, tables, weights, analyses and outputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.files import is_file, parse_toml, read_bytes
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.limits import shortened
from spatialcarbon.models.land.legends import LAND_CLASSES
from spatialcarbon.studies.analysis import Analysis, Parameters, analysis_names, get_analysis
from spatialcarbon.studies.confirmations import unconfirmed
from spatialcarbon.studies.mistakes import (
    Problem,
    dotted,
    not_a_choice,
    not_defined,
    problems_in,
)
from spatialcarbon.studies.schema import DEFAULT_WEIGHTS, StudyFile
from spatialcarbon.studies.toml_lines import TomlLines


@dataclass(frozen=True, eq=False)
class Step:
    """One analysis of a study, validated.

    Parameters
    ----------
    key : str
        Prefix of its files; the name of the method unless the file gives another.
    analysis : Analysis
        The registered method.
    parameters : Parameters
        Its settings.
    map : str
        Which map it works on; empty for the first one.
    """

    key: str
    analysis: Analysis
    parameters: Parameters
    map: str = ""


@dataclass(frozen=True, eq=False)
class Study:
    """A study file that was read and found right.

    Parameters
    ----------
    file : StudyFile
        Its content.
    steps : tuple of Step
        Its analyses with their validated settings.
    path : Path
        Where it lies; relative paths start from its folder.
    source : str
        Its text.
    """

    file: StudyFile
    steps: tuple[Step, ...]
    path: Path
    source: str

    def locate(self, path: str) -> Path:
        """Return a path of the study file, relative to its folder."""
        return self.path.parent / Path(path).expanduser()

    @property
    def maps(self) -> tuple[str, ...]:
        """Names of the maps: the first has none, then those of [maps.NAME]."""
        return ("", *self.file.maps)

    @property
    def has_rasters(self) -> bool:
        """Whether any of the maps has rasters, so that change maps may be written."""
        return any(self.file.at(name).rasters for name in self.maps)

    def at(self, name: str) -> Study:
        """Return the study as one of its maps sees it: with its tables and its analyses."""
        steps = tuple(step for step in self.steps if step.map == name)
        return replace(self, file=self.file.at(name), steps=steps)


class StudyFileError(SchemaError):
    """Mistakes in a study file, all of them, with their lines."""


def load_study(path: str | Path) -> Study:
    """Read and validate a study file; every mistake is reported at once.

    Raises
    ------
    StudyFileError
        With one line per mistake: line number, key, what is wrong, valid choices.
    """
    path = Path(path)
    if is_file(path / "study.toml"):
        path = path / "study.toml"
    source = read_study(path)
    try:
        content = parse_toml(source, path.name)
    except ValueError as error:
        if isinstance(error, SchemaError):
            raise
        raise StudyFileError(
            "{path} is not valid TOML: {reason}",
            fix="text goes in quotes, lists in [ ], tables under [name]",
            path=path,
            reason=shortened(error),
        ) from None
    lines = TomlLines(source)
    problems: list[Problem] = []
    study_file: StudyFile | None = None
    try:
        study_file = StudyFile.model_validate(content)
    except ValidationError as error:
        problems += unconfirmed(problems_in(error, content, StudyFile, lines), source)
    steps = _steps(content, lines, problems)
    problems += _cross_checks(content, _at(steps, ""), lines)
    used = [entry.get("map") for _, entry in _entries(content)]
    for name, part in _sections(content, "maps"):
        where = ["maps", name]
        problems += _cross_checks(part, _at(steps, name), lines, where)
        if name not in used:
            said = text('no analysis works on it; under [[analyses]]: map = "{map}"', map=name)
            problems.append((lines.find(where), dotted(where), said))
    if problems or study_file is None:
        raise_problems(path, problems)
    assert study_file is not None
    return Study(
        file=study_file,
        steps=tuple(steps.values()),
        path=path.resolve(),
        source=source,
    )


def raise_problems(path: Path, problems: Sequence[Problem]) -> None:
    """Raise one error that lists all problems by line."""
    unique = {(line, key, said.render("en")): said for line, key, said in problems}
    ordered = [(line, key, unique[line, key, said]) for line, key, said in sorted(unique)]
    raise StudyFileError(
        "{path}: mistakes to correct: {n}\n{lines}",
        fix="correct these lines and run it again; spatialcarbon init writes a commented example",
        path=path.name,
        n=len(ordered),
        lines=_Lines(ordered),
    )


class _Lines(Text):
    """Problems that can be said in either language, one to a line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("", {"problems": tuple(problems)})

    def render(self, language: Any) -> str:
        said = []
        for line, key, problem in self.params["problems"]:
            listed = text("line {line}: {key}: {problem}", line=line, key=key, problem=problem)
            said.append("  " + listed.render(language))
        return "\n".join(said)


def read_study(path: Path) -> str:
    """Return the text of a study file, in UTF-8 or as Chinese editors save it."""
    if not is_file(path):
        raise StudyFileError(
            "there is no study file at {path}",
            fix="spatialcarbon init --out study.toml writes one to start from",
            path=shortened(path),
        )
    data = read_bytes(path, "STUDY_BYTES")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding).replace("\r\n", "\n")
        except UnicodeDecodeError:
            continue
    raise StudyFileError("{path} is not text", expected="UTF-8 or GB18030", path=path)


def _steps(
    content: Mapping[str, Any], lines: TomlLines, problems: list[Problem]
) -> dict[int, Step]:
    """Return the analyses that are right, by their place in the file."""
    steps: dict[int, Step] = {}
    taken: set[str] = set()
    maps = [name for name, _ in _sections(content, "maps")]
    for at, entry in _entries(content):
        settings = dict(entry)
        chosen = settings.pop("map", "")
        if chosen != "" and chosen not in maps:
            here: list[str | int] = ["analyses", at, "map"]
            problems.append((lines.find(here), dotted(here), _no_map(chosen, maps)))
        method = settings.pop("method", None)
        where = f"analyses[{at + 1}]"
        if not isinstance(method, str) or method not in analysis_names():
            problem = not_a_choice("method", method, analysis_names())
            problems.append((lines.find(["analyses", at, "method"]), f"{where}.method", problem))
            continue
        analysis = get_analysis(method)
        try:
            parameters = analysis.parameters.model_validate(settings)
        except ValidationError as error:
            problems += problems_in(error, content, analysis.parameters, lines, ("analyses", at))
            continue
        key = parameters.name or method
        if key in taken:
            problem = text(
                'a second analysis called {key!r}; give it a name of its own: name = "…"', key=key
            )
            problems.append((lines.find(["analyses", at]), where, problem))
        taken.add(key)
        steps[at] = Step(key=key, analysis=analysis, parameters=parameters, map=chosen)
    return steps


def _entries(content: Mapping[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    """Return the analyses as they are written, with their places in the list."""
    listed = content.get("analyses")
    every = enumerate(listed if isinstance(listed, list) else [])
    return [(at, entry) for at, entry in every if isinstance(entry, dict)]


def _no_map(chosen: object, known: Sequence[str]) -> Text:
    if not known:
        return text("there is no map {map!r}: this file has no [maps.NAME]", map=chosen)
    return not_defined(str(chosen), known)


def _at(steps: Mapping[int, Step], name: str) -> dict[int, Step]:
    return {at: step for at, step in steps.items() if step.map == name}


def _cross_checks(
    content: Mapping[str, Any],
    steps: Mapping[int, Step],
    lines: TomlLines,
    inside: Sequence[str] = (),
) -> list[Problem]:
    """Return the names that are used without being defined, or defined twice.

    The text itself is read, not the validated settings, so that a mistake in
    one section hides none of these. The tables, ratios and weights of a
    further map stand ``inside`` its section, the analyses that use them do not.
    """
    problems: list[Problem] = []
    variables: dict[str, str] = {}

    def define(key: Sequence[str | int], name: str, table: str) -> None:
        if name in variables:
            other = variables[name]
            problem = text("{variable!r} is already in [{other}]", variable=name, other=other)
            problems.append((lines.find(key), dotted(key), problem))
        variables.setdefault(name, table)

    def require(at: Sequence[str | int], value: object, known: Iterable[str]) -> None:
        for item in [value] if isinstance(value, str) else value or []:  # type: ignore[attr-defined]
            if item not in known:
                problems.append((lines.find(at), dotted(at), not_defined(item, list(known))))

    def names_in(section: Mapping[str, Any], *fields: str) -> dict[str, str]:
        return {field: section[field] for field in fields if isinstance(section.get(field), str)}

    for table, section in _sections(content, "tables"):
        for variable, _ in _sections(section, "variables"):
            key = [*inside, "tables", table, "variables", variable]
            define(key, variable, dotted(key[:-2]))
    for name, section in _sections(content, "rasters"):
        if section.get("areas") is True:
            for land in LAND_CLASSES:
                key = [*inside, "rasters", name]
                define([*key, "areas"], land, dotted(key))
    for name, section in _sections(content, "ratios"):
        for field, value in names_in(section, "numerator", "denominator").items():
            require([*inside, "ratios", name, field], value, variables)
    for name, _ in _sections(content, "ratios"):
        key = [*inside, "ratios", name]
        define(key, name, dotted(key))
    for name, section in _sections(content, "weights"):
        if section.get("type") == "economic":
            for field, value in names_in(section, "variable").items():
                require([*inside, "weights", name, field], value, variables)
    weights = [name for name, _ in _sections(content, "weights")] or [DEFAULT_WEIGHTS]
    rasters = [name for name, _ in _sections(content, "rasters")]
    # An analysis that names its own table needs no variables of the study.
    own = bool(steps) and all(getattr(s.parameters, "table", None) for s in steps.values())
    if not content.get("tables") and not content.get("rasters") and not own:
        key = [*inside, "tables"]
        problems.append((lines.find(key), dotted(key), text("is missing")))
    for at, step in steps.items():
        named = [*getattr(step.parameters, "VARIABLES", ()), *step.parameters.COLUMNS]
        for field in dict.fromkeys(["variable", *named]):
            require(["analyses", at, field], step.parameters.variables_in(field), variables)
        require(["analyses", at, "weights"], getattr(step.parameters, "weights", None), weights)
        require(["analyses", at, "raster"], getattr(step.parameters, "raster", None), rasters)
    return problems


def _sections(content: Mapping[str, Any], key: str) -> list[tuple[str, Mapping[str, Any]]]:
    part = content.get(key)
    if not isinstance(part, dict):
        return []
    return [(name, section) for name, section in part.items() if isinstance(section, dict)]


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a study file, for editors that complete and check TOML."""
    schema = StudyFile.model_json_schema()
    definitions = schema.setdefault("$defs", {})
    choices = []
    for name in analysis_names():
        part = get_analysis(name).parameters.model_json_schema()
        definitions.update(part.pop("$defs", {}))
        chosen = {"type": "string", "description": "Name of a further map, of [maps.NAME]."}
        part["properties"] = {"method": {"const": name}, "map": chosen, **part["properties"]}
        part["required"] = ["method", *part.get("required", [])]
        part["description"] = get_analysis(name).question.render("en")
        definitions[f"analysis_{name}"] = part
        choices.append({"$ref": f"#/$defs/analysis_{name}"})
    schema["properties"]["analyses"]["items"] = {"oneOf": choices}
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "spatialcarbon study file"
    return schema
