"""Run Processing algorithms of the installed plugin in headless QGIS, and say as JSON how it went.

Run by Debian's Python, not by the project's: ``/usr/bin/python3 run_algorithms.py PROFILE JOBS
ANSWERS``. JOBS is a list of objects: ``run`` (an algorithm), ``with`` (its parameters), and, if
wanted, ``select`` (an expression: only those features), ``crs`` (``""`` takes it away),
``cancel`` (seconds), ``program`` (the setting), ``locale``. A job with ``describe`` returns what
the algorithm says of itself.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.dont_write_bytecode = True
profile, jobs, answers = map(Path, sys.argv[1:])
sys.path[:0] = [str(profile / "python" / "plugins"), "/usr/share/qgis/python/plugins"]

from qgis.core import (  # noqa: E402
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProject,
    QgsSettings,
    QgsVectorLayer,
)


class Log(QgsProcessingFeedback):
    """Keeps what is said, by kind."""

    def __init__(self):
        super().__init__(False)
        self.lines, self.steps = [], []
        self.progressChanged.connect(self.steps.append)

    def pushInfo(self, words):
        self.lines.append(words)

    def pushConsoleInfo(self, words):
        self.lines.append(words)

    def pushCommandInfo(self, words):
        self.lines.append("$ " + words)

    def reportError(self, words, fatalError=False):
        self.lines.append("! " + words)


def described(layer):
    """Return what matters of a layer that Processing has loaded."""
    about = {"name": layer.name(), "renderer": layer.renderer().type()}
    if isinstance(layer, QgsVectorLayer):
        about |= {
            "crs": layer.crs().authid(),
            "labels": layer.labelsEnabled(),
            "fields": [field.name() for field in layer.fields()],
            "aliases": [field.alias() for field in layer.fields()],
            "rows": [list(map(str, feature.attributes())) for feature in layer.getFeatures()],
        }
    return about


def one(job, registry):
    """Run one job."""
    if "locale" in job:
        QgsSettings().setValue("locale/overrideFlag", True)
        QgsSettings().setValue("locale/userLocale", job["locale"])
    algorithm = registry.createAlgorithmById(job["run"])
    if job.get("describe"):
        return description(algorithm)
    from processing.core.ProcessingConfig import ProcessingConfig
    from processing.gui.Postprocessing import handleAlgorithmResults

    # Set past QGIS's own check: the file was there once.
    ProcessingConfig.settings["SPATIALCARBON_PROGRAM"].value = job.get("program", "")
    parameters, kept = dict(job["with"]), []
    if "INPUT" in parameters:
        layer = QgsVectorLayer(parameters["INPUT"], "places", "ogr")
        assert layer.isValid(), parameters["INPUT"]
        kept.append(layer)
        if job.get("crs") == "":
            layer.setCrs(QgsCoordinateReferenceSystem())
        QgsProject.instance().addMapLayer(layer, False)
        parameters["INPUT"] = layer.id()
        if "select" in job:
            layer.selectByExpression(job["select"])
            parameters["INPUT"] = QgsProcessingFeatureSourceDefinition(layer.id(), True)
    context, log, project = QgsProcessingContext(), Log(), QgsProject()
    context.setProject(QgsProject.instance())
    for name, value in parameters.items():
        if name in ("OUTPUT", "CHANGE") and not value.endswith(".html"):
            parameters[name] = QgsProcessingOutputLayerDefinition(value, project)
    if "cancel" in job:
        threading.Timer(job["cancel"], log.cancel).start()
    started = time.monotonic()
    can, why = algorithm.canExecute()
    if not can:
        return {"fine": False, "log": [why]}
    results, fine = algorithm.run(parameters, context, log)
    if fine:
        handleAlgorithmResults(algorithm, context, log, parameters=parameters)
    return {
        "fine": fine,
        "seconds": time.monotonic() - started,
        "log": log.lines,
        "steps": log.steps,
        "results": results,
        "layers": [described(node.layer()) for node in project.layerTreeRoot().findLayers()],
    }


def description(algorithm):
    """Return the words of an algorithm."""
    return {
        "id": algorithm.id(),
        "name": algorithm.displayName(),
        "group": algorithm.group(),
        "tags": algorithm.tags(),
        "help": algorithm.shortHelpString(),
        "short": algorithm.shortDescription(),
        "parameters": {
            p.name(): [p.description(), p.help(), p.type()]
            for p in algorithm.parameterDefinitions()
        },
        "outputs": {o.name(): o.description() for o in algorithm.outputDefinitions()},
    }


def main():
    """Run all jobs."""
    application = QgsApplication([], False)
    application.initQgis()
    from processing.core.Processing import Processing
    from spatialcarbon_qgis import classFactory

    Processing.initialize()
    plugin = classFactory(None)
    plugin.initProcessing()
    registry = QgsApplication.processingRegistry()
    said = [one(job, registry) for job in json.loads(jobs.read_text(encoding="utf-8"))]
    answers.write_text(json.dumps(said, default=str), encoding="utf-8")
    plugin.unload()
    QgsProject.instance().clear()
    application.exitQgis()


main()
