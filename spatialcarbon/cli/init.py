"""init: a study file from the user's own tables, by questions or by flags."""

from __future__ import annotations

import json
import os
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spatialcarbon.cli.asking import Dialogue, on_terminal
from spatialcarbon.cli.interview import Told, measures, parsed_years, proposals
from spatialcarbon.cli.shared import (
    chosen_language,
    common_options,
    emit_json,
    given_words,
    json_option,
    note,
    say,
)
from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.language import Language, Text, text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spatialcarbon.studies.draft import Draft
    from spatialcarbon.studies.drafting import Covered

PATH = click.Path(path_type=Path)


def _pairs(
    _context: click.Context, option: click.Parameter, given: Sequence[str]
) -> dict[str, str]:
    """Read NAME=VALUE, several of them."""
    found = {}
    for words in given:
        name, equals, value = words.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise click.BadParameter(
                say("NAME=VALUE is expected, not {words!r}", words=words), param=option
            )
        found[name.strip()] = value.strip()
    return found


@click.command(
    "init", help=say("Write a commented study file, from your own tables if you name them.")
)
@click.argument("tables", nargs=-1, type=PATH)
@click.option("--out", type=PATH, default=Path("study.toml"), show_default=True, help=say("File."))
@click.option("--title", help=say("Title of the report."))
@click.option(
    "--level",
    type=click.Choice(["city", "province"]),
    help=say("What the places are; seen from the tables."),
)
@click.option(
    "--clusters",
    metavar="CODES",
    help=say("plan, all, codes such as YRD,PRD, or a CSV of your own."),
)
@click.option(
    "--years",
    metavar="YEARS",
    help=say("Such as 2005-2017 or 2005,2010,2017; all there are if left out."),
)
@click.option("--sheet", help=say("Sheet of a workbook."))
@click.option(
    "--column",
    "columns",
    metavar="NAME=HEADER",
    multiple=True,
    callback=_pairs,
    help=say("What a column is: place=城市, year=年份, co2=碳排放. Repeat it."),
)
@click.option(
    "--measure",
    "measured",
    metavar="NAME=UNIT",
    multiple=True,
    callback=_pairs,
    help=say('Confirm a unit of measure: co2="万吨 CO2". Repeat it.'),
)
@click.option(
    "--map",
    "map_file",
    type=PATH,
    help=say("Map of your own; the built-in boundaries if left out."),
)
@click.option("--key", help=say("Column of the map that holds the labels of the places."))
@click.option("--label", help=say("Column of the map that holds the names to show."))
@click.option(
    "--only-with-data", is_flag=True, help=say("Leave places without data out of the map.")
)
@click.option("--schema", type=PATH, help=say("Also write a JSON Schema for editors."))
@click.option("--overwrite", is_flag=True, help=say("Replace an existing file."))
@json_option
@common_options
def init_command(
    tables: tuple[Path, ...],
    out: Path,
    title: str | None,
    level: Any,
    clusters: str | None,
    years: str | None,
    sheet: str | None,
    columns: Mapping[str, str],
    measured: Mapping[str, str],
    map_file: Path | None,
    key: str | None,
    label: str | None,
    only_with_data: bool,
    schema: Path | None,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Write a study file."""
    told = Told(
        files=tables, title=title, level=level, clusters=clusters, years=years, sheet=sheet,
        columns=columns, measures=measured, map=map_file, key=key, label=label,
        only_with_data=only_with_data,
    )  # fmt: skip
    for path in filter(None, (out, schema)):
        _refuse_existing(path, overwrite)
    language = chosen_language()
    asking = on_terminal() and not as_json
    if told.nothing and not asking:
        template = files("spatialcarbon.studies") / "templates" / f"study.{language}.toml"
        texts = {**_schema(schema), out: template.read_text(encoding="utf-8")}
        _write(texts)
        if as_json:
            emit_json({"written": [str(path) for path in texts], "unconfirmed": [], "left_out": []})
        return
    talk = Dialogue(language, active=asking)
    if talk.active and not _language_given():
        talk.language = talk.ask(text("Language: zh 中文, en English"), _language, default=language)
    draft, beside = _draft(told, talk, out)
    for path in beside:
        _refuse_existing(path, overwrite)
    texts = {**_schema(schema), **beside, out: draft.text(str(out))}
    _write(texts, talk.language)
    _what_next(draft, out, talk)
    if as_json:
        emit_json(
            {
                "written": [str(path) for path in texts],
                "unconfirmed": [part.name for part in draft.open_variables],
                "left_out": list(draft.left_out),
            }
        )


def _language(answer: str) -> Language:
    known: dict[str, Language] = {"zh": "zh", "中文": "zh", "en": "en", "english": "en"}
    if answer.lower() not in known:
        raise OptionError("{answer!r} is not a language", expected="zh or en", answer=answer)
    return known[answer.lower()]


def _language_given() -> bool:
    return any(word == "--lang" or word.startswith("--lang=") for word in given_words())


def _refuse_existing(path: Path, overwrite: bool) -> None:
    from spatialcarbon.studies.publish import OutputError

    if path.exists() and not overwrite:
        raise OutputError("{path} exists already", fix="--overwrite, or --out another", path=path)


def _schema(path: Path | None) -> dict[Path, str]:
    from spatialcarbon.studies.study_file import json_schema

    if path is None:
        return {}
    return {path: json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"}


def _write(written: Mapping[Path, str], language: Language | None = None) -> None:
    """Write the files, each whole; the study comes last, so that what it names is there."""
    from spatialcarbon.core.language import translate
    from spatialcarbon.studies.publish import write_file

    for path, content in written.items():
        data = content.encode("utf-8")
        write_file(path, lambda draft, data=data: draft.write_bytes(data))  # type: ignore[misc]
        note(translate("written: {path}", language or chosen_language(), path=path))


def _draft(told: Told, talk: Dialogue, out: Path) -> tuple[Draft, Mapping[Path, str]]:
    """Return the study, and the files that go beside it."""
    from dataclasses import replace

    from spatialcarbon.cli.mapchoice import choose_map, settle
    from spatialcarbon.studies.draft import Draft, DraftTable, confirmed
    from spatialcarbon.studies.drafting import (
        cover,
        main_variable,
        sensible_analyses,
        sensible_ratios,
        sensible_weights,
        shipped_tables_for,
        table_from,
    )
    from spatialcarbon.studies.inputs import SHIPPED_MAPS

    found = proposals(told, talk)
    tables: list[DraftTable] = []
    for at, proposal in enumerate(found, start=1):
        taken = [part.name for table in tables for part in table.variables]
        name = "data" if len(found) == 1 else f"data{at}"
        tables.append(table_from(proposal, name, _beside(out, proposal.path), taken))
    if not tables:
        tables = shipped_tables_for(told.level or "city")
    said = measures(tables, told, talk)
    tables = [confirmed(table, said) for table in tables]
    section, everything = choose_map(tables, found, told, talk, lambda path: _beside(out, path))
    if section.source not in SHIPPED_MAPS:
        tables = [replace(table, level=None) for table in tables]
    covered = cover(section, tables, lambda path: out.parent / path)
    main = main_variable(tables)
    within = parsed_years(told.years or "")
    if talk.active and told.years is None:
        within = _ask_years(covered, main, talk)
    if not covered.without(covered.missing).years(main, within):
        _refuse_without_years(covered, main, within)
    choice = settle(section, everything, covered, within, main, told, talk, out)
    # Places that have yet to be added to the tables do not change what can be asked.
    counted = choice.covered.without(choice.covered.missing)
    _tell_years(counted, main, within, talk)
    ratios = sensible_ratios(tables, counted)
    analyses = sensible_analyses(
        tables, counted, ratios=ratios, groups=choice.groups, within=within
    )
    draft = Draft(
        title=told.title or _title(main, section.source).render(talk.language),
        language=talk.language,
        units=choice.section,
        tables=tuple(tables),
        ratios=ratios,
        analyses=analyses,
        weights=sensible_weights(choice.covered.units),
        left_out=choice.left_out,
        directory="results" if out.stem == "study" else f"{out.stem}_results",
    )
    return draft, choice.beside


def _beside(out: Path, path: Path) -> str:
    """Return a path as the study file names it: from the folder of the study file."""
    try:
        return Path(os.path.relpath(path, out.parent)).as_posix()
    except ValueError:  # another drive of Windows
        return path.resolve().as_posix()


def _ask_years(covered: Covered, main: str, talk: Dialogue) -> list[int] | None:
    from spatialcarbon.data.schema import year_ranges

    grid = covered.grid(main)
    known = [] if grid is None else [int(str(year)) for year in grid.columns]
    if len(known) < 2:
        return None
    there = year_ranges(known).replace("–", "-")
    return talk.ask(text("Years"), parsed_years, default=there)


def _refuse_without_years(covered: Covered, main: str, within: list[int] | None) -> None:
    """Raise where no year can be studied, unless leaving out places with gaps would mend it."""
    gaps = covered.gaps(main, within)
    grid = covered.grid(main)
    known = [] if grid is None else [int(str(year)) for year in grid.columns]
    asked = any(within is None or year in within for year in known)
    if asked and len(covered.units) - len(covered.missing.union(gaps)) >= 3:
        return
    raise SchemaError(
        "{variable} has no year in which the places have values",
        arrived="years {years}",
        fix="--years, or other --clusters",
        variable=main,
        years=some(known, 12) or "–",
    )


def _tell_years(covered: Covered, main: str, within: list[int] | None, talk: Dialogue) -> None:
    """Say which years are not studied because a place lacks a value in them."""
    from spatialcarbon.data.schema import year_ranges

    grid = covered.grid(main)
    known = [] if grid is None else [int(str(year)) for year in grid.columns]
    whole = set(covered.years(main, within))
    lost = [year for year in known if year not in whole and (within is None or year in within)]
    if lost:
        said = text(
            "  years left out because places have no value: {years}", years=year_ranges(lost)
        )
        talk.tell(said, fg="yellow")


def _title(main: str, source: str) -> Text:
    from spatialcarbon.studies.words import VARIABLES

    if main != "co2":
        return text("Spatial pattern of {variable}", variable=VARIABLES.get(main, Text(main)))
    if source == "provinces":
        return text("Carbon emissions of provinces")
    return text("Carbon emissions of cities") if source == "cities" else text("Carbon emissions")


def _what_next(draft: Draft, out: Path, talk: Dialogue) -> None:
    if draft.open_variables:
        names = ", ".join(part.name for part in draft.open_variables)
        talk.tell(
            text("Units of measure still to be confirmed: "
                 "{names}. Delete the # before measure in {path}.",
                 names=names, path=out), fg="yellow",
        )  # fmt: skip
    talk.tell(text("Next:  spatialcarbon check {path}", path=out))
    talk.tell(text("then:  spatialcarbon run {path}", path=out))
