"""Regression of a user's own columns, from the command line."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a table of seventeen places in three years, an isolate among them."""
    path = tmp_path_factory.mktemp("regress") / "数据.csv"
    generator = np.random.default_rng(2)
    rows = [
        (code, year) for code in [*(f"q{i:02d}" for i in range(16)), "岛"] for year in (1, 2, 3)
    ]
    frame = pd.DataFrame(rows, columns=["code", "year"]).assign(year=lambda f: f["year"] + 2014)
    frame["people"] = generator.gamma(4.0, size=len(frame))
    frame["收入"] = generator.gamma(4.0, size=len(frame))
    noise = generator.normal(size=len(frame)) * 0.2
    frame["co2"] = frame["people"] ** 0.8 * frame["收入"] ** 0.5 * np.exp(noise)
    frame.to_csv(path, index=False)
    return path


def test_regression(together: Any, own_map: list[object], table: Path, tmp_path: Path) -> None:
    line = ["regression", *own_map, "--table", table, "--outcome", "co2"]
    both = [*line, "--covariates", "people,收入"]
    shown, chinese, layered, panel, unlogged, strange, same, wrong = together(
        [
            [*both, "--year", "2016", "--models", "ols,lag", "--format", "json"],
            [*both, "--year", "2017", "--models", "ols", "--lang", "zh", "--income", "收入"],
            [*both, "--models", "ols,error", "--out", "r.gpkg"],
            [*both, "--panel", "twoway", "--models", "ols", "--format", "json"],
            [*both, "--models", "ols", "--no-log", "--robust", "--format", "json"],
            [*both, "--models", "ols,probit"],
            [*line, "--covariates", "people,co2"],
            [*both, "--panel", "unit", "--models", "durbin"],
        ],
        cwd=tmp_path,
    )  # fmt: skip
    found = json.loads(shown.fine().out)
    data = pd.read_csv(table)
    one = data[data["year"] == 2016]
    x = np.column_stack([np.ones(17), np.log(one[["people", "收入"]])])
    beta = np.linalg.lstsq(x, np.log(one["co2"].to_numpy()), rcond=None)[0]
    ours = [row["estimate"] for row in found["regression"] if row["model"] == "ols"]
    assert ours == pytest.approx(beta.tolist())
    assert {row["model"] for row in found["regression_effects"]} == {"ols", "lag"}
    assert "units without neighbours (1): 岛" in shown.err
    assert "最小二乘" in chinese.fine().out
    assert "库兹涅茨曲线" in chinese.out + chinese.err
    layered.fine()
    with closing(sqlite3.connect(tmp_path / "r.gpkg")) as database:
        names = {n for (n,) in database.execute("SELECT f_table_name FROM layer_styles")}
    assert "regression_ols" in names
    rows = json.loads(panel.fine().out)
    assert len(rows["regression_residuals"]) == 51
    plain = [row["estimate"] for row in json.loads(unlogged.fine().out)["regression"]]
    last = data[data["year"] == 2017]
    x = np.column_stack([np.ones(17), last[["people", "收入"]]])
    assert plain == pytest.approx(
        np.linalg.lstsq(x, last["co2"].to_numpy(), rcond=None)[0].tolist()
    )
    strange.refused("--models")
    same.refused("co2 stands twice")
    wrong.refused("a panel knows the models ols, lag, error, not durbin")
