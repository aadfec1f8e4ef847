"""Decoupling: Tapio's states at and between their bounds, efforts, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.models.drivers.decoupling_states import DECOUPLING_STATES, EFFORT_STATES


def pair(outcome: tuple[float, float], driver: tuple[float, float]) -> pd.DataFrame:
    return pd.DataFrame({"unit": "甲", "year": [2010, 2015], "co2": outcome, "gdp": driver})


def one(outcome: tuple[float, float], driver: tuple[float, float], **more: Any) -> pd.Series:
    return sc.decoupling(pair(outcome, driver), unit="unit", year="year", **more).iloc[0]


@pytest.mark.parametrize(
    ("outcome", "driver", "elasticity", "state"),
    [
        # growth in per cent of 100, read off Tapio's Figure 1
        (30, 20, 1.5, "expansive negative decoupling"),
        (24, 20, 1.2, "expansive coupling"),
        (16, 20, 0.8, "expansive coupling"),
        (8, 10, 0.8, "expansive coupling"),  # 0.08/0.1 is 0.7999… in floating point
        (10, 20, 0.5, "weak decoupling"),
        (0, 20, 0.0, "weak decoupling"),
        (-10, 20, -0.5, "strong decoupling"),
        (-30, -20, 1.5, "recessive decoupling"),
        (-24, -20, 1.2, "recessive coupling"),
        (-16, -20, 0.8, "recessive coupling"),
        (-10, -20, 0.5, "weak negative decoupling"),
        (0, -20, 0.0, "weak negative decoupling"),
        (10, -20, -0.5, "strong negative decoupling"),
    ],
)
def test_the_eight_states(outcome: int, driver: int, elasticity: float, state: str) -> None:
    found = one((100.0, 100.0 + outcome), (1.0, (100.0 + driver) / 100))
    assert found["elasticity"] == pytest.approx(elasticity, abs=1e-12)
    assert found["state"] == state
    assert found["outcome_change"] == outcome
    assert found["driver_growth"] == pytest.approx(driver / 100)


def test_a_driver_that_stays_has_no_elasticity() -> None:
    for outcome in (80.0, 100.0, 120.0):
        found = one((100.0, outcome), (7.0, 7.0))
        assert np.isnan(found["elasticity"])
        assert found["state"] == "undefined"
    # 0.1 + 0.2 is not 0.3 in floating point: that is no growth
    assert one((1.0, 2.0), (0.3, 0.1 + 0.2))["state"] == "undefined"


def test_every_state_has_both_languages() -> None:
    for states in (DECOUPLING_STATES, EFFORT_STATES):
        for key, words in states.items():
            assert words.render("en") == key
            assert words.render("zh") != key
    assert DECOUPLING_STATES["strong decoupling"].render("zh") == "强脱钩"
    assert len(DECOUPLING_STATES) == 9


def test_other_bounds_and_stages() -> None:
    assert one((100, 110), (100, 110), bounds=(1.0, 1.0))["state"] == "expansive coupling"
    assert one((100, 111), (100, 110), bounds=(1.0, 1.0))["state"].startswith("expansive neg")
    panel = pd.DataFrame(
        {
            "市": [f"城{i}" for i in (2, 1) for _ in range(3)],
            "年": [2010, 2012, 2011] * 2,
            "co2": [10.0, 12.0, 11.0, 5.0, 5.5, 6.0],
            "gdp": [1.0, 4.0, 2.0, 3.0, 6.0, 4.0],
        }
    )
    whole = sc.decoupling(panel, unit="市", year="年")
    assert whole[["unit", "start", "end"]].to_numpy().tolist() == [
        ["城1", 2010, 2012],
        ["城2", 2010, 2012],
    ]
    yearly = sc.decoupling(panel, unit="市", year="年", stages="yearly")
    assert yearly["start"].tolist() == [2010, 2010, 2011, 2011]
    assert yearly["elasticity"].tolist() == pytest.approx([0.6, 0.1, -1 / 6, 1 / 11])
    shuffled = panel.sample(frac=1, random_state=1).set_index(pd.Index(list("fedcba")))
    pd.testing.assert_frame_equal(sc.decoupling(shuffled, unit="市", year="年"), whole)
    assert whole.attrs["references"] == ("tapio2005",)
    assert whole.attrs["settings"]["stages"] == ((2010, 2012),)
    assert panel["co2"].tolist() == [10.0, 12.0, 11.0, 5.0, 5.5, 6.0]


def test_a_panel_knows_its_columns() -> None:
    frame = pair((100.0, 104.0), (50.0, 55.0))
    units = {"co2": "Mt CO2", "gdp": "10^8 CNY"}
    panel = sc.Panel.from_frame(frame, unit="unit", year="year", values=["co2", "gdp"], units=units)
    assert sc.decoupling(panel)["elasticity"].tolist() == pytest.approx([0.4])


def test_an_outcome_may_end_at_zero() -> None:
    assert one((10.0, 0.0), (1.0, 2.0))["elasticity"] == -1.0


GOOD = pair((100.0, 104.0), (50.0, 55.0))


@pytest.mark.parametrize(
    ("frame", "more", "error", "words"),
    [
        (GOOD.drop(columns="gdp"), {}, sc.SchemaError, "lacks the column gdp"),
        (GOOD.iloc[:0], {}, sc.SchemaError, "the table is empty"),
        (GOOD.iloc[:1], {}, sc.SchemaError, "two years"),
        (GOOD.assign(unit=None), {}, sc.AlignmentError, "without a label"),
        (GOOD.assign(year=[2010, 2015.5]), {}, sc.SchemaError, "not a year: 2015.5"),
        (pd.concat([GOOD, GOOD]), {}, sc.AlignmentError, "甲 2010, 甲 2015"),
        (GOOD.assign(co2=["a", "b"]), {}, sc.SchemaError, "co2 is not numeric"),
        (GOOD.assign(co2=[100, np.nan]), {}, sc.MissingDataError, "甲 2015"),
        (GOOD.assign(gdp=[np.inf, 1]), {}, sc.MissingDataError, "missing or infinite"),
        (GOOD.assign(gdp=[0.0, 1]), {}, sc.SchemaError, "gdp is not positive: 甲 2010"),
        (GOOD.assign(co2=[1.0, -1]), {}, sc.SchemaError, "co2 is not positive: 甲 2015"),
        (GOOD, {"stages": [(2015, 2010)]}, sc.OptionError, "not a stage"),
        (GOOD, {"stages": []}, sc.OptionError, "no stages"),
        (GOOD, {"stages": [(2010, 2017)]}, sc.SchemaError, "2017"),
        (GOOD, {"bounds": (1.2, 0.8)}, sc.OptionError, "the lower one first"),
        (GOOD, {"bounds": 1.0}, sc.OptionError, "the bounds of coupling"),
    ],
)
def test_what_is_refused(
    frame: pd.DataFrame, more: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        sc.decoupling(frame, unit="unit", year="year", **more)


def test_a_year_that_one_unit_lacks_is_named() -> None:
    other = GOOD.assign(unit="乙").iloc[:1]
    with pytest.raises(sc.MissingDataError, match="乙 2015"):
        sc.decoupling(pd.concat([GOOD, other]), unit="unit", year="year")


KAYA = "co2 = population * (gdp/population) * (co2/gdp)"
TOWNS = pd.DataFrame(
    {
        "unit": ["b", "b", "a", "a", "乙", "乙"],
        "year": [2010, 2015] * 3,
        "co2": [60.0, 57.2, 100.0, 120.0, 30.0, 40.0],
        "gdp": [200.0, 260.0, 500.0, 700.0, 100.0, 90.0],
        "population": [50.0, 50.0, 100.0, 110.0, 20.0, 21.0],
    }
)


def test_effort_takes_back_what_activity_adds() -> None:
    result = sc.decompose(TOWNS, identity=KAYA, unit="unit", year="year")
    found = sc.decoupling_effort(result, activity=["population", "affluence"]).set_index("unit")
    # By hand: both activity factors together are GDP, so the sum of their effects is L ln(G1/G0).
    mean = 20 / np.log(1.2)
    assert found.loc["a", "activity"] == pytest.approx(mean * np.log(1.4))
    assert found.loc["a", "effort"] == pytest.approx(1 - np.log(1.2) / np.log(1.4))
    assert found.loc["b", "effort"] == pytest.approx(1 - np.log(57.2 / 60) / np.log(1.3))
    assert found["state"].to_dict() == {
        "a": "weak effort", "b": "strong effort", "乙": "undefined",
    }  # fmt: skip
    assert np.isnan(found.loc["乙", "effort"])
    alone = sc.decoupling_effort(result, activity="affluence")
    assert alone["activity"].tolist() != found["activity"].tolist()
    assert found.attrs["references"] == ("diakoulaki2007",)


def test_no_effort_where_the_others_add() -> None:
    worse = TOWNS.assign(co2=[60.0, 80.0, 100.0, 200.0, 30.0, 40.0])
    result = sc.decompose(worse, identity="co2 = gdp * (co2/gdp)", unit="unit", year="year")
    found = sc.decoupling_effort(result, activity="gdp").set_index("unit")
    assert found.loc["b", "effort"] < 0
    assert found["state"].to_dict() == {"a": "no effort", "b": "no effort", "乙": "undefined"}


@pytest.mark.parametrize(
    ("activity", "words"),
    [
        ("affluense", "did you mean|affluence"),
        ([], "some of the factors"),
        (["population", "affluence", "intensity"], "not all"),
    ],
)
def test_activity_must_be_some_of_the_factors(activity: Any, words: str) -> None:
    result = sc.decompose(TOWNS, identity=KAYA, unit="unit", year="year")
    with pytest.raises(sc.OptionError, match=words):
        sc.decoupling_effort(result, activity=activity)


def test_thirty_provinces() -> None:
    table = sc.load_table("province_co2").merge(sc.load_table("province_gdp"))
    found = sc.decoupling(
        table, unit="adcode", year="year", outcome="co2_10kt", driver="gdp_100m_cny",
        stages=[(2006, 2016)],
    ).set_index("unit")  # fmt: skip
    assert len(found) == 30
    assert found["state"].value_counts().to_dict() == {
        "weak decoupling": 29, "expansive coupling": 1,
    }  # fmt: skip
    assert found.loc[650000, "elasticity"] == pytest.approx(1.036965, abs=1e-6)  # Xinjiang
