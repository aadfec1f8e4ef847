"""A newcomer's path, followed to the letter: from the README to a map of one's own.

Every block that a reader would type or save is run in order, in an empty folder. What would
install something, or take half a minute, is replaced by what shows that it would work; a line
that this test does not know is an error, so that nothing on the path goes untried.
"""

from __future__ import annotations

import importlib.util
import re
import shlex
import shutil
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import pytest

ROOT = Path(__file__).parents[2]


def _pages() -> ModuleType:
    """Load docs/_ext/pages.py, which is in no package."""
    place = ROOT / "docs" / "_ext" / "pages.py"
    spec = importlib.util.spec_from_file_location("docs_pages_of_newcomer", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


pages = _pages()


class Newcomer:
    """Somebody who begins in an empty folder and does what a text says, from top to bottom."""

    def __init__(self, language: str, *, patient: bool = True) -> None:
        self.language = language
        self.patient = patient  # or is content when the study that would run is in order
        self.page = pages.Scratch()
        self.done: list[str] = []

    @property
    def folder(self) -> Path:
        return self.page.folder

    def follow(self, text: str) -> None:
        """Type and save what the text shows."""
        for block in pages.blocks(text):
            kind, _, name = block.kind.partition(" ")
            if kind in ("console", "bash", "bat", "{terminal}"):
                for line in filter(None, block.content.splitlines()):
                    self.type(line)
            elif kind in ("python", "{run}") and "hide-code" not in block.options:
                self.page.names = {"__name__": "__main__"}  # a script of its own
                self.page.execute(block.content)
                self.done.append("python")
            elif kind == "{file}":
                self.page.write(name, block.content)
                self.done.append(name)
            elif kind == "{picture}":
                assert (self.folder / name).stat().st_size > 10_000, name
            else:
                # What readers do not see they cannot do.
                assert kind == "{run}", f"line {block.line}: is {block.kind} something to do?"

    def type(self, line: str) -> None:
        """Type a line, or do what shows that it would work."""
        words = shlex.split(line.removeprefix("$ ").replace("\\", "/"), comments=True)
        words[0] = re.sub(r"^\.venv/\w+/", "", words[0])
        match words:
            case ["make", target]:
                self.make(target)
            case ["py" | "python3", "-m", "venv", ".venv"]:
                pass
            case ["pip", "install", "-c", constraints, "."]:
                would_install(constraints)
            case ["spatialcarbon", "demo"]:
                self.make("demo")
            case ["spatialcarbon", "qgis", "install"]:
                (self.folder / "qgis" / "profiles" / "default").mkdir(parents=True)
                self.command([*words, "--profiles-folder", "qgis"])
            case ["spatialcarbon", "run", study, *more] if not self.patient:
                self.command(["spatialcarbon", "check", study, *more])
            case ["spatialcarbon", "verify", results]:
                # docs/howto/reproduce.md waits for it; here it is enough that it could begin.
                assert (self.folder / results / "manifest.json").is_file()
                assert (self.folder / results / "study.toml").is_file()
            case ["spatialcarbon", *_]:
                self.command(words)
            case _:
                raise AssertionError(f"{line}: teach this test what to do")
        self.done.append(shlex.join(words[:2]))

    def make(self, target: str) -> None:
        """Find the target; for the demo, check the study that it would run for half a minute."""
        recipe = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", read("Makefile"), re.M)
        assert recipe is not None, target
        if target == "demo":
            found = re.search(r"\$\(BIN\)/spatialcarbon run (\S+) --out demo", recipe[1])
            assert found is not None
            self.command(["spatialcarbon", "check", str(ROOT / found[1])])

    def command(self, words: list[str]) -> None:
        printed, status = self.page.command(words, self.language)
        assert status == 0, f"{shlex.join(words)}\n{printed}"


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def would_install(constraints: str) -> None:
    """See that everything needed has a version in the file, and that the command is installed."""
    project = tomllib.loads(read("pyproject.toml"))["project"]
    needed = {re.split(r"[<>=\[]", name)[0].lower() for name in project["dependencies"]}
    pinned = {name.lower() for name in re.findall(r"^([\w.-]+)==", read(constraints), re.M)}
    assert needed <= pinned
    assert project["scripts"] == {"spatialcarbon": "spatialcarbon.cli.main:main"}


def section(text: str, heading: str) -> str:
    """Return what stands under a heading."""
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert found is not None, heading
    return found[1]


@pytest.fixture
def newcomer(request: pytest.FixtureRequest) -> Iterator[Newcomer]:
    somebody = Newcomer(**request.param)
    yield somebody
    shutil.rmtree(somebody.folder)


@pytest.mark.parametrize("newcomer", [{"language": "en"}], indirect=True)
def test_the_readme_leads_to_a_report(newcomer: Newcomer) -> None:
    chinese = section(read("README.md"), "中文说明")
    newcomer.follow(read("README.md").replace(chinese, ""))
    assert newcomer.done[:2] == ["make demo", "make test"]
    assert {"spatialcarbon init", "spatialcarbon check", "spatialcarbon run"} <= set(newcomer.done)
    report = (newcomer.folder / "results" / "report.html").read_text(encoding="utf-8")
    assert "Shenzhen" in report


@pytest.mark.parametrize("newcomer", [{"language": "zh", "patient": False}], indirect=True)
def test_the_chinese_readme_leads_to_a_study_in_order(newcomer: Newcomer) -> None:
    newcomer.follow(section(read("README.md"), "中文说明"))
    assert newcomer.done[-2:] == ["spatialcarbon init", "spatialcarbon run"]
    assert 'language = "zh"' in (newcomer.folder / "study.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("newcomer", [{"language": "en"}], indirect=True)
def test_the_tutorial_leads_to_a_map_of_their_own(newcomer: Newcomer) -> None:
    link = re.search(r"\[your own map\]\((\S+)\)", section(read("README.md"), "You analyse"))
    assert link is not None
    newcomer.follow(read(link[1]))
    assert newcomer.done == [
        "python",
        "spatialcarbon init",
        "study.toml",
        "spatialcarbon check",
        "spatialcarbon run",
        "spatialcarbon qgis",
        "spatialcarbon verify",
    ]
    theirs = gpd.read_file(newcomer.folder / "northeast.gpkg")
    assert len(theirs) == 36
    raw = (newcomer.folder / "emissions.csv").read_bytes()
    assert "碳排放" in raw.decode("gbk")
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    results = newcomer.folder / "results"
    report = (results / "report.html").read_text(encoding="utf-8")
    assert "in the northeast" in report
    assert all(name in report for name in theirs["name"].str.replace("'", "&#39;"))
    found = gpd.read_file(results / "results.gpkg", layer="lisa_density_2017")
    assert set(found["code"]) == set(theirs["code"])
    assert found.crs == theirs.crs
    assert (results / "project.qgz").is_file()
    assert (newcomer.folder / "qgis" / "profiles" / "default").is_dir()


@pytest.mark.parametrize("newcomer", [{"language": "en"}], indirect=True)
@pytest.mark.parametrize(
    "text",
    [
        "```console\n$ conda install spatialcarbon\n```",
        "```console\n$ spatialcarbon run nothing.toml\n```",
        "```console\n$ make coffee\n```",
        "```python\nimport spatialcarbon\nspatialcarbon.nothing\n```",
        "```r\nlibrary(sf)\n```",
    ],
)
def test_a_step_that_fails_is_seen(newcomer: Newcomer, text: str) -> None:
    with pytest.raises((AssertionError, AttributeError)):
        newcomer.follow(text)
