"""Figures inside the page: the same picture to the eye in a third of the bytes."""

from __future__ import annotations

import base64
import io
import struct
from dataclasses import dataclass

_COLOURS = 255
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Picture:
    """A figure as the page carries it.

    Parameters
    ----------
    data : str
        The PNG in base64.
    width, height : int
        Pixels.
    """

    data: str
    width: int
    height: int

    @property
    def tall(self) -> bool:
        """Whether it needs a page of paper of its own."""
        return self.height > self.width


def picture(png: bytes) -> Picture:
    """How is a figure put into the page, so that a report of thirty stays small?

    Colours are drawn from a palette of the figure's own, where that makes it smaller.
    The file in ``figures/`` keeps all of them.

    Parameters
    ----------
    png : bytes
        The figure as a PNG file.

    Returns
    -------
    Picture
    """
    small = _with_palette(png)
    best = small if len(small) < len(png) else png
    # The size stands at the same place in every PNG file.
    width, height = struct.unpack(">II", png[16:24])
    return Picture(base64.b64encode(best).decode(), width, height)


def _with_palette(png: bytes) -> bytes:
    from PIL import Image

    with Image.open(io.BytesIO(png)) as full:
        white = Image.new("RGB", full.size, "white")
        white.paste(full, mask=full.getchannel("A") if full.mode == "RGBA" else None)
    # Dithering would put grain into areas of one colour.
    drawn = white.quantize(_COLOURS, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    drawn.save(buffer, "PNG")
    return buffer.getvalue()
