"""Embodied transfers: the worked example, an oracle, exports and households, and bad input."""

from __future__ import annotations

import importlib.util

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

AB = ["A", "B"]
Z = pd.DataFrame([[20.0, 30.0], [10.0, 40.0]], index=AB, columns=AB)
Y = pd.DataFrame([[40.0, 10.0], [5.0, 45.0]], index=AB, columns=AB)
X = pd.Series({"A": 100.0, "B": 100.0})
E = pd.Series({"A": 50.0, "B": 20.0})


def economy(regions: int = 3, sectors: int = 2, seed: int = 7) -> dict:
    """Return a balanced economy with exports and households, labelled in Chinese and shuffled."""
    rng = np.random.default_rng(seed)
    rows = pd.MultiIndex.from_product(
        [[f"区{i}" for i in range(regions)], [f"s{j}" for j in range(sectors)]]
    )
    flows = pd.DataFrame(rng.uniform(0, 10, (len(rows), len(rows))), index=rows, columns=rows)
    names = rows.get_level_values(0).unique()
    demand = pd.DataFrame(rng.uniform(5, 60, (len(rows), regions)), index=rows, columns=names)
    exports = pd.Series(rng.uniform(0, 5, len(rows)), index=rows)
    return {
        "transactions": flows,
        "final_demand": demand,
        "emissions": pd.Series(rng.uniform(1, 9, len(rows)), index=rows),
        "output": flows.sum(axis=1) + demand.sum(axis=1) + exports,
        "exports": exports,
        "households": pd.Series(rng.uniform(0, 3, regions), index=names),
    }


def test_the_worked_example() -> None:
    found = sc.embodied_transfers(Z, Y, E, output=X)
    np.testing.assert_allclose(
        found.matrix, [[28.333333, 21.666667], [3.555556, 16.444444]], atol=5e-7
    )
    assert found.production.to_dict() == {"A": 50.0, "B": 20.0}
    np.testing.assert_allclose(found.consumption, [31.888889, 38.111111], atol=5e-7)
    assert found.net.loc["A", "B"] == pytest.approx(18.111111, abs=5e-7)
    assert found.net_export.to_dict() == pytest.approx({"A": 18.111111, "B": -18.111111})
    shared = found.shared()
    np.testing.assert_allclose(shared["shared"], [40.944444, 29.055556], atol=5e-7)
    assert shared.attrs == pytest.approx({"factor": 1.0, "gap": 0.0})
    # Downstream by hand: B = [[.2, .3], [.1, .4]] here too, since both outputs are 100.
    ghosh = np.linalg.inv(np.eye(2) - Z.to_numpy() / 100)
    np.testing.assert_allclose(found.income, [70, 30] * (ghosh @ [0.5, 0.2]), rtol=1e-12)
    np.testing.assert_allclose(found.multiplier, [0.5, 0.2] @ ghosh, rtol=1e-12)
    assert found.references == ("leontief1970", "peters2008", "lenzen2007")
    assert not found.notes
    first = found.flows().iloc[0]
    assert (first["origin"], first["destination"], first["net"]) == ("A", "A", 0.0)


def test_shared_by_value_added_follows_lenzen() -> None:
    found = sc.embodied_transfers(Z, Y, E, output=X)
    # A sells 80 outside its own industries, 70 of it value added; B 60 and 30.
    assert found.value_added_share.to_dict() == pytest.approx({"A": 0.875, "B": 0.5})
    shared = found.shared("value_added")
    assert shared["shared"]["A"] == pytest.approx(0.875 * 50 + 0.125 * found.consumption["A"])
    gap = shared["shared"].sum() - 70
    assert shared.attrs["gap"] == pytest.approx(gap)
    assert gap != 0
    level = found.shared("value_added", rebalance=True)
    assert level["shared"].sum() == pytest.approx(70)
    assert level.attrs["factor"] == pytest.approx(70 / (70 + gap))
    own = found.shared(pd.Series({"B": 0.0, "A": 1.0}))["shared"]
    assert own.to_dict() == pytest.approx({"A": 50, "B": found.consumption["B"]})


def test_against_a_dense_inverse() -> None:
    given = economy(4, 3)
    found = sc.embodied_transfers(**given)
    x = given["output"].to_numpy()
    inverse = np.linalg.inv(np.eye(12) - given["transactions"].to_numpy() / x)
    caused = (given["emissions"].to_numpy() / x)[:, None] * inverse
    by_row = caused @ given["final_demand"].to_numpy()
    blocks = by_row.reshape(4, 3, 4).sum(axis=1)
    np.testing.assert_allclose(found.matrix, blocks, rtol=1e-10)
    np.testing.assert_allclose(found.by_sector, by_row, rtol=1e-10)
    abroad = (caused @ given["exports"].to_numpy()).reshape(4, 3).sum(axis=1)
    np.testing.assert_allclose(found.abroad, abroad, rtol=1e-10)
    burnt = given["households"].to_numpy()
    np.testing.assert_allclose(found.consumption, blocks.sum(axis=0) + burnt, rtol=1e-10)
    direct = given["emissions"].groupby(level=0, sort=False).sum().to_numpy()
    np.testing.assert_allclose(found.production, direct + burnt, rtol=1e-12)
    assert found.residual.abs().max() < 1e-10
    assert found.income.sum() == pytest.approx(found.production.sum())
    # With exports abroad shared half and half, they stay where they are made.
    assert found.shared()["shared"].sum() == pytest.approx(found.production.sum())


def test_row_order_does_not_matter_and_inputs_are_not_touched() -> None:
    given = economy()
    kept = {name: value.copy() for name, value in given.items()}
    first = sc.embodied_transfers(**given)
    rng = np.random.default_rng(1)
    order = given["transactions"].index[rng.permutation(6)]
    mixed = {
        name: value.sample(frac=1.0, random_state=3) for name, value in given.items() if name != "x"
    }
    mixed["transactions"] = given["transactions"].loc[order, order[::-1]]
    second = sc.embodied_transfers(**mixed)
    regions = first.matrix.index
    np.testing.assert_allclose(second.matrix.loc[regions, regions], first.matrix, rtol=1e-12)
    np.testing.assert_allclose(second.income[regions], first.income, rtol=1e-12)
    for name, value in given.items():
        assert value.equals(kept[name]), name


def test_aggregation_sums_blocks_after_the_inversion() -> None:
    given = economy()
    found = sc.embodied_transfers(**given)
    groups = {"区0": "东", "区1": "西", "区2": "东"}
    whole = found.aggregate(regions=groups)
    assert list(whole.matrix.index) == ["东", "西"]
    east = ["区0", "区2"]
    assert whole.matrix.loc["东", "东"] == pytest.approx(found.matrix.loc[east, east].sum().sum())
    assert whole.matrix.loc["西", "东"] == pytest.approx(found.matrix.loc["区1", east].sum())
    assert whole.production["东"] == pytest.approx(found.production[east].sum())
    assert whole.net_export.sum() == pytest.approx(0)
    assert whole.value_added_share["东"] == pytest.approx(
        whole.value_added["东"] / (whole.value_added["东"] + whole.intermediate.loc["西", "东"])
    )
    assert "3 regions are summed to 2" in whole.notes[-1]
    one = found.aggregate(sectors={"s0": "all", "s1": "all"})
    np.testing.assert_allclose(one.by_sector.to_numpy(), found.matrix, rtol=1e-12)
    assert one.by_sector.index.get_level_values(1).unique().tolist() == ["all"]
    with pytest.raises(sc.AlignmentError, match="regions= gives no group for 区2"):
        found.aggregate(regions={"区0": 1, "区1": 1})
    with pytest.raises(sc.AlignmentError, match="regions only, no sectors"):
        sc.embodied_transfers(Z, Y, E).aggregate(sectors={"x": "y"})


def test_units_are_converted_and_money_stays() -> None:
    plain = sc.embodied_transfers(Z, Y, E)
    million = sc.embodied_transfers(Z, Y, E, units="万吨CO2")
    np.testing.assert_allclose(million.matrix, plain.matrix * 1e4)
    told = E.copy()
    told.attrs["units"] = "Mt CO2"
    assert sc.embodied_transfers(Z, Y, told).production["A"] == pytest.approx(5e7)
    assert sc.embodied_transfers(Z, Y, E, units="万元").measure == "万元"
    with pytest.raises(sc.UnitMismatchError, match="which is carbon"):
        sc.embodied_transfers(Z, Y, E, units="t C")


def test_the_balance_is_checked_and_never_mended() -> None:
    with pytest.raises(sc.BalanceError) as caught:
        sc.embodied_transfers(Z, Y, E, output=X * [1.0, 1.1])
    assert "the uses of 1 of 2 rows" in str(caught.value)
    assert "B: +10" in str(caught.value)
    assert "使用合计与总产出不等" in caught.value.render("zh")
    wide = sc.embodied_transfers(Z, Y, E, output=X * [1.0, 1.1], tolerance=0.2)
    assert wide.residual["B"] > 0
    assert wide.residual.sum() == pytest.approx(70 - wide.matrix.to_numpy().sum())
    assert "largest gap" in wide.notes[0]
    assert wide.balance.to_dict() == pytest.approx({"A": 0, "B": 10})
    gap = pd.Series({"A": 0.0, "B": 10.0})
    closed = sc.embodied_transfers(Z, Y, E, output=X * [1.0, 1.1], discrepancy=gap)
    np.testing.assert_allclose(closed.matrix, wide.matrix)
    assert "discrepancy column" in closed.notes[0]
    assert "nothing is checked" in sc.embodied_transfers(Z, Y, E).notes[0]


def test_a_row_of_zeros_plays_no_part() -> None:
    grown = Z.reindex(index=[*AB, "空"], columns=[*AB, "空"], fill_value=0.0)
    demand = Y.reindex(index=[*AB, "空"], columns=[*AB, "空"], fill_value=0.0)
    found = sc.embodied_transfers(grown, demand, E.reindex([*AB, "空"], fill_value=0.0))
    np.testing.assert_allclose(found.matrix.loc[AB, AB], sc.embodied_transfers(Z, Y, E).matrix)
    assert found.matrix.loc["空"].eq(0).all()
    assert "1 rows have no output" in found.notes[0]
    with pytest.raises(sc.DegenerateDataError, match="not defined for 空"):
        found.shared("value_added")
    busy = E.reindex([*AB, "空"], fill_value=1.0)
    with pytest.raises(sc.SchemaError, match="rows without output sell, buy or emit"):
        sc.embodied_transfers(grown, demand, busy)


def test_negative_final_demand_is_allowed_with_a_warning() -> None:
    run_down = Y.copy()
    run_down.loc["A", "B"] = -30.0
    with pytest.warns(sc.NegativeDemandWarning, match=r"1 rows \(A\)") as caught:
        found = sc.embodied_transfers(Z, run_down, E)
    assert caught[0].filename == __file__
    assert found.matrix.loc["A", "B"] < sc.embodied_transfers(Z, Y, E).matrix.loc["A", "B"]
    np.testing.assert_allclose(found.matrix.sum(axis=1), E)


def test_an_economy_that_uses_itself_up_is_refused() -> None:
    flows = pd.DataFrame([[50.0, 50.0], [50.0, 50.0]], index=AB, columns=AB)
    with pytest.raises(sc.DegenerateDataError, match="spectral radius of its coefficients is 1"):
        sc.embodied_transfers(flows, Y * 0, E)
    lossy = pd.DataFrame([[10.0, 90.0], [0.0, 20.0]], index=AB, columns=AB)
    out = pd.Series({"A": 150.0, "B": 100.0})
    demand = pd.DataFrame([[50.0, 0.0], [40.0, 40.0]], index=AB, columns=AB)
    found = sc.embodied_transfers(lossy, demand, E, output=out)  # B buys 110 for 100
    assert "buy for more than they make" in found.notes[0]
    with pytest.raises(sc.DegenerateDataError, match="no region has any output"):
        sc.embodied_transfers(Z * 0, Y * 0, E * 0)


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"transactions": Z.to_numpy()}, sc.AlignmentError, "ndarray without labels"),
        ({"transactions": Z[["A"]]}, sc.AlignmentError, "not square"),
        ({"transactions": Z.iloc[:0, :0]}, sc.SchemaError, "is empty"),
        ({"transactions": Z.rename(columns={"B": "C"})}, sc.AlignmentError, "unknown: C"),
        ({"transactions": Z.rename(index={"B": "A"})}, sc.AlignmentError, "repeated labels"),
        ({"transactions": Z.rename(index={"B": None})}, sc.AlignmentError, "without a label"),
        ({"transactions": Z * -1}, sc.SchemaError, "flows is negative in 2 rows"),
        ({"transactions": Z.mask(Z == 10)}, sc.MissingDataError, "B → A"),
        ({"transactions": Z.replace(10, np.inf)}, sc.MissingDataError, "B → A"),
        ({"final_demand": Y[["A"]]}, sc.AlignmentError, "missing: B"),
        ({"final_demand": Y.assign(C=0.0)}, sc.AlignmentError, "unknown: C"),
        ({"final_demand": Y.loc[["A"]]}, sc.AlignmentError, "missing: B"),
        (
            {"final_demand": pd.concat({"x": Y}, axis=1)},
            sc.AlignmentError,
            "columns of 2 levels",
        ),
        ({"emissions": [50, 20]}, sc.AlignmentError, "list without labels"),
        ({"emissions": E.loc[["A"]]}, sc.AlignmentError, "missing: B"),
        ({"emissions": E * -1}, sc.SchemaError, "the emissions is negative"),
        ({"emissions": E.astype(object).replace(50.0, "x")}, sc.MissingDataError, "A → value"),
        ({"output": pd.concat({"x": X})}, sc.AlignmentError, "labels of 2 levels"),
        ({"exports": X * -1}, sc.SchemaError, "exports abroad is negative"),
        ({"households": X.loc[["B"]]}, sc.AlignmentError, "missing: A"),
        ({"tolerance": 1.5}, sc.OptionError, "tolerance=1.5"),
        ({"units": "no such"}, sc.UnitMismatchError, "no such"),
        (
            {"transactions": pd.concat({"u": pd.concat({"v": Z})})},
            sc.AlignmentError,
            "labels of 3 levels",
        ),
    ],
)
def test_bad_input(change: dict, error: type[Exception], said: str) -> None:
    given = {"transactions": Z, "final_demand": Y, "emissions": E} | change
    with pytest.raises(error, match=said):
        sc.embodied_transfers(**given)


def test_weights_outside_their_range() -> None:
    found = sc.embodied_transfers(Z, Y, E)
    with pytest.raises(sc.OptionError, match=r"A: 1\.5"):
        found.shared(1.5)
    with pytest.raises(sc.OptionError, match="value_added"):
        found.shared("value-added")
    with pytest.raises(sc.AlignmentError):
        found.shared(pd.Series({"A": 0.5}))


@pytest.mark.skipif(importlib.util.find_spec("pymrio") is not None, reason="pymrio is here")
def test_pymrio_is_asked_for_by_name() -> None:
    table = sc.read_io_table("miller_blair_two_regions")
    with pytest.raises(sc.MissingDependencyError, match=r"pip install .spatialcarbon\[pymrio\]"):
        sc.io_table_to_pymrio(table)
    with pytest.raises(sc.MissingDependencyError, match="pymrio is not installed"):
        sc.io_table_from_pymrio(object())


def test_pymrio_agrees_both_ways() -> None:
    pytest.importorskip("pymrio")
    table = sc.read_io_table("illustrative_eight_regions")
    ours = table.transfers()
    system = sc.io_table_to_pymrio(table)
    system.calc_all()
    theirs = system.emissions.D_cba_reg.loc["CO2"] * 1e4
    np.testing.assert_allclose(theirs[ours.consumption.index], ours.consumption, rtol=1e-9)
    back = sc.io_table_from_pymrio(system, extension="emissions")
    again = back.transfers()
    np.testing.assert_allclose(again.matrix, ours.matrix, rtol=1e-9)
    np.testing.assert_allclose(again.abroad, ours.abroad, rtol=1e-9)
    np.testing.assert_allclose(again.households, ours.households)
    assert sc.io_table_from_pymrio(system).emissions is None
    with pytest.raises(sc.OptionError, match="no extension 'co2'"):
        sc.io_table_from_pymrio(system, extension="co2")
    with pytest.raises(sc.OptionError, match="not 'CH4'"):
        sc.io_table_from_pymrio(system, extension="emissions", stressor="CH4")
    with pytest.raises(sc.SchemaError, match="no pymrio system"):
        sc.io_table_from_pymrio(table)
