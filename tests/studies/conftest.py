"""A user's own data with everything awkward in it, and the shipped study run once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from spatialcarbon.studies.pipeline import StudyResult, run_study

if TYPE_CHECKING:
    from collections.abc import Callable

SHIPPED = Path(__file__).parents[2] / "analyses" / "02_five_city_clusters" / "study.toml"
HOSTILE = "<script>alert(1)</script>"


def reduced(source: str, permutations: int = 99) -> str:
    """Return a study file with few permutations."""
    drawing = '(?m)^(method = "(moran|lisa|transitions|sensitivity)".*)$'
    return re.sub(drawing, rf"\1\npermutations = {permutations}", source)


@pytest.fixture(scope="session")
def shipped_source() -> str:
    return reduced(SHIPPED.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory, shipped_source: str) -> StudyResult:
    """Run the shipped study, with few permutations, an awkward title and drawn smaller."""
    folder = tmp_path_factory.mktemp("shipped")
    source = re.sub(r"(?m)^title = .*", f'title = "{HOSTILE} & 城市群"', shipped_source, count=1)
    (folder / "study.toml").write_text(source, encoding="utf-8")
    return run_study(folder / "study.toml", out=folder / "results")


@dataclass
class OwnStudy:
    """A user's folder: a map of 21 squares, two tables, a table of links, a study file.

    Parameters
    ----------
    folder : Path
        Where it lies.
    units : GeoDataFrame
        East and West hang together, Small has three places, the Isles none that touch.
    table : DataFrame
        Emissions and a constant, wide, under Chinese headings.
    links : DataFrame
        Weights by hand: a ring through East and West.
    outputs, analyses, weights, head : str
        Parts of the study file.
    """

    folder: Path
    units: gpd.GeoDataFrame
    table: pd.DataFrame
    links: pd.DataFrame
    encoding: str = "gb18030"
    measure: str = "万吨CO2"
    head: str = ""
    tables: str = ""
    weights: str = '[weights.queen]\ntype = "contiguity"\n'
    analyses: str = (
        '[[analyses]]\nmethod = "moran"\nvariable = ["co2", "flat"]\npermutations = 99\n'
        '[[analyses]]\nmethod = "lisa"\nvariable = "co2"\nyears = [2015, 2017]\npermutations = 99\n'
        '[[analyses]]\nmethod = "indicators"\ngrowth = [[2015, 2017]]\n'
    )
    outputs: str = "geopackage = false\nfigures = []\nworkbook = false\nreport = false\n"

    @property
    def path(self) -> Path:
        return self.folder / "study.toml"

    def source(self) -> str:
        return f"""\
[study]
title = "{HOSTILE}"
seed = 7
{self.head}
[units]
source = "map.gpkg"
key = "code"
label = "name"
groups = "组"

[tables.emissions]
source = "排放.csv"
unit = "代码"
[tables.emissions.variables]
co2 = {{ column = "排放", measure = "{self.measure}" }}
flat = {{ column = "恒定", measure = "1" }}
{self.tables}
{self.weights}
{self.analyses}
[outputs]
{self.outputs}
"""

    def write(self) -> OwnStudy:
        self.units.to_file(self.folder / "map.gpkg")
        table = self.table.to_csv(index=False).encode(self.encoding)
        (self.folder / "排放.csv").write_bytes(table)
        (self.folder / "links.csv").write_bytes(self.links.to_csv(index=False).encode("gb18030"))
        self.path.write_text(self.source(), encoding="utf-8")
        return self

    def run(self, out: str = "results", **options: Any) -> StudyResult:
        return self.write().again(out, **options)

    def again(self, out: str = "results", **options: Any) -> StudyResult:
        """Run what is already written."""
        return run_study(self.path, out=self.folder / out, **options)


def own_units() -> gpd.GeoDataFrame:
    squares = {}
    for i in range(8):  # East: 2 x 4
        squares[f"e{i}"] = ("东", box(i % 2, i // 2, i % 2 + 1, i // 2 + 1))
    for i in range(6):  # West: 2 x 3, next to East
        squares[f"西{i}"] = ("西", box(2 + i % 2, i // 2, 3 + i % 2, i // 2 + 1))
    for i in range(3):
        squares[f"s{i}"] = ("小", box(10 + i, 0, 11 + i, 1))
    for i in range(4):
        squares[f"岛{i}"] = ("岛", box(20 + 3 * i, 0, 21 + 3 * i, 1))
    names = [f"Place {code}" for code in squares]
    names[0], names[1], names[2] = "=1+1", HOSTILE, 'O\'Brien [/red] "甲"'
    frame = gpd.GeoDataFrame(
        {"code": list(squares), "name": names, "组": [group for group, _ in squares.values()]},
        geometry=[shape for _, shape in squares.values()],
        crs="EPSG:4547",
    )
    frame["geometry"] = frame.scale(10_000, 10_000, origin=(0, 0)).translate(500_000, 3_400_000)
    return frame


def own_table(codes: list[str]) -> pd.DataFrame:
    values = [(7 * i * i + 3 * i) % 41 + 0.5 for i in range(len(codes))]
    return pd.DataFrame(
        {
            "代码": codes,
            "排放_2015": values,
            "排放_2017": [v * 1.25 + i for i, v in enumerate(values)],
            "恒定_2015": 4.0,
            "恒定_2017": 4.0,
            "备注": "x",
        }
    )


@pytest.fixture
def own(tmp_path: Path) -> OwnStudy:
    units = own_units()
    ring = [code for code in units["code"] if code[0] in "e西"]
    following = [*ring[1:], ring[0]]
    links = pd.DataFrame({"focal": ring, "neighbor": following, "weight": 2.0})
    return OwnStudy(tmp_path, units, own_table(list(units["code"])), links)


@pytest.fixture
def read() -> Callable[[StudyResult, str], pd.DataFrame]:
    """Return a reader of written tables; it insists on the mark that Excel needs."""

    def reader(result: StudyResult, name: str) -> pd.DataFrame:
        path = result.directory / "tables" / f"{name}.csv"
        assert path.read_bytes()[:3] == b"\xef\xbb\xbf"
        # pandas 2 loses the last of seventeen digits unless asked; to ask pandas 3 is deprecated.
        exact: Any = {} if pd.__version__ >= "3" else {"float_precision": "round_trip"}
        return pd.read_csv(
            path, encoding="utf-8-sig", keep_default_na=False, na_values=[""], **exact
        )

    return reader
