"""Making inputs: what is valid is changed a little, at places where it may matter."""

from __future__ import annotations

import io
import random
import re
import zipfile
import zlib
from collections.abc import Sequence

NUMBERS = (b"0", b"-1", b"1e999", b"NaN", b"2147483648", b"4294967295", b"99999999999999999999",
           b"1" * 5000, b"0.1e-320", b"-0", b"1_0", "２００".encode())  # fmt: skip
TEXTS = ("", "\0", "\u202e", "\ud7ff", "é́́́", "𝒙", "=HYPERLINK(1)", "<script>", "'; DROP TABLE a;--",
         "../../a", "${x}", "{0}", "{place}", "%s", "İ", "ﬁ", "１２", "x" * 300)  # fmt: skip
LONGEST = 1 << 20
"""No input grows beyond this: size is a matter for the tests of limits."""


def changed(
    rng: random.Random, data: bytes, others: Sequence[bytes], words: Sequence[str], kind: str
) -> bytes:
    """Return an input made from a valid one."""
    if kind in ("zip", "parts"):
        return _changed_archive(rng, data, others, words, whole=kind == "zip")
    for _ in range(rng.choice((1, 1, 2, 3, 8))):
        data = _step(rng, data, others, words, text=kind == "text")
    return data[:LONGEST]


def _changed_archive(
    rng: random.Random, data: bytes, others: Sequence[bytes], words: Sequence[str], *, whole: bool
) -> bytes:
    """Change the parts of an archive, and sometimes the archive itself."""
    if whole and rng.random() < 0.15:
        return _step(rng, data, others, words, text=False)[:LONGEST]
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [(part.filename, archive.read(part)) for part in archive.infolist()]
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError):
        return _step(rng, data, others, words, text=False)[:LONGEST]
    for _ in range(rng.choice((1, 1, 2, 4))):
        at = rng.randrange(len(parts))
        name, content = parts[at]
        parts[at] = name, _step(rng, content, [c for _, c in parts], words, text=False)[:LONGEST]
    if whole and rng.random() < 0.1:
        parts.pop(rng.randrange(len(parts)))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts:
            archive.writestr(zipfile.ZipInfo(name), content)
    return made.getvalue()


def _step(
    rng: random.Random, data: bytes, others: Sequence[bytes], words: Sequence[str], *, text: bool
) -> bytes:
    """Make one change."""
    size = len(data)
    at = rng.randrange(size + 1)
    # Headers decide most: half of the changes fall into the first bytes.
    if not text and rng.random() < 0.5:
        at = rng.randrange(min(size, 200) + 1)
    end = min(size, at + rng.choice((1, 1, 2, 4, 8, 32, 200)))
    way = rng.randrange(12)
    if way == 0 and size:
        at = min(at, size - 1)
        return data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :]
    if way == 1:
        return (
            data[:at] + rng.choice((b"\0", b"\xff", b"\x7f\xff", b"\xff\xff\xff\xff")) + data[end:]
        )
    if way == 2:
        return data[:at] + data[end:]
    if way == 3:
        return data[:end] + data[at:end] * rng.choice((1, 2, 10, 300)) + data[end:]
    if way == 4 and others:
        other = rng.choice(others)
        cut = rng.randrange(len(other) + 1)
        return data[:at] + other[cut : cut + rng.choice((8, 64, 10**6))] + data[end:]
    if way == 5:
        return data[:at]
    if way == 6 and words:
        return data[:at] + rng.choice(words).encode() * rng.choice((1, 1, 1, 2, 40)) + data[at:]
    if way == 7 and words:
        return data[:at] + rng.choice(words).encode() + data[end:]
    if way == 8:
        return _number(rng, data)
    if way == 9:
        return data[:at] + rng.choice(TEXTS).encode("utf-8", "surrogatepass") + data[end:]
    if way == 10:
        return data[:at] + rng.randbytes(rng.choice((1, 2, 8))) + data[end:]
    character = chr(rng.choice((rng.randrange(32, 0x300), rng.randrange(0x2000, 0xD800))))
    return data[:at] + character.encode() + data[end:]


def _number(rng: random.Random, data: bytes) -> bytes:
    """Put another number in the place of one."""
    found = list(re.finditer(rb"\d+", data[:20_000]))
    if not found:
        return data
    match = rng.choice(found)
    return data[: match.start()] + rng.choice(NUMBERS) + data[match.end() :]
