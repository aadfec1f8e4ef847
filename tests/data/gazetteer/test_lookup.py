"""How long a name may be."""

from __future__ import annotations

from spatialcarbon.data.gazetteer import places_by_key
from spatialcarbon.data.gazetteer.lookup import MOST_WORDS, find


def test_a_name_may_have_so_many_words_and_no_more() -> None:
    for words, found in ((MOST_WORDS, ["Chengdu"]), (MOST_WORDS + 1, [])):
        name = " ".join(["Chengdu", *["city"] * (words - 1)])
        assert [place.name_en for place in find(name, places_by_key("city"))] == found
