"""The registry of city clusters and regions: which unit belongs to which group."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

from spatialcarbon.core.align import require_columns
from spatialcarbon.core.errors import AlignmentError, OptionError, SchemaError, some
from spatialcarbon.core.files import read_bytes
from spatialcarbon.core.limits import shortened, within
from spatialcarbon.core.options import suggestion
from spatialcarbon.core.shipped import shipped_bytes
from spatialcarbon.data.catalogue import table_bytes
from spatialcarbon.data.encoding import decode
from spatialcarbon.data.gazetteer import Level, places
from spatialcarbon.data.names import match_names

REGISTRIES: Mapping[str, Level] = {
    "plan": "city",
    "variants": "city",
    "metros": "city",
    "belts": "province",
    "zones": "province",
    "regions": "province",
}
"""Built-in registries and their level; ``plan`` holds the five clusters of the 14th plan."""

COLUMNS = [
    "cluster",
    "adcode",
    "name_zh",
    "name_en",
    "cluster_zh",
    "cluster_en",
    "registry",
    "level",
]

Groups = str | Iterable[str] | pd.DataFrame
"""A group code or registry name, several of them, or a table as :func:`clusters` returns it."""


def clusters(registry: str | None = None, *, path: str | Path | None = None) -> pd.DataFrame:
    """List which cities and provinces make up which group.

    Parameters
    ----------
    registry : {"plan", "variants", "metros", "belts", "zones", "regions"}, optional
        One built-in registry; all of them by default.

        - ``plan``: the five city clusters of the 14th five-year plan, BTH (14
          cities, Anyang among them), YRD (41), PRD (9), CY (16), MYR (31).
        - ``variants``: BTH13 without Anyang, YRD26 of the plan of 2016.
        - ``metros``: the Chengdu metropolitan area (CDMA, 4 cities) and the Wuhan city
          circle (WHCC, 9 cities).
        - ``belts``: the three economic belts of study 001 (EAST, CENTRAL, WEST).
        - ``zones``: the eight comprehensive economic zones (八大综合经济区).
        - ``regions``: the eight input-output regions of study 001.
    path : path, optional
        A CSV of your own groups instead: columns ``cluster`` and ``adcode`` or
        ``name``, optionally ``level`` (city, the default, or province),
        ``cluster_zh`` and ``cluster_en``.

    Returns
    -------
    DataFrame
        One row per membership, in the order of the registry: cluster, adcode,
        name_zh, name_en, cluster_zh, cluster_en, registry, level. A unit may
        belong to several groups.

    Raises
    ------
    OptionError
        Unknown registry, or both arguments at once.
    SchemaError
        A file that lacks columns or lists a member twice.
    NameMatchError
        Members that are no known unit, all of them at once.

    Examples
    --------
    >>> clusters("plan")["cluster"].value_counts(sort=False).to_dict()
    {'BTH': 14, 'YRD': 41, 'PRD': 9, 'CY': 16, 'MYR': 31}
    """
    if path is not None:
        if registry is not None:
            raise OptionError("registry= and path= exclude each other", fix="give one of them")
        return _read_registry(Path(path))
    if registry is None:
        return pd.concat([_built_in(name) for name in REGISTRIES], ignore_index=True)
    if registry not in REGISTRIES:
        raise _unknown("registry", registry, list(REGISTRIES))
    return _built_in(registry).copy()


def members(groups: Groups) -> pd.DataFrame:
    """Return the memberships of some groups, in the order they are asked for.

    Parameters
    ----------
    groups : str, list of str or DataFrame
        Group codes (``"YRD"``), names of registries (``"zones"``: all its
        groups), or a table as :func:`clusters` returns it.

    Raises
    ------
    OptionError
        For a code that is not registered, with the closest one that is.
    """
    if isinstance(groups, pd.DataFrame):
        require_columns(groups, ["cluster", "adcode"], "clusters")
        return groups
    codes = [groups] if isinstance(groups, str) else list(groups)
    table = clusters()
    known = {*table["cluster"], *REGISTRIES}
    for code in codes:
        if code not in known:
            raise _unknown("clusters", code, sorted(known))
    if not codes:
        raise OptionError("clusters is an empty list", fix="clusters=None for all units")
    parts = [table[(table["cluster"] == code) | (table["registry"] == code)] for code in codes]
    return pd.concat(parts).drop_duplicates(["cluster", "adcode"]).reset_index(drop=True)


def groups_for(
    units: pd.Index, groups: Groups | pd.Series[Any] | Mapping[str, Iterable[Any]]
) -> dict[str, pd.Index]:
    """Return which of the given units belong to each group.

    Groups may overlap, and members that are not among the units are left out.

    Parameters
    ----------
    units : Index
        Unit labels.
    groups : str, list of str, DataFrame, Series or mapping
        Registered groups as in :func:`members`; or a Series that gives each unit
        its group (empty text or NaN: none); or a mapping of group to labels.

    Returns
    -------
    dict
        Group code → labels, in the order of ``units``.

    Raises
    ------
    AlignmentError
        When a group has no member among the units.

    Examples
    --------
    >>> found = groups_for(pd.Index([440100, 440300, 110000]), ["PRD", "BTH"])
    >>> {code: list(labels) for code, labels in found.items()}
    {'PRD': [440100, 440300], 'BTH': [110000]}
    """
    if isinstance(groups, pd.Series):
        named = groups[groups.notna() & (groups != "")]
        chosen = {str(code): named.index[named == code] for code in dict.fromkeys(named)}
    elif isinstance(groups, Mapping):
        chosen = {str(code): pd.Index(list(labels)) for code, labels in groups.items()}
    else:
        table = members(groups)
        chosen = {
            str(code): pd.Index(rows["adcode"])
            for code, rows in table.groupby("cluster", sort=False)
        }
    found = {code: units[units.isin(labels)] for code, labels in chosen.items()}
    empty = [code for code, labels in found.items() if len(labels) == 0]
    if empty:
        raise AlignmentError(
            "no unit belongs to the groups {codes}",
            arrived="units such as {units}",
            expected="labels that are adcodes of members",
            codes=some(empty),
            units=some(units, 3),
        )
    return found


@cache
def _built_in(registry: str) -> pd.DataFrame:
    if registry == "plan":
        content = table_bytes("city_clusters")
    else:
        content = shipped_bytes(files("spatialcarbon.geo") / "registries", f"{registry}.csv")
    table = pd.read_csv(io.BytesIO(content), encoding="utf-8")
    table["level"] = REGISTRIES[registry]
    return _complete(table, registry)


def _complete(table: pd.DataFrame, registry: str) -> pd.DataFrame:
    """Add the names of today's gazetteer and put the columns in order."""
    units = [
        places(level)[code] for level, code in zip(table["level"], table["adcode"], strict=True)
    ]
    return table.assign(
        name_zh=[unit.name_zh for unit in units],
        name_en=[unit.name_en for unit in units],
        registry=registry,
    )[COLUMNS]


def _read_registry(path: Path) -> pd.DataFrame:
    """Read the user's groups and match their members."""
    try:
        table = pd.read_csv(
            io.StringIO(_decode(path)), dtype=str, keep_default_na=False, index_col=False
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise SchemaError(
            "{path} cannot be read: {reason}", path=path, reason=shortened(error)
        ) from None
    within("TABLE_CELLS", table.size, path.name)
    table.columns = table.columns.str.strip()
    require_columns(table, ["cluster"], path.name)
    if "adcode" not in table and "name" not in table:
        raise SchemaError(
            "{name} lacks a column that names the members",
            arrived="columns {present}",
            expected="adcode or name",
            name=path.name,
            present=some(table.columns, 12),
        )
    table["cluster"] = table["cluster"].str.strip()
    nameless = table.index[table["cluster"] == ""]
    if len(nameless):
        raise SchemaError(
            "{name} has rows without a cluster",
            arrived="lines {lines}",
            name=path.name,
            lines=some(nameless + 2),
        )
    for column, default in (("level", "city"), ("cluster_zh", ""), ("cluster_en", "")):
        table[column] = table[column].str.strip() if column in table else default
        if column != "level":
            table[column] = table[column].where(table[column] != "", table["cluster"])
    table["level"] = table["level"].replace("", "city")
    written = table["adcode"] if "adcode" in table else table["name"]
    table["adcode"] = 0
    for level, rows in table.groupby("level", sort=False):
        codes = match_names(written[rows.index], level=level)  # type: ignore[arg-type]
        table.loc[rows.index, "adcode"] = codes.to_numpy()
    table["adcode"] = table["adcode"].astype("int64")
    twice = table[table.duplicated(["cluster", "adcode"], keep=False)]
    if len(twice):
        raise SchemaError(
            "{name} lists members twice",
            arrived="{labels}",
            expected="each unit once in a cluster",
            name=path.name,
            labels=some(
                f"{row.cluster} {row.adcode}" for row in twice.drop_duplicates().itertuples()
            ),
        )
    return _complete(table, path.stem)


def _decode(path: Path) -> str:
    return decode(read_bytes(path), path.name)[0]


def _unknown(what: str, value: object, choices: list[str]) -> OptionError:
    close = suggestion(value, choices)
    return OptionError(
        "{option}={value!r} is not registered",
        expected="one of {choices}",
        fix="{option}={close!r}" if close else "",
        option=what,
        value=value,
        choices=", ".join(choices),
        close=close,
    )
