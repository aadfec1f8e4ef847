"""The source of the package, parsed once, and the sentences in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import spatialcarbon

PACKAGE = Path(spatialcarbon.__file__).resolve().parent
LOOK_UP = {"text", "translate", "say"}
HOMES = (
    "spatialcarbon.core.language",
    "spatialcarbon.cli.shared",
    "spatialcarbon.report.lettering",
)
PARTS = ("arrived", "expected", "fix")

Function = ast.FunctionDef | ast.AsyncFunctionDef
COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@pytest.fixture(scope="session")
def package() -> Path:
    """The folder of the package."""
    return PACKAGE


@pytest.fixture(scope="session")
def modules() -> dict[str, ast.Module]:
    """Every module by its path below the package, as a syntax tree.

    The plugin for QGIS is not among them: it runs elsewhere and has its own words.
    """
    return {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
        if "qgis_plugin" not in path.parts
    }


@dataclass
class Sentences:
    """What the source looks up in the glossary.

    ``found`` maps each sentence to where it stands; ``lost`` has the expressions
    that could not be followed to a literal: (module, expression) → line.
    """

    found: dict[str, str] = field(default_factory=dict)
    lost: dict[tuple[str, str], int] = field(default_factory=dict)


@pytest.fixture(scope="session")
def sentences(modules: Mapping[str, ast.Module]) -> Sentences:
    """Every sentence that a reader may see, as far as the source says it in literals."""
    said = Sentences()
    errors = _error_classes(modules)
    for name, tree in modules.items():
        look_up = _imported(tree) & LOOK_UP
        for scope in (Scope(tree), *Scope(tree).inner()):
            for argument in scope.looked_up(look_up, errors):
                for literal in scope.literals(argument):
                    if isinstance(literal, ast.Constant) and isinstance(literal.value, str):
                        said.found.setdefault(literal.value, f"{name}:{argument.lineno}")
            said.lost |= {(name, expression): line for expression, line in scope.lost.items()}
        for sentence in (*_defaults(tree), *_recipes(tree), *_helps(name, tree)):
            said.found.setdefault(sentence, name)
    for path in sorted(PACKAGE.rglob("*.j2")):
        for sentence in re.findall(r"""\bt\(\s*(?:"([^"]*)"|'([^']*)')""", path.read_text("utf-8")):
            said.found.setdefault("".join(sentence), path.name)
    said.found.pop("", None)
    return said


@dataclass
class Scope:
    """A function, or a whole module, with what is around it."""

    node: ast.Module | Function
    outer: Scope | None = None
    lost: dict[str, int] = field(default_factory=dict)

    def nodes(self) -> Iterator[ast.AST]:
        """Every node that is not inside a function of its own."""
        waiting: list[ast.AST] = list(ast.iter_child_nodes(self.node))
        while waiting:
            node = waiting.pop()
            yield node
            if isinstance(node, Function):
                waiting += node.decorator_list
            else:
                waiting += ast.iter_child_nodes(node)

    def inner(self) -> Iterator[Scope]:
        """Every function inside."""
        for node in self.nodes():
            if isinstance(node, Function):
                yield (scope := Scope(node, self))
                yield from scope.inner()

    def looked_up(self, look_up: set[str], errors: set[str]) -> Iterator[ast.expr]:
        """The arguments here that are looked up in the glossary."""
        raised = {id(node.exc) for node in self.nodes() if isinstance(node, ast.Raise)}
        for node in self.nodes():
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            called = node.func.id
            # raise error("...") with a class that was chosen before
            chosen = id(node) in raised and self._bound(node.func) is not None
            if called in look_up or called in errors or chosen:
                yield from node.args[:1]
            if called in errors or chosen:
                yield from (k.value for k in node.keywords if k.arg in PARTS)

    def literals(self, node: ast.expr) -> list[ast.expr]:
        """Return the literals that an expression may be, and note what leads to none."""
        match node:
            case ast.Constant() | ast.Tuple() | ast.List() | ast.Dict():
                return [node]
            case ast.IfExp():
                return [*self.literals(node.body), *self.literals(node.orelse)]
            case ast.BoolOp():
                return [literal for value in node.values for literal in self.literals(value)]
            case ast.Subscript():
                held = [part for whole in self.literals(node.value) for part in _values(whole)]
                return [literal for part in held for literal in self.literals(part)]
            case ast.Call(func=ast.Attribute(attr="items", value=mapping)):
                return [_pairs(literal) for literal in self.literals(mapping)]
            case ast.Call(func=ast.Name(id=called)) if called in LOOK_UP:
                return []  # collected where it stands
            case ast.Name():
                return self._named(node)
        self.lost[ast.unparse(node)] = getattr(node, "lineno", 0)
        return []

    def _named(self, name: ast.Name) -> list[ast.expr]:
        values = self._bound(name)
        if values is not None:
            return [literal for value in values for literal in self.literals(value)]
        if self.outer is None or name.id in _arguments(self.node):
            self.lost[name.id] = name.lineno
            return []
        return Scope(self.outer.node, self.outer.outer, self.lost)._named(name)

    def _bound(self, name: ast.Name) -> list[ast.expr] | None:
        """Return the expressions that a name is bound to here, by ``=`` or by a loop."""
        found: list[ast.expr] | None = None
        around = [n for n in self.nodes() if isinstance(n, COMPREHENSIONS) and name in ast.walk(n)]
        loops = [loop for node in around for loop in node.generators]
        loops = [loop for loop in loops if _path(loop.target, name.id) is not None]
        for node in loops or self.nodes():
            match node:
                case ast.Assign(targets=[target], value=value):
                    given = [value]
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    given = [value]
                case ast.For(target=target, iter=through) if _path(target, name.id) is not None:
                    given = self._elements(through)
                case ast.comprehension(target=target, iter=through) if loops:
                    given = self._elements(through)
                case _:
                    continue
            path = _path(target, name.id)
            if path is not None:
                found = found or []
                found += [part for value in given for part in self._at(value, path)]
        return found

    def _elements(self, through: ast.expr) -> list[ast.expr]:
        """Return what a loop runs through."""
        return [part for whole in self.literals(through) for part in _elements(whole)]

    def _at(self, value: ast.expr, path: Sequence[int]) -> list[ast.expr]:
        """Return the part of a tuple that a name is unpacked from."""
        if not path:
            return [value]
        wholes = [whole for whole in self.literals(value) if isinstance(whole, ast.Tuple)]
        return [part for whole in wholes for part in self._at(whole.elts[path[0]], path[1:])]


def _path(target: ast.expr, name: str) -> list[int] | None:
    """Return where in a target such as ``a, (b, c)`` a name stands."""
    if isinstance(target, ast.Name):
        return [] if target.id == name else None
    for at, part in enumerate(getattr(target, "elts", ())):
        rest = _path(part, name)
        if rest is not None:
            return [at, *rest]
    return None


def _elements(whole: ast.expr) -> list[ast.expr]:
    return [key for key in whole.keys if key] if isinstance(whole, ast.Dict) else whole.elts


def _values(whole: ast.expr) -> list[ast.expr]:
    return whole.values if isinstance(whole, ast.Dict) else whole.elts


def _pairs(mapping: ast.Dict) -> ast.List:
    both = zip(_elements(mapping), mapping.values, strict=True)
    return ast.List([ast.Tuple([key, value]) for key, value in both])


def _arguments(function: ast.AST) -> set[str]:
    if not isinstance(function, Function):
        return set()
    given = function.args
    return {a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)}


def _imported(tree: ast.Module) -> set[str]:
    own = {node.name for node in ast.walk(tree) if isinstance(node, Function)}
    return own | {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in HOMES
        for alias in node.names
    }


def _error_classes(modules: Mapping[str, ast.Module]) -> set[str]:
    """Return the names of all classes that descend from the parent of our errors."""
    parents = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for tree in modules.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    family = {"SpatialCarbonError"}
    while more := {name for name, bases in parents.items() if bases & family} - family:
        family |= more
    return family


def _defaults(tree: ast.Module) -> Iterator[str]:
    """Return the defaults of arguments that are said in the reader's language."""
    for node in ast.walk(tree):
        if not isinstance(node, Function):
            continue
        given = node.args
        plain = [*given.posonlyargs, *given.args]
        pairs = [
            *zip(plain[len(plain) - len(given.defaults) :], given.defaults, strict=True),
            *zip(given.kwonlyargs, given.kw_defaults, strict=True),
        ]
        for argument, default in pairs:
            kind = "" if argument.annotation is None else ast.unparse(argument.annotation)
            if kind == "str | Text" and isinstance(default, ast.Constant):
                yield default.value if argument.arg != "name" else ""


def _recipes(tree: ast.Module) -> Iterator[str]:
    """Return the recipes of weights that are written out; others hold numbers or names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "recipe":
            if isinstance(node.value, ast.Constant):
                yield node.value.value
        elif isinstance(node, Function):
            both = zip(reversed(node.args.kwonlyargs), reversed(node.args.kw_defaults), strict=True)
            for argument, default in both:
                if argument.arg == "recipe" and isinstance(default, ast.Constant):
                    yield default.value


def _helps(name: str, tree: ast.Module) -> Iterator[str]:
    """Return what the command line says of a method: its first line and its settings."""
    folder, _, file = name.rpartition("/")
    if folder == "studies/analyses" and not file.startswith("_"):
        yield (ast.get_docstring(tree) or "").partition("\n")[0]
    if folder != "studies/analyses" and name != "studies/analysis.py":
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Field":
            for keyword in node.keywords:
                if keyword.arg == "description" and isinstance(keyword.value, ast.Constant):
                    yield keyword.value.value
