"""Pages that run: examples, terminal lines, pictures and numbers are made when a page is built.

Every page has one namespace and one scratch folder. Its parts run from top to bottom:

``{run}``
    Python. Shows the code and what comes of it: printed text, then the value of the last
    line if that is an expression (figure, table or anything else).
``{terminal}``
    Lines that begin with ``$ spatialcarbon``. Shows them and what they print.
``{file} name``
    A text file: shows it under its name and writes it beside what the page made.
``{picture} path``
    A picture that an earlier part of the page wrote.
``{value}`expression```
    The value of an expression, inside a sentence.
"""

from __future__ import annotations

import shlex
import shutil
from collections import defaultdict
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from pages import Scratch
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective, SphinxRole

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PAGES: defaultdict[str, Scratch] = defaultdict(Scratch)


class Part(SphinxDirective):
    """Parent of the directives: knows its page and says where it failed."""

    @property
    def page(self) -> Scratch:
        """The scratch of the page that is being read."""
        return PAGES[self.env.docname]

    def failed(self, why: str) -> ExtensionError:
        """Return an error that names page and line."""
        return ExtensionError(f"{self.env.docname}, line {self.lineno}: {why}")

    def image(self, content: bytes) -> nodes.Node:
        """Write a picture beside the built pages and return a reference to it."""
        alt = self.options.get("alt")
        if not alt:
            raise self.failed("a picture needs an :alt: text")
        folder = Path(self.env.app.outdir) / "_images"
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{sha256(content).hexdigest()[:16]}.png"
        (folder / name).write_bytes(content)
        up = "../" * self.env.docname.count("/")
        # The size, from the head of the PNG, keeps the place free until the picture is scrolled to.
        width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
        markup = (
            f'<img class="figure" src="{up}_images/{name}" alt="{escape(alt)}" '
            f'width="{width}" height="{height}" loading="lazy" decoding="async">'
        )
        return nodes.raw("", markup, format="html")


class Run(Part):
    """Run Python and show code and outcome."""

    has_content = True
    option_spec: ClassVar = {
        "alt": directives.unchanged_required,
        "digits": directives.nonnegative_int,
        "hide-code": directives.flag,
        "hide-output": directives.flag,
        "raises": directives.unchanged_required,
        "rows": directives.positive_int,
    }

    def run(self) -> list[nodes.Node]:
        """Return the code, what it printed, and the value of its last line."""
        code = "\n".join(self.content)
        shown: list[nodes.Node] = []
        if "hide-code" not in self.options:
            shown.append(nodes.literal_block(code, code, language="python"))
        awaited = self.options.get("raises")
        try:
            printed, value = self.page.execute(code)
        except Exception as error:
            if type(error).__name__ != awaited:
                raise self.failed(f"{type(error).__name__}: {error}") from error
            printed, value = f"{type(error).__name__}: {error}", None
        else:
            if awaited:
                raise self.failed(f"no {awaited} was raised")
        if "hide-output" in self.options:
            return shown
        if printed:
            shown.append(output(printed))
        if value is not None:
            shown.append(self._show(value))
        return shown

    def _show(self, value: Any) -> nodes.Node:
        import pandas as pd
        from matplotlib.figure import Figure

        if isinstance(value, Figure):
            from spatialcarbon.report.canvas import to_png_bytes

            return self.image(to_png_bytes(value))
        if isinstance(value, pd.Series):
            value = value.to_frame()
        if isinstance(value, pd.DataFrame):
            digits = self.options.get("digits")
            form = ",.6g" if digits is None else f",.{digits}f"
            return table(pd.DataFrame(value), self.options.get("rows", 10), form)
        if hasattr(value, "_repr_html_"):  # as in a notebook
            return nodes.raw("", f'<div class="frame">{value._repr_html_()}</div>', format="html")
        return output(value if isinstance(value, str) else repr(value))


def output(words: str) -> nodes.literal_block:
    """Return printed text."""
    return nodes.literal_block(words, words, language="text", classes=["output"])


def table(frame: Any, rows: int, form: str) -> nodes.raw:
    """Return a table of at most so many rows."""
    import pandas as pd

    counted = pd.api.types.is_integer_dtype(frame.index) and frame.index.name is None
    if not counted:  # row numbers say nothing
        names = [name or "" for name in frame.index.names]
        frame = frame.reset_index(names=names, allow_duplicates=True)
    numeric = [pd.api.types.is_numeric_dtype(kind) for kind in frame.dtypes]

    def row(cells: Any, tag: str) -> str:
        marks = [' class="number"' if right else "" for right in numeric]
        inner = (
            f"<{tag}{mark}>{escape(_cell(cell, form))}</{tag}>"
            for mark, cell in zip(marks, cells, strict=True)
        )
        return f"<tr>{''.join(inner)}</tr>"

    body = "".join(row(cells, "td") for cells in frame.head(rows).itertuples(index=False))
    more = f'<p class="more">… {len(frame):,} rows</p>' if len(frame) > rows else ""
    markup = f"<table><thead>{row(frame.columns, 'th')}</thead><tbody>{body}</tbody></table>"
    return nodes.raw("", f'<div class="frame">{markup}{more}</div>', format="html")


def _cell(value: Any, form: str) -> str:
    if isinstance(value, float):
        return "–" if value != value else f"{value:{form}}".replace("-", "−")
    if isinstance(value, tuple):  # a heading of several levels
        return ", ".join(str(part) for part in value if str(part))
    return str(value)


class Picture(Part):
    """Show a picture that was written earlier on the page."""

    required_arguments = 1
    option_spec: ClassVar = {"alt": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Return the picture."""
        return [self.image((self.page.folder / self.arguments[0]).read_bytes())]


class File(Part):
    """Show a text file and write it."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the file under its name."""
        name, content = self.arguments[0], "\n".join(self.content)
        self.page.write(name, content)
        shown = nodes.literal_block(content, content, language=Path(name).suffix[1:] or "text")
        caption = nodes.caption("", "", nodes.literal("", name))
        return [
            nodes.container(
                "", caption, shown, literal_block=True, classes=["literal-block-wrapper"]
            )
        ]


class Terminal(Part):
    """Run lines of the command line and show what they print."""

    has_content = True
    option_spec: ClassVar = {
        "lines": directives.positive_int,
        "status": directives.nonnegative_int,
        "language": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        """Return the lines with what they printed."""
        said: list[str] = []
        for line in filter(None, self.content):
            words = shlex.split(line.removeprefix("$ "))
            printed, status = self.page.command(words, self.options.get("language", "en"))
            if status != self.options.get("status", 0):
                raise self.failed(f"{line}: exit status {status}\n{printed}")
            lines = [text.rstrip() for text in printed.rstrip().splitlines()]
            limit = self.options.get("lines", 40)
            said += [line, *lines[:limit], *(["…"] if len(lines) > limit else [])]
        words = "\n".join(said)
        # Tables keep their columns and scroll; the sentences of an error are wrapped.
        classes = ["terminal", "wrapped"] if "status" in self.options else ["terminal"]
        return [nodes.literal_block(words, words, language="console", classes=classes)]


class Value(SphinxRole):
    """The value of an expression."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the value as text."""
        try:
            value = PAGES[self.env.docname].evaluate(self.text)
        except Exception as error:
            raise ExtensionError(f"{self.env.docname}: {self.text}: {error}") from error
        return [nodes.inline("", str(value), classes=["value"])], []


def everything(app: Sphinx, *_: object) -> list[str]:
    """Read every page at every build: what a page shows hangs on the package, not on its text."""
    return sorted(app.env.found_docs)


def clean(app: Sphinx, error: Exception | None) -> None:  # noqa: ARG001
    """Remove the scratch folders."""
    for page in PAGES.values():
        shutil.rmtree(page.folder, ignore_errors=True)
    PAGES.clear()


def setup(app: Sphinx) -> dict[str, bool]:
    """Register directives and role. One process must read the pages: they change folders."""
    app.add_directive("run", Run)
    app.add_directive("terminal", Terminal)
    app.add_directive("picture", Picture)
    app.add_directive("file", File)
    app.add_role("value", Value())
    app.connect("env-get-outdated", everything)
    app.connect("build-finished", clean)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
