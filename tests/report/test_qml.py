"""Layers made ready, and the XML of their styles and metadata, seen without QGIS."""

from dataclasses import replace
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point

from spatialcarbon.core.errors import CRSMismatchError, OptionError, SchemaError
from spatialcarbon.core.language import text
from spatialcarbon.report.layers import Categorised, Category, Graduated, Layer, Lines, Single
from spatialcarbon.report.palettes import NO_DATA
from spatialcarbon.report.plain import plain_columns, plain_frame
from spatialcarbon.report.qmd import layer_qmd
from spatialcarbon.report.qml import layer_qml
from spatialcarbon.report.ready import ready_layers


def parsed(layer):
    return ElementTree.fromstring(layer_qml(ready_layers([layer], "en")[0]))


def test_every_style_parses_and_every_symbol_is_there(layers):
    for layer in layers:
        root = parsed(layer)
        assert {"Symbology", "Labeling", "Fields"} <= set(root.get("styleCategories").split("|"))
        symbols = {symbol.get("name") for symbol in root.findall("renderer-v2/symbols/symbol")}
        used = {item.get("symbol") for item in root.iter() if item.tag in ("category", "range")}
        assert used <= symbols
        assert symbols


def test_graduated_says_the_unit_once_and_has_a_class_for_missing_values(layers):
    renderer = parsed(layers[1]).find("renderer-v2")
    ranges = renderer.findall("ranges/range")
    assert [item.get("label") for item in ranges] == [
        "1.2 – 30 Mt CO2",
        "30 – 70",
        "70 – 99",
        "no data",
    ]
    void = ranges[-1].get("lower")
    assert void == ranges[-1].get("upper")
    assert float(void) < float(ranges[0].get("lower"))
    assert renderer.get("attr") == f'coalesce("co2_mt", {float(void):.0f})'
    colour = renderer.find("symbols/symbol[@name='3']/layer/prop[@k='color']").get("v")
    assert colour == ",".join(str(int(NO_DATA[i : i + 2], 16)) for i in (1, 3, 5)) + ",255"


def test_without_missing_values_there_is_no_class_for_them(layers, frame):
    whole = replace(layers[1], frame=frame[["name", "co2_mt", "geometry"]].dropna())
    renderer = parsed(whole).find("renderer-v2")
    assert renderer.get("attr") == "co2_mt"
    assert len(renderer.findall("ranges/range")) == 3


def test_categories_keep_their_order_and_null_comes_last(layers):
    values = [item.get("value") for item in parsed(layers[2]).findall("renderer-v2/categories/*")]
    assert values[0] == "High-High"
    assert values[-1] == ""
    assert len(values) == 7


@pytest.mark.parametrize(
    ("values", "value_type"),
    [([1, 2], "long"), ([1.5, 2.5], "double"), ([True, False], "bool"), (["1", "2"], "string")],
)
def test_categories_know_the_type_of_their_values(frame, values, value_type):
    cut = frame.iloc[:2].assign(kind=values)
    style = Categorised("kind", tuple(Category(v, text(str(v)), "#123456") for v in values))
    layer = Layer("kinds", text("Kinds"), text(""), cut[["kind", "geometry"]], {}, style)
    kinds = {item.get("type") for item in parsed(layer).findall("renderer-v2/categories/category")}
    assert kinds == {value_type}


def test_labels_take_the_readers_font_and_wait_until_they_fit(layers):
    root = parsed(layers[1])
    assert root.get("labelsEnabled") == "1"
    style = root.find("labeling/settings/text-style")
    assert style.get("fieldName") == "name"
    assert style.get("fontFamily") is None
    assert style.find("text-buffer").get("bufferDraw") == "1"
    assert root.find("labeling/settings/placement").get("fitInPolygonOnly") == "1"
    assert parsed(layers[3]).get("labelsEnabled") == "0"


def test_numbers_show_four_digits_and_codes_none(layers):
    root = parsed(layers[1])
    fields = root.findall("fieldConfiguration/field")
    assert [field.get("name") for field in fields] == ["co2_mt"]
    assert fields[0].find(".//Option[@name='Precision']").get("value") == "2"


def test_points_and_flat_lines_have_their_own_symbols(frame):
    points = gpd.GeoDataFrame({"a": [1]}, geometry=[Point(0, 0)], crs="EPSG:4490")
    layer = Layer("seats", text("Seats"), text(""), points, {}, Single("#112233"))
    symbol = parsed(layer).find("renderer-v2/symbols/symbol")
    assert symbol.get("type") == "marker"
    assert Lines("#112233").widths == (0.3,)


def test_metadata_tell_title_history_and_licence(layers):
    ready = ready_layers(layers, "zh")[1]
    root = ElementTree.fromstring(layer_qmd(ready, ["run <a> & b\x00", "seed 1"], "CC-BY"))
    assert root.findtext("title") == '2017年二氧化碳排放 <CO2> & "more"'
    assert [item.text for item in root.findall("history")] == ["run <a> & b\ufffd", "seed 1"]
    assert root.findtext("license") == "CC-BY"
    assert root.findtext("language") == "zh"
    assert "China" in root.findtext("crs/spatialrefsys/wkt")


def test_labels_of_units_come_first_under_their_name(layers):
    ready = ready_layers(layers, "en")
    assert list(ready[1].frame.columns) == ["adcode", "name", "co2_mt", "geom"]
    assert list(ready[0].frame.columns) == ["focal", "neighbour", "flow", "geom"]
    assert ready[1].frame["name"].iloc[3] == "丁\ufffd市\ufffd"


def test_columns_become_plain_and_stay_apart():
    names = plain_columns(["CO2 (Mt)", "co2_mt", "碳排放", "fid", "2017", "geom"])
    assert list(names.values()) == [
        "co2_mt",
        "co2_mt_2",
        "field_3",
        "fid_2",
        "field_2017",
        "geom_2",
    ]


def test_original_names_survive_as_aliases(frame):
    cut = frame[["co2_mt", "geometry"]].rename(columns={"co2_mt": "碳排放"})
    style = Graduated("碳排放", (0.0, 100.0), ("#123456",))
    layer = Layer("a", text("A"), text(""), cut, {"碳排放": text("Carbon")}, style)
    plain = Layer("a", text("A"), text(""), cut)
    assert ready_layers([layer], "en")[0].aliases["field_2"] == "Carbon"
    assert ready_layers([plain], "en")[0].aliases == {"adcode": "", "field_2": "碳排放"}


def test_objects_become_numbers_or_are_refused():
    table = pd.DataFrame(
        {
            "a": np.array([1, None, 3], dtype=object),
            "b": np.array([True, None, False], dtype=object),
        }
    )
    plain, _ = plain_frame(table, "t")
    assert [str(kind) for kind in plain.dtypes] == ["Int64", "boolean"]
    with pytest.raises(SchemaError, match="mixes kinds"):
        plain_frame(pd.DataFrame({"a": np.array([1, "x"], dtype=object)}), "t")
    with pytest.raises(SchemaError, match="infinite"):
        plain_frame(pd.DataFrame({"a": [1.0, float("inf")]}), "t")
    with pytest.raises(SchemaError, match="twice"):
        plain_frame(pd.DataFrame([[1, 2]], columns=["a", "a"]), "t")


def bad(layers, **changes):
    return [replace(layers[1], **changes)]


def test_what_cannot_be_shown_is_refused_by_name(layers, frame):
    with pytest.raises(SchemaError, match="no layer"):
        ready_layers([], "en")
    with pytest.raises(SchemaError, match="no rows"):
        ready_layers(bad(layers, frame=layers[1].frame.iloc[:0]), "en")
    with pytest.raises(CRSMismatchError, match="emissions_2017"):
        ready_layers(bad(layers, frame=layers[1].frame.set_crs(None, allow_override=True)), "en")
    with pytest.raises(SchemaError, match="lacks the column nome"):
        ready_layers(bad(layers, label_field="nome"), "en")
    with pytest.raises(SchemaError, match="lacks the column b"):
        ready_layers(bad(layers, aliases={"b": text("B")}), "en")
    with pytest.raises(SchemaError, match=r"no class for some values.*\n.*98\.75"):
        ready_layers(bad(layers, style=Graduated("co2_mt", (0, 50), ("#123456",))), "en")
    with pytest.raises(SchemaError, match="not numeric"):
        ready_layers(bad(layers, style=Graduated("name", (0, 50), ("#123456",))), "en")
    style = Categorised("name", (Category("甲市", text("A"), "#123456"),))
    with pytest.raises(SchemaError, match=r"no class(.|\n)*乙市"):
        ready_layers(bad(layers, style=style), "en")
    with pytest.raises(SchemaError, match="both be called 'emissions_2017'"):
        ready_layers([layers[1], replace(layers[1], name="Emissions 2017")], "en")
    with pytest.raises(SchemaError, match="reserved"):
        ready_layers([replace(layers[1], name="gpkg_contents")], "en")
    mixed = frame[["geometry"]].copy()
    mixed.loc[110000, "geometry"] = Point(0, 0)
    with pytest.raises(SchemaError, match="mixes kinds of geometry"):
        ready_layers([Layer("m", text("M"), text(""), mixed)], "en")


def test_styles_refuse_what_makes_no_sense():
    with pytest.raises(OptionError, match="not a colour"):
        Single("red")
    with pytest.raises(OptionError, match="rising"):
        Graduated("a", (1.0, 0.0), ("#123456",))
    with pytest.raises(OptionError, match="rising"):
        Graduated("a", (1.0, 1.0, 2.0), ("#123456", "#123456"))
    with pytest.raises(OptionError, match="2 classes need as many colours"):
        Graduated("a", (1.0, 2.0, 3.0), ("#123456",))
    with pytest.raises(OptionError, match="given twice"):
        Categorised("a", (Category("x", text("x"), "#123456"),) * 2)
    with pytest.raises(OptionError, match="one width"):
        Lines("#123456", widths=(0.1, 0.2))


def test_inputs_are_left_alone(layers):
    before = layers[1].frame.copy()
    ready_layers(layers, "en")
    pd.testing.assert_frame_equal(pd.DataFrame(before), pd.DataFrame(layers[1].frame))
