"""Where in a TOML file a key stands, so that a mistake can be reported with its line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import copy

# No two parts of a pattern can take the same characters: a long line takes time in proportion.
_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')"""
_HEADER = re.compile(r"^\s*(\[\[?)([^\]]+)\]\]?\s*(?:#.*)?$")
_KEY = re.compile(rf"^\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")
_INLINE = re.compile(rf"[{{,]\s*({_NAME})\s*=")


def _split(dotted: str) -> tuple[str, ...]:
    parts = re.findall(_NAME, dotted)
    return tuple(part.strip("\"'") for part in parts)


class TomlLines:
    r"""Line numbers of the keys of a TOML text.

    Parameters
    ----------
    text : str
        The whole file.

    Examples
    --------
    >>> lines = TomlLines("[study]\nseed = 1\n[[analyses]]\nmethod = 'moran'\n")
    >>> lines.find(["study", "seed"]), lines.find(["analyses", 0, "method"])
    (2, 4)
    """

    def __init__(self, text: str) -> None:
        self._inside: tuple[str | int, ...] = ()
        self._lines: dict[tuple[str | int, ...], int] = {}
        counts: dict[tuple[str, ...], int] = {}
        prefix: tuple[str | int, ...] = ()
        for number, line in enumerate(text.splitlines(), start=1):
            header = _HEADER.match(line)
            if header:
                path = _split(header[2])
                if header[1] == "[[":
                    at = counts.get(path, 0)
                    counts[path] = at + 1
                    prefix = (*path, at)
                else:
                    prefix = self._resolve(path, counts)
                self._lines.setdefault(prefix, number)
                continue
            key = _KEY.match(line)
            if key:
                path_here = (*prefix, *_split(key[1]))
                self._lines.setdefault(path_here, number)
                for inner in _INLINE.findall(line[key.end() :]):
                    self._lines.setdefault((*path_here, inner.strip("\"'")), number)

    @staticmethod
    def _resolve(
        path: tuple[str, ...], counts: dict[tuple[str, ...], int]
    ) -> tuple[str | int, ...]:
        for cut in range(len(path), 0, -1):
            if path[:cut] in counts:
                return (*path[:cut], counts[path[:cut]] - 1, *path[cut:])
        return path

    def find(self, path: Sequence[str | int]) -> int:
        """Return the line of a key, or of the nearest thing around it that has one (else 1)."""
        whole = (*self._inside, *path)
        for cut in range(len(whole), 0, -1):
            line = self._lines.get(whole[:cut])
            if line is not None:
                return line
        return 1

    def below(self, path: Sequence[str | int]) -> TomlLines:
        """Return the same lines for keys that are named from a place of the file on."""
        part = copy(self)
        part._inside = (*self._inside, *path)
        return part
