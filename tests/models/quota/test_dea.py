"""Data envelopment analysis through its public door."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

ORIENTATIONS = ("input", "output")
few = pytest.mark.filterwarnings("ignore::spatialcarbon.WeakDiscriminationWarning")


def one(values: list[float], name: str = "x") -> pd.Series[float]:
    return pd.Series(values, index=list("ABCDEFGHIJKLMNOP")[: len(values)], name=name, dtype=float)


EMISSION = one([2, 4, 6, 5, 8], "emission")
GDP = one([1, 3, 4, 2, 3], "gdp")


@few
def test_worked_example() -> None:
    """METHODS §12: θ = (1, 1, 1, 0.6, 0.5)."""
    result = sc.dea(EMISSION, GDP)
    np.testing.assert_allclose(result.efficiency, [1, 1, 1, 0.6, 0.5], atol=1e-12)
    assert result.efficient.tolist() == ["A", "B", "C"]
    assert result.targets.loc["D"].tolist() == pytest.approx([3, 2])
    assert result.targets.loc["E"].tolist() == pytest.approx([4, 3])
    assert result.slacks is not None
    assert (result.slacks == 0).all(axis=None)
    # E: at y = 3 the constant frontier (3/4 a unit) asks for 4 too; C lies beyond B, A before it.
    assert result.returns_to_scale.tolist() == [
        "increasing", "constant", "decreasing", "increasing", "constant",
    ]  # fmt: skip
    np.testing.assert_allclose(result.scale_efficiency, [2 / 3, 1, 8 / 9, 8 / 9, 1])
    assert result.references == ("banker1984", "cooper2007")
    assert sc.dea(EMISSION, GDP, returns="constant").references[0] == "charnes1978"
    frame = result.to_frame()
    assert frame["status"].tolist() == ["efficient"] * 3 + ["inefficient"] * 2
    assert "0.6" in result.summary()


@few
def test_output_orientation_by_hand() -> None:
    result = sc.dea(EMISSION, GDP, orientation="output")
    # With 5 the frontier half-way between B and C makes 3.5; with 8 it makes C's 4.
    np.testing.assert_allclose(result.efficiency, [1, 1, 1, 3.5 / 2, 4 / 3], atol=1e-12)
    assert result.slacks is not None
    assert result.slacks.loc["E"].tolist() == pytest.approx([2, 0])
    assert result.targets.loc["E"].tolist() == pytest.approx([6, 4])
    np.testing.assert_allclose(
        result.efficiency,
        result.multipliers["emission"] * EMISSION + result.intercept,
    )
    np.testing.assert_allclose(result.multipliers["gdp"] * GDP, 1)


@few
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_technologies_by_hand(orientation: Any) -> None:
    """One input, one output: the best ratio is 3/4, at size 4."""
    share = {
        returns: sc.dea(EMISSION, GDP, returns=returns, orientation=orientation).efficiency
        for returns in ("variable", "constant", "increasing", "decreasing")
    }
    ratio = (GDP / EMISSION) / 0.75
    constant = share["constant"]
    np.testing.assert_allclose(constant if orientation == "input" else 1 / constant, ratio)
    # Below size 4 increasing returns are the variable ones, above it the constant ones.
    small, large = ["A"], ["C", "E"] if orientation == "output" else ["C"]
    for left, right, units in (
        ("increasing", "variable", small),
        ("increasing", "constant", large),
        ("decreasing", "constant", small),
        ("decreasing", "variable", large),
    ):
        np.testing.assert_allclose(share[left][units], share[right][units])


@few
def test_a_weakly_efficient_unit_is_told_by_its_slack() -> None:
    x = pd.DataFrame({"co2": [1.0, 1.0, 2.0], "energy": [2.0, 3.0, 1.0]}, index=list("abc"))
    y = one([1, 1, 1], "gdp").set_axis(list("abc"))
    result = sc.dea(x, y)
    assert result.efficiency.tolist() == [1, 1, 1]
    assert result.status.tolist() == [
        sc.DEAStatus.EFFICIENT, sc.DEAStatus.WEAKLY_EFFICIENT, sc.DEAStatus.EFFICIENT,
    ]  # fmt: skip
    assert result.slacks is not None
    assert result.slacks.loc["b"].tolist() == pytest.approx([0, 1, 0])
    assert result.peers.query("unit == 'b'").to_numpy().tolist() == [["b", "a", 1.0]]
    quick = sc.dea(x, y, slacks=False)
    assert quick.slacks is None
    assert quick.status.tolist() == ["efficient"] * 3
    assert "slacks" not in quick.certified.index


def test_targets_peers_and_multipliers_hang_together() -> None:
    rng = np.random.default_rng(4)
    units = pd.Index([f"省{i:02d}" for i in range(40)], name="province")
    x = pd.DataFrame(rng.random((40, 2)) + 0.1, units, ["co2", "energy"])
    y = pd.DataFrame(rng.random((40, 3)), units, ["people", "gdp", "forest"])
    for orientation in ORIENTATIONS:
        result = sc.dea(x, y, orientation=orientation)  # type: ignore[arg-type]
        weights = result.peers.pivot(index="unit", columns="peer", values="weight").fillna(0.0)
        weights = weights.loc[units]
        np.testing.assert_allclose(weights.sum(axis=1), 1)
        mixed = np.hstack([weights @ x.loc[weights.columns], weights @ y.loc[weights.columns]])
        np.testing.assert_allclose(mixed, result.targets, atol=1e-9)
        assert set(result.peers["peer"]) <= set(result.efficient)
        ratio = result.efficiency.to_numpy()[:, None]
        radial = [x * ratio, y] if orientation == "input" else [x, y * ratio]
        assert result.slacks is not None
        signs = np.r_[-np.ones(2), np.ones(3)]
        np.testing.assert_allclose(
            np.hstack(radial) + signs * result.slacks, result.targets, atol=1e-9
        )
        v, u = result.multipliers[x.columns], result.multipliers[y.columns]
        assert (result.multipliers >= -1e-12).all(axis=None)
        bought, sold = (v * x).sum(axis=1), (u * y).sum(axis=1)
        if orientation == "input":
            np.testing.assert_allclose(bought, 1)
            np.testing.assert_allclose(sold + result.intercept, result.efficiency)
        else:
            np.testing.assert_allclose(sold, 1)
            np.testing.assert_allclose(bought + result.intercept, result.efficiency)
        assert result.efficiency.index.name == "province"


@few
def test_identical_units_share_their_fate_and_one_stands_for_all() -> None:
    x, y = one([2, 2, 4, 4, 4]), one([1, 1, 3, 3, 1], "y")
    result = sc.dea(x, y)
    assert result.status.tolist() == ["efficient"] * 4 + ["inefficient"]
    assert result.peers["peer"].tolist() == ["A", "A", "C", "C", "A"]


@few
def test_one_unit_and_three() -> None:
    single = sc.dea(one([3]), one([2], "y"))
    assert single.efficiency.tolist() == [1]
    assert single.peers.to_numpy().tolist() == [["A", "A", 1.0]]
    assert sc.dea(one([1, 2, 3]), one([1, 1, 1], "y")).efficiency.tolist() == pytest.approx(
        [1, 1 / 2, 1 / 3]
    )


def test_against_other_units() -> None:
    """A year against the frontier of the year before: beyond it, within it, out of its reach."""
    before = one([2, 4, 6, 5, 8, 9]), one([1, 3, 4, 2, 3, 3], "y")
    now = one([3, 2, 8, 1]).set_axis(list("wxyz")), one([3, 0.5, 5, 2], "y").set_axis(list("wxyz"))
    result = sc.dea(*now, reference=before)
    assert result.status.tolist() == [
        "beyond the frontier", "weakly efficient", "infeasible",
        "beyond the frontier",
    ]  # fmt: skip
    assert result.efficiency[["w", "x", "z"]].tolist() == pytest.approx([4 / 3, 1, 3])
    assert np.isnan(result.efficiency["y"])
    assert result.targets.loc["y"].isna().all()
    assert "y" not in set(result.peers["unit"])
    assert result.returns_to_scale["y"] is None
    assert result.certified.loc["slacks"].sum() == 3
    assert result.settings["reference"] is not None
    out = sc.dea(*now, reference=before, orientation="output")
    assert out.efficiency[["w", "x", "y"]].tolist() == pytest.approx([2 / 3, 2, 4 / 5])
    assert np.isnan(out.efficiency["z"])  # too little input for anything they did
    with pytest.raises(sc.SchemaError, match="other columns"):
        sc.dea(*now, reference=(before[0], before[1].rename("z")))


def test_a_zero_reach_is_no_division() -> None:
    """The only reference unit small enough makes none of what the unit makes."""
    x = pd.DataFrame({"x": [1.0, 3, 3, 3, 3, 3, 3, 3, 3]})
    y = pd.DataFrame({"a": [0.0, 1, 1, 1, 1, 1, 1, 1, 1], "b": [1.0] + [0.0] * 8})
    unit = pd.DataFrame({"x": [1.0]}), pd.DataFrame({"a": [1.0], "b": [0.0]})
    result = sc.dea(*unit, reference=(x, y), orientation="output")
    assert result.efficiency.tolist() == pytest.approx([0.0], abs=1e-12)
    assert result.status.tolist() == ["beyond the frontier"]


def test_few_units_warn_and_the_result_says_so() -> None:
    with pytest.warns(sc.WeakDiscriminationWarning, match="5 units are few for 1 inputs") as caught:
        result = sc.dea(EMISSION, GDP)
    assert caught[0].filename == __file__
    assert "at least 6" in result.notes[0]
    assert "有效" in result.notes_in("zh")[0]
    x = pd.DataFrame(np.ones((40, 6)) + np.eye(40, 6), columns=[f"x{i}" for i in range(6)])
    y = pd.DataFrame(np.ones((40, 7)) + np.eye(40, 7), columns=[f"y{i}" for i in range(7)])
    with pytest.warns(sc.WeakDiscriminationWarning, match="at least 42"):
        sc.dea(x, y)


@few
def test_rows_in_another_order_change_no_byte() -> None:
    rng = np.random.default_rng(2)
    units = [f"u{i}" for i in range(60)]
    x = pd.DataFrame(rng.integers(1, 6, (60, 2)), units, ["a", "b"])
    y = pd.DataFrame(rng.integers(0, 5, (60, 2)) + np.eye(60, 2), units, ["c", "d"])
    y.loc[(y == 0).all(axis=1), "c"] = 1
    first = sc.dea(x, y)
    mixed = rng.permutation(units)
    second = sc.dea(x.loc[mixed], y.loc[rng.permutation(units)])
    assert second.efficiency.index.tolist() == mixed.tolist()
    assert first.slacks is not None
    assert second.slacks is not None
    pd.testing.assert_series_equal(first.efficiency, second.efficiency.loc[units], rtol=0, atol=0)
    pd.testing.assert_frame_equal(first.slacks, second.slacks.loc[units], rtol=0, atol=0)
    pd.testing.assert_frame_equal(first.multipliers, second.multipliers.loc[units], rtol=0, atol=0)
    key = ["unit", "peer"]
    pd.testing.assert_frame_equal(
        first.peers.sort_values(key, ignore_index=True),
        second.peers.sort_values(key, ignore_index=True),
        rtol=0, atol=0,
    )  # fmt: skip
    assert first.settings == second.settings


@few
def test_missing_values() -> None:
    gap = GDP.copy()
    gap["B"] = np.nan
    with pytest.raises(sc.MissingDataError, match="gdp is missing for 1 of 5"):
        sc.dea(EMISSION, gap)
    result = sc.dea(EMISSION, gap, missing="drop")
    assert result.dropped == ("B",)
    assert result.efficiency.index.tolist() == list("ACDE")
    assert any("left out for missing values: B" in note for note in result.notes)
    assert gap.isna().sum() == 1


WRONG = [
    (lambda: (EMISSION * [1, 1, 0, -1, 1], GDP), sc.SchemaError, "emission is zero or negative"),
    (lambda: (EMISSION, GDP * [1, 1, -1, 1, 1]), sc.SchemaError, "gdp is negative for C"),
    (lambda: (EMISSION, GDP * [1, 0, 1, 1, 0]), sc.SchemaError, "all outputs are zero for B, E"),
    (
        lambda: (EMISSION, GDP.to_frame().assign(none=0.0)),
        sc.DegenerateDataError,
        "none is zero for every unit",
    ),
    (lambda: (EMISSION, EMISSION), sc.SchemaError, "an input and an output at once"),
    (lambda: (EMISSION.to_numpy(), GDP), sc.AlignmentError, "inputs is a ndarray"),
    (lambda: (EMISSION.to_frame()[[]], GDP), sc.SchemaError, "inputs has no columns"),
    (
        lambda: (pd.concat([EMISSION, EMISSION], axis=1), GDP),
        sc.SchemaError,
        "repeated columns",
    ),
    (lambda: (EMISSION, GDP.rename({"A": "Z"})), sc.AlignmentError, "does not cover"),
    (lambda: (EMISSION.rename({"A": "B"}), GDP), sc.AlignmentError, "repeated labels"),
    (lambda: (EMISSION * np.inf, GDP), sc.MissingDataError, "infinite"),
    (lambda: (EMISSION.iloc[:0], GDP.iloc[:0]), sc.DegenerateDataError, "no unit to score"),
]


@pytest.mark.parametrize(("data", "kind", "words"), WRONG)
def test_bad_input_is_refused_by_name(data: Any, kind: type, words: str) -> None:
    with pytest.raises(kind, match=words):
        sc.dea(*data())


def test_options_are_checked() -> None:
    with pytest.raises(sc.OptionError, match="orientation='in'"):
        sc.dea(EMISSION, GDP, orientation="in")  # type: ignore[arg-type]
    with pytest.raises(sc.OptionError, match="returns='VRS'"):
        sc.dea(EMISSION, GDP, returns="VRS")  # type: ignore[arg-type]
    with pytest.raises(sc.OptionError, match="missing='no'"):
        sc.dea(EMISSION, GDP, missing="no")  # type: ignore[arg-type]


@few
def test_columns_without_names_and_inputs_left_alone() -> None:
    x, y = EMISSION.rename(None), GDP.rename(None)
    kept = x.copy()
    result = sc.dea(x, y)
    assert result.multipliers.columns.tolist() == ["input", "output"]
    pd.testing.assert_series_equal(x, kept)
