"""init, as a planner sits before it: on a terminal, by flags, and in a pipe."""

from __future__ import annotations

import io
import json
import os
import re
import select
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.cli.interview import parsed_years
from spatialcarbon.core.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PRD = ["广州", "韶关", "深圳", "珠海", "佛山", "江门", "肇庆", "惠州", "东莞", "中山"]


def cities(cluster: str = "PRD") -> pd.DataFrame:
    return sc.clusters("plan").query("cluster == @cluster")


def emissions(folder: Path, *, header: str = "碳排放（万吨）", drop: Sequence[str] = ()) -> Path:
    """Write a csv of a yearbook in GBK: short and full names, a title, a row of sums."""
    table = sc.load_table("city_co2").merge(cities()[["adcode", "name_zh"]])
    table = table[table["year"].between(2014, 2017) & ~table["name_zh"].isin(drop)]
    lines = [f"序号,城市,年份,{header}"]
    for at, row in enumerate(table.itertuples(), start=1):
        name = row.name_zh.removesuffix("市") if row.year == 2015 else row.name_zh
        lines.append(f"{at},{name},{row.year}年,{row.co2_mt * 100:.2f}")
    path = folder / "碳排放.csv"
    path.write_text("\n".join(lines) + "\n", encoding="gbk")
    return path


def people(folder: Path) -> Path:
    """Write a workbook with the years as columns."""
    table = sc.load_table("city_population").merge(cities()[["adcode", "name_zh"]])
    wide = table.pivot(index="name_zh", columns="year", values="population").div(1e4)
    wide[2017] = (wide[2010] + wide[2020]) / 2
    wide = wide[[2017]].round(2).rename(columns={2017: "2017年"}).rename_axis("城市").reset_index()
    wide.to_excel(folder / "常住人口（万人）.xlsx", index=False)
    return folder / "常住人口（万人）.xlsx"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    emissions(tmp_path)
    people(tmp_path)
    return tmp_path


@pytest.fixture
def answered(
    together: Any, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Sequence[object], Sequence[str], Path], Any]:
    """Return a function that runs init in this process and answers its questions."""

    def run(words: Sequence[object], answers: Sequence[str], folder: Path) -> Any:
        monkeypatch.setattr("spatialcarbon.cli.init.on_terminal", lambda: True)
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{a}\n" for a in answers)))
        [said] = together([["init", *words]], cwd=folder)
        return said

    return run


ROOT = Path(sc.__file__).parents[1]


def on_a_terminal(words: Sequence[str], answers: Sequence[str], folder: Path) -> tuple[str, int]:
    """Run the program on a pseudo-terminal and type an answer after each question."""
    import pty

    ours, theirs = pty.openpty()
    kept = {key: value for key, value in os.environ.items() if key != "SPATIALCARBON_LANG"}
    path = os.pathsep.join(filter(None, [str(ROOT), kept.get("PYTHONPATH", "")]))
    environment = {
        **kept,
        "PYTHONPATH": path,
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm",
        "COLUMNS": "80",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "spatialcarbon", *words], stdin=theirs, stdout=theirs, stderr=theirs,
        cwd=folder, env=environment, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    seen, from_here, waiting, end = b"", 0, list(answers), time.monotonic() + 120
    while time.monotonic() < end:
        ready, _, _ = select.select([ours], [], [], 0.1)
        if ready:
            try:
                piece = os.read(ours, 65536)
            except OSError:
                break
            if not piece:
                break
            seen += piece
            continue
        asked = re.sub(r"\x1b\[[\d;]*m", "", seen[from_here:].decode("utf-8", "ignore"))
        if waiting and "? " in asked and asked.endswith((": ", "：")):
            from_here = len(seen)
            os.write(ours, f"{waiting.pop(0)}\n".encode())
        elif process.poll() is not None:
            break
    process.kill()
    status = process.wait()
    os.close(ours)
    return seen.decode("utf-8", "replace"), status


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are not on Windows")
def test_a_planner_s_first_minutes(desk: Path, together: Any) -> None:
    answers = ["zh", "碳排放.csv", "", "常住人口（万人）.xlsx", "", "", "CO2", "", "", "2014-2017"]
    said, status = on_a_terminal(["init"], answers, desk)
    assert status == 0, said
    for words in (
        "碳排放（万吨）",
        "万吨 CO2",
        "不采用",
        "与地图匹配的地名：9个中的9个",
        "是 CO2 还是 C（碳）",
        "[万人]",
        "研究哪些城市群 [PRD]",
        "已写出：study.toml",
        "spatialcarbon check study.toml",
    ):
        assert words in said, said
    text = (desk / "study.toml").read_text(encoding="utf-8")
    study = tomllib.loads(text)
    assert study["units"] == {"source": "cities", "groups": ["PRD"]}
    assert study["tables"]["data1"]["variables"]["co2"]["measure"] == "万吨 CO2"
    assert study["ratios"]["co2_per_head"]["measure"] == "t/person"
    methods = [part["method"] for part in study["analyses"]]
    assert methods == ["indicators", "moran", "moran", "lisa", "lisa", "inequality"]
    assert "# 全局莫兰指数：相似的值是否相邻？" in text
    # As it stands it is in order and runs; the figures are left out to be quick.
    plain = text.replace('figures = ["png", "svg"]', "figures = []").replace("= true ", "= false ")
    plain = re.sub(r'(?m)^(method = "(?:moran|lisa)".*)$', r"\1\npermutations = 99", plain)
    (desk / "study.toml").write_text(plain, encoding="utf-8")
    checked, run = together(
        [["check", "study.toml", "--lang", "zh"], ["run", "study.toml", "--quiet"]], cwd=desk
    )
    assert "study.toml 无误：9个单元，1个分组" in checked.fine().out
    run.fine()
    table = pd.read_csv(desk / "results" / "tables" / "lisa.csv")
    assert len(table) == 9


def test_flags_alone_and_what_is_not_confirmed(desk: Path, together: Any) -> None:
    words = ["init", "碳排放.csv", "常住人口（万人）.xlsx", "--lang", "en"]
    [said] = together([words], cwd=desk)
    assert said.fine().out == ""
    assert "places matched to the map: 9 of 9" in said.err
    assert "Units of measure still to be confirmed: co2, population" in said.err
    text = (desk / "study.toml").read_text(encoding="utf-8")
    assert '# measure = "万吨 CO2"' in text
    assert "whether CO2 or carbon was weighed" in text
    line = text.splitlines().index('# measure = "万吨 CO2"') + 1
    refused, run = together([["check", "study.toml"], ["run", "study.toml"]], cwd=desk)
    assert refused.status == 2
    assert (
        f'line {line}: tables.data1.variables.co2.measure: the unit of measure is a guess: "万吨'
        in refused.out
    )
    run.refused(f"line {line}", "delete the # if it is right")
    (desk / "study.toml").write_text(text.replace("# measure =", "measure ="), encoding="utf-8")
    [now] = together([["check", "study.toml"]])
    assert (
        "is in order: 9 units, 1 groups, variables co2, population, co2_per_head" in now.fine().out
    )


def test_flags_confirm_and_choose(desk: Path, together: Any) -> None:
    words = [
        "init",
        "碳排放.csv",
        "--measure",
        "emitted=Mt C",
        "--column",
        "emitted=碳排放（万吨）",
    ]
    more = [
        "--years",
        "2015-2016",
        "--title",
        'A "title"',
        "--out",
        "mine.toml",
        "--schema",
        "s.json",
    ]
    [said] = together([[*words, *more, "--json"]], cwd=desk)
    assert json.loads(said.fine().out) == {
        "written": ["s.json", "mine.toml"], "unconfirmed": [], "left_out": []
    }  # fmt: skip
    study = tomllib.loads((desk / "mine.toml").read_text(encoding="utf-8"))
    assert study["study"]["title"] == 'A "title"'
    assert study["outputs"]["directory"] == "mine_results"
    variables = study["tables"]["data"]["variables"]
    assert variables["emitted"] == {
        "column": "碳排放（万吨）", "measure": "Mt C", "title": "碳排放"
    }  # fmt: skip
    assert next(part["years"] for part in study["analyses"]) == [2015, 2016]
    assert (desk / "s.json").exists()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--measure", "co2=万吨"], "does not say whether CO2 or carbon was weighed"),
        (["--measure", "co2=furlong"], "not a unit of measure"),
        (["--measure", "gdpp=亿元"], "--measure names gdpp"),
        (["--measure", "co2"], "NAME=VALUE is expected"),
        (["--clusters", "XYZ"], "is not registered"),
        (["--clusters", ","], "no clusters are named"),
        (["--years", "1066"], "no year in which the places have values"),
        (["--years", "20x5"], "names no years"),
        (["--column", "co2=碳排"], "no table has a column '碳排'"),
        (["absent.csv"], "there is no file absent.csv"),
        (["--clusters", "BTH", "--only-with-data"], "only 0 places of the map have data"),
    ],
)
def test_what_is_refused_leaves_nothing(
    desk: Path, together: Any, words: list[str], reason: str
) -> None:
    [said] = together([["init", "碳排放.csv", *words]], cwd=desk)
    assert said.status == 2, said
    assert reason in said.err
    assert not (desk / "study.toml").exists()
    assert sorted(path.name for path in desk.iterdir()) == ["常住人口（万人）.xlsx", "碳排放.csv"]


def test_a_file_that_is_there_is_not_replaced(desk: Path, together: Any) -> None:
    (desk / "study.toml").write_text("mine", encoding="utf-8")
    kept, done = together([["init", "碳排放.csv"], ["init", "碳排放.csv", "--overwrite"]], cwd=desk)
    kept.refused("study.toml exists already", "--overwrite, or --out another")
    done.fine()


def test_places_without_data(tmp_path: Path, together: Any, answered: Any) -> None:
    emissions(tmp_path, header="CO2 (10 kt)", drop=["江门市"])
    words = ["碳排放.csv", "--measure", "co2=10^4 t CO2", "--clusters", "PRD"]
    [told] = together([["init", *words]], cwd=tmp_path)
    assert "without data, 1: Jiangmen" in told.fine().err
    [refused] = together([["check", "study.toml"]], cwd=tmp_path)
    assert refused.status == 2
    assert "places of the map without a row, 1 of 9: Jiangmen" in refused.out
    said = answered([*words, "--overwrite"], ["en", "", "", "y"], tmp_path)
    assert "1 places of the clusters have no data: Jiangmen" in said.fine().out
    groups = (tmp_path / "study_groups.csv").read_text(encoding="utf-8")
    assert groups.count("\n") == 9
    assert "江门" not in groups
    [now] = together([["check", "study.toml"]], cwd=tmp_path)
    assert "is in order: 8 units, 1 groups" in now.fine().out


def test_answers_are_asked_again_and_columns_corrected(desk: Path, answered: Any) -> None:
    answers = [
        "fr", "en",  # no such language
        "absent.csv", "碳排放.csv", "n",  # no such file; the proposal is not right
        "-", "", "", "emitted",  # column by column
        "",  # no other table
        "carbon", "万吨 C",  # a unit, at the second attempt
        "ABC", "PRD", "2016",
    ]  # fmt: skip
    said = answered([], answers, desk)
    for words in (
        "'fr' is not a language", "there is no file", "For each column",
        "is not a unit of measure", "is not registered",
    ):  # fmt: skip
        assert words in said.fine().out, said.out
    study = tomllib.loads((desk / "study.toml").read_text(encoding="utf-8"))
    assert study["tables"]["data"]["variables"]["emitted"]["measure"] == "万吨 C"
    assert [part["method"] for part in study["analyses"]] == ["moran", "lisa", "inequality"]
    assert study["analyses"][0]["years"] == [2016]


def test_a_table_is_read_again_until_it_is_right(
    desk: Path, answered: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk / "碳排放.csv"
    right = path.read_bytes()
    path.write_bytes(right.replace("江门".encode("gbk"), "将门".encode("gbk"), 1))

    answers = iter(["zh", "碳排放.csv", ""])

    def prompt(words: str, **options: Any) -> str:
        if "重新读取" in words:
            path.write_bytes(right)
        return next(answers, "") or options["default"]

    monkeypatch.setattr("click.prompt", prompt)
    said = answered([], [], desk)
    assert "未找到 将门" in said.fine().out
    assert (desk / "study.toml").exists()


def test_the_end_of_the_answers_leaves_nothing(desk: Path, answered: Any) -> None:
    said = answered([], ["zh", "碳排放.csv", ""], desk)
    assert said.status == 130
    assert not (desk / "study.toml").exists()


def test_without_a_table_the_shipped_data_are_studied(tmp_path: Path, together: Any) -> None:
    made, checked = together(
        [["init", "--clusters", "PRD", "--years", "2010-2017"], ["check", "study.toml"]],
        cwd=tmp_path,
    )
    assert "confirmed" not in made.fine().err
    assert "is in order: 9 units, 1 groups" in checked.fine().out
    [province] = together([["init", "--level", "province", "--overwrite"]])
    province.refused("no table of emissions of provinces is shipped")


def test_a_map_of_one_s_own(files: Path, together: Any, tmp_path: Path) -> None:
    words = ["init", files / "wide.csv", "--out", tmp_path / "s.toml", "--measure", "co2=万吨CO2"]
    lost, found, checked = together(
        [
            words,
            [*words, "--map", files / "map.gpkg", "--clusters", "cluster", "--label", "name"],
            ["check", tmp_path / "s.toml"],
        ],
        cwd=tmp_path,
    )
    assert "no column of wide.csv holds Chinese cities or provinces" in lost.err
    assert "labels of the map: column code, 17 of 17 matched" in found.fine().err
    study = tomllib.loads((tmp_path / "s.toml").read_text(encoding="utf-8"))
    assert (study["units"]["key"], study["units"]["groups"]) == ("code", "cluster")
    assert "is in order: 17 units, 2 groups" in checked.fine().out


def test_sheets_named_by_years_are_one_table(tmp_path: Path, together: Any) -> None:
    table = sc.load_table("city_co2").merge(cities()[["adcode", "name_zh"]])
    with pd.ExcelWriter(tmp_path / "y.xlsx") as book:
        for year in (2015, 2016):
            rows = table[table["year"] == year][["name_zh", "co2_mt"]]
            rows.columns = ["城市", "CO2 (Mt)"]
            rows.to_excel(book, sheet_name=f"{year}年", index=False)
    made, checked = together(
        [["init", "y.xlsx", "--measure", "co2=Mt CO2"], ["check", "study.toml"]], cwd=tmp_path
    )
    assert "years: 2015, 2016" in made.fine().err
    assert "years 2015, 2016" in checked.fine().out


def test_years_as_they_are_written() -> None:
    assert parsed_years("2005–2007；2010") == [2005, 2006, 2007, 2010]
    with pytest.raises(OptionError, match="names no years"):
        parsed_years("2010-2005")
