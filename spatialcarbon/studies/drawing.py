"""The figures of a study as files: drawn once, and kept so that a run can continue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from spatialcarbon.report.canvas import FigureSpec, to_png_bytes, to_svg_bytes
from spatialcarbon.studies.keeping import Keeper, figure_file

if TYPE_CHECKING:
    from pathlib import Path

    from spatialcarbon.core.language import Language


def draw_figures(
    folder: Path,
    specs: Mapping[str, Sequence[FigureSpec]],
    kinds: Sequence[str],
    language: Language,
    keeper: Keeper,
) -> dict[str, bytes]:
    """Write every figure, and return its picture by its name.

    Parameters
    ----------
    folder : Path
        Of the results; the figures go to ``figures`` in it.
    specs : mapping
        Entry of the step that is shown (see :func:`spatialcarbon.studies.keeping.step_file`)
        → its figures.
    kinds : sequence of {"png", "svg"}
        Files wanted; the pictures are drawn without any, for the report.
    language : {"en", "zh"}
        Of the words in them.
    keeper : Keeper
        Has those of an earlier run.
    """
    images: dict[str, bytes] = {}
    if kinds:
        (folder / "figures").mkdir()
    for step, part in specs.items():
        for spec in part:
            file = figure_file(step, spec.name, language, kinds)
            drawn = _drawn(spec, kinds, language, keeper, file)
            images[spec.name] = drawn["png"]
            for kind in kinds:
                (folder / "figures" / f"{spec.name}.{kind}").write_bytes(drawn[kind])
    return images


def _drawn(
    spec: FigureSpec, kinds: Sequence[str], language: Language, keeper: Keeper, file: str
) -> Mapping[str, bytes]:
    found = keeper.take(spec.name, file, {})
    if found is not None and set(found.value) == {"png", *kinds}:
        known: Mapping[str, bytes] = found.value
        return known
    figure = spec.draw(language)
    drawn = {"png": to_png_bytes(figure)}
    if "svg" in kinds:
        drawn["svg"] = to_svg_bytes(figure)
    keeper.keep(file, drawn, {})
    return drawn
