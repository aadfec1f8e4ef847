"""A proposal corrected by somebody who knows the table."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from spatialcarbon.core.errors import OptionError
from spatialcarbon.core.language import Text, text
from spatialcarbon.data.guessing import Dated, best_match, guess_column, place_words, samples_of
from spatialcarbon.data.proposal import ColumnProposal, TableProposal
from spatialcarbon.data.readers import read_table
from spatialcarbon.data.schema import find_column, parse_year

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatialcarbon.data.placematch import PlaceMatch
    from spatialcarbon.data.rawtable import RawTable

PLACE, YEAR, LEFT = "place", "year", "-"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def reassigned(proposal: TableProposal, roles: Mapping[str, str]) -> TableProposal:
    """Return a proposal in which some columns are taken for what the caller says.

    Parameters
    ----------
    proposal : TableProposal
        From :func:`spatialcarbon.propose_columns`.
    roles : mapping
        Header → ``"place"``, ``"year"``, ``"-"`` to leave it out, or the name of a variable.

    Raises
    ------
    SchemaError
        For a header that the table lacks.
    OptionError
        For a name that cannot be one of a variable.
    """
    table = read_table(proposal.path, sheet=proposal.sheet)
    said = {part.column: part for part in proposal.columns}
    unit, places = proposal.unit, proposal.places
    dated = Dated(year=proposal.year, years=proposal.years, why=Text(""))
    for asked, role in roles.items():
        header = asked if asked in said else find_column(asked, table.frame.columns, table.place)
        if role == PLACE:
            said = _left(said, unit)
            unit, places = header, _matched(table, header)
        elif role == YEAR:
            said = _left(said, dated.year if isinstance(dated.year, str) else None)
            years = {year for cell in table.cells(header) if (year := parse_year(cell))}
            dated = Dated(year=header, years=tuple(sorted(years)), why=Text(""))
        elif role != LEFT and not _NAME.fullmatch(role):
            raise OptionError(
                "{role!r} is not a name that a variable can have",
                expected="letters, digits and _, a letter first; or place, year, -",
                role=role,
            )
        said[header] = _as_told(table, header, role, said.get(header))
    return replace(
        proposal,
        columns=tuple(said.values()),
        unit=unit,
        places=places,
        year=dated.year,
        years=dated.years,
    )


def _as_told(
    table: RawTable, header: str, role: str, before: ColumnProposal | None
) -> ColumnProposal:
    told = text("as you said")
    if role in (PLACE, YEAR):
        samples = samples_of(table.cells(header))
        return ColumnProposal(
            column=header, role="place" if role == PLACE else "year", why=told, samples=samples
        )
    years = before.years if before else ()
    shown = before.samples if before else samples_of(table.cells(header))
    if role == LEFT:
        return ColumnProposal(column=header, role="left out", why=told, samples=shown, years=years)
    guess = guess_column(header, role, shown)
    return ColumnProposal(
        column=header,
        role="variable",
        variable=role,
        measure=guess.measure,
        sure=guess.sure,
        why=guess.why,
        samples=shown,
        years=years,
    )


def _left(said: Mapping[str, ColumnProposal], header: str | None) -> dict[str, ColumnProposal]:
    parts = dict(said)
    if header is not None and header in parts:
        parts[header] = replace(parts[header], role="left out", why=text("as you said"))
    return parts


def _matched(table: RawTable, header: str) -> PlaceMatch | None:
    best = best_match(place_words(table.cells(header)))
    return best if best.codes else None
