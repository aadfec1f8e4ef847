"""How place names are written: one normal form, and the words that say what kind of unit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_IGNORED = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\u00ad]+")
CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")

# Endings of Chinese names, longest first, and the kind of unit they stand for.
KINDS_ZH = {
    "特别行政区": "特别行政区",
    "自治区": "自治区",
    "自治州": "州",
    "自治县": "县",
    "地区": "地区",
    "林区": "林区",
    "特区": "特别行政区",
    "省": "省",
    "市": "市",
    "州": "州",
    "盟": "盟",
    "县": "县",
}
PEOPLES_ZH = re.compile(
    "(?:土家族|苗族|藏族|羌族|彝族|布依族|侗族|壮族|傣族|白族|景颇族|傈僳族|哈尼族|朝鲜族|蒙古族"
    "|回族|黎族|哈萨克族|维吾尔族|柯尔克孜族|蒙古|哈萨克|柯尔克孜|维吾尔|壮)+$"
)

# Words at the end of romanised names and the kinds of unit they fit.
_PREFECTURES = frozenset({"州", "地区", "盟", "市"})
KINDS_LATIN = {
    "city": frozenset({"市"}),
    "shi": frozenset({"市"}),
    "municipality": frozenset({"市"}),
    "prefecture": _PREFECTURES,
    "diqu": frozenset({"地区"}),
    "league": frozenset({"盟"}),
    "meng": frozenset({"盟"}),
    "zizhizhou": frozenset({"州"}),
    "zhou": frozenset({"州"}),
    "county": frozenset({"县"}),
    "xian": frozenset({"县"}),
    "province": frozenset({"省"}),
    "sheng": frozenset({"省"}),
    "zizhiqu": frozenset({"自治区"}),
    "region": frozenset({"自治区", "特别行政区"}),
    "sar": frozenset({"特别行政区"}),
    "district": frozenset({"林区"}),
    "linqu": frozenset({"林区"}),
}
# Words that only colour the one above: "autonomous", "prefecture-level city", peoples' names.
_COLOURS = re.compile(
    "autonomous|level|special|administrative|forestry|and|zizhi"
    "|(?:tujia|miao|qiang|yi|buyi|dong|dai|bai|jingpo|lisu|hani|hui|li)(?:zu)?"
    "|tibetan|bouyei|zhuang|korean|mongol|mongolian|kazak|kazakh|kirgiz|kyrgyz|uygur|uyghur"
    "|zangzu|chaoxianzu|menggu|mengguzu|hasake|keerkezi|weiwuer"
)

Reading = tuple[str, frozenset[str]]
"""A normal form without its ending, and the kinds the ending allows (empty: any)."""


def tidy(name: str) -> str:
    """Return a name with full-width letters, blanks and invisible marks brought to one form."""
    return _IGNORED.sub(" ", unicodedata.normalize("NFKC", name)).strip()


def is_chinese(name: str) -> bool:
    """Say whether a name holds Chinese characters."""
    return bool(CHINESE.search(name))


def words(name: str) -> list[str]:
    """Return the lower-case words of a romanised name, tone marks and apostrophes dropped.

    Examples
    --------
    >>> words("Xī'ān City, Shaanxi")
    ['xian', 'city', 'shaanxi']
    """
    plain = unicodedata.normalize("NFKD", name).replace("u:", "v")
    plain = "".join(c for c in plain if not unicodedata.combining(c)).casefold()
    return re.findall(r"[a-z]+", re.sub(r"['`’‘ʼ]", "", plain))


def keys_of(name: str) -> set[str]:
    """Return the normal forms under which a name of the gazetteer is filed.

    The vowel ü is written u, v, yu and ue by different people, so a name with it
    is filed under each.
    """
    if is_chinese(name):
        return {name}
    variants = {name.replace("ü", other) for other in ("u", "v", "yu", "ue")}
    return {"".join(words(variant)) for variant in variants}


def kind_of(name_zh: str) -> str:
    """Return the kind of unit a full Chinese name ends in, or an empty string."""
    for ending, kind in KINDS_ZH.items():
        if name_zh.endswith(ending):
            return kind
    return ""


def readings_zh(name: str) -> Iterator[Reading]:
    """Yield the ways to read a Chinese name: whole, then less its ending and peoples."""
    yield name, frozenset()
    for ending, kind in KINDS_ZH.items():
        base = name.removesuffix(ending)
        if base and base != name:
            yield base, frozenset({kind})
            bare = PEOPLES_ZH.sub("", base)
            if bare and bare != base:
                yield bare, frozenset({kind})


def readings_latin(name: list[str]) -> Iterator[Reading]:
    """Yield the ways to read romanised words: whole, less endings, less a glued ending."""
    yield "".join(name), frozenset()
    kinds: frozenset[str] = frozenset()
    rest = list(name)
    while len(rest) > 1 and (rest[-1] in KINDS_LATIN or _COLOURS.fullmatch(rest[-1])):
        kinds = kinds or KINDS_LATIN.get(rest[-1], frozenset())
        rest = rest[:-1]
        if kinds:
            yield "".join(rest), kinds
    joined = "".join(name)
    for ending, allowed in KINDS_LATIN.items():
        if joined.endswith(ending) and joined != ending:
            yield joined.removesuffix(ending), allowed
