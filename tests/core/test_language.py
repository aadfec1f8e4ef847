"""Sentences in two languages."""

from __future__ import annotations

from spatialcarbon.core.language import Text, text


def test_nobody_reads_the_year_zero() -> None:
    said = text("no year: {year}", year=0)
    assert said.render("en") == "no year: (undated)"
    assert said.render("zh") == "no year: 某"
    named = text("{variable}, {year}", variable=Text("co2"), year=0)
    assert "0" not in named.render("zh")


def test_other_zeros_stay() -> None:
    assert text("{n} of {year}", n=0, year=2017).render("en") == "0 of 2017"
