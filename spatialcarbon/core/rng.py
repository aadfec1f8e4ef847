"""One door for randomness: every draw flows from a seed that the result can record."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from spatialcarbon.core.errors import OptionError

RNGLike = int | np.integer | np.random.Generator | None


@dataclass(frozen=True)
class Stream:
    """A seed, and independent generators derived from it by name.

    Parameters
    ----------
    seed : int
        Recorded in results; giving it back as ``rng=`` repeats every draw.
    """

    seed: int

    def generator(self, *names: object) -> np.random.Generator:
        """Return the generator of one named part.

        The same seed and names give the same draws whatever other parts are
        run, before, after or beside it: a group's p-value does not change
        because another group joined the table.
        """
        keys = [zlib.crc32(str(name).encode()) for name in names]
        return np.random.default_rng([self.seed & (2**64 - 1), *keys])


def resolve_rng(rng: RNGLike) -> Stream:
    """Turn what the caller gave into a :class:`Stream` with a recordable seed.

    Parameters
    ----------
    rng : int, numpy.random.Generator or None
        An int is the seed. A generator gives one draw, which becomes the seed
        (so two calls on one generator differ, as they should). ``None`` takes
        fresh entropy.
    """
    if rng is None:
        entropy = np.random.SeedSequence().generate_state(1, np.uint64)[0]
        return Stream(int(entropy >> np.uint64(1)))
    if isinstance(rng, np.random.Generator):
        return Stream(int(rng.integers(2**63 - 1)))
    if isinstance(rng, (int, np.integer)) and not isinstance(rng, bool) and int(rng) >= 0:
        return Stream(int(rng))
    raise OptionError(
        "rng={value!r} cannot seed a random stream",
        expected="a whole number of at least 0, a numpy Generator, or None",
        fix="rng=20240501",
        value=rng,
    )
