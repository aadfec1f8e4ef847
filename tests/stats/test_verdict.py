"""What a family of weights says together, from tables made by hand."""

from __future__ import annotations

import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.stats.verdict import NO_LINKS, member_row, verdict_of

CHAIN = sc.Weights.from_edges(
    pd.DataFrame({"focal": list("abbccdde"), "neighbor": list("bacbdced")})
)


def table(*conclusions: str) -> pd.DataFrame:
    """Return a family whose members say this; none repeats another."""
    names = [f"m{at}" for at in range(len(conclusions))]
    return pd.DataFrame({"member": names, "conclusion": conclusions, "same_as": "", "status": "ok"})


@pytest.mark.parametrize(
    ("conclusions", "verdict", "k", "words"),
    [
        (["none", "negative", "none"], "depends", 2, "negative and significant under m1"),
        (["none", "none", "positive"], "depends", 2, "positive and significant under m2"),
        (["negative", "none", "negative"], "depends", 2, "not significant under m1"),
        (["positive", "positive", "none"], "depends", 2, "not significant under m2"),
        (["none", "none"], "same", 2, "not significant at the level 0.1 under all 2"),
        (["none", "positive", "negative"], "opposite", 1, "under m1, negative under m2"),
    ],
)
def test_the_verdict_names_those_that_differ(
    conclusions: list[str], verdict: str, k: int, words: str
) -> None:
    found = verdict_of(table(*conclusions), 0.1, "moran")
    assert found[:2] == (verdict, k)
    assert words in found[2].render("en")


def test_repeated_weights_and_those_without_links_do_not_count() -> None:
    rows = table("none", "negative", "", "none")
    rows["same_as"] = ["", "m0", "", ""]
    rows.loc[2, "status"] = NO_LINKS
    assert verdict_of(rows, 0.05, "geary")[:2] == ("same", 2)
    with pytest.raises(sc.DegenerateDataError):
        verdict_of(rows.iloc[[2]], 0.05, "geary")


def test_the_interval_is_the_middle_of_a_normal_distribution() -> None:
    # A chain of five, 1 to 5: s0 = 8, I = (5 / 8) * 8 / 10, and its mean is -1 / 4.
    values = pd.Series([1.0, 2.0, 3.0, 4.0, 5.0], list("abcde"))
    found = sc.global_moran(values, CHAIN.standardised("B"), permutations=0)
    row = member_row(found, 0.05)
    assert row["statistic"] == pytest.approx(0.5)
    assert row["expected"] == -0.25
    half = 1.959964 * found.variance_randomization**0.5
    assert row["low"] == pytest.approx(-0.25 - half, abs=1e-6)
    assert row["high"] == pytest.approx(-0.25 + half, abs=1e-6)
    assert row["conclusion"] == ("positive" if row["pvalue"] <= 0.05 else "none")
    drawn = sc.global_moran(values, CHAIN.standardised("B"), permutations=199, rng=1)
    row = member_row(drawn, 1.0)
    assert drawn.sd_permutation is not None
    assert row["high"] - row["low"] == pytest.approx(2 * 1.959964 * drawn.sd_permutation)
    assert row["conclusion"] == "positive"
