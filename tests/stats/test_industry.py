"""K-means types: the worked example, choosing k, names, stability, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score, silhouette_samples

import spatialcarbon as sc
from spatialcarbon.core.rng import resolve_rng
from spatialcarbon.stats import kmeans
from spatialcarbon.stats.choosing_k import chord_distances, reference_box, reference_logs

COLUMNS = ["energy", "heavy", "light", "hightech"]
ROWS = [
    (0.6, 0.2, 0.1, 0.1),
    (0.5, 0.3, 0.1, 0.1),
    (0.1, 0.6, 0.2, 0.1),
    (0.1, 0.5, 0.3, 0.1),
    (0.1, 0.1, 0.2, 0.6),
    (0.0, 0.1, 0.3, 0.6),
]
SHARES = pd.DataFrame(ROWS, columns=COLUMNS, index=pd.Index(list("abcdef"), name="city"))
LIGHT: dict[str, Any] = {"gap_samples": 0, "bootstraps": 0}


def random_shares(n: int, seed: int = 1) -> pd.DataFrame:
    x = np.random.default_rng(seed).dirichlet([1.0, 2.0, 2.0, 1.5], n)
    return pd.DataFrame(x, columns=COLUMNS, index=[f"城{i}" for i in range(n)])


def test_the_worked_example() -> None:
    found = sc.industry_clusters(SHARES, k="auto", gap_samples=20, bootstraps=5)
    assert found.k == 3
    for k, inside, silhouette in [(2, 0.345, 0.535750), (3, 0.030, 0.763037), (4, 0.020, 0.498916)]:
        assert found.within[k] == pytest.approx(inside, abs=1e-12)
        # printed with six digits; that of k = 4 is 0.4989186
        assert found.silhouette[k] == pytest.approx(silhouette, abs=3e-6)
    assert found.labels.tolist() == [1, 1, 2, 2, 3, 3]
    assert found.labels.index.equals(SHARES.index)
    centres = [[0.55, 0.25, 0.1, 0.1], [0.1, 0.55, 0.25, 0.1], [0.05, 0.1, 0.25, 0.6]]
    np.testing.assert_allclose(found.centres, centres)
    assert found.names.tolist() == ["energy production", "heavy industry", "high-tech industry"]
    assert found.names_in("zh").tolist() == ["能源生产", "重工业", "高技术产业"]
    assert found.sizes.tolist() == [2, 2, 2]
    assert found.choice["k"].tolist() == [2, 3, 4, 5]
    assert found.stability == 1.0
    assert found.suggested["silhouette"] == found.suggested["elbow"] == 3
    assert found.settings["chosen"] == 3
    assert found.settings["seed"] == 0


def test_counts_by_group() -> None:
    found = sc.industry_clusters(SHARES, k=3, **LIGHT)
    groups = pd.Series(["西", "east", "西", "east", None, "east"], index=list("abcdef"))
    table = found.counts(groups)
    assert table.index.tolist() == ["西", "east"]
    assert table.to_numpy().tolist() == [[1, 1, 0], [1, 1, 1]]
    assert found.counts({"all": list("abcdef")}, language="zh").columns[0] == "能源生产"
    frame = found.to_frame()
    assert frame["name"].tolist()[::2] == found.names.tolist()


@pytest.mark.parametrize("scaling", ["none", "zscore", "minmax", "clr"])
def test_silhouettes_are_those_of_scikit_learn(scaling: Any) -> None:
    shares = random_shares(40)
    found = sc.industry_clusters(shares, k=4, scaling=scaling, **LIGHT)
    x = {
        "none": shares,
        "zscore": (shares - shares.mean()) / shares.std(ddof=0),
        "minmax": (shares - shares.min()) / (shares.max() - shares.min()),
        "clr": np.log(shares).sub(np.log(shares).mean(axis=1), axis=0),
    }[scaling].to_numpy()
    np.testing.assert_allclose(found.silhouettes, silhouette_samples(x, found.labels), atol=1e-7)
    inside = sum(
        ((x[found.labels == t] - x[found.labels == t].mean(0)) ** 2).sum() for t in range(1, 5)
    )
    assert found.within[4] == pytest.approx(inside)
    if scaling == "clr":
        logs = np.log(shares).groupby(found.labels).mean()
        expected = np.exp(logs).div(np.exp(logs).sum(axis=1), axis=0)
    else:
        expected = shares.groupby(found.labels).mean()
    np.testing.assert_allclose(found.centres, expected)


def test_adjusted_rand_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(3)
    for _ in range(30):
        a, b = rng.integers(0, 4, 12), rng.integers(0, 3, 12)
        assert kmeans.adjusted_rand(a, b) == pytest.approx(adjusted_rand_score(a, b))
    alone = np.arange(5)
    assert kmeans.adjusted_rand(alone, alone) == 1.0
    assert kmeans.adjusted_rand(np.zeros(5, int), np.zeros(5, int)) == 1.0


def test_the_compiled_kernel_finds_what_scikit_learn_finds() -> None:
    from spatialcarbon.stats.kmeans_kernel import least_within

    x = random_shares(60).to_numpy()
    draws = np.random.default_rng(1).random((50, 6, 3))
    for k in (1, 2, 4, 6):
        labels = kmeans.lloyd(x, k, n_init=50, max_iter=300, seed=1)
        assert least_within(x, draws, k, 300) == pytest.approx(kmeans.within(x, labels), rel=2e-3)


def test_an_empty_cluster_of_the_kernel_starts_again_from_the_farthest_point() -> None:
    from spatialcarbon.stats.kmeans_kernel import least_within

    x = np.array([[0.0], [0.0], [0.0], [9.0]])
    # Both centres are drawn on the same spot: the second number aims at the end of the list.
    assert least_within(x, np.array([[[0.0], [0.999999]]]), 2, 300) == 0.0
    assert least_within(x, np.array([[[0.0], [0.0]]]), 2, 300) == 0.0


def test_the_gap_statistic_of_uniform_points_is_near_zero() -> None:
    x = np.random.default_rng(5).random((60, 2))
    shares = pd.DataFrame(x, columns=["a", "b"])
    found = sc.industry_clusters(shares, k=2, closed=False, gap_reference="box", bootstraps=0,
                                 k_range=[1, 2, 3], gap_samples=60)  # fmt: skip
    assert (found.gap.abs() < 0.2).all()
    assert found.suggested["gap"] == 1
    logs = reference_logs(x, [1], reference="box", samples=60, n_init=1, max_iter=9,
                          stream=resolve_rng(0))  # fmt: skip
    expected = logs.mean() - np.log(((x - x.mean(0)) ** 2).sum())
    assert found.gap[1] == pytest.approx(expected)
    assert found.choice["gap_error"][0] == pytest.approx(logs.std() * np.sqrt(1 + 1 / 60))
    assert np.isnan(found.silhouette[1])


def test_references_of_closed_shares_stay_in_their_plane() -> None:
    x = random_shares(50).to_numpy()
    sums = {
        box: reference_box(x, box)(np.random.default_rng(1)).sum(axis=1) for box in ("pca", "box")
    }
    np.testing.assert_allclose(sums["pca"], 1.0)
    assert np.ptp(sums["box"]) > 0.5
    column = reference_box(x, "box")(np.random.default_rng(1))[:, 0]
    assert x[:, 0].min() <= column.min() < column.max() <= x[:, 0].max()


def test_the_elbow_is_farthest_from_the_chord() -> None:
    far = chord_distances([2, 3, 4, 5], np.array([10.0, 4.0, 3.0, 1.0]))
    # by hand: (1/3, 1/3), (2/3, 2/9) from the line across + down = 1
    np.testing.assert_allclose(far, [0, (1 / 3) / 2**0.5, (1 / 9) / 2**0.5, 0], atol=1e-12)
    assert chord_distances([2, 3], np.array([1.0, 1.0])).tolist() == [0, 0]


def test_rules_that_disagree_say_so() -> None:
    shares = random_shares(80, 4)
    found = sc.industry_clusters(shares, k="auto", gap_samples=30, bootstraps=0)
    assert found.agreement == (len(set(found.suggested.values())) == 1)
    assert not found.agreement
    assert any("disagree" in note for note in found.notes)
    by_gap = sc.industry_clusters(shares, k="auto", decision="elbow", gap_samples=30, bootstraps=0)
    assert by_gap.k == found.suggested["elbow"]
    no_gap = sc.industry_clusters(SHARES, k="auto", **LIGHT)
    assert no_gap.suggested["gap"] is None
    assert no_gap.agreement
    assert no_gap.gap.isna().all()
    assert np.isnan(no_gap.stability_bootstrap)


def test_a_gap_rule_that_finds_nothing_warns_and_takes_the_largest() -> None:
    rng = np.random.default_rng(0)
    # four tight clusters and a range that ends before them
    corners = rng.permutation(np.repeat([[0, 0], [0, 9], [9, 0], [9, 9]], 8, axis=0))
    table = pd.DataFrame(corners + rng.normal(0, 0.1, (32, 2)))
    options: Any = {"k_range": [2, 3], "closed": False, "bootstraps": 0, "gap_samples": 20}
    with pytest.warns(sc.ConvergenceWarning, match="up to 3"):
        found = sc.industry_clusters(table, k="auto", decision="gap", **options)
    assert found.k == 3
    # It is silent where the gap does not decide.
    assert sc.industry_clusters(table, k=3, **options).suggested["gap"] == 3


def test_iterations_that_are_cut_short_are_told() -> None:
    with pytest.warns(sc.ConvergenceWarning, match="max_iter"):
        found = sc.industry_clusters(random_shares(300), k=6, n_init=1, max_iter=1, **LIGHT)
    assert any("max_iter" in note for note in found.notes)


def test_names() -> None:
    near = pd.DataFrame([(0.42, 0.40, 0.18), (0.44, 0.36, 0.20), (0.1, 0.2, 0.7), (0.1, 0.2, 0.7)],
                        columns=["x", "y", "z"])  # fmt: skip
    found = sc.industry_clusters(
        near, k=2, near_tie=0.04, industry_names={"x": ("steel", "钢铁")}, **LIGHT
    )
    assert found.names.tolist() == ["steel", "z"]
    found = sc.industry_clusters(
        near, k=2, near_tie=0.07, industry_names={"x": ("steel", "钢铁")}, **LIGHT
    )
    assert found.names.tolist() == ["steel + y", "z"]
    assert found.names_in("zh")[1] == "钢铁 + y"
    named = found.renamed({2: ("cloth", "纺织")})
    assert named.names.tolist() == ["steel + y", "cloth"]
    assert named.names_in("zh")[2] == "纺织"
    assert found.names[2] == "z"
    by_lq = sc.industry_clusters(near, k=2, naming="lq", **LIGHT)
    # 0.43 / 0.265 against 0.38 / 0.29
    assert by_lq.names.tolist() == ["x", "z"]


def test_the_same_name_twice_takes_the_second_industry_then_a_number() -> None:
    rows = [(0.9, 0.06, 0.04), (0.7, 0.05, 0.25), (0.5, 0.1, 0.4), (0.3, 0.1, 0.6)]
    table = pd.DataFrame(rows, columns=["x", "y", "z"])
    found = sc.industry_clusters(table, k=4, **LIGHT)
    assert found.names.tolist() == ["x + y", "x + z 1", "x + z 2", "z"]


def test_types_are_ordered_by_industry_then_size_then_first_unit() -> None:
    rows = [(0.2, 0.8)] * 2 + [(0.9, 0.1)] + [(0.6, 0.4)] * 2 + [(0.3, 0.7)] * 2
    table = pd.DataFrame(rows, columns=["x", "y"], index=list("gfedcba"))
    found = sc.industry_clusters(table, k=4, **LIGHT)
    # x leads two types, the larger first; the two led by y are equal, that of "a" comes first
    assert found.labels.tolist() == [4, 4, 2, 1, 1, 3, 3]


def test_zeros_under_clr_are_replaced_with_a_warning() -> None:
    with pytest.warns(sc.AdjustedDataWarning, match="1 zero shares of 1 units"):
        found = sc.industry_clusters(SHARES, k=3, scaling="clr", **LIGHT)
    assert any("0.0001" in note for note in found.notes)
    row = np.array([1e-4, 0.1, 0.3, 0.6])
    # On the scale of ratios a share near zero is far from all others.
    assert found.sizes[found.labels["f"]] == 1
    np.testing.assert_allclose(found.centres.loc[found.labels["f"]], row / row.sum())


@pytest.mark.parametrize("scaling", ["zscore", "minmax"])
def test_a_constant_column_is_set_to_zero_with_a_warning(scaling: Any) -> None:
    table = SHARES.assign(flat=0.5)
    with pytest.warns(sc.AdjustedDataWarning, match="flat has the same value"):
        found = sc.industry_clusters(table, k=3, scaling=scaling, closed=False, **LIGHT)
    assert found.labels.tolist() == [1, 1, 2, 2, 3, 3]


def test_every_unit_its_own_type() -> None:
    found = sc.industry_clusters(SHARES, k=6, **LIGHT)
    assert found.within[6] == 0.0
    assert found.silhouettes.tolist() == [0.0] * 6
    assert found.choice["k"].tolist() == [2, 3, 4, 5, 6]
    one = sc.industry_clusters(SHARES, k=1, **LIGHT)
    assert one.labels.tolist() == [1] * 6
    assert one.centres.iloc[0].to_dict() == pytest.approx(SHARES.mean().to_dict())
    with_gap = sc.industry_clusters(SHARES, k=6, gap_samples=5, bootstraps=0)
    assert np.isnan(with_gap.gap[6])  # the logarithm of no dispersion
    assert with_gap.gap[5] == with_gap.gap[5]


def test_missing_shares_are_dropped_by_name_on_request() -> None:
    holed = SHARES.copy()
    holed.loc["c", "light"] = np.nan
    found = sc.industry_clusters(holed, k=2, missing="drop", **LIGHT)
    assert found.dropped == ("c",)
    assert found.labels.index.tolist() == list("abdef")
    assert "c" in found.notes[0]


@pytest.mark.parametrize(
    ("change", "options", "error", "words"),
    [
        (lambda t: t * 100, {}, sc.SchemaError,
         r"6 units do not sum to one(.|\n)*fix: shares / 100"),
        (lambda t: t * 3, {}, sc.SchemaError,
         r"do not sum to one(.|\n)*got: a: 3(.|\n)*fix: shares.div"),
        (lambda t: t - [0.2, 0, 0, -0.2], {}, sc.SchemaError,
         r"negative for 4 units\n.*got: c, d, e, f"),
        (lambda t: t.replace(0.3, np.nan), {}, sc.MissingDataError, "missing for 3 of 6"),
        (lambda t: t.replace(0.3, np.inf), {}, sc.MissingDataError, "infinite for 3 units"),
        (lambda t: t * np.nan, {"missing": "drop"}, sc.DegenerateDataError, "no unit has all"),
        (lambda t: t.set_axis(list("aabcde")), {}, sc.AlignmentError, "repeated labels"),
        (lambda t: t.set_axis(list("xxyz"), axis=1), {}, sc.AlignmentError, "repeated labels"),
        (lambda t: t.to_numpy(), {}, sc.SchemaError, "ndarray without columns"),
        (lambda t: t[[]], {}, sc.SchemaError, "without columns"),
        (lambda t: t.assign(heavy="x"), {}, sc.SchemaError, "heavy is not numeric"),
        (lambda t: t, {"k": 7}, sc.OptionError, r"k=7 types(.|\n)*at most 6"),
        (lambda t: pd.concat([t[:2], t[:2].set_axis(["y", "z"])]), {"k": 3}, sc.OptionError,
         r"4 units, 2 of them different(.|\n)*fix: k=2"),
        (lambda t: t, {"k": 0}, sc.OptionError, "k=0 is not a whole number of at least 1"),
        (lambda t: t, {"k": "automatic"}, sc.OptionError, "k='automatic'"),
        (lambda t: t, {"k_range": [2, 9]}, sc.OptionError, "k_range=9 types"),
        (lambda t: t, {"k_range": []}, sc.OptionError, "k_range is empty"),
        (lambda t: t, {"scaling": "log"}, sc.OptionError, "scaling='log'"),
        (lambda t: t, {"decision": "gut"}, sc.OptionError, "decision='gut'"),
        (lambda t: t, {"naming": "size"}, sc.OptionError, "naming='size'"),
        (lambda t: t, {"gap_reference": "ball"}, sc.OptionError, "gap_reference='ball'"),
        (lambda t: t, {"missing": "fill"}, sc.OptionError, "missing='fill'"),
        (lambda t: t, {"near_tie": -1}, sc.OptionError, "near_tie=-1"),
        (lambda t: t, {"n_init": 0}, sc.OptionError, "n_init=0"),
        (lambda t: t, {"delta": 2.0, "scaling": "clr"}, sc.OptionError, "delta=2.0"),
        (lambda t: t, {"k": "auto", "decision": "gap"}, sc.OptionError, "needs reference samples"),
        (lambda t: t, {"industry_names": {"steel": "S"}}, sc.SchemaError, "'steel'"),
        (lambda t: t, {"industry_names": {"heavy": 3}}, sc.OptionError, "3 is not a name"),
        (lambda t: t - 0.05, {"scaling": "clr", "closed": False}, sc.OptionError, "logarithms"),
        (lambda t: t * 0, {"scaling": "clr", "closed": False}, sc.DegenerateDataError,
         "all shares are zero"),
    ],
)  # fmt: skip
def test_what_is_refused(change: Any, options: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        sc.industry_clusters(change(SHARES), **{"k": 2, **LIGHT, **options})


def test_unknown_type_cannot_be_renamed() -> None:
    with pytest.raises(sc.OptionError, match="no type 9"):
        sc.industry_clusters(SHARES, k=2, **LIGHT).renamed({9: "x"})


def test_input_is_left_alone_and_neither_order_nor_names_matter(contrarian: Any) -> None:
    table = contrarian.table[["co2", "gdp"]].div(
        contrarian.table[["co2", "gdp"]].sum(axis=1), axis=0
    )
    before = table.copy()
    options: Any = {"k": 3, "gap_samples": 5, "bootstraps": 5, "rng": 7}
    straight = sc.industry_clusters(table, **options)
    turned = sc.industry_clusters(table.sample(frac=1, random_state=3), **options)
    pd.testing.assert_frame_equal(table, before)
    pd.testing.assert_series_equal(straight.labels, turned.labels.loc[table.index])
    pd.testing.assert_frame_equal(straight.choice, turned.choice, check_exact=True)
    pd.testing.assert_frame_equal(straight.centres, turned.centres, check_exact=True)
    pd.testing.assert_series_equal(straight.bootstrap, turned.bootstrap, check_exact=True)
    assert straight.stability == turned.stability
    assert straight.settings["data"] == turned.settings["data"]


def test_threads_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    shares = random_shares(600, 8)  # more than scikit-learn gives to one thread
    answers = []
    for threads in ("1", "4"):
        monkeypatch.setenv("SPATIALCARBON_THREADS", threads)
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        found = sc.industry_clusters(shares, k=3, gap_samples=4, bootstraps=2, n_init=3)
        answers.append(found)
    pd.testing.assert_frame_equal(answers[0].choice, answers[1].choice, check_exact=True)
    pd.testing.assert_series_equal(answers[0].labels, answers[1].labels)


def test_illustrative_travels_with_the_table() -> None:
    shares = sc.load_table("illustrative_industry_shares").set_index("adcode")
    found = sc.industry_clusters(shares[COLUMNS], k=4, **LIGHT)
    assert found.illustrative
    assert found.notes[0].startswith("Illustrative data")
    assert not sc.industry_clusters(SHARES, k=3, **LIGHT).illustrative
