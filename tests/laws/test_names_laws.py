"""What must hold for every name in the gazetteer."""

from hypothesis import given
from hypothesis import strategies as st

from spatialcarbon.data.gazetteer import places
from spatialcarbon.data.names import match_names

PLACES = [(level, place) for level in ("city", "province") for place in places(level).values()]


@given(st.sampled_from(PLACES), st.data())
def test_every_place_is_found_by_each_of_its_names(item, data):
    level, place = item
    blank = data.draw(st.sampled_from(["", " ", "\u3000", "\u200b"]))
    written = [
        place.name_zh,
        place.short_zh,
        blank.join(place.name_zh),
        place.adcode,
        str(place.adcode),
        float(place.adcode),
        f"{place.adcode}000000",
        place.province_zh + place.name_zh,
        f"{place.name_en}, {places('province')[place.province_adcode].name_en}",
    ]
    assert set(match_names(written, level=level)) == {place.adcode}


@given(st.lists(st.sampled_from(PLACES[:375]), max_size=20))
def test_order_is_kept_and_matching_again_changes_nothing(items):
    chosen = [place for level, place in items if level == "city"]
    found = match_names([place.name_zh for place in chosen])
    assert found.tolist() == [place.adcode for place in chosen]
    assert match_names(found).tolist() == found.tolist()
