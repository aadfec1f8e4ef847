"""Every page of the documentation and the README runs, and says nothing that is not there."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from unittest import mock
from urllib.parse import unquote

import click
import pytest

import spatialcarbon as sc
from spatialcarbon.core.references import references

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BUILT = {"_build", "_generated"}
PAGES = sorted(p for p in DOCS.rglob("*.md") if not BUILT & set(p.parts))
TEXTS = [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]


def by_name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _extension(name: str) -> ModuleType:
    """Load a module of docs/_ext, which is not a package."""
    spec = importlib.util.spec_from_file_location(f"docs_{name}", DOCS / "_ext" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


pages = _extension("pages")


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def runnable(path: Path) -> list:
    kinds = ("python", "{run}", "{terminal}", "{file}")
    found = pages.blocks(read(path))
    return [b for b in found if b.kind.partition(" ")[0] in kinds and not b.skipped]


def command_lines(path: Path) -> list[str]:
    """Return every line of a page that calls the program."""
    found = []
    for block in pages.blocks(read(path)):
        if block.kind in ("console", "bash", "bat", "text", "{terminal}") and not block.skipped:
            lines = block.content.replace("\\\n", " ").splitlines()
            plain = (re.sub(r"^(\$ )?(\.venv[/\\]\w+[/\\])?", "", line.strip()) for line in lines)
            found += [line for line in plain if line.startswith("spatialcarbon ")]
    sentences = re.sub(r"```.*?```", "", read(path), flags=re.S)
    return found + re.findall(r"`(spatialcarbon [a-z][^`]*)`", sentences)


@pytest.mark.parametrize("path", [p for p in TEXTS if runnable(p)], ids=by_name)
def test_every_block_of_a_page_runs(path: Path) -> None:
    page = pages.Scratch()
    text = read(path)
    parts = [(block.line, block) for block in runnable(path)]
    values = [(text.count("\n", 0, m.start()) + 1, m[1]) for m in pages.VALUE.finditer(text)]
    try:
        with mock.patch.dict(os.environ):  # what a page sets is not for the next test
            for line, part in sorted([*parts, *values], key=lambda item: item[0]):
                try:
                    _run(page, part)
                except Exception as error:
                    where = f"{path.name}, line {line}"
                    raise AssertionError(f"{where}: {error!r}\n{error}") from error
    finally:
        shutil.rmtree(page.folder)


def _run(page, part) -> None:
    if isinstance(part, str):
        page.evaluate(part)
    elif part.kind.startswith("{file} "):
        page.write(part.kind.removeprefix("{file} "), part.content)
    elif part.kind == "{terminal}":
        for line in filter(None, part.content.splitlines()):
            words = shlex.split(line.removeprefix("$ "))
            printed, status = page.command(words, part.options.get("language", "en"))
            assert status == int(part.options.get("status", 0)), printed
    elif "raises" in part.options:
        with pytest.raises(Exception) as caught:  # noqa: PT011 - its name is looked at below
            page.execute(part.content)
        assert caught.type.__name__ == part.options["raises"]
    else:
        page.execute(part.content)


@pytest.mark.parametrize("path", [p for p in TEXTS if command_lines(p)], ids=by_name)
def test_every_command_line_is_understood(path: Path) -> None:
    from spatialcarbon.cli.main import build

    group = build()
    context = click.Context(group, info_name="spatialcarbon")
    for line in command_lines(path):
        name, *words = [word for word in shlex.split(line, comments=True)[1:] if word != "…"]
        if name.startswith("-"):
            continue
        command = group.get_command(context, name)
        assert command is not None, line
        known = {flag for p in command.params for flag in [*p.opts, *p.secondary_opts]} | {"--help"}
        flags = {word.partition("=")[0] for word in words if word.startswith("-")}
        assert flags <= known, f"{line}: {flags - known}"
        required = [p for p in command.params if p.required and isinstance(p, click.Option)]
        if words and not (required and not flags):
            command.make_context(name, words, parent=context)  # wrong values and too many words


@pytest.mark.parametrize("path", TEXTS, ids=by_name)
def test_every_study_file_shown_is_right(path: Path, tmp_path: Path) -> None:
    from spatialcarbon.studies.study_file import load_study

    for block in pages.blocks(read(path)):
        if block.kind != "toml":
            continue
        content = tomllib.loads(block.content)
        if "study" in content:
            file = tmp_path / "study.toml"
            file.write_text(block.content, encoding="utf-8")
            assert load_study(file).file.study.title == content["study"]["title"]
        else:
            _check_part(content)


def _check_part(content: dict) -> None:
    """Check sections shown by themselves against their model."""
    from spatialcarbon.studies import schema
    from spatialcarbon.studies.analysis import get_analysis

    for name, section in content.items():
        if name == "units":
            schema.UnitsSection.model_validate(section)
        elif name == "rasters":
            for rasters in section.values():
                schema.RasterSection.model_validate(rasters)
        elif name == "tables":
            for table in section.values():
                schema.TableSection.model_validate(table)
        elif name == "outputs":
            schema.OutputsSection.model_validate(section)
        elif name == "analyses":
            for part in section:
                settings = {key: value for key, value in part.items() if key != "method"}
                get_analysis(part["method"]).parameters.model_validate(settings)
        else:
            raise AssertionError(f"[{name}] is shown by itself: teach this test to check it")


@pytest.mark.parametrize("path", TEXTS, ids=by_name)
def test_every_link_leads_somewhere(path: Path) -> None:
    text = re.sub(r"^```.*?^```", "", read(path), flags=re.S | re.M)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:", target):
            place = (path.parent / unquote(target.partition("#")[0])).resolve()
            assert place.exists(), target
    for target in re.findall(r"\{doc\}`(?:[^`<]*<)?([^`>]+)>?`", text):
        assert (path.parent / f"{target}.md").is_file(), target
    for target in re.findall(r"\{(?:func|class|meth)\}`spatialcarbon\.(\w+)", text):
        assert target in sc.__all__, target


def test_every_page_is_in_a_table_of_contents() -> None:
    listed = {(DOCS / "index.md").resolve()}
    for path in PAGES:
        for block in pages.blocks(read(path)):
            if block.kind == "{toctree}":
                names = (line.strip() for line in block.content.splitlines() if line.strip())
                listed |= {(path.parent / f"{name}.md").resolve() for name in names}
    assert {p.resolve() for p in PAGES} == listed


def test_every_public_name_is_in_the_reference() -> None:
    words = "\n".join(read(p) for p in (DOCS / "reference").glob("*.md"))
    listed = set(re.findall(r"^(?:\.\. autoexception::|  ) ?(\w+)(?:\(\))?$", words, re.M))
    assert set(sc.__all__) - {"__version__"} <= listed


def test_every_error_has_an_example() -> None:
    headings = re.findall(r"^## (.+)$", read(DOCS / "howto" / "errors.md"), re.M)
    explained = {word for heading in headings for word in heading.split(", ")}
    kinds = {name for name in sc.__all__ if name.endswith("Error")} - {"SpatialCarbonError"}
    assert kinds <= explained


def test_every_command_and_method_has_a_section() -> None:
    from spatialcarbon.cli.main import build
    from spatialcarbon.studies.analysis import analysis_names

    commands = build().list_commands(click.Context(click.Command("")))
    sections = re.findall(r"^## (\w+)$", read(DOCS / "howto" / "command_line.md"), re.M)
    assert sorted(commands) == sorted(sections)
    generated = re.findall(r"generated: command (\w+)", read(DOCS / "howto" / "command_line.md"))
    assert generated == sections
    assert "<!-- generated: analyses -->" in read(DOCS / "howto" / "study_file.md")
    assert set(analysis_names()) <= {
        "allocate",
        "allocation_sensitivity",
        "bivariate",
        "centre",
        "compensate",
        "coupling",
        "decompose",
        "decoupling",
        "dea",
        "density",
        "evaluate",
        "geary",
        "govern",
        "grey",
        "growth",
        "hotspots",
        "indicators",
        "industry",
        "inequality",
        "judgement",
        "landcover",
        "lisa",
        "moran",
        "profile",
        "rates",
        "regression",
        "scenario",
        "sensitivity",
        "simulation",
        "sinks",
        "smoothing",
        "trading",
        "transfers",
        "transitions",
    }, "add its page"


def test_every_section_of_the_study_file_is_shown() -> None:
    from spatialcarbon.studies import schema

    shown = re.findall(r"generated: section (\w+)", read(DOCS / "howto" / "study_file.md"))
    sections = {name for name in vars(schema) if name.endswith("Section")} - {"Section"}
    assert sections == set(shown)


def test_registries_are_all_shown() -> None:
    shown = re.findall(r"generated: registry (\w+)", read(DOCS / "data" / "clusters.md"))
    assert shown == list(dict.fromkeys(sc.clusters()["registry"]))


def test_only_works_of_the_bibliography_are_cited() -> None:
    cited = {
        key
        for path in PAGES
        for keys_ in re.findall(r"\{cite:[a-z]+\}`([^`]+)`", read(path))
        for key in keys_.split(",")
    }
    assert cited <= set(references())


def test_nothing_shown_is_fetched_or_local() -> None:
    for path in TEXTS:
        words = read(path)
        assert "/work" not in words, path
        assert not re.search(r"index-url|/tmp/|/home/|C:\\\\Users", words), path


def test_study_003_totals() -> None:
    """The replication page says that these close: see that they do."""
    co2, chaohu = sc.load_table("city_co2"), sc.load_table("city_co2_chaohu")
    members = sc.clusters("variants").query("cluster == 'YRD26'")["adcode"]
    for year, printed in {2005: 746.816, 2010: 1147.520, 2017: 1184.199}.items():
        inside = co2[(co2["year"] == year) & co2["adcode"].isin(members)]["co2_mt"].sum()
        outside = chaohu[chaohu["year"] == year]["co2_mt"].sum()
        assert inside - outside == pytest.approx(printed, abs=5e-4)


INDENTED = r"^([ ]*)\.\. math::\n\n?((?:\1[ ]+\S.*\n|\n)+)"
ONE_LINE = r"\.\. math:: (.+(?:\n[ ]{6,}\S.*)*)"


def formulas() -> list[tuple[str, str]]:
    """Return every formula of the pages and of the docstrings, with the file it is in."""
    found = []
    for path in PAGES:
        text = re.sub(r"```.*?```|`[^`\n]*`", "", read(path), flags=re.S)
        blocks = re.findall(r"\$\$(.+?)\$\$", text, re.S)
        text = re.sub(r"\$\$.+?\$\$", "", text, flags=re.S)
        inline = re.findall(r"(?<!\\)\$([^$\n]+(?:\n[^$\n]+)?)(?<!\\)\$", text)
        found += [(path.name, latex) for latex in [*blocks, *inline]]
    for path in sorted((ROOT / "spatialcarbon").rglob("*.py")):
        text = read(path)
        blocks = [block for _, block in re.findall(INDENTED, text, re.M)]
        blocks += re.findall(ONE_LINE, text)
        found += [(path.name, latex) for latex in [*blocks, *re.findall(r":math:`([^`]+)`", text)]]
    return found


def test_every_formula_can_be_drawn() -> None:
    mathtext = _extension("mathtext")
    listed = formulas()
    assert len(listed) > 200
    found = [
        (" ".join(row.split()), name)
        for name, latex in listed
        for row in filter(str.strip, latex.split("\\\\"))
    ]
    failed = []
    for row, name in dict(reversed(found)).items():  # many stand in several places
        try:
            mathtext.svg(row)
            if len(row) > 60:
                mathtext.pieces(row, "=")  # as it may break
        except ValueError as error:
            failed.append(f"{name}: {row}: {str(error).splitlines()[-1]}")
    assert not failed
