"""What a run of mutants leaves behind."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.mutation.population import Mutant


def outcome_row(
    mutant: Mutant, source: str, mutated: str, answer: Mapping[str, Any], sha: str, ran: int
) -> dict[str, Any]:
    """Return what is kept of one mutant."""
    return {
        "package": mutant.file.split("/")[1],
        "file": mutant.file,
        "line": mutant.line,
        "operator": mutant.operator.rpartition("/")[2],
        "diff": difference(source, mutated),
        "outcome": answer["outcome"],
        "by": answer["by"],
        "tests": ran,
        "all": not answer["cut"],
        "spent": answer.get("spent"),
        "key": mutant.key,
        "sha": sha,
    }


def difference(source: str, mutated: str) -> list[str]:
    """Return the lines that went and the lines that came, with their signs."""
    lines = difflib.unified_diff(source.splitlines(), mutated.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def write_record(
    path: Path,
    root: Path,
    drawn: Sequence[Mutant],
    known: Mapping[str, Mapping[str, Any]],
    counts: Mapping[str, Mapping[str, int]],
    seed: int,
) -> None:
    """Write the outcomes of a sample, sorted, without anything that changes by itself."""
    rows = [dict(known[mutant.key]) for mutant in drawn if mutant.key in known]
    for row in rows:
        for field in ("key", "sha", "spent"):
            row.pop(field, None)
    rows.sort(key=lambda row: (row["file"], row["line"], row["operator"], row["diff"]))
    left_out: Counter[str] = Counter()
    for found in counts.values():
        left_out.update(found)
    summary = {
        "seed": seed,
        "source": tree_hash(root / "spatialcarbon"),
        "tests": tree_hash(root / "tests"),
        "counts": {package: dict(sorted(found.items())) for package, found in counts.items()},
        "mutants": rows,
    }
    text = json.dumps(summary, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")


def tree_hash(folder: Path) -> str:
    """Return one checksum of all Python files of a folder, their names included."""
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        total.update(path.relative_to(folder).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
