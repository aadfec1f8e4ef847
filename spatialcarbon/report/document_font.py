"""The hanzi of a page as a small font inside it, for screens that have none of their own."""

from __future__ import annotations

import base64
import io

from spatialcarbon.report.canvas import BUNDLED_FONT


def embedded_font(page: str) -> str:
    """Which font must a page carry so that its hanzi show on any screen?

    Parameters
    ----------
    page : str
        The finished page.

    Returns
    -------
    str
        A WOFF file with the hanzi and full-width signs of the page, in base64; empty
        where the page has none. The same page gives the same font.

    Examples
    --------
    >>> embedded_font("no hanzi")
    ''
    """
    from fontTools import subset
    from fontTools.ttLib import TTFont

    wanted = sorted({ord(ch) for ch in page if ord(ch) > 0x2E7F})
    if not wanted:
        return ""
    options = subset.Options()
    options.flavor = "woff"
    options.recalc_timestamp = False
    options.notdef_outline = True
    font = TTFont(BUNDLED_FONT, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    font.flavor = "woff"
    buffer = io.BytesIO()
    font.save(buffer, reorderTables=True)
    return base64.b64encode(buffer.getvalue()).decode()
