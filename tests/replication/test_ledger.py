"""The ledger: its verdicts stand as they were when they were looked at, one by one."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.language import Text, text
from spatialcarbon.replication.ledger import VERDICTS, Line, judge
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
    assert counts["002", "Table 2"] == sc.load_table("study002_moran")["moran_i"].notna().sum()
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
