"""Pictures inside the report: small, and none the worse for it."""

from __future__ import annotations

import base64
from io import BytesIO

import numpy as np
from PIL import Image

from spatialcarbon.report.document_image import picture


def test_pictures_take_the_smaller_form_and_lose_nothing_to_see() -> None:
    noise = np.random.default_rng(1).integers(0, 2, (300, 200, 3), dtype=np.uint8) * 255
    buffer = BytesIO()
    Image.fromarray(noise).save(buffer, "PNG", compress_level=0)
    shown = picture(buffer.getvalue())
    small = base64.b64decode(shown.data)
    assert len(small) < len(buffer.getvalue()) / 3
    with Image.open(BytesIO(small)) as again:
        assert np.array_equal(np.asarray(again.convert("RGB")), noise)
    assert (shown.width, shown.height, shown.tall) == (200, 300, True)
    assert picture(buffer.getvalue()) == shown


def test_what_is_clear_in_a_picture_becomes_white() -> None:
    buffer = BytesIO()
    Image.new("RGBA", (64, 64), (255, 0, 0, 0)).save(buffer, "PNG", compress_level=0)
    with Image.open(BytesIO(base64.b64decode(picture(buffer.getvalue()).data))) as shown:
        assert shown.convert("RGB").getpixel((5, 5)) == (255, 255, 255)
