"""The plugin: a provider that comes and goes with it."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsApplication

from .provider import SpatialCarbonProvider


class SpatialCarbonPlugin:
    """Registers the provider; ``iface`` is None where QGIS has no window."""

    def __init__(self, iface: Any) -> None:
        self.iface = iface
        self.provider = None

    def initProcessing(self) -> None:  # noqa: N802
        """Register the provider: all that ``qgis_process`` needs."""
        self.provider = SpatialCarbonProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self) -> None:  # noqa: N802
        """Start with the window of QGIS."""
        self.initProcessing()

    def unload(self) -> None:
        """Take the provider away again."""
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
