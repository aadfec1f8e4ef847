"""The distribution of a column, from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import spatialcarbon as sc


def test_the_density_of_a_column(together: Any, own_map: list[object], files: Path) -> None:
    line = ["density", *own_map, "--table", files / "wide.csv", "--column", "co2"]
    more = ["--groups", "cluster", "--bandwidth", "3.5", "--boundary", "reflect", "--lang", "zh"]
    parsed, shown, looked, wrong, boundary, help_ = together(
        [
            [*line, "--year", "2017", "--format", "json"],
            [*line, *more],
            [*line, "--year", "2017", "--bandwidth", "isj"],
            [*line, "--bandwidth", "scot"],
            [*line, "--boundary", "fold"],
            ["density", "--help"],
        ]
    )
    tables = json.loads(parsed.fine().out)
    assert set(tables) == {"density", "density_modes", "density_curves"}
    [row] = tables["density"]
    values = pd.read_csv(files / "wide.csv").set_index("code")["co2_2017"]
    assert row["mode"] == pytest.approx(sc.kernel_density(values).mode)
    assert len(tables["density_curves"]) == 512
    assert "半高宽" in shown.fine().out
    assert "最高众数由" in shown.err
    assert "improved Sheather-Jones" in looked.fine().out
    wrong.refused("did you mean 'scott'")
    boundary.refused("reflect")
    assert "--bandwidth TEXT" in help_.fine().out
    assert "--weight-variable" not in help_.out
