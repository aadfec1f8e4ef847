"""The summary of a report: what was studied, what came out, and how far it carries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text


@dataclass(frozen=True, eq=False)
class Statement:
    """A sentence of the summary and the section that it comes from.

    Parameters
    ----------
    words : Text
        The sentence.
    key : str
        Anchor of the section.
    """

    words: Text
    key: str


@dataclass(frozen=True, eq=False)
class Theme:
    """Statements that answer one kind of question.

    Parameters
    ----------
    title : Text
        The question in a few words.
    statements : sequence of Statement
        The most important first.
    illustrative : bool
        Whether they were made from invented numbers.
    """

    title: Text
    statements: Sequence[Statement]
    illustrative: bool = False


@dataclass(frozen=True, eq=False)
class Summary:
    """The first page of a report.

    Parameters
    ----------
    about : sequence of Text
        Sentences on what was studied: places, groups, variables, years, neighbours.
    warnings : sequence of Text
        What a reader must know before the first number, such as that data are invented.
    themes : sequence of Theme
        The main results.
    closing : sequence of Text
        How to take them.
    """

    about: Sequence[Text]
    warnings: Sequence[Text] = ()
    themes: Sequence[Theme] = ()
    closing: Sequence[Text] = ()
