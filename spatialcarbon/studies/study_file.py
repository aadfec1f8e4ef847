"""The study file: one TOML text that names map, tables, weights, analyses and outputs."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import suggestion
from spatialcarbon.studies.analysis import Analysis, Parameters, analysis_names, get_analysis
from spatialcarbon.studies.schema import (
    EconomicWeights,
    OutputsSection,
    StudyFile,
    StudySection,
    TableSection,
    UnitsSection,
    VariableSection,
    weight_types,
)
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
    problems: list[tuple[int, str, Text]] = []
    study_file: StudyFile | None = None
    try:
        study_file = StudyFile.model_validate(content)
    except ValidationError as error:
        problems += [_problem(item, (), lines, StudyFile) for item in error.errors()]
    steps = _steps(content.get("analyses"), lines, problems)
    if study_file is not None:
        problems += _cross_checks(study_file, steps, lines)
    if problems or study_file is None:
        raise_problems(path, problems)
    assert study_file is not None
    return Study(
        file=study_file,
        steps=tuple(steps),
        path=path.resolve(),
        source=source,
    )


def raise_problems(path: Path, problems: Sequence[tuple[int, str, Text]]) -> None:
    """Raise one error that lists all problems by line."""
    unique = list(dict.fromkeys((line, key, p.render("en"), p) for line, key, p in problems))
    ordered = sorted(unique, key=lambda item: item[0])
    words = _Lines([(line, key, problem) for line, key, _, problem in ordered])
    raise StudyFileError(
        "{path}: {n} mistakes\n{lines}",
        fix="correct these lines and run it again; spatialcarbon init writes a commented example",
        path=path.name,
        n=len(ordered),
        lines=words,
    )


class _Lines(Text):
    """Problems that can be said in either language, one to a line."""

    def __init__(self, problems: Sequence[tuple[int, str, Text]]) -> None:
        super().__init__("", {"problems": tuple(problems)})

    def render(self, language: Any) -> str:
        said = []
        for line, key, problem in self.params["problems"]:
            where = text("line {line}", line=line).render(language)
            said.append(f"  {where}: {key}: {problem.render(language)}")
        return "\n".join(said)


def _read(path: Path) -> str:
    if not path.is_file():
        raise StudyFileError(
            "there is no study file at {path}",
            fix="spatialcarbon init --out study.toml writes one to start from",
            path=path,
        )
    data = path.read_bytes()
    if len(data) > MAX_BYTES:
        raise StudyFileError("{path} is too large for a study file", path=path)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding).replace("\r\n", "\n")
        except UnicodeDecodeError:
            continue
    raise StudyFileError("{path} is not text", expected="UTF-8 or GB18030", path=path)


def _steps(listed: Any, lines: TomlLines, problems: list[tuple[int, str, Text]]) -> list[Step]:
    steps: list[Step] = []
    taken: set[str] = set()
    for at, entry in enumerate(listed if isinstance(listed, list) else []):
        if not isinstance(entry, dict):
            continue
        settings = dict(entry)
        method = settings.pop("method", None)
        where = f"analyses[{at + 1}]"
        if not isinstance(method, str) or method not in analysis_names():
            close = suggestion(method, list(analysis_names())) if method else ""
            message = "{value!r} is not a method; choose from {known}"
            if close:
                message = "{value!r} is not a method; did you mean {close!r}? choose from {known}"
            known = ", ".join(analysis_names())
            problem = text(message, value=method, close=close, known=known)
            problems.append((lines.find(["analyses", at, "method"]), f"{where}.method", problem))
            continue
        analysis = get_analysis(method)
        try:
            parameters = analysis.parameters.model_validate(settings)
        except ValidationError as error:
            for item in error.errors():
                problems.append(_problem(item, ("analyses", at), lines, analysis.parameters))
            continue
        key = parameters.name or method
        if key in taken:
            problem = text(
                'a second analysis called {key!r}; give it a name of its own: name = "…"', key=key
            )
            problems.append((lines.find(["analyses", at]), where, problem))
        taken.add(key)
        steps.append(Step(key=key, analysis=analysis, parameters=parameters))
    return steps


def _cross_checks(
    study: StudyFile, steps: Sequence[Step], lines: TomlLines
) -> list[tuple[int, str, Text]]:
    problems: list[tuple[int, str, Text]] = []
    variables: dict[str, str] = {}
    for name, table in study.tables.items():
        for variable in table.variables:
            if variable in variables:
                other = variables[variable]
                problem = text(
                    "{variable!r} is already in [tables.{other}]", variable=variable, other=other
                )
                key = ["tables", name, "variables", variable]
                problems.append((lines.find(key), ".".join(key), problem))
            variables[variable] = name

    def unknown(at: list[str | int], value: str, known: Sequence[str]) -> None:
        close = suggestion(value, list(known))
        message = "{value!r} is not defined here; there is {known}"
        if close:
            message = "{value!r} is not defined here; did you mean {close!r}? there is {known}"
        problem = text(message, value=value, close=close, known=", ".join(known))
        problems.append((lines.find(at), _dotted(at), problem))

    for name, weights in study.weights.items():
        if isinstance(weights, EconomicWeights) and weights.variable not in variables:
            unknown(["weights", name, "variable"], weights.variable, list(variables))
    by_key = {step.key: step for step in steps}
    for at, entry in enumerate(study.analyses):
        step = by_key.get(entry.get("name") or entry.get("method", ""))
        if step is None:
            continue
        for field, known in (("variable", list(variables)), ("weights", list(study.weights))):
            value = getattr(step.parameters, field, None)
            for item in [value] if isinstance(value, str) else value or []:
                if item not in known:
                    unknown(["analyses", at, field], item, known)
        for field in getattr(type(step.parameters), "VARIABLES", ()):
            item = getattr(step.parameters, field)
            if item and item not in variables:
                unknown(["analyses", at, field], item, list(variables))
    return problems


def _dotted(path: Sequence[str | int]) -> str:
    said = ""
    for part in path:
        said += f"[{part + 1}]" if isinstance(part, int) else (f".{part}" if said else part)
    return said


def _problem(
    error: Any, prefix: tuple[str | int, ...], lines: TomlLines, model: type[BaseModel]
) -> tuple[int, str, Text]:
    """Turn one of pydantic's errors into a line number, a key and a sentence."""
    location = list(error["loc"])
    if location[:1] == ["weights"] and len(location) > 3:
        del location[2]  # pydantic names the type of weights between name and setting
    path: list[str | int] = [*prefix, *location]
    value = error.get("input")
    context = error.get("ctx", {})
    kind = error["type"]
    if kind == "missing":
        problem = text("is missing")
    elif kind == "extra_forbidden":
        known = _fields_at(model, location[:-1])
        close = suggestion(location[-1], known)
        message = "is not a setting; there is {known}"
        if close:
            message = "is not a setting; did you mean {close!r}? there is {known}"
        problem = text(message, close=close, known=", ".join(known))
    elif kind in ("literal_error", "union_tag_invalid"):
        expected = context.get("expected") or context.get("expected_tags", "")
        shown = value.get("type") if isinstance(value, dict) else value
        problem = text(
            "{value!r} is not a choice; choose {expected}", value=shown, expected=expected
        )
    elif kind == "union_tag_not_found":
        problem = text("type is missing; choose {expected}", expected=", ".join(weight_types()))
    else:
        shown = value if not isinstance(value, (dict, list)) else type(value).__name__
        problem = text("{value!r}: {reason}", value=shown, reason=error["msg"])
    return lines.find(path), _dotted(path), problem


def _fields_at(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """Return the settings known at a place of the study file."""
    sections: dict[str, type[BaseModel]] = {
        "study": StudySection,
        "units": UnitsSection,
        "outputs": OutputsSection,
        "tables": TableSection,
    }
    if model is not StudyFile or not path:
        return list(model.model_fields)
    if "variables" in path:
        return list(VariableSection.model_fields)
    if path[0] == "weights":
        return ["type", "transform", "islands", "bridges", "and what belongs to the type"]
    section = sections.get(str(path[0]))
    return list(section.model_fields) if section else list(model.model_fields)


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
