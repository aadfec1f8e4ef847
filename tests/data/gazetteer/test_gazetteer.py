"""Where places lie, of today and of before."""

from __future__ import annotations

import pytest

from spatialcarbon.data.gazetteer import former_by_key, places
from spatialcarbon.data.gazetteer.lookup import find


@pytest.mark.parametrize(
    ("name", "found"),
    [("安徽巢湖市", ["巢湖市"]), ("巢湖市安徽", ["巢湖市"]), ("四川巢湖市", [])],
)
def test_a_former_place_is_found_in_its_own_province_only(name: str, found: list[str]) -> None:
    assert [place.name_zh for place in find(name, former_by_key("city"))] == found


def test_a_province_is_not_said_to_lie_in_itself() -> None:
    assert str(places("province")[510000]) == "四川省 (510000)"
    assert str(places("city")[510100]) == "成都市 (四川省, 510100)"
