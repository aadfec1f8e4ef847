"""Which encoding a text file is written in, found from its bytes."""

from __future__ import annotations

import codecs
import unicodedata

from spatialcarbon.core.errors import OptionError, SchemaError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with BOM"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_CONTROL = frozenset(map(chr, range(32))) - frozenset("\t\n\r\f\x1a")


def decode(data: bytes, name: str, encoding: str | None = None) -> tuple[str, str]:
    """Return the text of a file and the encoding it was read with.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        What to call it in messages.
    encoding : str, optional
        Takes the place of detection. Without it a byte-order mark decides, then
        strict UTF-8, then GB18030 (which contains GBK and GB2312).

    Raises
    ------
    SchemaError
        For bytes that are no text, or text in no encoding tried.
    OptionError
        For an encoding that Python does not know.

    Examples
    --------
    >>> decode("成都".encode("gb18030"), "cities.csv")
    ('成都', 'GB18030')
    """
    if encoding is not None:
        return _checked(_decode_as(data, name, encoding), name), encoding
    for mark, codec, label in _MARKS:
        if data.startswith(mark):
            return _checked(_decode_as(data, name, codec), name), label
    try:
        return _checked(data.decode("utf-8"), name), "UTF-8"
    except UnicodeDecodeError as problem:
        if _mostly_utf8(data):
            raise SchemaError(
                "{name} is UTF-8 text with damaged bytes",
                arrived="byte {byte} in line {line}",
                fix="save the file again as UTF-8, or name its encoding with encoding=",
                name=name,
                byte=f"0x{data[problem.start]:02X}",
                line=data.count(b"\n", 0, problem.start) + 1,
            ) from None
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    if not text or _unlikely(text):
        raise SchemaError(
            "{name} is not text in UTF-8, UTF-16 or GB18030",
            fix="name its encoding with encoding=, for example encoding='big5'; or save as .xlsx",
            name=name,
        )
    return _checked(text, name), "GB18030"


def _decode_as(data: bytes, name: str, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except LookupError:
        raise OptionError(
            "encoding={encoding!r} is not known",
            expected="for example 'utf-8', 'gb18030', 'big5', 'utf-16'",
            encoding=encoding,
        ) from None
    except UnicodeDecodeError as problem:
        raise SchemaError(
            "{name} is not text in {encoding}",
            arrived="byte {byte} in line {line}",
            fix="leave encoding= out to have it detected",
            name=name,
            encoding=encoding,
            byte=f"0x{data[problem.start]:02X}",
            line=data.count(b"\n", 0, problem.start) + 1,
        ) from None


def _mostly_utf8(data: bytes) -> bool:
    """Tell damaged UTF-8 from GB18030, which fails as UTF-8 at almost every character."""
    foreign = sum(byte > 127 for byte in data)
    kept = data.decode("utf-8", "ignore").encode()
    return sum(byte > 127 for byte in kept) > 0.75 * foreign


def _unlikely(text: str) -> bool:
    """Tell whether decoding gave characters that no writer uses: a sign of the wrong codec."""
    return any(unicodedata.category(char) in ("Co", "Cn") for char in set(text))


def _checked(text: str, name: str) -> str:
    if not _CONTROL.isdisjoint(text):
        raise SchemaError(
            "{name} is a binary file, not a table of text",
            expected=".csv, .tsv or .txt; .xlsx, .parquet, .gpkg and .dbf by their own suffix",
            name=name,
        )
    return text
