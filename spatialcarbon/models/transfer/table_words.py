"""What the rows and columns around the flows of a table are called, in print and in code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum


class Role(Enum):
    """What a row or column outside the square of flows is."""

    TIU = "total intermediate use"
    TFU = "total final use"
    EXPORTS = "exports"
    ERROR = "discrepancy"
    OUTPUT = "output"
    TII = "total intermediate input"
    TVA = "total value added"
    IMPORTS = "imports"
    TI = "total input"
    EMISSIONS = "emissions"
    PRIMARY = "primary input"


_COLUMNS: Mapping[str, Role] = {
    **dict.fromkeys(("tiu", "中间使用合计", "中间使用", "total intermediate use"), Role.TIU),
    **dict.fromkeys(("tfu", "最终使用合计", "最终使用", "total final use"), Role.TFU),
    **dict.fromkeys(("ex", "出口", "exports", "export"), Role.EXPORTS),
    **dict.fromkeys(("err", "误差", "误差项", "其他", "other", "error", "discrepancy"), Role.ERROR),
    **dict.fromkeys(
        ("go", "to", "tio", "x", "总产出", "output", "total output", "gross output"), Role.OUTPUT
    ),
}

_ROWS: Mapping[str, Role] = {
    **dict.fromkeys(
        (
            "tii",
            "中间投入合计",
            "中间投入",
            "total intermediate input",
            "total intermediate inputs",
        ),
        Role.TII,
    ),
    **dict.fromkeys(("tva", "增加值合计", "total value added"), Role.TVA),
    **dict.fromkeys(("im", "进口", "imports", "import"), Role.IMPORTS),
    **dict.fromkeys(("ti", "总投入", "total input", "total inputs"), Role.TI),
    **dict.fromkeys(
        ("增加值", "va", "value added", "劳动者报酬", "生产税净额", "固定资产折旧", "营业盈余"),
        Role.PRIMARY,
    ),
}

_EMISSIONS = re.compile(r"(co2|co₂|碳排放|二氧化碳|emissions?\b).*", re.IGNORECASE | re.DOTALL)


def role_of(words: str, *, row: bool) -> Role | None:
    """Return the role that a heading names, or ``None`` for a region or sector.

    Examples
    --------
    >>> role_of("总产出", row=False).name, role_of("VA001", row=True).name
    ('OUTPUT', 'PRIMARY')
    >>> role_of("农林牧渔业", row=True) is None
    True
    """
    plain = re.sub(r"\s+", " ", words).strip().lower()
    if not row:
        return _COLUMNS.get(plain)
    if re.fullmatch(r"va ?\d+", plain):
        return Role.PRIMARY
    if _EMISSIONS.fullmatch(plain):
        return Role.EMISSIONS
    return _ROWS.get(plain)
