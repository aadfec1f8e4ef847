"""Spatial weights: who is a neighbour of whom, drawn as lines."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterVectorDestination,
)

from .base import CommandAlgorithm, findings
from .layers import rows
from .words import said


class WeightsAlgorithm(CommandAlgorithm):
    """The links of some weights, and how many there are."""

    COMMAND = "weights"
    GROUP = "autocorrelation"
    TITLE = "Spatial weights"
    TAGS = "weights,neighbours,contiguity,queen,rook,knn,distance band"
    QUESTION = "Which places are neighbours of which?"
    HELP = (
        "Every line links two places that are neighbours. Look at it before any statistic: "
        "islands and gaps in the map show at once. The log says how many pairs there are, "
        "which places have no neighbour, and into how many parts the map falls.\n\n"
        "The weights can be saved for other programs: .csv (one row per link), .gal, .gwt or "
        ".parquet."
    )
    TRANSFORM = 1

    def initAlgorithm(self, config: Any = None) -> None:  # noqa: N802, ARG002
        """Say what it takes and gives."""
        self.add_places()
        self.add_weights()
        self.add(
            QgsProcessingParameterVectorDestination("OUTPUT", said("Links between neighbours"))
        )
        self.add(
            QgsProcessingParameterFileDestination(
                "FILE", said("File of the weights"),
                said("Weights (*.csv *.gal *.gwt *.parquet)"),
                optional=True, createByDefault=False,
            )
        )  # fmt: skip
        for name, words in (
            ("N", said("Places")),
            ("PAIRS", said("Pairs of neighbours")),
            ("ISOLATES", said("Places without neighbours")),
            ("COMPONENTS", said("Parts that hang together")),
        ):
            self.addOutput(QgsProcessingOutputNumber(name, words))
        self.add_findings()

    def processAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Run it."""
        exported, words = self.places(parameters, [], context, feedback)
        words += self.weights(parameters, context)
        path = self.geopackage(parameters, context)
        ended = self.command([*words, "--out", path], feedback)
        feedback.pushInfo(ended.out.rstrip())
        layer = self.loaded("OUTPUT", path, context)[0]
        pairs = rows(path, layer.name, ["focal", "neighbor"])
        linked = {end for pair in pairs for end in pair}
        results: dict[str, Any] = {
            "OUTPUT": layer.uri(path),
            "N": exported.features,
            "PAIRS": len(pairs),
            "ISOLATES": exported.features - len(linked),
            "COMPONENTS": exported.features - len(linked) + parts(pairs),
            "FINDINGS": findings(ended),
        }
        file = self.parameterAsFileOutput(parameters, "FILE", context)
        if file:
            self.command([*words, "--out", file], feedback)
            results["FILE"] = file
        return results


def parts(pairs: list[tuple[Any, ...]]) -> int:
    """Return into how many parts the linked places fall."""
    head: dict[Any, Any] = {}

    def first(end: Any) -> Any:
        while head.setdefault(end, end) != end:
            head[end] = head[head[end]]
            end = head[end]
        return end

    for one, other in pairs:
        head[first(one)] = first(other)
    return len({first(end) for end in list(head)})
