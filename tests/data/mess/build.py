"""Write the corpus of tables as yearbooks print them: ``python tests/data/mess/build.py``.

The numbers are those of the shipped tables (emissions of CO2 in 10⁴ t to one
decimal, population of the censuses); the mess around them is made here. Dates
are fixed, so that writing the files again gives the same bytes.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

HERE = Path(__file__).parent
Rows = Sequence[Sequence[object]]
Finish = Callable[[Worksheet], None]


def merged(*ranges: str) -> Finish:
    def finish(page: Worksheet) -> None:
        for cells in ranges:
            page.merge_cells(cells)

    return finish


def workbook(name: str, pages: dict[str, Rows], finish: Finish = lambda page: None) -> None:
    """Write a workbook; ``finish`` is called for each of its pages."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in pages.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(list(row))
        finish(page)
    raw = io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as parts, zipfile.ZipFile(HERE / name, "w") as out:
        for part in parts.infolist():
            content = parts.read(part)
            if part.filename == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2020-01-01T00:00:00Z", content)
            whole = zipfile.ZipInfo(part.filename, (2020, 1, 1, 0, 0, 0))
            whole.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(whole, content)


def lines(name: str, content: str, encoding: str = "utf-8") -> None:
    """Write a text file with the line ends of Windows."""
    (HERE / name).write_bytes(content.replace("\n", "\r\n").encode(encoding))


def headers() -> None:
    """Titles, units, headers of several rows."""
    workbook(
        "title_units_notes.xlsx",
        {
            "表3-1": [
                ["表3-1　各市二氧化碳排放量"],
                [None, None, None, "单位：万吨"],
                ["地　区", 2010, 2015, "2017年"],
                ["成都市", 8235.6, 8394.9, 8845.3],
                ["自贡市", 515.4, 541.1, 571.9],
                ["注：本表按现行行政区划整理。"],
                ["　　2017年为初步数。"],
                ["资料来源：各市统计年鉴"],
            ]
        },
        merged("A1:D1", "A6:D6", "A7:D7", "A8:D8"),
    )
    workbook(
        "two_row_header.xlsx",
        {
            "Sheet1": [
                ["2010年、2015年主要指标"],
                ["地区", "2010年", None, "2015年", None],
                [None, "排放量\n（万吨）", "比重", "排放量\n（万吨）", "比重"],
                ["总　计", 23476.1, 1, 25589.4, 1],
                ["南京", 6173.3, "…", 6839.7, 0.28],
                ["无 锡", 5914.4, "…", 6218.5, 0.26],
                ["苏 州", 11388.4, 0.47, 12531.2, "—"],
            ]
        },
        merged("A1:E1", "A2:A3", "B2:C2", "D2:E2"),
    )
    workbook(
        "three_row_header.xlsx",
        {
            "汇总": [
                ["城市", "排放与人口", None, None],
                [None, "排放量（万吨）", None, "人口（人）"],
                [None, 2010, 2015, 2010],
                ["广州", 6402.2, 6727.8, 12700800],
                ["深圳", 3693.6, 3588.9, 10423973],
            ]
        },
        merged("A1:A3", "B1:D1", "B2:C2"),
    )
    lines(
        "two_row_header_gbk.csv",
        "2015年全省各市基本情况,,,,\n地区,2010,,2015,\n,排放量/万吨,人口/人,排放量/万吨,位次\n"
        "济南市,6662.5,8112513,6562.7,2\n青岛市,7118.3,8715087,7032.4,1\n",
        "gbk",
    )
    workbook(
        "bilingual_header.xlsx",
        {
            "11-2": [
                ["11-2 主要指标"],
                ["地区", "排放量", "人口"],
                ["Region", "Emissions", "Population"],
                ["成都", 8235.6, 15118840],
                ["泸州", 709.3, 4218427],
            ]
        },
    )
    workbook(
        "title_of_two_cells.xlsx",
        {
            "a": [
                ["各市排放量", "续表一"],
                ["城市", "co2_2010", "co2_2015"],
                ["成都", 8235.6, 8394.9],
                ["自贡", 515.4, 541.1],
            ]
        },
    )
    lines(
        "units_row.csv",
        "城市,排放量,人口\n单位,万吨,人\n成都,8235.6,15118840\n泸州,709.3,4218427\n",
    )
    lines(
        "column_numbers.csv", "地区,排放量,人口\n甲,1,2\n成都,8235.6,15118840\n泸州,709.3,4218427\n"
    )
    lines("no_header.csv", "成都,2010,8235.6\n成都,2015,8394.9\n")
    lines("short_years.csv", "城市,05年,10年,15年\n成都,5181.1,8235.6,8394.9\n")
    workbook(
        "date_header.xlsx",
        {"a": [["城市", datetime.date(2010, 12, 31), datetime.date(2015, 12, 31)], ["成都", 1, 2]]},
    )
    workbook(
        "side_by_side.xlsx",
        {
            "a": [
                ["各市排放量（万吨）"],
                ["城市", "排放量", None, "城市", "排放量"],
                ["成都", 8394.9, None, "南京", 6839.7],
                ["自贡", 541.1, None, "无锡", 6218.5],
            ]
        },
    )
    lines(
        "semicolons.csv",
        "Emissions of CO2, by city, Mt\n\ncity;2010;2015\n"
        "Chengdu;82.356;83.949\nZigong;5.154;5.411\n",
    )


def bodies() -> None:
    """Merged and hidden cells, blocks, notes."""
    workbook(
        "merged_places.xlsx",
        {
            "a": [
                ["城市", "年份", "排放量"],
                ["成都市", 2010, 8235.6],
                [None, 2015, 8394.9],
                ["重庆市", 2010, 14101.9],
                [None, 2015, 14074.1],
            ]
        },
        merged("A2:A3", "A4:A5"),
    )
    workbook(
        "merged_number.xlsx",
        {"a": [["城市", "2010", "2015"], ["成都", 8235.6, 8394.9], ["自贡", None, 541.1]]},
        merged("B2:B3"),
    )
    lines("blank_places.csv", "城市,年份,排放量\n成都,2010,8235.6\n,2015,8394.9\n", "gb18030")

    def hide(page: Worksheet) -> None:
        if page.title == "旧":
            page.sheet_state = "hidden"
        else:
            page.row_dimensions[3].hidden = True
            page.column_dimensions["C"].hidden = True

    rows = [["城市", 2010, 2015], ["成都", 8235.6, 8394.9], ["自贡", 515.4, 541.1]]
    workbook("hidden.xlsx", {"新": rows, "旧": [["城市", 2010], ["成都", 1]]}, hide)
    workbook(
        "blocks.xlsx",
        {
            "a": [
                ["表1 各市排放量"],
                ["城市", "2010", "2015"],
                ["广州", 6402.2, 6727.8],
                [],
                ["深圳", 3693.6, 3588.9],
                ["（续表）"],
                ["城市", "2010", "2015"],
                ["珠海", 1441.0, 1570.3],
                [],
                ["说明：不含港澳。"],
            ]
        },
    )
    lines(
        "second_table.csv",
        "城市,2010\n成都,8235.6\n自贡,515.4\n注：单位为万吨\n城市,2015\n成都,8394.9\n",
    )
    lines(
        "footer.csv",
        "城市,2010,2015\n成都,8235.6,8394.9\n自贡,515.4,541.1\n"
        "单位负责人：张三,填表人：李四,报出日期：2018年5月\n",
    )
    lines(
        "quoted_lines.csv",
        '城市,"排放量\n（万吨）",备注\n成都,8235.6,"两\n行"\n自贡,约515,无\n',
    )
    pages = {
        "2010年": [["各市"], ["城市", "排放量"], ["成都", 8235.6], ["自贡", 515.4], ["合计", 8751]],
        "2015年": [["城市", "排放量"], ["自贡", 541.1], ["成都", 8394.9]],
    }
    workbook("sheets_by_year.xlsx", pages)
    workbook(
        "sheets_by_variable.xlsx",
        {
            "排放量": [["城市", 2010], ["成都", 8235.6]],
            "人口": [["城市", 2010], ["成都", 15118840]],
            "说明": [["本表由各市统计局提供"]],
        },
    )


def cells() -> None:
    """Digits, errors, percentages, formulas, dates."""
    lines(
        "fullwidth_utf16.txt",
        "城市\t２０１０年\t２０１５年\nＣｈｅｎｇｄｕ\t８，２３５．６\t８３９４．９\n自贡\t５１５．４\t…\n",
        "utf-16",
    )
    lines(
        "thousands_bom.csv",
        '城市,2010,2015\n成都市,"8,235.6","8,394.9"\n重庆,"14,101.9",14 074.1\n',
        "utf-8-sig",
    )
    workbook(
        "text_numbers.xlsx",
        {
            "a": [
                ["城市", "2010", "2015"],
                ["成都", "8,235.6", "8394.9 "],
                ["自贡", "515.4", "541.1"],
            ]
        },
    )
    lines("percent.csv", "城市,2010,2015\n成都,8235.6,8394.9\n自贡,515.4,4.9%\n", "gbk")

    def shown_in_percent(page: Worksheet) -> None:
        for row in page["B2:C3"]:
            for cell in row:
                cell.number_format = "0.0%"

    workbook(
        "percent_format.xlsx",
        {"a": [["城市", "2010", "2015"], ["成都", 0.94, 0.94], ["自贡", 0.06, 0.06]]},
        shown_in_percent,
    )
    workbook(
        "error_value.xlsx",
        {
            "a": [
                ["表1"],
                ["城市", "2010", "2015"],
                ["成都", 8235.6, "#REF!"],
                ["自贡", 515.4, 541.1],
            ]
        },
    )
    workbook(
        "error_place.xlsx",
        {"a": [["城市", "2010", "2015"], ["成都", 8235.6, 8394.9], ["#N/A", 515.4, 541.1]]},
    )
    workbook(
        "uncomputed.xlsx",
        {"a": [["城市", "2010", "2015"], ["成都", 8235.6, "=B2*1.02"], ["自贡", 515.4, 541.1]]},
    )
    workbook(
        "date_years.xlsx",
        {
            "a": [
                ["城市", "年份", "排放量"],
                ["成都", 2010, 8235.6],
                ["成都", datetime.date(2015, 12, 31), 8394.9],
                ["成都", "17", 8845.3],
            ]
        },
    )
    (HERE / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))
    (HERE / "old_renamed.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))


def places() -> None:
    """Totals, provinces, footnotes, boundaries of 2011, names in letters."""
    lines(
        "total_wrong.csv",
        "地区,2010,2015\n全　省,11053.0,11388.5\n成都,8235.6,8394.9\n自贡,515.4,541.1\n"
        "攀枝花,2302.0,2352.5\n",
        "gb18030",
    )
    workbook(
        "provinces_and_cities.xlsx",
        {
            "a": [
                ["地区", "2010", "2015"],
                ["宁夏", 8159.2, 13796.4],
                ["银川市", 3309.8, 5373.3],
                ["石嘴山市", 1295.0, 2091.6],
                ["吴忠市", 1622.1, 2948.9],
                ["固原市", 778.0, 1440.1],
                ["中卫市", 1154.3, 1942.5],
                ["四川省", 43626.4, 71073.4],
                ["成都市", 8235.6, 8394.9],
                ["自贡市", 515.4, 541.1],
                ["山东省", None, None],
                ["青岛市", 7118.3, 7032.4],
                ["北京市", 9090.7, 6359.0],
            ]
        },
    )
    lines("province_alone.csv", "地区,2010\n成都,8235.6\n宁夏,8159.2\n")
    lines(
        "spaces_footnotes.csv",
        "城市,2010,2015\n成 都,8235.6,8394.9\n　青岛市,7118.3,7032.4\n济南①,6662.5,6562.7\n"
        "泸 州*,709.3,786.3\n"
        "① 含莱芜。\n* 初步核算数。\n",
        "gb18030",
    )
    workbook(
        "twice.xlsx",
        {
            "a": [
                ["各市排放量"],
                ["序号", "城市", "2010"],
                [1, "成都", 8235.6],
                [2, "自贡", 515.4],
                [3, "成都市", 8236.0],
            ]
        },
    )
    lines("boundaries.csv", "城市,2010\n合肥,4190.0\n巢湖,2047.0\n莱芜市,…\n", "gbk")
    workbook("laiwu.xlsx", {"a": [["城市", "2010"], ["莱芜*", "…"], ["青岛", 7118.3]]})
    lines(
        "english.csv",
        "Table 1. Emissions by city\nCity,2010,2015\nChengdu,8235.6,8394.9\n"
        '"Suzhou, Jiangsu",11388.4,12531.2\nXi\'an City,3879.9,4355.7\nTotal,23503.9,25281.8\n'
        "Note: preliminary\nSource: own estimates\n",
    )
    workbook(
        "total_merged.xlsx",
        {
            "a": [
                ["代码", "城市", "2010"],
                ["合计", None, 8751.0],
                [510100, "成都", 8235.6],
                [510300, "自贡", 515.4],
            ]
        },
        merged("A2:B2"),
    )
    lines("only_total.csv", "地区,2010\n全国,800000\n")


if __name__ == "__main__":
    headers()
    bodies()
    cells()
    places()
