"""A search index for English and Chinese on one site, without a dictionary of Chinese words.

Sphinx takes what stands between two marks of punctuation for one Chinese word, so that only whole
phrases are found. Here every two neighbouring characters are a word, in the index as in the query;
a page is found if it has all pairs of the query.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from sphinx.search.en import SearchEnglish

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
SPLIT_QUERY = r"""
var splitQuery = function (query) {
  var han = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]+/gu;
  var apart = query.replace(han, function (run) {
    var letters = Array.from(run);
    var pairs = letters.slice(1).map(function (letter, at) { return letters[at] + letter; });
    return " " + (pairs.length ? pairs : letters).join(" ") + " ";
  });
  return apart.split(/[^\p{Letter}\p{Number}_\p{Emoji_Presentation}]+/gu).filter(Boolean);
};
"""


def pairs(run: str) -> str:
    """Return neighbouring characters of a run as words.

    Examples
    --------
    >>> pairs("莫兰指数")
    '莫兰 兰指 指数'
    """
    return " ".join(first + second for first, second in pairwise(run)) or run


class Bilingual(SearchEnglish):
    """English words with their stems, Chinese in pairs of characters."""

    js_splitter_code = SPLIT_QUERY

    def split(self, input: str) -> list[str]:
        """Return the words of a text."""
        return super().split(HAN.sub(lambda run: f" {pairs(run[0])} ", input))


def setup(app: Sphinx) -> dict[str, bool]:
    """Take the place of the English index."""
    app.add_search_language(Bilingual)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
