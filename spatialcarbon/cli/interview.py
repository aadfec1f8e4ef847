"""What init has to know, step by step: seen in the files, taken from flags, or asked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from spatialcarbon.cli.asking import Dialogue, show_proposal
from spatialcarbon.core.errors import OptionError, SchemaError, SpatialCarbonError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import suggestion
from spatialcarbon.core.units import parse_unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spatialcarbon.data.proposal import TableProposal
    from spatialcarbon.studies.draft import DraftTable, DraftVariable

Level = Literal["city", "province"]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What was said by flags, before any question.

    Parameters
    ----------
    files : tuple of Path
        Tables.
    level, clusters, years, sheet, map, key, label, title : str or None
        As the flags say.
    columns, measures : mapping
        Variable, ``place`` or ``year`` → header; variable → unit of measure.
    only_with_data : bool
        Leave places without data out of the map.
    """

    files: tuple[Path, ...] = ()
    level: Level | None = None
    clusters: str | None = None
    years: str | None = None
    sheet: str | None = None
    map: Path | None = None
    key: str | None = None
    label: str | None = None
    title: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    measures: Mapping[str, str] = field(default_factory=dict)
    only_with_data: bool = False

    @property
    def nothing(self) -> bool:
        """Say whether no flag was given."""
        return self == Told()


def proposals(told: Told, talk: Dialogue) -> list[TableProposal]:
    """Return what every table seems to hold: those named by flags, else asked for one by one."""
    found = [_proposed(path, told, talk) for path in told.files]
    _refuse_lost_headers(told, found)
    if not talk.active or told.files:
        return found
    question = text("Your table (CSV, Excel, ...; Enter for the data that ship)")
    while True:
        answer = talk.ask(question, lambda said: _maybe(said, told, talk))
        if answer is None:
            return found
        found.append(answer)
        question = text("Another table (Enter if that is all)")


def _refuse_lost_headers(told: Told, found: Sequence[TableProposal]) -> None:
    """Raise if ``--column`` names a header that no table has."""
    headers = [part.column for proposal in found for part in proposal.columns]
    lost = [header for header in told.columns.values() if header not in headers]
    if lost and found:
        raise SchemaError(
            "no table has a column {header!r}",
            arrived="columns {columns}",
            fix="{close!r}" if suggestion(lost[0], headers) else "",
            header=lost[0],
            columns=some(headers, 12),
            close=suggestion(lost[0], headers),
        )


def _maybe(answer: str, told: Told, talk: Dialogue) -> TableProposal | None:
    path = answer.strip("\"' ")
    return _proposed(Path(path).expanduser(), told, talk) if path else None


def _proposed(path: Path, told: Told, talk: Dialogue) -> TableProposal:
    from spatialcarbon.data.proposal import propose_columns
    from spatialcarbon.data.reassign import reassigned
    from spatialcarbon.data.sheets import WITH_SHEETS, are_years, sheets_of

    sheet = told.sheet if path.suffix.lower() in WITH_SHEETS else None
    try:
        proposal = propose_columns(path, sheet=sheet)
    except SchemaError as error:
        names = sheets_of(path) if "first" in error.params else []
        if sheet is None and are_years(names):
            sheet = "*"
        elif not talk.active or sheet is not None or len(names) < 2:
            raise
        else:
            question = text(
                "{path} holds several sheets: {names}. Which one",
                path=path.name,
                names=some(names, 12),
            )
            sheet = talk.ask(question, lambda said: _choice(said, names), default=names[0])
        proposal = propose_columns(path, sheet=sheet)
    headers = {part.column for part in proposal.columns}
    roles = {header: role for role, header in told.columns.items() if header in headers}
    if roles:
        proposal = reassigned(proposal, roles)
    talk.tell(Text(proposal.path.name), bold=True)
    if talk.active:
        show_proposal(proposal, talk.language, own_map=told.map is not None)
    else:
        _tell_places(proposal, told, talk)
    if talk.active and not talk.agree(text("Is that right")):
        proposal = _corrected(proposal, told, talk)
    if talk.active:
        _read_until_right(proposal, talk)
    if not proposal.variables:
        raise SchemaError(
            "{path}: no column is taken for a variable",
            arrived="columns {columns}",
            fix='--column co2="header of the column"',
            path=path.name,
            columns=some((part.shown for part in proposal.columns), 12),
        )
    return proposal


def _read_until_right(proposal: TableProposal, talk: Dialogue) -> None:
    """Read numbers and places at once: a cell to correct comes before more questions."""
    from spatialcarbon.studies.drafting import table_from
    from spatialcarbon.studies.inputs import table_panel

    while proposal.variables and proposal.unit is not None:
        section = table_from(proposal, "data", str(proposal.path), ()).section()
        try:
            table_panel("data", section, Path)
        except SpatialCarbonError as error:
            talk.complain(error)
            talk.ask(text("Correct the table, save it, and press Enter to read it again"), str)
            continue
        return


def _tell_places(proposal: TableProposal, told: Told, talk: Dialogue) -> None:
    for said in proposal.remarks(own_map=told.map is not None):
        talk.tell(text("  {said}", said=said))


def _corrected(proposal: TableProposal, told: Told, talk: Dialogue) -> TableProposal:
    from spatialcarbon.data.reassign import reassigned

    talk.tell(
        text(
            "For each column: place, year, the name of a "
            "variable (co2, gdp, population, ...), or - to leave it out."
        )
    )
    for part in proposal.columns:
        now = part.variable or {"left out": "-"}.get(part.role, part.role)
        proposal = talk.ask(
            Text(part.shown),
            lambda said, part=part, now=now, proposal=proposal: (  # type: ignore[misc]
                proposal if said == now else reassigned(proposal, {part.column: said})
            ),
            default=now,
        )
    show_proposal(proposal, talk.language, own_map=told.map is not None)
    return proposal


def measures(tables: Sequence[DraftTable], told: Told, talk: Dialogue) -> dict[str, str]:
    """Return the units of measure that flags or answers confirm; nothing is assumed."""
    parts = {part.name: part for table in tables for part in table.variables}
    unknown = [name for name in told.measures if name not in parts]
    if unknown:
        raise OptionError(
            "--measure names {unknown}, which is no variable of the tables",
            expected="one of {known}",
            fix="--measure {close}=..." if suggestion(unknown[0], list(parts)) else "",
            unknown=some(unknown),
            known=", ".join(parts),
            close=suggestion(unknown[0], list(parts)),
        )
    said = {name: checked_measure(measure, parts[name]) for name, measure in told.measures.items()}
    if talk.active:
        for name, part in parts.items():
            if name not in said and not part.confirmed:
                answer = _ask_measure(part, talk)
                said |= {name: answer} if answer else {}
    return said


def _ask_measure(part: DraftVariable, talk: Dialogue) -> str:
    shown = part.column or part.name
    if part.measure and not _substance_open(part):
        question = text("{column}: unit of measure (Enter if right)", column=shown)
        return talk.ask(question, lambda said: checked_measure(said, part), default=part.measure)
    if part.measure:
        bare = part.measure.replace(" CO2", "")
        question = text(
            "{column}: CO2 or C (carbon)? They differ by 44/12 (Enter: decide later)", column=shown
        )
        return talk.ask(question, lambda said: _with(said, bare, part))
    question = text(
        "{column}: unit of measure, such as 万吨 CO2, 亿元, 万人 (Enter: later)", column=shown
    )
    return talk.ask(question, lambda said: checked_measure(said, part) if said else "")


def _with(answer: str, bare: str, part: DraftVariable) -> str:
    if not answer:
        return ""
    substance = {"co2": "CO2", "二氧化碳": "CO2", "c": "C", "碳": "C"}.get(answer.lower())
    top, slash, bottom = bare.partition("/")
    return checked_measure(f"{top} {substance}{slash}{bottom}" if substance else answer, part)


def _substance_open(part: DraftVariable) -> bool:
    return (
        part.name.partition("_")[0] in ("co2", "sink")
        and bool(part.why.template)
        and ("CO2 or carbon" in part.why.template)
    )


def checked_measure(measure: str, part: DraftVariable) -> str:
    """Return a unit of measure, refused if unknown or if it weighs neither CO2 nor carbon.

    Raises
    ------
    UnitMismatchError
        For a unit that is not known.
    OptionError
        For a mass of emissions without a substance.
    """
    unit = parse_unit(measure)
    emits = part.name.partition("_")[0] in ("co2", "sink")
    if emits and unit.dimension.startswith("mass") and not unit.substance:
        top, slash, bottom = measure.partition("/")
        raise OptionError(
            "{measure} does not say whether CO2 or carbon was weighed, a factor of 44/12",
            expected="{co2} or {carbon}",
            fix='--measure {name}="{co2}"',
            measure=measure,
            name=part.name,
            co2=f"{top} CO2{slash}{bottom}",
            carbon=f"{top} C{slash}{bottom}",
        )
    return measure


def parsed_years(words: str) -> list[int] | None:
    """Return the years that ``2005-2017``, ``2005,2010`` or nothing names.

    Examples
    --------
    >>> parsed_years("2005-2007, 2010"), parsed_years("")
    ([2005, 2006, 2007, 2010], None)
    """
    years: set[int] = set()
    for piece in filter(None, re.split(r"[,，;；\s]+", words)):
        match = re.fullmatch(r"(\d{4})(?:[-–—~至](\d{4}))?", piece)
        if match is None or (match[2] and int(match[2]) < int(match[1])):
            raise OptionError(
                "{piece!r} names no years", expected="2005-2017, or 2005,2010,2017", piece=piece
            )
        years |= set(range(int(match[1]), int(match[2] or match[1]) + 1))
    return sorted(years) or None


def _choice(answer: str, names: Sequence[str]) -> str:
    if answer not in names:
        raise OptionError(
            "{answer!r} is not among them",
            expected="one of {names}",
            answer=answer,
            names=some(names, 12),
        )
    return answer
