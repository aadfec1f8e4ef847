"""The search of the site knows Chinese: index and query take it apart in the same way."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

EXTENSION = Path(__file__).parents[2] / "docs" / "_ext" / "bilingual_search.py"
SAID = [
    "全局莫兰指数 (global Moran's I)",
    "长三角、珠三角：CO2排放2005年",
    "碳",
    "净零-emission 𠀀𠀁𠀂 and 莫兰 again",
    "",
]


@pytest.fixture(scope="module")
def search() -> ModuleType:
    pytest.importorskip("sphinx", reason="the site needs Sphinx (extra: docs)")
    spec = importlib.util.spec_from_file_location("docs_bilingual_search", EXTENSION)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_chinese_goes_into_the_index_in_pairs(search: ModuleType) -> None:
    words = search.Bilingual({}).split("研究莫兰指数 of 碳 and I")
    assert words == ["研究", "究莫", "莫兰", "兰指", "指数", "of", "碳", "and", "I"]
    assert search.Bilingual({}).stem("clusters") == "cluster"


@pytest.mark.skipif(not shutil.which("node"), reason="node is not installed")
def test_the_query_is_split_like_the_index(search: ModuleType) -> None:
    code = f"{search.SPLIT_QUERY}\nconsole.log(JSON.stringify({json.dumps(SAID)}.map(splitQuery)));"
    node = subprocess.run(
        ["node", "-e", code], capture_output=True, text=True, encoding="utf-8", check=True
    )
    index = search.Bilingual({})
    assert json.loads(node.stdout) == [index.split(words) for words in SAID]
