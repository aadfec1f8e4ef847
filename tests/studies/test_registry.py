"""One registration carries a method everywhere."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import spatialcarbon.studies.analyses as registered
from spatialcarbon.cli import main as cli
from spatialcarbon.core.errors import OptionError
from spatialcarbon.core.language import Text
from spatialcarbon.core.references import references
from spatialcarbon.studies.analysis import Parameters, analysis_names, get_analysis
from spatialcarbon.studies.study_file import json_schema

TOY = '''\
"""Twice the values, for want of anything better."""

from pydantic import Field

from spatialcarbon.core.language import Text, text
from spatialcarbon.report.tables import Table
from spatialcarbon.studies.analysis import Analysis, Parameters


class ToyParameters(Parameters):
    variable: str = Field(description="Variable to double.")
    years: list[int] | None = Field(default=None, description="Years.")
    factor: float = Field(default=2.0, gt=0, description="How much.")


def run(parameters, inputs):
    return inputs.panel[parameters.variable] * parameters.factor


def tables(done):
    frame = done.result.rename_axis("unit").reset_index()
    frame.columns = [str(c) for c in frame.columns]
    return [Table(name=done.key, title=text("Twice"), frame=frame)]


ANALYSIS = Analysis(
    name="toy",
    title=text("The toy"),
    question=text("What is twice as much?"),
    reading=text("Halve it."),
    methods=text("Multiplication."),
    parameters=ToyParameters,
    run=run,
    tables=tables,
    figures=lambda _: [],
    text=lambda done: [text("{n} units doubled.", n=len(done.result))],
    references=("moran1950",),
)
'''


def test_names_are_those_of_the_modules() -> None:
    folder = Path(str(registered.__path__[0]))
    modules = {p.stem for p in folder.glob("*.py") if not p.stem.startswith("_")}
    assert set(analysis_names()) == modules
    assert modules >= {"indicators", "moran", "lisa", "profile"}
    for name in modules:
        assert get_analysis(name).name == name


def test_an_unknown_name_is_refused_with_the_closest() -> None:
    with pytest.raises(OptionError, match=r"there is no method 'mran'(.|\n)*fix: moran"):
        get_analysis("mran")


@pytest.mark.parametrize("name", analysis_names())
def test_every_method_says_what_it_is(name: str) -> None:
    analysis = get_analysis(name)
    for words in (analysis.title, analysis.question, analysis.reading, analysis.methods):
        assert isinstance(words, Text)
        assert len(words.render("en")) > 10
    assert analysis.question.render("en").endswith("?")
    assert analysis.references
    assert set(analysis.references) <= set(references())
    assert issubclass(analysis.parameters, Parameters)
    for field, info in analysis.parameters.model_fields.items():
        assert info.description, f"{name}.{field} has no description"


@pytest.mark.parametrize("name", analysis_names())
def test_commands_are_exactly_the_methods_that_work_on_one_column(name: str) -> None:
    assert (name in cli.one_offs()) == get_analysis(name).one_off


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Register a method for the length of a test, by putting its file in the folder's path."""
    (tmp_path / "methods").mkdir()
    (tmp_path / "methods" / "toy.py").write_text(TOY, encoding="utf-8")
    path = [*registered.__path__, str(tmp_path / "methods")]
    monkeypatch.setattr(registered, "__path__", path)
    yield
    sys.modules.pop("spatialcarbon.studies.analyses.toy", None)
    vars(registered).pop("toy", None)


@pytest.mark.usefixtures("toy")
def test_a_new_module_is_a_method_everywhere(own: Any, read: Any) -> None:
    assert "toy" in analysis_names()
    own.analyses = '[[analyses]]\nmethod = "toy"\nvariable = "co2"\nfactor = 3\n'
    own.outputs = "figures = []\nworkbook = false\n"
    result = own.run()
    table = read(result, "toy").set_index("unit")
    assert table.loc["e1", "2015"] == 3 * own.table["排放_2015"][1]
    page = (result.directory / "report.html").read_text(encoding="utf-8")
    for words in ("The toy", "What is twice as much?", "Halve it.", "21 units doubled."):
        assert words in page
    schema = json_schema()
    assert schema["$defs"]["analysis_toy"]["description"] == "What is twice as much?"


@pytest.mark.usefixtures("toy")
def test_a_new_module_is_a_command(own: Any) -> None:
    own.write()
    runner = CliRunner()
    listed = runner.invoke(cli.build(), ["--help"])
    assert "toy" in listed.output
    assert "Twice the values" in listed.output
    shown = runner.invoke(cli.build(), ["toy", "--help"])
    assert "--factor NUMBER" in shown.output
    assert "What is twice as much?" in shown.output
    folder = own.folder
    said = runner.invoke(
        cli.build(),
        [
            *("toy", "--units", str(folder / "map.gpkg"), "--key", "code"),
            *("--table", str(folder / "排放.csv"), "--table-key", "代码", "--column", "排放"),
            *("--factor", "10", "--format", "csv"),
        ],
    )
    assert said.exit_code == 0, said.output
    assert "e0,5.0," in said.output
