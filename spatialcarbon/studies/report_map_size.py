"""How much the interactive map of a report may hold, so that a browser can open the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from spatialcarbon.core.language import Text, text
from spatialcarbon.report.layers import Graduated

if TYPE_CHECKING:
    from spatialcarbon.report.interactive import InteractiveMap, Theme

Held = TypeVar("Held")

MOST_NUMBERS = 3_000_000
"""Numbers that the page may carry for its map: about 18 MB, which opens in a few seconds."""


def numbers_held(shown: InteractiveMap) -> int:
    """Return how many numbers a page carries for a map: those of places, by theme and year."""
    return len(shown.units) * sum(map(_columns, shown.themes))


def openable(
    shown: InteractiveMap, most: int = MOST_NUMBERS
) -> tuple[InteractiveMap, tuple[Text, ...]]:
    """What can a map keep where its numbers would make the page too large to open?

    Parameters
    ----------
    shown : InteractiveMap
        The map with everything.
    most : int
        Numbers that the page may carry.

    Returns
    -------
    (InteractiveMap, tuple of Text)
        The map as it is where it fits. Else the scatter plots of the last year only; if that is
        too much, every theme in its last year only; if that is, the first themes. Each with
        a sentence that says so: the tables hold everything.
    """
    said: list[Text] = []
    for lighter, words in _STEPS:
        if numbers_held(shown) <= most:
            break
        shown = replace(shown, themes=lighter(shown.themes, most // max(len(shown.units), 1)))
        said = [replace(words, params={"n": f"{len(shown.units):,}"})]
    return shown, tuple(said)


def _columns(theme: Theme) -> int:
    numbers = len(theme.values) if isinstance(theme.style, Graduated) else 0
    details = sum(len(detail.values) for detail in theme.details)
    return numbers + details + 2 * len(theme.scatters)


def _last(held: Mapping[int, Held]) -> dict[int, Held]:
    return {max(held): held[max(held)]} if held else {}


def _last_scatters(themes: Sequence[Theme], _: int) -> list[Theme]:
    return [replace(theme, scatters=_last(theme.scatters)) for theme in themes]


def _last_years(themes: Sequence[Theme], _: int) -> list[Theme]:
    made = []
    for theme in themes:
        values = _last(theme.values)
        details = [
            replace(detail, values={y: v for y, v in detail.values.items() if y in values})
            for detail in theme.details
        ]
        scatters = {y: s for y, s in theme.scatters.items() if y in values}
        made.append(replace(theme, values=values, details=details, scatters=scatters))
    return made


def _first_themes(themes: Sequence[Theme], columns: int) -> list[Theme]:
    kept = list(themes[:1])
    for theme in themes[1:]:
        if sum(map(_columns, [*kept, theme])) > columns:
            break
        kept.append(theme)
    return kept


_STEPS: tuple[tuple[Callable[[Sequence[Theme], int], list[Theme]], Text], ...] = (
    (
        _last_scatters,
        text(
            "On the interactive map, Moran scatter plots are those of the last year: for all "
            "years of {n} places the page would be too large to open. The tables hold everything."
        ),
    ),
    (
        _last_years,
        text(
            "The interactive map shows the last year only: for all years of {n} places the page "
            "would be too large to open. The tables hold everything."
        ),
    ),
    (
        _first_themes,
        text(
            "The interactive map shows the first variables in their last year only: for more of "
            "{n} places the page would be too large to open. The tables hold everything."
        ),
    ),
)
