"""A small study to be interrupted, and what must hold of its folder whatever happens."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import spatialcarbon as sc
from spatialcarbon.studies.pipeline import StudyResult, run_study
from spatialcarbon.studies.provenance import MANIFEST, read_manifest, sha256

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text

STUDY = """\
[study]
title = "{title}"
seed = 7
[units]
source = "cities"
groups = ["PRD"]
[tables.emissions]
source = "co2.csv"
unit = "adcode"
year = "year"
[tables.emissions.variables]
co2 = {{ column = "co2_mt", measure = "Mt CO2" }}
[[analyses]]
method = "moran"
variable = "co2"
permutations = {permutations}
[[analyses]]
method = "indicators"
growth = [[2016, 2017]]
[outputs]
"""
ALL = 'figures = ["png"]\n'
NONE = "figures = []\ngeopackage = false\nworkbook = false\nreport = false\n"


@dataclass
class Small:
    """A folder with a study of nine cities and two years.

    Parameters
    ----------
    folder : Path
        Where it lies.
    outputs, title : str
        Parts of the study file; without outputs it writes tables only.
    permutations : int
        Of Moran's I.
    """

    folder: Path
    outputs: str = NONE
    title: str = "The new one"
    permutations: int = 19

    @property
    def path(self) -> Path:
        return self.folder / "study.toml"

    @property
    def table(self) -> Path:
        return self.folder / "co2.csv"

    @property
    def target(self) -> Path:
        return self.folder / "results"

    @property
    def hidden(self) -> Path:
        return self.folder / ".results.unfinished"

    def write(self) -> Small:
        source = STUDY.format(title=self.title, permutations=self.permutations) + self.outputs
        self.path.write_text(source, encoding="utf-8")
        return self

    def run(self, **options: Any) -> StudyResult:
        return run_study(self.write().path, overwrite=True, **options)

    def earlier(self) -> Small:
        """Put a complete result there, told from the new one by its title."""
        Small(self.folder, title="The earlier one").run()
        return self.write()

    def shown(self) -> str:
        """Return the title of the result that is there, every file of which is as recorded."""
        if not self.target.exists():
            return ""
        record = read_manifest(self.target)
        files = {p.relative_to(self.target).as_posix() for p in self.target.rglob("*.*")}
        files = {name for name in files if (self.target / name).is_file()}
        assert files == {*record["outputs"], MANIFEST}
        assert {name: sha256(self.target / name) for name in record["outputs"]} == record["outputs"]
        return str(record["study"])

    def content(self) -> dict[str, bytes]:
        """Return every file of the result but the manifest, which has times in it."""
        return {
            path.relative_to(self.target).as_posix(): path.read_bytes()
            for path in sorted(self.target.rglob("*.*"))
            if path.is_file() and path.name != MANIFEST
        }

    def litter(self) -> list[str]:
        """Return what lies in the folder that neither the user nor a result put there."""
        known = {"study.toml", "co2.csv", "results"}
        return sorted(path.name for path in self.folder.iterdir() if path.name not in known)

    def kept(self) -> list[str]:
        """Return the entries to continue from, and see that nothing else is beside them."""
        if not self.hidden.exists():
            return []
        assert {path.name for path in self.hidden.iterdir()} <= {"lock", "kept"}
        return sorted(path.name for path in (self.hidden / "kept").iterdir())

    def child(self, script: str, *words: str) -> subprocess.Popen[str]:
        """Start another process in the folder, to be killed or to disturb."""
        return subprocess.Popen(
            [sys.executable, "-c", script, *words],
            cwd=self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )


@dataclass
class Bomb:
    """A progress that does something when a step of this number begins.

    Parameters
    ----------
    at : int
        Number of the step, from 0.
    act : callable
        What is done.
    seen : list of str
        The steps that began.
    """

    at: int
    act: Callable[[], object]
    seen: list[str] = field(default_factory=list)

    def __call__(self, what: Text, done: int, total: int) -> None:
        assert done <= total
        self.seen.append(what.render("en"))
        if len(self.seen) == self.at + 1:
            self.act()


@pytest.fixture
def bomb() -> type[Bomb]:
    return Bomb


def prepared(folder: Path) -> Path:
    """Write the table of the small study into a folder."""
    frame = sc.load_table("city_co2")
    frame = frame[
        frame["year"].isin((2016, 2017)) & frame["adcode"].astype(str).str.startswith("44")
    ]
    frame[["adcode", "year", "co2_mt"]].to_csv(folder / "co2.csv", index=False)
    return folder


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small(prepared(tmp_path))


@pytest.fixture
def everything() -> str:
    """Outputs of all kinds."""
    return ALL


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the study writes when nobody interrupts it, with outputs of all kinds."""
    small = Small(prepared(tmp_path_factory.mktemp("finished")), outputs=ALL)
    assert small.run().manifest["resumed"] == []
    assert small.litter() == []
    return small.content()
