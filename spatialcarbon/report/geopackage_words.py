"""Names of columns and meanings of codes inside a GeoPackage, by its schema extension.

ArcGIS and newer QGIS read them; QGIS 3.22 goes by the styles.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3

    from spatialcarbon.report.ready import ReadyTable

_TABLES = (
    "CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, "
    "name TEXT, title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT, "
    "CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), "
    "CONSTRAINT gdc_tn UNIQUE (table_name, name))",
    "CREATE TABLE gpkg_data_column_constraints (constraint_name TEXT NOT NULL, "
    "constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN, "
    "max NUMERIC, max_is_inclusive BOOLEAN, description TEXT, "
    "CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value))",
)
_DEFINITION = "http://www.geopackage.org/spec120/#extension_schema"


def add_column_words(database: sqlite3.Connection, tables: Sequence[ReadyTable]) -> None:
    """Write readable names of columns, in the other language too, and what their codes mean.

    Parameters
    ----------
    database : sqlite3.Connection
        The GeoPackage.
    tables : sequence of ReadyTable
        Its layers and tables.
    """
    for statement in _TABLES:
        database.execute(statement)
    for name in ("gpkg_data_columns", "gpkg_data_column_constraints"):
        database.execute(
            "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema', ?, 'read-write')",
            (name, _DEFINITION),
        )
    for table in tables:
        named: set[str] = set()
        for column, alias in table.aliases.items():
            codes = table.values.get(column, {})
            domain = f"{table.name}_{column}" if codes else None
            # The format wants each name once in a table.
            unique = alias if alias and alias not in named else column
            named.add(unique)
            database.execute(
                "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, ?)",
                (table.name, column, unique, alias or column, table.other[column] or None, domain),
            )
            database.executemany(
                "INSERT INTO gpkg_data_column_constraints "
                "VALUES (?, 'enum', ?, NULL, NULL, NULL, NULL, ?)",
                [(domain, code, words) for code, words in codes.items()],
            )
