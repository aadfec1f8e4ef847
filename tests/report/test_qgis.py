"""What QGIS itself makes of the files: every layer opened, styled, named and drawn."""

import shutil

import pytest

from spatialcarbon.core.language import text
from spatialcarbon.report.data_tables import DataTable
from spatialcarbon.report.geopackage import write_geopackage
from spatialcarbon.report.qgis_project import write_project

pytestmark = pytest.mark.qgis


@pytest.fixture
def folder(tmp_path, layers, panel):
    folder = tmp_path / "结果 & results"
    folder.mkdir()
    write_geopackage(
        folder / "results.gpkg",
        layers,
        language="zh",
        history=["spatialcarbon run study.toml", "seed 20240501"],
        licence="CC-BY-4.0",
        tables=[DataTable("panel", text("Data"), text(""), panel)],
        project_title="五大城市群",
    )
    write_project(folder / "project.qgz", layers, title="五大城市群", language="zh")
    return folder


def test_every_layer_opens_with_its_style_names_and_metadata(folder, qgis, layers):
    found = {layer["name"]: layer for layer in qgis(folder / "results.gpkg")["layers"]}
    assert list(found) == [*(layer.name for layer in layers), "panel"]
    assert all(layer["valid"] for layer in found.values())
    assert found["panel"]["features"] == 2
    spatial = [layer for layer in found.values() if layer["spatial"]]
    assert {layer["crs"] for layer in spatial} == {"EPSG:4490"}
    assert [layer["undrawn"] for layer in spatial] == [[]] * 5
    kinds = {layer["name"]: (layer["renderer"], len(layer["entries"])) for layer in spatial}
    assert kinds == {
        "links": ("graduatedSymbol", 2),
        "emissions_2017": ("graduatedSymbol", 4),
        "lisa_2017": ("categorizedSymbol", 7),
        "clusters": ("categorizedSymbol", 3),
        "borders": ("singleSymbol", 0),
    }
    emissions = found["emissions_2017"]
    assert emissions["entries"][0] == [[1.2, 30.0], "1.2 – 30 百万吨 CO₂", "#ffffcc"]
    assert emissions["labels"] == "name"
    assert emissions["fit"] is True
    assert emissions["aliases"]["adcode"] == "行政区划代码"
    assert emissions["aliases"]["co2_mt"] == "CO2 & more"
    assert emissions["precision"]["co2_mt"] == 2
    assert emissions["hidden"][:1] == ["fid"]
    assert emissions["title"] == '2017年二氧化碳排放 <CO2> & "more"'
    assert emissions["abstract"].splitlines()[0] == "Emissions in Mt CO2: a < b & c."
    assert "adcode = 行政区划代码" in emissions["abstract"]
    assert emissions["tabs"] == ["地区", "数值"]
    assert emissions["locked"]
    assert "format_number" in emissions["tip"]
    assert emissions["history"] == ["spatialcarbon run study.toml", "seed 20240501"]
    assert emissions["licences"] == ["CC-BY-4.0"]
    assert emissions["metadata_crs"] is True
    assert found["lisa_2017"]["aliases"]["label"] == "LISA 类型"
    assert found["lisa_2017"]["words"]["label"][:2] == [
        ["高-高", "High-High"],
        ["低-低", "Low-Low"],
    ]
    assert found["clusters"]["words"]["cluster"][0] == ["京津冀", "BTH"]
    assert [entry[1] for entry in found["clusters"]["entries"]] == ["京津冀", "长三角", "珠三角"]


def check_project(project, tables=0):
    assert project["read"] is True
    assert project["title"] == "五大城市群"
    assert project["crs"] is True
    assert len(project["order"]) == 5 + tables
    assert None not in project["order"]
    assert all(layer["valid"] and not layer["undrawn"] for layer in project["layers"])
    kinds = [layer["renderer"] for layer in project["layers"]]
    assert kinds[:4] == ["graduatedSymbol"] * 2 + ["categorizedSymbol"] * 2
    assert project["layers"][1]["aliases"]["co2_mt"] == "CO2 & more"
    assert [len(names) for names in project["groups"].values()] == [1, 1] + [1] * tables
    assert project["shown"] == [
        "Who lies beside whom",
        '2017年二氧化碳排放 <CO2> & "more"',
        "Borders",
        *(["数据"] * tables),
    ]
    west, south, east, north = project["extent"]
    assert west < 110
    assert east > 113
    assert south < 30
    assert north > 32
    assert max(east - west, north - south) < 6


def test_the_project_opens_also_after_its_folder_has_moved(folder, qgis, tmp_path):
    moved = tmp_path / "elsewhere" / "moved"
    moved.parent.mkdir()
    shutil.move(folder, moved)
    check_project(qgis(moved / "project.qgz"))


def test_the_embedded_project_opens(folder, qgis):
    check_project(qgis(f"geopackage:{folder / 'results.gpkg'}?projectName=五大城市群"), tables=1)


def test_a_drawn_map_has_the_colours_of_its_classes(folder, qgis, tmp_path):
    from matplotlib.image import imread

    qgis(folder / "results.gpkg", tmp_path / "map.png")
    picture = (imread(tmp_path / "map_lisa_2017.png")[:, :, :3] * 255).round().astype(int)
    seen = {tuple(pixel) for pixel in picture[::7, ::7].reshape(-1, 3).tolist()}
    for colour in ((215, 25, 28), (44, 123, 182), (239, 239, 239), (140, 140, 140)):
        assert colour in seen


@pytest.mark.parametrize("language", ["en", "zh"])
def test_years_relations_and_print_layouts_work_in_qgis(tmp_path, layers, yearly, qgis, language):
    from matplotlib.image import imread

    credits = ["spatialcarbon run study.toml · Seed 7", "Source: invented"]
    for write, name in ((write_geopackage, "results.gpkg"), (write_project, "project.qgz")):
        title = {"title": "T"} if write is write_project else {}
        write(tmp_path / name, layers, tables=[yearly], language=language, credits=credits, **title)
    project = qgis(tmp_path / "project.qgz", tmp_path / "map.png")
    assert project["clock"] == [2016, 2018]
    assert project["in_2017"].pop("yearly_co2") == 6
    assert set(project["in_2017"].values()) == {None}
    # The form that QGIS makes ends with the rows of the place; 2016, 2017 and 2018.
    assert project["relations"] == {
        f"spatialcarbon_panel_of_{name}": [3, True]
        for name in ("emissions_2017", "lisa_2017", "clusters", "borders")
    }
    described = {layer["name"]: layer for layer in project["layers"]}
    title = "CO2逐年变化" if language == "zh" else "CO2, year by year"
    assert described[title]["features"] == 18
    assert described[title]["undrawn"] == []
    assert project["layouts"].keys() == set(project["themes"])
    sheet = project["layouts"][title]
    assert sheet["title"] == (f"{title}：2018" if language == "zh" else f"{title}: 2018")
    assert sheet["credits"] == "\n".join(credits)
    assert {"map", "legend", "north", "abstract"} <= set(sheet)
    pixels = imread(tmp_path / "map_layout.png")[:, :, :3]
    assert pixels.shape[1] > pixels.shape[0] > 400
    # The map, its frame, and the legend beside it.
    assert (pixels[60:440, 40:480] < 0.9).any()
    assert (pixels[60:160, 515:680] < 0.9).any()
    assert (tmp_path / "map_layout.pdf").read_bytes()[:4] == b"%PDF"
