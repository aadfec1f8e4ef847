"""Parts of pages that are made from the package, so that they cannot drift from it.

A line ``<!-- generated: KIND ARGUMENT -->`` in a page is replaced by Markdown when it is read.
"""

from __future__ import annotations

import json
import re
import types
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

import click
from benchmarks import page as benchmarks_page
from determinism import page as determinism_page
from floors import page as floors_page
from hostile import counts as fuzz_counts
from hostile import limits as limits_page
from interruption import cost, faults
from load import page as load_page
from mutation import page as mutation_page
from numpydoc.docscrape import FunctionDoc
from oracles import page as oracles_page
from oracles import stress
from pydantic_core import PydanticUndefined
from simulations import page as simulations_page
from standing import standing, standings
from supply import page as supply_page
from terms import page as terms_page

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.fields import FieldInfo
    from sphinx.application import Sphinx

    from spatialcarbon.core.language import Language

MARK = re.compile(r"^<!-- generated: ([a-z-]+) ?(.*?) ?-->$", re.MULTILINE)


def grid(header: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a Markdown table."""

    def line(cells: Iterable[object]) -> str:
        plain = (str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells)
        return "| " + " | ".join(plain) + " |"

    head = list(header)
    return "\n".join([line(head), line("---" for _ in head), *map(line, rows)])


# -- settings of the study file --------------------------------------------------------------


def settings(model: type[BaseModel], also: dict[str, str] | None = None) -> str:
    """Return a table of the settings of a section."""
    rows = [
        (
            f"`{name}`",
            _kind(field.annotation) + _limits(field),
            _default(field),
            field.description or (also or {}).get(name, ""),
        )
        for name, field in model.model_fields.items()
    ]
    return grid(("setting", "takes", "default", "meaning"), rows)


def _kind(annotation: Any) -> str:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(_kind(p) for p in inner if p is not type(None)))
    if origin is Literal:
        return " or ".join(f"`{json.dumps(choice)}`" for choice in inner)
    if origin is list:
        return f"list of {_kind(inner[0])}"
    if origin is tuple:
        return f"pair of {_kind(inner[0])}"
    if origin is dict:
        return "table"
    if hasattr(annotation, "__metadata__"):
        return _kind(inner[0])
    plain = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`"}
    return plain.get(annotation, "table")


def _limits(field: FieldInfo) -> str:
    signs = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
    found = [
        f"{sign} {getattr(rule, name):g}"
        for rule in field.metadata
        for name, sign in signs.items()
        if getattr(rule, name, None) is not None and getattr(rule, name) < 2**53
    ]
    return f", {', '.join(found)}" if found else ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    value = field.get_default(call_default_factory=True)
    if value is None or value is PydanticUndefined or value == "" or isinstance(value, dict):
        return "–"
    return f"`{json.dumps(value, ensure_ascii=False)}`"


def section(name: str) -> str:
    """Return the settings of one section of the study file."""
    from spatialcarbon.studies import schema

    return settings(getattr(schema, name))


def weights(_: str) -> str:
    """Return every kind of weights with its settings."""
    from spatialcarbon.studies import schema
    from spatialcarbon.weights.backbone import Backbone

    common = schema._Weights
    parts = ["Every kind takes:\n", settings(common)]
    for kind, model in schema.weight_sections().items():
        builder = FunctionDoc(getattr(Backbone, kind))
        also = {p.name: " ".join(" ".join(p.desc).split()) for p in builder["Parameters"]}
        own = {n: f for n, f in model.model_fields.items() if n not in common.model_fields}
        own.pop("type")
        narrowed = types.SimpleNamespace(model_fields=own)
        parts += [f'\n### `type = "{kind}"`\n', (model.__doc__ or "").strip() + "\n"]
        parts.append(settings(narrowed, also))  # type: ignore[arg-type]
    return "\n".join(parts)


def analyses(_: str) -> str:
    """Return every registered method with its settings."""
    from spatialcarbon.studies.analysis import Parameters, analysis_names, get_analysis

    parts = ["Every method takes:\n", settings(Parameters)]
    for name in analysis_names():
        analysis = get_analysis(name)
        own = {
            n: f
            for n, f in analysis.parameters.model_fields.items()
            if n not in Parameters.model_fields
        }
        narrowed = types.SimpleNamespace(model_fields=own)
        parts += [f'\n### `method = "{name}"`\n', analysis.question.render("en") + "\n"]
        parts.append(settings(narrowed))  # type: ignore[arg-type]
    return "\n".join(parts)


# -- commands --------------------------------------------------------------------------------


def command(name: str) -> str:
    """Return what a command says of itself: purpose and options."""
    from spatialcarbon.cli.main import build

    group = build()
    context = click.Context(group, info_name="spatialcarbon")
    found = group.get_command(context, name)
    assert found is not None, name
    described = (found.help or "").partition("\b")[0].strip()
    own = click.Context(found, info_name=name, parent=context)
    usage = found.get_usage(own).removeprefix("Usage: ")
    rows = [_option(parameter, own) for parameter in found.params]
    options = grid(("option", "takes", "default", "meaning"), [row for row in rows if row])
    return f"{described}\n\n```text\n{usage}\n```\n\n{options}"


def _option(parameter: click.Parameter, context: click.Context) -> tuple[str, ...] | None:
    if not isinstance(parameter, click.Option):
        return None
    names = ", ".join(f"`{name}`" for name in [*parameter.opts, *parameter.secondary_opts])
    if parameter.is_flag:
        takes = ""
    elif isinstance(parameter.type, click.Choice):
        takes = " ".join(f"`{choice}`" for choice in parameter.type.choices)
    else:
        takes = {"integer": "whole number", "float": "number", "path": "path", "file": "path"}.get(
            parameter.type.name, "whole number" if "integer" in parameter.type.name else "text"
        )
    default = parameter.get_default(context)
    plain = isinstance(default, (str, int, float, Path)) and not parameter.is_flag
    shown = f"`{default}`" if plain else ""  # click marks "no default" by an object of its own
    if parameter.required:
        shown = "**required**"
    return names, takes, shown, parameter.help or ""


# -- data ------------------------------------------------------------------------------------


def tables(_: str) -> str:
    """Return every shipped table with its columns, source, licence and caution."""
    import spatialcarbon as sc

    parts = []
    for row in sc.tables().itertuples():
        frame = sc.load_table(row.name)
        units = frame.attrs["units"]
        columns = ", ".join(f"`{c}`" + (f" ({units[c]})" if units.get(c) else "") for c in frame)
        parts += [
            f"## {row.title}\n",
            f'`sc.load_table("{row.name}")` · {row.coverage} · {len(frame):,} rows\n',
            f"Columns: {columns}.\n",
            f"Source: {row.source}. Licence: {row.licence}.\n",
        ]
        if row.caution:
            parts.append(f":::{{admonition}} Caution\n:class: warning\n{row.caution}\n:::\n")
    return "\n".join(parts)


def registry(name: str) -> str:
    """Return the groups of one registry with their members."""
    import spatialcarbon as sc

    found = sc.clusters(name)
    rows = [
        (
            f"`{code}`",
            f"{part['cluster_en'].iloc[0]} {part['cluster_zh'].iloc[0]}",
            len(part),
            "、".join(part["name_zh"]),
        )
        for code, part in found.groupby("cluster", sort=False)
    ]
    return grid(("code", "name", "units", "members"), rows)


def methods(_: str) -> str:
    """Return the registered methods with the question each answers."""
    from spatialcarbon.studies.analysis import analysis_names, get_analysis

    rows = [(f"`{name}`", get_analysis(name).question.render("en")) for name in analysis_names()]
    return grid(("method", "question"), rows)


def notebook(name: str) -> str:
    """Return a notebook as Markdown: its code becomes blocks that run when the page is built."""
    path = Path(__file__).parents[1] / "tutorials" / "notebooks" / f"{name}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    parts = []
    for cell in cells:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(re.sub(r"\A# .*\n+", "", source))  # the page has a title of its own
            continue
        options = [f":{key}: {value}" for key, value in cell["metadata"].get("page", {}).items()]
        parts.append("\n".join(["```{run}", *options, *[""] * bool(options), source, "```"]))
    # The next page speaks English again, whatever this one was told.
    reset = 'import os\n\nos.environ["SPATIALCARBON_LANG"] = "en"'
    parts.append(f"```{{run}}\n:hide-code:\n:hide-output:\n\n{reset}\n```")
    return "\n\n".join(parts)


def ledger(language: str) -> str:
    """Return the replication ledger as HTML: summary, filters, every number."""
    from spatialcarbon.replication.ledger import replicate
    from spatialcarbon.report.ledger_page import ledger_fragment

    spoken: Language = "zh" if language == "zh" else "en"
    page = ledger_fragment(replicate(language=spoken), spoken)
    return f"```{{raw}} html\n{page}\n```"


KINDS: dict[str, Callable[[str], str]] = {
    "ledger": ledger,
    "standing": standing,
    "standings": standings,
    "section": section,
    "weights": weights,
    "analyses": analyses,
    "command": command,
    "tables": tables,
    "registry": registry,
    "methods": methods,
    "notebook": notebook,
    "floors": floors_page,
    "fuzz": fuzz_counts,
    "limits": limits_page,
    "faults": faults,
    "interruption-cost": cost,
    "load": load_page,
    "determinism": determinism_page,
    "benchmarks": benchmarks_page,
    "oracles": oracles_page,
    "stress": stress,
    "mutation": mutation_page,
    "simulations": simulations_page,
    "supply": supply_page,
    "terms": terms_page,
}


def fill(app: Sphinx, docname: str, source: list[str]) -> None:  # noqa: ARG001
    """Replace the marks of a page."""
    source[0] = MARK.sub(lambda mark: KINDS[mark[1]](mark[2]), source[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Fill pages when they are read."""
    app.connect("source-read", fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
