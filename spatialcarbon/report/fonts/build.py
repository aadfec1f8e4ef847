"""Which hanzi travel with the package: a GB2312 subset of Droid Sans Fallback, byte for byte.

Run ``python -m spatialcarbon.report.fonts.build`` after ``apt install fonts-droid-fallback``
to rebuild the bundled file; the same source gives the same bytes.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from spatialcarbon.core.errors import SchemaError

FAMILY = "SpatialCarbon CJK"
FILE_NAME = "SpatialCarbonCJK.ttf"
DEFAULT_SOURCE = Path("/usr/share/fonts-droid-fallback/truetype/DroidSansFallback.ttf")
SOURCE_SHA256 = "56d3edfb377a8bc3c4b77f4476405c770173c0e31221ad7c77d0a8e1f3039a3e"

# Hanzi of Chinese province, city and district names that GB2312 lacks (埇桥, 深水埗, 氹仔, 沚江,
# 浉河, 瀍河, 猇亭, 硚口, 鄠邑 ...), found by going through the names of the boundary package.
PLACE_NAMES = "埇埗氹沚浉瀍猇硚鄠"

# Units of measure in one cell, as Chinese tables write them.
UNIT_SIGNS = "㎎㎏㎜㎝㎞㎡"

_NAMES = {
    0: (
        "Digitized data copyright Google Corporation © 2006. "
        "Subset and renamed by the spatialcarbon developers from Droid Sans Fallback."
    ),
    1: FAMILY,
    2: "Regular",
    3: f"spatialcarbon: {FAMILY}",
    4: FAMILY,
    5: "Version 2.55b; subset 1",
    6: "SpatialCarbonCJK-Regular",
    13: "Licensed under the Apache License, Version 2.0",
    14: "http://www.apache.org/licenses/LICENSE-2.0",
}


def characters() -> str:
    """Return the characters wanted: GB2312 (both levels), punctuation, full-width, place names.

    Examples
    --------
    >>> "碳" in characters(), "鄠" in characters(), "，" in characters(), "A" in characters()
    (True, True, True, False)
    """
    wanted = {chr(code) for code in (*range(0xFF01, 0xFF5F), *range(0xFFE0, 0xFFE7))}
    wanted.update(PLACE_NAMES, UNIT_SIGNS, "〇")
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            wanted.update(bytes((row, cell)).decode("gb2312", errors="ignore"))
    # Below U+2E80 stand Latin, Greek and mathematical signs: DejaVu Sans draws those.
    # Neither font has the narrow angle brackets.
    return "".join(sorted(c for c in wanted if ord(c) >= 0x2E80 and c not in "〈〉"))


def build(source: Path = DEFAULT_SOURCE, target: Path | None = None) -> Path:
    """Write the subset font and return where it lies.

    Parameters
    ----------
    source : Path
        ``DroidSansFallback.ttf`` as Debian ships it.
    target : Path, optional
        File to write; by default the bundled one beside this module.

    Raises
    ------
    SchemaError
        When the source is absent or is another version of the font.
    """
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    arrived = hashlib.sha256(source.read_bytes()).hexdigest() if source.is_file() else "nothing"
    if arrived != SOURCE_SHA256:
        raise SchemaError(
            "{path} is not the font that the bundled subset is made from",
            arrived="SHA-256 {digest}",
            expected="DroidSansFallback.ttf, version 2.55b",
            fix="apt install fonts-droid-fallback",
            path=source,
            digest=arrived,
        )
    target = Path(__file__).with_name(FILE_NAME) if target is None else target
    options = Options()
    options.hinting = False
    options.layout_features = []
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "vhea", "vmtx", "gasp"]
    options.name_IDs = []
    options.notdef_outline = True
    options.recalc_timestamp = False
    font = TTFont(source, recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(text=characters())
    subsetter.subset(font)
    font["name"].names = []
    for number, value in _NAMES.items():
        font["name"].setName(value, number, 3, 1, 0x409)
    font["OS/2"].fsType = 0
    font["OS/2"].achVendID = "SPCB"
    font.save(target, reorderTables=True)
    return target


if __name__ == "__main__":
    print(build(*(Path(argument) for argument in sys.argv[1:3])))
