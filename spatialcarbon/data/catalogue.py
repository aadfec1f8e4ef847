"""The tables shipped with the package: listed with their sources, loaded tidy."""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import OptionError, some
from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.core.options import check_option, suggestion
from spatialcarbon.core.shipped import shipped_bytes
from spatialcarbon.data.schema import year_ranges

ILLUSTRATIVE = text("Illustrative data: invented numbers, not observations.")
"""What stands with every result made from invented numbers."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What ``tables/catalogue.toml`` says about one table.

    Parameters
    ----------
    name, file : str
        Name of the table and of its CSV.
    title, title_zh, coverage, coverage_zh, caution, caution_zh : str
        In English and Chinese; the caution may be empty.
    source, doi, licence, sha256 : str
        Citation, DOI without resolver (may be empty), licence, hash of the file.
    columns : tuple of str
        Columns of the tidy table, in order.
    units : mapping
        Unit of measure of the columns that have one.
    rename : mapping
        Column names of the file that change.
    melt : mapping
        For each variable the pattern of the columns that hold its years.
    time : str
        What the years are called once melted.
    shift : int
        Years to add to those in the headings of the file, where these are known to be off.
    sort : tuple of str
        Columns to sort by; the order of the file without any.
    adcode_from : str
        Table that gives the adcodes by ``province_zh`` where the file has none.
    illustrative : bool
        Whether the numbers are invented; figures and reports then say so.
    """

    name: str
    file: str
    title: str
    title_zh: str
    coverage: str
    coverage_zh: str
    source: str
    doi: str
    licence: str
    caution: str
    caution_zh: str
    sha256: str
    columns: tuple[str, ...]
    units: Mapping[str, str] = field(default_factory=dict)
    rename: Mapping[str, str] = field(default_factory=dict)
    melt: Mapping[str, str] = field(default_factory=dict)
    time: str = ""
    shift: int = 0
    sort: tuple[str, ...] = ()
    adcode_from: str = ""
    illustrative: bool = False

    @property
    def citation(self) -> str:
        """Return the source with its DOI."""
        return f"{self.source}, doi {self.doi}" if self.doi else self.source


@dataclass(frozen=True)
class Caution(Text):
    """A caution of the catalogue, which holds its Chinese beside the English."""

    zh: str = ""

    def render(self, language: Language) -> str:
        """Return the caution in one language."""
        return self.zh if language == "zh" and self.zh else self.template


def caution_of(table: pd.DataFrame) -> Caution | None:
    """Return what the source of a table warns of, from its ``attrs``.

    Parameters
    ----------
    table : DataFrame
        As :func:`load_table` gives it, or with a ``caution`` of the user's own.
    """
    said = str(table.attrs.get("caution") or "")
    entry = entries().get(str(table.attrs.get("name")))
    if entry is not None and entry.caution == said:
        return Caution(said, zh=entry.caution_zh) if said else None
    return Caution(said) if said else None


@cache
def entries() -> Mapping[str, Entry]:
    """Return the catalogue by name of table, in its own order."""
    path = files("spatialcarbon.data") / "tables" / "catalogue.toml"
    listed: dict[str, dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))
    known: dict[str, Entry] = {}
    for name, facts in listed.items():
        frozen: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in facts.items()
        }
        known[name] = Entry(name=name, **frozen)
    return known


def tables(language: Language = "en") -> pd.DataFrame:
    """Which tables come with the package?

    Parameters
    ----------
    language : {"en", "zh"}
        Language of title, coverage and caution.

    Returns
    -------
    DataFrame
        One row per table: ``name, title, unit, coverage, source, licence, caution``.

    Examples
    --------
    >>> tables().set_index("name").loc["city_co2", ["title", "unit"]].tolist()
    ['CO2 of prefecture-level units', 'Mt CO2']
    """
    check_option(language, Language, "language")
    chinese = language == "zh"
    return pd.DataFrame(
        [
            {
                "name": entry.name,
                "title": entry.title_zh if chinese else entry.title,
                "unit": _units_said(entry),
                "coverage": entry.coverage_zh if chinese else entry.coverage,
                "source": entry.citation,
                "licence": entry.licence,
                "caution": entry.caution_zh if chinese else entry.caution,
            }
            for entry in entries().values()
        ]
    )


def _units_said(entry: Entry) -> str:
    distinct = list(dict.fromkeys(entry.units.values()))
    if len(distinct) < 2:
        return distinct[0] if distinct else ""
    return "; ".join(
        f"{', '.join(c for c, u in entry.units.items() if u == unit)}: {unit}" for unit in distinct
    )


def load_table(name: str, *, years: int | Iterable[int] | None = None) -> pd.DataFrame:
    """What does a shipped table say, in tidy form?

    Parameters
    ----------
    name : str
        One of :func:`tables`.
    years : int or iterable of int, optional
        Only these years, for a table with a column ``year``.

    Returns
    -------
    DataFrame
        One row per unit (and year); integer adcodes. ``attrs`` holds ``name``,
        ``title``, ``units`` (column → unit of measure), ``source``, ``licence``,
        ``caution``, which is what a careful reader should know before use, and
        ``illustrative``, which is true where the numbers are invented.

    Raises
    ------
    OptionError
        For a name or year that is not there.
    SchemaError
        For a file that was changed after installation.

    Examples
    --------
    >>> load_table("city_co2", years=2017).head(2)
       adcode  year      co2_mt
    0  110000  2017   60.086432
    1  120000  2017  150.048424
    """
    entry = _entry(name)
    frame = _tidy(_read(entry), entry)
    if years is not None:
        frame = _of_years(frame, entry, years)
    frame.attrs = {
        "name": entry.name,
        "title": entry.title,
        "units": dict(entry.units),
        "source": entry.citation,
        "licence": entry.licence,
        "caution": entry.caution,
        "illustrative": entry.illustrative,
    }
    return frame


def table_bytes(name: str) -> bytes:
    """Return the file of a shipped table as it was published, or refuse it."""
    entry = _entry(name)
    return shipped_bytes(files("spatialcarbon.data") / "tables", entry.file, entry.sha256)


def _entry(name: str) -> Entry:
    known = entries()
    if name in known:
        return known[name]
    close = suggestion(name, list(known))
    raise OptionError(
        "there is no shipped table {name!r}",
        expected="one of {names}",
        fix="load_table({close!r})" if close else "",
        name=name,
        names=", ".join(known),
        close=close,
    )


def _read(entry: Entry) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(table_bytes(entry.name)), encoding="utf-8")


def _tidy(frame: pd.DataFrame, entry: Entry) -> pd.DataFrame:
    frame = frame.rename(columns=dict(entry.rename))
    if entry.adcode_from:
        codes = load_table(entry.adcode_from).drop_duplicates("province_zh")
        frame = frame.merge(
            codes[["province_zh", "adcode"]], on="province_zh", how="left", validate="1:1"
        )
    if entry.melt:
        frame = _melt(frame, entry)
    if entry.sort:
        frame = frame.sort_values(list(entry.sort))
    return frame[list(entry.columns)].reset_index(drop=True)


def _melt(frame: pd.DataFrame, entry: Entry) -> pd.DataFrame:
    """Put the columns of the years below one another, one variable beside the other."""
    keys = [column for column in entry.columns if column not in (entry.time, *entry.melt)]
    columns: dict[int, dict[str, str]] = {}
    for variable, pattern in entry.melt.items():
        for column in frame.columns:
            if match := re.fullmatch(pattern, column):
                columns.setdefault(int(match[1]) + entry.shift, {})[variable] = column
    parts = []
    for year, of_year in columns.items():
        part = frame[keys].copy()
        part[entry.time] = year
        for variable, column in of_year.items():
            part[variable] = frame[column]
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _of_years(frame: pd.DataFrame, entry: Entry, years: int | Iterable[int]) -> pd.DataFrame:
    asked = sorted({int(years)} if isinstance(years, (int, np.integer)) else set(years))
    if "year" not in frame.columns:
        raise OptionError(
            "{name} has no column year, so years= does not apply",
            arrived="columns {columns}",
            fix="load_table({name!r})",
            name=entry.name,
            columns=some(frame.columns, 12),
        )
    present = sorted(set(frame["year"].tolist()))
    absent = [year for year in asked if year not in present]
    if absent or not asked:
        raise OptionError(
            "{name} does not cover the years {absent}",
            expected="years of {present}",
            name=entry.name,
            absent=some(absent) or "[]",
            present=year_ranges(present),
        )
    return frame[frame["year"].isin(asked)].reset_index(drop=True)
