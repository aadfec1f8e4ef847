"""Moran's I under a family of weights: by hand, and member by member with esda and libpysal."""

from __future__ import annotations

import warnings
from typing import Any

import esda
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from libpysal import graph
from shapely import box

import spatialcarbon as sc

EDGES = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
NEAR = sc.Weights.from_edges(EDGES)
FAR = sc.Weights.from_edges(pd.DataFrame({"focal": list("acbd"), "neighbor": list("cadb")}))
NONE = sc.Weights.from_sparse(np.zeros((4, 4)), list("abcd"))
RISING = pd.Series([1.0, 2, 3, 4], list("abcd"))


def test_two_members_by_hand() -> None:
    # z = −1.5, −0.5, 0.5, 1.5; z'z = 5. Near: 2(0.75 − 0.25 + 0.75) = 2.5, S0 = 6, I = 1/3.
    # Far: pairs a–c and b–d: 2(−0.75 − 0.75) = −3, S0 = 4, I = −3/5.
    found = sc.weights_sensitivity(RISING, {"near": NEAR, "far": FAR}, permutations=0)
    assert found.table["statistic"].tolist() == pytest.approx([1 / 3, -3 / 5])
    assert found.table["neighbors"].tolist() == [1.5, 1.0]
    assert found.table["conclusion"].tolist() == ["none", "none"]
    assert (found.verdict, found.agreeing, found.members) == ("same", 2, 2)
    assert found.statement.render("en") == (
        "Moran's I: autocorrelation not significant at the level 0.05 under all 2 different weights"
    )


def grid(side: int = 8) -> gpd.GeoDataFrame:
    cells = [(x, y) for y in range(side) for x in range(side)]
    return gpd.GeoDataFrame(
        {"x": [x for x, _ in cells], "y": [y for _, y in cells]},
        geometry=[box(1000 * x, 1000 * y, 1000 * x + 1000, 1000 * y + 1000) for x, y in cells],
        index=[f"区{i:02d}" for i in range(side * side)],
        crs="EPSG:4547",
    )


def test_the_three_verdicts() -> None:
    units = grid()
    backbone = sc.Backbone(units)
    rook = backbone.contiguity("rook").standardised("R")
    # Corner to corner on a board: the neighbours by rook have the other colour.
    queen = backbone.contiguity().to_edges()
    corners = queen.merge(rook.to_edges(), on=["focal", "neighbor"], how="left", indicator=True)
    bishop = backbone.custom(corners.query("_merge == 'left_only'")[["focal", "neighbor"]])
    board = ((units["x"] + units["y"]) % 2).astype(float)
    options: dict[str, Any] = {"permutations": 499, "local": False, "rng": 1}

    opposite = sc.weights_sensitivity(board, {"rook": rook, "bishop": bishop}, **options)
    assert opposite.table["conclusion"].tolist() == ["negative", "positive"]
    assert opposite.verdict == "opposite"
    said = opposite.statement.render("en")
    assert "positive and significant autocorrelation under bishop" in said
    assert "negative under rook contiguity" in said
    assert "显著为正的是bishop" in opposite.statement.render("zh")

    far = backbone.distance_band(7.5)
    depends = sc.weights_sensitivity(
        board, {"rook": rook, "raw": backbone.contiguity("rook"), "far": far}, **options
    )
    assert depends.table["conclusion"].tolist() == ["negative", "negative", "none"]
    assert (depends.verdict, depends.agreeing, depends.members) == ("depends", 2, 3)
    said = depends.statement.render("en")
    assert (
        "negative and significant under 2 of 3, but autocorrelation not significant under far"
        in said
    )

    slope = units["x"].astype(float)
    same = sc.weights_sensitivity(slope, {"rook": rook, "bishop": bishop}, **options)
    assert (same.verdict, same.agreeing) == ("same", 2)
    assert "positive and significant at the level 0.05 under all 2" in same.notes[0]


def test_the_same_rule_for_c_of_geary(plan_backbone: Any, plan_co2: pd.DataFrame) -> None:
    values = plan_co2[2017]
    options: dict[str, Any] = {"permutations": 199, "rng": 3}
    members = sc.weights_family(plan_backbone, kinds=["knn"])
    found = sc.weights_sensitivity(values, members, statistic="geary", local=False, **options)
    for name, row in found.table.set_index("member").iterrows():
        alone = sc.geary(values, members[str(name)], **options)
        assert row["statistic"] == alone.statistic
        assert row["pvalue"] == alone.pvalue_permutation
        sign = "positive" if alone.statistic < 1 else "negative"
        significant = row["pvalue"] <= 0.05
        assert row["conclusion"] == (sign if significant else "none")
    # On a slope neighbours differ least; on a board by rook they always differ.
    units = grid()
    rook = {"rook": sc.Backbone(units).contiguity("rook").standardised("R")}
    options |= {"statistic": "geary", "local": False}
    slope = sc.weights_sensitivity(units["x"].astype(float), rook, **options)
    assert slope.table["conclusion"].tolist() == ["positive"]
    assert slope.statement.render("en").startswith("Geary's C: autocorrelation positive")
    board = ((units["x"] + units["y"]) % 2).astype(float)
    assert sc.weights_sensitivity(board, rook, **options).table["conclusion"].item() == "negative"
    with pytest.raises(sc.OptionError, match="statistic='gary'"):
        sc.weights_sensitivity(board, rook, statistic="gary")  # type: ignore[arg-type]


def test_weights_that_are_the_same_count_once() -> None:
    again = sc.Weights.from_edges(EDGES.sample(frac=1, random_state=2))
    found = sc.weights_sensitivity(
        RISING, {"one": NEAR, "two": again, "far": FAR}, permutations=19, correction="none", rng=1
    )
    assert found.table["same_as"].tolist() == ["", "one", ""]
    assert found.members == 2
    facts = ["statistic", "low", "high", "pvalue"]
    assert found.table.loc[0, facts].tolist() == found.table.loc[1, facts].tolist()
    assert found.labels["one"].equals(found.labels["two"].rename("one"))
    assert any("counted once: two = one" in note for note in found.notes)
    judged = sc.weights_sensitivity(
        RISING, {"one": NEAR, "two": again, "far": FAR}, reference="two", permutations=0
    )
    assert judged.robustness["kept"].notna().all()


def test_a_member_without_links_has_no_statistic() -> None:
    found = sc.weights_sensitivity(RISING, {"none": NONE, "near": NEAR}, permutations=0)
    assert found.table["status"].tolist() == ["all islands", "ok"]
    assert found.table["statistic"].isna().tolist() == [True, False]
    assert found.members == 1
    assert found.labels.columns.tolist() == ["near"]
    assert found.robustness[["label", "kept"]].isna().all(axis=None)
    assert found.robustness["frequent"].tolist() == ["Not significant"] * 4
    without = sc.weights_sensitivity(RISING, {"near": NEAR}, local=False, permutations=0)
    assert without.robustness.empty
    assert without.labels.shape[1] == 0
    assert sc.weights_sensitivity(
        RISING, {"none": NONE, "near": NEAR}, reference="near", permutations=0
    ).robustness["kept"].isna().all()  # fmt: skip
    with pytest.raises(sc.DegenerateDataError, match="no member of the family links any units"):
        sc.weights_sensitivity(RISING, {"none": NONE})


def test_robustness_of_labels_by_hand() -> None:
    from spatialcarbon.stats.verdict import robustness_of

    hh, ns, alone = "High-High", "Not significant", "Isolate"
    labels = pd.DataFrame(
        {"m1": [hh, ns, alone], "m2": [hh, hh, ns], "m3": [ns, hh, ns], "m4": [hh, ns, ns]},
        ["甲", "b", "c"],
    )
    found = robustness_of(labels, "m1")
    assert found["label"].tolist() == [hh, ns, alone]
    assert found["kept"].tolist() == pytest.approx([2 / 3, 1 / 3, 0.0])
    assert found["frequent"].tolist() == [hh, hh, ns]
    assert found["frequent_share"].tolist() == [0.75, 0.5, 0.75]
    assert found["significant"].tolist() == [0.75, 0.5, 0.0]
    assert robustness_of(labels, "m9")["kept"].isna().all()
    assert robustness_of(labels[[]], "m1").empty


def test_every_member_is_that_of_libpysal_and_esda(
    plan_units: gpd.GeoDataFrame, plan_backbone: Any, plan_co2: pd.DataFrame
) -> None:
    values = plan_co2[2017]
    found = sc.weights_sensitivity(values, plan_backbone, local=False, permutations=0)
    table = found.table.set_index("member")
    points = gpd.GeoSeries.from_xy(
        *plan_backbone.points.coordinates.T, index=plan_units.index, crs=plan_units.crs
    )
    queen = graph.Graph.build_contiguity(plan_units, rook=False)
    theirs = {
        "queen": queen,
        "rook": graph.Graph.build_contiguity(plan_units, rook=True),
        "queen:1-2": queen.higher_order(2, lower_order=True),
    }
    kilometres = [float(name.partition(":")[2]) for name in table.index if name[:4] == "band"]
    assert kilometres == [161.0, 241.5, 322.0]
    for km in kilometres:
        theirs[f"band:{km:g}"] = _within(plan_backbone, points, km)
    for k in range(3, 9):
        theirs[f"knn:{k}"] = _nearest(plan_backbone, points, k)
    for name, other in theirs.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            moran = esda.Moran(
                values.loc[other.unique_ids].to_numpy(), other.transform("R"), permutations=0
            )
        assert table.loc[name, "statistic"] == pytest.approx(moran.I, rel=1e-9), name
        assert table.loc[name, "z_randomization"] == pytest.approx(moran.z_rand, rel=1e-7), name
        assert table.loc[name, "isolates"] == len(other.isolates), name
    assert table.loc["queen:bridged", "isolates"] == 0
    assert table.loc["queen:bridged", "bridges"] == 1
    assert table.loc["rook", "same_as"] == "queen"
    assert found.settings["family"]["knn:4"]["fingerprint"]


def _distances(backbone: Any) -> np.ndarray:
    n = len(backbone.units)
    a, b = np.divmod(np.arange(n * n), n)
    away = backbone.points.between(a, b).reshape(n, n)
    np.fill_diagonal(away, np.inf)
    return away


def _graph(linked: np.ndarray, units: pd.Index) -> graph.Graph:
    rows, columns = np.nonzero(linked)
    return graph.Graph.from_arrays(units[rows], units[columns], np.ones(len(rows)))


def _within(backbone: Any, points: gpd.GeoSeries, km: float) -> graph.Graph:
    return _graph(_distances(backbone) <= km, points.index)


def _nearest(backbone: Any, points: gpd.GeoSeries, k: int) -> graph.Graph:
    away = _distances(backbone)
    return _graph(away <= np.sort(away, axis=1)[:, [k - 1]], points.index)


def test_every_member_is_a_call_of_its_own(plan_backbone: Any, plan_co2: pd.DataFrame) -> None:
    values = plan_co2[2017]
    family = {name: w for name, w in sc.weights_family(plan_backbone).items() if name != "rook"}
    options: dict[str, Any] = {"permutations": 199, "rng": 9}
    found = sc.weights_sensitivity(values, family, correction="none", **options)
    rows = found.table.set_index("member")
    for name in ("queen", "knn:5", "kernel"):
        alone = sc.global_moran(values, family[name], **options)
        assert rows.loc[name, "pvalue"] == alone.pvalue_permutation
        assert alone.mean_permutation is not None
        middle = (rows.loc[name, "low"] + rows.loc[name, "high"]) / 2
        assert middle == pytest.approx(alone.mean_permutation)
        half = (rows.loc[name, "high"] - rows.loc[name, "low"]) / 2
        assert half == pytest.approx(1.959964 * alone.sd_permutation, rel=1e-6)
        local = sc.local_moran(values, family[name], correction="none", **options)
        assert found.labels[name].tolist() == local.label.tolist()
    distinct = found.table.loc[found.table["same_as"] == "", "member"]
    labels = found.labels[distinct]
    kept = (labels["queen"] == labels.drop(columns="queen").T).T.mean(axis=1)
    np.testing.assert_allclose(found.robustness["kept"], kept)


def test_what_does_not_fit_is_refused(plan_backbone: Any) -> None:
    with pytest.raises(sc.SchemaError, match="the family of weights is empty"):
        sc.weights_sensitivity(RISING, {})
    with pytest.raises(sc.OptionError, match=r"reference='knn'(.|\n)*one of near, far"):
        sc.weights_sensitivity(RISING, {"near": NEAR, "far": FAR}, reference="knn")
    with pytest.raises(sc.AlignmentError, match="does not cover the units"):
        sc.weights_sensitivity(RISING.drop("a"), {"near": NEAR})
    with pytest.raises(sc.DegenerateDataError):
        sc.weights_sensitivity(RISING * 0, {"near": NEAR})
    with pytest.raises(sc.OptionError, match="alpha"):
        sc.weights_sensitivity(RISING, {"near": NEAR}, alpha=5)
    with pytest.raises(sc.MissingDataError):
        sc.weights_sensitivity(RISING.replace(4.0, np.nan), {"near": NEAR})
    five = sc.Weights.from_edges(pd.concat([EDGES, EDGES.replace({"a": "e"})]).drop_duplicates())
    with pytest.raises(sc.AlignmentError):
        sc.weights_sensitivity(RISING, {"near": NEAR, "five": five})


def test_missing_units_are_left_out_under_every_member(plan_backbone: Any, plan_co2: Any) -> None:
    values = plan_co2[2017].copy()
    values.iloc[[3, 7]] = np.nan
    family = {name: sc.weights_family(plan_backbone)[name] for name in ("queen", "knn:4")}
    found = sc.weights_sensitivity(
        values, family, missing="drop", permutations=19, correction="none", rng=1
    )
    assert found.table["n"].tolist() == [109, 109]
    assert found.dropped.tolist() == values.index[[3, 7]].tolist()
    assert len(found.labels) == 109
    assert sum("units left out for missing values (2)" in note for note in found.notes) == 1


def test_awkward_labels_and_row_order(contrarian: Any) -> None:
    values = contrarian.table["co2"]
    options: dict[str, Any] = {"permutations": 49, "correction": "none", "rng": 2}
    found = sc.weights_sensitivity(values, contrarian.units, **options)
    assert {"queen:bridged", "rook:bridged"} <= set(found.table["member"])
    shuffled = contrarian.units.sample(frac=1, random_state=5)
    named = {"queen": sc.Backbone(contrarian.units).contiguity().standardised("R")}
    other = {"queen": sc.Backbone(shuffled).contiguity().standardised("R")}
    one = sc.weights_sensitivity(values, named, **options)
    two = sc.weights_sensitivity(values, other, **options)
    pd.testing.assert_frame_equal(one.table, two.table, check_exact=True)
    assert one.labels["queen"].to_dict() == two.labels["queen"].to_dict()


def test_too_few_permutations_are_said_once(plan_backbone: Any, plan_co2: Any) -> None:
    with pytest.warns(sc.PermutationWarning) as caught:
        found = sc.weights_sensitivity(plan_co2[2017], plan_backbone, permutations=99)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert sum("permutations give no p-value" in note for note in found.notes) == 1
