"""Global Moran's I, local Moran's I (LISA), and hot spots (G*)."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterVectorDestination,
    QgsProcessingUtils,
)

from .base import CommandAlgorithm, findings
from .layers import rows
from .page import moran_page
from .parameters import Whole
from .words import said

ALTERNATIVES = ("two-sided", "greater", "less")


class Autocorrelation(CommandAlgorithm):
    """What the three have in common: one field of values, neighbours, permutations."""

    GROUP = "autocorrelation"

    def add_values(self) -> None:
        """Add places and values."""
        self.add_places()
        self.add_field("FIELD", said("Field of values"), said("Every place needs a number in it."))
        self.add_measure("MEASURE", said("Unit of measure of the values"))
        self.add(
            QgsProcessingParameterNumber(
                "YEAR", said("Year of the values"), Whole, optional=True, minValue=1
            ),
            said("Only said in titles and findings."),
        )

    def values(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> list[str]:
        """Return the words of map, table, values, weights, permutations."""
        field = self.field(parameters, "FIELD", context)
        exported, words = self.places(parameters, [field], context, feedback)
        words += [*self.table(exported), "--column", exported.columns[field]]
        measure = self.parameterAsString(parameters, "MEASURE", context).strip()
        if measure:
            words += ["--measure", measure]
        if parameters.get("YEAR") is not None:
            words += ["--year", str(self.parameterAsInt(parameters, "YEAR", context))]
        return [*words, *self.weights(parameters, context), *self.chance(parameters, context)]


class MoranAlgorithm(Autocorrelation):
    """Global Moran's I as numbers and a page."""

    COMMAND = "moran"
    TITLE = "Global Moran's I"
    TAGS = "moran,spatial autocorrelation,clustering,p-value,carbon"
    QUESTION = "Do places with high values lie next to each other?"
    HELP = (
        "Moran's I compares each place with its neighbours. Values above its expectation E[I] "
        "mean that like lies next to like, values below it that unlike does. Read the p-value "
        "before the number: with few places the random band is wide.\n\n"
        "The result is a page with the numbers, which are outputs for models and scripts too."
    )

    def initAlgorithm(self, config: Any = None) -> None:  # noqa: N802, ARG002
        """Say what it takes and gives."""
        self.add_values()
        self.add_weights()
        choices = [
            said("Two-sided: like or unlike"),
            said("Greater: like lies next to like"),
            said("Less: unlike lies next to unlike"),
        ]
        self.add(
            QgsProcessingParameterEnum(
                "ALTERNATIVE", said("What p-values are against"), choices, defaultValue=0
            ),
            advanced=True,
        )
        self.add_chance()
        self.add(
            QgsProcessingParameterFileDestination(
                "OUTPUT", said("Page with the numbers"), said("Pages (*.html)"), optional=True
            )
        )
        self.add(
            QgsProcessingParameterFileDestination(
                "TABLE", said("Table with all numbers"), said("Tables (*.csv)"),
                optional=True, createByDefault=False,
            )
        )  # fmt: skip
        for name, words in (
            ("I", said("Moran's I")),
            ("EXPECTED", said("Expectation E[I]")),
            ("Z", said("z-score")),
            ("P", said("p-value")),
            ("N", said("Places")),
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
        words = self.values(parameters, context, feedback)
        against = ALTERNATIVES[self.parameterAsEnum(parameters, "ALTERNATIVE", context)]
        numbers = Path(QgsProcessingUtils.generateTempFilename("moran.json"))
        ended = self.command([*words, "--alternative", against, "--out", str(numbers)], feedback)
        row = json.loads(numbers.read_text(encoding="utf-8"))[0]
        if row["statistic"] is None:
            raise QgsProcessingException(
                said("Moran's I cannot be computed: {reason}", reason=row["status"])
            )
        drawn = row["pvalue_permutation"]
        results = {
            "I": row["statistic"],
            "EXPECTED": row["expected"],
            "Z": row["z_randomization"],
            "P": row["pvalue_randomization"] if drawn is None else drawn,
            "N": row["n"],
            "FINDINGS": findings(ended),
        }
        feedback.pushInfo(f"I = {results['I']:.6g}, p = {results['P']:.6g}")
        page = self.parameterAsFileOutput(parameters, "OUTPUT", context)
        if page:
            title = self.field(parameters, "FIELD", context)
            content = moran_page(title, row, results["FINDINGS"])
            Path(page).write_text(content, encoding="utf-8")
            results["OUTPUT"] = page
        table = self.parameterAsFileOutput(parameters, "TABLE", context)
        if table:
            with open(table, "w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file).writerows([row.keys(), row.values()])
            results["TABLE"] = table
        return results


class LisaAlgorithm(Autocorrelation):
    """Local Moran's I as a styled layer."""

    COMMAND = "lisa"
    TITLE = "Local Moran's I (LISA)"
    TAGS = "lisa,local moran,cluster,outlier,hot spot,carbon"
    QUESTION = "Where are the hot spots, the cold spots and the places unlike their neighbours?"
    HELP = (
        "High-High: a high value among high neighbours. Low-Low: a low value among low ones. "
        "High-Low and Low-High: a place unlike its neighbours. The colour marks the core of a "
        "cluster; its neighbours belong to it too. Not significant means that chance is a "
        "sufficient explanation, not that nothing is there.\n\n"
        "The result is a GeoPackage with the layer in the usual colours."
    )
    COUNTS = (
        ("HIGH_HIGH", "High-High"),
        ("LOW_LOW", "Low-Low"),
        ("LOW_HIGH", "Low-High"),
        ("HIGH_LOW", "High-Low"),
    )

    def initAlgorithm(self, config: Any = None) -> None:  # noqa: N802, ARG002
        """Say what it takes and gives."""
        self.add_values()
        self.add_weights()
        self.add_own()
        self.add_significance()
        self.add_chance()
        self.add(QgsProcessingParameterVectorDestination("OUTPUT", self.output_name()))
        for name, label in self.COUNTS:
            self.addOutput(
                QgsProcessingOutputNumber(name, said("Places: {kind}", kind=said(label)))
            )
        self.add_findings()

    def add_own(self) -> None:
        """Add what this algorithm alone takes."""

    def own(self, parameters: dict[str, Any], context: QgsProcessingContext) -> list[str]:  # noqa: ARG002
        """Return its words."""
        return []

    def output_name(self) -> str:
        """Return what the layer is."""
        return said("Clusters and outliers (LISA)")

    def processAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Run it."""
        words = self.values(parameters, context, feedback)
        words += [*self.own(parameters, context), *self.significance(parameters, context)]
        path = self.geopackage(parameters, context)
        ended = self.command([*words, "--out", path], feedback)
        layer = self.loaded("OUTPUT", path, context)[0]
        found = Counter(label for (label,) in rows(path, layer.name, ["label"]))
        counts = {name: found[label] for name, label in self.COUNTS}
        return {"OUTPUT": layer.uri(path), "FINDINGS": findings(ended), **counts}


class HotspotsAlgorithm(LisaAlgorithm):
    """Getis and Ord's G* as a styled layer."""

    COMMAND = "hotspots"
    TITLE = "Hot spots (Getis-Ord G*)"
    TAGS = "hot spot,cold spot,getis,ord,gi*,carbon"
    QUESTION = "Where do high values gather, and where low ones?"
    HELP = (
        "Hot spot: a neighbourhood of high values; cold spot: one of low values. A place "
        "unlike its neighbours takes their label where they outweigh it, and none where it "
        "outweighs them. Not significant means that chance is a sufficient explanation, not "
        "that nothing is there.\n\n"
        "The result is a GeoPackage with the layer in the usual colours."
    )
    COUNTS = (("HOT", "Hot spot"), ("COLD", "Cold spot"))

    def add_own(self) -> None:
        """Add whether a place counts as its own neighbour."""
        self.add(
            QgsProcessingParameterBoolean(
                "STAR", said("Count a place as part of its neighbourhood (G*)"), True
            ),
            advanced=True,
        )

    def own(self, parameters: dict[str, Any], context: QgsProcessingContext) -> list[str]:
        """Return the words of that."""
        return ["--star" if self.parameterAsBool(parameters, "STAR", context) else "--no-star"]

    def output_name(self) -> str:
        """Return what the layer is."""
        return said("Hot and cold spots (G*)")
