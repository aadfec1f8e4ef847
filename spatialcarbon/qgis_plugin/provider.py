"""The provider: the list of algorithms, and the setting that names the program."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .allocation import AllocateAlgorithm
from .autocorrelation import HotspotsAlgorithm, LisaAlgorithm, MoranAlgorithm
from .compensation import CompensateAlgorithm
from .landcover import LandCoverAlgorithm
from .runner import PROGRAM_SETTING
from .weights import WeightsAlgorithm
from .words import said

ICON = Path(__file__).with_name("icon.svg")
ALGORITHMS = (
    MoranAlgorithm,
    LisaAlgorithm,
    HotspotsAlgorithm,
    WeightsAlgorithm,
    LandCoverAlgorithm,
    AllocateAlgorithm,
    CompensateAlgorithm,
)


class SpatialCarbonProvider(QgsProcessingProvider):
    """All algorithms under one name in the toolbox."""

    def id(self) -> str:
        """Return what stands before the colon: ``spatialcarbon:lisa``."""
        return "spatialcarbon"

    def name(self) -> str:
        """Return the name in the toolbox."""
        return "spatialcarbon"

    def longName(self) -> str:  # noqa: N802
        """Return the name in lists of providers."""
        return said("spatialcarbon: spatial statistics of carbon")

    def icon(self) -> QIcon:
        """Return our sign."""
        return QIcon(str(ICON))

    def svgIconPath(self) -> str:  # noqa: N802
        """Return its file."""
        return str(ICON)

    def supportedOutputVectorLayerExtensions(self) -> list[str]:  # noqa: N802
        """Return the only kind of layer file: it carries styles, and several layers."""
        return ["gpkg"]

    def defaultVectorFileExtension(self, hasGeometry: bool = True) -> str:  # noqa: N802, N803, ARG002
        """Return the kind of temporary results."""
        return "gpkg"

    def supportedOutputRasterLayerExtensions(self) -> list[str]:  # noqa: N802
        """Return the only kind of raster."""
        return ["tif"]

    def defaultRasterFileExtension(self) -> str:  # noqa: N802
        """Return the kind of temporary rasters."""
        return "tif"

    def supportsNonFileBasedOutput(self) -> bool:  # noqa: N802
        """Say that results are files: the program knows no databases."""
        return False

    def load(self) -> bool:
        """Offer the setting under Options › Processing › Providers, and list the algorithms."""
        try:
            from processing.core.ProcessingConfig import ProcessingConfig, Setting
        except ImportError:  # QGIS without the Processing plugin has no such page
            self.refreshAlgorithms()
            return True
        ProcessingConfig.settingIcons[self.name()] = self.icon()
        label = said(
            "Program: a Python with spatialcarbon, or the command itself; else as installed"
        )
        ProcessingConfig.addSetting(
            Setting(self.name(), PROGRAM_SETTING, label, "", valuetype=Setting.FILE)
        )
        ProcessingConfig.readSettings()
        self.refreshAlgorithms()
        return True

    def unload(self) -> None:
        """Take the setting away again."""
        try:
            from processing.core.ProcessingConfig import ProcessingConfig
        except ImportError:
            return
        ProcessingConfig.removeSetting(PROGRAM_SETTING)

    def loadAlgorithms(self) -> None:  # noqa: N802
        """List the algorithms."""
        for algorithm in ALGORITHMS:
            self.addAlgorithm(algorithm())
