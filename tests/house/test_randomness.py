"""Chance comes from a generator that is handed down, never from a state that all share."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator, Mapping

import numpy as np

import spatialcarbon as sc

NEW = {"default_rng", "Generator", "SeedSequence", "BitGenerator", "PCG64", "PCG64DXSM", "Philox"}
"""The parts of numpy.random without a shared state."""

ALLOWED = {"stats/pysal.py": {"get_state", "set_state", "seed", "RandomState"}}
"""esda draws from numpy's shared state: it is set for the call and put back."""


def shared_state(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """What a module uses of ``numpy.random``'s shared state or of the module ``random``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner, dot, last = ast.unparse(node).rpartition(".")
            if dot and owner in ("np.random", "numpy.random") and last not in NEW:
                yield last, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module == "numpy.random":
            yield from ((a.name, node.lineno) for a in node.names if a.name not in NEW)
        elif isinstance(node, ast.ImportFrom) and node.module == "random":
            yield from ((a.name, node.lineno) for a in node.names)
        elif isinstance(node, ast.Import):
            yield from ((a.name, node.lineno) for a in node.names if a.name == "random")


def test_no_shared_state_is_used(modules: Mapping[str, ast.Module]) -> None:
    used = [
        f"{path}:{line}: {name}"
        for path, tree in modules.items()
        for name, line in shared_state(tree)
        if name not in ALLOWED.get(path, set())
    ]
    assert not used


def test_the_search_finds_what_it_looks_for() -> None:
    code = "import random\nimport numpy as np\nnp.random.seed(1)\nnp.random.default_rng(1)"
    assert sorted(name for name, _ in shared_state(ast.parse(code))) == ["random", "seed"]


def test_shared_states_are_left_as_they_were(chain: sc.Weights) -> None:
    import esda  # noqa: F401 - something that libpysal imports draws from random
    import pandas as pd

    values = pd.Series([1.0, 3.0, 2.0, 5.0], index=list("abcd"))
    before = random.getstate(), np.random.get_state()  # noqa: NPY002
    weights = chain.standardised("R")
    sc.global_moran(values, weights, permutations=99, rng=1)
    sc.esda_statistic("Moran", values, weights, permutations=9, rng=1)
    after = random.getstate(), np.random.get_state()  # noqa: NPY002
    assert before[0] == after[0]
    assert all(np.array_equal(a, b) for a, b in zip(before[1], after[1], strict=True))


def test_a_seed_decides_everything(chain: sc.Weights) -> None:
    import pandas as pd

    values = pd.Series([1.0, 3.0, 2.0, 5.0], index=list("abcd"))
    weights = chain.standardised("R")
    np.random.seed(7)  # noqa: NPY002
    first = sc.global_moran(values, weights, permutations=99, rng=1).pvalue_permutation
    np.random.seed(8)  # noqa: NPY002
    assert sc.global_moran(values, weights, permutations=99, rng=1).pvalue_permutation == first
