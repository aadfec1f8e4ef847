"""What click itself says, in the language of the command line."""

from __future__ import annotations

import sys

from spatialcarbon.cli.shared import say


def translate_click() -> None:
    """Let click's own words (usage, options, wrong values) go through the glossary.

    Click takes them from gettext, under the same two names in each of its
    modules, but ships no catalogue; whatever the glossary lacks stays English.
    """
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "click":
            for word, lookup in (("_", _said), ("ngettext", _counted)):
                if word in vars(module):
                    setattr(module, word, lookup)


def _said(message: str) -> str:
    return say(message)


def _counted(singular: str, plural: str, number: int) -> str:
    return say(singular if number == 1 else plural)
