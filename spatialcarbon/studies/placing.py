"""Tables put on the units of a map."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from spatialcarbon.data.panel import Panel


def on_map(panel: Panel, units: pd.Index) -> Panel:
    """Return a panel on the units of a map; a map whose codes are text meets a table of numbers.

    Raises
    ------
    AlignmentError
        Unless the panel covers all units; further ones are left out with a remark.
    """
    return labelled_as(panel, units).aligned_to(units, extra="drop")


def labelled_as(panel: Panel, units: pd.Index) -> Panel:
    """Return a panel whose labels are of the kind of those of a map, numbers or text."""
    if panel.units.isin(units).any():
        return panel
    known = {str(unit): unit for unit in units}
    labels = pd.Index([known.get(str(unit), unit) for unit in panel.units])
    return replace(
        panel,
        units=labels,
        frames={name: frame.set_axis(labels, axis=0) for name, frame in panel.frames.items()},
    )
