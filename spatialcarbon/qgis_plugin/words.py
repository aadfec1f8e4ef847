"""English and Chinese sentences of the plugin; QGIS's own language decides."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def chinese() -> dict[str, str]:
    """Return the Chinese sentence for every English one."""
    path = Path(__file__).with_name("zh.json")
    content: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return content


def language() -> str:
    """Return ``"zh"`` where QGIS speaks Chinese, else ``"en"``."""
    from qgis.core import QgsApplication

    return "zh" if QgsApplication.locale().lower().startswith("zh") else "en"


def said(english: str, **values: object) -> str:
    """Return a sentence in the language of QGIS with its braces filled."""
    words = chinese().get(english, english) if language() == "zh" else english
    return words.format(**values) if values else words
