"""GAL and GWT files: lists of neighbours as GeoDa writes them, read line by line."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import numpy as np
import pandas as pd
from scipy import sparse

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.files import read_bytes
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.limits import shortened, within
from spatialcarbon.data.encoding import decode

if TYPE_CHECKING:
    from spatialcarbon.weights.matrices import Matrix

_WHOLE = re.compile(r"0|[1-9]\d{0,17}", re.ASCII)

Lines = Iterator[tuple[int, list[str]]]


def read_gal(path: Path) -> tuple[pd.Index, Matrix]:
    """Return the labels of a GAL or GWT file, in their order, and the weights.

    Raises
    ------
    SchemaError
        With the line that cannot be read.
    """
    content, _ = decode(read_bytes(path), path.name)
    split = ((number, line.split()) for number, line in enumerate(content.splitlines(), start=1))
    lines = ((number, words) for number, words in split if words)
    number, head = next(lines, (1, []))
    # GeoDa begins with "0 n file key"; older programs with n alone.
    counted = head[1] if len(head) in (3, 4) and head[0] == "0" else head[0] if head else ""
    if len(head) not in (1, 3, 4) or not _WHOLE.fullmatch(counted):
        _refuse(path, number, text("the first line does not say how many units there are"))
    n = int(counted)
    within("WEIGHTS_UNITS", n, path.name)
    found = _gwt(path, lines) if path.suffix.lower() == ".gwt" else _gal(path, lines)
    labels, rows, columns, values = found
    if len(labels) != n:
        raise SchemaError(
            "{path} says that it has {n} units, and lists {found}",
            fix="write the file again: it may be cut off, and .gwt cannot hold units without "
            "neighbours: .gal can",
            path=path.name,
            n=n,
            found=len(labels),
        )
    pairs = np.array([rows, columns], dtype=np.int64).reshape(2, -1)
    if len(np.unique(pairs, axis=1).T) < len(rows):
        raise SchemaError("{path} lists a link twice", path=path.name)
    return pd.Index(whole_labels(labels)), sparse.csr_array(
        (np.array(values, dtype=float), (pairs[0], pairs[1])), shape=(n, n)
    )


Found = tuple[list[str], list[int], list[int], list[float]]


def _gal(path: Path, lines: Lines) -> Found:
    """Read pairs of lines: a unit and how many neighbours it has; the neighbours."""
    blocks: dict[str, tuple[int, list[str]]] = {}
    links = 0
    number = 1
    for number, words in lines:
        if len(words) != 2 or not _WHOLE.fullmatch(words[1]):
            _refuse(path, number, text("a unit and the number of its neighbours belong here"))
        if words[0] in blocks:
            _refuse(path, number, text("the unit stands twice"))
        count = int(words[1])
        links += count
        within("WEIGHTS_LINKS", links, path.name, counted=False)
        number, neighbours = next(lines, (number, [])) if count else (number, [])
        if len(neighbours) != count:
            _refuse(path, number, text("the neighbours are not as many as the line above says"))
        blocks[words[0]] = (number, neighbours)
    at = {label: i for i, label in enumerate(blocks)}
    rows, columns = [], []
    for label, (number, neighbours) in blocks.items():
        for other in neighbours:
            if other not in at:
                _refuse(path, number, text("a neighbour is not among the units"), other)
            rows.append(at[label])
            columns.append(at[other])
    return list(blocks), rows, columns, [1.0] * len(rows)


def _gwt(path: Path, lines: Lines) -> Found:
    """Read lines of a unit, its neighbour and the weight."""
    at: dict[str, int] = {}
    ends: list[str] = []
    rows: list[str] = []
    values: list[float] = []
    for number, words in lines:
        weight = _number(words[2]) if len(words) == 3 else math.nan
        if not math.isfinite(weight):
            _refuse(path, number, text("a unit, its neighbour and a weight belong here"))
        at.setdefault(words[0], len(at))
        rows.append(words[0])
        ends.append(words[1])
        values.append(weight)
        if len(values) % 100_000 == 0:
            within("WEIGHTS_LINKS", len(values), path.name, counted=False)
    for label in ends:
        at.setdefault(label, len(at))
    return list(at), [at[label] for label in rows], [at[label] for label in ends], values


def _number(words: str) -> float:
    try:
        return float(words)
    except ValueError:
        return math.nan


def whole_labels(labels: Sequence[str]) -> list[int] | list[str]:
    """Return labels as integers where all of them are whole numbers: files hold text only.

    Examples
    --------
    >>> whole_labels(["110000", "120000"]), whole_labels(["1", "01"])
    ([110000, 120000], ['1', '01'])
    """
    if all(_WHOLE.fullmatch(label) for label in labels):
        return [int(label) for label in labels]
    return list(labels)


def _refuse(path: Path, number: int, problem: Text, words: str = "") -> NoReturn:
    raise SchemaError(
        "{path} cannot be read: line {line}: {problem}",
        arrived="{words}" if words else "",
        expected="a GAL or GWT file as GeoDa and libpysal write it",
        path=path.name,
        line=number,
        problem=problem,
        words=shortened(words),
    )
