"""Which modules may be loaded before a file is changed, and the hook that loads the changed one."""

from __future__ import annotations

import ast
import importlib.util
import sys
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any

PACKAGE = "spatialcarbon"


def module_name(file: str) -> str:
    """Return the dotted name of a file of the package."""
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


class Imports:
    """What each module of the package imports when it is itself imported."""

    def __init__(self, root: Path) -> None:
        self.files = {
            module_name(path.relative_to(root).as_posix()): path
            for path in sorted((root / PACKAGE).rglob("*.py"))
            if "qgis_plugin" not in path.parts
        }
        self._direct = {name: frozenset(self._read(name)) for name in self.files}
        self.closure = cache(self._closure)

    def independent_of(self, name: str) -> list[str]:
        """Return the modules that can be loaded without loading ``name``."""
        return [other for other in self.files if name not in self.closure(other)]

    def dependents(self, name: str) -> set[str]:
        """Return the modules whose loading loads ``name``, itself among them."""
        return {other for other in self.files if name in self.closure(other)}

    def _closure(self, name: str) -> frozenset[str]:
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            current = waiting.pop()
            if current not in seen:
                seen.add(current)
                waiting += self._direct[current]
        return frozenset(seen)

    def _read(self, name: str) -> set[str]:
        """Return what a module imports outside functions, and the packages it is in."""
        found = set()
        tree = ast.parse(self.files[name].read_text(encoding="utf-8"))
        waiting: list[ast.AST] = list(tree.body)
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                continue
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
                continue
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module)
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
            waiting += ast.iter_child_nodes(node)
        found = {other for other in found if other in self.files}
        for other in [name, *found]:
            parts = other.split(".")
            found |= {".".join(parts[:end]) for end in range(1, len(parts))}
        return found - {name}


class _Changed(SourceFileLoader):
    """Loads a module from a text that is not on the disk."""

    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self.text = source

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.text, self.path, "exec", dont_inherit=True)

    def get_source(self, fullname: str) -> str:
        return self.text


class Changed(MetaPathFinder):
    """Finds one module in a changed source and leaves all others to Python."""

    def __init__(self, name: str, path: Path, source: str) -> None:
        self.name, self.path, self.source = name, path, source

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        loader = _Changed(self.name, str(self.path), self.source)
        return importlib.util.spec_from_file_location(self.name, self.path, loader=loader)

    def install(self) -> None:
        """Put the change in place; nothing may have loaded the module before."""
        assert self.name not in sys.modules, f"{self.name} is loaded already"
        sys.meta_path.insert(0, self)


def without_kept_machine_code(names: set[str]) -> None:
    """Have the kernels of some modules compiled anew.

    numba keeps machine code by the date of the file on the disk, which does not change.
    """
    import numba

    original = numba.njit

    def njit(*arguments: Any, **options: Any) -> Any:
        def decorate(function: Any) -> Any:
            if function.__module__ in names:
                options["cache"] = False
            return original(*arguments, **options)(function)

        return decorate

    numba.njit = njit
