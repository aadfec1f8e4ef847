"""What a typed file claims is checked before a library opens it, to the byte."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

import spatialcarbon as sc
from spatialcarbon.core.limits import LIMITS
from spatialcarbon.data.checked import check_dbf, check_features, check_geopackage, check_parquet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def accepted(check: Callable[..., None], *arguments: Any) -> bool:
    """Whether a check lets something pass."""
    try:
        check(*arguments)
    except sc.SchemaError:
        return False
    return True


# As the makers of dBASE, FoxPro and Visual FoxPro number their tables.
VERSIONS = [2, 3, 4, 5, 48, 49, 50, 67, 99, 131, 139, 203, 245]


def head(version: int = 3, rows: int = 10, start: int = 65, width: int = 20) -> bytes:
    """The first 32 bytes of a table of attributes."""
    sizes = rows.to_bytes(4, "little") + start.to_bytes(2, "little") + width.to_bytes(2, "little")
    return bytes([version, 126, 11, 22]) + sizes + bytes(20)


@pytest.mark.parametrize("version", VERSIONS)
def test_tables_of_all_versions_are_known(version: int) -> None:
    assert accepted(check_dbf, head(version), 65 + 10 * 20, "a.dbf")


@pytest.mark.parametrize("version", sorted(set(range(256)) - set(VERSIONS))[::7])
def test_tables_of_no_version_are_not(version: int) -> None:
    with pytest.raises(sc.SchemaError, match=r"a\.dbf cannot be read as a DBF table"):
        check_dbf(head(version), 65 + 10 * 20, "a.dbf")


@pytest.mark.parametrize(
    ("first", "fine"),
    [
        (head()[:31], False),
        (head(start=32), False),
        (head(start=33), True),
        (head(width=0), False),
        (head(width=1), True),
        (b"", False),
    ],
)
def test_a_head_is_whole_and_leaves_room_for_columns(first: bytes, fine: bool) -> None:
    assert accepted(check_dbf, first, 10_000, "a.dbf") is fine


@pytest.mark.parametrize(("rows", "width"), [(10, 20), (10, 1), (1, 300), (300, 1)])
def test_rows_must_fit_into_the_file_but_for_the_last(rows: int, width: int) -> None:
    needed = 65 + (rows - 1) * width  # some programs leave the last row, or its end, away
    check_dbf(head(rows=rows, width=width), needed, "a.dbf")
    with pytest.raises(sc.SchemaError, match=f"says that it has {rows} rows, more than"):
        check_dbf(head(rows=rows, width=width), needed - 1, "a.dbf")


def facts(features: int, columns: int, name: str = "c") -> dict[str, Any]:
    """What is said of a layer."""
    return {"features": features, "fields": [name] * columns}


@pytest.mark.parametrize("columns", [0, 1, 9])
def test_a_feature_takes_a_byte_at_least(columns: int) -> None:
    check_features(facts(600, columns), 600, "a.shp")
    check_features(facts(599, columns), 600, "a.shp")
    with pytest.raises(sc.SchemaError, match="601 rows, more than its 600 bytes"):
        check_features(facts(601, columns), 600, "a.shp")


def test_a_layer_that_does_not_say_how_many_is_read() -> None:
    assert accepted(check_features, facts(-1, 3), 600, "a.shp")


@pytest.mark.parametrize(
    ("features", "columns", "name", "thing"),
    [
        (LIMITS["FEATURES"].default + 1, 0, "c", "features of a map layer"),
        (1, LIMITS["TABLE_COLUMNS"].default + 1, "c", "columns"),
        (1, 1, "c" * 1_001, "characters of the name"),
        (10_001, 10_000, "c", "attribute values"),
        (10_000, 10_001, "c", "attribute values"),
    ],
)
def test_a_layer_of_too_much(features: int, columns: int, name: str, thing: str) -> None:
    with pytest.raises(sc.SchemaError, match=f"a.shp has too many {thing}"):
        check_features(facts(features, columns, name), 10**12, "a.shp")


def test_a_layer_of_just_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    check_features(facts(10_000, 10_000), 10**12, "a.shp")
    monkeypatch.setenv("SPATIALCARBON_MAX_FEATURE_CELLS", "7")
    check_features(facts(7, 0), 10**12, "a.shp")
    with pytest.raises(sc.SchemaError, match="attribute values"):
        check_features(facts(8, 0), 10**12, "a.shp")


def parquet(rows: int, columns: int, bytes_of_parts: list[int]) -> Any:
    """What is asked of a Parquet file."""
    parts = [SimpleNamespace(total_byte_size=size) for size in bytes_of_parts]
    return SimpleNamespace(
        metadata=SimpleNamespace(
            num_rows=rows,
            num_columns=columns,
            num_row_groups=len(parts),
            row_group=parts.__getitem__,
        )
    )


@pytest.mark.parametrize(
    ("rows", "columns", "sizes", "thing"),
    [
        (5_000_001, 1, [1], "rows"),
        (1, 16_385, [1], "columns"),
        (20_001, 1_000, [1], "cells"),
        (1, 1, [2**29, 2**29, 1], "once unpacked"),
        (1, 1, [2**30 + 1, -5], "once unpacked"),
    ],
)
def test_a_parquet_file_of_too_much(rows: int, columns: int, sizes: list[int], thing: str) -> None:
    with pytest.raises(sc.SchemaError, match=f"(?s)a.parquet has too many .*{thing}"):
        check_parquet(parquet(rows, columns, sizes), "a.parquet")


def test_a_parquet_file_of_just_enough() -> None:
    assert accepted(check_parquet, parquet(20_000, 1_000, [2**29, 2**29]), "a.parquet")


def geopackage(path: Path, *layers: str) -> None:
    """Write what makes a GeoPackage known by its tables; ``v_`` begins the names of views."""
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE gpkg_contents (table_name TEXT)")
        base.execute("CREATE TABLE plain (x)")
        for layer in layers:
            base.execute(f'CREATE VIEW "{layer}" AS SELECT * FROM plain')
        base.executemany(
            "INSERT INTO gpkg_contents VALUES (?)", [("plain",), *((n.upper(),) for n in layers)]
        )
        base.commit()


def test_views_are_no_layers(tmp_path: Path) -> None:
    geopackage(tmp_path / "plain.gpkg")
    check_geopackage(tmp_path / "plain.gpkg")
    geopackage(tmp_path / "views.gpkg", "v_one", "v_two")
    with pytest.raises(sc.SchemaError, match="has layers that are views: v_one, v_two"):
        check_geopackage(tmp_path / "views.gpkg")


def test_another_file_is_no_geopackage(tmp_path: Path) -> None:
    (tmp_path / "a.gpkg").write_bytes(b"SQLite format 3\0")
    (tmp_path / "b.gpkg").write_bytes(b"SQLite format 2\0" + bytes(500))
    with closing(sqlite3.connect(tmp_path / "c.gpkg")) as base:
        base.execute("CREATE TABLE plain (x)")
        base.commit()
    for name in ("a.gpkg", "b.gpkg", "c.gpkg"):
        with pytest.raises(sc.SchemaError, match=f"{name} cannot be read as a GeoPackage"):
            check_geopackage(tmp_path / name)
