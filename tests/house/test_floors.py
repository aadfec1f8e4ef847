"""Lower floors never import higher ones, and no modules import each other in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

import pytest

FLOORS = (
    "core",
    "data",
    "geo",
    "weights",
    "stats",
    "models",
    "replication",
    "report",
    "studies",
    "cli",
)

Modules = Mapping[str, ast.Module]


def runtime_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node that runs: what stands under ``if TYPE_CHECKING`` does not."""
    for node in ast.iter_child_nodes(tree):
        typing_only = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        yield node
        if not typing_only:
            yield from runtime_nodes(node)
        else:
            for rest in node.orelse:
                yield rest
                yield from runtime_nodes(rest)


def dotted(path: str) -> str:
    """``core/errors.py`` → ``spatialcarbon.core.errors``."""
    name = "spatialcarbon/" + path.removesuffix(".py")
    return name.removesuffix("/__init__").replace("/", ".")


def imports(tree: ast.Module, known: set[str]) -> Iterator[tuple[str, int]]:
    """The modules of the package that a module imports, wherever it does, and the lines."""
    for node in runtime_nodes(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name for name in inner if name in known] or [str(node.module)]
        else:
            continue
        yield from ((name, node.lineno) for name in names if name.partition(".")[0] == ROOT)


ROOT = "spatialcarbon"


def floor(module: str) -> int | None:
    """The number of a module's floor; the root package has none."""
    parts = module.split(".")
    return FLOORS.index(parts[1]) if len(parts) > 1 and parts[1] in FLOORS else None


@pytest.fixture(scope="module")
def graph(modules: Modules) -> dict[str, set[str]]:
    """Module → modules of the package that it imports at run time."""
    known = {dotted(path) for path in modules}
    return {
        dotted(path): {name for name, _ in imports(tree, known)} for path, tree in modules.items()
    }


def test_every_folder_is_a_floor(modules: Modules) -> None:
    folders = {path.partition("/")[0] for path in modules if "/" in path}
    assert folders <= set(FLOORS)


def test_no_floor_imports_a_higher_one(modules: Modules) -> None:
    known = {dotted(path) for path in modules}
    wrong = []
    for path, tree in modules.items():
        own = floor(dotted(path))
        for name, line in imports(tree, known):
            other = floor(name)
            # The root package holds the version, which every floor may read.
            if own is not None and (other is None or other > own) and name != f"{ROOT}._version":
                wrong.append(f"{path}:{line} imports {name}")
    assert not wrong


def test_models_do_not_import_one_another(graph: Mapping[str, set[str]]) -> None:
    def package(module: str) -> str:
        parts = module.split(".")
        return parts[2] if parts[1:2] == ["models"] and len(parts) > 2 else ""

    assert not [
        (module, name)
        for module, names in graph.items()
        for name in names
        if package(module) and package(name) not in ("", package(module))
    ]


def test_no_modules_import_each_other_in_a_circle(graph: Mapping[str, set[str]]) -> None:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


def test_imports_are_absolute(modules: Modules) -> None:
    relative = [
        f"{path}:{node.lineno}"
        for path, tree in modules.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert not relative


def test_the_graph_is_not_empty(graph: Mapping[str, set[str]]) -> None:
    assert "spatialcarbon.core.errors" in graph["spatialcarbon.stats.moran_panel"]
    assert "spatialcarbon.studies.pipeline" in graph["spatialcarbon.cli.study"]
