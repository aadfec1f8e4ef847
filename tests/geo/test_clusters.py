"""Groups of cities and provinces, built in and brought along."""

import pandas as pd
import pytest

from spatialcarbon.core.errors import AlignmentError, NameMatchError, OptionError, SchemaError
from spatialcarbon.geo.clusters import REGISTRIES, clusters, groups_for, members

SIZES = {
    "plan": {"BTH": 14, "YRD": 41, "PRD": 9, "CY": 16, "MYR": 31},
    "variants": {"BTH13": 13, "YRD26": 26},
    "metros": {"CDMA": 4, "WHCC": 9},
    "belts": {"EAST": 11, "CENTRAL": 8, "WEST": 12},
    "zones": {
        "ZONE-NE": 3,
        "ZONE-NC": 4,
        "ZONE-EC": 3,
        "ZONE-SC": 3,
        "ZONE-YELLOW": 4,
        "ZONE-YANGTZE": 4,
        "ZONE-SW": 5,
        "ZONE-NW": 5,
    },
    "regions": {
        "IO-NE": 3,
        "IO-BT": 2,
        "IO-NC": 2,
        "IO-EC": 3,
        "IO-SC": 3,
        "IO-C": 6,
        "IO-NW": 6,
        "IO-SW": 6,
    },
}


@pytest.mark.parametrize("registry", list(REGISTRIES))
def test_the_built_in_groups(registry):
    table = clusters(registry)
    assert table["cluster"].value_counts(sort=False).to_dict() == SIZES[registry]
    assert list(table.columns)[:4] == ["cluster", "adcode", "name_zh", "name_en"]
    assert not table.duplicated(["cluster", "adcode"]).any()
    assert not table.isna().any().any()
    assert (table["level"] == REGISTRIES[registry]).all()
    if REGISTRIES[registry] == "province":
        assert table["adcode"].nunique() == 31


def test_all_registries_together_and_codes_that_do_not_clash():
    table = clusters()
    assert len(table) == sum(sum(groups.values()) for groups in SIZES.values())
    codes = table[["cluster", "registry"]].drop_duplicates()
    assert codes["cluster"].is_unique


def test_variants_against_the_plan():
    bth = set(members("BTH")["adcode"])
    assert bth - set(members("BTH13")["adcode"]) == {410500}
    assert set(members("YRD26")["adcode"]) < set(members("YRD")["adcode"])
    assert {321200, 331000} <= set(members("YRD26")["adcode"])
    assert 330300 not in set(members("YRD26")["adcode"])


def test_the_registry_cannot_be_spoiled():
    table = clusters("plan")
    table["adcode"] = 0
    assert clusters("plan")["adcode"].min() == 110000


def test_a_registry_of_ones_own(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(
        "cluster,name\n成渝双城,成都\n成渝双城,Chongqing\n西部,西安市\n", encoding="gb18030"
    )
    table = clusters(path=path)
    assert table["adcode"].tolist() == [510100, 500000, 610100]
    assert table["name_en"].tolist() == ["Chengdu", "Chongqing", "Xi'an"]
    assert table["registry"].unique().tolist() == ["mine"]
    assert table["cluster_en"].tolist() == ["成渝双城", "成渝双城", "西部"]


def test_a_registry_of_provinces_by_code(tmp_path):
    path = tmp_path / "two.csv"
    path.write_text("cluster,adcode,level\nA,510000,province\nB,510100,\n", encoding="utf-8-sig")
    assert clusters(path=path)["level"].tolist() == ["province", "city"]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("group,adcode\nA,510100\n", SchemaError, "cluster"),
        ("cluster,city\nA,510100\n", SchemaError, "adcode or name"),
        ("cluster,adcode\nA,510100\nA,成都\n", SchemaError, "A 510100"),
        ("cluster,adcode\n,510100\n", SchemaError, "lines 2"),
        ("cluster,name\nA,Suzhou\nA,Nowhere\n", NameMatchError, "2 names"),
        ("cluster,name,level\nA,Suzhou,county\n", OptionError, "county"),
    ],
)
def test_a_registry_with_faults_is_refused(tmp_path, text, error, message):
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=message):
        clusters(path=path)


def test_wrong_use_is_explained(tmp_path):
    with pytest.raises(OptionError, match="zones"):
        clusters("zone")
    with pytest.raises(OptionError, match="exclude"):
        clusters("plan", path=tmp_path / "x.csv")
    with pytest.raises(SchemaError, match="there is no file"):
        clusters(path=tmp_path / "absent.csv")
    with pytest.raises(OptionError, match="registered"):
        members(["BTH", "XYZ"])


def test_groups_may_overlap_and_keep_the_order_of_the_units():
    units = pd.Index([410500, 130100, 110000, 999999])
    found = groups_for(units, ["BTH", "BTH13"])
    assert {code: list(labels) for code, labels in found.items()} == {
        "BTH": [410500, 130100, 110000],
        "BTH13": [130100, 110000],
    }


def test_groups_from_labels_and_mappings():
    units = pd.Index(["a", "b", "c"])
    named = pd.Series({"c": "x", "a": "x", "b": ""})
    assert list(groups_for(units, named)["x"]) == ["a", "c"]
    assert list(groups_for(units, {"y": ["b", "z"]})["y"]) == ["b"]


def test_a_group_without_members_is_refused():
    with pytest.raises(AlignmentError, match="YRD"):
        groups_for(pd.Index(["110000"]), "YRD")
