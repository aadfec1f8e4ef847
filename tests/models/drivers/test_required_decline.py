"""The extra decline of intensity that a peak in time needs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.models.drivers import simulation_paths
from spatialcarbon.models.drivers.rates import RATES

STUDY003 = sc.load_table("study003_rates")
COLUMNS = ["scenario", "start", "end", *RATES]
GROWING = pd.DataFrame([["calm", 2021, 2030, 0.0, 0.02, 0.0, 0.0]], columns=COLUMNS)
CITIES = pd.Series({"上海": 30.0, "b": 20.0, "a": 10.0})


def test_growth_for_certain_is_undone_exactly() -> None:
    found = sc.required_decline(
        100.0, GROWING, scenario="calm", horizon=2030, peak_by=2024, errors=0.0, draws=50, rng=1
    )
    assert found.value == pytest.approx(1 - 1 / 1.02, abs=1e-8)
    assert found.interval == (found.value, found.value)
    assert (found.status, found.already, found.from_year) == ("found", 0.0, 2021)
    assert (found.curve["decline"] == found.value).all()


def test_theory_for_a_normal_error() -> None:
    """C falls when x > 1 − 1/1.02 − z: the 90 % quantile of that is the answer."""
    found = sc.required_decline(
        100.0, GROWING, scenario="calm", horizon=2030, peak_by=2024, errors={"alpha": 0.005},
        draws=40_000, rng=1,
    )  # fmt: skip
    expected = 1 - 1 / 1.02 + 1.2815516 * 0.005
    assert found.interval[0] < expected < found.interval[1]
    assert found.value == pytest.approx(expected, abs=1e-4)
    assert found.interval[1] - found.interval[0] < 4e-4


@pytest.mark.parametrize("sharing", ["shared", "independent", 0.3])
def test_the_answer_does_what_was_asked(sharing: Any) -> None:
    common: dict[str, Any] = {
        "horizon": 2030, "draws": 2000, "errors": {"alpha": 0.01, "chi": "uniform(0.02)"},
        "units": sharing, "rng": 5,
    }  # fmt: skip
    found = sc.required_decline(
        CITIES, STUDY003, scenario="baseline", peak_by=2027, from_year=2022, probability=0.8,
        threads=2, **common,
    )  # fmt: skip
    table = STUDY003[STUDY003["scenario"] == "baseline"].copy()

    def chance(extra: float) -> float:
        moved = table.assign(alpha=table["alpha"] + extra * (table["start"] >= 2022))
        run = sc.simulate(CITIES, moved, peak_by=2027, **common)
        return float(run.overview["peaked_by"].iloc[0])

    assert found.already == chance(0.0)
    assert chance(found.value + 1e-7) >= 0.8
    assert chance(found.value - 1e-5) < 0.8
    assert found.interval[0] < found.value < found.interval[1]
    assert np.all(np.diff(found.curve["decline"]) >= 0)


def test_what_is_kept_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    settings: dict[str, Any] = {
        "scenario": "baseline", "horizon": 2030, "peak_by": 2027, "draws": 200, "rng": 5,
        "units": "independent",
    }  # fmt: skip
    kept = sc.required_decline(CITIES, STUDY003, **settings)
    monkeypatch.setattr(simulation_paths, "KEPT_BYTES", 0)
    anew = sc.required_decline(CITIES, STUDY003, threads=1, **settings)
    pd.testing.assert_frame_equal(kept.to_frame(), anew.to_frame(), check_exact=True)


def test_not_needed_and_impossible_are_said() -> None:
    falling = GROWING.assign(alpha=0.05)
    found = sc.required_decline(
        1.0, falling, scenario="calm", horizon=2030, peak_by=2024, errors=0.0, draws=10, rng=1
    )
    assert (found.status, found.value, found.already) == ("not needed", 0.0, 1.0)
    found = sc.required_decline(
        1.0, GROWING, scenario="calm", horizon=2030, peak_by=2024, errors=0.0, draws=10, rng=1,
        from_year=2029,
    )  # fmt: skip
    assert found.status == "impossible"
    assert np.isnan(found.value)
    assert found.interval == (np.inf, np.inf)
    assert "no extra decline of up to 0.2" in found.notes[-1]
    assert "impossible" in found.summary()


def test_intensity_stops_at_zero() -> None:
    steep = GROWING.assign(chi=5.0, alpha=0.5)
    found = sc.required_decline(
        1.0, steep, scenario="calm", horizon=2030, peak_by=2024, errors=0.0, draws=10, rng=1,
        most=0.9,
    )  # fmt: skip
    assert found.value == pytest.approx(0.5 - 1 / 6, abs=1e-7)
    late = sc.required_decline(
        1.0, steep, scenario="calm", horizon=2030, peak_by=2029, errors=0.0, draws=10, rng=1,
        from_year=2030, most=0.9,
    )  # fmt: skip
    assert late.value == pytest.approx(0.5 - 1 / 6, abs=1e-7)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"scenario": "clam"}, "no scenario 'clam'"),
        ({"peak_by": 2030}, "does not go past peak_by=2030"),
        ({"peak_by": 2050}, "peak_by=2050 is not projected"),
        ({"from_year": 2020}, "from_year=2020 is not projected"),
        ({"probability": 1.0}, "probability=1.0"),
        ({"most": 0}, "most=0"),
    ],
)
def test_wrong_use_says_what_is_wrong(wrong: dict[str, Any], words: str) -> None:
    asked: dict[str, Any] = {
        "scenario": "calm", "horizon": 2030, "peak_by": 2024, "draws": 10, **wrong,
    }  # fmt: skip
    with pytest.raises(sc.OptionError, match=words):
        sc.required_decline(1.0, GROWING, **asked)


def test_a_table_without_scenarios_is_refused() -> None:
    with pytest.raises(sc.SchemaError, match="lacks the column scenario"):
        sc.required_decline(
            1.0, GROWING.drop(columns="scenario"), scenario="calm", horizon=2030, peak_by=2024
        )
