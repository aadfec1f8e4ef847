"""Uncertain scenarios of every place of a map, from the shell."""

from __future__ import annotations

import json
from typing import Any

LINE = [
    *("simulation", "--clusters", "PRD", "--table", "city_co2", "--column", "co2_mt"),
    *("--rates", "study003_rates", "--horizon", "2030", "--draws", "300", "--seed", "4"),
]


def test_a_map_of_places_from_the_shell(together: Any) -> None:
    errors = ["--errors", "alpha=normal(0.01),chi=triangular(-0.01, 0, 0.02)"]
    more = ["--correlation", "chi_alpha=0.5", "--sharing", "0.3", "--target", "2030=300"]
    listed, shown, needless, wrong = together(
        [
            [*LINE, *errors, *more, "--decline-for", "2027", "--format", "json"],
            [*LINE, "--lang", "zh"],
            LINE[:7] + LINE[9:],
            [*LINE, "--errors", "alpha=norml(1)"],
        ]
    )
    tables = json.loads(listed.fine().out)
    assert set(tables) == {
        *("simulation", "simulation_quantiles", "simulation_peaks", "simulation_target"),
        *("simulation_decline", "simulation_places"),
    }
    mass = sum(r["probability"] for r in tables["simulation_peaks"] if r["scenario"] == "baseline")
    assert abs(mass - 1) < 1e-9
    assert "不确定情景" in shown.fine().out
    assert "这是约定，不是估计" in shown.err
    assert needless.status == 2
    assert "--rates" in needless.err
    assert wrong.status == 2
    assert "is not an error distribution" in wrong.err
