"""What methods that call another one many times share: its warnings and remarks, said once."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from spatialcarbon.core.errors import PermutationWarning
from spatialcarbon.core.language import Text


@contextmanager
def each_warning_once() -> Iterator[list[Text]]:
    """Hold back what is warned of inside, and say every different sentence once afterwards.

    The warnings point at whoever called the function that uses this. What it gives is
    filled, at the end, with the sentence about too few permutations, if there was one.
    """
    few: list[Text] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield few
    found = [item.message for item in caught if isinstance(item.message, Warning)]
    # How many permutations would do differs a little from call to call: once is enough.
    kinds = [type(said) if isinstance(said, PermutationWarning) else str(said) for said in found]
    for said in dict(zip(reversed(kinds), reversed(found), strict=True)).values():
        if isinstance(said, PermutationWarning) and isinstance(said.message, Text):
            few.append(said.message)
        # This frame, that of contextlib, the method, and then its caller.
        warnings.warn(said, stacklevel=4)
