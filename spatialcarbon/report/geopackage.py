"""GeoPackages that open styled in QGIS and are the same bytes for the same input."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.printable import printable
from spatialcarbon.report.data_tables import DataTable, ready_content
from spatialcarbon.report.geopackage_words import add_column_words
from spatialcarbon.report.qgis_project import (
    Content,
    project_archive,
    with_suffix,
    written_whole,
)
from spatialcarbon.report.qmd import QMD_STANDARD, layer_qmd
from spatialcarbon.report.qml import layer_qml
from spatialcarbon.report.ready import ReadyLayer, ReadyTable

if TYPE_CHECKING:
    from spatialcarbon.core.language import Language
    from spatialcarbon.report.layers import Layer

TIME = "2000-01-01T00:00:00.000Z"
"""The date every file bears: the true one would make two runs of a study differ."""

_TABLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT, f_table_catalog TEXT, f_table_schema TEXT,
  f_table_name TEXT, f_geometry_column TEXT, styleName TEXT, styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT, ui TEXT, update_time DATETIME
);
CREATE TABLE IF NOT EXISTS gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
);
CREATE TABLE gpkg_metadata (
  id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT 'dataset',
  md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL DEFAULT 'text/xml',
  metadata TEXT NOT NULL DEFAULT ''
);
CREATE TABLE gpkg_metadata_reference (
  reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value INTEGER,
  timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  md_file_id INTEGER NOT NULL, md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id)
);
"""
_METADATA_EXTENSION = "http://www.geopackage.org/spec120/#extension_metadata"


def write_geopackage(
    path: str | os.PathLike[str],
    layers: Sequence[Layer],
    *,
    language: Language = "en",
    history: Sequence[str] = (),
    licence: str = "",
    tables: Sequence[DataTable] = (),
    project: bool = True,
    project_title: str = "",
    crs: Any = None,
    credits: Sequence[str] = (),
) -> None:
    """Write layers, tables, styles, metadata and a QGIS project into one GeoPackage.

    Parameters
    ----------
    path : path-like
        The file; one already there is replaced when the new one is complete.
    layers : sequence of Layer
        In the order of the layer tree, the topmost first.
    language : {"en", "zh"}
        Language of titles, legends and field names.
    history : sequence of str
        How the file was made: the command, the seed. Goes into each layer's metadata.
    licence : str
        Terms of use, for the metadata.
    tables : sequence of DataTable
        Tables without geometry, to stand beside the layers.
    project : bool
        Whether the file also carries a QGIS project of its layers.
    project_title : str
        Title and name of that project; by default the file's name without suffix.
    crs : pyproj.CRS or whatever makes one, optional
        Projection of the project's map; by default that of the first layer.
    credits : sequence of str
        Lines under the maps of the project's print layouts.

    Raises
    ------
    SchemaError
        Without layers or rows; for repeated names, columns named in vain, values outside
        the classes of a style, infinite numbers and mixed kinds of values.
    CRSMismatchError
        For a layer without CRS.
    OptionError
        For a path that does not end in ``.gpkg``.
    OSError
        When the file cannot be written, as on a full disk. Nothing is left behind then,
        and a file that was there before stays as it was.

    Notes
    -----
    The date in the file is always 2000-01-01, so that equal input gives equal bytes (with
    the same versions of GDAL and SQLite).
    """
    path = with_suffix(path, ".gpkg")
    ready, related = ready_content(layers, tables, language)
    title = printable(project_title or path.stem)
    content = Content(ready, related, path.name, title, credits, crs)
    archive = project_archive(content, path.stem) if project else None
    every: list[ReadyTable] = [*ready, *related]
    with written_whole(path) as unfinished, _as_os_error(path):
        _write_tables(unfinished, every)
        with closing(sqlite3.connect(unfinished, isolation_level=None)) as database:
            database.execute("BEGIN")
            _add_views(database, ready)
            _add_styles(database, every)
            _add_metadata(database, every, history, licence)
            add_column_words(database, every)
            if archive is not None:
                _add_project(database, title, archive)
            database.execute("COMMIT")
            _check_rows(database, every)


@contextmanager
def _as_os_error(path: Path) -> Iterator[None]:
    """Turn what GDAL and SQLite say about a failed write into an ``OSError``.

    The data have been checked by now: what still fails is the disk.
    """
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

    try:
        yield
    except (sqlite3.Error, DataLayerError, DataSourceError, FeatureError) as error:
        full = "full" in str(error).lower() or "no space" in str(error).lower()
        code = errno.ENOSPC if full else errno.EIO
        raise OSError(code, f"{os.strerror(code)} ({error})", str(path)) from error


@contextmanager
def _fixed_date() -> Iterator[None]:
    import pyogrio

    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": TIME})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _write_tables(path: Path, tables: Sequence[ReadyTable]) -> None:
    import pyogrio

    identifiers = _identifiers(tables)
    with _fixed_date():
        for table in tables:
            if isinstance(table, ReadyLayer) and table.view:
                continue
            words = {"IDENTIFIER": identifiers[table.name], "DESCRIPTION": table.abstract}
            pyogrio.write_dataframe(
                table.frame,
                path,
                layer=table.name,
                driver="GPKG",
                append=path.exists(),
                layer_options=words,
                # Version 1.4, the default of newer GDAL, makes QGIS 3.22 warn.
                dataset_options={} if path.exists() else {"VERSION": "1.2"},
            )


def _identifiers(tables: Sequence[ReadyTable]) -> dict[str, str]:
    """Return the title of each table; the format wants each of them once."""
    titles = [table.title for table in tables]
    return {
        table.name: table.title
        if titles.count(table.title) == 1
        else f"{table.title} ({table.name})"
        for table in tables
    }


def _add_views(database: sqlite3.Connection, layers: Sequence[ReadyLayer]) -> None:
    """Add the layers that are queries: rows of a table with the geometry of the places."""
    identifiers = _identifiers(layers)
    for layer in layers:
        if not layer.view:
            continue
        database.execute(f'CREATE VIEW "{layer.name}" AS {layer.view}')
        west, south, east, north = map(float, layer.frame.total_bounds)
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, "
            "last_change, min_x, min_y, max_x, max_y, srs_id) "
            "SELECT ?, 'features', ?, ?, ?, ?, ?, ?, ?, srs_id FROM gpkg_geometry_columns "
            "WHERE table_name = ?",
            (
                *(layer.name, identifiers[layer.name], layer.abstract, TIME),
                *(west, south, east, north, layer.places),
            ),
        )
        database.execute(
            "INSERT INTO gpkg_geometry_columns SELECT ?, column_name, geometry_type_name, srs_id, "
            "z, m FROM gpkg_geometry_columns WHERE table_name = ?",
            (layer.name, layer.places),
        )


def _add_styles(database: sqlite3.Connection, layers: Sequence[ReadyTable]) -> None:
    for statement in _TABLES.split(";"):
        database.execute(statement)
    # Without this row QGIS ignores the styles as soon as a table without geometry is there.
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change, srs_id) "
        "VALUES ('layer_styles', 'attributes', 'layer_styles', ?, 0)",
        (TIME,),
    )
    columns = dict(
        database.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall()
    )
    for i, layer in enumerate(layers, start=1):
        # Catalog and schema are empty, not NULL: QGIS passes over rows with NULL there.
        database.execute(
            "INSERT INTO layer_styles VALUES (?, '', '', ?, ?, ?, ?, '', 1, ?, '', NULL, ?)",
            (
                *(i, layer.name, columns.get(layer.name, "")),
                *(layer.name, layer_qml(layer), layer.title, TIME),
            ),
        )


def _add_metadata(
    database: sqlite3.Connection,
    layers: Sequence[ReadyTable],
    history: Sequence[str],
    licence: str,
) -> None:
    for table in ("gpkg_metadata", "gpkg_metadata_reference"):
        database.execute(
            "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_metadata', ?, 'read-write')",
            (table, _METADATA_EXTENSION),
        )
    for i, layer in enumerate(layers, start=1):
        database.execute(
            "INSERT INTO gpkg_metadata VALUES (?, 'dataset', ?, 'text/xml', ?)",
            (i, QMD_STANDARD, layer_qmd(layer, history, licence)),
        )
        database.execute(
            "INSERT INTO gpkg_metadata_reference VALUES ('table', ?, NULL, NULL, ?, ?, NULL)",
            (layer.name, TIME, i),
        )


def _add_project(database: sqlite3.Connection, title: str, archive: bytes) -> None:
    database.execute(
        "CREATE TABLE qgis_projects (name TEXT PRIMARY KEY, metadata BLOB, content BLOB)"
    )
    metadata = json.dumps({"last_modified_time": TIME, "last_modified_user": ""})
    database.execute(
        "INSERT INTO qgis_projects VALUES (?, ?, ?)",
        (title, metadata, archive.hex().encode("ascii")),
    )


def _check_rows(database: sqlite3.Connection, tables: Sequence[ReadyTable]) -> None:
    """Make sure that every row arrived."""
    for table in tables:
        (count,) = database.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()
        if count != len(table.frame):
            expected = len(table.frame)
            raise sqlite3.DatabaseError(f"{count} of {expected} rows of {table.name} were written")
