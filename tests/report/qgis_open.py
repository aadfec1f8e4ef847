"""Open GeoPackages and projects in headless QGIS and say as JSON what it made of them.

Run by Debian's Python, not by the project's: ``/usr/bin/python3 qgis_open.py SOURCE [PNG]``.
SOURCE is a GeoPackage (its layers are opened one by one, as a user drags them in), a
``.qgz`` project, or ``geopackage:FILE?projectName=NAME``. With PNG the map is drawn: every
layer of a GeoPackage into ``PNG`` with its name inserted, a project as it first shows itself.
"""

import json
import os
import sqlite3
import sys
from contextlib import closing

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.dont_write_bytecode = True

from qgis.core import (  # noqa: E402
    QgsApplication,
    QgsDateTimeRange,
    QgsEditFormConfig,
    QgsFeatureRequest,
    QgsLayoutExporter,
    QgsLayoutItem,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRenderContext,
    QgsVectorLayer,
    QgsVectorLayerTemporalContext,
)
from qgis.gui import QgsMapCanvas  # noqa: E402
from qgis.PyQt.QtCore import QDate, QDateTime, QSize, QTime  # noqa: E402
from qgis.PyQt.QtGui import QColor  # noqa: E402


def describe(layer):
    """Return what matters of one layer."""
    renderer, labeling, metadata = layer.renderer(), layer.labeling(), layer.metadata()
    kind = renderer.type() if renderer else ""
    if kind == "categorizedSymbol":
        entries = [[c.value(), c.label(), c.symbol().color().name()] for c in renderer.categories()]
    elif kind == "graduatedSymbol":
        entries = [
            [[r.lowerValue(), r.upperValue()], r.label(), r.symbol().color().name()]
            for r in renderer.ranges()
        ]
    else:
        entries = []
    undrawn = []
    if renderer:
        render = QgsRenderContext.fromMapSettings(QgsMapSettings())
        renderer.startRender(render, layer.fields())
        for feature in layer.getFeatures():
            render.expressionContext().setFeature(feature)
            if renderer.symbolForFeature(feature, render) is None:
                undrawn.append(feature.id())
        renderer.stopRender(render)
    return {
        "name": layer.name(),
        "valid": layer.isValid(),
        "spatial": layer.isSpatial(),
        "crs": layer.crs().isValid() and layer.crs().authid(),
        "features": layer.featureCount(),
        "renderer": kind,
        "entries": entries,
        "undrawn": undrawn,
        "labels": layer.labelsEnabled() and labeling.settings().fieldName,
        "fit": layer.labelsEnabled() and labeling.settings().fitInPolygonOnly,
        "aliases": {field.name(): field.alias() for field in layer.fields()},
        "precision": {
            field.name(): field.editorWidgetSetup().config().get("Precision")
            for field in layer.fields()
        },
        "words": {
            field.name(): [next(iter(pair.items())) for pair in setup.config()["map"]]
            for field in layer.fields()
            if (setup := field.editorWidgetSetup()).type() == "ValueMap"
        },
        "tabs": [tab.name() for tab in layer.editFormConfig().tabs()],
        "locked": all(layer.editFormConfig().readOnly(i) for i in range(1, layer.fields().count())),
        "tip": layer.mapTipTemplate(),
        "hidden": [c.name for c in layer.attributeTableConfig().columns() if c.hidden],
        "title": metadata.title(),
        "abstract": metadata.abstract(),
        "history": list(metadata.history()),
        "licences": list(metadata.licenses()),
        "metadata_crs": metadata.crs().isValid(),
    }


def in_year(layer, year):
    """Return how many features the clock shows in a year, or None for a layer without time."""
    clock = layer.temporalProperties()
    if not layer.isSpatial() or not clock.isActive():
        return None
    span = QgsDateTimeRange(
        QDateTime(QDate(year, 1, 1), QTime(0, 0)),
        QDateTime(QDate(year + 1, 1, 1), QTime(0, 0)),
        True,
        False,
    )
    context = QgsVectorLayerTemporalContext()
    context.setLayer(layer)
    chosen = QgsFeatureRequest().setFilterExpression(clock.createFilterString(context, span))
    return len(list(layer.getFeatures(chosen)))


def relations(project):
    """Return for each relation the rows of the first place, and whether the form shows them."""
    found = {}
    for name, relation in project.relationManager().relations().items():
        place = next(relation.referencedLayer().getFeatures())
        rows = len(list(relation.getRelatedFeatures(place))) if relation.isValid() else None
        generated = relation.referencedLayer().editFormConfig().layout()
        found[name] = [rows, int(generated) == int(QgsEditFormConfig.GeneratedLayout)]
    return found


def printed(project, png):
    """Export the first print layout as a picture and a PDF; say what the layouts are made of."""
    layouts = project.layoutManager().printLayouts()
    if png and layouts:
        exporter = QgsLayoutExporter(layouts[0])
        picture = QgsLayoutExporter.ImageExportSettings()
        picture.dpi = 60
        exporter.exportToImage(png.replace(".png", "_layout.png"), picture)
        exporter.exportToPdf(
            png.replace(".png", "_layout.pdf"), QgsLayoutExporter.PdfExportSettings()
        )
    return {
        layout.name(): {
            item.id(): getattr(item, "currentText", lambda: "")()
            for item in layout.items()
            if isinstance(item, QgsLayoutItem)
        }
        for layout in layouts
    }


def draw(layers, extent, crs, path):
    """Draw some layers, topmost first."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(crs)
    settings.setExtent(extent)
    settings.setOutputSize(QSize(1200, 900))
    settings.setOutputDpi(96)
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    job.renderedImage().save(path)


def open_geopackage(source, png):
    """Open every table of a GeoPackage on its own."""
    with closing(sqlite3.connect(source)) as database:
        names = [
            name
            for (name,) in database.execute("SELECT table_name FROM gpkg_contents ORDER BY rowid")
            if name != "layer_styles"
        ]
    layers = [QgsVectorLayer(f"{source}|layername={name}", name, "ogr") for name in names]
    for layer in layers:
        if png and layer.isSpatial():
            draw([layer], layer.extent(), layer.crs(), png.replace(".png", f"_{layer.name()}.png"))
    return {"layers": [describe(layer) for layer in layers]}


def open_project(source, png):
    """Open a project."""
    project = QgsProject.instance()
    canvas = QgsMapCanvas()
    canvas.resize(1200, 900)
    canvas.setObjectName("theMapCanvas")  # the name by which the desktop finds its first view
    read = project.read(source)
    root = project.layerTreeRoot()
    nodes = root.findLayers()
    extent = canvas.extent()
    if png:
        shown = [node.layer() for node in nodes if node.isVisible()]
        draw(shown, extent, project.crs(), png)
    return {
        "read": read,
        "title": project.title(),
        "crs": project.crs().isValid(),
        "crs_name": project.crs().description(),
        "extent": [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()],
        "groups": {
            group.name(): [node.name() for node in group.findLayers()]
            for group in root.findGroups()
        },
        "order": [node.layer().name() if node.layer() else None for node in nodes],
        "shown": [node.name() for node in nodes if node.isVisible()],
        "layers": [describe(node.layer()) for node in nodes if node.layer()],
        "themes": project.mapThemeCollection().mapThemes(),
        "relations": relations(project),
        "clock": [
            project.timeSettings().temporalRange().begin().date().year(),
            project.timeSettings().temporalRange().end().date().year(),
        ],
        "in_2017": {
            node.layer().source().rpartition("=")[2]: in_year(node.layer(), 2017)
            for node in nodes
            if node.layer()
        },
        "layouts": printed(project, png),
    }


def main():
    """Open, describe, draw."""
    source, png = sys.argv[1], (sys.argv[2] if len(sys.argv) > 2 else None)
    application = QgsApplication([], True)
    application.initQgis()
    opened = open_geopackage if source.endswith(".gpkg") else open_project
    print(json.dumps(opened(source, png), ensure_ascii=True, default=str))
    QgsProject.instance().clear()
    application.exitQgis()


main()
