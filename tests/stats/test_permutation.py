"""Which random order is behind which draw, and how many draws there are."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from spatialcarbon.core.rng import Stream
from spatialcarbon.stats.form_kernels import shuffle
from spatialcarbon.stats.permutation import permuted_forms


@pytest.mark.parametrize("at", [0, 128, 256])
def test_every_128_draws_begin_anew_from_a_seed_of_their_own(at: int) -> None:
    # Results of earlier versions are only found again while this is so.
    z = np.random.default_rng(2).normal(size=(9, 1))
    dense = np.triu(np.ones((9, 9)), 1) - np.triu(np.ones((9, 9)), 3)
    draws = permuted_forms(z, sparse.csr_array(dense), 300, Stream(4))
    seeds = Stream(4).generator().integers(2**64, size=3, dtype=np.uint64)
    order = np.arange(9, dtype=np.uint32)
    shuffle(order, seeds[at // 128])
    shuffled = z[order, 0]
    assert draws[at, 0] == pytest.approx(shuffled @ dense @ shuffled, rel=1e-12)
