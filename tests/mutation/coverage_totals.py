"""``make coverage`` ends here: keep the totals for the docs, and fail where one is too small.

``python tests/mutation/coverage_totals.py build/coverage.json docs/trust/coverage.json``
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LEAST = 95.0


def totals(report: Mapping[str, Any]) -> dict[str, int]:
    """Return what was counted over the whole package."""
    found = report["totals"]
    return {
        "lines": found["num_statements"],
        "lines_run": found["covered_lines"],
        "branches": found["num_branches"],
        "branches_taken": found["covered_branches"],
    }


def shares(counted: Mapping[str, int]) -> tuple[float, float]:
    """Return the shares of lines and of branches, in per cent."""
    return (
        100 * counted["lines_run"] / counted["lines"],
        100 * counted["branches_taken"] / counted["branches"],
    )


def main(report: str, kept: str) -> int:
    """Keep the totals, print the shares, and return 1 where one is below the least."""
    counted = totals(json.loads(Path(report).read_text(encoding="utf-8")))
    Path(kept).write_text(json.dumps(counted, indent=1) + "\n", encoding="utf-8")
    lines, branches = shares(counted)
    sys.stdout.write(f"lines {lines:.1f} %, branches {branches:.1f} %\n")
    return int(min(lines, branches) < LEAST)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
