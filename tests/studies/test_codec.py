"""Results come back from their bytes as they were, and bytes of others make nothing."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from scipy import sparse

from spatialcarbon.core.language import Text, listed, name, text
from spatialcarbon.models.quota.dea_result import DEAStatus
from spatialcarbon.report.tables import to_csv_bytes
from spatialcarbon.stats.inequality import gini
from spatialcarbon.studies.analysis import Done, analysis_names
from spatialcarbon.studies.codec import DamagedError, UnkeepableError, decode, encode
from spatialcarbon.studies.illustrative import tables_of
from spatialcarbon.studies.keeping import shared_by
from spatialcarbon.studies.pipeline import _checked_inputs
from spatialcarbon.studies.study_file import load_study
from spatialcarbon.weights.weights import Weights

ANALYSES = Path(__file__).parents[2] / "analyses"


def assert_same(a: Any, b: Any, at: str = "") -> None:
    """Both are of one kind and hold the same to the last bit, all the way down."""
    assert type(a) is type(b), f"{at}: {type(a)} {type(b)}"
    if dataclasses.is_dataclass(a):
        for item in dataclasses.fields(a):
            assert_same(getattr(a, item.name), getattr(b, item.name), f"{at}.{item.name}")
        assert not isinstance(a, float) or float(a).hex() == float(b).hex()  # type: ignore[arg-type]
    elif isinstance(a, Mapping):
        assert_same(list(a), list(b), f"{at} keys")
        for key in a:
            assert_same(a[key], b[key], f"{at}[{key!r}]")
    elif isinstance(a, (list, tuple)):
        assert len(a) == len(b), at
        for number, (one, other) in enumerate(zip(a, b, strict=True)):
            assert_same(one, other, f"{at}[{number}]")
    elif isinstance(a, (pd.DataFrame, pd.Series)):
        check: Any = pd.testing.assert_series_equal
        if isinstance(a, pd.DataFrame):
            check = pd.testing.assert_frame_equal
            assert a.columns.names == b.columns.names
        check(a, b, check_exact=True, check_index_type="exact", check_freq=True)
        assert_same(dict(a.attrs), dict(b.attrs), f"{at}.attrs")
        assert getattr(a, "crs", None) == getattr(b, "crs", None)
    elif isinstance(a, pd.Index):
        pd.testing.assert_index_equal(a, b, exact=True)
    elif isinstance(a, np.ndarray):
        assert (a.dtype, a.shape, a.flags.writeable) == (b.dtype, b.shape, b.flags.writeable), at
        assert (a.flags.c_contiguous, a.flags.f_contiguous) == (
            b.flags.c_contiguous,
            b.flags.f_contiguous,
        )
        assert_same(
            a.tolist(), b.tolist(), at
        ) if a.dtype == object else np.testing.assert_array_equal(a, b)
    elif sparse.issparse(a):
        assert_same([a.data, a.indices, a.indptr], [b.data, b.indices, b.indptr], at)
    elif isinstance(a, (float, np.floating)):
        assert float(a).hex() == float(b).hex(), at
    elif a is not pd.NA:
        assert a == b or (a is b), at


def there_and_back(value: object, shared: Mapping[str, object] = {}) -> Any:
    return decode(encode(value, shared), shared)


LOCKED = np.arange(4.0)
LOCKED.flags.writeable = False
GEOMETRIES = [shapely.Point(0.1, 0.2), None, shapely.box(0, 0, 1 / 3, 1)]
VALUES: dict[str, Any] = {
    "numbers": [0, -1, 2**80, 0.1, -0.0, float("inf"), True, None, np.float64(1 / 3), np.int8(3)],
    "texts": ["碳", "", "\ud800", 'a "b"\n', b"\x00\xff"],
    "containers": {"a": (1, [2], {"b": frozenset({1, 2})}), 3: {4}, (1, "x"): MappingProxyType({})},
    "dates": [date(2020, 2, 29), datetime(2020, 2, 29, 1, 2, 3)],
    "arrays": [
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.arange(6, dtype=">i2").reshape(3, 2),
        LOCKED,
        np.array([True, False]),
        np.array(["ab", "碳"]),
        np.array([text("x"), None, 1.5], dtype=object),
        np.array(["2020-01-01", "NaT"], dtype="M8[ns]"),
        np.zeros((0, 3)),
        np.arange(24.0).reshape(2, 3, 4)[:, :, 1],
        np.arange(24.0).reshape(4, 6)[::-2, 1:4],
        np.broadcast_to(np.arange(3.0), (4, 3)),
    ],
    "sentences": [
        text("{n} of {k}", n=1, k=text("y")),
        name("Beijing", "北京"),
        listed([Text("a")], 1),
    ],
    "members": DEAStatus(next(iter(DEAStatus)).value),
    "reference": pyproj.CRS("EPSG:4490"),
    "sparse": sparse.csr_array(np.eye(3)),
    "frame": pd.DataFrame(
        {
            "a": [1.5, np.nan],
            "b": [1, 2],
            "c": ["x", None],
            "d": pd.array([1, None], dtype="Int64"),
            "e": pd.Categorical(["u", "v"], ["v", "u"], ordered=True),
            "f": pd.array([True, None], dtype="boolean"),
            "g": pd.array(["x", None], dtype="string"),
            "h": [{"k": 1}, pd.NA],
            "i": pd.Series(["x", "y"], dtype=object, index=[110000, 120000]),
        },
        index=pd.Index([110000, 120000], name="adcode"),
    ),
    "doubled": pd.DataFrame([[1.0, "x", 2.0]], columns=["a", "a", 3]),
    "empty": pd.DataFrame(index=pd.Index([], dtype="int64"), columns=[]),
    "objects": pd.DataFrame({"a": ["x", "y"], "b": ["z", None]}, dtype=object),
    "square": pd.DataFrame(np.arange(12.0).reshape(3, 4), columns=pd.Index(range(2000, 2004))),
    "levels": pd.Series(
        [1.0, 2.0], pd.MultiIndex.from_tuples([("a", 2000), ("b", 2001)], names=["g", "year"])
    ),
    "steps": pd.Series([1, 2], pd.RangeIndex(4, 8, 2, name="n"), name=("a", 1)),
    "moments": pd.Series([pd.Timestamp("2020-01-02 03:04"), pd.NaT]).astype(object),
    "map": gpd.GeoDataFrame(
        {"v": [1, 2, 3]}, geometry=gpd.GeoSeries(GEOMETRIES, crs="EPSG:4547"), index=list("abc")
    ),
    "outlines": gpd.GeoSeries(GEOMETRIES, crs="EPSG:4326", name="geometry"),
}


@pytest.mark.parametrize("kind", VALUES)
def test_values_come_back_as_they_were(kind: str) -> None:
    value = VALUES[kind]
    if isinstance(value, pd.DataFrame):
        value.attrs = {"units": {"a": "Mt CO2"}, "remarks": (text("seen"),)}
    assert_same(there_and_back(value), value)


def test_a_result_that_is_a_number_stays_one() -> None:
    result = gini(pd.Series([1.0, 2.0, 4.0], list("abc")))
    again = there_and_back({"all": result})["all"]
    assert_same(again, result)
    assert again + 1 == result + 1


def test_weights_come_back_with_their_fingerprint() -> None:
    links = pd.DataFrame({"focal": list("abbc"), "neighbor": list("bacb")})
    weights = Weights.from_edges(links).standardised("R")
    assert weights.s1 > 0  # worked out once and remembered: no part of the value
    again = there_and_back(weights)
    assert again.fingerprint == weights.fingerprint
    assert_same(again, weights)
    assert not again.raw.data.flags.writeable


def test_what_the_run_has_anyway_is_referred_to() -> None:
    big = np.arange(100_000.0)
    data = encode({"weights": big, "twice": [big, big]}, {"own": big})
    assert len(data) < 300
    other = big + 1
    again = decode(data, {"own": other})
    assert again["weights"] is other
    assert again["twice"][0] is other
    one = [1.5]
    first, second = there_and_back((one, one))
    assert first is second


class Stranger:
    """Of no floor of the package."""


class Colour(Enum):
    """An enumeration from elsewhere."""

    RED = 1


@pytest.mark.parametrize(
    "value",
    [
        lambda: 1,
        Stranger(),
        Colour.RED,
        Path("x"),
        np.zeros(1, dtype=[("a", "i4")]),
        pd.Series(pd.to_datetime(["2020-01-01"]).tz_localize("Asia/Shanghai")),
        pd.DataFrame({"a": pd.arrays.IntervalArray.from_breaks([0, 1])}),
        pd.date_range("2020", periods=2),
    ],
)
def test_what_cannot_be_held_is_refused(value: object) -> None:
    with pytest.raises(UnkeepableError):
        encode({"deep": [value]}, {})


def test_a_value_inside_itself_is_refused() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(UnkeepableError, match="nested too deeply"):
        encode(loop, {})


def entry(tree: object, sizes: tuple[int, ...] = ()) -> bytes:
    head = json.dumps({"tree": tree, "sizes": sizes}).encode()
    return len(head).to_bytes(8, "big") + head + b"\0" * sum(sizes)


HOSTILE = {
    "a function": {"t": "object", "c": ["os", "system"], "v": {}},
    "one of ours": {"t": "object", "c": ["spatialcarbon.cli.main", "main"], "v": {}},
    "the program": {"t": "object", "c": ["spatialcarbon.studies.__main__", "main"], "v": {}},
    "imported there": {"t": "object", "c": ["spatialcarbon.core.results", "Any"], "v": {}},
    "no dataclass": {"t": "object", "c": ["spatialcarbon.studies.codec", "Decoder"], "v": {}},
    "no such": {"t": "object", "c": ["spatialcarbon.core.absent", "X"], "v": {}},
    "other fields": {"t": "object", "c": ["spatialcarbon.core.results", "Result"], "v": {"x": 1}},
    "no member": {"t": "enum", "c": ["spatialcarbon.core.results", "Result"], "v": "x"},
    "objects": {"t": "array", "d": "|O", "s": [1], "o": "C", "w": True, "v": 0},
    "too large": {"t": "array", "d": "<f8", "s": [10**12], "o": "C", "w": True, "v": 0},
    "unknown kind": {"t": "pickle", "v": "gASV"},
    "no node": [1, 2],
    "a reference to nothing": {"t": "same", "v": 9},
    "unknown column": {"t": "series", "v": {"k": "pickle"}, "p": [None, None, None]},
    "no text": {"t": "index", "v": {"k": "text", "s": "python", "n": True, "v": [1]}, "p": None},
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_bytes_of_others_make_nothing(kind: str) -> None:
    with pytest.raises(DamagedError):
        decode(entry(HOSTILE[kind], (8,)), {})


def test_every_shorter_and_longer_file_is_refused() -> None:
    data = encode({"a": np.arange(3.0), "b": "碳"}, {})
    for length in range(len(data)):
        with pytest.raises(DamagedError):
            decode(data[:length], {})
    with pytest.raises(DamagedError):
        decode(data + b"\0", {})
    with pytest.raises(DamagedError):
        decode((2**62).to_bytes(8, "big"), {})


FEW = ("permutations", "draws", "bootstrap", "replicates")

REST = """\
[study]
title = "The rest"
[units]
source = "cities"
groups = "plan"
[tables.emissions]
source = "city_co2"
[tables.emissions.variables]
co2 = { column = "co2_mt", measure = "Mt CO2" }
[tables.people]
source = "city_population"
[tables.people.variables]
people = { column = "population", measure = "10^4 persons" }
urban = { column = "urban_population", measure = "10^4 persons" }
[[analyses]]
method = "bivariate"
x = "co2"
y = "people"
years = [2010]
[[analyses]]
method = "geary"
variable = "co2"
years = [2017]
[[analyses]]
method = "hotspots"
variable = "co2"
years = [2017]
[[analyses]]
method = "rates"
events = "urban"
population = "people"
years = [2010]
[[analyses]]
method = "evaluate"
outcome = "co2"
covariates = ["co2"]
treated_group = "YRD"
treated_from = 2010
"""


def reduced(source: str) -> str:
    """Return a study with few draws wherever they are asked for."""
    return re.sub(rf"(?m)^({'|'.join(FEW)}) = \d\d+.*$", r"\1 = 99", source)


def assert_resumable(path: Path) -> set[str]:
    """Every step of a study can be kept, and what comes back writes the same tables."""
    study = load_study(path)
    maps = _checked_inputs(study)
    for step in study.steps:
        inputs = maps[step.map]
        few = {
            key: 99
            for key in FEW
            if type(value := getattr(step.parameters, key, None)) is int and value > 99
        }
        if "permutations" in type(step.parameters).model_fields and not few:
            few = {"permutations": 99}
        parameters = step.parameters.model_copy(update=few)
        result = step.analysis.run(parameters, inputs)
        shared = shared_by(inputs)
        again = there_and_back(result, shared)
        assert_same(again, result, step.key)
        written = [
            [
                to_csv_bytes(t)
                for t in tables_of(step.analysis, Done(step.key, parameters, inputs, r))
            ]
            for r in (result, again)
        ]
        assert written[0] == written[1]
    return {step.analysis.name for step in study.steps}


@pytest.mark.slow
def test_every_registered_analysis_is_resumable(tmp_path: Path) -> None:
    (tmp_path / "rest.toml").write_text(REST, encoding="utf-8")
    paths = [*sorted(ANALYSES.glob("*/study.toml")), tmp_path / "rest.toml"]
    found: set[str] = set()
    for path in paths:
        found |= assert_resumable(path)
    assert found == set(analysis_names())
