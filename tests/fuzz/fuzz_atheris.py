"""Inputs guided by which lines they reach: Google's atheris, for what is pure Python."""

from __future__ import annotations

import sys
from typing import NoReturn

from fuzz_engine import outcome, scratch
from fuzz_targets import CORPUS, Target, beside


def guided(target: Target, seconds: float, seed: int) -> NoReturn:
    """Fuzz one target until the time is up or a bug is found; the process then ends.

    The package must not have been imported before: only what is imported here is watched.
    """
    import atheris

    folder = scratch()
    beside(target, folder)
    with atheris.instrument_imports(include=["spatialcarbon"]):
        outcome(target, b"", folder)

    def one(data: bytes) -> None:
        found = outcome(target, data, folder)
        if found not in ("result", "refusal"):
            raise AssertionError(found)

    corpus = str(CORPUS / target.name)
    limits = [f"-max_total_time={int(seconds)}", f"-seed={seed}", "-timeout=10", "-max_len=4096"]
    new = folder / "kept_new"
    new.mkdir()
    # The first folder takes what is new: not the one in the repository.
    atheris.Setup([sys.argv[0], str(new), corpus, *limits], one)
    atheris.Fuzz()
    raise SystemExit(0)
