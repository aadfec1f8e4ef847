"""Units of measure that a study file only guesses: refused until somebody confirms them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from spatialcarbon.core.language import text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spatialcarbon.studies.mistakes import Problem

_GUESS = re.compile(r"^\s*#\s*measure\s*=\s*(?P<guess>\"[^\"]*\"|'[^']*')")


def unconfirmed(problems: Iterable[Problem], source: str) -> list[Problem]:
    """Return the problems, those of a guessed unit with the line that holds the guess.

    Parameters
    ----------
    problems : iterable of Problem
        As found by validation: a missing ``measure`` among them.
    source : str
        The text of the study file.
    """
    lines = source.splitlines()
    return [_pointed(problem, lines) for problem in problems]


def _pointed(problem: Problem, lines: list[str]) -> Problem:
    line, key, said = problem
    if not key.endswith(".measure") or said.template != "is missing":
        return problem
    for number in range(line, min(line + 8, len(lines))):
        if lines[number].lstrip().startswith("["):
            break
        if match := _GUESS.match(lines[number]):
            guess = match["guess"]
            if guess.strip("\"'…") == "":
                said = text(
                    "the unit of measure is not known; write it after measure = and delete the #"
                )
            else:
                said = text(
                    "the unit of measure is a guess: {guess}; "
                    "delete the # if it is right, else correct it",
                    guess=guess,
                )
            return number + 1, key, said
    return problem
