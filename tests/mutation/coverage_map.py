"""Which tests reach which line: read from a coverage run with ``--cov-context=test``."""

from __future__ import annotations

import ast
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.mutation.imports import module_name

Reached = dict[str, dict[int, frozenset[str]]]
"""File → line → names of the tests that run it."""


def read(paths: Iterable[Path], root: Path, packages: Iterable[str]) -> Reached:
    """Read what a run recorded; a line that only an import runs has no tests."""
    lines: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for path in paths:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
            query = (
                "select file.path, arc.fromno, arc.tono, context.context from arc "
                "join file on file.id = arc.file_id join context on context.id = arc.context_id "
                "where file.path like ? and context.context != ''"
            )
            for package in packages:
                rows = database.execute(query, (f"%spatialcarbon/{package}/%",))
                for name, start, end, context in rows:
                    file = name[name.rindex("spatialcarbon/") :]
                    test = context.rpartition("|")[0] or context
                    for line in (start, end):
                        if line > 0:
                            lines[file][line].add(test)
    return {
        file: {line: frozenset(tests) for line, tests in found.items()}
        for file, found in lines.items()
        if (root / file).exists()
    }


WHOLE = tuple(
    f"tests/{folder}/"
    for folder in (
        *("bench", "browser", "cli", "determinism", "docs", "faults", "fuzz", "house", "mutation"),
        *("qgis", "release", "replication", "report", "simulation", "studies"),
    )
)
"""Tests of whole studies, pages, commands or of the house: slow, and asked on demand only."""


class Askable:
    """The tests that may notice a change of a line, the cheapest first."""

    def __init__(
        self, root: Path, reached: Reached, seconds: Mapping[str, float], whole: bool = False
    ) -> None:
        self.root = root
        self.left_out = () if whole else WHOLE
        self.reached = reached
        every = {t for lines in reached.values() for tests in lines.values() for t in tests}
        self.seconds = {test: usual(test) for test in every} | dict(seconds)
        self._spans: dict[str, list[tuple[int, int, bool]]] = {}
        self._callers: dict[str, frozenset[str]] = {}
        self._named: dict[str, set[str]] = {}

    def of(self, file: str, line: int) -> list[str]:
        """Return the tests of a line.

        A line inside a function has the tests that reach the statement it belongs to. A line
        outside all functions, and one inside a compiled kernel, which no tracer sees, has those
        that reach any line of its file or any line elsewhere that names what the file defines,
        and those in files of tests that name it themselves.
        """
        by_line = self.reached.get(file, {})
        first, last, inside = self._statement(file, line)
        found: set[str] = set()
        if inside:
            for number in range(first, last + 1):
                found |= by_line.get(number, frozenset())
        if not found:
            found = set().union(*by_line.values()) | self._of_callers(file) | self._naming(file)
        # A cache may have hidden a line from all tests but the first: those beside the file count.
        found |= {test for test in self.seconds if beside(test, file)}
        asked = [test for test in found if not test.startswith(self.left_out)]
        return sorted(asked, key=lambda test: (self.cost(test, file), test))

    def homes(self, file: str) -> list[str]:
        """Return the files whose tests stand beside a file."""
        folder = self.root / "tests" / Path(file).relative_to("spatialcarbon").parent
        there = sorted(path.relative_to(self.root).as_posix() for path in folder.glob("test_*.py"))
        return [home for home in there if beside(home, file)]

    def cost(self, test: str, file: str) -> float:
        """Return the time that a test takes, less where it stands beside the file."""
        return (self.seconds[test] + 0.05) * (0.1 if beside(test, file) else 1.0)

    def _statement(self, file: str, line: int) -> tuple[int, int, bool]:
        if file not in self._spans:
            self._spans[file] = statements((self.root / file).read_text(encoding="utf-8"))
        fitting = [span for span in self._spans[file] if span[0] <= line <= span[1]]
        return min(fitting, key=lambda span: span[1] - span[0], default=(line, line, False))

    def _of_callers(self, file: str) -> frozenset[str]:
        """Return the tests of the lines that name what a file defines.

        Where no tracer sees those lines either, as in kernels that call kernels, it is their
        callers' turn.
        """
        if file in self._callers:
            return self._callers[file]
        self._callers[file] = frozenset()  # for files that name each other
        module = module_name(file)
        found: set[str] = set()
        for path in sorted((self.root / "spatialcarbon").rglob("*.py")):
            source = path.read_text(encoding="utf-8")
            if module.rpartition(".")[2] not in source:
                continue
            other = path.relative_to(self.root).as_posix()
            lines = _lines_naming(module, ast.parse(source))
            here = {t for line in lines for t in self.reached.get(other, {}).get(line, ())}
            found |= here or (self._of_callers(other) if lines else frozenset())
        self._callers[file] = frozenset(found)
        return self._callers[file]

    def _naming(self, file: str) -> set[str]:
        """Return the tests in files that name what a file defines."""
        if file in self._named:
            return self._named[file]
        module = module_name(file)
        found: set[str] = set()
        for path in sorted((self.root / "tests").rglob("test_*.py")):
            source = path.read_text(encoding="utf-8")
            if module.rpartition(".")[2] in source and _lines_naming(module, ast.parse(source)):
                home = f"{path.relative_to(self.root).as_posix()}::"
                found |= {test for test in self.seconds if test.startswith(home)}
        self._named[file] = found
        return found


def _lines_naming(module: str, tree: ast.Module) -> list[int]:
    """Return the lines that use what is imported from a module."""
    package, _, last = module.rpartition(".")
    names = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if node.module == module or (node.module == package and alias.name == last)
    }
    return [n.lineno for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in names]


def usual(test: str) -> float:
    """Return the seconds to reckon with for a test that nobody has timed."""
    return 4.0 if test.startswith(WHOLE) else 0.1


def statements(source: str) -> list[tuple[int, int, bool]]:
    """Return first line, last line and whether it is inside a function, of each statement.

    Of a statement with a body (``if``, ``for``, ``def``) the lines of its head alone count.
    """
    found = []

    def visit(node: ast.AST, inside: bool) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                body = getattr(child, "body", None)
                last = child.end_lineno or child.lineno
                if isinstance(body, list) and body:
                    last = max(child.lineno, body[0].lineno - 1)
                function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
                # Defaults and decorators of a function run when its module is imported.
                found.append((child.lineno, last, inside and not function))
                visit(child, inside or function)
            else:
                visit(child, inside)

    visit(ast.parse(source), False)
    return found


def beside(test: str, file: str) -> bool:
    """Say whether a test stands where the house expects the tests of a file."""
    home = test.partition("::")[0]
    if home == file:
        return True
    folder, _, name = file.removeprefix("spatialcarbon/").rpartition("/")
    if name == "__init__.py":
        name = folder.rpartition("/")[2]
    return home.startswith(f"tests/{folder}/") and Path(home).stem.startswith(
        f"test_{name.removesuffix('.py').lstrip('_')}"
    )
