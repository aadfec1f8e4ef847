"""Who should cut how much: a total shared out by principles of fairness."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterEnum,
    QgsProcessingParameterNumber,
    QgsProcessingParameterVectorDestination,
)

from .base import CommandAlgorithm, findings
from .parameters import Real
from .words import said

PRINCIPLES = (
    *("equality", "cumulative", "economic", "comprehensive", "fairness", "efficiency"),
    *("grandfathering", "ability"),
)
FIELDS = ("EMISSION", "POPULATION", "GDP", "CUMULATIVE")


class AllocateAlgorithm(CommandAlgorithm):
    """The cuts each principle asks of each place."""

    COMMAND = "allocate"
    GROUP = "targets"
    TITLE = "Allocation of reductions"
    TAGS = "allocation,quota,reduction,target,fairness,carbon"
    QUESTION = "What would each principle of fairness ask of each place?"
    HELP = (
        "A total to be cut is shared out by the principles chosen. Equality looks at "
        "population, cumulative emissions at the past, economic capacity at GDP, "
        "grandfathering at present emissions, ability to pay at GDP per head. The "
        "comprehensive principle weighs population, cumulative emissions, GDP and emissions "
        "per GDP together; with fairness preferred the first two count more, with efficiency "
        "preferred the last two. A principle whose field is missing is refused.\n\n"
        "The result is a GeoPackage with one layer for each principle. Places that are asked "
        "for more than they emit are named in the log."
    )

    def initAlgorithm(self, config: Any = None) -> None:  # noqa: N802, ARG002
        """Say what it takes and gives."""
        self.add_places()
        self.add_field("EMISSION", said("Field of emissions"))
        self.add_measure("EMISSION_MEASURE", said("Unit of measure of emissions"), "Mt CO2")
        self.add_field("POPULATION", said("Field of population"), optional=True)
        self.add_measure(
            "POPULATION_MEASURE", said("Unit of measure of population"), said("10^4 persons")
        )
        self.add_field("GDP", said("Field of GDP"), optional=True)
        self.add_measure("GDP_MEASURE", said("Unit of measure of GDP"), said("10^8 CNY"))
        self.add_field("CUMULATIVE", said("Field of cumulative emissions"), optional=True)
        self.add_measure(
            "CUMULATIVE_MEASURE", said("Unit of measure of cumulative emissions"), "Mt CO2"
        )
        words = [
            said("Equality (population)"),
            said("Cumulative emissions"),
            said("Economic capacity (GDP)"),
            said("Comprehensive"),
            said("Fairness preferred"),
            said("Efficiency preferred"),
            said("Grandfathering"),
            said("Ability to pay"),
        ]
        self.add(
            QgsProcessingParameterEnum(
                "PRINCIPLES", said("Principles"), words, allowMultiple=True, defaultValue=[0, 2]
            )
        )
        self.add(
            QgsProcessingParameterNumber(
                "CUT", said("To be cut, as a part of all emissions"), Real, 0.1,
                optional=True, minValue=0, maxValue=1,
            ),
            said("0.1 means ten percent. Not used where a total is given."),
        )  # fmt: skip
        self.add(
            QgsProcessingParameterNumber("TOTAL", said("To be cut in all"), Real, optional=True),
            said("In the unit of measure of the emissions."),
        )
        self.add(
            QgsProcessingParameterNumber(
                "CAP", said("Largest part of its emissions that a place may cut"), Real,
                optional=True, minValue=0, maxValue=1,
            ),
            advanced=True,
        )  # fmt: skip
        self.add_seed()
        self.add(QgsProcessingParameterVectorDestination("OUTPUT", said("Reductions by principle")))
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
        chosen = self.parameterAsEnums(parameters, "PRINCIPLES", context)
        if not chosen:
            raise QgsProcessingException(said("Choose at least one principle."))
        words += ["--principles", ",".join(PRINCIPLES[at] for at in chosen)]
        if parameters.get("TOTAL") is not None:
            words += ["--total", repr(self.parameterAsDouble(parameters, "TOTAL", context))]
        else:
            words += ["--cut", repr(self.parameterAsDouble(parameters, "CUT", context))]
        if parameters.get("CAP") is not None:
            words += ["--cap", repr(self.parameterAsDouble(parameters, "CAP", context))]
        path = self.geopackage(parameters, context)
        ended = self.command([*words, *self.seed(parameters, context), "--out", path], feedback)
        layer = self.loaded("OUTPUT", path, context)[0]
        return {"OUTPUT": layer.uri(path), "FINDINGS": findings(ended)}
