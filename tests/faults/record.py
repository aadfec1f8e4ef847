"""Measure what keeping finished steps costs, and what taking them up saves, on the demo study.

``make faults`` runs it after the tests, with ``docs/trust/interruption.json`` to write.
"""

from __future__ import annotations

import json
import platform
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatialcarbon._version import __version__
from spatialcarbon.studies import keeping, pipeline, publish, watching

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text

DEMO = Path(__file__).parents[2] / "analyses" / "02_five_city_clusters" / "study.toml"
LAST = "Recording provenance"
PARTS: dict[str, list[tuple[Any, str]]] = {
    # what is told apart: the functions whose processor time it is
    "keys": [(pipeline, "step_file")],
    "entries": [(keeping.Keeper, "keep"), (keeping.Keeper, "take")],
    "inputs": [(watching.Watch, name) for name in ("__init__", "note", "unchanged", "check")],
    "flush": [(publish, "flush")],
}


class StoppedError(Exception):
    """The run was stopped on purpose."""


def stop_at_the_end(what: Text, _done: int, _total: int) -> None:
    if what.render("en") == LAST:
        raise StoppedError


def timed(spent: dict[str, float]) -> None:
    """Have every part add its processor time to its name."""
    for name, functions in PARTS.items():
        for place, attribute in functions:
            setattr(place, attribute, _timed(getattr(place, attribute), name, spent))


def _timed(function: Callable[..., Any], name: str, spent: dict[str, float]) -> Callable[..., Any]:
    def call(*given: Any, **named: Any) -> Any:
        start = time.process_time()
        try:
            return function(*given, **named)
        finally:
            spent[name] = spent.get(name, 0.0) + time.process_time() - start

    return call


def measure(folder: Path) -> dict[str, Any]:
    """Run the demo up to its last step, then again with what it left."""
    spent: dict[str, float] = {}
    timed(spent)
    start = time.process_time()
    try:
        pipeline.run_study(DEMO, out=folder / "demo", progress=stop_at_the_end)
    except StoppedError:
        whole = time.process_time() - start
    first = dict(spent)
    entries = list((folder / ".demo.unfinished" / "kept").iterdir())
    size = sum(path.stat().st_size for path in entries)
    start = time.process_time()
    done = pipeline.run_study(DEMO, out=folder / "demo", resume=True)
    again = time.process_time() - start
    parts = {name: first.get(name, 0.0) for name in PARTS} | {"flush": spent["flush"]}
    return {
        "version": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "whole_s": round(whole, 2),
        "resumed_s": round(again, 2),
        "parts_s": {name: round(seconds, 3) for name, seconds in parts.items()},
        "share": round(sum(parts.values()) / whole, 4),
        "entries": len(entries),
        "taken_up": len(done.manifest["resumed"]),
        "megabytes": round(size / 1e6, 1),
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        found = measure(Path(scratch))
    Path(sys.argv[1]).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
