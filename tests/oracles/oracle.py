"""One comparison of ours with an independent implementation, on random cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import numpy as np

CASES = 200
"""Random cases that a comparison needs at least before its largest difference says anything."""

SEED = 20_261_122


@dataclass(frozen=True)
class Oracle:
    """Something of ours that another program works out too.

    Parameters
    ----------
    method : str
        Public name, as ``spatialcarbon.NAME``.
    quantities : str
        What is compared, in words of the documentation.
    peer : str
        Name of the distribution that answers ("esda"), "R spdep", or "definition" where no
        program exists and the definition is written out a second time in another way.
    call : str
        What of the peer is called ("esda.Moran").
    case : callable
        Takes a random generator, draws one case, asks both, and returns the difference of each
        quantity: relative to the largest absolute value of the quantity in that case unless
        ``absolute`` is said in ``note``.
    tolerance : float
        Largest difference that passes.
    cases : int
        How many are drawn for the record, 200 or more.
    quick : int
        How many the ordinary tests draw, where all would take long; all by default.
    note : str
        What a reader must know: how a convention was matched, why a difference is larger.
    """

    method: str
    quantities: str
    peer: str
    call: str
    case: Callable[[np.random.Generator], Mapping[str, float]]
    tolerance: float
    cases: int = CASES
    quick: int | None = None
    note: str = ""

    def largest(self, cases: int | None = None) -> dict[str, float]:
        """Return the largest difference of each quantity over this many cases, from the first."""
        found: dict[str, float] = {}
        for number in range(self.cases if cases is None else cases):
            # Each case has a stream of its own, so that a case that fails can be drawn alone.
            differences = self.case(np.random.default_rng([SEED, number]))
            for name, difference in differences.items():
                if not difference >= 0:
                    raise AssertionError(f"case {number}: {name} differs by {difference}")
                found[name] = max(found.get(name, 0.0), float(difference))
        return found

    def peer_version(self) -> str:
        """Return the version of the peer, or nothing where it is not a distribution of Python."""
        try:
            return version(self.peer)
        except PackageNotFoundError:
            return ""


def relative(ours: object, theirs: object) -> float:
    """Return the largest difference of two arrays relative to the largest value of the second.

    Places where both have no value agree; a value beside none differs without bound.
    """
    a, b = np.asarray(ours, dtype=float).ravel(), np.asarray(theirs, dtype=float).ravel()
    if a.shape != b.shape:
        raise AssertionError(f"{a.shape} of ours beside {b.shape} of theirs")
    if not np.array_equal(np.isnan(a), np.isnan(b)):
        return float("inf")
    known = ~np.isnan(a)
    if not known.any():
        return 0.0
    size = np.abs(b[known]).max()
    gap = np.abs(a[known] - b[known]).max()
    return float(gap / size) if size > 0 else float(gap)
