"""Short files, nothing left for later, nothing of the machine they were written on."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

LONGEST, USUAL = 400, 300
TEXTS = {".py", ".toml", ".j2", ".md", ".txt", ".cfg", ".yml", ".yaml", ".html", ".csv", ".qml"}
# Put together, so that this file does not hold what it looks for.
LATER = "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error"))
MACHINES = "|".join(f"/{folder}/" for folder in ("work", "root", "tmp", "home", "Users", "mnt"))
INDEXES = "|".join(
    (*("pypi" + r"\.org", "pythonhosted" + r"\.org"), *("devpi" + r"\.", "artifac" + "tory"))
)


@pytest.fixture(scope="module")
def texts(package: Path) -> dict[str, str]:
    """Every text that is in the project, by its path."""
    root = package.parent
    found = {}
    for top in ("spatialcarbon", "shapefiles", "analyses", "tests", "docs"):
        for path in sorted((root / top).rglob("*")):
            built = {"__pycache__", "_build", "_static"} & set(path.parts)
            # The corpus of tables is in the encodings that people use; its script is read.
            built |= {"mess"} & set(path.parts) if path.suffix != ".py" else set()
            if path.suffix in TEXTS and path.is_file() and not built:
                found[path.relative_to(root).as_posix()] = path.read_text(encoding="utf-8-sig")
    for path in sorted(root.glob("*")):
        if path.suffix in TEXTS and path.is_file():
            found[path.name] = path.read_text(encoding="utf-8")
    return found


def lines_of(texts: Mapping[str, str], pattern: str) -> list[str]:
    """Where a pattern occurs."""
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, content in texts.items()
        if not name.endswith(".csv")
        for number, line in enumerate(content.splitlines(), start=1)
        if re.search(pattern, line)
    ]


def test_files_are_short(package: Path) -> None:
    lengths = {
        path.relative_to(package).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in sorted(package.rglob("*.py"))
    }
    assert not {name: length for name, length in lengths.items() if length > LONGEST}
    long = [name for name, length in lengths.items() if length > USUAL]
    assert len(long) < len(lengths) / 5, long


def test_nothing_is_left_for_later(texts: Mapping[str, str]) -> None:
    assert not lines_of(texts, rf"\b({LATER})\b")


def test_nothing_names_a_machine(texts: Mapping[str, str]) -> None:
    assert not lines_of(texts, rf"(?<![\w.:/~*-])({MACHINES})\w")


def test_nothing_names_a_package_index(texts: Mapping[str, str]) -> None:
    assert not lines_of(texts, rf"({INDEXES})")


def test_no_module_prints(modules: Mapping[str, ast.Module]) -> None:
    assert not [
        f"{path}:{node.lineno}"
        for path, tree in modules.items()
        for statement in tree.body
        if not ast.unparse(statement).startswith("if __name__ == '__main__'")
        for node in ast.walk(statement)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
    ]


def test_every_folder_is_a_package(package: Path) -> None:
    folders = {path.parent for path in package.rglob("*.py")}
    assert not [str(folder) for folder in folders if not (folder / "__init__.py").is_file()]
