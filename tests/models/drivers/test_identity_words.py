"""The reader of identities: which words count as the beginning of a sum."""

from __future__ import annotations

import pytest

from spatialcarbon.models.drivers.identity_words import Reader


@pytest.mark.parametrize(
    ("words", "at", "expected"),
    [
        ("sum over fuel of c", 0, True),
        ("c = sum over `煤 炭` of d", 2, True),
        ("sum over (fuel", 0, False),
        ("sum over", 0, False),
        ("c = sum over fuel", 0, False),
        ("sum * over", 0, False),
    ],
)
def test_a_sum_begins_where_a_name_follows_both_words(words: str, at: int, expected: bool) -> None:
    reader = Reader(words)
    reader.skip(at)
    assert reader.follows("sum", "over") is expected
