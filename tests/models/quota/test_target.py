"""National target: intervals, units of measure, the boundary check, bad input."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import spatialcarbon as sc

REGIONS = pd.Series({"b": 60.0, "a": 100.0})


def test_target_and_responsibility() -> None:
    found = sc.national_target(2.0, 50.0, reduction=(0.2, 0.4), projected=REGIONS)
    assert found.baseline == 100
    assert found.interval == pytest.approx((60, 80))
    assert found.target == pytest.approx(70)
    assert found.responsibility == pytest.approx(90)
    assert found.responsibility_interval == pytest.approx((80, 100))
    assert found.responsibility + found.target == pytest.approx(found.regional_sum)
    frame = found.to_frame()
    assert frame.loc[0, "regional_over_baseline"] == pytest.approx(1.6)
    assert "regional_over_baseline" in found.summary()
    bare = sc.national_target(2.0, 50.0, reduction=0.2)
    assert (bare.responsibility, bare.regional_sum) == (None, None)
    assert bare.interval == (80.0, 80.0)


def test_the_boundary_check_is_always_there() -> None:
    found = sc.national_target(2.0, 50.0, reduction=0.2, projected=REGIONS)
    said = found.summary()
    assert "the regions sum to 160, 1.600 times what the base intensity gives (100)" in said
    assert "was not declared" in said
    assert "no national and regional figures of a common year" in said
    both = sc.national_target(
        2.0, 50.0, reduction=0.2, projected=REGIONS, boundary=("energy", "energy"),
        national=64.0, regional=pd.Series([50.0, 30.0]),
    )  # fmt: skip
    assert both.scale == pytest.approx(1.25)
    assert both.responsibility == pytest.approx(80)
    assert "1.2500 times the national figure" in both.summary()
    assert "not declared" not in both.summary()


def test_rescaling() -> None:
    given: dict[str, Any] = {
        "reduction": 0.2, "projected": REGIONS, "boundary": ("energy", "energy and power"),
    }  # fmt: skip
    with pytest.raises(sc.SchemaError, match="count different things"):
        sc.national_target(2.0, 50.0, **given)
    with pytest.raises(sc.SchemaError, match="of a common year"):
        sc.national_target(2.0, 50.0, rescale_to_national=True, **given)
    found = sc.national_target(
        2.0, 50.0, rescale_to_national=True, national=100.0, regional=125.0, **given
    )
    assert found.regional_sum == pytest.approx(128)
    assert found.projected is not None
    assert found.projected.to_dict() == pytest.approx({"b": 48, "a": 80})
    assert found.responsibility == pytest.approx(48)
    assert "divided by 1.2500" in found.summary()


def test_units_of_measure() -> None:
    units = {"intensity": "t/10^4 CNY", "gdp": "10^8 CNY", "projected": "10^4 t CO2"}
    found = sc.national_target(1.5, 1000.0, reduction=0.0, projected=REGIONS * 100, units=units)
    assert found.baseline == pytest.approx(1.5e7)  # 1000 × 10⁸ CNY are 10⁷ × 10⁴ CNY
    assert found.regional_sum == pytest.approx(1.6e8)
    assert found.measure == "t CO2"
    with pytest.raises(sc.UnitMismatchError, match="units lacks projected"):
        sc.national_target(1.0, 1.0, reduction=0.0, projected=REGIONS,
                           units={"intensity": "t/CNY", "gdp": "CNY"})  # fmt: skip
    with pytest.raises(sc.UnitMismatchError):
        sc.national_target(1.0, 1.0, reduction=0.0, units={"intensity": "t", "gdp": "CNY"})


def test_nothing_to_cut() -> None:
    with pytest.warns(sc.AdjustedDataWarning, match="nothing has to be cut"):
        found = sc.national_target(2.0, 100.0, reduction=0.1, projected=REGIONS)
    assert found.responsibility == 0
    assert found.responsibility_interval == (0, 0)


@pytest.mark.parametrize("reduction", [-0.1, 1.0, 1.2, float("nan"), (0.1, 1.0), (0.1, 0.2, 0.3)])
def test_reductions_out_of_range(reduction: Any) -> None:
    with pytest.raises(sc.OptionError, match="not a part of the intensity"):
        sc.national_target(1.0, 1.0, reduction=reduction)


def test_other_bad_input() -> None:
    below = sc.national_target(1.0, 10.0, reduction=1.2, allow_negative=True)
    assert below.target == pytest.approx(-2)
    with pytest.raises(sc.OptionError, match="starts above its end"):
        sc.national_target(1.0, 1.0, reduction=(0.65, 0.60))
    with pytest.raises(sc.OptionError, match="intensity_base"):
        sc.national_target(0.0, 1.0, reduction=0.1)
    with pytest.raises(sc.MissingDataError, match="missing or infinite: b"):
        sc.national_target(1.0, 1.0, reduction=0.1, projected=REGIONS.replace(60.0, None))
    with pytest.raises(sc.AlignmentError, match="repeated labels"):
        sc.national_target(1.0, 1.0, reduction=0.1, projected=REGIONS.set_axis(["a", "a"]))
    with pytest.raises(sc.SchemaError, match="without labels"):
        sc.national_target(1.0, 1.0, reduction=0.1, projected=[1.0])  # type: ignore[arg-type]
