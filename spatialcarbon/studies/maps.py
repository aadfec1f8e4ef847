"""A study with several maps, such as cities and provinces: what keeps their results apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spatialcarbon.core.language import Text, text

if TYPE_CHECKING:
    from spatialcarbon.studies.analysis import Done, Inputs
    from spatialcarbon.studies.study_file import Step


def maps_of(inputs: Inputs, pairs: Sequence[tuple[Step, Done]]) -> list[Inputs]:
    """Return the inputs of a study and those of its further maps, each once.

    Parameters
    ----------
    inputs : Inputs
        Those of the first map.
    pairs : sequence of (Step, Done)
        What was run, on any of the maps.
    """
    found = {inputs.map: inputs}
    for _, done in pairs:
        found.setdefault(done.inputs.map, done.inputs)
    return list(found.values())


def own_name(inputs: Inputs, name: str) -> str:
    """Return the name of a layer or table that every map of a study has, for one of them."""
    return f"{inputs.map}_{name}" if inputs.map else name


def own_title(inputs: Inputs, title: Text) -> Text:
    """Return the title of what every map of a study has, saying which map it belongs to."""
    if not inputs.map:
        return title
    return text("{map}: {title}", map=inputs.map_title, title=title)
