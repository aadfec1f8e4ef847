"""Which places a study is of: the level, the clusters, and what becomes of those without data."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.files import is_file
from spatialcarbon.core.language import Language, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from spatialcarbon.cli.asking import Dialogue
    from spatialcarbon.cli.interview import Told
    from spatialcarbon.data.proposal import TableProposal
    from spatialcarbon.studies.draft import DraftTable
    from spatialcarbon.studies.drafting import Covered
    from spatialcarbon.studies.schema import UnitsSection

ALL = "all"
SHOWN = 8
MOST = 0.8
"""Share of its cities that a table must have for a cluster to be proposed; the rest is asked."""


@dataclass(frozen=True, kw_only=True)
class MapChoice:
    """The map of a study to come.

    Parameters
    ----------
    section : UnitsSection
        As the study file says it.
    covered : Covered
        Map and tables, without the places left out.
    groups : int
        How many groups are compared.
    left_out : tuple of str
        Names of places left out.
    beside : mapping
        Files to write beside the study: path → content.
    """

    section: UnitsSection
    covered: Covered
    groups: int
    left_out: tuple[str, ...] = ()
    beside: Mapping[Path, str] = field(default_factory=dict)


def choose_map(
    tables: Sequence[DraftTable], found: Sequence[TableProposal], told: Told, talk: Dialogue,
    place: Callable[[Path], str],
) -> tuple[UnitsSection, bool]:  # fmt: skip
    """Return the map, and whether all places of it are meant that have data."""
    from spatialcarbon.studies.drafting import MAPS
    from spatialcarbon.studies.schema import UnitsSection

    own = told.map
    levels = {table.level for table in tables if table.level}
    if own is None and found and not levels:
        if not talk.active:
            raise SchemaError(
                "no column of {files} holds Chinese cities or provinces",
                expected="names or codes of places, or a map of your own",
                fix='--column place="header of the column", or --map map.gpkg --key code',
                files=some(proposal.path.name for proposal in found),
            )
        own = talk.ask(text("The places are on no built-in map. Your map file"), _existing)
    if own is not None:
        key = told.key or _key_of(own, tables, found, talk)
        groups = None if told.clusters in (None, ALL) else told.clusters
        return UnitsSection(source=place(own), key=key, label=told.label, groups=groups), False
    if len(levels) > 1 and told.level is None:
        raise SchemaError(
            "one table is of cities, another of provinces",
            arrived="{tables}",
            fix="make a study for each of them",
            tables=", ".join(f"{table.source}: {table.level}" for table in tables),
        )
    level: str = told.level or next(iter(sorted(levels)), "city")
    clusters = told.clusters
    if clusters is None:
        clusters = _ask_clusters(level, found, talk)
    chosen = _group_setting(clusters, place)
    return UnitsSection(source=MAPS[level], groups=None if chosen == ALL else chosen), chosen == ALL


def _existing(answer: str) -> Path:
    path = Path(answer.strip("\"' ")).expanduser()
    if not is_file(path):
        raise SchemaError("there is no file {path}", path=answer)
    return path


def _key_of(
    path: Path, tables: Sequence[DraftTable], found: Sequence[TableProposal], talk: Dialogue
) -> str:
    """Return the column of an own map that holds the labels of the tables."""
    from spatialcarbon.data.readers import read_table
    from spatialcarbon.data.schema import label_text
    from spatialcarbon.geo.opening import read_attributes

    frame = read_attributes(path)
    labels: set[str] = set()
    for table, proposal in zip(tables, found, strict=False):
        if table.unit is not None:
            raw = read_table(proposal.path, sheet=proposal.sheet)
            labels |= {label_text(cell) for cell in raw.cells(table.unit) if cell is not None}
    hits = {str(name): len(labels & {label_text(c) for c in frame[name]}) for name in frame.columns}
    best = max(hits, key=lambda name: hits[name], default="")
    if not best or not hits[best]:
        raise SchemaError(
            "no column of {map} holds the labels of the tables",
            arrived="columns {columns}",
            expected="labels such as {labels}",
            fix="--key COLUMN",
            map=path.name,
            columns=some(hits, 12),
            labels=some(sorted(labels), 3),
        )
    talk.tell(text("  labels of the map: column {column}, {n} of {total} matched",
                   column=best, n=hits[best], total=len(labels)))  # fmt: skip
    return best


def _ask_clusters(level: str, found: Sequence[TableProposal], talk: Dialogue) -> str:
    """Return the clusters that the tables cover whole, or the answer of the user."""
    from spatialcarbon.studies.drafting import covered_clusters

    if level == "province":
        return ALL
    matched = [set(p.places.codes.values()) for p in found if p.places is not None]
    codes = set.intersection(*matched) if matched else None
    whole = ["BTH", "YRD", "PRD", "CY", "MYR"] if codes is None else covered_clusters([*codes])
    if not talk.active:
        return "plan" if len(whole) == 5 else ",".join(whole) or ALL
    most = whole if codes is None else covered_clusters([*codes], share=MOST)
    default = "plan" if len(most) == 5 else ",".join(most) or ALL
    talk.tell(
        text(
            "Clusters: BTH Beijing-Tianjin-Hebei, YRD Yangtze River Delta, PRD Pearl River Delta, "
            "CY Chengdu-Chongqing, MYR Middle Yangtze; plan: all five; all: every city that has "
            "data; or a CSV of your own"
        )
    )
    return talk.ask(text("Which clusters"), _known_groups, default=default)


def _known_groups(answer: str) -> str:
    chosen = _group_setting(answer, str)
    if chosen != ALL and not str(chosen).lower().endswith(".csv"):
        from spatialcarbon.geo.clusters import members

        members(chosen)
    return answer


def _group_setting(words: str, place: Callable[[Path], str]) -> Any:
    """Return what stands after ``groups =``: a name, a list of codes, or the path of a CSV."""
    parts = [part for part in words.replace("，", ",").replace(" ", ",").split(",") if part]
    if not parts:
        raise OptionError("no clusters are named", fix="--clusters plan, or --clusters all")
    if words.lower().endswith(".csv"):
        return place(Path(words))
    if len(parts) == 1 and parts[0].lower() in (ALL, "plan"):
        return parts[0].lower()
    upper = [
        part if part in ("zones", "belts", "regions", "metros") else part.upper() for part in parts
    ]
    return upper


def settle(
    section: UnitsSection, everything: bool, covered: Covered, within: Sequence[int] | None,
    main: str, told: Told, talk: Dialogue, out: Path,
) -> MapChoice:  # fmt: skip
    """Decide what becomes of places without data, and count the groups."""
    from spatialcarbon.studies.drafting import own_groups
    from spatialcarbon.studies.inputs import SHIPPED_MAPS, load_groups

    absent = covered.missing.union(covered.gaps(main, within), sort=False)
    names = _names(covered, absent, talk.language)
    own = section.source not in SHIPPED_MAPS
    if len(absent) and not own and _leave_out(names, everything, told, talk):
        covered = covered.without(absent)
        if len(covered.units) < 3:
            raise SchemaError(
                "only {n} places of the map have data",
                expected="at least three",
                fix="choose other clusters, or --clusters all",
                n=len(covered.units),
            )
        path = out.with_name(f"{out.stem}_groups.csv")
        level = "city" if section.source == "cities" else "province"
        content = own_groups(covered.units, _registry(section.groups, out), level)
        section = section.model_copy(update={"groups": path.name})
        count = len({line.partition(",")[0] for line in content.splitlines()[1:]})
        return MapChoice(
            section=section, covered=covered, groups=count, left_out=tuple(names),
            beside={path: content},
        )  # fmt: skip
    groups, _ = load_groups(section, covered.units, lambda path: out.parent / path)
    return MapChoice(section=section, covered=covered, groups=len(groups))


def _registry(chosen: Any, out: Path) -> Any:
    if isinstance(chosen, str) and chosen.lower().endswith(".csv"):
        from spatialcarbon.geo.clusters import clusters

        return clusters(path=out.parent / chosen)
    return chosen


def _names(covered: Covered, absent: pd.Index, language: Language) -> list[str]:
    column = f"name_{language}"
    if column not in covered.units:
        return [str(unit) for unit in absent]
    return [str(name) for name in covered.units.loc[absent, column]]


def _leave_out(names: Sequence[str], everything: bool, told: Told, talk: Dialogue) -> bool:
    if everything or told.only_with_data:
        talk.tell(
            text(
                "  left out of the map for want of data, {n}: {names}",
                n=len(names),
                names=some(names, SHOWN),
            )
        )
        return True
    if talk.active:
        return talk.agree(
            text("{n} places of the clusters have no data: {names}. Leave them out of the map",
                 n=len(names), names=some(names, SHOWN))
        )  # fmt: skip
    talk.tell(
        text("  without data, {n}: {names}; check will refuse the "
             "study until they are in the tables, or give --only-with-data",
             n=len(names), names=some(names, SHOWN)), fg="yellow",
    )  # fmt: skip
    return False
