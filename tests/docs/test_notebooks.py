"""The notebooks run from top to bottom, say nothing on the error stream, and are stored clean."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "tutorials" / "notebooks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.ipynb"))


def stored(name: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All notebooks with their outputs, each from an empty folder, run at the same time."""
    pytest.importorskip("ipykernel", reason="the notebooks need ipykernel (extra: test)")
    nbformat = pytest.importorskip("nbformat", reason="the notebooks need nbformat (extra: test)")
    nbclient = pytest.importorskip("nbclient", reason="the notebooks need nbclient (extra: test)")

    async def run(name: str) -> Any:
        notebook = nbformat.reads(json.dumps(stored(name)), as_version=4)
        folder = tmp_path_factory.mktemp(name)
        client = nbclient.NotebookClient(
            notebook,
            timeout=120,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
        )
        await client.async_execute()
        return notebook

    async def run_all() -> list[Any]:
        return await asyncio.gather(*map(run, NAMES))

    scratch = tmp_path_factory.mktemp("jupyter")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("SPATIALCARBON_LANG", "en")
        for variable in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"):
            patch.setenv(variable, str(scratch))
        # In a thread of its own: the browser of other tests keeps a loop in this one.
        with ThreadPoolExecutor(1) as other:
            notebooks = other.submit(lambda: asyncio.run(run_all())).result()
        return dict(zip(NAMES, notebooks, strict=True))


def outputs(notebook: Any) -> list[Any]:
    return [out for cell in notebook.cells if cell.cell_type == "code" for out in cell.outputs]


def shown(notebook: Any, kind: str) -> list[str]:
    return [out.data[kind] for out in outputs(notebook) if kind in out.get("data", {})]


def test_there_is_one_for_each_reader() -> None:
    assert NAMES == ["01_compare_clusters_zh", "02_own_map_lisa", "03_drivers_to_governance"]


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_stored_without_outputs(name: str) -> None:
    notebook = stored(name)
    for cell in notebook["cells"]:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None
        assert "/tmp" not in "".join(cell["source"])
    assert "".join(notebook["cells"][0]["source"]).startswith("# ")
    assert re.search("种子|seed|rng=", json.dumps(notebook, ensure_ascii=False))


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs(executed: dict[str, Any], name: str) -> None:
    notebook = executed[name]
    streams = [out for out in outputs(notebook) if out.output_type == "stream"]
    assert not [out.text for out in streams if out.name == "stderr"]
    cards = [html for html in shown(notebook, "text/html") if 'class="spatialcarbon"' in html]
    assert len(cards) >= 4
    language = "zh-CN" if name.endswith("_zh") else "en"
    assert all(f'lang="{language}"' in html for html in cards)
    everything = json.dumps(notebook)
    assert str(ROOT) not in everything


def test_figures_show_themselves_without_any_set_up(executed: dict[str, Any]) -> None:
    for name in NAMES[:2]:
        assert shown(executed[name], "image/png"), name


def test_the_planner_reads_chinese(executed: dict[str, Any]) -> None:
    html = " ".join(shown(executed[NAMES[0]], "text/html"))
    for words in (
        "各分组历年莫兰指数",
        "基尼系数",
        "面板数据",
        "引用文献",
        "随机种子 20240501",
        "tables.xlsx",
    ):
        assert words in html


def test_what_the_notebooks_say_of_their_numbers_holds(executed: dict[str, Any]) -> None:
    compare, lisa, govern = (executed[name] for name in NAMES)
    assert "330900" in " ".join(shown(compare, "text/html"))  # Zhoushan, the isolate
    assert "330900" in " ".join(shown(lisa, "text/html"))
    text = " ".join(shown(govern, "text/plain"))
    assert "'cooperation': [510100]" in text  # Chengdu alone would not sign
    assert "20240501" in text


def test_a_page_shows_each_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    place = ROOT / "docs" / "_ext" / "generated.py"
    pages = " ".join(
        path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "docs" / "tutorials").glob("notebook_*.md"))
    )
    assert re.findall(r"<!-- generated: notebook (\S+) -->", pages) == NAMES
    pytest.importorskip("numpydoc", reason="docs/_ext/generated.py needs numpydoc (extra: docs)")
    spec = importlib.util.spec_from_file_location("docs_generated_of_notebooks", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.syspath_prepend(str(place.parent))
    spec.loader.exec_module(module)
    for name in NAMES:
        page = module.notebook(name)
        code = [cell for cell in stored(name)["cells"] if cell["cell_type"] == "code"]
        assert page.count("```{run}") == len(code) + 1
        assert page.rstrip().endswith('os.environ["SPATIALCARBON_LANG"] = "en"\n```')
        assert not page.startswith("# ")
