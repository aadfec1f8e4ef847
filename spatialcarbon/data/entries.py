"""From the rows of a table to the entries of a panel: places, years, numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spatialcarbon.core.language import Text, text
from spatialcarbon.data.labels import match_labels, place_labels
from spatialcarbon.data.layout import Numbers, lay_out
from spatialcarbon.data.schema import find_column, label_text, plain_labels
from spatialcarbon.data.textfile import DELIMITERS
from spatialcarbon.data.totals import find_provinces, find_totals, remark_on

if TYPE_CHECKING:
    from spatialcarbon.data.gazetteer import Level
    from spatialcarbon.data.names import Dissolved
    from spatialcarbon.data.rawtable import RawTable


@dataclass(frozen=True, kw_only=True)
class Entries:
    """What a panel takes from one table: one entry for each row and year.

    Parameters
    ----------
    place : str
        What to call the table.
    labels, years, rows : list
        Unit and year of each entry, and what to call its cell.
    columns : dict
        For each variable its numbers, one per entry.
    remarks : list of Text
        How the table was read.
    """

    place: str
    labels: list[int | str]
    years: list[int]
    columns: dict[str, Numbers]
    rows: list[Text]
    remarks: list[Text]


def entries_of(
    table: RawTable,
    unit: str,
    year: str | int | None,
    values: str | Sequence[str] | None,
    level: Level | None,
    dissolved: Dissolved,
) -> Entries:
    """Return the entries of a table; see :func:`spatialcarbon.read_panel` for the arguments."""
    unit = find_column(unit, table.frame.columns, table.place)
    labels, cleaned = place_labels(table, unit)
    apart = find_totals(table, unit, labels, within=level is not None)
    rest = [i for i in range(len(labels)) if i not in {one.record for one in apart}]
    if level == "city":
        provinces = find_provinces(labels, rest)
        apart = sorted([*apart, *provinces], key=lambda one: one.record)
        rest = [i for i in rest if i not in {one.record for one in provinces}]
    units: dict[int, int | str] = {i: labels[i] for i in rest}
    remarks = [*_how_read(table), *table.remarks, *cleaned]
    if level is not None:
        codes, said = match_labels(table, unit, labels, rest, level, dissolved)
        units = dict(codes)
        remarks.append(said)
    elif apart:
        # Beside a row of a total codes were taken for text.
        units = dict(zip(rest, plain_labels([labels[i] for i in rest]), strict=True))
    layout = lay_out(table, unit, year, values)
    remarks += [*remark_on(table, unit, layout, apart), *layout.remarks]
    layout = layout.only(frozenset(rest))
    cells = table.cells(unit)
    named = {
        i: text("{cell} ({name})", cell=table.where(i, unit), name=label_text(cells[i]))
        for i in rest
    }
    return Entries(
        place=table.place,
        labels=[units[i] for i in layout.records],
        years=layout.years,
        columns=layout.columns,
        rows=[named[i] for i in layout.records],
        remarks=remarks,
    )


def _how_read(table: RawTable) -> list[Text]:
    count = len(table.rows)
    if table.delimiter:
        return [
            text(
                "{place}: {n} rows of {encoding} text separated by {delimiter}",
                place=table.place,
                n=count,
                encoding=table.encoding,
                delimiter=DELIMITERS[table.delimiter],
            )
        ]
    if table.encoding:
        return [
            text(
                "{place}: {n} rows, text in {encoding}",
                place=table.place,
                n=count,
                encoding=table.encoding,
            )
        ]
    return [text("{place}: {n} rows", place=table.place, n=count)]
