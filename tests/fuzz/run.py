"""Throw inputs at everything that reads, and say what became of them.

``python tests/fuzz/run.py --seconds 60`` (``make fuzz SECONDS=60``). Each target gets its share
of the time. An outcome other than a result or a refusal of ours is a bug: the input is made
smaller, saved with ``--save``, and belongs into the corpus once the bug is mended. ``--record``
adds the counts to those that docs/trust/hostile_input.md shows.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from fuzz_engine import Tally, inputs, kept, scratch, smaller, try_all
from fuzz_targets import TARGETS, Target, beside, imported

LIBRARIES = ("pandas", "pyogrio", "rasterio", "openpyxl", "pyarrow", "pydantic")


def options(given: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    reader = argparse.ArgumentParser(description="Fuzz everything that reads.")
    reader.add_argument("--seconds", type=float, default=60)
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--only", nargs="*", choices=sorted(TARGETS), default=sorted(TARGETS))
    reader.add_argument("--save", type=Path, help="folder for inputs that go wrong")
    reader.add_argument("--record", type=Path, help="JSON file of the docs to write")
    reader.add_argument("--engine", choices=("ours", "atheris"), default="ours")
    return reader.parse_args(given)


def fuzz(
    chosen: Sequence[Target], seconds: float, seed: int, save: Path | None
) -> dict[str, Tally]:
    """Try batches of all targets in turn, until the time is up."""
    tallies = {target.name: Tally() for target in chosen}
    batches = dict.fromkeys(tallies, 0)
    began = time.monotonic()
    folders = {target.name: scratch() for target in chosen}
    for target in chosen:
        beside(target, folders[target.name])
    try:
        while (now := time.monotonic()) - began < seconds:
            # Next is whoever had the least of its share.
            target = min(chosen, key=lambda one: tallies[one.name].seconds / one.share)
            name, tally = target.name, tallies[target.name]
            until = min(began + seconds, now + max(0.5, min(20, seconds / 100)))
            batch = batches[name]
            done, results, refusals, bugs = try_all(
                target,
                lambda t=target, b=batch: inputs(t, seed, b),
                until,
                folders[name],  # type: ignore[misc]
            )
            batches[name] += 1
            tally.inputs += done
            tally.results += results
            tally.refusals += refusals
            tally.found += len(bugs)
            for said, data in bugs:
                if said not in tally.bugs:
                    tally.bugs[said] = data
                    report(target, said, data, folders[name], save)
            tally.seconds += time.monotonic() - now
    finally:
        for folder in folders.values():
            shutil.rmtree(folder, ignore_errors=True)
    return tallies


def report(target: Target, said: str, data: bytes, folder: Path, save: Path | None) -> None:
    """Print a bug with a smaller input, and save that."""
    least = data if said.startswith("hang") else smaller(target, data, said, folder)
    print(f"BUG {target.name}: {said}: {least[:120]!r} ({len(least)} bytes)", flush=True)
    if save is not None:
        (save / target.name).mkdir(parents=True, exist_ok=True)
        (save / target.name / f"bug_{kept(least)}.seed").write_bytes(least)


def table(tallies: dict[str, Tally]) -> str:
    """Return the counts as lines of a table."""
    lines = [f"{'target':<12}{'inputs':>10}{'results':>10}{'refusals':>10}{'bugs':>6}{'1/s':>9}"]
    whole = Tally()
    for name, one in tallies.items():
        rate = one.inputs / one.seconds if one.seconds else 0.0
        lines.append(
            f"{name:<12}{one.inputs:>10,}{one.results:>10,}{one.refusals:>10,}"
            f"{one.found:>6,}{rate:>9,.0f}"
        )
        for key in ("inputs", "results", "refusals", "found"):
            setattr(whole, key, getattr(whole, key) + getattr(one, key))
    lines.append(
        f"{'all':<12}{whole.inputs:>10,}{whole.results:>10,}{whole.refusals:>10,}{whole.found:>6,}"
    )
    return "\n".join(lines)


def record(path: Path, tallies: dict[str, Tally], seconds: float, seed: int) -> None:
    """Write what the docs show."""
    facts = {
        "seconds": round(seconds),
        "seed": seed,
        "python": platform.python_version(),
        "versions": {name: version(name) for name in LIBRARIES},
        "targets": {
            name: {
                "says": TARGETS[name].says,
                "inputs": one.inputs,
                "results": one.results,
                "refusals": one.refusals,
                "bugs": one.found,
            }
            for name, one in tallies.items()
        },
    }
    path.write_text(json.dumps(facts, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def main(given: Sequence[str]) -> int:
    """Run as the command line says; the exit status is 1 where there are bugs."""
    asked = options(given)
    chosen = [target for name, target in TARGETS.items() if name in asked.only]
    if asked.engine == "atheris":
        from fuzz_atheris import guided

        guided(chosen[0], asked.seconds, asked.seed)
    imported()
    tallies = fuzz(chosen, asked.seconds, asked.seed, asked.save)
    print(table(tallies))
    if asked.record is not None:
        record(asked.record, tallies, asked.seconds, asked.seed)
    return int(any(one.found for one in tallies.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
