"""The ledger: its verdicts stand as they were when they were looked at, one by one."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.language import Text, text
from spatialcarbon.replication.ledger import VERDICTS, Line, judge
from spatialcarbon.replication.study002 import bounds_of_moran
from spatialcarbon.replication.study002_tables import land_areas
from spatialcarbon.replication.study004_growth import by_label, curve_at
from spatialcarbon.replication.study004_zero_sum import inferred_score, redistributed
from spatialcarbon.report.ledger_page import ledger_page

KEPT = Path(__file__).with_name("verdicts.csv")
"""Study, table, item, printed, ours to six digits, verdict: written by hand after a look."""


@pytest.fixture(scope="module")
def ledger() -> pd.DataFrame:
    return sc.replicate()


def rows(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    ours = ["" if pd.isna(value) else f"{value + 0.0:.6g}" for value in frame["ours"]]
    return [
        (study, table, item, f"{printed:.10g}", found, verdict)
        for study, table, item, printed, found, verdict in zip(
            frame["study"],
            frame["table"],
            frame["item"],
            frame["printed"],
            ours,
            frame["verdict"],
            strict=True,
        )
    ]


def test_no_verdict_has_changed(ledger: pd.DataFrame) -> None:
    with KEPT.open(encoding="utf-8", newline="") as file:
        kept = [tuple(row) for row in csv.reader(file)][1:]
    assert rows(ledger) == kept


def test_everything_is_explained(ledger: pd.DataFrame) -> None:
    assert set(ledger["verdict"]) == set(VERDICTS) - {"unexplained"}
    silent = ledger["reason"].eq("")
    assert set(ledger.loc[silent, "verdict"]) == {"reproduced"}
    assert not ledger.loc[~silent, "verdict"].eq("reproduced").any()
    assert ledger.loc[ledger["ours"].isna(), "verdict"].eq("not reproducible").all()


def test_each_number_stands_once(ledger: pd.DataFrame) -> None:
    assert not ledger.duplicated(["study", "table", "item"]).any()


def test_it_covers_what_is_shipped(ledger: pd.DataFrame) -> None:
    counts = Counter(zip(ledger["study"], ledger["table"], strict=True))
    assert counts["001", "Table 1"] == 31 + 3
    assert counts["001", "Table 2"] == 62 + 6
    assert counts["002", "Table 1"] == 20
    moran = sc.load_table("study002_moran")  # its values, and the stars of every entry
    assert counts["002", "Table 2"] == moran["moran_i"].notna().sum() + len(moran)
    assert counts["002", "Table 3"] == len(sc.load_table("study002_sinks"))
    assert counts["002", "Table 4"] == 20
    assert counts["004", "Table 2"] == counts["004", "Table 3"] == 360
    assert counts["004", "Table 4"] == 180 + 6
    assert counts["004", "Table 5"] == 30 * 13 + 4


def test_findings_of_the_contract(ledger: pd.DataFrame) -> None:
    by_item = ledger.set_index("item")
    assert by_item.loc["Change of emissions, 2010-2015", "difference"] == pytest.approx(
        15.35, abs=5e-3
    )
    assert by_item.loc["All clusters, 2020: emissions", "ours"] == 512_155
    assert by_item.loc["Ningxia: efficiency preferred over equality, times", "ours"] == (
        pytest.approx(19.8, abs=0.05)
    )
    entropy = ledger[ledger["code"].str.endswith("weighted_criteria")]
    assert len(entropy) == 90
    assert entropy["difference"].abs().max() <= 0.21
    lowered = ledger.query("study == '004' and table == 'Table 3' and verdict == 'inconsistent'")
    assert len(lowered) == 16


def test_xuancheng_alone_is_what_2015_lacks() -> None:
    """Of the 26 cities only Xuancheng closes the gap of study 003's 2015, to the digit."""
    members = sc.clusters("variants").query("cluster == 'YRD26'")["adcode"]
    co2 = sc.load_table("city_co2", years=2015).set_index("adcode")["co2_mt"].loc[members]
    counties = sc.load_table("city_co2_chaohu", years=2015)["co2_mt"].sum()
    gap = co2.sum() - counties - (1184.20 - 41.33)
    near = (co2 - gap).abs().sort_values()
    assert near.index[0] == 341800
    assert near.iloc[0] < 0.005
    assert near.iloc[1] > 1
    # Both changes follow from it, to the printed digit.
    kept = co2.drop(341800).sum() - counties
    assert round(kept - 1147.520, 2) == -4.65
    assert round(1184.199 - kept, 2) == 41.33


def test_the_last_iteration_contradicts_its_scores() -> None:
    """Scores of 0.99 in study 004's tenth iteration would move ten times what the columns move."""
    table = sc.load_table("study004_zsg").set_index("adcode")
    before, after = table["co2_iter10"], table["co2_iter11"]
    found = inferred_score(before, after)
    assert found.loc[[130000, 220000, 640000]].to_numpy() == pytest.approx(0.999062, abs=1e-6)
    assert (found.drop([130000, 220000, 640000]) - 1).abs().max() < 1e-5
    assert redistributed(before, found).to_numpy() == pytest.approx(after.to_numpy(), abs=0.01)
    as_printed = redistributed(before, table["h_iter10"])
    assert (as_printed - after).abs().max() > 1000
    # The first iteration, by the same way, gives back every printed score.
    first = inferred_score(table["co2_initial"], table["co2_iter1"])
    assert (first.round(2) - table["h_initial"]).abs().max() < 1e-9


def test_no_other_span_of_years_meets_the_cumulative_column() -> None:
    printed = sc.load_table("study004_reduction").set_index("adcode")["cumulative"]
    past = by_label("study004_co2").set_axis(range(2005, 2017), axis=1)
    years = pd.concat([past, curve_at([*range(2017, 2031)])], axis=1)

    def furthest(first: int, last: int) -> float:
        total = years.loc[:, first:last].sum(axis=1)
        return float((total / total.sum() / (printed / printed.sum()) - 1).abs().max())

    spans = {(a, b): furthest(a, b) for a in range(2005, 2017) for b in range(2016, 2031)}
    assert min(spans, key=spans.__getitem__) == (2005, 2030)
    assert spans[2005, 2030] < 0.005


def test_areas_of_the_clusters_are_those_of_their_cities() -> None:
    """Table 1's shares need the member cities' areas, but for the middle Yangtze."""
    cities = sc.load_units("cities", clusters="plan")
    own = cities.groupby("cluster")["area_km2"].sum()
    implied = land_areas().mean(axis=1)
    ratio = own / implied
    assert (ratio.drop("MYR") - 1).abs().max() < 0.012
    assert ratio["MYR"] > 1.07
    members = cities.loc[cities["cluster"] == "MYR", ["name_zh", "area_km2"]]
    off = (own["MYR"] - members["area_km2"] - implied["MYR"]).abs()
    assert members["name_zh"][off.idxmin()] == "吉安市"
    assert off.min() / implied["MYR"] < 0.003


def test_numbers_in_reasons_are_computed() -> None:
    """What the reasons say is what the tables say."""
    low, high = bounds_of_moran()
    assert round(high, 3) == 1.045
    assert low > -1
    for rate in (-0.01, -1e-6, 1e-6, 0.01):  # a path of one rate has its peak at an end
        path = pd.Series((1 + rate) ** np.arange(6), range(2025, 2031))
        assert path.idxmax() in (2025, 2030)
    printed = sc.load_table("study004_reduction").set_index("adcode")
    criteria = sc.load_table("study004_criteria").set_index("adcode")
    four = criteria[["population", "cumulative", "gdp", "intensity"]]
    total = 2_330_609.99
    by_text = sc.allocate(total, four, principle="fairness", rule="renormalise").allocation
    assert round((by_text - printed["fair_biased"]).abs().max()) == 27_611


def test_what_decides() -> None:
    why = text("the rounding of the two columns")

    def judged(ours: float | None, **reasons: Any) -> tuple[str, Text | None]:
        return judge(Line(item=text("East"), printed=0.14, ours=ours, **reasons), 2)

    assert judged(0.1449) == ("reproduced", None)
    assert judged(0.16, assumption=why, within=0.02) == ("assumption", why)
    assert judged(0.17, assumption=why, within=0.02) == ("unexplained", None)
    assert judged(0.16, proof=why) == ("inconsistent", why)
    # A proof of what agrees proves nothing.
    assert judged(0.14, proof=why) == ("reproduced", None)
    assert judged(None, missing=why) == ("not reproducible", why)
    assert judged(None) == ("unexplained", None)


def test_a_part_and_its_language() -> None:
    found = sc.replicate("001", table="Text", language="zh")
    assert set(found["table"]) == {"Text"}
    assert found["item"][0] == "东部：2020 年 GDP 占比"
    assert found["difference"].tolist() == pytest.approx(
        (found["ours"] - found["printed"]).tolist(), nan_ok=True
    )


def test_unknown_studies_and_tables() -> None:
    with pytest.raises(sc.OptionError, match="005"):
        sc.replicate("005")
    with pytest.raises(sc.OptionError, match="Table 3") as caught:
        sc.replicate("001", table="Table 3")
    assert "Table 1, Table 2, Text" in str(caught.value)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page(language: str) -> None:
    found = sc.replicate("002", language=language)
    page = ledger_page(found, language)
    assert page.count("<tr data-study=") == len(found)
    assert "http" not in page.replace("https://doi", "")
    assert ("复现台账" if language == "zh" else "Replication ledger") in page
    assert page == ledger_page(found, language)


def test_numbers_on_the_page() -> None:
    """Years have no comma, whole things no digits, pure numbers no unit."""
    found = sc.replicate("003")
    page = ledger_page(found[found["unit"].isin(["year", "1 = true"])], "en")
    shown = re.findall(r'<td class="n" data-sort="[^"]*">([^<]*)</td>', page)
    assert {"2012", "2029", "1", "0", "−1"} >= set(shown) - {"2025", "2027"}
    scores = sc.replicate("004", table="Table 5").query("unit == '1'").head(1)
    assert '<span class="unit"></span>' in ledger_page(scores, "en")


def test_a_hostile_item_is_words_on_the_page() -> None:
    found = sc.replicate("000")
    found.loc[0, "item"] = "<script>alert(1)</script>"
    assert "<script>alert" not in ledger_page(found, "en")


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from spatialcarbon.cli.main import main

    with pytest.raises(SystemExit) as left:
        main(["replicate", "000", "--format", "json"])
    assert left.value.code == 0
    assert [row["study"] for row in json.loads(capsys.readouterr().out)] == ["000"] * 4
    page = tmp_path / "ledger.html"
    with pytest.raises(SystemExit) as left:
        main(["replicate", "000", "--verdict", "inconsistent", "--out", str(page)])
    assert left.value.code == 0
    assert page.read_text(encoding="utf-8").count("<tr data-study=") == 2
    with pytest.raises(SystemExit) as left:
        main(["replicate", "004", "--table", "Table 9"])
    assert left.value.code == 2
    assert "Table 5" in capsys.readouterr().err
