"""What the policy says of the package is so."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
POLICY = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_versions_of_python_are_those_of_the_project() -> None:
    said = re.search(r"^Python (\d\.\d+) to (\d\.\d+)\.", POLICY, re.M)
    assert said is not None
    classified = re.findall(r"Python :: (\d\.\d+)", "\n".join(PROJECT["classifiers"]))
    assert said.groups() == (classified[0], classified[-1])
    assert PROJECT["requires-python"] == f">={said[1]}"


def test_nothing_is_deprecated_while_the_page_says_so() -> None:
    assert "Nothing is deprecated now." in POLICY
    marks = re.compile(r"\b(Future|Deprecation|PendingDeprecation)Warning\(?[,)]|deprecated::")
    used = [
        path.name
        for path in sorted((ROOT / "spatialcarbon").rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if marks.search(line) and "filter" not in line
    ]
    assert not used
