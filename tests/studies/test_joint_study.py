"""The joint study and the scripts of the studies: everything on one map after the other."""

from __future__ import annotations

import re
import runpy
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import SchemaError
from spatialcarbon.studies.pipeline import StudyResult, run_study

ANALYSES = Path(__file__).parents[2] / "analyses"
SCRIPTS = sorted(path.parent.name for path in ANALYSES.glob("*/run.py"))
QUICK = {
    r'(?m)^(method = "(?:moran|lisa)")$': r"\1\npermutations = 99",
    r'(?m)^(method = "simulation")$': r"\1\ndraws = 400",
    r'(?m)^(method = "govern")$': r"\1\nsweep = 0",
    r'(?m)^(method = "dea")$': r"\1\ndraws = 0",
}
BARE = "figures = []\nreport = false\nworkbook = false"


def quick(source: str, outputs: str = BARE) -> str:
    """Return a study with few draws that writes tables and layers only."""
    for old, new in QUICK.items():
        source = re.sub(old, new, source)
    kept, found, _ = source.partition('figures = ["png"]')
    return kept + (outputs if found else f"\n[outputs]\n{outputs}\n")


@pytest.fixture(scope="module")
def joint(tmp_path_factory: pytest.TempPathFactory) -> StudyResult:
    folder = tmp_path_factory.mktemp("joint")
    home = ANALYSES / "10_joint_study"
    source = quick((home / "study.toml").read_text(encoding="utf-8"))
    source = source.replace("../06_land", f"{(ANALYSES / '06_land').as_posix()}")
    (folder / "study.toml").write_text(source, encoding="utf-8")
    shutil.copy(home / "provinces.csv", folder)
    return run_study(folder / "study.toml", out=folder / "results")


def test_the_story_runs_from_morans_i_to_who_signs(joint: StudyResult) -> None:
    assert [step.analysis.name for step in joint.study.steps] == [
        "moran", "lisa", "indicators", "industry", "decompose", "scenario", "simulation", "sinks",
        "allocate", "dea", "allocate", "trading", "compensate", "compensate", "govern",
    ]  # fmt: skip
    places = {step.key: len(joint_inputs(joint, step.map)) for step in joint.study.steps}
    assert {places["moran"], places["cities"], places["compensate_cities"]} == {111}
    assert {places["decompose"], places["provinces"], places["trading"], places["dea"]} == {30}
    assert (places["scenario"], places["sinks"], places["govern"]) == (26, 9, 9)


def joint_inputs(joint: StudyResult, name: str) -> pd.Index:
    source = joint.study.at(name).file.units
    groups = {"plan": "plan", "provinces.csv": None}.get(str(source.groups), source.groups)
    if groups is None:
        return pd.Index(pd.read_csv(joint.study.locate("provinces.csv"))["adcode"])
    return sc.load_units(source.source, clusters=groups).index


def test_it_repeats_the_numbers_of_the_single_studies(joint: StudyResult) -> None:
    moran = joint.tables["moran"].query("year == 2017 and group == 'ALL'")
    assert float(moran["statistic"].iloc[0]) == pytest.approx(0.2454, abs=5e-5)
    peaks = joint.tables["scenario"]
    assert 2029 in set(peaks["peak_year"])
    assert float(joint.tables["provinces_target"]["responsibility"].iloc[0]) == pytest.approx(
        2330588
    )


def test_only_what_is_made_from_invented_numbers_says_so(joint: StudyResult) -> None:
    with closing(sqlite3.connect(joint.directory / "results.gpkg")) as database:
        titles = dict(database.execute("SELECT table_name, identifier FROM gpkg_contents"))
    told = {name for name, title in titles.items() if "illustrative data" in title}
    for invented in ("industry", "trading", "compensate_cities", "govern", "sinks", "pearl_yearly"):
        assert any(name.startswith(invented) for name in told), invented
    for real in ("moran", "lisa", "indicators", "decompose", "scenario", "dea", "provinces"):
        assert not any(name.startswith(real) for name in told), real
    assert {"clusters", "provinces_clusters", "yangtze_clusters", "pearl_clusters"} <= set(titles)


def test_every_study_of_the_issue_has_a_script() -> None:
    assert SCRIPTS == [
        "00_chengdu_governance",
        "01_regional_coopetition",
        "02_five_city_clusters",
        "03_yangtze_delta_peak",
        "04_quota_allocation",
        "10_joint_study",
    ]
    for name in SCRIPTS:
        source = (ANALYSES / name / "run.py").read_text(encoding="utf-8")
        number = "" if name.startswith("10") else f'"0{name[:2]}"'
        assert f"replicate({number})" in source
        assert len(source.splitlines()) < 25
        assert name in source


@pytest.mark.parametrize("name", ["01_regional_coopetition", "03_yangtze_delta_peak"])
def test_a_script_writes_the_study_and_its_ledger(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "analysis"
    shutil.copytree(ANALYSES / name, folder, ignore=shutil.ignore_patterns("results"))
    study = folder / "study.toml"
    study.write_text(quick(study.read_text(encoding="utf-8")), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["run.py"])
    runpy.run_path(str(folder / "run.py"))
    ledger = pd.read_csv(folder / "results" / "ledger.csv")
    assert set(ledger["study"].astype(str).str.zfill(3)) == {f"0{name[:2]}"}
    assert "ledger.html" in {path.name for path in (folder / "results").iterdir()}
    assert (folder / "results" / "study" / "manifest.json").is_file()


@pytest.mark.slow  # the whole studies, with their figures and reports
@pytest.mark.parametrize("name", SCRIPTS)
def test_the_whole_script_runs(name: str, tmp_path: Path) -> None:
    script = ANALYSES / name / "run.py"
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    for path in done.stdout.split():
        assert Path(path).is_file()
    assert (tmp_path / "out" / "study" / "report.html").is_file()


def test_land_without_a_year_makes_a_profile(tmp_path: Path) -> None:
    source = (ANALYSES / "01_regional_coopetition" / "study.toml").read_text(encoding="utf-8")
    head = source[: source.index("[maps.emitters]")].replace("year = 2019\n", "")
    asked = '[[analyses]]\nmethod = "profile"\nkind = "composition"\n'
    asked += 'variables = ["agricultural", "built_up"]\n'
    asked += f"[outputs]\n{BARE}\ngeopackage = false\n"
    (tmp_path / "study.toml").write_text(head + asked, encoding="utf-8")
    shares = run_study(tmp_path / "study.toml").tables["profile"].set_index("group")
    # Table 2 of study 001: 22.2 % of the land of the east is built up.
    assert shares.loc["EAST", "built_up"] == pytest.approx(0.2222, abs=5e-5)
    needs_year = head + asked.replace('"built_up"]', '"gdp"]')
    (tmp_path / "study.toml").write_text(needs_year, encoding="utf-8")
    with pytest.raises(SchemaError, match="either table, or variables and year"):
        run_study(tmp_path / "study.toml", overwrite=True)
