"""Layers out of QGIS into a file the command reads, and the command's layers back."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Sequence
from contextlib import closing
from typing import Any, NamedTuple

from qgis.core import (
    QgsFeature,
    QgsField,
    QgsFields,
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsVectorFileWriter,
    QgsWkbTypes,
)

from .words import said

EXPORTED, TABLE = "places.gpkg", "places"
_TAKEN = {"fid", "ogc_fid", "geom", "geometry", "rowid", "name_en", "name_zh", "year"}
"""Names that a GeoPackage keeps for itself, or by which the command knows something else."""


class Exported(NamedTuple):
    """A layer as the command reads it."""

    path: str
    columns: dict[str, str]
    """Name of each field in the layer → its name in the file."""
    features: int


class Result(NamedTuple):
    """A layer of a GeoPackage that the command wrote."""

    name: str
    title: str

    def uri(self, path: str) -> str:
        """Return what QGIS opens."""
        return f"{path}|layername={self.name}"


def export(
    source: QgsProcessingFeatureSource,
    fields: Sequence[str],
    label: str,
    path: str,
    context: QgsProcessingContext,
    feedback: QgsProcessingFeedback,
) -> Exported:
    """Write the features of a source, the selected ones if so chosen, with some fields."""
    if not source.sourceCrs().isValid():
        raise QgsProcessingException(
            said(
                "The layer “{layer}” has no coordinate reference system, so neither distances nor "
                "areas can be measured. Set it under Layer properties › Source.",
                layer=source.sourceName(),
            )
        )
    wanted = list(dict.fromkeys(fields))
    known = source.fields()
    places = [known.lookupField(name) for name in wanted]
    columns = _column_names(wanted)
    written = QgsFields()
    for name, place in zip(wanted, places):
        field = QgsField(known.at(place))
        field.setName(columns[name])
        written.append(field)
    if label:
        # The command knows names in two languages by these columns.
        places += [known.lookupField(label)] * 2
        for name in ("name_en", "name_zh"):
            field = QgsField(known.at(places[-1]))
            field.setName(name)
            written.append(field)
    flat = QgsWkbTypes.flatType(QgsWkbTypes.linearType(source.wkbType()))
    kind = QgsWkbTypes.multiType(flat)
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", TABLE
    writer = QgsVectorFileWriter.create(
        path, written, kind, source.sourceCrs(), context.transformContext(), options
    )
    if writer.hasError() != QgsVectorFileWriter.NoError:
        raise QgsProcessingException(writer.errorMessage())
    count = source.featureCount()
    if not count:
        raise QgsProcessingException(
            said("The layer “{layer}” has no features to use.", layer=source.sourceName())
        )
    done = 0
    for feature in source.getFeatures():
        if feedback.isCanceled():
            break
        copy = QgsFeature(written)
        copy.setAttributes([feature.attributes()[place] for place in places])
        if feature.hasGeometry():
            shapes = feature.geometry().coerceToType(kind)
            copy.setGeometry(shapes[0] if shapes else feature.geometry())
        if not writer.addFeature(copy):
            raise QgsProcessingException(writer.errorMessage())
        done += 1
        feedback.setProgress(10 * done / count)
    del writer  # closes the file
    return Exported(path, columns, done)


def _column_names(fields: Sequence[str]) -> dict[str, str]:
    """Return a name for each field that the file can have and that no comma splits."""
    names: dict[str, str] = {}
    used = set(_TAKEN)
    for field in fields:
        plain = field.replace(",", " ").replace("=", " ").strip() or "field"
        name, number = plain, 1
        while name.lower() in used:
            number += 1
            name = f"{plain}_{number}"
        used.add(name.lower())
        names[field] = name
    return names


def results_in(path: str) -> list[Result]:
    """Return the layers of a GeoPackage, the topmost first."""
    question = (
        "SELECT table_name, identifier FROM gpkg_contents "
        "WHERE data_type = 'features' ORDER BY rowid"
    )
    with closing(sqlite3.connect(path)) as database:
        return [Result(name, title or name) for name, title in database.execute(question)]


def rows(path: str, table: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return some columns of a table of a GeoPackage."""
    quoted = ['"' + name.replace('"', '""') + '"' for name in (*columns, table)]
    question = f"SELECT {', '.join(quoted[:-1])} FROM {quoted[-1]}"
    with closing(sqlite3.connect(path)) as database:
        return list(database.execute(question))


class OwnStyle(QgsProcessingLayerPostProcessorInterface):
    """Gives a loaded result the style it carries: Processing does not ask for it by itself."""

    def postProcessLayer(  # noqa: N802
        self,
        layer: QgsMapLayer,
        context: QgsProcessingContext,  # noqa: ARG002
        feedback: QgsProcessingFeedback,  # noqa: ARG002
    ) -> None:
        """Load the default style of the file."""
        layer.loadDefaultStyle()
        layer.triggerRepaint()


_KEPT: deque[OwnStyle] = deque(maxlen=64)
"""Those still to be asked: QGIS holds on to each, but not to the Python in it."""


def load_later(
    context: QgsProcessingContext, output: str, path: str, results: Sequence[Result]
) -> None:
    """Have QGIS load these layers in place of the file, if the user wanted the file loaded."""
    waiting: dict[str, Any] = context.layersToLoadOnCompletion()
    if path not in waiting:
        return
    project = waiting.pop(path).project
    for result in results:
        details = QgsProcessingContext.LayerDetails(result.title, project, output)
        details.forceName = True
        _KEPT.append(OwnStyle())
        details.setPostProcessor(_KEPT[-1])
        waiting[result.uri(path)] = details
    context.setLayersToLoadOnCompletion(waiting)
