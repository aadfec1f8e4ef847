"""What the pages and their test share: reading a page's blocks, and running them.

It needs nothing but Python and the package, so that the test needs no Sphinx.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import sys
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FENCE = re.compile(
    r"^(?P<fence>`{3,}|:{3,})(?P<kind>[^\n`]*)\n(?P<body>.*?)^(?P=fence)\s*$", re.M | re.S
)
VALUE = re.compile(r"\{value\}`([^`]+)`")
OPTION = re.compile(r":([a-z-]+): ?(.*)")
SKIP = "<!-- skip -->"


@dataclass(frozen=True)
class Block:
    """A fenced block of a page: ``{run}``, ``python``, ``console`` and so on."""

    kind: str
    line: int
    content: str
    options: dict[str, str]
    skipped: bool


def blocks(text: str) -> list[Block]:
    """Return the fenced blocks of a page in order; those inside other fences are not looked at."""
    found = []
    for match in FENCE.finditer(text):
        lines, options = match["body"].splitlines(), {}
        kind = match["kind"].strip()
        while kind.startswith("{") and lines and (option := OPTION.fullmatch(lines[0])):
            options[option[1]] = option[2]
            lines.pop(0)
        before = text[: match.start()].rstrip()
        line = text.count("\n", 0, match.start()) + 1
        content = "\n".join(lines).strip("\n")
        found.append(Block(kind, line, content, options, before.endswith(SKIP)))
    return found


@dataclass
class Scratch:
    """Names and files of one page."""

    folder: Path = field(
        default_factory=lambda: Path(tempfile.mkdtemp(prefix="spatialcarbon-docs-")).resolve()
    )
    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "__page__"})

    @contextlib.contextmanager
    def inside(self) -> Iterator[io.StringIO]:
        """Work in the folder, keep what is printed, and let no warning pass."""
        before, printed = Path.cwd(), io.StringIO()
        os.chdir(self.folder)
        try:
            with (
                contextlib.redirect_stdout(printed),
                contextlib.redirect_stderr(printed),
                warnings.catch_warnings(),
            ):
                warnings.simplefilter("error")
                yield printed
        finally:
            os.chdir(before)

    def execute(self, code: str) -> tuple[str, Any]:
        """Run Python; return what it printed and the value of a last line that is an expression."""
        tree = ast.parse(code)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        value = None
        with self.inside() as printed:
            exec(compile(tree, "<page>", "exec"), self.names)
            if isinstance(last, ast.Expr):
                value = eval(compile(ast.Expression(last.value), "<page>", "eval"), self.names)
        return printed.getvalue().rstrip(), value

    def write(self, name: str, content: str) -> None:
        """Write a text file of the page."""
        (self.folder / name).write_text(content.rstrip() + "\n", encoding="utf-8", newline="\n")

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression."""
        with self.inside():
            return eval(expression, self.names)

    def command(self, words: list[str], language: str) -> tuple[str, int]:
        """Run the command line; return what it printed and its exit status."""
        from spatialcarbon.cli.main import main

        before, spoken = sys.argv, os.environ.get("SPATIALCARBON_LANG")
        sys.argv, os.environ["SPATIALCARBON_LANG"] = words, language
        status = 0
        try:
            with self.inside() as printed:
                main(words[1:])
        except SystemExit as leaving:
            status = leaving.code if isinstance(leaving.code, int) else 1
        finally:
            sys.argv = before
            os.environ.pop("SPATIALCARBON_LANG")
            if spoken is not None:
                os.environ["SPATIALCARBON_LANG"] = spoken
        # Where the page was built is nobody's business.
        return printed.getvalue().replace(f"{self.folder}{os.sep}", ""), status
