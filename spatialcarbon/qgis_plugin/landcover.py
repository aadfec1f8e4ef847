"""Land-cover transitions between two rasters, by place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
    QgsProcessingParameterVectorDestination,
    QgsProcessingUtils,
)

from .base import CommandAlgorithm, findings
from .parameters import Whole
from .words import said

SCHEMES = ("CLCD", "GlobeLand30", "CNLUCC", "WorldCover", "IGBP", "common")


class LandCoverAlgorithm(CommandAlgorithm):
    """What land turned into what."""

    COMMAND = "landcover"
    GROUP = "land"
    TITLE = "Land-cover transitions"
    TAGS = "land cover,land use,transition,change,built-up,raster"
    QUESTION = "What land turned into what between two years?"
    HELP = (
        "Cells of two rasters on the same grid are compared and counted by place, in km² of "
        "true area. The layers show the growth of built-up land and what it was before; the "
        "table, if wanted, holds every transition; the raster, if wanted, every change.\n\n"
        "Without places the rasters are counted as a whole."
    )

    def initAlgorithm(self, config: Any = None) -> None:  # noqa: N802, ARG002
        """Say what it takes and gives."""
        self.add(QgsProcessingParameterRasterLayer("EARLIER", said("Earlier raster")))
        self.add(QgsProcessingParameterRasterLayer("LATER", said("Later raster")))
        for name, words in (
            ("YEAR_EARLIER", said("Year of the earlier raster")),
            ("YEAR_LATER", said("Year of the later raster")),
        ):
            self.add(
                QgsProcessingParameterNumber(name, words, Whole, optional=True),
                said("Left out, it is read from the name of the file."),
            )
        self.add(
            QgsProcessingParameterEnum(
                "SCHEME", said("What the codes mean"), SCHEMES, defaultValue=0
            )
        )
        self.add(
            QgsProcessingParameterFile(
                "LEGEND", said("Own legend instead (CSV)"), extension="csv", optional=True
            ),
            said("A table of codes and the classes they mean."),
            advanced=True,
        )
        self.add_places(optional=True)
        self.add(
            QgsProcessingParameterBoolean(
                "EXACT", said("Share cells on a border by area, not by their centre"), False
            ),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterVectorDestination("OUTPUT", said("Land-cover change by place"))
        )
        self.add(
            QgsProcessingParameterFileDestination(
                "TABLE", said("Table of all transitions"), said("Tables (*.csv *.xlsx)"),
                optional=True, createByDefault=False,
            )
        )  # fmt: skip
        self.add(
            QgsProcessingParameterRasterDestination(
                "CHANGE", said("Raster of changes"), optional=True, createByDefault=False
            )
        )
        self.add_findings()

    def processAlgorithm(  # noqa: N802
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Run it; what was counted once is not counted again for the table."""
        words = [self.raster(parameters, name, context) for name in ("EARLIER", "LATER")]
        words += self.years(parameters, context)
        legend = self.parameterAsFile(parameters, "LEGEND", context)
        scheme = SCHEMES[self.parameterAsEnum(parameters, "SCHEME", context)]
        words += ["--scheme", legend or scheme]
        if parameters.get("INPUT"):
            words += self.places(parameters, [], context, feedback)[1]
        if self.parameterAsBool(parameters, "EXACT", context):
            words.append("--exact")
        kept = ["--checkpoint", QgsProcessingUtils.generateTempFilename("counted.blocks")]
        path = self.geopackage(parameters, context)
        ended = self.command([*words, *kept, "--out", path], feedback)
        layer = self.loaded("OUTPUT", path, context)[0]
        results = {"OUTPUT": layer.uri(path), "FINDINGS": findings(ended)}
        table = self.parameterAsFileOutput(parameters, "TABLE", context)
        if table:
            self.command([*words, *kept, "--out", table], feedback)
            results["TABLE"] = table
        if parameters.get("CHANGE"):
            change = self.parameterAsOutputLayer(parameters, "CHANGE", context)
            self.command([*words, "--out", change], feedback)
            results["CHANGE"] = change
        return results

    def raster(self, parameters: dict[str, Any], name: str, context: QgsProcessingContext) -> str:
        """Return the file of a raster layer."""
        layer = self.parameterAsRasterLayer(parameters, name, context)
        if layer is None:
            raise QgsProcessingException(self.invalidRasterError(parameters, name))
        if not layer.crs().isValid():
            raise QgsProcessingException(
                said(
                    "The raster “{layer}” has no coordinate reference system, so areas cannot be "
                    "measured. Set it under Layer properties › Source and save the raster.",
                    layer=layer.name(),
                )
            )
        path = layer.source()
        if not Path(path).is_file():
            raise QgsProcessingException(
                said(
                    "The raster “{layer}” is not a file on this computer. Save it as GeoTIFF first.",
                    layer=layer.name(),
                )
            )
        return path

    def years(self, parameters: dict[str, Any], context: QgsProcessingContext) -> list[str]:
        """Return the words of the years; none where the files say them."""
        names = ("YEAR_EARLIER", "YEAR_LATER")
        given = [name for name in names if parameters.get(name) is not None]
        if len(given) == 1:
            raise QgsProcessingException(said("Give the years of both rasters, or of neither."))
        years = [str(self.parameterAsInt(parameters, name, context)) for name in given]
        return ["--years", ",".join(years)] if years else []
