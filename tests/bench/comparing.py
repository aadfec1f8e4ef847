"""What became of the ratios of a record: old and new side by side, with what fell marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

FELL = 0.8
"""A ratio below this share of the record's is a regression, where no pair says otherwise."""

Races = Sequence[Mapping[str, Any]]


def fell(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Return whether a race went worse: by more than a fifth, and every pair below every one.

    A race of one pair has no range: its ratio alone decides.

    Examples
    --------
    >>> before = {"ratio": 10.0, "least": 9.0, "most": 11.0}
    >>> fell(before, {"ratio": 7.0, "least": 6.5, "most": 7.5})
    True
    >>> fell(before, {"ratio": 7.0, "least": 6.5, "most": 9.5})
    False
    """
    return bool(now["ratio"] < FELL * before["ratio"] and now["most"] < before["least"])


def compared(old: Mapping[str, Any], new: Mapping[str, Races]) -> Iterator[str]:
    """Return a line for each race that was run, and one that counts those that fell.

    Parameters
    ----------
    old : mapping
        Module → what was recorded of it.
    new : mapping
        Module → its races.
    """
    count = 0
    yield "Ratios of the record, and now (ranges of the pairs):"
    for module, races in new.items():
        known = {
            (race["title"], race["peer"]): race for race in old.get(module, {}).get("races", ())
        }
        for race in races:
            before = known.get((race["title"], race["peer"]))
            now = f"{race['ratio']:g} ({race['least']:g}–{race['most']:g})"
            then, mark = "not in the record", ""
            if before is not None:
                then = f"{before['ratio']:g} ({before['least']:g}–{before['most']:g})"
                if fell(before, race):
                    count, mark = count + 1, "  FELL"
            yield f"  {race['title']}, beside {race['peer']}: {then} → {now}{mark}"
    yield f"{count} of {sum(map(len, new.values()))} fell by more than a fifth."
