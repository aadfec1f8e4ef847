"""Field names of at most ten plain characters, for Shapefiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spatialcarbon.report.ready import ReadyLayer

LENGTH = 10


def short_names(columns: Sequence[str]) -> dict[str, str]:
    """Give each column a name of at most ten characters that no other one has.

    Parameters
    ----------
    columns : sequence of str
        Plain names: small letters, digits and ``_``.

    Returns
    -------
    dict
        Column → short name.

    Examples
    --------
    >>> short_names(["adcode", "displacement_km", "displacement_m"])
    {'adcode': 'adcode', 'displacement_km': 'displaceme', 'displacement_m': 'displace_2'}
    """
    taken: set[str] = {column for column in columns if len(column) <= LENGTH}
    names = {}
    for column in columns:
        name, number = column[:LENGTH].rstrip("_"), 2
        while len(column) > LENGTH and name in taken:
            tail = f"_{number}"
            name, number = column[: LENGTH - len(tail)].rstrip("_") + tail, number + 1
        taken.add(name)
        names[column] = name
    return names


def short_layer(layer: ReadyLayer, names: Mapping[str, str]) -> ReadyLayer:
    """Return a layer whose columns, and all that speaks of them, have other names.

    Full names stay as aliases where there is no better one.
    """
    renderer = layer.renderer
    field = names.get(renderer.field, "")
    return replace(
        layer,
        frame=layer.frame.rename(columns=dict(names)),
        aliases={names[column]: alias or column for column, alias in layer.aliases.items()},
        other={names[column]: alias for column, alias in layer.other.items()},
        values={names[column]: words for column, words in layer.values.items()},
        renderer=replace(
            renderer,
            field=field,
            expression=renderer.expression.replace(f'"{renderer.field}"', f'"{field}"'),
        ),
        label_field=None if layer.label_field is None else names[layer.label_field],
        time=None if layer.time is None else names[layer.time],
    )
