"""Growth curves from the command line, on a shipped table and on a user's own."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

if TYPE_CHECKING:
    from pathlib import Path


def test_cities(together: Any, tmp_path: Path) -> None:
    line = ["growth", "--clusters", "PRD", "--table", "city_co2", "--column", "co2_mt"]
    line += ["--start", "2005", "--horizon", "2025"]
    plain, chinese, layered, wrong, short = together(
        [
            [*line, "--holdout", "3", "--format", "json"],
            [*line, "--lang", "zh"],
            [*line, "--out", "growth.gpkg"],
            [*line, "--capacity", "fixed", "--k", "1"],
            [*line, "--end", "2007"],
        ],
        cwd=tmp_path,
    )
    found = json.loads(plain.fine().out)
    table = sc.load_table("city_co2").query("year >= 2005")
    data = table.pivot(index="adcode", columns="year", values="co2_mt")
    rows = pd.DataFrame(found["growth"]).set_index("unit")
    ours = sc.fit_growth(data.loc[rows.index], holdout=3)
    assert len(rows) == 9
    np.testing.assert_allclose(rows["k"].astype(float), ours.parameters["k"], rtol=1e-5)
    assert rows["holdout_mape"].tolist() == pytest.approx(ours.errors["holdout_mape"].tolist())
    assert len(found["growth_models"]) == 27
    assert "容量 k" in chinese.fine().out
    layered.fine()
    with closing(sqlite3.connect(tmp_path / "growth.gpkg")) as database:
        names = {name for (name,) in database.execute("SELECT table_name FROM gpkg_contents")}
    assert {"growth_saturation", "growth_forecast", "growth_rate"} <= names
    wrong.refused("capacity lies below the largest value")
    short.refused("at least 5 years")


def test_places_that_the_table_lacks_are_named_and_left_out_on_request(
    together: Any, tmp_path: Path
) -> None:
    line = ["growth", "--units", "provinces", "--table", "province_co2", "--column", "co2_10kt"]
    refused, done = together([line, [*line, "--covered", "--format", "json"]], cwd=tmp_path)
    assert refused.status == 2
    assert "4 places of the map are not in the table" in refused.err
    assert "540000" in refused.err
    assert "--covered" in refused.err
    assert len(json.loads(done.fine().out)["growth"]) == 30
    assert "left out, not in the table: 540000" in done.err
