"""Study files: what is read, and what is said of mistakes."""

from __future__ import annotations

import json
import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

import spatialcarbon as sc
from spatialcarbon.studies.analysis import analysis_names
from spatialcarbon.studies.pipeline import check_study, run_study
from spatialcarbon.studies.study_file import StudyFileError, json_schema, load_study

RIGHT = """\
[study]
title = "Pearl River Delta"
[units]
source = "cities"
groups = ["PRD"]
[tables.emissions]
source = "city_co2"
[tables.emissions.variables]
co2 = { column = "co2_mt", measure = "Mt CO2" }
[[analyses]]
method = "moran"
variable = "co2"
years = [2017]
permutations = 99
"""

FIVE = """\
[study]
title = "Five mistakes"
langage = "en"

[units]
source = "cities"
groups = ["PRD"]

[tables.emissions]
source = "city_co2"
[tables.emissions.variables]
co2 = { column = "co2_mt" }

[weights.near]
type = "contiguity"
criterion = "quen"

[[analyses]]
method = "morn"

[[analyses]]
method = "moran"
variable = "co2"
permutations = -5
"""


def template(language: str) -> str:
    path = files("spatialcarbon.studies") / "templates" / f"study.{language}.toml"
    return path.read_text(encoding="utf-8")


def write(folder: Path, source: str | bytes) -> Path:
    path = folder / "study.toml"
    path.write_bytes(source if isinstance(source, bytes) else source.encode())
    return path


def mistakes(folder: Path, source: str, language: Any = "en") -> list[str]:
    """Return the reported lines, without the heading and the line that says what to do."""
    with pytest.raises(StudyFileError) as caught:
        load_study(write(folder, source))
    said = caught.value.render(language).splitlines()
    return [line.strip() for line in said[1:-1]]


def test_the_shipped_study_is_right(shipped_source: str, tmp_path: Path) -> None:
    study = load_study(write(tmp_path, shipped_source))
    assert {step.analysis.name for step in study.steps} == {
        *("indicators", "profile", "moran", "lisa", "transitions", "sensitivity"),
        *("grey", "industry", "density", "inequality", "centre"),
    }
    assert study.file.study.language == "en"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_templates_are_right_and_of_their_language(language: str, tmp_path: Path) -> None:
    study = load_study(write(tmp_path, template(language)))
    assert study.file.study.language == language
    assert [step.key for step in study.steps] == ["indicators", "moran", "lisa"]


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh"])
def test_templates_run_from_end_to_end(language: str, tmp_path: Path) -> None:
    result = run_study(write(tmp_path, template(language)))
    page = (tmp_path / "results" / "report.html").read_text(encoding="utf-8")
    assert f'lang="{"zh-CN" if language == "zh" else "en"}"' in page
    assert set(result.tables) >= {"indicators_totals", "moran", "lisa"}


def test_both_templates_say_the_same_settings() -> None:
    english, chinese = (tomllib.loads(template(language)) for language in ("en", "zh"))
    for content in (english, chinese):
        del content["study"]["title"], content["study"]["language"]
        content["tables"]["people"]["variables"]["population"].pop("measure")
    assert english == chinese


def test_five_mistakes_are_reported_at_once_with_lines_and_choices(tmp_path: Path) -> None:
    assert mistakes(tmp_path, FIVE) == [
        "line 3: study.langage: is not a setting; did you mean 'language'? "
        "there is title, authors, language, seed",
        "line 12: tables.emissions.variables.co2.measure: is missing",
        "line 16: weights.near.criterion: 'quen' is not a choice; did you mean 'queen'? "
        "choose from queen, rook",
        "line 19: analyses[1].method: 'morn' is not a method; did you mean 'moran'? "
        f"choose from {', '.join(analysis_names())}",
        "line 24: analyses[2].permutations: -5: it must be at least 0",
    ]
    with pytest.raises(StudyFileError, match=r"study\.toml: mistakes to correct: 5"):
        load_study(tmp_path / "study.toml")


def test_the_same_five_in_chinese(tmp_path: Path) -> None:
    said = mistakes(tmp_path, FIVE, "zh")
    assert len(said) == 5
    keys = ["study.langage", "co2.measure", "near.criterion", "[1].method", "[2].permutations"]
    for line, number, key in zip(said, (3, 12, 16, 19, 24), keys, strict=True):
        assert key in line
        assert str(number) in line
    assert "queen" in said[2]
    assert "moran" in said[3]


@pytest.mark.parametrize(
    ("change", "line", "words"),
    [
        (('source = "cities"', 'source = "cities"\nkee = "x"'), 5, "units.kee: is not a setting"),
        (("years = [2017]", "year = [2017]"), 13, "did you mean 'years'?"),
        (("years = [2017]", 'years = ["all"]'), 13, "analyses[1].years[1]: 'all': a whole number"),
        (('variable = "co2"', 'variable = "co3"'), 12, "'co3' is not defined here; did you mean"),
        (('variable = "co2"', "variable = 3"), 12, "3: a text in quotes is expected"),
        (('variable = "co2"', 'variable = ["co2", "gdp"]'), 12, "'gdp' is not defined here"),
        (("years = [2017]", 'weights = "rook"'), 13, "'rook' is not defined here; there is queen"),
        (('groups = ["PRD"]', "groups = 5"), 5, "units.groups: 5: a list in [ ] is expected"),
        (('method = "moran"', 'method = ["moran"]'), 11, "['moran'] is not a method"),
        (('method = "moran"\n', ""), 10, "analyses[1].method: is missing; choose from"),
        (("permutations = 99", "name = []"), 14, "analyses[1].name: 'list': a text in quotes"),
        (('title = "Pearl River Delta"', 'title = ""'), 2, "study.title: '': it must not be empty"),
        (("[[analyses]]", "[weights.2x]\ntype = 'knn'\n[[analyses]]"), 10, "weights.2x: '2x':"),
        (("[[analyses]]", "[weights.x]\ntype = 'kn'\n[[analyses]]"), 10, "did you mean 'knn'?"),
        (("[[analyses]]", "[weights.x]\nk = 4\n[[analyses]]"), 10, "is missing; choose from"),
        (
            ("[[analyses]]", "[weights.x]\ntype = 'knn'\nkk = 4\n[[analyses]]"),
            12,
            "weights.x.kk: is not a setting; did you mean 'k'?",
        ),
        (
            ("[[analyses]]", "[weights.x]\ntype = 'economic'\nvariable = 'gdp'\n[[analyses]]"),
            12,
            "'gdp' is not defined here",
        ),
        (("[[analyses]]", "[weights]\n[[analyses]]"), 10, "weights: 'dict': it must have at least"),
        (
            (
                "[[analyses]]",
                "[ratios.co2]\nnumerator = 'co2'\ndenominator = 'gdp'\nmeasure = 't'\n[[analyses]]",
            ),
            10,
            "ratios.co2: 'co2' is already in [tables.emissions]",
        ),
        (
            (
                "[[analyses]]",
                "[ratios.r]\nnumerator = 'co2'\ndenominator = 'gdp'\nmeasure = 't'\n[[analyses]]",
            ),
            12,
            "ratios.r.denominator: 'gdp' is not defined here",
        ),
    ],
)
def test_single_mistakes(change: tuple[str, str], line: int, words: str, tmp_path: Path) -> None:
    source = RIGHT.replace(*change)
    assert source != RIGHT
    said = mistakes(tmp_path, source)
    assert any(item.startswith(f"line {line}: ") and words in item for item in said), said


def test_two_analyses_of_one_name_are_refused_and_a_name_helps(tmp_path: Path) -> None:
    again = RIGHT[RIGHT.index("[[analyses]]") :]
    [said] = mistakes(tmp_path, RIGHT + again)
    assert said.startswith("line 15: analyses[2]: a second analysis called 'moran'")
    study = load_study(write(tmp_path, RIGHT + again + 'name = "again"\n'))
    assert [step.key for step in study.steps] == ["moran", "again"]


def test_a_variable_of_two_tables_is_refused(tmp_path: Path) -> None:
    second = RIGHT[RIGHT.index("[tables") : RIGHT.index("[[")].replace("emissions", "more")
    [said] = mistakes(tmp_path, RIGHT.replace("[[analyses]]", second + "[[analyses]]"))
    assert said == "line 13: tables.more.variables.co2: 'co2' is already in [tables.emissions]"


def test_a_ratio_is_a_variable_like_any_other(tmp_path: Path) -> None:
    ratio = "[ratios.twice]\nnumerator = 'co2'\ndenominator = 'co2'\nmeasure = '1'\n[[analyses]]"
    source = RIGHT.replace("[[analyses]]", ratio).replace('variable = "co2"', 'variable = "twice"')
    assert load_study(write(tmp_path, source)).steps[0].parameters.variable == "twice"


def test_an_unknown_year_is_reported_with_the_line_of_its_analysis(tmp_path: Path) -> None:
    path = write(tmp_path, RIGHT.replace("[2017]", "[2017, 2018]"))
    with pytest.raises(StudyFileError, match=r"mistakes to correct: 1") as caught:
        check_study(path)
    said = str(caught.value)
    assert "line 10: analyses[1]: co2 has no year 2018; it has 1997 to 2017" in said


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("[study\ntitle = 3", "is not valid TOML"),
        ("title = Pearl River", "text goes in quotes"),
        (b"\xff\xfe\x00\x81\xff", "is not text"),
        ("", "mistakes to correct: [45]"),
    ],
)
def test_what_is_no_study_file_at_all(source: str | bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(StudyFileError, match=words):
        load_study(write(tmp_path, source))


def test_a_study_file_in_gbk_with_a_windows_line_end(tmp_path: Path) -> None:
    source = RIGHT.replace("Pearl River Delta", "珠三角城市群").replace("\n", "\r\n")
    study = load_study(write(tmp_path, source.encode("gb18030")))
    assert study.file.study.title == "珠三角城市群"
    bom = load_study(write(tmp_path, source.encode("utf-8-sig")))
    assert bom.file.study.title == "珠三角城市群"


def test_a_folder_means_its_study_file_and_an_empty_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyFileError, match="there is no study file at"):
        load_study(tmp_path)
    write(tmp_path, RIGHT)
    assert load_study(tmp_path).path == (tmp_path / "study.toml").resolve()
    with pytest.raises(StudyFileError, match="spatialcarbon init"):
        load_study(tmp_path / "absent.toml")


def test_an_unreadable_file_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, RIGHT)

    def refuse(_: Path, mode: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(sc.SchemaError, match="may not be read"):
        load_study(path)


# -- the JSON Schema --------------------------------------------------------------------------


def fits(value: Any, schema: dict[str, Any], whole: dict[str, Any]) -> bool:
    """Say whether a value fits a schema, as far as the words that ours uses."""
    if "$ref" in schema:
        target: Any = whole
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        return fits(value, target, whole)
    for word, count in (("anyOf", any), ("oneOf", lambda found: sum(found) == 1)):
        if word in schema and not count([fits(value, part, whole) for part in schema[word]]):
            return False
    if "const" in schema and value != schema["const"]:
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    kinds: dict[str, Any] = {
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "array": list,
        "object": dict,
        "null": type(None),
    }
    if "type" in schema and not isinstance(value, kinds[schema["type"]]):
        return False
    if isinstance(value, list) and "items" in schema:
        return all(fits(item, schema["items"], whole) for item in value)
    if isinstance(value, dict):
        return set(schema.get("required", [])) <= set(value) and all(
            fits(item, part, whole) if isinstance(part, dict) else part
            for key, item in value.items()
            for part in [_schema_of(key, schema)]
        )
    return True


def _schema_of(key: str, schema: dict[str, Any]) -> Any:
    if key in schema.get("properties", {}):
        return schema["properties"][key]
    patterns = schema.get("patternProperties", {})
    found = [part for pattern, part in patterns.items() if re.search(pattern, key)]
    return found[0] if found else schema.get("additionalProperties", not patterns)


@pytest.mark.parametrize("source", [template("en"), template("zh"), RIGHT])
def test_the_json_schema_accepts_what_the_program_accepts(source: str) -> None:
    schema = json.loads(json.dumps(json_schema()))
    assert fits(tomllib.loads(source), schema, schema)


@pytest.mark.parametrize(
    "change",
    [
        ("title =", "titel ="),
        ('method = "moran"', 'method = "morn"'),
        ("permutations = 99", 'permutations = "many"'),
        ("years", "yeers"),
        ('measure = "Mt CO2"', "measure = 3"),
    ],
)
def test_the_json_schema_refuses_what_the_program_refuses(change: tuple[str, str]) -> None:
    schema = json_schema()
    assert not fits(tomllib.loads(RIGHT.replace(*change)), schema, schema)


def test_the_schema_describes_every_method_and_setting() -> None:
    definitions = json_schema()["$defs"]
    for name in analysis_names():
        part = definitions[f"analysis_{name}"]
        assert part["description"].endswith("?")
        assert all(
            "description" in setting or "const" in setting
            for setting in part["properties"].values()
        )


def test_errors_are_errors_of_the_package() -> None:
    assert issubclass(StudyFileError, sc.SchemaError)
