"""What may follow on a command line: names of tables, codes of clusters, columns, kinds.

Each function answers click's question for one option. A shell asks at every press of
the key, on lines that are half written: whatever cannot be found out is no answer.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from click.shell_completion import CompletionItem

from spatialcarbon.cli.shared import chosen_language
from spatialcarbon.core.printable import printable

if TYPE_CHECKING:
    import click

_SHELL = re.compile(r"""[\n\t`$;&|<>!"'\\]""")

# In quotes: generic since click 8.2 only.
Item: TypeAlias = "CompletionItem[str]"
Completer: TypeAlias = "Callable[[click.Context, click.Parameter, str], list[Item]]"

WEIGHT_KINDS = ("queen", "rook", "queen:2", "knn:4", "band", "band:150", "kernel", "blocks:cluster")
MAPS = ("cities", "provinces")
YEARS = range(1997, 2018)
"""Years of the shipped emissions."""


def _never_fails(completer: Completer) -> Completer:
    @wraps(completer)
    def careful(context: click.Context, parameter: click.Parameter, typed: str) -> list[Item]:
        try:
            return completer(context, parameter, typed)
        except Exception:  # a half-written line, a file that is no table: nothing to offer
            return []

    return careful


def _starting(words: Iterable[tuple[str, str]], typed: str) -> list[Item]:
    """Return the words that begin as what was typed, each with what it means.

    A shell puts a word on the line as it is, where it would be carried out: a column of a
    file that holds signs of the shell is not offered.
    """
    return [
        CompletionItem(word, help=said or None)
        for word, said in words
        if word.startswith(typed) and word == printable(word) and not _SHELL.search(word)
    ]


def _listed(words: Iterable[tuple[str, str]], typed: str) -> list[Item]:
    """Return words for the last place of a list with commas."""
    before, comma, last = typed.rpartition(",")
    given = set(before.split(","))
    found = [item for item in _starting(words, last) if item.value not in given]
    return [CompletionItem(before + comma + item.value, help=item.help) for item in found]


def _file(typed: str) -> Item:
    """Return what tells the shell to offer files."""
    return CompletionItem(typed, type="file")


def shipped_tables() -> dict[str, dict[str, Any]]:
    """Return the catalogue of shipped tables, without loading any library."""
    path = files("spatialcarbon.data") / "tables" / "catalogue.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _titles() -> list[tuple[str, str]]:
    title = "title_zh" if chosen_language() == "zh" else "title"
    return [(name, str(facts[title])) for name, facts in shipped_tables().items()]


@_never_fails
def table_names(context: click.Context, parameter: click.Parameter, typed: str) -> list[Item]:  # noqa: ARG001
    """Complete the name of a shipped table."""
    return _starting(_titles(), typed)


@_never_fails
def tables_or_files(context: click.Context, parameter: click.Parameter, typed: str) -> list[Item]:  # noqa: ARG001
    """Complete the name of a shipped table, or of a file."""
    return _starting(_titles(), typed) or [_file(typed)]


@_never_fails
def maps_or_files(context: click.Context, parameter: click.Parameter, typed: str) -> list[Item]:  # noqa: ARG001
    """Complete the name of a shipped map, or of a file."""
    return _starting([(name, "") for name in MAPS], typed) or [_file(typed)]


@_never_fails
def cluster_codes(context: click.Context, parameter: click.Parameter, typed: str) -> list[Item]:  # noqa: ARG001
    """Complete codes of clusters and registries, with commas between."""
    from spatialcarbon.geo.clusters import REGISTRIES, clusters

    level = "province" if context.params.get("units") == "provinces" else "city"
    registered = clusters()
    name = "cluster_zh" if chosen_language() == "zh" else "cluster_en"
    ours = registered[registered["level"] == level].drop_duplicates("cluster")
    codes = list(zip(ours["cluster"], ours[name], strict=True))
    return _listed([*((r, "") for r, at in REGISTRIES.items() if at == level), *codes], typed)


@_never_fails
def group_codes_or_columns(
    context: click.Context, parameter: click.Parameter, typed: str
) -> list[Item]:
    """Complete groups: codes of a shipped map, else columns of one's own."""
    own = context.params.get("units") not in (None, *MAPS)
    return map_columns(context, parameter, typed) or (
        [] if own else cluster_codes(context, parameter, typed)
    )


@_never_fails
def map_columns(context: click.Context, parameter: click.Parameter, typed: str) -> list[Item]:  # noqa: ARG001
    """Complete a column of the map of the line; a shipped one needs none."""
    source = context.params.get("units")
    if source in (None, *MAPS):
        return []
    from pyogrio import read_info

    layer = context.params.get("layer")
    return _starting([(str(name), "") for name in read_info(source, layer=layer)["fields"]], typed)


@_never_fails
def table_columns(context: click.Context, parameter: click.Parameter, typed: str) -> list[Item]:  # noqa: ARG001
    """Complete columns of the tables of the line, with commas between."""
    return _listed(_columns_of(context.params.get("table") or ()), typed)


def _columns_of(sources: Sequence[str]) -> list[tuple[str, str]]:
    """Return the columns of tables, each with its unit of measure where it is known."""
    catalogue = shipped_tables()
    found: dict[str, str] = {}
    for source in sources:
        if source in catalogue:
            units = catalogue[source].get("units", {})
            found |= {name: str(units.get(name, "")) for name in catalogue[source]["columns"]}
        else:
            from spatialcarbon.data.readers import read_table

            found |= dict.fromkeys(map(str, read_table(Path(source)).frame.columns), "")
    return list(found.items())


@_never_fails
def measures(context: click.Context, parameter: click.Parameter, typed: str) -> list[Item]:  # noqa: ARG001
    """Complete a unit of measure."""
    column, equals, measure = typed.rpartition("=")
    shown = ("Mt CO2", "10^4 t CO2", "t CO2", "万吨", "亿元", "万人", "persons", "km2")
    return [
        CompletionItem(f"{column}{equals}{item.value}")
        for item in _starting([(name, "") for name in shown], measure)
    ]


@_never_fails
def years(context: click.Context, parameter: click.Parameter, typed: str) -> list[Item]:  # noqa: ARG001
    """Complete a year of the shipped emissions, the last one first."""
    return _starting([(str(year), "") for year in reversed(YEARS)], typed)


@_never_fails
def weight_kinds(context: click.Context, parameter: click.Parameter, typed: str) -> list[Item]:  # noqa: ARG001
    """Complete a kind of weights, or the name of a file of them."""
    return _starting([(kind, "") for kind in WEIGHT_KINDS], typed) or [_file(typed)]


@_never_fails
def schemes(context: click.Context, parameter: click.Parameter, typed: str) -> list[Item]:  # noqa: ARG001
    """Complete what codes of land cover mean, or the name of a file of such meanings."""
    known = ("common", "GlobeLand30", "CLCD", "CNLUCC", "WorldCover", "IGBP")
    return _starting([(name, "") for name in known], typed) or [_file(typed)]


@_never_fails
def study_files(context: click.Context, parameter: click.Parameter, typed: str) -> list[Item]:  # noqa: ARG001
    """Complete a study file: those in the folder first, else any file."""
    folder = Path(typed).parent if "/" in typed else Path()
    names = sorted(path.as_posix() for path in folder.glob("*.toml"))
    return _starting([(name, "") for name in names], typed) or [_file(typed)]
