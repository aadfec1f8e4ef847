"""The family of weights that a conclusion should survive."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pytest
from shapely import Point, box

import spatialcarbon as sc
from spatialcarbon.weights.family import family_kind, family_title


def chain(n: int, size: float = 1000.0) -> gpd.GeoDataFrame:
    shapes = [box(i * size, 0, (i + 1) * size, size) for i in range(n)]
    return gpd.GeoDataFrame(index=[f"u{i}" for i in range(n)], geometry=shapes, crs="EPSG:4547")


def test_the_members_on_a_chain() -> None:
    family = sc.weights_family(chain(10))
    assert list(family) == [
        *("queen", "rook", "queen:1-2"),
        *(f"knn:{k}" for k in range(3, 9)),
        *("band:1", "band:1.5", "band:2"),
        *("kernel", "kernel:gaussian"),
    ]
    assert family["queen:1-2"].neighbors("u4").index.tolist() == ["u2", "u3", "u5", "u6"]
    assert family["band:2"].neighbors("u0").index.tolist() == ["u1", "u2"]
    assert family["band:1"].isolates.empty
    assert all(w.transform == "R" for w in family.values())
    raw = sc.weights_family(chain(10), kinds=["band"], transform="B")
    assert list(raw) == ["band:1", "band:1.5", "band:2"]
    assert raw["band:1"].s0 == 18.0


def test_isolates_add_bridged_members() -> None:
    units = chain(6)
    units.loc["岛"] = box(9000, 0, 10_000, 1000)
    units = units.set_crs("EPSG:4547")  # which some releases lose with a row that is added
    family = sc.weights_family(units)
    assert family["queen"].isolates.tolist() == ["岛"]
    assert family["queen:bridged"].isolates.empty
    assert family["queen:bridged"].bridges == (("岛", "u5"),)
    assert list(family)[:5] == ["queen", "queen:bridged", "rook", "rook:bridged", "queen:1-2"]
    # The smallest band reaches from the island's centre to the nearest one.
    assert "band:4" in family


def test_the_name_of_a_band_says_its_width_exactly(plan_backbone: Any) -> None:
    family = sc.weights_family(plan_backbone, kinds=["band"])
    for name, weights in family.items():
        again = plan_backbone.distance_band(float(name.partition(":")[2])).standardised("R")
        assert weights.fingerprint == again.fingerprint
    least = float(next(iter(family)).partition(":")[2])
    exact = float(plan_backbone.distance_band().recipe.split()[1])
    assert exact <= least < exact * 1.01


@pytest.mark.parametrize("size", [0.37, 123.4, 161.00000001, 2_718_281.8])
def test_the_band_is_rounded_up_at_any_scale(size: float) -> None:
    family = sc.weights_family(chain(4, size), kinds=["band"])
    km = float(next(iter(family)).partition(":")[2])
    assert size / 1000 <= km * (1 + 1e-12) < size / 1000 * 1.011
    assert next(iter(family.values())).isolates.empty


def test_small_maps_have_fewer_nearest_neighbours() -> None:
    assert list(sc.weights_family(chain(5), kinds=["knn"])) == ["knn:3", "knn:4"]
    assert "kernel" in sc.weights_family(chain(3))


def test_points_have_no_contiguity() -> None:
    points = gpd.GeoSeries([Point(x * x * 1000, 0) for x in range(6)], crs="EPSG:4547")
    with pytest.raises(sc.SchemaError, match="contiguity needs polygons"):
        sc.weights_family(points)
    assert "queen" not in sc.weights_family(points, kinds=["knn", "band", "kernel"])


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(sc.OptionError, match="kinds='bands' is not a choice"):
        sc.weights_family(chain(5), kinds=["bands"])  # type: ignore[list-item]
    with pytest.raises(sc.OptionError, match="kinds is empty"):
        sc.weights_family(chain(5), kinds=[])
    with pytest.raises(sc.CRSMismatchError):
        sc.weights_family(chain(5).set_crs(None, allow_override=True))
    with pytest.raises(sc.SchemaError, match="without geometry"):
        sc.weights_family([1, 2])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "kind", "english", "chinese"),
    [
        ("rook", "contiguity", "rook contiguity", "rook邻接"),
        ("queen:1-2", "contiguity", "queen contiguity, orders 1 and 2", "queen邻接，一阶和二阶"),
        ("knn:8", "knn", "8 nearest neighbours", "最近8个邻居"),
        ("band:241.5", "band", "within 241.5 km", "241.5 km以内"),
        ("kernel:gaussian", "kernel", "Gaussian kernel", "高斯核"),
        ("own:贸易", "own", "chosen: 贸易", "所选：贸易"),
        ("knn", "knn", "knn", "knn"),
        ("trade", "own", "trade", "trade"),
    ],
)
def test_names(name: str, kind: str, english: str, chinese: str) -> None:
    assert family_kind(name) == kind
    assert family_title(name).render("en") == english
    assert family_title(name).render("zh") == chinese
