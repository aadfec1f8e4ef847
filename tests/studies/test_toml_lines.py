"""Lines of keys, in every way that TOML writes them."""

from __future__ import annotations

import pytest

from spatialcarbon.studies.toml_lines import TomlLines

SOURCE = """\
# a comment = 1
[study]   # where it begins
title = "x"

[tables.emissions]
source = "a"
variables = { co2 = { column = "c", measure = "t" }, gdp = { measure = "1" } }
[tables."my table".variables]
x.column = "y"
[[analyses]]
method = "moran"
  years = [
    2005,
  ]
[[analyses]]
method = "lisa"
[analyses.categories]
coal = "direct"
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (["study"], 2),
        (["study", "title"], 3),
        (["study", "seed"], 2),
        (["tables", "emissions", "variables", "gdp"], 7),
        (["tables", "emissions", "variables", "co2", "measure"], 7),
        (["tables", "my table", "variables", "x", "column"], 9),
        (["analyses", 0], 10),
        (["analyses", 0, "years", 1], 12),
        (["analyses", 1, "method"], 16),
        (["analyses", 1, "categories", "coal"], 18),
        (["nowhere"], 1),
    ],
)
def test_lines(path: list[str | int], line: int) -> None:
    assert TomlLines(SOURCE).find(path) == line
