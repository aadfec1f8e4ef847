"""The roles of columns, guessed from headers and cells; every guess says what it rests on."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypedDict

from spatialcarbon.core.language import Text, text
from spatialcarbon.data.cells import cell_number, half_width
from spatialcarbon.data.headers import (
    Quantity,
    fits,
    is_coal,
    known_measure,
    measure_of,
    quantity_of,
    variable_name,
    with_substance,
)
from spatialcarbon.data.placematch import PlaceMatch, match_places
from spatialcarbon.data.schema import (
    UNDATED,
    YEAR_NAMES,
    is_blank,
    label_text,
    parse_year,
    split_year_name,
)
from spatialcarbon.data.totals import is_total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatialcarbon.data.rawtable import RawTable

PLACE_WORDS = re.compile(
    r"城市|地区|地市|市州|省|市$|区域|单位|名称|adcode|代码|编码|city|province|region|place|name|code|unit",
    re.IGNORECASE,
)
MOST = 0.5
"""Share of a column's labels that must be known before it is taken for the places."""


class Parts(TypedDict):
    """What a guess has whatever its unit."""

    column: str
    variable: str
    samples: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Dated:
    """Where a table keeps its years."""

    year: str | int | None
    years: tuple[int, ...]
    why: Text


@dataclass(frozen=True, kw_only=True)
class Guess:
    """What a column of numbers may be; without a variable it is left out."""

    column: str
    variable: str
    measure: str
    sure: Literal["sure", "likely", "open"]
    why: Text
    samples: tuple[str, ...]
    years: tuple[int, ...] = ()


def guess_place(table: RawTable) -> tuple[str | None, PlaceMatch | None, Text]:
    """Return the column of the places, what is known of them, and why it was chosen.

    The column in which most labels are known wins, codes before names; a
    province beside a city is passed over, since cities are more.
    """
    found: list[tuple[tuple[float, ...], str, PlaceMatch]] = []
    for at, column in enumerate(map(str, table.frame.columns)):
        distinct = place_words(table.cells(column))
        if not distinct or not _may_be_places(column, distinct):
            continue
        best = best_match(distinct)
        if best.share >= MOST:
            codes = all(re.fullmatch(r"\d{6,12}", label) for label in distinct)
            count = len(set(best.codes.values()))
            found.append(((count, best.share, codes, -at), column, best))
    if found:
        _, column, match = max(found, key=lambda item: item[0])
        return column, match, text("its cells are names or codes of places")
    for column in map(str, table.frame.columns):
        if PLACE_WORDS.search(column) and not _is_year(column, table.cells(column)):
            return column, None, text("its header names a place; its cells are of no built-in map")
    for column in map(str, table.frame.columns):
        cells = [cell for cell in table.cells(column) if not is_blank(cell)]
        if cells and all(cell_number(cell) is None for cell in cells):
            return column, None, text("the first column of text")
    return None, None, Text("")


def place_words(cells: Sequence[object]) -> list[str]:
    """Return the different labels of a column, without those of totals."""
    labels = dict.fromkeys(label_text(cell) for cell in cells if not is_blank(cell))
    return [label for label in labels if not is_total(label, within=True)]


def best_match(labels: Sequence[str]) -> PlaceMatch:
    """Return the labels as cities or as provinces, whichever more of them are.

    Provinces that stand above their own cities are no unknown cities: reading leaves
    them out.
    """
    cities, provinces = match_places(labels, "city"), match_places(labels, "province")
    if (provinces.places, provinces.share) > (cities.places, cities.share):
        return provinces
    around = {code // 10000 for code in cities.codes.values()}
    unknown = {
        label: why
        for label, why in cities.unmatched.items()
        if provinces.codes.get(label, 0) // 10000 not in around
    }
    return replace(cities, unmatched=unknown)


def guess_years(table: RawTable, unit: str | None) -> Dated:
    """Return where the years are: in a column, in the headers, in a name, or nowhere."""
    others = [str(name) for name in table.frame.columns if name != unit]
    named = [name for name in others if half_width(name).lower() in YEAR_NAMES]
    seeming = [name for name in others if _is_year(name, table.cells(name))]
    for name in [*named, *seeming]:
        years = {year for cell in table.cells(name) if (year := parse_year(cell))}
        if years:
            why = (
                text("its header says year")
                if name in named
                else text("all of its cells are years")
            )
            return Dated(year=name, years=tuple(sorted(years)), why=why)
    split = [found for name in others if (found := split_year_name(name))]
    if split:
        return Dated(
            year=None,
            years=tuple(sorted({year for _, year in split})),
            why=text("years are columns"),
        )
    for name in (table.sheet or "", table.path.stem):
        hits = {int(hit) for hit in re.findall(r"(?<!\d)(?:19|20)\d{2}(?!\d)", half_width(name))}
        if len(hits) == 1:
            return Dated(year=hits.pop(), years=tuple(hits), why=text("from the name of the file"))
    return Dated(year=UNDATED, years=(), why=text("no year is given"))


def guess_variables(
    table: RawTable, unit: str | None, dated: Dated, *, by_sheet: bool = False
) -> list[Guess]:
    """Return what every column beside place and year may be.

    Parameters
    ----------
    table : RawTable
        The table, or that of the first sheet where every sheet is a year.
    unit, dated
        Where places and years are.
    by_sheet : bool
        Whether every sheet is a year.
    """
    others = [str(name) for name in table.frame.columns if name not in (unit, dated.year)]
    groups: dict[str, list[str]] = {}
    years: dict[str, list[int]] = {}
    wide = dated.year is None and not by_sheet
    if wide:
        for name in others:
            stem, year = split_year_name(name) or (name, 0)
            groups.setdefault(stem, []).append(name)
            if year:
                years.setdefault(stem, []).append(year)
    else:
        groups = {name: [name] for name in others}
    guesses: list[Guess] = []
    for position, (stem, columns) in enumerate(groups.items(), start=1):
        cells = [cell for name in columns for cell in table.cells(name)]
        taken = [guess.variable for guess in guesses]
        written = next((table.measures[name] for name in columns if name in table.measures), "")
        guess = _guess(stem, cells, taken, position, table, written)
        if wide and stem not in years:
            guess = _left(stem, cells, text("has no year in its header"))
        guesses.append(Guess(**{**guess.__dict__, "years": tuple(sorted(years.get(stem, ())))}))
    return guesses


def samples_of(cells: Sequence[object], count: int = 3) -> tuple[str, ...]:
    """Return the first different cells that hold something, as text."""
    shown = dict.fromkeys(label_text(cell) for cell in cells if not is_blank(cell))
    return tuple(list(shown)[:count])


def _guess(
    header: str,
    cells: Sequence[object],
    taken: list[str],
    position: int,
    table: RawTable,
    written: str,
) -> Guess:
    numbers = [number for number in map(cell_number, cells) if number is not None]
    known = [number for number in numbers if not math.isnan(number)]
    if not known or len(known) < len([c for c in cells if not is_blank(c)]) / 2:
        return _left(header, cells, text("holds text, not numbers"))
    said = header or table.sheet or table.path.stem
    quantity = quantity_of(said)
    if quantity is None and not header:
        quantity = quantity_of(table.path.stem)
    measure = known_measure(written) or measure_of(said)
    if measure and quantity and not fits(measure, quantity):
        measure = None
    if quantity is None and measure is None and header:
        return _left(header, cells, text("neither the quantity nor its unit is recognised"))
    name = quantity.variable if quantity else ""
    if not name or name in taken:
        name = variable_name(name or header, taken, position) if header or name else "value"
    if measure is None and name == "population":
        return _counted(header, name, known, samples_of(cells))
    return _measured(header, name, measure, quantity, samples_of(cells), written)


def guess_column(header: str, name: str, shown: tuple[str, ...]) -> Guess:
    """Return a column as the variable that somebody says it is, with its unit guessed."""
    quantity = quantity_of(header) or quantity_of(name)
    return _measured(header, name, measure_of(header), quantity, shown)


def _counted(header: str, name: str, numbers: list[float], shown: tuple[str, ...]) -> Guess:
    """Return a population without a unit: its size tells persons from ten thousands of them."""
    middle = sorted(numbers)[len(numbers) // 2]
    measure = "人" if middle > 2e5 else "万人" if 10 < middle < 2e4 else ""
    why = text("the header gives no unit; the size of the numbers suggests this one")
    if not measure:
        why = text("the header gives no unit")
    return Guess(column=header, variable=name, measure=measure, sure="open", why=why, samples=shown)


def _measured(
    header: str,
    name: str,
    measure: str | None,
    quantity: Quantity | None,
    shown: tuple[str, ...],
    written: str = "",
) -> Guess:
    """Return a variable with its unit: read from the header, open, or half of it open."""
    parts: Parts = {"column": header, "variable": name, "samples": shown}
    if measure is None:
        return Guess(**parts, measure="", sure="open", why=text("the header gives no unit"))
    if is_coal(header) or is_coal(written):
        why = text("standard coal, counted as a mass: no tonnes of CO2")
        return Guess(**parts, measure=measure, sure="likely", why=why)
    if quantity is not None and quantity.variable.partition("_")[0] in ("co2", "sink"):
        full, said = with_substance(measure, f"{header} {written}")
        if not said:
            why = text(
                "the header does not say whether CO2 or carbon was weighed (a factor of 44/12)"
            )
            return Guess(**parts, measure=full, sure="open", why=why)
        measure = full
    return Guess(**parts, measure=measure, sure="likely", why=text("unit read from the header"))


def _left(header: str, cells: Sequence[object], why: Text) -> Guess:
    return Guess(
        column=header, variable="", measure="", sure="likely", why=why, samples=samples_of(cells)
    )


def _is_year(header: str, cells: Sequence[object]) -> bool:
    filled = [cell for cell in cells if not is_blank(cell)]
    quantity = quantity_of(header)
    return quantity is None and bool(filled) and all(parse_year(cell) for cell in filled)


def _may_be_places(header: str, labels: Sequence[str]) -> bool:
    """Say whether labels are worth looking up: text, or codes of six digits and more."""
    if split_year_name(header) or quantity_of(header):
        return False
    some = labels[:50]
    good = [label for label in some if re.fullmatch(r"\d{6}(0{6})?", label) or not _number(label)]
    return len(good) * 2 >= len(some)


def _number(label: str) -> bool:
    return cell_number(label) is not None
