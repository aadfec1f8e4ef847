"""A study file made from answers: what stands in it, and its text in either language."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from spatialcarbon.core.language import Language, Text
from spatialcarbon.studies import schema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

UNKNOWN = "1"
"""Stands for a unit of measure nobody has given yet, while only places and years are looked at."""


@dataclass(frozen=True, kw_only=True)
class DraftVariable:
    """A variable of a table, its unit of measure confirmed or still a guess.

    Parameters
    ----------
    name, column : str
        In the study file, and in the table.
    measure : str
        Unit of measure; empty where not even a guess is known.
    confirmed : bool
        Whether somebody said that the unit is right.
    why : Text
        What a guess rests on.
    title : str
        Name shown, for a variable without a customary one.
    """

    name: str
    column: str
    measure: str
    confirmed: bool
    why: Text = field(default_factory=lambda: Text(""))
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class DraftTable:
    """A table of the study: where it is, and which of its columns are what."""

    name: str
    source: str
    variables: tuple[DraftVariable, ...]
    unit: str | None = None
    level: Literal["city", "province"] | None = None
    year: str | int | None = None
    sheet: str | None = None

    def section(self) -> schema.TableSection:
        """Return the table as a section of a study file, guesses taken for granted."""
        return schema.TableSection(
            source=self.source,
            unit=self.unit,
            year=self.year,
            level=self.level,
            sheet=self.sheet,
            variables={
                part.name: schema.VariableSection(
                    column=part.column or None, measure=part.measure or UNKNOWN
                )
                for part in self.variables
            },
        )


@dataclass(frozen=True, kw_only=True)
class Draft:
    """All that a study file says.

    Parameters
    ----------
    title, language : str
        Of the report.
    units : UnitsSection
        The map.
    tables : tuple of DraftTable
        The data.
    ratios : mapping
        Name → numerator, denominator, measure.
    analyses : sequence of mapping
        Method and settings.
    weights : mapping
        Type and settings of the one weights section.
    left_out : tuple of str
        Names of places that lack data and are left out of the map.
    directory : str
        Folder of results.
    """

    title: str
    language: Language
    units: schema.UnitsSection
    tables: tuple[DraftTable, ...]
    ratios: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    analyses: Sequence[Mapping[str, Any]] = ()
    weights: Mapping[str, Any] = field(default_factory=lambda: {"type": "contiguity"})
    left_out: tuple[str, ...] = ()
    directory: str = "results"

    @property
    def open_variables(self) -> list[DraftVariable]:
        """Return the variables whose unit of measure nobody confirmed."""
        return [part for table in self.tables for part in table.variables if not part.confirmed]

    def text(self, file: str) -> str:
        """Return the study file with its comments, in the language of the study.

        Parameters
        ----------
        file : str
            Its name, for the commands in its first lines.
        """
        from importlib.resources import files

        from jinja2 import Environment, StrictUndefined

        folder = files("spatialcarbon.studies") / "templates"
        source = (folder / f"draft.{self.language}.toml.j2").read_text(encoding="utf-8")
        environment = Environment(
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,
        )
        environment.filters["toml"] = toml
        environment.filters["line"] = _one_line
        environment.filters["said"] = lambda words: words.render(self.language)
        rendered = environment.from_string(source).render(draft=self, file=file, comment=_comment)
        return "\n".join(line.rstrip() for line in rendered.splitlines()) + "\n"


def toml(value: object) -> str:
    """Return a value as TOML writes it.

    Examples
    --------
    >>> toml("碳排放"), toml([2005, 2017]), toml(True), toml([[2005, 2017]])
    ('"碳排放"', '[2005, 2017]', 'true', '[[2005, 2017]]')
    """
    return json.dumps(value, ensure_ascii=False)


def _one_line(words: object) -> str:
    return " ".join(str(words).split())


def _comment(setting: str, words: str) -> str:
    """Return a setting with a comment beside it, comments of a section below one another."""
    from unicodedata import east_asian_width

    width = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in setting)
    return f"{setting}{' ' * max(31 - width, 2)}# {words}"


def confirmed(table: DraftTable, measures: Mapping[str, str]) -> DraftTable:
    """Return a table with the units of measure that somebody confirmed."""
    return replace(
        table,
        variables=tuple(
            replace(part, measure=measures[part.name], confirmed=True)
            if part.name in measures
            else part
            for part in table.variables
        ),
    )
