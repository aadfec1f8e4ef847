"""What a shell is told when the key is pressed: click's protocol, driven as a shell drives it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.shell_completion import BashComplete, get_completion_class

import spatialcarbon as sc
from spatialcarbon.cli.completion import SHELLS
from spatialcarbon.cli.examples import VARIABLE
from spatialcarbon.cli.main import build

Asked = Callable[..., list[str]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Return a function: what bash is offered for the last word of a line."""
    group = build()

    def ask(line: str) -> list[str]:
        words = line.split(" ")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
        answer = BashComplete(group, {}, "spatialcarbon", VARIABLE).complete()
        return [item.partition(",")[2] for item in answer.splitlines()]

    return ask


def test_commands_and_options(asked: Asked) -> None:
    assert asked("spatialcarbon mor") == ["moran"]
    assert {"lisa", "doctor", "tables"} <= set(asked("spatialcarbon "))
    assert asked("spatialcarbon lisa --corr") == ["--correction"]
    assert asked("spatialcarbon lisa --correction fdr") == ["fdr_bh"]
    assert asked("spatialcarbon tables --js") == ["--json"]


def test_what_ships(asked: Asked) -> None:
    assert asked("spatialcarbon tables city_co2_") == ["city_co2_chaohu"]
    assert asked("spatialcarbon moran --table province_g") == ["province_gdp"]
    assert asked("spatialcarbon moran --units prov") == ["provinces"]
    assert asked("spatialcarbon units --clusters BTH,PR") == ["BTH,PRD"]
    assert "BTH,BTH13" in asked("spatialcarbon units --clusters BTH,BTH1")
    assert "EAST" in asked("spatialcarbon moran --units provinces --clusters EA")
    assert asked("spatialcarbon weights --weights kn") == ["knn:4"]
    assert asked("spatialcarbon moran --year 201")[0] == "2017"
    assert asked("spatialcarbon landcover --scheme CL") == ["CLCD"]


def test_columns_of_the_table_of_the_line(asked: Asked, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("城市,年份,co2,gdp\n北京市,2017,1,2\n", encoding="gb18030")
    line = "spatialcarbon grey --table city_population --factors "
    assert asked(line + "pop") == ["population"]
    assert asked(line + "population,urb") == ["population,urban_population"]
    assert asked(f"spatialcarbon moran --table {own} --column c") == ["co2"]
    assert asked(f"spatialcarbon moran --table {own} --table-key 城") == ["城市"]
    assert asked(f"spatialcarbon moran --table {tmp_path / 'absent.csv'} --column c") == []


def test_columns_of_a_map_of_ones_own(asked: Asked, tmp_path: Path) -> None:
    import geopandas as gpd
    from shapely import box

    frame = gpd.GeoDataFrame({"code": ["a"], "name": ["A"]}, geometry=[box(0, 0, 1, 1)], crs=4548)
    frame.to_file(tmp_path / "own.gpkg")
    line = f"spatialcarbon moran --units {tmp_path / 'own.gpkg'}"
    assert asked(f"{line} --key co") == ["code"]
    assert asked(f"{line} --groups na") == ["name"]


def test_files_are_left_to_the_shell(
    asked: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert asked("spatialcarbon moran --table my_") == ["my_"]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "study.toml").write_text("", encoding="utf-8")
    assert asked("spatialcarbon run stu") == ["study.toml"]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_the_one_that_the_shell_needs(together: Any, shell: str) -> None:
    said = together([["completion", shell]])[0].fine()
    kind = get_completion_class(shell)
    assert kind is not None
    assert (
        said.out
        == kind.source_template % kind(build(), {}, "spatialcarbon", VARIABLE).source_vars()
    )
    assert VARIABLE in said.out


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_itself(together: Any, tmp_path: Path) -> None:
    program = tmp_path / "spatialcarbon"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m spatialcarbon "$@"\n', "utf-8")
    program.chmod(0o755)
    script = together([["completion", "bash"]])[0].fine().out
    script += "COMP_WORDS=(spatialcarbon tables city_co2_); COMP_CWORD=2\n"
    script += '_spatialcarbon_completion spatialcarbon; echo "${COMPREPLY[@]}"\n'
    done = subprocess.run(
        ["bash", "-c", script.replace("complete -o", "true -o")],
        capture_output=True,
        encoding="utf-8",
        check=True,
        env={
            **os.environ,
            "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(Path(sc.__file__).parents[1]),
        },
    )
    assert done.stdout == "city_co2_chaohu\n"


def test_an_unknown_shell_is_refused(together: Any) -> None:
    together([["completion", "tcsh"]])[0].refused("'tcsh' is not one of 'bash', 'zsh', 'fish'")
