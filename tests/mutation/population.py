"""Which mutants there are, which are left out, and which are drawn."""

from __future__ import annotations

import ast
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cosmic_ray.ast import get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

SPEED = {"cache", "lru_cache", "compiled", "njit"}
"""Decorators that change how fast a function is, not what it returns."""

NEEDS_ARGUMENTS = ("VariableReplacer", "VariableInserter", "NoOp")
SILENT = {",", ":", "(", ")", "[", "]", "{", "}", ".", "=", ";", "->", "@", "newline"}

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Span = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class Mutant:
    """One change to one place of one file.

    ``occurrence`` counts the places of an operator in the file, as cosmic-ray does; ``key`` stays
    the same while the line does, wherever it moves.
    """

    file: str
    line: int
    operator: str
    occurrence: int
    key: str

    def apply(self, source: str) -> str:
        """Return the changed source."""
        mutated = mutate_code(source, _operator(self.operator), self.occurrence)
        assert mutated is not None, self
        return str(mutated)


def draw(root: Path, package: str, size: int, seed: int) -> tuple[list[Mutant], dict[str, int]]:
    """Draw mutants of ``spatialcarbon/package`` and say how many there were to draw from.

    Those with the smallest hashes of seed and key are drawn, so that an edit of one file leaves
    the draw from the others as it was.
    """
    found: list[Mutant] = []
    counts: Counter[str] = Counter()
    for path in sorted((root / "spatialcarbon" / package).rglob("*.py")):
        file = path.relative_to(root).as_posix()
        kept = list(mutants(file, path.read_text(encoding="utf-8"), counts))
        counts["population"] += len(kept)
        found += kept
    ranked = sorted(found, key=lambda m: hashlib.sha256(f"{seed}|{m.key}".encode()).digest())
    drawn: list[Mutant] = []
    for mutant in ranked:
        if len(drawn) == size:
            break
        if _compiles(mutant, (root / mutant.file).read_text(encoding="utf-8")):
            drawn.append(mutant)
        else:
            counts["no Python"] += 1
    return drawn, dict(counts)


def mutants(file: str, source: str, left_out: Counter[str] | None = None) -> Iterator[Mutant]:
    """Yield the mutants of a file, but for those that could change no result."""
    spans: dict[int, list[tuple[str, Span]]] = defaultdict(list)
    for reason, span in _left_out(ast.parse(source), source):
        for number in range(span[0][0], span[1][0] + 1):
            spans[number].append((reason, span))
    lines = source.splitlines()
    seen: Counter[str] = Counter()
    alike: Counter[tuple[str, str]] = Counter()
    for node in _nodes(get_ast(source)):
        for name in _candidates(node.type, _token(node)):
            for position in _operator(name).mutation_positions(node):
                occurrence = seen[name]
                seen[name] += 1
                start = position[0]
                why = next((r for r, span in spans[start[0]] if span[0] <= start < span[1]), None)
                if why is None and _signature_mark(node):
                    why = "signatures"
                text = lines[start[0] - 1].strip()
                alike[name, text] += 1
                if why is None:
                    key = f"{file}|{name}|{text}|{alike[name, text]}"
                    yield Mutant(file, start[0], name, occurrence, key)
                elif left_out is not None:
                    left_out[why] += 1


def _left_out(tree: ast.Module, source: str) -> Iterator[tuple[str, Span]]:
    """Yield the parts of a module whose mutants could change no result, with the reason."""
    lines = source.splitlines()
    for node in ast.walk(tree):
        for reason, part in _parts(node):
            yield reason, _span(part, lines)
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and _is_type(statement.value):
            yield "types", _span(statement, lines)


def _parts(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
        yield "types", node.annotation
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        if node.returns is not None:
            yield "types", node.returns
        yield from (("compilation and caches", d) for d in _decorators(node, SPEED))
    if isinstance(node, ast.ClassDef):
        yield from (("options of dataclasses", d) for d in _decorators(node, {"dataclass"}))
    if isinstance(node, ast.If) and _name(node.test) == "TYPE_CHECKING":
        yield from (("types", part) for part in (node.test, *node.body))
    if isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'":
        yield "scripts", node
    if isinstance(node, ast.Raise) and node.exc is not None:
        yield "messages of errors", node.exc
    if isinstance(node, ast.Call):
        if _name(node.func).endswith(("Error", "Warning")):
            yield "messages of errors", node
        if _name(node.func) == "cast" and node.args:
            yield "types", node.args[0]
        if _name(node.func) == "zip":
            yield from (("strict=True of zip", word) for word in node.keywords)


def _decorators(node: Definition, names: set[str]) -> Iterator[ast.expr]:
    for decorator in node.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if _name(called) in names:
            yield decorator


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_type(value: ast.expr) -> bool:
    """Say whether a module's constant is a type: ``Values = float | pd.Series``."""
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.BitOr):
        return all(_is_type(side) or _type_name(side) for side in (value.left, value.right))
    return isinstance(value, ast.Subscript) and _type_name(value.value)


def _type_name(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return node.value is None
    if isinstance(node, ast.Subscript):
        return _type_name(node.value)
    name = _name(node)
    builtin = {"int", "float", "str", "bool", "list", "dict", "tuple", "set", "frozenset", "type"}
    return name in builtin or (name[:1].isupper() and not name.isupper())


def _span(node: ast.AST, lines: Sequence[str]) -> Span:
    """Return where a part of the tree begins and ends, in characters as parso counts."""

    def place(line: int, offset: int) -> tuple[int, int]:
        return line, len(lines[line - 1].encode()[:offset].decode())

    start = place(node.lineno, node.col_offset)  # type: ignore[attr-defined]
    if isinstance(node, ast.Call | ast.Name | ast.Attribute) and _after_at(lines, start):
        start = (start[0], start[1] - 1)  # of a decorator, whose sign belongs to it
    return start, place(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]


def _after_at(lines: Sequence[str], start: tuple[int, int]) -> bool:
    before = lines[start[0] - 1][: start[1]]
    return before.strip() == "@"


def _nodes(node: Any) -> Iterator[Any]:
    """Yield the nodes of a parso tree in the order in which cosmic-ray visits them."""
    yield node
    for child in getattr(node, "children", ()):
        yield from _nodes(child)


def _token(node: Any) -> str:
    return node.value if node.type in ("operator", "keyword") else ""


def _signature_mark(node: Any) -> bool:
    """Say whether a star or a slash only parts the parameters of a function."""
    return node.type == "operator" and node.parent.type in ("parameters", "lambdef", "param")


@cache
def _candidates(kind: str, token: str) -> tuple[str, ...]:
    """Return the operators that may find something at such a node; a filter for speed only."""
    if kind in ("name", "string", "newline", "endmarker") or token in SILENT:
        return ()
    names = tuple(
        name
        for name in sorted(operator_names())
        if not name.rpartition("/")[2].startswith(NEEDS_ARGUMENTS)
    )
    if kind == "number":
        return tuple(name for name in names if name.endswith("NumberReplacer"))
    if kind != "operator":
        return tuple(name for name in names if "ReplaceBinaryOperator" not in name)
    return names


@cache
def _operator(name: str) -> Any:
    return get_operator(name)()


def _compiles(mutant: Mutant, source: str) -> bool:
    try:
        compile(mutant.apply(source), "mutant", "exec", dont_inherit=True)
    # The last is cosmic-ray's, which cannot replace the first of ``except (csv.Error, OSError)``.
    except (SyntaxError, ValueError, AttributeError):
        return False
    return True
