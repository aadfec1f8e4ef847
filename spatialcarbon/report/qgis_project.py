"""QGIS projects written without QGIS: all layers in their groups, styled, ready to look at."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import numpy as np

from spatialcarbon.core.errors import CRSMismatchError, OptionError
from spatialcarbon.report.qmd import spatial_ref_sys
from spatialcarbon.report.qml import QGIS_VERSION, style_elements
from spatialcarbon.report.ready import ReadyLayer, clean_text, ready_layers

if TYPE_CHECKING:
    from spatialcarbon.core.language import Language
    from spatialcarbon.report.layers import Layer

_GEOMETRIES = {"area": "Polygon", "line": "Line", "point": "Point"}
_MARGIN = 0.04
"""Empty border around the data in the first view, as a part of its width and height."""


def write_project(
    path: str | os.PathLike[str],
    layers: Sequence[Layer],
    *,
    geopackage_name: str = "results.gpkg",
    title: str,
    language: Language = "en",
    crs: Any = None,
) -> None:
    """Write a QGIS project that shows the layers of a GeoPackage in the same folder.

    Parameters
    ----------
    path : path-like
        The project, ``*.qgz``. Folder and project may be moved together.
    layers : sequence of Layer
        As given to :func:`spatialcarbon.report.geopackage.write_geopackage`, the
        topmost first.
    geopackage_name : str
        File name of the GeoPackage.
    title : str
        Title of the project.
    language : {"en", "zh"}
        Language of titles, legends and field names.
    crs : pyproj.CRS or whatever makes one, optional
        Projection of the map; by default that of the first layer.

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
    ready = ready_layers(layers, language)
    content = project_archive(ready, path.stem, geopackage_name, title, crs)
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


def project_archive(
    layers: Sequence[ReadyLayer], name: str, geopackage_name: str, title: str, crs: Any = None
) -> bytes:
    """Return the bytes of a ``.qgz``: a zip with one ``.qgs``, the same for the same input."""
    entry = zipfile.ZipInfo(f"{name}.qgs", date_time=(2000, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(entry, project_xml(layers, geopackage_name, title, crs))
    return buffer.getvalue()


def project_xml(
    layers: Sequence[ReadyLayer], geopackage_name: str, title: str, crs: Any = None
) -> str:
    """Return the ``.qgs`` document of some layers."""
    import pyproj

    try:
        map_crs = pyproj.CRS(layers[0].frame.crs if crs is None else crs)
    except pyproj.exceptions.CRSError as error:
        raise CRSMismatchError(
            "{crs!r} is not a coordinate reference system", fix='crs="EPSG:4490"', crs=crs
        ) from error
    title = clean_text(title)
    root = Element("qgis", version=QGIS_VERSION, projectname=title)
    SubElement(root, "homePath", path="")
    SubElement(root, "title").text = title
    SubElement(root, "projectCrs").append(spatial_ref_sys(map_crs))
    root.append(_layer_tree(layers, geopackage_name))
    canvas = SubElement(root, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
    SubElement(canvas, "units").text = "degrees" if map_crs.is_geographic else "meters"
    canvas.append(_extent(_bounds(layers, map_crs)))
    SubElement(canvas, "rotation").text = "0"
    SubElement(canvas, "destinationsrs").append(spatial_ref_sys(map_crs))
    group = SubElement(root, "projectlayers")
    group.extend(_map_layer(layer, geopackage_name) for layer in layers)
    order = SubElement(root, "layerorder")
    for layer in layers:
        SubElement(order, "layer", id=_layer_id(layer))
    properties = SubElement(root, "properties")
    for section, key, kind, value in (
        ("SpatialRefSys", "ProjectionsEnabled", "int", "1"),
        ("Paths", "Absolute", "bool", "false"),
    ):
        SubElement(SubElement(properties, section), key, type=kind).text = value
    metadata = SubElement(root, "projectMetadata")
    SubElement(metadata, "title").text = title
    indent(root)
    head = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return head + tostring(root, encoding="unicode") + "\n"


def _layer_id(layer: ReadyLayer) -> str:
    # QGIS replaces ids of ten characters or fewer and loses the tree's hold on the layer.
    return f"spatialcarbon_layer_{layer.name}"


def _source(layer: ReadyLayer, geopackage_name: str) -> str:
    return f"./{geopackage_name}|layername={layer.name}"


def _layer_tree(layers: Sequence[ReadyLayer], geopackage_name: str) -> Element:
    root = Element("layer-tree-group")
    groups: dict[str, Element] = {}
    shown = _shown(layers)
    for layer in layers:
        if layer.group and layer.group not in groups:
            groups[layer.group] = SubElement(
                root, "layer-tree-group", name=layer.group, checked="Qt::Checked", expanded="1"
            )
        SubElement(
            groups.get(layer.group, root),
            "layer-tree-layer",
            id=_layer_id(layer),
            name=layer.title,
            source=_source(layer, geopackage_name),
            providerKey="ogr",
            checked="Qt::Checked" if layer.name in shown else "Qt::Unchecked",
            expanded="1" if layer.name in shown else "0",
        )
    return root


def _shown(layers: Sequence[ReadyLayer]) -> set[str]:
    """Return the names of layers to switch on: of areas that hide each other only the first."""
    visible = [layer for layer in layers if layer.visible]
    covering = [layer for layer in visible if layer.kind == "area" and layer.renderer.filled]
    hidden = {layer.name for layer in covering[1:]}
    return {layer.name for layer in visible} - hidden


def _bounds(layers: Sequence[ReadyLayer], crs: Any) -> list[float]:
    boxes = np.array([layer.frame.geometry.to_crs(crs).total_bounds for layer in layers])
    low, high = np.nanmin(boxes[:, :2], axis=0), np.nanmax(boxes[:, 2:], axis=0)
    margin = _MARGIN * (high - low)
    return [float(x) for x in (*(low - margin), *(high + margin))]


def _extent(bounds: Sequence[float]) -> Element:
    root = Element("extent")
    for tag, value in zip(("xmin", "ymin", "xmax", "ymax"), bounds, strict=True):
        SubElement(root, tag).text = repr(float(value))
    return root


def _map_layer(layer: ReadyLayer, geopackage_name: str) -> Element:
    root = Element(
        "maplayer",
        type="vector",
        geometry=_GEOMETRIES[layer.kind],
        labelsEnabled="1" if layer.label_field else "0",
        hasScaleBasedVisibilityFlag="0",
        readOnly="0",
    )
    SubElement(root, "id").text = _layer_id(layer)
    SubElement(root, "datasource").text = _source(layer, geopackage_name)
    SubElement(root, "layername").text = layer.title
    SubElement(root, "shortname").text = layer.name
    SubElement(root, "title").text = layer.title
    SubElement(root, "abstract").text = layer.abstract
    SubElement(root, "srs").append(spatial_ref_sys(layer.frame.crs))
    metadata = SubElement(root, "resourceMetadata")
    SubElement(metadata, "identifier").text = layer.name
    SubElement(metadata, "title").text = layer.title
    SubElement(metadata, "abstract").text = layer.abstract
    SubElement(root, "provider", encoding="UTF-8").text = "ogr"
    root.extend(style_elements(layer))
    return root
