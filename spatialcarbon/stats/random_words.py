"""Random words, and positions from words, for the compiled loops.

Words come from SplitMix64 (Steele, Lea & Flood 2014), one seed per chunk of
permutations or per unit, so that nothing hangs on the number of threads; words
become positions without bias by Lemire's (2019) multiplication, two from each
word.

Both are put into the loops that call them. Machine code that is kept on disk is
renewed when the file of a loop changes: after a change here, change those of
:mod:`spatialcarbon.stats.form_kernels` and :mod:`spatialcarbon.stats.tail_kernels`
too, or delete ``__pycache__``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from spatialcarbon.core.compiled import compiled

U = np.uint64
STEP = U(0x9E3779B97F4A7C15)
FIRST = U(0xBF58476D1CE4E5B9)
SECOND = U(0x94D049BB133111EB)
HALF = U(0xFFFFFFFF)
SPAN = U(0x100000000)
ZERO, ONE, TWO, FOUR = U(0), U(1), U(2), U(4)
S27, S30, S31, S32 = U(27), U(30), U(31), U(32)


@compiled(inline=True)
def mixed(x: Any) -> Any:
    """Return the random word of a state."""
    x = (x ^ (x >> S30)) * FIRST
    x = (x ^ (x >> S27)) * SECOND
    return x ^ (x >> S31)


@compiled(inline=True)
def below(half: Any, n: Any, state: Any) -> Any:
    """Return a uniform whole number below n from half a word, and the state after it."""
    product = half * n
    rest = product & HALF
    if rest < n:
        refused = (SPAN - n) % n
        while rest < refused:
            state += STEP
            product = (mixed(state) & HALF) * n
            rest = product & HALF
    return product >> S32, state
