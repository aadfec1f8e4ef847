"""Random words against their published values, and positions without bias."""

from __future__ import annotations

import numpy as np
import pytest

from spatialcarbon.stats.random_words import STEP, below, mixed

U = np.uint64
WORD = 2**64
# The first words of SplitMix64 from the seed 1234567, as its authors' program prints them.
PUBLISHED = [
    6457827717110365317,
    3203168211198807973,
    9817491932198370423,
    4593380528125082431,
    16408922859458223821,
]


def word(state: int) -> int:
    """Return SplitMix64's word of a state, in whole numbers without end."""
    x = state
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 % WORD
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB % WORD
    return x ^ (x >> 31)


def position(half: int, n: int, state: int) -> tuple[int, int]:
    """Return Lemire's position of half a word, by the definition of what is refused."""
    while half * n % 2**32 < 2**32 % n:
        state = (state + int(STEP)) % WORD
        half = word(state) % 2**32
    return half * n // 2**32, state


def test_words_are_those_of_splitmix() -> None:
    states = [(1234567 + (k + 1) * int(STEP)) % WORD for k in range(len(PUBLISHED))]
    assert [word(state) for state in states] == PUBLISHED
    assert [int(mixed(U(state))) for state in states] == PUBLISHED


@pytest.mark.parametrize(
    ("half", "n"),
    [
        (0, 3),  # refused: 2**32 leaves 1 by 3
        (1, 3),
        (0, 4),  # nothing is refused by a power of two
        (0, 3 * 2**30),  # a third is refused
        (1, 3 * 2**30),
        (2**32 - 1, 3 * 2**30),
        (0, 2**31 + 1),  # half is
        (2, 2**31 + 1),
        (2**31, 2**31 + 1),
        (12345, 111),
    ],
)
def test_positions_refuse_what_would_favour_some(half: int, n: int) -> None:
    for seed in (0, 1, 99):
        found, state = below(U(half), U(n), U(seed))
        assert (int(found), int(state)) == position(half, n, seed)


def test_some_halves_are_refused_and_drawn_anew() -> None:
    moved = [position(half, 3 * 2**30, 7)[1] != 7 for half in range(64)]
    assert 10 < sum(moved) < 40
