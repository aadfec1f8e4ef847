"""Who should pay whom for carbon, at a price."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterEnum,
    QgsProcessingParameterNumber,
    QgsProcessingParameterVectorDestination,
)

from .base import CommandAlgorithm, findings
from .parameters import Real
from .words import said

FIELDS = ("EMISSION", "SINK", "GDP", "POPULATION")
BASELINES = ("corrected", "emission", "zero")
SETTLEMENTS = ("proportional", "fewest", "neighbours")
SHOWN = ("compensate_amounts", "compensate_payments")


class CompensateAlgorithm(CommandAlgorithm):
    """Payments between places, and their roles."""

    COMMAND = "compensate"
    GROUP = "targets"
    TITLE = "Ecological compensation"
    TAGS = "compensation,payment,carbon sink,price,payer,receiver"
    QUESTION = "Who should pay whom for carbon, and how much, at a price?"
    HELP = (
        "A place pays when its net emission is above the share that its contribution to GDP "
        "and to sinks would grant it, and receives when it is below. The bill is a rule of "
        "sharing, not a damage, and says nothing about whether the places would agree to it.\n\n"
        "The result is a GeoPackage: amounts by place, payments as lines, and the zones, "
        "which can be added from the same file."
    )

    def initAlgorithm(self, config: Any = None) -> None:  # noqa: N802, ARG002
        """Say what it takes and gives."""
        self.add_places()
        self.add_field("EMISSION", said("Field of emissions"))
        self.add_measure("EMISSION_MEASURE", said("Unit of measure of emissions"), "Mt CO2")
        self.add_field("SINK", said("Field of carbon sinks, in CO2"))
        self.add_measure("SINK_MEASURE", said("Unit of measure of sinks"), "Mt CO2")
        self.add_field("GDP", said("Field of GDP"))
        self.add_measure("GDP_MEASURE", said("Unit of measure of GDP"), said("10^8 CNY"))
        self.add_field("POPULATION", said("Field of population"), optional=True)
        self.add_measure(
            "POPULATION_MEASURE", said("Unit of measure of population"), said("10^4 persons")
        )
        self.add(
            QgsProcessingParameterNumber(
                "PRICE", said("Price of carbon, CNY per t CO2"), Real, 50.0, minValue=0
            ),
            decimals=2,
        )
        baselines = [
            said("Shared out by emissions and contribution"),
            said("Shared out by emissions alone"),
            said("None: every tonne is paid for"),
        ]
        self.add(
            QgsProcessingParameterEnum(
                "BASELINE", said("Net emission that is free"), baselines, defaultValue=0
            )
        )
        self.add(
            QgsProcessingParameterNumber(
                "A", said("Weight of economic contribution"), Real, 0.5, minValue=0
            ),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterNumber(
                "B", said("Weight of ecological support"), Real, 0.5, minValue=0
            ),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterNumber(
                "CAP", said("Most that a place pays, as a share of its GDP"), Real,
                optional=True, minValue=0,
            ),
            advanced=True,
        )  # fmt: skip
        settlements = [
            said("In proportion: every payer pays every receiver"),
            said("Fewest: as few payments as can be found"),
            said("Neighbours: over borders first"),
        ]
        self.add(
            QgsProcessingParameterEnum(
                "SETTLEMENT",
                said("How payers and receivers are paired"),
                settlements,
                defaultValue=1,
            ),
            said("A map of all pairs cannot be read; the amounts of each place are the same."),
        )
        self.add_weights()
        self.add(QgsProcessingParameterVectorDestination("OUTPUT", said("Amounts and payments")))
        self.add_findings()

    def processAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Run it."""
        fields = {name: self.field(parameters, name, context) for name in FIELDS}
        fields = {name: field for name, field in fields.items() if field}
        exported, words = self.places(parameters, list(fields.values()), context, feedback)
        words += self.table(exported)
        words += self.measured(parameters, exported.columns, fields, context)
        for name in ("PRICE", "A", "B", "CAP"):
            if parameters.get(name) is not None or name != "CAP":
                value = self.parameterAsDouble(parameters, name, context)
                words += [f"--{name.lower()}", repr(value)]
        for name, known in (("BASELINE", BASELINES), ("SETTLEMENT", SETTLEMENTS)):
            words += [f"--{name.lower()}", known[self.parameterAsEnum(parameters, name, context)]]
        words += self.weights(parameters, context)
        path = self.geopackage(parameters, context)
        ended = self.command([*words, "--out", path], feedback)
        layer = self.loaded("OUTPUT", path, context, SHOWN)[0]
        return {"OUTPUT": layer.uri(path), "FINDINGS": findings(ended)}
