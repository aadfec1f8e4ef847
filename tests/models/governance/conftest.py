"""What the tests of evaluations ask of the invented policy."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(scope="session")
def policy_terms() -> dict[str, Any]:
    """Terms of ``psm_did`` for a table of ``synthetic_policy``."""
    return {
        "unit": "unit",
        "year": "year",
        "outcome": "outcome",
        "treated": "treated",
        "treated_from": 2012,
        "covariates": ["x", "z"],
        "permutations": 19,
        "rng": 3,
    }
