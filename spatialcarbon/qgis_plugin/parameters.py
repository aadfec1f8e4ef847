"""Parameters that several algorithms have, and the words of the command they become."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputString,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
    QgsProcessingUtils,
)

from .layers import EXPORTED, Exported, export
from .words import said

Whole = QgsProcessingParameterNumber.Integer
Real = QgsProcessingParameterNumber.Double
WEIGHTS = ("queen", "rook", "knn", "band")
TRANSFORMS = ("R", "B", "D", "V")
CORRECTIONS = ("fdr_bh", "bonferroni", "none")
SEED, PERMUTATIONS = 20240501, 99_999


class SharedParameters(QgsProcessingAlgorithm):
    """Places, neighbours, chance and significance: added to an algorithm, and read from it."""

    TRANSFORM = 0

    def add(
        self,
        parameter: Any,
        help_: str = "",
        *,
        advanced: bool = False,
        decimals: int | None = None,
    ) -> None:
        """Add a parameter with its help; an advanced one is folded away at first."""
        if decimals is not None:
            parameter.setMetadata({"widget_wrapper": {"decimals": decimals}})
        if advanced:
            flag = QgsProcessingParameterDefinition.FlagAdvanced
            parameter.setFlags(parameter.flags() | flag)
        if help_:
            parameter.setHelp(help_)
        self.addParameter(parameter)

    def add_places(self, *, optional: bool = False) -> None:
        """Add the layer of places, the field that tells them apart, and that of their names."""
        self.add(
            QgsProcessingParameterFeatureSource(
                "INPUT",
                said("Places"),
                [QgsProcessing.TypeVectorPolygon],
                optional=optional,
            ),
            said("Polygons with one feature for each place, in any coordinate reference system."),
        )
        self.add(
            QgsProcessingParameterField(
                "KEY", said("Field that identifies a place"), parentLayerParameterName="INPUT",
                optional=optional,
            ),
            said("A code or name that is there once for each place."),
        )  # fmt: skip
        self.add(
            QgsProcessingParameterField(
                "NAME", said("Field of the names (else the key)"), parentLayerParameterName="INPUT",
                optional=True,
            ),
            said("What tables and maps call a place."),
        )  # fmt: skip

    def add_field(self, name: str, words: str, help_: str = "", *, optional: bool = False) -> None:
        """Add a field of numbers."""
        self.add(
            QgsProcessingParameterField(
                name, words, parentLayerParameterName="INPUT",
                type=QgsProcessingParameterField.Numeric, optional=optional,
            ),
            help_,
        )  # fmt: skip

    def add_measure(self, name: str, words: str, default: str = "") -> None:
        """Add the unit of measure of a field."""
        self.add(
            QgsProcessingParameterString(name, words, default or None, optional=not default),
            said("Such as Mt CO2, 10^4 t or 10^8 CNY. It is stated, never guessed."),
        )

    def add_weights(self) -> None:
        """Add who is a neighbour of whom."""
        choices = [
            said("Queen: a common border or corner"),
            said("Rook: a common border"),
            said("The k nearest places"),
            said("All places within a distance"),
        ]
        self.add(QgsProcessingParameterEnum("WEIGHTS", said("Neighbours"), choices, defaultValue=0))
        self.add(
            QgsProcessingParameterNumber(
                "K", said("Number of nearest places (k)"), Whole, 4, minValue=1
            ),
            said("Used with “the k nearest places” only."),
        )
        self.add(
            QgsProcessingParameterNumber(
                "DISTANCE", said("Distance in km"), Real, optional=True, minValue=0
            ),
            said(
                "Used with “all places within a distance” only. Left out, it is the smallest that "
                "gives every place a neighbour."
            ),
        )
        transforms = [
            said("R: rows sum to one"),
            said("B: binary"),
            said("D: all weights sum to one"),
            said("V: variance-stabilising"),
        ]
        self.add(
            QgsProcessingParameterEnum(
                "TRANSFORM", said("Standardisation"), transforms, defaultValue=self.TRANSFORM
            ),
            advanced=True,
        )

    def add_chance(self) -> None:
        """Add permutations and seed."""
        self.add(
            QgsProcessingParameterNumber(
                "PERMUTATIONS", said("Random permutations"), Whole, PERMUTATIONS, minValue=0
            ),
            said("More give finer p-values; 0 gives none."),
            advanced=True,
        )
        self.add_seed()

    def add_seed(self) -> None:
        """Add the seed."""
        self.add(
            QgsProcessingParameterNumber("SEED", said("Seed"), Whole, SEED, minValue=0),
            said("The same seed gives the same result."),
            advanced=True,
        )

    def add_significance(self) -> None:
        """Add the level of significance and the correction."""
        self.add(
            QgsProcessingParameterNumber(
                "ALPHA", said("Level of significance"), Real, 0.05, minValue=0, maxValue=1
            ),
            decimals=3,
        )
        choices = [
            said("False discovery rate (Benjamini–Hochberg)"),
            said("Bonferroni"),
            said("None: p-values as they are"),
        ]
        self.add(
            QgsProcessingParameterEnum(
                "CORRECTION", said("Correction for many tests"), choices, defaultValue=0
            ),
            said("Testing many places finds some by chance: the correction keeps those few."),
        )

    def add_findings(self) -> None:
        """Add what the command said as an output for models and scripts."""
        self.addOutput(QgsProcessingOutputString("FINDINGS", said("Findings and remarks")))

    def places(
        self,
        parameters: dict[str, Any],
        fields: list[str],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> tuple[Exported, list[str]]:
        """Return the exported places and the words that name them as map."""
        source = self.parameterAsSource(parameters, "INPUT", context)
        if source is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, "INPUT"))
        key = self.field(parameters, "KEY", context)
        if not key:
            raise QgsProcessingException(
                said("Choose the field that identifies a place, such as a code or a name.")
            )
        path = QgsProcessingUtils.generateTempFilename(EXPORTED)
        label = self.field(parameters, "NAME", context)
        exported = export(source, [key, *fields], label, path, context, feedback)
        return exported, ["--units", path, "--key", exported.columns[key]]

    def table(self, exported: Exported) -> list[str]:
        """Return the words that name the exported places as table too."""
        return ["--table", exported.path]

    def field(self, parameters: dict[str, Any], name: str, context: QgsProcessingContext) -> str:
        """Return the field chosen, or nothing."""
        chosen = self.parameterAsFields(parameters, name, context)
        return str(chosen[0]) if chosen else ""

    def weights(self, parameters: dict[str, Any], context: QgsProcessingContext) -> list[str]:
        """Return the words that describe the weights."""
        kind = WEIGHTS[self.parameterAsEnum(parameters, "WEIGHTS", context)]
        if kind == "knn":
            kind = f"knn:{self.parameterAsInt(parameters, 'K', context)}"
        elif kind == "band" and parameters.get("DISTANCE") is not None:
            kind = f"band:{self.parameterAsDouble(parameters, 'DISTANCE', context)!r}"
        transform = TRANSFORMS[self.parameterAsEnum(parameters, "TRANSFORM", context)]
        return ["--weights", kind, "--transform", transform]

    def chance(self, parameters: dict[str, Any], context: QgsProcessingContext) -> list[str]:
        """Return the words of permutations and seed."""
        draws = self.parameterAsInt(parameters, "PERMUTATIONS", context)
        return ["--permutations", str(draws), *self.seed(parameters, context)]

    def seed(self, parameters: dict[str, Any], context: QgsProcessingContext) -> list[str]:
        """Return the words of the seed."""
        return ["--seed", str(self.parameterAsInt(parameters, "SEED", context))]

    def significance(self, parameters: dict[str, Any], context: QgsProcessingContext) -> list[str]:
        """Return the words of significance."""
        alpha = self.parameterAsDouble(parameters, "ALPHA", context)
        correction = CORRECTIONS[self.parameterAsEnum(parameters, "CORRECTION", context)]
        return ["--alpha", repr(alpha), "--correction", correction]

    def measured(
        self,
        parameters: dict[str, Any],
        columns: dict[str, str],
        fields: dict[str, str],
        context: QgsProcessingContext,
    ) -> list[str]:
        """Return the words of fields by their part, each with its unit of measure."""
        words: list[str] = []
        for name, field in fields.items():
            column = columns[field]
            measure = self.parameterAsString(parameters, f"{name}_MEASURE", context).strip()
            words += [f"--{name.lower()}", column]
            words += ["--measure", f"{column}={measure}"] if measure else []
        return words
