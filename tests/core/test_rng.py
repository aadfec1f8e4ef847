from __future__ import annotations

import numpy as np
import pytest

from spatialcarbon.core.errors import OptionError
from spatialcarbon.core.rng import Stream, resolve_rng


def draws(stream: Stream, *names: object) -> list[float]:
    return stream.generator(*names).random(4).tolist()


def test_a_seed_repeats_its_draws() -> None:
    assert draws(resolve_rng(7)) == draws(resolve_rng(np.int64(7)))
    assert draws(resolve_rng(7)) != draws(resolve_rng(8))


def test_parts_are_independent_of_each_other_and_of_their_order() -> None:
    stream = resolve_rng(7)
    first, second = draws(stream, "local", 1), draws(stream, "local", 2)
    assert first != second
    assert draws(stream, "local", 1) == first
    assert draws(stream, "local") != first


@pytest.mark.parametrize("make", [lambda: None, lambda: np.random.default_rng(3)])
def test_the_recorded_seed_repeats_the_draws(make: object) -> None:
    stream = resolve_rng(make())  # type: ignore[operator]
    assert draws(resolve_rng(stream.seed)) == draws(stream)


def test_two_calls_on_one_generator_differ_and_the_pair_repeats() -> None:
    def pair() -> list[int]:
        generator = np.random.default_rng(5)
        return [resolve_rng(generator).seed, resolve_rng(generator).seed]

    first = pair()
    assert first == pair()
    assert first[0] != first[1]


def test_no_seed_gives_another_one_each_time() -> None:
    assert resolve_rng(None).seed != resolve_rng(None).seed


@pytest.mark.parametrize("bad", [-1, 1.0, "7", True, np.random.RandomState(1), [1, 2]])
def test_anything_else_is_refused(bad: object) -> None:
    with pytest.raises(OptionError, match="cannot seed a random stream"):
        resolve_rng(bad)  # type: ignore[arg-type]


def test_global_state_is_left_alone() -> None:
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    resolve_rng(None).generator("x").random(10)
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002
