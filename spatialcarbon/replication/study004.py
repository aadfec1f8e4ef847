"""Study 004: growth, targets, principles and zero-sum allocation of 30 provinces."""

from __future__ import annotations

from spatialcarbon.replication import (  # noqa: F401  (importing registers their tables)
    study004_allocation,
    study004_growth,
    study004_zero_sum,
)
