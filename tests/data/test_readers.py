"""Readers: real files in real encodings, and a clear error for each that is broken."""

import math
import os
import struct

import openpyxl
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.data.readers import read_panel, read_table

LONG = """城市,年份,co2,备注
成都,2005,1.5,甲
成都,2010,—,乙
重庆市,2005,"1,234",丙
重庆市,2010,４,丁
"""


def write(tmp_path, name, content, encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def workbook(tmp_path, name="t.xlsx", **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    book.save(tmp_path / name)
    return tmp_path / name


class TestText:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
    def test_encodings_give_the_same_panel(self, tmp_path, encoding):
        path = write(tmp_path, "co2.csv", LONG, encoding)
        panel = read_panel(path, unit="城市", year="年份", units={"co2": "Mt CO2"})
        assert panel.units.tolist() == ["成都", "重庆市"]
        assert panel.at("co2", 2005).tolist() == [1.5, 1234.0]
        assert panel.missing("co2") == [("成都", 2010)]
        assert panel.units_of_measure == {"co2": "Mt CO2"}
        assert panel.source == "co2.csv"
        label = {"utf-8-sig": "UTF-8 with BOM", "gbk": "GB18030"}.get(encoding, encoding.upper())
        assert panel.notes[0] == f"co2.csv: 4 rows of {label} text separated by commas"
        assert panel.notes[1] == "columns left out: 备注"

    @pytest.mark.parametrize(("name", "mark"), [("t.csv", ";"), ("t.tsv", "\t"), ("t.txt", ",")])
    def test_separators(self, tmp_path, name, mark):
        path = write(tmp_path, name, f'a{mark}"b,;c"\n1{mark}2\n\n3{mark}4\n')
        table = read_table(path)
        assert table.frame.to_dict("list") == {"a": ["1", "3"], "b,;c": ["2", "4"]}
        assert table.rows == (2, 4)
        assert table.delimiter == mark

    def test_one_column(self, tmp_path):
        assert read_table(write(tmp_path, "t.csv", "a\n1\n")).frame["a"].tolist() == ["1"]

    def test_codes_keep_their_zeros(self, tmp_path):
        path = write(tmp_path, "t.csv", "code,v\n0101,1\n110000,2\n")
        assert read_panel(path, unit="code", year=2010).units.tolist() == ["0101", "110000"]
        path = write(tmp_path, "u.csv", "code,v\n120000,1\n110000.0,2\n")
        assert read_panel(path, unit="code", year=2010).units.tolist() == [120000, 110000]

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ("", "t.csv is empty"),
            ("\n , \n", "t.csv is empty"),
            ("a,b\n", "has a header but no rows"),
            ("a,b,a\n1,2,3\n", "more than one column called a"),
            ("a,,b\n1,2,3\n", "column B, with a value in row 2, column 2; row 1"),
            ("a,b\n1,2\n3\n", "row 3 has 1 cells, the header 2"),
            ("a,b\n1,2,3\n", "row 2 has 3 cells, the header 2"),
            ("a,b,\n1,2,3\n", "column C, with a value in row 2, column 3"),
            ('a,b\n1,"2\n3,4\n', "row 2 cannot be split"),
            ("a;b,c\n1;2,3\n", "does not show what separates"),
            (b"\x00\x01\x02\x03", "binary"),
        ],
    )
    def test_broken_files(self, tmp_path, content, message):
        with pytest.raises(sc.SchemaError, match=message):
            read_table(write(tmp_path, "t.csv", content))

    def test_blank_surplus_is_no_matter(self, tmp_path):
        path = write(tmp_path, "t.csv", "a,b,,\n1,2,,\n3,4,,\n")
        assert list(read_table(path).frame) == ["a", "b"]
        path = write(tmp_path, "t.csv", "a,b\n1,2,\n")
        assert list(read_table(path).frame) == ["a", "b"]

    def test_unreadable_cells_are_listed_with_their_rows(self, tmp_path):
        path = write(tmp_path, "t.csv", 'city,2005,2010\nA,1%,2\n\nB,#DIV/0!,"1,23"\n')
        with pytest.raises(sc.SchemaError) as caught:
            read_panel(path, unit="city")
        message = str(caught.value)
        assert "t.csv: 3 cells cannot be read" in message
        assert "row 2, 2005: '1%'; row 4, 2005: '#DIV/0!'; row 4, 2010: '1,23'" in message

    def test_decimal_commas_are_not_taken_for_thousands(self, tmp_path):
        path = write(tmp_path, "t.csv", "city;2005\nA;1,234\nB;17\n")
        with pytest.raises(sc.SchemaError, match="thousands or decimals"):
            read_panel(path, unit="city")
        path = write(tmp_path, "t.csv", "city;2005\nA;1,234\nB;17.5\n")
        assert read_panel(path, unit="city").at("value", 2005).tolist() == [1234.0, 17.5]


class TestWorkbook:
    def test_cells_and_rows(self, tmp_path):
        path = workbook(
            tmp_path,
            数据=[["code", 2005, 2010.0], [110000, 1.5, None], [None] * 3, [120000, 2, "…"]],
        )
        table = read_table(path)
        assert list(table.frame) == ["code", "2005", "2010"]
        assert table.rows == (2, 4)
        panel = read_panel(path, unit="code", values="co2")
        assert panel.units.tolist() == [110000, 120000]
        assert panel.missing("co2") == []
        assert panel["co2"].columns.tolist() == [2005]
        assert panel.years == (2005, 2010)
        assert "columns without any value: 2010" in panel.notes
        assert panel.source == "t.xlsx [数据]"

    def test_sheets(self, tmp_path):
        path = workbook(tmp_path, a=[["x", "v"], ["A", 1]], b=[["x", "v"], ["A", 2]], empty=[])
        with pytest.raises(sc.SchemaError, match=r"holds 2 tables\n.*a, b\n.*sheet='a'"):
            read_table(path)
        assert read_table(path, sheet="b").frame["v"].tolist() == [2]
        with pytest.raises(sc.OptionError, match="no sheet or layer 'bb'"):
            read_table(path, sheet="bb")
        path = workbook(tmp_path, empty=[], a=[["x", "v"], ["A", 1]])
        assert read_table(path).sheet == "a"

    def test_formulas_without_a_result(self, tmp_path):
        path = workbook(tmp_path, s=[["x", "v"], ["A", "=1+1"], ["B", 2]])
        with pytest.raises(sc.SchemaError, match=r"1 formulas without a stored result\n.*B2"):
            read_table(path)

    def test_errors_and_booleans_are_unreadable(self, tmp_path):
        path = workbook(tmp_path, s=[["x", "v"], ["A", "#DIV/0!"], ["B", True], ["C", 1]])
        with pytest.raises(sc.SchemaError, match=r"cell B2 \(v\): '#DIV/0!'; cell B3 \(v\): True"):
            read_panel(path, unit="x", year=2010, values="v")

    def test_merged_labels_are_named(self, tmp_path):
        path = workbook(tmp_path, s=[["x", "year", "v"], ["A", 2005, 1], [None, 2006, 2]])
        with pytest.raises(sc.SchemaError, match=r"1 rows have nothing in column x\n.*cell A3"):
            read_panel(path, unit="x", year="year")

    def test_title_rows(self, tmp_path):
        path = workbook(tmp_path, s=[["表1", None], ["x", "v"], ["A", 1]])
        table = read_table(path)
        assert table.header_rows == (2,)
        assert [(one.row, one.kind, one.content) for one in table.skipped] == [(1, "title", "表1")]

    def test_not_a_workbook(self, tmp_path):
        with pytest.raises(sc.SchemaError, match="cannot be read as an Excel workbook"):
            read_table(write(tmp_path, "t.xlsx", "a,b\n1,2\n"))
        with pytest.raises(sc.SchemaError, match=r"save it as \.xlsx"):
            read_table(write(tmp_path, "t.xls", b"\xd0\xcf\x11\xe0"))


class TestRecords:
    def test_parquet(self, tmp_path):
        frame = pd.DataFrame({"adcode": [110000, 120000], "year": [2005, 2005], "v": [1.5, None]})
        frame["geometry"] = [b"\x01", b"\x02"]
        frame.to_parquet(tmp_path / "t.parquet")
        panel = read_panel(tmp_path / "t.parquet", unit="adcode", year="year", values="v")
        assert panel.missing("v") == [(120000, 2005)]
        assert "geometry" not in read_table(tmp_path / "t.parquet").frame
        frame.set_index("adcode").to_parquet(tmp_path / "i.parquet")
        assert read_table(tmp_path / "i.parquet").frame["adcode"].tolist() == [110000, 120000]
        with pytest.raises(sc.SchemaError, match="cannot be read as a Parquet file"):
            read_table(write(tmp_path, "x.parquet", "a,b"))

    def test_geopackage(self, tmp_path):
        import geopandas as gpd
        from shapely import Point

        table = gpd.GeoDataFrame(
            {"name": ["成都", "重庆"], "co2_2005": [1.0, 2.0], "co2_2010": [3.0, None]},
            geometry=[Point(0, 0), Point(1, 1)],
            crs=4326,
        )
        path = tmp_path / "t.gpkg"
        table.to_file(path, layer="one")
        panel = read_panel(path, unit="name")
        assert panel.variables == ("co2",)
        assert panel.missing("co2") == [("重庆", 2010)]
        table.to_file(path, layer="two")
        with pytest.raises(sc.SchemaError, match="holds 2 tables"):
            read_table(path)
        assert read_table(path, sheet="two").rows == (1, 2)
        with pytest.raises(sc.SchemaError, match="cannot be read as a GeoPackage"):
            read_table(write(tmp_path, "x.gpkg", "a,b"))

    def test_dbf_without_code_page_is_detected(self, tmp_path):
        name = "成都市".encode("gbk").ljust(10)
        fields = b"".join(
            struct.pack("<11sc4xBB14x", title, kind, width, decimals)
            for title, kind, width, decimals in ((b"NAME", b"C", 10, 0), (b"V2005", b"N", 8, 2))
        )
        head = struct.pack("<BBBBIHH20x", 3, 126, 1, 1, 1, 32 + len(fields) + 1, 19)
        record = b" " + name + b"    1.50"
        path = write(tmp_path, "t.dbf", head + fields + b"\r" + record + b"\x1a")
        panel = read_panel(path, unit="NAME")
        assert panel.at("V", 2005).to_dict() == {"成都市": 1.5}
        assert panel.notes[0] == "t.dbf: 1 rows, text in GB18030"
        with pytest.raises(sc.SchemaError, match="no attribute table beside it"):
            read_table(write(tmp_path, "u.shp", b""))


class TestPath:
    def test_missing_unknown_and_forbidden(self, tmp_path, monkeypatch):
        with pytest.raises(sc.SchemaError, match="there is no file"):
            read_table(tmp_path / "absent.csv")
        with pytest.raises(sc.SchemaError, match="there is no file"):
            read_table(tmp_path)
        with pytest.raises(sc.SchemaError, match="of a kind that is not read"):
            read_table(write(tmp_path, "t.doc", "x"))

        def refuse(path, mode):
            raise PermissionError

        path = write(tmp_path, "t.csv", "a\n1\n")
        monkeypatch.setattr("pathlib.Path.open", refuse)
        with pytest.raises(sc.SchemaError, match="may not be read"):
            read_table(os.fspath(path))

    def test_size(self, tmp_path, monkeypatch):
        monkeypatch.setenv("SPATIALCARBON_MAX_FILE_BYTES", "3")
        with pytest.raises(sc.SchemaError, match="too many bytes of a text file"):
            read_table(write(tmp_path, "t.csv", "a\n1\n"))

    def test_options_that_do_not_apply(self, tmp_path):
        with pytest.raises(sc.OptionError, match="sheet='x' does not apply"):
            read_table(write(tmp_path, "t.csv", "a\n1\n"), sheet="x")
        with pytest.raises(sc.OptionError, match="encoding='gbk' does not apply"):
            read_table(workbook(tmp_path, s=[["a"], [1]]), encoding="gbk")


class TestLayout:
    def test_wide_with_bare_years(self, tmp_path):
        path = write(tmp_path, "t.csv", "city,prov,2010年,2005\nB,x,2,1\nA,y,4,3\n")
        panel = read_panel(path, unit="city", values="co2", units="Mt CO2")
        assert panel["co2"].to_dict("list") == {2005: [1.0, 3.0], 2010: [2.0, 4.0]}
        assert panel.units.tolist() == ["B", "A"]
        assert "columns left out: prov" in panel.notes
        assert read_panel(path, unit="city").variables == ("value",)

    def test_wide_with_variables(self, tmp_path):
        path = write(tmp_path, "t.csv", "city,co2_2005,co2_2010,2010_pop\nA,1,2,3\n")
        panel = read_panel(path, unit="city", units={"co2": "t CO2"})
        assert set(panel.variables) == {"co2", "pop"}
        assert panel["pop"].columns.tolist() == [2010]
        assert panel["co2"].columns.tolist() == [2005, 2010]
        only = read_panel(path, unit="city", values=["pop"])
        assert only.variables == ("pop",)
        with pytest.raises(sc.SchemaError, match=r"no columns of years for 'gdp'"):
            read_panel(path, unit="city", values="gdp")
        with pytest.raises(sc.OptionError, match="units= names 'co3'"):
            read_panel(path, unit="city", units={"co3": "t"})

    def test_bare_years_beside_variables(self, tmp_path):
        path = write(tmp_path, "t.csv", "city,2005,pop_2005\nA,1,2\n")
        assert set(read_panel(path, unit="city").variables) == {"value", "pop"}
        panel = read_panel(path, unit="city", values=["co2", "pop"])
        assert panel.at("co2", 2005).tolist() == [1.0]
        assert read_panel(path, unit="city", values="pop").variables == ("pop",)
        with pytest.raises(sc.SchemaError, match="no columns of years for 'a', 'b'"):
            read_panel(path, unit="city", values=["a", "b"])

    def test_two_columns_of_one_year(self, tmp_path):
        path = write(tmp_path, "t.csv", "city,2005,2005年\nA,1,2\n")
        with pytest.raises(sc.SchemaError, match="'2005' and '2005年' are both value of 2005"):
            read_panel(path, unit="city")

    def test_one_year_and_undated(self, tmp_path):
        path = write(tmp_path, "t.csv", "city,v,text\nA,1,x\nB,2,y\n")
        panel = read_panel(path, unit="city", year=2010)
        assert panel.years == (2010,)
        assert "taken as 2010" in panel.notes
        panel = read_panel(path, unit="city", year=0)
        assert panel.at("v", 0).tolist() == [1.0, 2.0]
        assert "undated" in repr(panel)
        with pytest.raises(sc.SchemaError, match="year=2010 if all are of one year"):
            read_panel(path, unit="city", values="v")
        with pytest.raises(sc.OptionError, match="12 is not a year"):
            read_panel(path, unit="city", year=12)

    @pytest.mark.parametrize("name", ["年份", "when"])
    def test_the_column_of_years_is_suggested(self, tmp_path, name):
        path = write(tmp_path, "t.csv", f"city,{name},v\nA,2005,1\n")
        with pytest.raises(sc.SchemaError, match=f"fix: year='{name}'"):
            read_panel(path, unit="city")

    def test_long_errors(self, tmp_path):
        path = write(tmp_path, "t.csv", "city,year,v\nA,2005,1\nA,20O6,1\nA,2007,2\nA,2005,3\n")
        with pytest.raises(sc.SchemaError, match=r"t.csv: 1 cells.*\n.*row 3, year: '20O6'"):
            read_panel(path, unit="city", year="year")
        path = write(tmp_path, "t.csv", "city,year,v\nA,2005,1\nA,2006,1\nA,2005年,3\n")
        with pytest.raises(sc.AlignmentError, match=r"twice in 2005\n.*row 2, city .* row 4"):
            read_panel(path, unit="city", year="year")
        with pytest.raises(sc.SchemaError, match=r"no column 'yeer'(.|\n)*fix: 'year'"):
            read_panel(path, unit="city", year="yeer")
        with pytest.raises(sc.SchemaError, match=r"no column 'town'"):
            read_panel(path, unit="town", year="year")

    def test_values(self, tmp_path):
        path = write(tmp_path, "t.csv", "city,year,v,w,t\nA,2005,1,2,x\n")
        panel = read_panel(path, unit="city", year="year", values=["w", "v"])
        assert panel.variables == ("w", "v")
        with pytest.raises(sc.SchemaError, match="cannot be read as numbers"):
            read_panel(path, unit="city", year="year", values="t")
        with pytest.raises(sc.OptionError, match="names a column twice"):
            read_panel(path, unit="city", year="year", values=["v", "v"])
        path = write(tmp_path, "t.csv", "city,year,t\nA,2005,x\n")
        with pytest.raises(sc.SchemaError, match="no column of numbers"):
            read_panel(path, unit="city", year="year")

    def test_a_column_with_one_bad_number_is_not_dropped(self, tmp_path):
        path = write(tmp_path, "t.csv", "city,v\nA,1\nB,x\n")
        with pytest.raises(sc.SchemaError, match="row 3, v: 'x'"):
            read_panel(path, unit="city", year=2010)

    def test_unknown_unit_of_measure(self, tmp_path):
        path = write(tmp_path, "t.csv", "city,v\nA,1\n")
        with pytest.raises(sc.UnitMismatchError, match="Mtt"):
            read_panel(path, unit="city", year=2010, units="Mtt")


class TestLevels:
    def test_names_become_adcodes(self, tmp_path):
        path = write(tmp_path, "t.csv", LONG, "gb18030")
        panel = read_panel(path, unit="城市", year="年份", level="city")
        assert panel.units.tolist() == [510100, 500000]
        assert panel.units.name == "adcode"
        assert "2 places of column 城市 matched to adcodes" in panel.notes

    def test_failures_name_their_rows(self, tmp_path):
        path = write(tmp_path, "t.csv", "city,v\n成都市,1\n不存在市,2\nSuzhou,3\n")
        with pytest.raises(sc.NameMatchError) as caught:
            read_panel(path, unit="city", year=2010, level="city")
        message = str(caught.value)
        assert message.startswith("t.csv, column city: 2 ")
        assert "row 3, city (不存在市); row 4, city (Suzhou)" in message
        assert "Suzhou" in caught.value.render("zh")

    def test_two_spellings_of_one_place(self, tmp_path):
        path = write(tmp_path, "t.csv", "city,v\n成都市,1\nChengdu,2\n")
        with pytest.raises(sc.AlignmentError, match=r"row 2, city \(成都市\) and row 3"):
            read_panel(path, unit="city", year=2010, level="city")

    def test_options(self, tmp_path):
        path = write(tmp_path, "t.csv", "city,v\n成都市,1\n")
        with pytest.raises(sc.OptionError, match="level='cities' is not a choice"):
            read_panel(path, unit="city", year=2010, level="cities")
        with pytest.raises(sc.OptionError, match="dissolved='drop'"):
            read_panel(path, unit="city", year=2010, dissolved="drop")

    def test_dissolved_units(self, tmp_path):
        path = write(tmp_path, "t.csv", "city,v\n莱芜市,1\n")
        with pytest.raises(sc.NameMatchError):
            read_panel(path, unit="city", year=2010, level="city")
        panel = read_panel(path, unit="city", year=2010, level="city", dissolved="successor")
        assert panel.units.tolist() == [370100]


def test_blank_is_nan_in_every_format(tmp_path):
    frame = pd.DataFrame({"x": ["A", "B"], "v": [1.0, math.nan]})
    frame.to_csv(tmp_path / "t.csv", index=False)
    frame.to_excel(tmp_path / "t.xlsx", index=False)
    frame.to_parquet(tmp_path / "t.parquet", index=False)
    panels = [read_panel(p, unit="x", year=2010) for p in sorted(tmp_path.iterdir())]
    assert panels[0] == panels[1] == panels[2]
    assert panels[0].missing("v") == [("B", 2010)]
