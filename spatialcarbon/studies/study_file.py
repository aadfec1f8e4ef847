"""The study file: one TOML text that names map, tables, weights, analyses and outputs."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Text, text
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

MAX_BYTES = 1_000_000


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
    """

    key: str
    analysis: Analysis
    parameters: Parameters


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
    if path.is_dir() and (path / "study.toml").is_file():
        path = path / "study.toml"
    source = _read(path)
    try:
        content = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise StudyFileError(
            "{path} is not valid TOML: {reason}",
            fix="text goes in quotes, lists in [ ], tables under [name]",
            path=path,
            reason=error,
        ) from error
    lines = TomlLines(source)
    problems: list[Problem] = []
    study_file: StudyFile | None = None
    try:
        study_file = StudyFile.model_validate(content)
    except ValidationError as error:
        problems += unconfirmed(problems_in(error, content, StudyFile, lines), source)
    steps = _steps(content, lines, problems)
    problems += _cross_checks(content, steps, lines)
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


def _read(path: Path) -> str:
    if not path.is_file():
        raise StudyFileError(
            "there is no study file at {path}",
            fix="spatialcarbon init --out study.toml writes one to start from",
            path=path,
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise StudyFileError("{path} cannot be read: {reason}", path=path, reason=error) from error
    if len(data) > MAX_BYTES:
        raise StudyFileError("{path} is too large for a study file", path=path)
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
    listed = content.get("analyses")
    steps: dict[int, Step] = {}
    taken: set[str] = set()
    for at, entry in enumerate(listed if isinstance(listed, list) else []):
        if not isinstance(entry, dict):
            continue
        settings = dict(entry)
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
        steps[at] = Step(key=key, analysis=analysis, parameters=parameters)
    return steps


def _cross_checks(
    content: Mapping[str, Any], steps: Mapping[int, Step], lines: TomlLines
) -> list[Problem]:
    """Return the names that are used without being defined, or defined twice.

    The text itself is read, not the validated settings, so that a mistake in
    one section hides none of these.
    """
    problems: list[Problem] = []
    variables: dict[str, str] = {}

    def define(key: list[str | int], name: str, table: str) -> None:
        if name in variables:
            other = variables[name]
            problem = text("{variable!r} is already in [{other}]", variable=name, other=other)
            problems.append((lines.find(key), dotted(key), problem))
        variables.setdefault(name, table)

    def require(at: list[str | int], value: object, known: Iterable[str]) -> None:
        for item in [value] if isinstance(value, str) else value or []:  # type: ignore[attr-defined]
            if item not in known:
                problems.append((lines.find(at), dotted(at), not_defined(item, list(known))))

    def names_in(section: Mapping[str, Any], *fields: str) -> dict[str, str]:
        return {field: section[field] for field in fields if isinstance(section.get(field), str)}

    for table, section in _sections(content, "tables"):
        for variable, _ in _sections(section, "variables"):
            define(["tables", table, "variables", variable], variable, f"tables.{table}")
    for name, section in _sections(content, "rasters"):
        if section.get("areas") is True:
            for land in LAND_CLASSES:
                define(["rasters", name, "areas"], land, f"rasters.{name}")
    for name, section in _sections(content, "ratios"):
        for field, value in names_in(section, "numerator", "denominator").items():
            require(["ratios", name, field], value, variables)
    for name, _ in _sections(content, "ratios"):
        define(["ratios", name], name, f"ratios.{name}")
    for name, section in _sections(content, "weights"):
        if section.get("type") == "economic":
            for field, value in names_in(section, "variable").items():
                require(["weights", name, field], value, variables)
    weights = [name for name, _ in _sections(content, "weights")] or [DEFAULT_WEIGHTS]
    rasters = [name for name, _ in _sections(content, "rasters")]
    # An analysis that names its own table needs no variables of the study.
    own = bool(steps) and all(getattr(s.parameters, "table", None) for s in steps.values())
    if not content.get("tables") and not content.get("rasters") and not own:
        problems.append((lines.find(["tables"]), "tables", text("is missing")))
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
        part["properties"] = {"method": {"const": name}, **part["properties"]}
        part["required"] = ["method", *part.get("required", [])]
        part["description"] = get_analysis(name).question.render("en")
        definitions[f"analysis_{name}"] = part
        choices.append({"$ref": f"#/$defs/analysis_{name}"})
    schema["properties"]["analyses"]["items"] = {"oneOf": choices}
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "spatialcarbon study file"
    return schema
