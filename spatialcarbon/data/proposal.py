"""What the columns of a user's table seem to be: place, year, variables, and the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from spatialcarbon.core.card import card
from spatialcarbon.core.errors import some
from spatialcarbon.core.language import Language, Text, detect_language, text
from spatialcarbon.data.guessing import (
    Dated,
    guess_place,
    guess_variables,
    guess_years,
    samples_of,
)
from spatialcarbon.data.readers import read_table
from spatialcarbon.data.schema import year_ranges
from spatialcarbon.data.workbook import year_sheets

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from spatialcarbon.data.gazetteer import Level
    from spatialcarbon.data.placematch import PlaceMatch

Role = Literal["place", "year", "variable", "left out"]
Sure = Literal["sure", "likely", "open"]

ROLES = {
    "place": text("place"),
    "year": text("year"),
    "variable": text("variable"),
    "left out": text("left out"),
}
SURE = {"sure": text("sure"), "likely": text("likely"), "open": text("open: please say")}


@dataclass(frozen=True, kw_only=True)
class ColumnProposal:
    """What one column seems to be.

    Parameters
    ----------
    column : str
        Its header; for columns such as ``co2_2005``, ``co2_2006``, ... what they share.
    role : {"place", "year", "variable", "left out"}
        What it is taken for.
    variable : str
        Name proposed for a variable.
    measure : str
        Unit of measure guessed from the header, or empty. It is a guess until
        somebody who knows the table confirms it.
    sure : {"sure", "likely", "open"}
        ``open``: a unit of measure that the header does not give, or a mass of
        which it does not say whether carbon or CO2 was weighed.
    why : Text
        What the proposal rests on.
    samples : tuple of str
        The first cells that hold something.
    years : tuple of int
        Years that stand in the column names.
    """

    column: str
    role: Role
    variable: str = ""
    measure: str = ""
    sure: Sure = "sure"
    why: Text = field(default_factory=lambda: Text(""))
    samples: tuple[str, ...] = ()
    years: tuple[int, ...] = ()

    @property
    def shown(self) -> str:
        """Return the header as a reader sees it, with the years that are columns."""
        span = f"{self.years[0]} … {self.years[-1]}" if self.years else ""
        return f"{self.column} {span}".strip()


@dataclass(frozen=True, kw_only=True, eq=False)
class TableProposal:
    r"""How a user's table could be read.

    Parameters
    ----------
    path : Path
        The file.
    sheet : str or None
        Its sheet.
    columns : tuple of ColumnProposal
        One for each column, or for each variable whose years are columns.
    places : PlaceMatch or None
        The labels of the place column beside the gazetteer; ``None`` where no
        column holds known places.
    unit : str or None
        The column of the place.
    year : str, int or None
        The column of the year, the year of the whole table, 0 if it has none,
        or ``None`` when years are columns.
    years : tuple of int
        The years the table covers.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "co2.csv")
    ...     _ = file.write_text("city,year,CO2 (Mt)\n成都,2020,50\n不明市,2020,18\n", "utf-8")
    ...     proposal = propose_columns(file)
    >>> proposal.unit, proposal.year, proposal.years, proposal.level
    ('city', 'year', (2020,), 'city')
    >>> proposal.to_frame()[["column", "role", "measure"]].values.tolist()
    [['city', 'place', ''], ['year', 'year', ''], ['CO2 (Mt)', 'variable', 'Mt CO2']]
    >>> [part.variable for part in proposal.variables]
    ['co2']
    >>> proposal.summary().splitlines()[0], len(proposal.remarks())
    ('places matched to the map: 1 of 2 (column city)', 3)
    """

    path: Path
    sheet: str | None
    columns: tuple[ColumnProposal, ...]
    places: PlaceMatch | None
    unit: str | None
    year: str | int | None
    years: tuple[int, ...]

    @property
    def level(self) -> Level | None:
        """Return whether the places are cities or provinces, as far as they are known."""
        return self.places.level if self.places else None

    @property
    def variables(self) -> tuple[ColumnProposal, ...]:
        """Return the columns taken for variables."""
        return tuple(part for part in self.columns if part.role == "variable")

    def to_frame(self, language: Language = "en") -> pd.DataFrame:
        """Return one row per column: role, variable, unit of measure, how sure, why, samples.

        Parameters
        ----------
        language : {"en", "zh"}
            Of the column ``why``.
        """
        rows = [
            {
                "column": part.shown,
                "role": part.role,
                "variable": part.variable,
                "measure": part.measure,
                "sure": part.sure,
                "why": part.why.render(language),
                "samples": ", ".join(part.samples),
            }
            for part in self.columns
        ]
        return pd.DataFrame(rows)

    def summary(self, language: Language = "en") -> str:
        """Return in a few lines how many places are known, and which are not."""
        return "\n".join(said.render(language) for said in self.remarks())

    def remarks(self, *, own_map: bool = False) -> list[Text]:
        """Return what there is to know of places and years; an own map has labels of its own."""
        if self.places is None:
            unknown = text("no column holds names or codes of Chinese cities or provinces")
            said = [] if own_map else [unknown]
        else:
            said = [
                text(
                    "places matched to the map: {n} of {total} (column {column})",
                    n=self.places.places,
                    total=self.places.places + len(self.places.unmatched),
                    column=self.unit,
                )
            ]
            said += [text("not matched: {why}", why=why) for why in self.places.unmatched.values()]
            if self.places.renamed:
                said.append(
                    text(
                        "named as before a change of "
                        "boundaries or names, taken as today's: {names}",
                        names=some(self.places.renamed),
                    )
                )
        if any(self.years):
            said.append(text("years: {years}", years=year_ranges(self.years)))
        return said

    def __repr__(self) -> str:
        count = len(self.variables)
        return f"<TableProposal: {self.path.name}, place {self.unit!r}, {count} variables>"

    def _repr_html_(self) -> str:
        frame = self.to_frame(detect_language())
        return card(text("Proposed columns"), frame=frame, remarks=self.remarks())


def propose_columns(path: str | os.PathLike[str], *, sheet: str | None = None) -> TableProposal:
    r"""What do the columns of a table seem to be, and in which units of measure?

    Use it before writing a study file or calling :func:`spatialcarbon.read_panel`.
    Nothing is assumed silently: units of measure are guesses from the headers,
    to be confirmed by somebody who knows the table.

    Parameters
    ----------
    path : str or Path
        A file that :func:`spatialcarbon.data.readers.read_table` reads.
    sheet : str, optional
        Sheet of a workbook; needed when several hold something. ``"*"`` for all of
        them where each is named by its year.

    Returns
    -------
    TableProposal
        ``to_frame()`` gives a row per column, ``summary()`` how many places are
        known and which are not.

    Raises
    ------
    SchemaError
        A file that is absent, damaged or no table.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "co2.csv")
    ...     _ = file.write_text(
    ...         "城市,年份,碳排放（万吨）\n成都,2020,5000\n绵阳市,2020,1800\n", "utf-8"
    ...     )
    ...     proposal = propose_columns(file)
    >>> for part in proposal.columns:
    ...     print(part.column, part.role, part.variable, part.measure, part.sure)
    城市 place   sure
    年份 year   sure
    碳排放（万吨） variable co2 万吨 CO2 open
    >>> print(proposal.summary())
    places matched to the map: 2 of 2 (column 城市)
    years: 2020
    """
    file = Path(path)
    sheets = year_sheets(file) if sheet == "*" else {}
    table = read_table(path, sheet=next(iter(sheets)) if sheets else sheet)
    unit, places, place_why = guess_place(table)
    dated = guess_years(table, unit)
    if sheets:
        years = tuple(sorted(sheets.values()))
        dated = Dated(year=None, years=years, why=text("every sheet is a year"))
    found = guess_variables(table, unit, dated, by_sheet=bool(sheets))
    columns: list[ColumnProposal] = []
    if unit is not None:
        columns.append(_key(table, unit, "place", place_why))
    if isinstance(dated.year, str):
        columns.append(_key(table, dated.year, "year", dated.why))
    columns += [
        ColumnProposal(
            column=guess.column,
            role="variable" if guess.variable else "left out",
            variable=guess.variable,
            measure=guess.measure,
            sure=guess.sure,
            why=guess.why,
            samples=guess.samples,
            years=guess.years,
        )
        for guess in found
    ]
    order = {str(name): at for at, name in enumerate(table.frame.columns)}
    columns.sort(key=lambda part: order.get(part.column, len(order)))
    return TableProposal(
        path=file,
        sheet=sheet,
        columns=tuple(columns),
        places=places,
        unit=unit,
        year=dated.year,
        years=dated.years,
    )


def _key(table: Any, column: str, role: Role, why: Text) -> ColumnProposal:
    cells: Sequence[object] = table.cells(column)
    return ColumnProposal(column=column, role=role, why=why, samples=samples_of(cells))
