"""Pages from the templates beside this file: everything escaped, nothing silently missing."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from spatialcarbon.core.printable import printable


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("spatialcarbon.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _shown(value: Any) -> Any:
    """Return what an expression of a template puts on the page; markup has been through here."""
    return printable(value) if type(value) is str else value


def rendered(name: str, **values: Any) -> str:
    """Return a template with its values, which are escaped unless they are ``Markup``."""
    return str(_environment().get_template(name).render(**values))


def source(name: str) -> str:
    """Return a style sheet or a script as it stands in the folder of templates."""
    return (files("spatialcarbon.report") / "templates" / name).read_text(encoding="utf-8")
