"""The public face: what it lists exists, and what was promised is listed."""

from __future__ import annotations

import ast
import inspect
from importlib import import_module
from pathlib import Path

import pytest

import spatialcarbon as sc
from spatialcarbon._face import LAZY
from spatialcarbon.core import errors

PROMISED = (
    *("tables", "load_table", "match_names", "read_panel", "Panel"),
    *("load_units", "read_units", "clusters"),
    *("Backbone", "Weights"),
    *("global_moran", "local_moran", "moran_panel", "esda_statistic"),
    *("MoranResult", "LocalMoranResult", "MoranPanelResult"),
    *("indicators", "growth", "composition", "max_normalise", "conversion_factor"),
    *("run_study", "StudyResult"),
)

SIGNATURES = {
    # positional arguments | keyword-only arguments that users and scripts rely on
    "load_table": (("name",), ()),
    "match_names": (("names",), ("level",)),
    "read_panel": (("path",), ("unit", "year", "values", "units", "level")),
    "load_units": (("level",), ("clusters",)),
    "read_units": (("path",), ("key", "crs", "layer")),
    "global_moran": (("values", "weights"), ("alternative", "permutations", "rng")),
    "local_moran": (
        ("values", "weights"),
        ("permutations", "alpha", "correction", "scaling", "independent", "rng"),
    ),
    "moran_panel": (("frame", "weights"), ("groups",)),
    "kernel_density": (("values",), ("bandwidth", "grid", "weights", "boundary")),
    "run_study": (("path",), ("out",)),
}

MEMBERS = {
    "Backbone": ("contiguity", "knn", "distance_band", "kernel", "blocks", "economic", "custom"),
    "Weights": (
        *("from_edges", "from_graph", "from_w", "from_sparse", "within", "bridged", "standardised"),
        *("subset", "to_graph", "to_w", "to_edges", "n", "isolates", "s0", "s1", "s2"),
        *("fingerprint",),
    ),
    "Panel": ("to_frame", "__getitem__"),
    "MoranResult": ("to_frame", "summary"),
    "LocalMoranResult": ("to_frame", "summary"),
}


def test_everything_listed_exists() -> None:
    for name in sc.__all__:
        assert getattr(sc, name) is not None


def test_what_was_promised_is_listed() -> None:
    family = [
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value)
        and issubclass(value, (errors.SpatialCarbonError, errors.SpatialCarbonWarning))
    ]
    assert len(family) > 15
    assert {*PROMISED, *family} <= set(sc.__all__)


def test_the_three_lists_agree(package: Path) -> None:
    stub = ast.parse((package / "__init__.pyi").read_text(encoding="utf-8"))
    listed = [
        (alias.name, alias.asname, str(node.module).removeprefix("spatialcarbon."))
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    assert len(listed) == len(stub.body) == len(sc.__all__)
    assert all(name == exported for name, exported, _ in listed)
    typed = {name: module for name, _, module in listed}
    assert {name: typed[name] for name in LAZY} == LAZY
    eager = set(typed) - set(LAZY)
    assert set(sc.__all__) == set(typed)
    assert all(hasattr(errors, name) for name in eager - {"__version__"})


def test_nothing_is_listed_twice() -> None:
    assert len(set(sc.__all__)) == len(sc.__all__)


def test_names_come_from_where_the_list_says() -> None:
    for name, module in LAZY.items():
        assert getattr(sc, name) is getattr(import_module(f"spatialcarbon.{module}"), name)


def test_dir_shows_everything() -> None:
    assert set(sc.__all__) <= set(dir(sc))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'gloabl_moran'"):
        sc.gloabl_moran  # noqa: B018


@pytest.mark.parametrize("name", SIGNATURES)
def test_signatures_are_as_promised(name: str) -> None:
    parameters = inspect.signature(getattr(sc, name)).parameters
    plain, named = SIGNATURES[name]
    kinds = {key: value.kind for key, value in parameters.items()}
    first = [key for key, kind in kinds.items() if kind is not inspect.Parameter.KEYWORD_ONLY]
    assert first == list(plain)
    assert set(named) <= set(parameters)
    assert inspect.Parameter.VAR_KEYWORD not in kinds.values()


@pytest.mark.parametrize("name", MEMBERS)
def test_members_are_as_promised(name: str) -> None:
    kind = getattr(sc, name)
    fields = getattr(kind, "__dataclass_fields__", {})
    assert not [
        member for member in MEMBERS[name] if not hasattr(kind, member) and member not in fields
    ]


def test_the_package_is_typed(package: Path) -> None:
    assert (package / "py.typed").is_file()
