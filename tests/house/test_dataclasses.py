"""What is returned cannot be changed, and is compared by no sign that a table could not bear."""

from __future__ import annotations

import ast
from collections.abc import Mapping

CHANGING = {
    "data/sheetmarks.py SheetMarks",
    "data/workbook.py _Page",
    "models/drivers/error_draws.py Tally",
    "report/interactive_shapes.py _Arcs",
    "studies/findings.py Notebook",
    "studies/keeping.py Keeper",
}
"""Records that are filled while something is read or counted; nothing public returns them."""


def options(modules: Mapping[str, ast.Module]) -> dict[str, dict[str, bool]]:
    """The options of every dataclass, by module and name."""
    found = {}
    for path, tree in modules.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                for decorator in node.decorator_list:
                    call = decorator.func if isinstance(decorator, ast.Call) else decorator
                    if ast.unparse(call).rpartition(".")[2] == "dataclass":
                        words = decorator.keywords if isinstance(decorator, ast.Call) else []
                        found[f"{path} {node.name}"] = {
                            str(word.arg): bool(ast.literal_eval(word.value)) for word in words
                        }
    return found


def test_what_is_made_stays_as_it_is(modules: Mapping[str, ast.Module]) -> None:
    found = options(modules)
    assert len(found) > 200
    assert {name for name, said in found.items() if not said.get("frozen")} == CHANGING


def test_results_are_not_compared_field_by_field(modules: Mapping[str, ast.Module]) -> None:
    results = {name: said for name, said in options(modules).items() if name.endswith("Result")}
    assert len(results) > 50
    assert not [name for name, said in results.items() if said.get("eq", True)]
