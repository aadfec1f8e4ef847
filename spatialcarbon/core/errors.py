"""Errors and warnings that say what is wrong, what arrived, what was expected and what fixes it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from spatialcarbon.core.language import Language, Text, translate
from spatialcarbon.core.printable import one_line

MAX_LABELS = 5


def some(labels: Iterable[object], limit: int = MAX_LABELS) -> str:
    """Name up to ``limit`` labels, each on one line, and say how many more there are."""
    items = list(labels)
    shown = ", ".join(one_line(str(label)) for label in items[:limit])
    rest = len(items) - limit
    return f"{shown} … (+{rest})" if rest > 0 else shown


class SpatialCarbonError(Exception):
    """Parent of every error this package raises on purpose.

    Parameters
    ----------
    what : str
        What is wrong, as a template; ``**params`` fill its braces.
    arrived, expected, fix : str
        What was given, what would have been right, and one line that mends it.
        Templates as well; leave empty what adds nothing.
    **params
        Values for the templates. They are kept apart from the text so that
        :meth:`render` can say the same in another language.
    """

    def __init__(
        self, what: str, *, arrived: str = "", expected: str = "", fix: str = "", **params: Any
    ) -> None:
        self.what = what
        self.arrived = arrived
        self.expected = expected
        self.fix = fix
        self.params = params
        super().__init__(self.render("en"))

    def render(self, language: Language = "en") -> str:
        """Return the message in one language."""
        lines = [translate(self.what, language, **self.params)]
        for label, text in (
            ("got: {text}", self.arrived),
            ("expected: {text}", self.expected),
            ("fix: {text}", self.fix),
        ):
            if text:
                rendered = translate(text, language, **self.params)
                lines.append("  " + translate(label, language, text=rendered))
        return "\n".join(lines)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by state: the constructor takes keywords that plain pickling would lose."""
        return (_rebuild, (type(self), self.__dict__.copy()))


def _rebuild(kind: type[SpatialCarbonError], state: dict[str, Any]) -> SpatialCarbonError:
    return kind(
        state["what"],
        arrived=state["arrived"],
        expected=state["expected"],
        fix=state["fix"],
        **state["params"],
    )


class AlignmentError(SpatialCarbonError, ValueError):
    """Labels of two inputs are not the same set, are repeated, or are not labels at all."""


class SchemaError(SpatialCarbonError, ValueError):
    """A table, file or setting lacks what it must have, or holds what cannot be read."""


class UnitMismatchError(SpatialCarbonError, ValueError):
    """A unit of measure is missing, unknown, or of another kind than needed."""


class CRSMismatchError(SpatialCarbonError, ValueError):
    """A coordinate reference system is missing or does not fit."""


class OptionError(SpatialCarbonError, ValueError):
    """An option has a value outside its list or range."""


class MissingDataError(SpatialCarbonError, ValueError):
    """A value that is needed is missing or infinite."""


class DegenerateDataError(SpatialCarbonError, ValueError):
    """A statistic is not defined for these data."""


class IslandError(SpatialCarbonError, ValueError):
    """Units without neighbours, where the caller asked for none."""


class BalanceError(SpatialCarbonError, ValueError):
    """An accounting identity does not hold."""


class NameMatchError(SpatialCarbonError, ValueError):
    """Names of places that are unknown or could be several."""


class InfeasibleError(SpatialCarbonError, RuntimeError):
    """No solution satisfies the constraints."""


class ConvergenceError(SpatialCarbonError, RuntimeError):
    """An iteration stopped before it converged."""


class MissingDependencyError(SpatialCarbonError, ImportError):
    """An optional library is not installed."""


class MemoryShortageError(SpatialCarbonError, MemoryError):
    """The memory of this computer does not hold what was asked for."""

    @classmethod
    def while_doing(cls, doing: Text, reason: BaseException) -> MemoryShortageError:
        """Make one that says what was being done, and what Python or a library said."""
        return MemoryShortageError(
            "the memory of this computer is used up: {doing}",
            arrived="{reason}" if str(reason) else "",
            fix="close other programs, or ask for less: fewer permutations or draws, fewer units "
            "or years, coarser rasters",
            doing=doing,
            reason=str(reason),
        )


class SpatialCarbonWarning(UserWarning):
    """Parent of every warning: the answer is valid, and there is something to know about it.

    Parameters
    ----------
    message : Text or str
        What there is to know.
    """

    def __init__(self, message: Text | str) -> None:
        self.message = message
        super().__init__(self.render("en"))

    def render(self, language: Language = "en") -> str:
        """Return the message in one language."""
        said = self.message
        return said.render(language) if isinstance(said, Text) else said


class PermutationWarning(SpatialCarbonWarning):
    """Too few permutations for the correction asked for."""


class GeometryRepairWarning(SpatialCarbonWarning):
    """A geometry was repaired while reading."""


class DegenerateResultWarning(SpatialCarbonWarning):
    """Part of a result is undefined and given as NaN with a status."""


class ConvergenceWarning(SpatialCarbonWarning):
    """An iteration found no answer: the last iterate, or another rule's answer, is given."""


class AdjustedDataWarning(SpatialCarbonWarning):
    """Values were changed because a method cannot take them as they are."""


class WeakDiscriminationWarning(SpatialCarbonWarning):
    """Too few units for so many inputs and outputs: most come out as efficient."""


class InfeasibleAllocationWarning(SpatialCarbonWarning):
    """A unit is asked to cut more than it emits."""


class NegativeDemandWarning(SpatialCarbonWarning):
    """Final demand is below zero where stocks were run down: transfers may be negative."""
