"""Ranks and correlations of allocations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata, spearmanr

from spatialcarbon.models.quota.rank_shifts import correlations, rank_table

AMOUNTS = pd.DataFrame(
    {"one": [5.0, 1.0, 3.0, 3.0], "two": [0.1 + 0.2, 4.0, 0.3, 2.0]}, index=list("甲bcd")
)


def test_ranks_and_shifts() -> None:
    found = rank_table(AMOUNTS).set_index(["principle", "unit"])
    assert found.loc["one", "rank"].to_dict() == {"甲": 1, "b": 4, "c": 2, "d": 2}
    # 0.1 + 0.2 and 0.3 differ by rounding only: a tie.
    assert found.loc["two", "rank"].to_dict() == {"甲": 3, "b": 1, "c": 3, "d": 2}
    assert found.loc["two", "shift"].to_dict() == {"甲": 2, "b": -3, "c": 1, "d": 0}
    assert found.loc["one", "span"].to_dict() == {"甲": 2, "b": 3, "c": 1, "d": 0}
    assert set(found.loc["one", "shift"]) == {0}


def test_spearman_takes_ties_as_scipy_does() -> None:
    found = correlations(AMOUNTS).iloc[0]
    tied = AMOUNTS.assign(two=[0.3, 4.0, 0.3, 2.0])
    assert found["spearman"] == pytest.approx(spearmanr(tied["one"], tied["two"]).statistic)
    assert found["spearman"] == pytest.approx(
        np.corrcoef(rankdata(tied["one"]), rankdata(tied["two"]))[0, 1]
    )


def test_a_constant_correlates_with_nothing_and_two_units_say_nothing() -> None:
    found = correlations(AMOUNTS.assign(flat=2.0))
    assert found["status"].tolist() == ["ok", "constant", "constant"]
    assert found.loc[1:, ["pearson", "spearman"]].isna().all(axis=None)
    assert correlations(AMOUNTS.iloc[:2])["status"].tolist() == ["n<3"]
