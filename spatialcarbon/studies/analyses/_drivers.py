"""What the analyses of drivers share: stages, the table they work on, and the price basis."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pandas as pd
from pydantic import BeforeValidator

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.core.units import parse_unit
from spatialcarbon.models.drivers.identity import parse_identity
from spatialcarbon.studies.words import HEADINGS

if TYPE_CHECKING:
    from spatialcarbon.models.drivers.identity import Identity, Variable
    from spatialcarbon.studies.analysis import Inputs

Stage = tuple[int, int]
Prices = Literal["current", "constant"]
Categories = Mapping[str, Sequence[str]]

OWN_HEADINGS: Mapping[str, Text] = {
    **HEADINGS,
    "factor": text("Factor"),
    "effect": text("Contribution"),
    "ratio": text("Ratio"),
    "share": text("Share of the change"),
    "residual": text("Residual"),
    "relative": text("Residual over the largest effect"),
    "dominant": text("Largest effect"),
}


def _stages(value: Any) -> Any:
    """Return stages written as ``2006-2011,2011-2016`` as pairs of years."""
    if not isinstance(value, str) or value == "yearly":
        return value
    pairs = [re.fullmatch(r"\s*(\d{4})\s*[-–]\s*(\d{4})\s*", part) for part in value.split(",")]
    if any(pair is None for pair in pairs):
        raise SchemaError(
            "{value!r} is not a list of stages",
            expected="pairs of years such as 2006-2011,2011-2016, or yearly",
            value=value,
        )
    return [(int(pair[1]), int(pair[2])) for pair in pairs if pair is not None]


def _words(value: Any) -> Any:
    """Return words written as ``population,affluence`` as a list."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


StageList = Annotated[list[Stage] | Literal["yearly"] | None, BeforeValidator(_stages)]
WordList = Annotated[list[str] | None, BeforeValidator(_words)]


def columns_of(identity: str, categories: Categories) -> list[str]:
    """Return the variables of a study that an identity needs.

    What is held by category is a variable for each of them: ``energy[fuel]`` with the
    categories coal and oil stands for ``energy_coal`` and ``energy_oil``.

    Raises
    ------
    SchemaError
        For an identity that cannot be read, or sums over categories that are not listed.
    """
    parsed = parse_identity(identity)
    _check_levels(parsed, categories)
    columns = (
        _column(variable, dict(zip(variable.index, chosen, strict=True)))
        for variable in parsed.variables
        for chosen in product(*(categories[level] for level in variable.index))
    )
    return list(dict.fromkeys(columns))


def _check_levels(parsed: Identity, categories: Categories) -> None:
    if set(parsed.levels) != set(categories):
        raise SchemaError(
            "the identity sums over {levels}, and there are categories of {known}",
            expected="a list of categories for every level of the sum, and no other",
            fix='categories = {{ fuel = ["coal", "oil", "gas"] }}',
            levels=", ".join(parsed.levels) or text("nothing"),
            known=", ".join(categories) or text("nothing"),
        )


def _column(variable: Variable, chosen: Mapping[str, str]) -> str:
    return "_".join([variable.name, *(chosen[level] for level in variable.index)])


def table_of(inputs: Inputs, identity: str, categories: Categories) -> pd.DataFrame:
    """Return the table that an identity is decomposed on: a row per unit, year (and category).

    The years are those that all its variables have; ``attrs`` holds the units of measure.
    """
    parsed = parse_identity(identity)
    years = common_years(inputs, columns_of(identity, categories))
    parts = []
    for chosen in product(*(categories[level] for level in parsed.levels)):
        kinds = dict(zip(parsed.levels, chosen, strict=True))
        columns = {
            variable.name: inputs.panel[_column(variable, kinds)][years].to_numpy().ravel()
            for variable in parsed.variables
        }
        rows = pd.MultiIndex.from_product([inputs.units.index, years], names=["unit", "year"])
        parts.append(pd.DataFrame(columns, index=rows).assign(**kinds).reset_index())
    table = pd.concat(parts, ignore_index=True)
    table.attrs["units"] = {
        variable.name: inputs.measure(
            _column(variable, {level: categories[level][0] for level in variable.index})
        )
        for variable in parsed.variables
    }
    return table


def common_years(inputs: Inputs, variables: Iterable[str]) -> list[int]:
    """Return the years that all of some variables have in every place."""
    known = []
    for name in variables:
        grid = inputs.panel.grid(name)
        known.append({int(str(year)) for year in grid.columns[grid.notna().all().to_numpy()]})
    return sorted(set.intersection(*known))


def stage_problems(
    inputs: Inputs, variables: Sequence[str], stages: Any, further: Iterable[int] = ()
) -> list[Text]:
    """Return what does not fit: fewer than two common years, stages in other years."""
    years = common_years(inputs, variables)
    if len(years) < 2:
        return [
            text(
                "{variables} have fewer than two complete years in common",
                variables=", ".join(variables),
            )
        ]
    pairs = stages if isinstance(stages, list) else []
    problems = [
        text("{start}–{end} is not a stage: the earlier year comes first", start=a, end=b)
        for a, b in pairs
        if a >= b
    ]
    absent = sorted({*(year for pair in pairs for year in pair), *further} - set(years))
    if absent:
        problems.append(
            text(
                "{variables} are not all complete in {years}; they are in {known}",
                variables=", ".join(variables),
                years=", ".join(map(str, absent)),
                known=", ".join(map(str, years)),
            )
        )
    return problems


def price_notes(
    inputs: Inputs, variables: Sequence[str], prices: Prices | None, *, inflated: Text | None = None
) -> list[Text]:
    """Return what must be said about prices wherever money is compared between years.

    Parameters
    ----------
    inputs : Inputs
        Of the study.
    variables : sequence of str
        Those of the analysis; the ones in money are named.
    prices : {"current", "constant"} or None
        As the study says.
    inflated : Text, optional
        What inflation does to this analysis, said at current prices.
    """
    money = [
        name
        for name in variables
        if inputs.measure(name) and "money" in parse_unit(inputs.measure(name)).dimension
    ]
    if not money:
        return []
    names = listed([inputs.variable_name(name) for name in money], len(money))
    if prices == "constant":
        return [text("At constant prices: {names}.", names=names)]
    if prices == "current":
        said = [text("At current prices: {names}.", names=names)]
        return [*said, inflated] if inflated is not None else said
    return [text("The price basis is not stated: {names}.", names=names)]


def span(start: int, end: int) -> str:
    """Return a stage as it is written: 2006–2016."""
    return f"{start}–{end}"


def field_name(key: str) -> str:
    """Return the key of a factor as the name of a field: letters, digits and ``_``.

    Examples
    --------
    >>> field_name("energy[fuel]/gdp")
    'energy_fuel_gdp'
    """
    return re.sub(r"\W+", "_", key).strip("_")
