"""Copy this template into the tree under the name of a new method.

``python docs/templates/method/new.py NAME`` writes the five files and says what is left to do.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

TEMPLATE = Path(__file__).parent
ROOT = TEMPLATE.parents[2]
PLACES = {
    "measure.py": "spatialcarbon/stats/{name}.py",
    "registration.py": "spatialcarbon/studies/analyses/{name}.py",
    "glossary.toml": "spatialcarbon/core/glossary/{name}.toml",
    "test_measure.py": "tests/stats/test_{name}.py",
    "page.txt": "docs/methods/{name}.md",
}
OLD, OLD_CLASS = "top_share", "TopShare"


def copy(name: str, root: Path) -> list[Path]:
    """Write the files of a method called ``name`` below ``root``; refuse to write over others."""
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise SystemExit(f"{name!r} cannot be a module: write it like top_share")
    targets = {root / place.format(name=name): TEMPLATE / file for file, place in PLACES.items()}
    taken = [str(path.relative_to(root)) for path in targets if path.exists()]
    if taken:
        raise SystemExit(f"there already: {', '.join(taken)}")
    classes = "".join(word.capitalize() for word in name.split("_"))
    for target, source in targets.items():
        words = source.read_text(encoding="utf-8")
        words = words.replace(OLD_CLASS, classes).replace(OLD, name)
        target.write_text(words, encoding="utf-8")
    return list(targets)


def main() -> None:
    """Copy, and say what is left."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("name", help="name of the method and of its modules, such as top_share")
    name = parser.parse_args().name
    for path in copy(name, ROOT):
        print(path.relative_to(ROOT))
    print("Left to do: docs/howto/add_a_method.md, from step 2 on.")


if __name__ == "__main__":
    main()
