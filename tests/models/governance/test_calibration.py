"""Columns of a game from prices and shares, and where they come from."""

from __future__ import annotations

import pandas as pd
import pytest

import spatialcarbon as sc

EMISSION = pd.Series({"甲": 1000.0, "b": 400.0})


def test_a_point_fixes_the_slope() -> None:
    found = sc.calibrate_game(
        EMISSION,
        price=pd.Series({"b": 40.0, "甲": 60.0}),
        marginal_cost=300.0,
        cut=0.2,
        licensed_ratio=0.5,
        share=0.25,
    )
    table = found.places
    # The last tonne of the cut costs what was said.
    assert (table["cost"] * 0.2 * EMISSION).tolist() == pytest.approx([300.0, 300.0])
    assert table["damage"].to_dict() == {"甲": 60.0, "b": 40.0}
    assert (table["licensed_cost"] / table["cost"]).tolist() == [0.5, 0.5]
    assert found.illustrative == ()
    assert found.notes == ()
    assert found.share.to_dict() == {"甲": 0.25, "b": 0.25}
    assert found.provenance.loc["price", ["low", "high"]].tolist() == [40.0, 60.0]


def test_what_is_left_out_is_said_to_be_invented() -> None:
    found = sc.calibrate_game(EMISSION, price=60.0)
    assert found.illustrative == ("marginal_cost", "cut", "licensed_ratio", "share")
    assert len(found.notes) == 4
    assert all("illustrative" in note for note in found.notes)
    frame = found.to_frame()
    assert list(frame["parameter"]) == ["price", "marginal_cost", "cut", "licensed_ratio", "share"]
    assert frame["source"].iloc[0].startswith("a social cost of carbon")
    assert sc.govern(found.places, pd.DataFrame(1.0, EMISSION.index, EMISSION.index)).losers


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"price": -1.0}, "price of damage is outside"),
        ({"marginal_cost": 0.0}, "marginal cost at the cut is outside"),
        ({"cut": 1.2}, "cut is outside"),
        ({"licensed_ratio": 1.1}, "licensed cost over own cost is outside"),
        ({"share": 1.0}, "share that spills over is outside"),
        ({"share": "much"}, "share that spills over is outside"),
    ],
)
def test_out_of_range(settings: dict[str, object], message: str) -> None:
    with pytest.raises(sc.OptionError, match=message):
        sc.calibrate_game(EMISSION, **settings)


def test_bad_emissions() -> None:
    with pytest.raises(sc.SchemaError, match=r"a cut of nothing has no cost.*b"):
        sc.calibrate_game(EMISSION.replace(400.0, 0.0))
    with pytest.raises(sc.AlignmentError, match="without labels"):
        sc.calibrate_game([1.0, 2.0])
    with pytest.raises(sc.AlignmentError):
        sc.calibrate_game(EMISSION, price=pd.Series({"x": 1.0, "b": 2.0}))
