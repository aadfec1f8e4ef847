"""How uncertain a rate is: the distribution of the error that is added to it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.limits import shortened
from spatialcarbon.core.options import check_option, suggestion

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

Shape = Literal["normal", "uniform", "triangular", "relative"]

ARGUMENTS: Mapping[str, str] = {
    "normal": "sd",
    "uniform": "w",
    "triangular": "low, mode, high",
    "relative": "share",
}
"""What stands in the brackets of each shape."""

DEFAULT_SHARE = 0.2
"""Standard deviation as a share of the size of a rate, where the caller says nothing."""


@dataclass(frozen=True)
class RateError:
    r"""The error of one rate, in fractions a year.

    Parameters
    ----------
    shape : {"normal", "uniform", "triangular", "relative"}
        ``relative`` is normal with a standard deviation that is a share of the
        size of the rate.
    values : tuple of float
        ``(sd,)``, ``(w,)`` for :math:`\pm w`, ``(low, mode, high)``, ``(share,)``.

    Examples
    --------
    >>> RateError("triangular", (-0.01, 0.0, 0.02)).mean
    0.0033333333333333335
    """

    shape: Shape
    values: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse negative widths and a triangle out of order."""
        check_option(self.shape, Shape, "shape")
        wanted = 3 if self.shape == "triangular" else 1
        fits = len(self.values) == wanted and bool(np.isfinite(self.values).all())
        if fits and wanted == 3:
            fits = self.values[0] <= self.values[1] <= self.values[2]
        elif fits:
            fits = self.values[0] >= 0
        if not fits:
            raise OptionError(
                "{given} is not an error distribution",
                expected="normal(sd), uniform(w), relative(share) with a number of at least 0, "
                "or triangular(low, mode, high) in rising order",
                given=str(self),
            )

    def __str__(self) -> str:
        """Write it as it is read: ``normal(0.01)``."""
        return f"{self.shape}({', '.join(f'{value:g}' for value in self.values)})"

    @property
    def certain(self) -> bool:
        """Whether the error is always zero."""
        return all(value == 0 for value in self.values)

    @property
    def mean(self) -> float:
        """Mean of the error."""
        return sum(self.values) / 3 if self.shape == "triangular" else 0.0

    def from_scores(self, scores: Floats) -> Floats:
        """Turn standard normal scores into errors, before they are scaled.

        Normal errors come out with a standard deviation of 1 and uniform ones
        on ±1: what scales them can differ from place to place. A triangle has
        its own size.
        """
        if self.shape in ("normal", "relative"):
            return scores
        from scipy.special import ndtr

        chance = np.asarray(ndtr(scores), dtype=np.float64)
        if self.shape == "uniform":
            return 2.0 * chance - 1.0
        low, mode, high = self.values
        span = high - low
        if span == 0:
            return np.full_like(chance, low)
        rising = low + np.sqrt(chance * span * (mode - low))
        falling = high - np.sqrt((1.0 - chance) * span * (high - mode))
        return np.where(chance <= (mode - low) / span, rising, falling)

    def scale(self, rate: Floats) -> Floats:
        """Return what multiplies the errors of :meth:`from_scores`, for each rate."""
        if self.shape == "triangular":
            return np.ones_like(rate)
        if self.shape == "relative":
            return self.values[0] * np.abs(rate)
        return np.full_like(rate, self.values[0])


CERTAIN = RateError("normal", (0.0,))
"""No error at all."""

_FORM = re.compile(r"\s*([a-z]+)\s*\(([^()]*)\)\s*")


def as_rate_error(given: Any) -> RateError:
    """Read one error: a number, ``"uniform(0.01)"``, ``("uniform", 0.01)`` or a RateError.

    Examples
    --------
    >>> as_rate_error("uniform(0.002)"), as_rate_error(0.01)
    (RateError(shape='uniform', values=(0.002,)), RateError(shape='normal', values=(0.01,)))
    """
    if isinstance(given, RateError):
        return given
    word: Any = "normal"
    numbers: Sequence[Any] = ()
    if isinstance(given, str):
        match = _FORM.fullmatch(given)
        if match is None:
            word, numbers = "normal", [given]
        else:
            word, numbers = match[1], match[2].split(",")
    elif isinstance(given, Sequence) and given and isinstance(given[0], str):
        word, numbers = given[0], given[1:]
    else:
        numbers = [given]
    try:
        values = tuple(np.nan if isinstance(x, bool) else float(x) for x in numbers)
    except (TypeError, ValueError):
        values = ()
    if word not in ARGUMENTS or not values or not np.isfinite(values).all():
        close = suggestion(word, list(ARGUMENTS))
        raise OptionError(
            "{given!r} is not an error distribution",
            expected="one of {forms}; a number alone is a standard deviation",
            fix="{close}({arguments})" if close else "",
            given=given,
            forms=", ".join(f"{name}({inside})" for name, inside in ARGUMENTS.items()),
            close=close,
            arguments=ARGUMENTS.get(close, ""),
        )
    return RateError(word, values)


_PAIR = re.compile(r"\s*([A-Za-z0-9_]+)\s*=([^=]*?)(?:[,;]|$)\s*(?=[A-Za-z0-9_]+\s*=|$)")
_LONGEST = 2000
"""Characters of pairs that are read."""


def pairs_of(given: str) -> dict[str, str]:
    """Read ``name=value`` pairs with commas between them; a value may hold commas in brackets.

    Examples
    --------
    >>> pairs_of("alpha=triangular(-0.01, 0, 0.02), chi=0.01")
    {'alpha': 'triangular(-0.01, 0, 0.02)', 'chi': '0.01'}
    """
    found, at = {}, 0
    while at < len(given):
        match = _PAIR.match(given, at) if len(given) <= _LONGEST else None
        if match is None:
            raise SchemaError(
                "{given!r} cannot be read as pairs",
                expected="name=value, with commas between them",
                given=shortened(given),
            )
        found[match[1]] = match[2].strip()
        at = match.end()
    return found


def checked_errors(errors: Any, factors: Sequence[str]) -> dict[str, RateError]:
    """Return the error of each factor; one that is not named is certain.

    Parameters
    ----------
    errors : mapping, number, str or None
        Factor → error, or the same written as ``alpha=0.01, chi=uniform(0.02)``; one
        error for all factors; ``None`` for ``relative(0.2)`` of each.
    factors : sequence of str
        The factors there are.
    """
    if errors is None:
        errors = RateError("relative", (DEFAULT_SHARE,))
    if isinstance(errors, str) and "=" in errors:
        errors = pairs_of(errors)
    if not isinstance(errors, Mapping):
        return dict.fromkeys(factors, as_rate_error(errors))
    strange = [name for name in errors if name not in factors]
    if strange:
        raise SchemaError(
            "errors are given for {strange}, which is no rate",
            expected="{factors}",
            fix="{close}",
            strange=some(strange),
            factors=", ".join(factors),
            close=suggestion(strange[0], list(factors)),
        )
    return {name: as_rate_error(errors[name]) if name in errors else CERTAIN for name in factors}
