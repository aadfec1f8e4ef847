"""Settings of the method `dea`, and what does not fit in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, get_args

from pydantic import Field, field_validator

from spatialcarbon.core.errors import some
from spatialcarbon.core.language import Text, text
from spatialcarbon.data.panel import UNDATED
from spatialcarbon.models.quota.dea_technology import Orientation, Returns
from spatialcarbon.models.quota.zero_sum_rules import Mode, Rule
from spatialcarbon.studies.analysis import Parameters

if TYPE_CHECKING:
    from spatialcarbon.studies.analysis import Inputs

KEYS = ("input", "mode", "rule")


class DEAParameters(Parameters):
    """Settings of the analysis."""

    COLUMNS: ClassVar = ("inputs", "outputs")

    inputs: list[str] = Field(
        min_length=1, description="Variables that should be small, such as emissions."
    )
    outputs: list[str] = Field(
        min_length=1, description="Variables that should be large, such as GDP and population."
    )
    year: int | None = Field(
        default=None, description="Year; the last one of each variable if left out."
    )
    orientation: Orientation = Field(
        default="input", description="Shrink the inputs, or expand the outputs."
    )
    returns: Returns = Field(default="variable", description="Returns to scale.")
    draws: int = Field(
        default=2000, ge=0, description="Bootstrap samples for the intervals; 0 for none."
    )
    confidence: float = Field(
        default=0.95, gt=0, lt=1, description="Confidence level of the intervals."
    )
    zero_sum: str | None = Field(
        default=None,
        description=(
            "Share out the input anew at an unchanged total: the input, or "
            "input=co2,mode=iterate,rule=single (one-shot or iterate; proportional, single, paper004)."
        ),
    )

    @field_validator("zero_sum", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        """Take a table of the study file as well as a line of pairs."""
        if isinstance(value, Mapping):
            return ",".join(f"{key}={word}" for key, word in value.items())
        return value


@dataclass(frozen=True)
class ZeroSum:
    """What is asked of the reallocation.

    Parameters
    ----------
    input : str
        Variable that is shared out.
    mode, rule : str
        As in :func:`spatialcarbon.zero_sum_dea`.
    """

    input: str
    mode: Mode
    rule: Rule


def pairs_of(parameters: DEAParameters) -> dict[str, str]:
    """Return the words of ``zero_sum`` by key; a word alone is the input."""
    parts = [part.strip() for part in (parameters.zero_sum or "").split(",") if part.strip()]
    found = {}
    for part in parts:
        key, equals, word = part.partition("=")
        found[key.strip() if equals else "input"] = word.strip() if equals else part
    return found


def zero_sum_of(parameters: DEAParameters) -> ZeroSum | None:
    """Return what is asked of the reallocation, or None without one."""
    given = pairs_of(parameters)
    if not given:
        return None
    mode = given.get("mode", "one-shot")
    rule = given.get("rule", "proportional")
    return ZeroSum(given.get("input", parameters.inputs[0]), mode, rule)  # type: ignore[arg-type]


def year_of(parameters: DEAParameters, inputs: Inputs, variable: str) -> int:
    """Return the year in which a variable is read."""
    years = inputs.years_of(variable)
    if years == [UNDATED]:
        return UNDATED
    return parameters.year if parameters.year is not None else max(years)


def check(parameters: DEAParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit: variables on both sides, years, the reallocation."""
    problems: list[Text] = []
    both = [name for name in parameters.inputs if name in parameters.outputs]
    if both:
        problems.append(text("{names} is an input and an output at once", names=some(both)))
    for name in dict.fromkeys([*parameters.inputs, *parameters.outputs]):
        if parameters.year is not None and inputs.years_of(name) != [UNDATED]:
            problems += inputs.absent_years(name, [parameters.year])
    return [*problems, *_zero_sum_problems(parameters)]


def _zero_sum_problems(parameters: DEAParameters) -> list[Text]:
    given = pairs_of(parameters)
    if parameters.zero_sum is None:
        return []
    strange = [key for key in given if key not in KEYS]
    if strange or not given:
        return [
            text(
                "zero_sum has {names}; there is {known}",
                names=some(strange) or text("none"),
                known=", ".join(KEYS),
            )
        ]
    for key, known in (("mode", get_args(Mode)), ("rule", get_args(Rule))):
        if key in given and given[key] not in known:
            return [
                text(
                    "zero_sum names the {key} {word}; there is {known}",
                    key=key,
                    word=given[key],
                    known=", ".join(known),
                )
            ]
    asked = zero_sum_of(parameters)
    assert asked is not None
    if len(parameters.inputs) != 1 or asked.input != parameters.inputs[0]:
        return [
            text(
                "zero_sum shares out {name}, which must be the only input: others cannot be held "
                "fixed while it moves",
                name=asked.input,
            )
        ]
    if parameters.orientation != "input":
        return [text("zero_sum needs orientation input: it is the input that is shared out")]
    if asked.mode == "one-shot" and asked.rule != "proportional":
        return [text("the rule {rule} is for mode iterate", rule=asked.rule)]
    return []
