"""The sweep is the comparison of modes, cell by cell; its axes are checked."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

INDEX = pd.Index(["丙", "A", "b", "孤"])
PLACES = pd.DataFrame(
    {
        "emission": [400.0, 50.0, 90.0, 30.0],
        "damage": [10.0, 6.0, 4.0, 5.0],
        "cost": [0.5, 1.0, 1.5, 0.8],
        "licensed_cost": [0.5, 0.6, 0.9, 0.7],
    },
    index=INDEX,
)
# The last place spills nothing over, and nothing reaches it.
SHARES = pd.DataFrame(
    [[0.7, 0.2, 0.1, 0.0], [0.2, 0.6, 0.2, 0.0], [0.1, 0.2, 0.7, 0.0], [0.0, 0.0, 0.0, 1.0]],
    INDEX,
    INDEX,
)


def at_share(share: float) -> pd.DataFrame:
    across = SHARES.to_numpy() * (1 - np.eye(4))
    sums = across.sum(axis=0)
    moved = share * across / np.where(sums > 0, sums, 1.0)
    np.fill_diagonal(moved, np.where(sums > 0, 1 - share, 1.0))
    return pd.DataFrame(moved, INDEX, INDEX)


def test_every_cell_is_what_govern_says() -> None:
    found = sc.govern_sweep(
        PLACES,
        SHARES,
        damages=[0.5, 6.0],
        shares=[0.0, 0.2, 0.6],
        spreads=[0.0, 1.0, 2.0],
        licensor="丙",
        rivalry=0.3,
    )
    assert len(found.table) == 18
    middle = np.exp(np.log(PLACES["cost"]).mean())
    for _, row in found.table.iterrows():
        cost = middle * (PLACES["cost"] / middle) ** row["spread"]
        ratio = PLACES["licensed_cost"] / PLACES["cost"]
        places = PLACES.assign(
            damage=PLACES["damage"] * row["damage"], cost=cost, licensed_cost=cost * ratio
        )
        right = sc.govern(places, at_share(row["share"]), licensor="丙", rivalry=0.3, rules=())
        assert row["recommendation"] == right.recommendation
        for mode in right.modes:
            gain = right.totals.loc[mode, "gain"]
            assert row[f"gain_{mode}"] == pytest.approx(gain, rel=1e-9, abs=1e-6)
            assert row[f"losers_{mode}"] == len(right.losers[mode])
        assert row["worst_gain"] == pytest.approx(right.gain["cooperation"].min(), abs=1e-6)
    assert set(found.table["recommendation"]) >= {"compensation", "licensing"}
    assert found.wins.sum() == pytest.approx(1.0)


def test_grids_progress_and_order() -> None:
    seen: list[tuple[int, int]] = []
    axes = {"damages": [2.0, 1.0], "shares": [0.3, 0.1], "spreads": [0.0, 1.2]}
    found = sc.govern_sweep(PLACES, SHARES, progress=lambda *at: seen.append(at), **axes)
    assert seen == [(done, 8) for done in range(1, 9)]
    grid = found.grid("gain_cooperation")
    assert (list(grid.index), list(grid.columns)) == ([1.0, 2.0], [0.1, 0.3])
    assert (
        grid.loc[2.0, 0.3]
        == found.table.query("damage == 2 and share == .3 and spread == 1.2")[
            "gain_cooperation"
        ].item()
    )
    assert list(found.grid(rows="spread").index) == [0.0, 1.2]
    turned = sc.govern_sweep(PLACES.iloc[::-1], SHARES.iloc[[2, 0, 3, 1]], **axes)
    pd.testing.assert_frame_equal(turned.table, found.table, check_exact=True)


def test_weights_and_their_spillover_give_the_same() -> None:
    edges = pd.DataFrame({"focal": list("AB"), "neighbor": list("BA")})
    weights = sc.Weights.from_edges(edges)
    places = pd.DataFrame({"emission": [9.0, 8.0], "damage": 2.0, "cost": [1.0, 2.0]}, list("AB"))
    axes = {"damages": [1.0], "shares": [0.2, 0.4]}
    one = sc.govern_sweep(places, weights, **axes)
    two = sc.govern_sweep(places, sc.spillover(weights, share=0.7), **axes)
    pd.testing.assert_frame_equal(one.table, two.table)
    assert "licensing was left out: there is no column licensed_cost" in one.notes
    assert any("whole sweep" in note for note in one.notes)


@pytest.mark.parametrize(
    "axes",
    [{"damages": []}, {"damages": [-1.0]}, {"shares": [1.0]}, {"spreads": [1, 1]}, {"shares": "ab"},
     {"damages": [float("nan")]}],
)  # fmt: skip
def test_axes_out_of_range(axes: dict[str, object]) -> None:
    with pytest.raises(sc.OptionError, match="is empty, has a value twice"):
        sc.govern_sweep(PLACES, SHARES, **axes)


def test_unknown_columns_and_axes() -> None:
    found = sc.govern_sweep(PLACES, SHARES, damages=[1.0], shares=[0.1])
    with pytest.raises(sc.OptionError, match="no column 'gain'"):
        found.grid("gain")
    with pytest.raises(sc.OptionError, match="rows="):
        found.grid(rows="share")
