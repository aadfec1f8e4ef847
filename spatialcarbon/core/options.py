"""Options that explain themselves: the valid choices come from the type."""

from __future__ import annotations

import difflib
from typing import Any, TypeVar, get_args

from spatialcarbon.core.errors import OptionError

T = TypeVar("T")


def suggestion(value: object, choices: list[str]) -> str:
    """Return the choice closest in spelling to ``value``, or an empty string."""
    close = difflib.get_close_matches(str(value), choices, n=1, cutoff=0.5)
    return close[0] if close else ""


def check_option(value: T, literal: Any, name: str) -> T:
    """Return ``value`` if it is one of the choices of the ``Literal`` type, else raise.

    Examples
    --------
    >>> from typing import Literal
    >>> check_option("queen", Literal["queen", "rook"], "criterion")
    'queen'
    """
    choices = [str(choice) for choice in get_args(literal)]
    if isinstance(value, str) and value in choices:
        return value
    close = suggestion(value, choices)
    raise OptionError(
        "{name}={value!r} is not a choice",
        expected="one of {choices}",
        fix="{name}={close!r}" if close else "",
        name=name,
        value=value,
        choices=", ".join(repr(choice) for choice in choices),
        close=close,
    )


def check_count(value: int, name: str, *, minimum: int = 0) -> int:
    """Return ``value`` as an int of at least ``minimum``, else raise."""
    if isinstance(value, bool) or not hasattr(value, "__index__") or int(value) < minimum:
        raise OptionError(
            "{name}={value!r} is not a whole number of at least {minimum}",
            name=name,
            value=value,
            minimum=minimum,
        )
    return int(value)


def check_positive(value: float, name: str) -> float:
    """Return ``value`` as a float if it is finite and above zero, else raise."""
    try:
        number = float("nan") if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not 0.0 < number < float("inf"):
        raise OptionError("{name}={value!r} must be above zero", name=name, value=value)
    return number


def check_fraction(value: float, name: str) -> float:
    """Return ``value`` if it lies strictly between 0 and 1, else raise."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not 0.0 < number < 1.0:
        raise OptionError("{name}={value!r} must lie between 0 and 1", name=name, value=value)
    return number
