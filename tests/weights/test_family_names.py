"""Names of weights that are the user's own."""

from __future__ import annotations

import pytest

from spatialcarbon.weights.family import family_kind, family_title


@pytest.mark.parametrize("name", ["area:5", "ban:5", "bands:5", "kn:4", "trade", "band", "knn", ""])
def test_a_name_of_ones_own_stays(name: str) -> None:
    assert family_title(name).render("en") == name
    assert family_kind(name) == (name if name in ("band", "knn") else "own")


def test_what_the_family_calls_its_members() -> None:
    said = {"band:263": "within 263 km", "knn:4": "4 nearest neighbours", "own:a": "chosen: a"}
    assert {name: family_title(name).render("en") for name in said} == said
