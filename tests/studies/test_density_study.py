"""Densities in a study file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import SpatialCarbonError
from spatialcarbon.studies.analysis import Done, get_analysis

if TYPE_CHECKING:
    import pandas as pd

ONE = '[[analyses]]\nmethod = "density"\nvariable = "co2"\n'


def values(own: Any, year: int) -> pd.Series:
    """Return the emissions of the user's table in the study's unit of measure."""
    return own.table.set_index("代码")[f"排放_{year}"]


def test_a_study_with_densities(own: Any, read: Any) -> None:
    own.analyses = ONE
    own.outputs = 'geopackage = false\nfigures = ["png"]\nworkbook = false\n'
    result = own.run()
    overview = read(result, "density").set_index(["group", "year"])
    alone = sc.kernel_density(values(own, 2017))
    assert overview.loc[("ALL", 2017), "bandwidth"] == pytest.approx(alone.bandwidth)
    assert overview.loc[("ALL", 2017), "mode"] == pytest.approx(alone.mode)
    assert set(overview.index.get_level_values("group")) == {"ALL", "东", "西", "小", "岛"}
    curves = read(result, "density_curves")
    assert len(curves) == 2 * 5 * 512
    assert read(result, "density_modes")["relative"].max() == 1
    drawn = {path.name for path in (result.directory / "figures").iterdir()}
    assert drawn == {f"density_{stem}.png" for stem in
                     ("ridges", "ridges_by_group", "years", "groups")}  # fmt: skip
    page = (result.directory / "report.html").read_text(encoding="utf-8")
    for said in ("Distribution: kernel density", "How are the values distributed",
                 "the highest mode went from", "Silverman"):  # fmt: skip
        assert said in page


def test_every_setting_reaches_the_estimate(own: Any, read: Any) -> None:
    own.analyses = (
        ONE + 'years = [2017]\nby_group = false\nbandwidth = 2.5\nboundary = "reflect"\n'
        'weight_variable = "flat"\n'
        + ONE + 'name = "looked"\nbandwidth = "isj"\nyears = [2015]\n'
    )  # fmt: skip
    result = own.run()
    row = read(result, "density").iloc[0]
    assert (row["rule"], row["bandwidth"], row["mass_below_zero"]) == ("given", 2.5, 0)
    assert row["n"] == 21
    found = result.results["density"]
    assert found.settings["weights"] is not None
    assert set(found.overview["group"]) == {"ALL"}
    assert "silverman" in set(read(result, "looked")["rule"])
    assert any("Sheather-Jones" in note for note in result.results["looked"].notes)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ('bandwidth = "silvermann"\n', "did you mean 'silverman'"),
        ("bandwidth = -1\n", "neither a number above zero"),
        ("bandwidth = true\n", "bandwidth"),
        ("years = [1999]\n", "has no year 1999"),
        ('boundary = "fold"\n', "reflect"),
        ('weight_variable = "people"\n', "people"),
        ('bandwidth = "isj"\nweight_variable = "flat"\n', "takes no weight_variable"),
    ],
)
def test_mistakes_are_told_before_anything_is_computed(own: Any, more: str, message: str) -> None:
    own.analyses = ONE + more
    with pytest.raises(SpatialCarbonError) as caught:
        own.run()
    assert message in str(caught.value)
    caught.value.render("zh")


def test_the_schema_takes_a_rule_or_a_number() -> None:
    schema = get_analysis("density").parameters.model_json_schema()
    kinds = schema["properties"]["bandwidth"]["anyOf"]
    assert [kind["type"] for kind in kinds] == ["string", "number"]
    assert kinds[0]["enum"] == ["silverman", "scott", "normal", "isj"]


@pytest.mark.parametrize("years", [[2015, 2017], [2017]])
def test_words_and_figures_in_both_languages(own: Any, years: list[int]) -> None:
    from spatialcarbon.studies.inputs import build_inputs
    from spatialcarbon.studies.study_file import load_study

    own.analyses = ONE + f"years = {years}\n"
    own.write()
    study = load_study(own.path)
    inputs = build_inputs(study)
    analysis = get_analysis("density")
    parameters = study.steps[0].parameters
    done = Done("density", parameters, inputs, analysis.run(parameters, inputs))
    specs = analysis.figures(done)
    assert len(specs) == (4 if len(years) > 1 else 2)
    for language in ("en", "zh"):
        assert len(analysis.text(done)) == 5
        for sentence in (*analysis.text(done), *(spec.caption for spec in specs)):
            said = sentence.render(language)  # type: ignore[arg-type]
            assert "{" not in said
            assert ("众数" in said or "曲线" in said or "山脊" in said) == (language == "zh")
        specs[0].draw(language)  # type: ignore[arg-type]
