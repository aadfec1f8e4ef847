"""Pages from the templates beside this file: everything escaped, nothing silently missing."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("spatialcarbon.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def rendered(name: str, **values: Any) -> str:
    """Return a template with its values, which are escaped unless they are ``Markup``."""
    return str(_environment().get_template(name).render(**values))


def source(name: str) -> str:
    """Return a style sheet or a script as it stands in the folder of templates."""
    return (files("spatialcarbon.report") / "templates" / name).read_text(encoding="utf-8")
