"""Carbon balance: net emission, neutrality, support, roles."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

# METHODS §15's example: emissions and sinks of three places in 10⁴ t.
PLACES = pd.DataFrame(
    {"emission": [400.0, 350.0, 250.0], "sink": [20.0, 60.0, 120.0]}, index=["a", "乙", "c"]
)


def test_balance_of_three_places() -> None:
    found = sc.carbon_balance(PLACES).table
    assert found["net"].tolist() == [380, 290, 130]
    np.testing.assert_allclose(found["support"], [0.25, 0.857143, 2.4], atol=1e-6)
    np.testing.assert_allclose(found["neutrality"], [0.05, 60 / 350, 0.48])
    assert found["role"].tolist() == ["payer", "payer", "receiver"]
    assert found["status"].tolist() == ["ok"] * 3
    # shares of emissions times support sum to one
    assert (found["emission_share"] * found["support"]).sum() == pytest.approx(1)


def test_groups_are_sums_and_ratios_of_sums() -> None:
    found = sc.carbon_balance(PLACES, groups={"东": ["a", "c"], "西": ["乙"]})
    row = found.groups.loc["东"]
    assert (row["emission"], row["sink"], row["net"]) == (650, 140, 510)
    assert row["neutrality"] == pytest.approx(140 / 650)
    assert found.overall.to_dict() == pytest.approx(
        {"emission": 1000, "sink": 200, "net": 800, "neutrality": 0.2}
    )
    assert found.to_frame()["unit"].tolist() == ["a", "乙", "c"]
    assert sc.carbon_balance(PLACES).groups.empty


def test_balanced_and_undefined_places() -> None:
    even = pd.DataFrame({"emission": [1.0, 3.0, 0.0], "sink": [0.1, 0.3, 0.0]}, index=list("abc"))
    found = sc.carbon_balance(even).table
    assert found["role"].tolist() == ["balanced", "balanced", "undefined"]
    assert found["status"].tolist() == ["ok", "ok", "emission<=0"]
    assert np.isnan(found.loc["c", "neutrality"])
    source = PLACES.assign(sink=-PLACES["sink"])  # the land releases
    released = sc.carbon_balance(source).table
    assert (released["role"] == "undefined").all()
    assert (released["status"] == "sinks<=0").all()
    assert released["net"].tolist() == [420, 410, 370]


def test_units_of_measure() -> None:
    mt = PLACES / 1e6
    mt.attrs["units"] = {"emission": "Mt CO2", "sink": "Mt CO2"}
    np.testing.assert_allclose(sc.carbon_balance(mt).table["net"], [380, 290, 130])
    mixed = PLACES.assign(emission=PLACES["emission"] / 1e4)
    found = sc.carbon_balance(mixed, units={"emission": "万吨CO2"}).table
    np.testing.assert_allclose(found["net"], [380, 290, 130])
    with pytest.raises(sc.UnitMismatchError, match="different substances"):
        sc.carbon_balance(PLACES, units={"sink": "t C"})


@pytest.mark.parametrize(
    ("places", "error", "words"),
    [
        (PLACES["sink"], sc.AlignmentError, "without labels"),
        (PLACES[["sink"]], sc.SchemaError, "lacks the column emission"),
        (PLACES.assign(emission=-1.0), sc.SchemaError, "emissions are negative"),
        (PLACES.assign(sink=np.nan), sc.MissingDataError, "sink"),
        (pd.concat([PLACES, PLACES]), sc.AlignmentError, "repeated"),
        (PLACES.iloc[:0], sc.DegenerateDataError, "no places"),
    ],
)
def test_what_is_refused(places: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        sc.carbon_balance(places)
