"""Invented rasters are written in the codes of a real product."""

from __future__ import annotations

from spatialcarbon.models.land.legends import load_legend
from spatialcarbon.models.land.synthetic import CODES, SCHEME


def test_every_class_has_the_code_of_the_scheme() -> None:
    legend = load_legend(SCHEME).codes
    assert {code: legend[code] for code in CODES.values()} == {v: k for k, v in CODES.items()}
    assert len(set(CODES.values())) == len(CODES)
