"""Contrasts of neighbours: every pair once, the larger side first, what has no ratio said."""

from __future__ import annotations

import numpy as np
import pandas as pd

import spatialcarbon as sc
from spatialcarbon.models.quota.border_contrasts import COLUMNS, border_contrasts


def weights(pairs: str) -> sc.Weights:
    links = [pair.split("-") for pair in pairs.split()]
    return sc.Weights.from_edges(pd.DataFrame(links, columns=["focal", "neighbor"]))


def test_a_link_one_way_is_a_pair_too_and_both_ways_is_one() -> None:
    values = pd.DataFrame({"p": {"a": 1.0, "b": 2.0, "c": 8.0}})
    found = border_contrasts({"per_head": values}, weights("a-b b-a b-c"))
    assert found[["unit", "neighbor", "ratio"]].to_numpy().tolist() == [
        ["c", "b", 4.0], ["b", "a", 2.0],
    ]  # fmt: skip
    assert tuple(found.columns) == COLUMNS


def test_rounding_is_no_contrast() -> None:
    values = pd.DataFrame({"p": {"a": 0.3, "b": 0.1 + 0.2}})
    found = border_contrasts({"per_head": values}, weights("b-a")).iloc[0]
    assert (found["unit"], found["ratio"], found["difference"]) == ("a", 1.0, 0.0)


def test_every_status() -> None:
    values = pd.DataFrame({"p": {"a": 0.0, "b": 0.0, "c": 4.0, "d": -1.0, "e": np.nan, "f": 2.0}})
    found = border_contrasts({"per_gdp": values}, weights("a-b b-c c-d d-e c-f a-c"))
    said = {frozenset((r["unit"], r["neighbor"])): r["status"] for _, r in found.iterrows()}
    assert said == {
        frozenset("bc"): "nothing on one side",
        frozenset("ac"): "nothing on one side",
        frozenset("cd"): "below zero",
        frozenset("cf"): "ok",
        frozenset("ab"): "nothing on either side",
        frozenset("de"): "no yardstick",
    }
    assert found["status"].tolist() == [
        *["nothing on one side"] * 2, "below zero", "ok", "nothing on either side", "no yardstick",
    ]  # fmt: skip
    assert found["ratio"].notna().sum() == 1


def test_the_largest_comes_first_within_each_principle_and_measure() -> None:
    values = pd.DataFrame(
        {"p": {"a": 1.0, "b": 2.0, "c": 3.0}, "q": {"a": 9.0, "b": 3.0, "c": 1.0}}
    )
    found = border_contrasts({"m": values, "n": values * 2}, weights("a-b b-c"))
    assert found.groupby(["measure", "principle"], sort=False)["ratio"].apply(list).tolist() == [
        [2.0, 1.5], [3.0, 3.0], [2.0, 1.5], [3.0, 3.0],
    ]  # fmt: skip
