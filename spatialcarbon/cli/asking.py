"""Questions on a terminal: one line each, with what Enter means; never in a pipe."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

import click

from spatialcarbon.cli.terminal import colours, columns, wrapped
from spatialcarbon.core.errors import SpatialCarbonError
from spatialcarbon.core.language import Language, Text, text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spatialcarbon.data.proposal import TableProposal

T = TypeVar("T")


def on_terminal() -> bool:
    """Say whether somebody is there to answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


class Dialogue:
    """Speaks one language, and asks only where somebody is there to answer.

    Parameters
    ----------
    language : {"en", "zh"}
        Of questions and remarks.
    active : bool
        Whether questions may be asked.
    """

    def __init__(self, language: Language, *, active: bool) -> None:
        self.language = language
        self.active = active

    def tell(self, words: Text, **style: bool | str) -> None:
        """Print a remark; to standard error where nobody watches, so that pipes stay clean."""
        said = words.render(self.language)
        if self.active:
            indent = said[: len(said) - len(said.lstrip())]
            said = wrapped(said.strip(), columns(), first=indent, rest=indent)
        stream = sys.stdout if self.active else sys.stderr
        if style and colours(stream):
            said = click.style(said, **style)  # type: ignore[arg-type]
        click.echo(said, err=not self.active)

    def complain(self, error: SpatialCarbonError) -> None:
        """Print what is wrong with an answer or a table."""
        for line in error.render(self.language).splitlines():
            said = wrapped(line.strip(), columns(), first="  ", rest="    ")
            click.echo(click.style(said, fg="red") if colours(sys.stdout) else said)

    def ask(self, question: Text, read: Callable[[str], T], default: str = "") -> T:
        """Ask until the answer can be read; Enter gives the default."""
        while True:
            shown = f" [{default}]" if default else ""
            mark = "：" if self.language == "zh" else ": "
            sign = click.style("? ", fg="cyan") if colours(sys.stdout) else "? "
            prompt = sign + question.render(self.language) + shown + mark
            answer = click.prompt(prompt, default=default, show_default=False, prompt_suffix="")
            try:
                return read(str(answer).strip())
            except SpatialCarbonError as error:
                self.complain(error)

    def agree(self, question: Text, *, default: bool = True) -> bool:
        """Ask for yes or no; also 是 and 否."""
        letters = "Y/n" if default else "y/N"
        said = self.ask(text("{question} ({letters})", question=question, letters=letters), _yes)
        return default if said is None else said


def _yes(answer: str) -> bool | None:
    from spatialcarbon.core.errors import OptionError

    known = {"y": True, "yes": True, "是": True, "好": True, "n": False, "no": False, "否": False}
    if not answer:
        return None
    if answer.lower() not in known:
        raise OptionError("{answer!r} is neither yes nor no", expected="y, n", answer=answer)
    return known[answer.lower()]


def show_proposal(proposal: TableProposal, language: Language, *, own_map: bool = False) -> None:
    """Print what the columns of a table are taken for, with remarks on places and years."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text as Plain

    from spatialcarbon.data.proposal import ROLES

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    headings: Sequence[Text] = (
        text("Column"), text("Taken for"), text("Unit (a guess)"), text("First cells"),
    )  # fmt: skip
    for heading in headings:
        table.add_column(heading.render(language), overflow="fold")
    for part in proposal.columns:
        left = part.role == "left out"
        taken = part.variable or ROLES[part.role].render(language)
        cells = (part.shown, taken, part.measure, ", ".join(part.samples))
        table.add_row(*(Plain(cell) for cell in cells), style="dim" if left else "")
    console = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    console.print(table)
    for said in proposal.remarks(own_map=own_map):
        console.print(Plain("  " + said.render(language)))
