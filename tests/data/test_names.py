"""Names people write, and what they stand for."""

import numpy as np
import pandas as pd
import pytest

from spatialcarbon.core.errors import NameMatchError, OptionError, SchemaError
from spatialcarbon.data.gazetteer import former_places, places, places_by_key
from spatialcarbon.data.names import match_names


def one(name, **options):
    return match_names([name], **options).iloc[0]


@pytest.mark.parametrize(
    ("name", "adcode"),
    [
        ("成都", 510100),
        ("成都市", 510100),
        ("成 都", 510100),
        ("\ufeff成都市", 510100),
        ("四川省成都市", 510100),
        ("四川成都", 510100),
        ("中国四川省成都市", 510100),
        ("苏州市，江苏省", 320500),
        ("宿州（安徽）", 341300),
        ("Chengdu", 510100),
        ("CHENGDU", 510100),
        ("Cheng Du", 510100),
        ("Chengdu City", 510100),
        ("chengdu shi", 510100),
        ("Chengdushi", 510100),
        ("Ｃｈｅｎｇｄｕ", 510100),
        ("苏州 Suzhou", 320500),
        ("Xi'an", 610100),
        ("Xi’an", 610100),
        ("xian", 610100),
        ("Ma'anshan", 340500),
        ("Huai'an", 320800),
        ("Suzhou, Jiangsu", 320500),
        ("Suzhou (Anhui)", 341300),
        ("Jiangsu Suzhou", 320500),
        ("Suzhou City, Anhui Province, China", 341300),
        ("Yichun-Heilongjiang", 230700),
        ("Yulin, Shaanxi", 610800),
        ("Lüliang", 141100),
        ("Lǚliáng", 141100),
        ("Lvliang", 141100),
        ("Luliang", 141100),
        ("Changzhi", 140400),
        ("Luohe", 411100),
        ("Chaoyang", 211300),
        ("Hohhot", 150100),
        ("Huhehaote", 150100),
        ("Ürümqi", 650100),
        ("恩施", 422800),
        ("恩施州", 422800),
        ("恩施自治州", 422800),
        ("恩施土家族苗族自治州", 422800),
        ("Enshi Tujia and Miao Autonomous Prefecture", 422800),
        ("Dali Baizu Zizhizhou", 532900),
        ("凉山州", 513400),
        ("Liangshan Zhou", 513400),
        ("博尔塔拉蒙古自治州", 652700),
        ("兴安盟", 152200),
        ("Hinggan League", 152200),
        ("大兴安岭地区", 232700),
        ("神农架", 429021),
        ("白沙县", 469025),
        ("中农发山丹马场", 629700),
        ("仙桃", 429004),
        ("北京", 110000),
        ("北京市北京市", 110000),
        ("Hong Kong SAR", 810000),
        ("吉林", 220200),
        ("Jilin City", 220200),
        ("海南州", 632500),
        ("青海海南", 632500),
        ("Hainan Prefecture", 632500),
        ("Hainan, Qinghai", 632500),
        (110000, 110000),
        (np.int64(510100), 510100),
        (110000.0, 110000),
        ("110000", 110000),
        ("110000.0", 110000),
        ("１１００００", 110000),
        ("320500000000", 320500),
        (320500000000, 320500),
    ],
)
def test_a_city_is_found(name, adcode):
    assert one(name) == adcode


@pytest.mark.parametrize(
    ("name", "adcode"),
    [
        ("襄樊市", 420600),
        ("襄樊", 420600),
        ("Xiangfan", 420600),
        ("思茅", 530800),
        ("思茅地区", 530800),
        ("普洱", 530800),
        ("铜仁地区", 520600),
        (522200, 520600),
        ("522400", 520500),
        ("海东地区", 630200),
        ("昌都地区", 540300),
        ("哈密地区", 650500),
        (469003, 460400),
        ("伊克昭盟", 150600),
        ("鄂西土家族苗族自治州", 422800),
    ],
)
def test_a_renamed_or_upgraded_unit_is_todays(name, adcode):
    assert one(name) == adcode


@pytest.mark.parametrize(
    ("name", "adcode"),
    [
        ("内蒙古", 150000),
        ("内蒙古自治区", 150000),
        ("Inner Mongolia", 150000),
        ("Xinjiang Uygur Autonomous Region", 650000),
        ("广西壮族自治区", 450000),
        ("陕西", 610000),
        ("Shaanxi", 610000),
        ("Shanxi", 140000),
        ("Shanxi Province", 140000),
        ("Tibet", 540000),
        ("Xizang", 540000),
        ("吉林", 220000),
        ("海南", 460000),
        ("重庆市", 500000),
        ("Hong Kong, China", 810000),
        ("香港", 810000),
        (320000, 320000),
    ],
)
def test_a_province_is_found(name, adcode):
    assert one(name, level="province") == adcode


def test_the_result_keeps_names_order_and_repeats():
    found = match_names(["Chengdu", "成都", "Chengdu", 110000])
    assert found.index.tolist() == ["Chengdu", "成都", "Chengdu", 110000]
    assert found.tolist() == [510100, 510100, 510100, 110000]
    assert (found.name, found.dtype) == ("adcode", np.dtype("int64"))
    assert match_names([]).dtype == np.dtype("int64")
    assert match_names(pd.Series(["成都"], index=["x"])).index.tolist() == ["成都"]
    assert match_names(pd.Index(["成都"], name="city")).index.name == "city"


def shared_pinyin():
    return {key: units for key, units in places_by_key("city").items() if len(units) > 1}


def test_pinyin_that_several_cities_share_is_refused_with_all_of_them():
    assert {"suzhou", "taizhou", "fuzhou", "yichun", "yulin"} <= set(shared_pinyin())
    for key, units in shared_pinyin().items():
        with pytest.raises(NameMatchError) as caught:
            match_names([key])
        for unit in units:
            assert f"{unit.name_zh} ({unit.province_zh}, {unit.adcode})" in str(caught.value)
            province = places("province")[unit.province_adcode].name_en
            assert one(f"{unit.name_en}, {province}") == unit.adcode


def test_one_error_lists_every_failure():
    bad = ["Suzhou", "成都", "Chendu", None, "巢湖市", "莱芜", "", float("nan"), 320000, 999999]
    with pytest.raises(NameMatchError) as caught:
        match_names(bad)
    message = str(caught.value)
    assert message.startswith("9 names of places, of 10 given")
    for part in (
        "宿州市 (安徽省, 341300)",
        "Chendu is not known; closest: 成都市 (四川省, 510100)",
        "row 3 ",
        "row 6 ",
        "row 7 ",
        "巢湖市 was split in 2011 between 合肥市",
        "芜湖市",
        "马鞍山市",
        "莱芜 was merged in 2019 into 济南市",
        "320000 is no code at this level; related: 江苏省",
        "999999 is no code of a unit",
    ):
        assert part in message
    assert "成都 " not in message
    assert caught.value.render("zh")


@pytest.mark.parametrize("name", ["海南", "Hainan", "中国海南"])
def test_hainan_alone_is_refused_at_city_level(name):
    with pytest.raises(NameMatchError, match=r"632500.*460000"):
        match_names([name])


@pytest.mark.parametrize(
    "name",
    [
        "恩施市",
        "Dali City",
        "海南省",
        "Jilin Province",
        "浙江苏州",
        "成都2010",
        "苏州 Hangzhou",
        True,
    ],
)
def test_what_is_something_else_is_refused(name):
    with pytest.raises(NameMatchError):
        match_names([name])


def test_dissolved_units_follow_a_merger_only_on_request():
    assert one("莱芜", dissolved="successor") == 370100
    assert one(371200, dissolved="successor") == 370100
    assert one("Laiwu City", dissolved="successor") == 370100
    for name in ("巢湖", 341400, "Chaohu", "柳州地区"):
        with pytest.raises(NameMatchError, match="split"):
            match_names([name], dissolved="successor")


def test_use_that_is_wrong_is_explained():
    with pytest.raises(SchemaError, match="match_names"):
        match_names("成都")
    with pytest.raises(OptionError, match="city"):
        match_names(["成都"], level="county")
    with pytest.raises(OptionError):
        match_names(["成都"], dissolved="guess")


def test_only_jilin_and_hainan_share_their_name_with_a_province():
    provinces = places_by_key("province")
    shared = {
        unit.adcode
        for key, units in places_by_key("city").items()
        for unit in units
        if key in provinces and unit.adcode not in places("province")
    }
    assert shared == {220200, 632500}


def test_former_codes_never_stand_for_another_unit_of_today():
    today = places("city")
    for unit in former_places("city"):
        assert unit.successors, unit.name_zh
        assert (unit.change == "split") == (len(unit.successors) > 1), unit.name_zh
        if unit.adcode in today:
            assert unit.successors == (today[unit.adcode],), unit.name_zh
