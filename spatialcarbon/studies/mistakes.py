"""What is wrong with a study file, in sentences: line, key, mistake, valid choices."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.errors import SpatialCarbonError
from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.core.options import suggestion
from spatialcarbon.studies.schema import (
    MapSection,
    OutputsSection,
    RasterSection,
    RatioSection,
    StudyFile,
    StudySection,
    TableSection,
    UnitsSection,
    VariableSection,
    weight_sections,
)

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

    from spatialcarbon.studies.toml_lines import TomlLines

Problem = tuple[int, str, Text]
"""Line, key, sentence."""

_WHOLE = text("a whole number is expected")
_NUMBER = text("a number is expected")
_TEXT = text("a text in quotes is expected")
_LIST = text("a list in [ ] is expected")
_TABLE = text("a table of settings is expected")
_SWITCH = text("true or false is expected")
_EXPECTED: Mapping[str, Text] = {
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "string_type": _TEXT,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "dict_type": _TABLE,
    "model_type": _TABLE,
    "model_attributes_type": _TABLE,
    "bool_type": _SWITCH,
    "bool_parsing": _SWITCH,
    "string_pattern_mismatch": text("letters, digits and _ are expected, a letter first"),
    "string_too_short": text("it must not be empty"),
}
_BOUNDS: Mapping[str, tuple[str, str]] = {
    "greater_than_equal": ("it must be at least {bound}", "ge"),
    "greater_than": ("it must be above {bound}", "gt"),
    "less_than_equal": ("it must be at most {bound}", "le"),
    "less_than": ("it must be below {bound}", "lt"),
    "too_short": ("it must have at least {bound} entries", "min_length"),
    "too_long": ("it must have at most {bound} entries", "max_length"),
    "string_too_long": ("it must have at most {bound} letters", "max_length"),
}


def problems_in(
    error: ValidationError,
    content: Mapping[str, Any],
    model: type[BaseModel],
    lines: TomlLines,
    prefix: tuple[str | int, ...] = (),
) -> list[Problem]:
    """Return the mistakes that pydantic found, one per key of the file.

    Parameters
    ----------
    error : ValidationError
        From validating the part of the file below ``prefix``.
    content : mapping
        The whole file.
    model : type of BaseModel
        What the part was validated against.
    lines : TomlLines
        Where the keys stand.
    prefix : tuple
        Where the part begins.
    """
    found: dict[str, Problem] = {}
    for item in error.errors():
        path = _present([*prefix, *item["loc"]], content, missing=item["type"] == "missing")
        # A setting of several possible types fails once for each of them.
        found.setdefault(
            dotted(path), (lines.find(path), dotted(path), _said(item, path, content, model))
        )
    return list(found.values())


def dotted(path: Sequence[str | int]) -> str:
    """Return a place of the file in words; lists count from 1.

    Examples
    --------
    >>> dotted(["analyses", 0, "years"])
    'analyses[1].years'
    """
    said = ""
    for part in path:
        said += f"[{part + 1}]" if isinstance(part, int) else (f".{part}" if said else part)
    return said


def not_a_choice(name: str, value: object, choices: Sequence[str]) -> Text:
    """Say that a value is not one of the choices, and which one may have been meant."""
    known = ", ".join(choices)
    if value is None:
        return text("is missing; choose from {known}", known=known)
    close = suggestion(value, list(choices))
    if close:
        return text(
            "{value!r} is not a {name}; did you mean {close!r}? choose from {known}",
            value=value,
            name=text(name),
            close=close,
            known=known,
        )
    return text(
        "{value!r} is not a {name}; choose from {known}", value=value, name=text(name), known=known
    )


def not_defined(value: str, known: Sequence[str]) -> Text:
    """Say that a name is used but not defined in the file."""
    close, listed = suggestion(value, list(known)), ", ".join(known)
    if close:
        return text(
            "{value!r} is not defined here; did you mean {close!r}? there is {known}",
            value=value,
            close=close,
            known=listed,
        )
    return text("{value!r} is not defined here; there is {known}", value=value, known=listed)


def _present(location: Sequence[str | int], content: Any, *, missing: bool) -> list[str | int]:
    """Return the part of pydantic's location that stands in the file, without names of types."""
    path: list[str | int] = []
    for at, part in enumerate(location):
        if part in _keys(content):
            content = content[part]
        elif not (missing and at == len(location) - 1):
            continue
        path.append(part)
    return path


def _keys(content: Any) -> Iterable[str | int]:
    if isinstance(content, list):
        return range(len(content))
    return content if isinstance(content, Mapping) else ()


def _said(
    error: Any, path: Sequence[str | int], content: Mapping[str, Any], model: type[BaseModel]
) -> Text:
    value, context, kind = error.get("input"), error.get("ctx", {}), error["type"]
    if kind == "missing":
        return text("is missing")
    if kind == "extra_forbidden":
        known = _settings_at(model, path[:-1], content)
        close = suggestion(path[-1], known)
        message = "is not a setting; there is {known}"
        if close:
            message = "is not a setting; did you mean {close!r}? there is {known}"
        return text(message, close=close, known=", ".join(known))
    if kind == "literal_error":
        return not_a_choice("choice", value, re.findall(r"'([^']*)'", context["expected"]))
    if kind == "union_tag_invalid":
        return not_a_choice("type", value["type"], list(weight_sections()))
    if kind == "union_tag_not_found":
        return not_a_choice("type", None, list(weight_sections()))
    if isinstance(context.get("error"), SpatialCarbonError):
        return _Raised(context["error"])
    shown = value if not isinstance(value, (dict, list)) else type(value).__name__
    reason: Text | str = _EXPECTED.get(kind, error["msg"])
    if kind in _BOUNDS:
        template, bound = _BOUNDS[kind]
        reason = text(template, bound=context[bound])
    return text("{value!r}: {reason}", value=shown, reason=reason)


class _Raised(Text):
    """What an error of ours says, raised while a setting was checked."""

    def __init__(self, error: SpatialCarbonError) -> None:
        super().__init__("", {"error": error})

    def render(self, language: Language) -> str:
        said: SpatialCarbonError = self.params["error"]
        return said.render(language)


def _settings_at(
    model: type[BaseModel], path: Sequence[str | int], content: Mapping[str, Any]
) -> list[str]:
    """Return the settings known at a place of the study file."""
    if model is not StudyFile or not path:
        return list(model.model_fields)
    if path[0] == "maps":
        if len(path) == 2:
            return list(MapSection.model_fields)
        return _settings_at(model, path[2:], content["maps"][path[1]])
    if "variables" in path:
        return list(VariableSection.model_fields)
    if path[0] == "weights":
        return list(weight_sections()[content["weights"][path[1]]["type"]].model_fields)
    sections: dict[object, type[BaseModel]] = {
        "study": StudySection,
        "units": UnitsSection,
        "tables": TableSection,
        "rasters": RasterSection,
        "ratios": RatioSection,
        "outputs": OutputsSection,
    }
    return list(sections[path[0]].model_fields)
