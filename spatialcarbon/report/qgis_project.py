"""QGIS projects written without QGIS: all layers in their groups, styled, ready to look at."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from spatialcarbon.core.errors import CRSMismatchError, OptionError
from spatialcarbon.core.printable import printable
from spatialcarbon.report.data_tables import DataTable, Related, ready_content
from spatialcarbon.report.qgis_layers import bounds, layer_id, layer_tree, map_layer
from spatialcarbon.report.qgis_layout import layout_element
from spatialcarbon.report.qgis_relations import (
    lookups_of,
    relation_elements,
    relations,
)
from spatialcarbon.report.qgis_themes import theme_elements, themes_of
from spatialcarbon.report.qmd import spatial_ref_sys
from spatialcarbon.report.qml import QGIS_VERSION

if TYPE_CHECKING:
    from spatialcarbon.core.language import Language
    from spatialcarbon.report.layers import Layer
    from spatialcarbon.report.ready import ReadyLayer


@dataclass(frozen=True, eq=False)
class Content:
    """What a project is made of: layers and tables, made ready, and what stands beside them."""

    layers: Sequence[ReadyLayer]
    tables: Sequence[Related]
    geopackage_name: str
    title: str
    credits: Sequence[str] = ()
    crs: Any = None


def write_project(
    path: str | os.PathLike[str],
    layers: Sequence[Layer],
    *,
    tables: Sequence[DataTable] = (),
    geopackage_name: str = "results.gpkg",
    title: str,
    language: Language = "en",
    crs: Any = None,
    credits: Sequence[str] = (),
) -> None:
    """Write a QGIS project that shows the layers of a GeoPackage in the same folder.

    Parameters
    ----------
    path : path-like
        The project, ``*.qgz``. Folder and project may be moved together.
    layers : sequence of Layer
        As given to :func:`spatialcarbon.report.geopackage.write_geopackage`, the
        topmost first.
    tables : sequence of DataTable
        As given there.
    geopackage_name : str
        File name of the GeoPackage.
    title : str
        Title of the project.
    language : {"en", "zh"}
        Language of titles, legends and field names.
    crs : pyproj.CRS or whatever makes one, optional
        Projection of the map; by default that of the first layer.
    credits : sequence of str
        Lines under the maps of the print layouts: source, seed, command.

    Raises
    ------
    SchemaError, CRSMismatchError
        For layers that cannot be written.
    OptionError
        For a path that does not end in ``.qgz``.
    OSError
        When the file cannot be written; a project already there stays as it was.
    """
    path = with_suffix(path, ".qgz")
    ready, related = ready_content(layers, tables, language)
    content = project_archive(
        Content(ready, related, geopackage_name, title, credits, crs), path.stem
    )
    with written_whole(path) as unfinished:
        unfinished.write_bytes(content)


def with_suffix(path: str | os.PathLike[str], suffix: str) -> Path:
    """Return a path that ends as QGIS and GDAL need it to, else raise."""
    if Path(path).suffix.lower() != suffix:
        raise OptionError(
            "{path!r} does not end in {suffix}",
            fix="{fixed}",
            path=str(path),
            suffix=suffix,
            fixed=Path(path).with_suffix(suffix).name,
        )
    return Path(path)


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Yield a place to write a file that takes its own place only when it is complete.

    Parameters
    ----------
    path : Path
        Where the file belongs. When the block ends by an error, nothing is left behind
        and what was there before stays as it was.
    """
    folder = Path(tempfile.mkdtemp(prefix=f".{path.stem}-", dir=path.parent))
    try:
        yield folder / f"unfinished{path.suffix}"
        os.replace(folder / f"unfinished{path.suffix}", path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def project_archive(content: Content, name: str) -> bytes:
    """Return the bytes of a ``.qgz``: a zip with one ``.qgs``, the same for the same input."""
    entry = zipfile.ZipInfo(f"{name}.qgs", date_time=(2000, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(entry, project_xml(content))
    return buffer.getvalue()


def project_xml(content: Content) -> str:
    """Return the ``.qgs`` document."""
    import pyproj

    layers, tables, file = content.layers, content.tables, content.geopackage_name
    try:
        crs = pyproj.CRS(layers[0].frame.crs if content.crs is None else content.crs)
    except pyproj.exceptions.CRSError as error:
        raise CRSMismatchError(
            "{crs!r} is not a coordinate reference system", fix='crs="EPSG:4490"', crs=content.crs
        ) from error
    title = printable(content.title)
    root = Element("qgis", version=QGIS_VERSION, projectname=title)
    SubElement(root, "homePath", path="")
    SubElement(root, "title").text = title
    SubElement(root, "projectCrs").append(spatial_ref_sys(crs))
    root.append(layer_tree(layers, tables, file))
    canvas = SubElement(root, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
    SubElement(canvas, "units").text = "degrees" if crs.is_geographic else "meters"
    canvas.append(_extent(bounds(layers, crs)))
    SubElement(canvas, "rotation").text = "0"
    SubElement(canvas, "destinationsrs").append(spatial_ref_sys(crs))
    found = relations(layers, tables)
    group = SubElement(root, "projectlayers")
    related = {item.layer.name for item in found}
    for layer in layers:
        group.append(map_layer(layer, file, tabs=layer.name not in related))
    for table in tables:
        group.append(map_layer(table, file, lookups_of(table, layers)))
    order = SubElement(root, "layerorder")
    for layer in layers:
        SubElement(order, "layer", id=layer_id(layer))
    root.append(relation_elements(found))
    root.append(_properties())
    root.extend(_years(layers))
    themes = themes_of(layers)
    root.append(theme_elements(themes))
    layouts = SubElement(root, "Layouts")
    metres = 0.0 if crs.is_geographic else crs.axis_info[0].unit_conversion_factor
    credits = [printable(line) for line in content.credits]
    for theme in themes:
        layouts.append(
            layout_element(theme, bounds(theme.layers, crs), file, credits, metres=metres)
        )
    metadata = SubElement(root, "projectMetadata")
    SubElement(metadata, "title").text = title
    indent(root)
    head = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return head + tostring(root, encoding="unicode") + "\n"


def _properties() -> Element:
    root = Element("properties")
    for section, key, kind, value in (
        ("SpatialRefSys", "ProjectionsEnabled", "int", "1"),
        ("Paths", "Absolute", "bool", "false"),
    ):
        SubElement(SubElement(root, section), key, type=kind).text = value
    return root


def _years(layers: Sequence[ReadyLayer]) -> list[Element]:
    """Return how the clock of QGIS runs: over all years, one at a time."""
    years = [year for layer in layers if layer.time for year in layer.frame[layer.time].dropna()]
    if not years:
        return []
    root = Element(
        "ProjectTimeSettings", timeStepUnit="y", timeStep="1", frameRate="1",
        cumulativeTemporalRange="0",
    )  # fmt: skip
    span = SubElement(root, "TemporalRange")
    SubElement(span, "start").text = f"{int(min(years)):04d}-01-01T00:00:00Z"
    SubElement(span, "end").text = f"{int(max(years)):04d}-12-31T23:59:59Z"
    return [root]


def _extent(sides: Sequence[float]) -> Element:
    root = Element("extent")
    for tag, value in zip(("xmin", "ymin", "xmax", "ymax"), sides, strict=True):
        SubElement(root, tag).text = repr(float(value))
    return root
