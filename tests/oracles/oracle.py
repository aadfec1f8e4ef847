"""One comparison of ours with an independent implementation, on random cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import numpy as np

CASES = 200
"""Random cases that a comparison needs at least before its largest difference says anything."""

SEED = 20_261_122


def stream(number: int) -> np.random.Generator:
    """Return the generator of one case: a case that fails can be drawn alone."""
    return np.random.default_rng([SEED, number])


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
    batch : callable, optional
        In place of ``case``, where the peer is slow to start: takes a number of cases and
        returns the differences of each.
    absent : callable, optional
        Says why the peer cannot be asked on this machine, or returns nothing where it can.
    """

    method: str
    quantities: str
    peer: str
    call: str
    case: Callable[[np.random.Generator], Mapping[str, float]] | None
    tolerance: float
    cases: int = CASES
    quick: int | None = None
    note: str = ""
    batch: Callable[[int], Sequence[Mapping[str, float]]] | None = None
    absent: Callable[[], str] | None = None

    def largest(self, cases: int | None = None) -> dict[str, float]:
        """Return the largest difference of each quantity over this many cases, from the first."""
        found: dict[str, float] = {}
        for number, differences in enumerate(self._drawn(self.cases if cases is None else cases)):
            for name, difference in differences.items():
                if not difference >= 0:
                    raise AssertionError(f"case {number}: {name} differs by {difference}")
                found[name] = max(found.get(name, 0.0), float(difference))
        return found

    def _drawn(self, cases: int) -> Iterable[Mapping[str, float]]:
        if self.batch is not None:
            return self.batch(cases)
        assert self.case is not None, f"{self.method}: neither case nor batch"
        return (self.case(stream(number)) for number in range(cases))

    def why_absent(self) -> str:
        """Return why the peer cannot be asked here, or nothing."""
        return "" if self.absent is None else self.absent()

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
