"""A plugin for QGIS: the commands of spatialcarbon as Processing algorithms.

These files are copied into a profile of QGIS by ``spatialcarbon qgis install`` and run in
QGIS's own Python (3.9 or newer), which has none of the package's libraries. They import
nothing of spatialcarbon: they run its command as a process of its own.
"""

from __future__ import annotations

from typing import Any


def classFactory(iface: Any) -> Any:  # noqa: N802 - the name QGIS calls
    """Return the plugin: QGIS calls this when it loads the folder."""
    from .plugin import SpatialCarbonPlugin

    return SpatialCarbonPlugin(iface)
