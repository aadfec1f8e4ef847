"""The tool that asks the tests about mutants, on sources small enough to be right by eye."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

pytest.importorskip("cosmic_ray", reason="the extra mutation is not installed")
coverage = pytest.importorskip("coverage", reason="the extra mutation is not installed")

from tests.mutation import population  # noqa: E402
from tests.mutation.coverage_map import Askable, beside, read, statements  # noqa: E402
from tests.mutation.imports import Imports  # noqa: E402
from tests.mutation.record import difference  # noqa: E402

RUN = Path(__file__).with_name("run.py")
LARGER = '''"""The larger of two numbers."""


def larger(a: float | None, b: float) -> float:
    """Return the larger."""
    if a is None:
        raise ValueError(f"a is {1 + 2}")
    return a if a > b else b
'''


def found(source: str) -> dict[str, list[int]]:
    lines: dict[str, list[int]] = {}
    for mutant in population.mutants("spatialcarbon/stats/toy.py", source):
        lines.setdefault(mutant.operator.rpartition("/")[2].partition("_")[0], []).append(
            mutant.line
        )
    return lines


def test_conditions_are_mutated_and_types_and_messages_are_not() -> None:
    left_out: Counter[str] = Counter()
    every = list(population.mutants("toy.py", LARGER, left_out))
    assert {mutant.line for mutant in every} == {6, 8}
    assert left_out["types"] == 11  # the bar of the annotation has eleven other operators
    assert left_out["messages of errors"] == 15  # the sum, and its two numbers both ways
    changed = {mutant.apply(LARGER).splitlines()[mutant.line - 1].strip() for mutant in every}
    assert {"if a is not None:", "return a if a >= b else b", "return a if a < b else b"} <= changed


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def f(a, *, b=x):\n    pass", "signatures"),
        ("def f():\n    return zip(a, b, strict=True)", "strict=True of zip"),
        ("@dataclass(frozen=True)\nclass A:\n    pass", "options of dataclasses"),
        ("@compiled(inline=True)\ndef f():\n    pass", "compilation and caches"),
        ("@cache\ndef f():\n    pass", "compilation and caches"),
        ("if TYPE_CHECKING:\n    x = 1", "types"),
        ("Values = float | pd.Series", "types"),
        ("if __name__ == '__main__':\n    f(1 + 2)", "scripts"),
        ("def f():\n    return SchemaError('é', n=1)", "messages of errors"),
    ],
)
def test_what_is_left_out_has_a_reason(source: str, reason: str) -> None:
    left_out: Counter[str] = Counter()
    assert not [
        m for m in population.mutants("toy.py", source, left_out) if "Not" not in m.operator
    ]
    assert left_out[reason] > 0


def test_an_exception_with_a_dot_among_others_is_passed_over(tmp_path: Path) -> None:
    folder = tmp_path / "spatialcarbon" / "stats"
    folder.mkdir(parents=True)
    source = "try:\n    f()\nexcept (csv.Error, OSError):\n    pass\n"
    (folder / "toy.py").write_text(source, encoding="utf-8")
    drawn, counts = population.draw(tmp_path, "stats", 9, seed=1)
    assert [mutant.occurrence for mutant in drawn] == [1]
    assert counts == {"population": 2, "no Python": 1}


def test_constants_and_sums_of_sets_stay_in() -> None:
    assert found("LIMIT = 3\nEVERY = SOME | OTHERS") == {
        "NumberReplacer": [1, 1],
        "ReplaceBinaryOperator": [2] * 11,
    }


def test_a_moved_line_keeps_its_name_and_place_in_the_draw(tmp_path: Path) -> None:
    folder = tmp_path / "spatialcarbon" / "stats"
    folder.mkdir(parents=True)
    (folder / "toy.py").write_text(LARGER, encoding="utf-8")
    before, counts = population.draw(tmp_path, "stats", 4, seed=1)
    assert len({mutant.key for mutant in before}) == 4
    assert counts["population"] == len(list(population.mutants("toy.py", LARGER)))
    (folder / "toy.py").write_text(LARGER.replace("\n\n\ndef", "\n\nN = 'x'\n\n\ndef"), "utf-8")
    after, _ = population.draw(tmp_path, "stats", 4, seed=1)
    assert [mutant.key for mutant in after] == [mutant.key for mutant in before]
    assert [mutant.line for mutant in after] == [mutant.line + 2 for mutant in before]
    other, _ = population.draw(tmp_path, "stats", 4, seed=2)
    assert {mutant.key for mutant in other} != {mutant.key for mutant in before}


def test_a_statement_of_several_lines_is_one_and_a_head_has_no_body() -> None:
    source = (
        "X = 1\n\ndef f(\n    a=2,\n):\n    if a:\n        return g(\n            a,\n        )\n"
    )
    assert sorted(statements(source)) == [
        (1, 1, False),
        (3, 5, False),
        (6, 6, True),
        (7, 9, True),
    ]


@pytest.mark.parametrize(
    ("test", "file", "expected"),
    [
        ("tests/stats/test_moran.py::test_x[1]", "spatialcarbon/stats/moran.py", True),
        ("tests/stats/test_moran_panel.py::test_x", "spatialcarbon/stats/moran.py", True),
        ("spatialcarbon/stats/moran.py::moran", "spatialcarbon/stats/moran.py", True),
        ("tests/stats/test_geary.py::test_x", "spatialcarbon/stats/moran.py", False),
        ("tests/data/names/test_names.py::test_x", "spatialcarbon/data/names/__init__.py", True),
        ("tests/data/names/test_other.py::test_x", "spatialcarbon/data/names/__init__.py", False),
        ("tests/weights/test_moran.py::test_x", "spatialcarbon/stats/moran.py", False),
    ],
)
def test_tests_that_stand_beside_a_file(test: str, file: str, expected: bool) -> None:
    assert beside(test, file) is expected


def test_a_difference_is_the_lines_that_went_and_came() -> None:
    assert difference("a\nb\nc\n", "a\nB\nc\n") == ["-b", "+B"]


@pytest.fixture
def toy(tmp_path: Path) -> Path:
    """A project of two modules with a test, and the map that a coverage run would leave."""
    files = {
        "spatialcarbon/__init__.py": "",
        "spatialcarbon/stats/__init__.py": "",
        "spatialcarbon/stats/toy.py": LARGER,
        "spatialcarbon/stats/user.py": "from spatialcarbon.stats.toy import larger\n\n\n"
        "def both(a, b):\n    return larger(a, b)\n",
        "tests/stats/test_toy.py": "from spatialcarbon.stats.toy import larger\n\n\n"
        "def test_first():\n    assert larger(2, 1) == 2\n\n\n"
        "def test_second():\n    assert larger(1, 2) == 2\n",
        "tests/laws/test_order.py": "from spatialcarbon.stats import toy\n\n\n"
        "def test_order():\n    assert toy.larger(1, 2) == toy.larger(2, 1)\n",
        "tests/stats/test_broken.py": "def test_always_fails():\n    assert False\n",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    (tmp_path / "state" / "map").mkdir(parents=True)
    (tmp_path / "state" / "seconds.json").write_text("{}", encoding="utf-8")
    data = coverage.CoverageData(str(tmp_path / "state" / "map" / ".coverage.toy"))
    for test in (
        "test_toy.py::test_first",
        "test_toy.py::test_second",
        "test_broken.py::test_always_fails",
    ):
        data.set_context(f"tests/stats/{test}|run")
        data.add_arcs({"spatialcarbon/stats/toy.py": [(-4, 6), (6, 8), (8, -4)]})
    data.write()
    return tmp_path


def test_the_map_says_which_tests_run_a_line(toy: Path) -> None:
    reached = read((toy / "state" / "map").glob(".coverage*"), toy, ["stats"])
    timed = {
        "tests/stats/test_toy.py::test_second": 0.01,
        "tests/laws/test_order.py::test_order": 1,
    }
    tests = Askable(toy, reached, timed)
    names = [name.rpartition("::")[2] for name in tests.of("spatialcarbon/stats/toy.py", 8)]
    assert names == ["test_second", "test_first", "test_always_fails"]
    # A line that no test is seen to run has the tests of its file and those that name it.
    found = tests.of("spatialcarbon/stats/toy.py", 1)
    assert len(found) == 4
    assert found[-1] == "tests/laws/test_order.py::test_order"
    assert tests.homes("spatialcarbon/stats/toy.py") == ["tests/stats/test_toy.py"]


def test_what_may_be_loaded_before_a_change(toy: Path) -> None:
    graph = Imports(toy)
    assert graph.dependents("spatialcarbon.stats.toy") == {
        "spatialcarbon.stats.toy",
        "spatialcarbon.stats.user",
    }
    assert "spatialcarbon.stats" in graph.independent_of("spatialcarbon.stats.toy")


@pytest.mark.slow  # loads everything that tests need, in a process of its own
def test_mutants_are_noticed_but_not_by_a_test_that_always_fails(toy: Path) -> None:
    record = toy / "record.json"
    command = [sys.executable, str(RUN), "--old-map", "--tree", str(toy), "--packages", "stats"]
    options = ["--state", str(toy / "state"), "--record", str(record), "--sample", "100"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = json.loads(record.read_text(encoding="utf-8"))["mutants"]
    outcome = {row["diff"][-1].strip("+ "): row["outcome"] for row in rows}
    assert outcome["return a if a < b else b"] == "killed"
    assert outcome["if a is not None:"] == "killed"
    # Equal numbers are the same whichever is taken: nothing can tell.
    assert outcome["return a if a >= b else b"] == "survived"
    assert {row["by"] for row in rows if row["outcome"] == "killed"} <= {
        "tests/stats/test_toy.py::test_first",
        "tests/stats/test_toy.py::test_second",
    }
    assert (toy / "spatialcarbon" / "stats" / "toy.py").read_text(encoding="utf-8") == LARGER
