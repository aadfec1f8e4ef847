"""Tables as yearbooks print them: each is read correctly, or refused with the exact cell."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import spatialcarbon as sc
from spatialcarbon.data.readers import read_panel

if TYPE_CHECKING:
    from spatialcarbon.core.errors import SpatialCarbonError

MESS = Path(__file__).parent / "mess"
CITY = {"unit": "城市", "level": "city"}
AREA = {"unit": "地区", "level": "city"}
NAN = math.nan

CHENGDU, ZIGONG, LUZHOU, PANZHIHUA, CHONGQING = 510100, 510300, 510500, 510400, 500000
JINAN, QINGDAO, NANJING, WUXI, SUZHOU, XIAN = 370100, 370200, 320100, 320200, 320500, 610100
GUANGZHOU, SHENZHEN, ZHUHAI, BEIJING = 440100, 440300, 440400, 110000
YINCHUAN, SHIZUISHAN, WUZHONG, GUYUAN, ZHONGWEI = 640100, 640200, 640300, 640400, 640500

TWO = {CHENGDU: [8235.6, 8394.9], ZIGONG: [515.4, 541.1]}
"""The two cities that most files hold, in 2010 and 2015."""

READ: list[tuple[str, dict[str, Any], dict[str, dict[int, list[float]]], list[str]]] = [
    # file, arguments, variable → unit → values by year, what the notes must say
    (
        "title_units_notes.xlsx",
        AREA,
        {"value": {CHENGDU: [8235.6, 8394.9, 8845.3], ZIGONG: [515.4, 541.1, 571.9]}},
        [
            "above the header, not read as data: row 1 (表3-1 各市二氧化碳排放量)",
            "units of measure written in the table, not applied: row 2 (单位：万吨)",
            "row 7 (2017年为初步数。); row 8 (资料来源：各市统计年鉴)",
        ],
    ),
    (
        "two_row_header.xlsx",
        AREA,
        {
            "排放量(万吨)": {
                NANJING: [6173.3, 6839.7],
                WUXI: [5914.4, 6218.5],
                SUZHOU: [11388.4, 12531.2],
            },
            "比重": {NANJING: [NAN, 0.28], WUXI: [NAN, 0.26], SUZHOU: [0.47, NAN]},
        },
        [
            "header joined from rows 2, 3: 地区, 2010年 / 排放量（万吨）, 2010年 / 比重",
            "总　计 → 总计; 无 锡 → 无锡; 苏 州 → 苏州",
            "cell A4 (总计): a total, left out: 排放量(万吨) 23476.1 in 2010",
            "its 3 rows add up to that",
        ],
    ),
    (
        "three_row_header.xlsx",
        CITY,
        {
            "排放与人口 / 排放量(万吨)": {
                GUANGZHOU: [6402.2, 6727.8],
                SHENZHEN: [3693.6, 3588.9],
            },
            "排放与人口 / 人口(人)": {GUANGZHOU: [12700800], SHENZHEN: [10423973]},
        },
        ["header joined from rows 1, 2, 3"],
    ),
    (
        "two_row_header_gbk.csv",
        AREA,
        {
            "排放量/万吨": {JINAN: [6662.5, 6562.7], QINGDAO: [7118.3, 7032.4]},
            "人口/人": {JINAN: [8112513], QINGDAO: [8715087]},
            "位次": {JINAN: [2], QINGDAO: [1]},
        },
        ["of GB18030 text", "row 1 (2015年全省各市基本情况)", "header joined from rows 2, 3"],
    ),
    (
        "bilingual_header.xlsx",
        {"unit": "地区 / Region", "level": "city", "year": 2010, "header": [2, 3]},
        {
            "排放量 / Emissions": {CHENGDU: [8235.6], LUZHOU: [709.3]},
            "人口 / Population": {CHENGDU: [15118840], LUZHOU: [4218427]},
        },
        ["header joined from rows 2, 3: 地区 / Region, 排放量 / Emissions"],
    ),
    (
        "bilingual_header.xlsx",
        AREA | {"year": 2010, "header": 2, "skip": [3]},
        {
            "排放量": {CHENGDU: [8235.6], LUZHOU: [709.3]},
            "人口": {CHENGDU: [15118840], LUZHOU: [4218427]},
        },
        ["left out as asked: row 3 (Region Emissions Population)"],
    ),
    ("title_of_two_cells.xlsx", CITY | {"header": 2}, {"co2": TWO}, ["row 1 (各市排放量 续表一)"]),
    (
        "units_row.csv",
        CITY | {"year": 2010},
        {
            "排放量": {CHENGDU: [8235.6], LUZHOU: [709.3]},
            "人口": {CHENGDU: [15118840], LUZHOU: [4218427]},
        },
        ["not applied: row 2 (单位 万吨 人)"],
    ),
    (
        "column_numbers.csv",
        AREA | {"year": 2010, "values": "排放量"},
        {"排放量": {CHENGDU: [8235.6], LUZHOU: [709.3]}},
        ["numbers of columns, not read as data: row 2 (甲 1 2)"],
    ),
    (
        "semicolons.csv",
        {"unit": "city", "level": "city", "values": "co2", "units": "Mt CO2"},
        {"co2": {CHENGDU: [82.356, 83.949], ZIGONG: [5.154, 5.411]}},
        ["row 1 (Emissions of CO2, by city, Mt)", "separated by semicolons"],
    ),
    (
        "merged_places.xlsx",
        CITY | {"year": "年份"},
        {"排放量": {CHENGDU: [8235.6, 8394.9], CHONGQING: [14101.9, 14074.1]}},
        ["merged cells filled: A2:A3 (成都市); A4:A5 (重庆市)"],
    ),
    (
        "hidden.xlsx",
        CITY,
        {"value": TWO},
        [
            "hidden rows are read too: 3",
            "hidden columns are read too: C",
            "hidden sheets are not read: 旧",
        ],
    ),
    (
        "hidden.xlsx",
        CITY | {"sheet": "旧"},
        {"value": {CHENGDU: [1]}},
        ["hidden.xlsx [旧]: 1 rows"],
    ),
    (
        "blocks.xlsx",
        CITY,
        {
            "value": {
                GUANGZHOU: [6402.2, 6727.8],
                SHENZHEN: [3693.6, 3588.9],
                ZHUHAI: [1441.0, 1570.3],
            }
        },
        [
            "header repeated inside the table, not read as data: row 6 （续表）".replace(
                " （", " (（"
            )
            + "); row 7 (城市 2010 2015)",
            "notes, not read as data: row 10 (说明：不含港澳。)",
        ],
    ),
    (
        "footer.csv",
        CITY,
        {"value": TWO},
        ["row 4 (单位负责人：张三 填表人：李四 报出日期：2018年5月)"],
    ),
    (
        "sheets_by_year.xlsx",
        CITY | {"sheet": "*"},
        {"排放量": TWO},
        [
            "sheets_by_year.xlsx [2010年]: 3 rows",
            "cell A5 (合计): a total, left out: 排放量 8751 in 2010; its 2 rows add up to that",
            "taken as 2015",
        ],
    ),
    (
        "sheets_by_variable.xlsx",
        CITY | {"sheet": "人口"},
        {"value": {CHENGDU: [15118840]}},
        ["sheets_by_variable.xlsx [人口]"],
    ),
    (
        "fullwidth_utf16.txt",
        CITY,
        {"value": {CHENGDU: [8235.6, 8394.9], ZIGONG: [515.4, NAN]}},
        ["UTF-16 text separated by tabs"],
    ),
    (
        "thousands_bom.csv",
        CITY,
        {"value": {CHENGDU: [8235.6, 8394.9], CHONGQING: [14101.9, 14074.1]}},
        ["UTF-8 with BOM"],
    ),
    ("text_numbers.xlsx", CITY, {"value": TWO}, []),
    (
        "percent_format.xlsx",
        CITY,
        {"value": {CHENGDU: [0.94, 0.94], ZIGONG: [0.06, 0.06]}},
        ["columns that Excel shows in percent are read as shares, 12% as 0.12: B, C"],
    ),
    (
        "total_wrong.csv",
        AREA,
        {"value": TWO | {PANZHIHUA: [2302.0, 2352.5]}},
        [
            "row 2, 地区 (全省): a total, left out: value 11053 in 2010; value 11388.5 in 2015; "
            "but its 3 rows add up to value 11288.5 in 2015"
        ],
    ),
    (
        "provinces_and_cities.xlsx",
        AREA,
        {
            "value": {
                YINCHUAN: [3309.8, 5373.3],
                SHIZUISHAN: [1295.0, 2091.6],
                WUZHONG: [1622.1, 2948.9],
                GUYUAN: [778.0, 1440.1],
                ZHONGWEI: [1154.3, 1942.5],
                **TWO,
                QINGDAO: [7118.3, 7032.4],
                BEIJING: [9090.7, 6359.0],
            }
        },
        [
            "cell A2 (宁夏): a province, left out: value 8159.2 in 2010; value 13796.4 in 2015; "
            "its 5 rows add up to that",
            "cell A8 (四川省): a province, left out: value 43626.4 in 2010; value 71073.4 in 2015; "
            "but its 2 rows add up to value 8751 in 2010; value 8936 in 2015",
            "cell A11 (山东省): a heading without values, left out",
        ],
    ),
    (
        "spaces_footnotes.csv",
        CITY,
        {
            "value": {
                CHENGDU: [8235.6, 8394.9],
                QINGDAO: [7118.3, 7032.4],
                JINAN: [6662.5, 6562.7],
                LUZHOU: [709.3, 786.3],
            }
        },
        [
            "成 都 → 成都; 济南① → 济南; 泸 州* → 泸州",
            "notes, not read as data: row 6 (① 含莱芜。); row 7 (* 初步核算数。)",
        ],
    ),
    (
        "laiwu.xlsx",
        CITY | {"dissolved": "successor"},
        {"value": {JINAN: [NAN], QINGDAO: [7118.3]}},
        ["莱芜* → 莱芜"],
    ),
    (
        "english.csv",
        {"unit": "City", "level": "city"},
        {
            "value": {
                CHENGDU: [8235.6, 8394.9],
                SUZHOU: [11388.4, 12531.2],
                XIAN: [3879.9, 4355.7],
            }
        },
        [
            "row 7 (Note: preliminary); row 8 (Source: own estimates)",
            "row 6, City (Total): a total, left out",
            "its 3 rows add up to that",
        ],
    ),
    (
        "total_merged.xlsx",
        {"unit": "代码"},
        {"value": {CHENGDU: [8235.6], ZIGONG: [515.4]}},
        [
            "merged cells filled: A2:B2 (合计)",
            "cell A2 (合计): a total, left out: value 8751 in 2010",
        ],
    ),
    (
        "second_table.csv",
        CITY | {"skip": [4, 5, 6]},
        {"value": {CHENGDU: [8235.6], ZIGONG: [515.4]}},
        ["left out as asked: row 4 (注：单位为万吨); row 5 (城市 2015); row 6 (成都 8394.9)"],
    ),
]

REFUSED: list[tuple[str, dict[str, Any], type[SpatialCarbonError], str, str]] = [
    # file, arguments, error, the cell, the way out
    ("bilingual_header.xlsx", AREA, sc.SchemaError, "cell B3: 'Emissions'", "header=[2, 3]"),
    ("title_of_two_cells.xlsx", CITY, sc.SchemaError, "value in cell C2; row 1", "header=2"),
    ("no_header.csv", CITY, sc.SchemaError, "row 1, column 3: '8235.6'", "add a header"),
    ("short_years.csv", CITY, sc.SchemaError, "05年 (row 1, column 2)", "write the years in full"),
    ("date_header.xlsx", CITY, sc.SchemaError, "cell B1: '2010-12-31'", "names and years"),
    ("side_by_side.xlsx", CITY, sc.SchemaError, "cell A2 (城市)", "below each other"),
    ("merged_number.xlsx", CITY, sc.SchemaError, "B2:B3: 8235.6", "split the cells"),
    ("blank_places.csv", CITY | {"year": "年份"}, sc.SchemaError, "row 3, 城市", "skip=[3]"),
    (
        "second_table.csv",
        CITY,
        sc.SchemaError,
        "row 5, column 1 after the note in row 4",
        "skip=[4]",
    ),
    (
        "quoted_lines.csv",
        CITY | {"year": 2010, "values": "排放量 （万吨）"},
        sc.SchemaError,
        "row 5, 排放量（万吨）: '约515'",
        "correct these cells",
    ),
    ("sheets_by_year.xlsx", CITY, sc.SchemaError, "2010年, 2015年", "sheet='*' to read them all"),
    ("sheets_by_variable.xlsx", CITY, sc.SchemaError, "排放量, 人口, 说明", "sheet='排放量'"),
    (
        "sheets_by_variable.xlsx",
        CITY | {"sheet": "*"},
        sc.SchemaError,
        "sheets 排放量, 人口, 说明",
        "sheet='排放量'",
    ),
    ("percent.csv", CITY, sc.SchemaError, "row 3, 2015: '4.9%'", "correct these cells"),
    ("error_value.xlsx", CITY, sc.SchemaError, "cell C3 (2015): '#REF!'", "correct these cells"),
    ("error_place.xlsx", CITY, sc.SchemaError, "cell A3 (#N/A)", "mend the formula"),
    ("uncomputed.xlsx", CITY, sc.SchemaError, "C2", "let it calculate"),
    (
        "date_years.xlsx",
        CITY | {"year": "年份"},
        sc.SchemaError,
        "cell B3 (年份): '2015-12-31'; cell B4 (年份): '17'",
        "as a number and not as a date",
    ),
    ("old.xls", CITY, sc.SchemaError, "old.xls is of a kind that is not read", "save it as .xlsx"),
    ("old_renamed.xlsx", CITY, sc.SchemaError, "an old .xls file", "without a password"),
    ("province_alone.csv", AREA, sc.NameMatchError, "row 3, 地区 (宁夏)", "leave these rows out"),
    ("twice.xlsx", CITY, sc.AlignmentError, "cell B3 (成都) and cell B5 (成都市)", "delete one"),
    (
        "boundaries.csv",
        CITY | {"dissolved": "successor"},
        sc.NameMatchError,
        "row 3, 城市 (巢湖)",
        "today's boundaries",
    ),
    ("laiwu.xlsx", CITY, sc.NameMatchError, "cell A2 (莱芜)", "dissolved='successor'"),
    ("only_total.csv", AREA, sc.SchemaError, "row 2, 地区 (全国)", "one row for each place"),
]


def named(case: tuple[Any, ...]) -> str:
    return str(case[0])


@pytest.mark.parametrize("case", READ, ids=named)
def test_read_correctly(case: Any) -> None:
    name, given, expected, said = case
    panel = read_panel(MESS / name, **given)
    assert set(panel.variables) == set(expected)
    for variable, rows in expected.items():
        frame = panel[variable]
        got = {unit: frame.loc[unit].dropna(how="all").tolist() for unit in frame.index}
        full = {unit: frame.loc[unit].tolist() for unit in frame.index}
        assert set(full) == set(rows)
        for unit, values in rows.items():
            found = full[unit] if len(full[unit]) == len(values) else got[unit]
            assert found == pytest.approx(values, abs=0, nan_ok=True), (variable, unit)
    notes = "\n".join(panel.notes)
    assert not [words for words in said if words not in notes], notes


@pytest.mark.parametrize("case", REFUSED, ids=named)
def test_refused_with_the_cell(case: Any) -> None:
    name, given, kind, cell, way_out = case
    with pytest.raises(kind) as caught:
        read_panel(MESS / name, **given)
    message = str(caught.value)
    assert cell in message
    assert way_out in message
    assert name in message
    assert caught.value.render("zh") != message


def test_every_file_is_tried() -> None:
    files = {path.name for path in MESS.iterdir() if path.suffix not in (".py", "")}
    assert files == {case[0] for case in itertools.chain(READ, REFUSED)}
    assert len(files) >= 24
