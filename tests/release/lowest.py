"""Write constraints-lowest.txt, the oldest releases that pyproject.toml allows.

python tests/release/lowest.py            write it
python tests/release/lowest.py --check    fail if it is not what pyproject.toml says
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECORD = ROOT / "constraints-lowest.txt"
EXTRAS = ("rasters", "distributed", "boundaries", "pymrio")
"""What users may install beside the plain package; tools of ours may be new."""

HEAD = """\
# The oldest releases that pyproject.toml allows, for Python 3.11: make test-lowest.
# Written by tests/release/lowest.py; what these need in turn is as new as they let it be.
"""


def floors() -> list[str]:
    """Return every requirement of the package and its extras, at its lowest release."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *(line for name in EXTRAS for line in extras[name])]
    return sorted({re.sub(">=", "==", line) for line in wanted}, key=str.lower)


def content() -> str:
    """Return the file."""
    return HEAD + "".join(f"{line}\n" for line in floors())


if __name__ == "__main__":
    if "--check" not in sys.argv:
        RECORD.write_text(content(), encoding="utf-8", newline="\n")
    elif RECORD.read_text(encoding="utf-8") != content():
        sys.exit(
            "constraints-lowest.txt is not what pyproject.toml says: run tests/release/lowest.py"
        )
