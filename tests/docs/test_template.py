"""The template of a method is one: copied into a scratch tree, it passes what all must pass."""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from spatialcarbon.core.language import glossary

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "docs" / "templates" / "method"
NAME = "largest_few"
OWN = (
    f"tests/stats/test_{NAME}.py",
    f"spatialcarbon/stats/{NAME}.py",  # its doctest
    "tests/docs/test_method_pages.py",
    f"tests/docs/test_docs.py::test_every_block_of_a_page_runs[docs/methods/{NAME}.md]",
)
HOUSE = (
    "tests/house/test_floors.py",
    "tests/house/test_files.py::test_files_are_short",
    "tests/house/test_docstrings.py::test_every_module_says_what_it_is",
    "tests/house/test_docstrings.py::test_every_public_definition_has_a_docstring",
    "tests/house/test_glossary.py::test_every_sentence_has_its_chinese",
    "tests/house/test_glossary.py::test_placeholders_are_the_same",
    "tests/house/test_glossary.py::test_chinese_is_set_as_chinese",
)
STUDY = """
[study]
title = "One method"
[units]
source = "cities"
groups = "plan"
[tables.emissions]
source = "city_co2"
[tables.emissions.variables]
co2 = { column = "co2_mt", measure = "Mt CO2" }
[[analyses]]
method = "largest_few"
variable = "co2"
[outputs]
figures = []
geopackage = false
workbook = false
report = false
"""


def generator() -> ModuleType:
    """Load the script that copies the template."""
    spec = importlib.util.spec_from_file_location("new_method", TEMPLATE / "new.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree like ours with a method more."""
    root = tmp_path_factory.mktemp("tree")
    ignored = shutil.ignore_patterns("__pycache__")
    for part in ("spatialcarbon", "tests/house", "docs/_ext"):
        shutil.copytree(ROOT / part, root / part, ignore=ignored)
    for part in ("tests/stats", "tests/docs", "docs/methods"):
        (root / part).mkdir(parents=True)
    for file in ("pyproject.toml", "tests/conftest.py", "tests/docs/test_docs.py"):
        shutil.copy(ROOT / file, root / file)
    shutil.copy(ROOT / "tests/docs/test_method_pages.py", root / "tests/docs")
    for file in ("README.md", "CONTRIBUTING.md", "docs/methods/index.md"):
        (root / file).write_text("# Empty\n", encoding="utf-8")
    (root / "shapefiles").symlink_to(ROOT / "shapefiles")
    assert len(generator().copy(NAME, root)) == 5
    return root


def ran(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the tree."""
    environment = {**os.environ, "PYTHONPATH": str(tree), "SPATIALCARBON_LANG": "en"}
    environment.pop("PYTEST_XDIST_WORKER", None)
    return subprocess.run(
        [sys.executable, *words],
        cwd=tree,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("checks", [OWN, pytest.param(HOUSE, marks=pytest.mark.slow)])
def test_it_passes_what_every_method_must_pass(tree: Path, checks: tuple[str, ...]) -> None:
    done = ran(tree, "-m", "pytest", "-q", "-p", "no:xdist", *checks)
    assert done.returncode == 0, done.stdout[-6000:]
    assert "skipped" not in done.stdout


def test_its_glossary_has_what_it_says_and_nothing_else() -> None:
    own = tomllib.loads((TEMPLATE / "glossary.toml").read_text(encoding="utf-8"))
    said: set[str] = set()
    for file in ("measure.py", "registration.py"):
        tree = ast.parse((TEMPLATE / file).read_text(encoding="utf-8"))
        said |= {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
        said.add((ast.get_docstring(tree) or "").partition("\n")[0])
    assert not set(own) - said
    assert not set(own) & set(glossary()), "said elsewhere already: leave it out"


def test_it_is_clean(tree: Path) -> None:
    files = [f"spatialcarbon/stats/{NAME}.py", f"spatialcarbon/studies/analyses/{NAME}.py"]
    files.append(f"tests/stats/test_{NAME}.py")
    for check in (["check"], ["format", "--check"]):
        done = ran(tree, "-m", "ruff", *check, "--no-cache", *files)
        assert done.returncode == 0, done.stdout


def test_it_runs_in_a_study_and_in_both_languages(tree: Path) -> None:
    (tree / "study.toml").write_text(STUDY, encoding="utf-8")
    done = ran(tree, "-m", "spatialcarbon", "run", "study.toml", "--out", "results", "--lang", "zh")
    assert done.returncode == 0, done.stderr
    table = (tree / "results" / "tables" / f"{NAME}.csv").read_text(encoding="utf-8-sig")
    assert table.startswith("group,share,k,n\nALL,")
    shown = ran(tree, "-m", "spatialcarbon", "--lang", "zh", NAME, "--help").stdout
    assert "--k" in shown
    assert "少数最大的地区占总排放的多少？" in shown


def test_nothing_is_written_over(tree: Path) -> None:
    with pytest.raises(SystemExit, match=f"spatialcarbon/stats/{NAME}.py"):
        generator().copy(NAME, tree)


@pytest.mark.parametrize("name", ["TopShare", "top-share", "3rd", "a__b", ""])
def test_a_name_must_be_one_of_a_module(name: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="write it like top_share"):
        generator().copy(name, tmp_path)
