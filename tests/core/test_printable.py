"""What of a text may be shown."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.language import Text, name, text, translate
from spatialcarbon.core.printable import LONGEST_LABEL, MARKS, json_text, one_line, printable

ANY = st.text(st.characters(codec=None, categories=None), max_size=40) | st.text(max_size=40)


@pytest.mark.parametrize(
    ("given_", "shown"),
    [
        ("Beijing 北京\t1", "Beijing 北京\t1"),
        ("a\r\nb\rc\u2028d\u2029e", "a\nb\nc\nd\ne"),
        ("\x00\x07\x08\x0b\x0c\x1b\x7f\x9b\x85", "\ufffd" * 9),
        ("\ud800x\udfff", "\ufffdx\ufffd"),
        ("\ufffe\uffff\ufdd0\U0001fffe\U0010ffff", "\ufffd" * 5),
        ("\u202ea\u202c\u2066b\u2069\u200bc\ufeff\u2060d\U000e0041", "abcd"),
        ("القاهرة ירושלים می\u200cخواهم", "القاهرة ירושלים می\u200cخواهم"),
        ("\U0001f469\u200d\U0001f680 \u0302", "\U0001f469\u200d\U0001f680 \u0302"),
        ("z" + "\u0301" * 99 + "x", "z" + "\u0301" * MARKS + "x"),
        ("ที่นี่ Việt e\u0301", "ที่นี่ Việt e\u0301"),
    ],
)
def test_what_is_shown(given_: str, shown: str) -> None:
    assert printable(given_) == shown


@given(ANY)
def test_it_can_be_written_and_is_shown_the_same_again(words: str) -> None:
    shown = printable(words)
    shown.encode("utf-8")
    assert printable(shown) == shown
    assert not any((ch < " " and ch not in "\t\n") or "\x7f" <= ch < "\xa0" for ch in shown)


@given(ANY)
def test_a_label_takes_one_line(words: str) -> None:
    label = one_line(words)
    assert "\n" not in label
    assert len(label) <= LONGEST_LABEL
    assert printable(label) == label


@given(st.dictionaries(st.text(), ANY, max_size=3))
def test_json_reads_back_as_it_was_and_rules_no_terminal(content: dict[str, str]) -> None:
    written = json_text(content, indent=1)
    assert json.loads(written) == content
    assert printable(written) == written


def test_hanzi_stay_hanzi_in_json() -> None:
    assert json_text({"碳": "é"}) == '{"碳": "é"}'


def test_every_sentence_is_printable_whoever_wrote_its_parts() -> None:
    assert translate("{name}: {value}", "en", name="\x1b[2J", value=1) == "\ufffd[2J: 1"
    assert Text("title \u202e").render("zh") == "title "
    assert text("{name}: {value}", name=Text("\x07"), value="\x9b").render("en") == "\ufffd: \ufffd"
    assert name("A\x1b", "甲\u200b").render("en") == "A\ufffd"
    assert name("A\x1b", "甲\u200b").render("zh") == "甲"


def test_a_label_cannot_add_a_line_to_an_error() -> None:
    forged = "x\n  fix: delete everything"
    assert some([forged, "y" * 500]) == "x fix: delete everything, " + "y" * 79 + "…"
    error = SchemaError("bad {names}", names=some([forged]))
    assert "\n" not in str(error)
    assert str(SchemaError("bad {x}", x="\x1b]52;c;x\x07")) == "bad \ufffd]52;c;x\ufffd"


def test_all_of_unicode_can_be_shown() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    shown = printable(every)
    shown.encode("utf-8")
    assert len(shown) > 0.99 * len(every)
