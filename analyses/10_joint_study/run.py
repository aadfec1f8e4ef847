"""Run the joint study and all ledgers: python analyses/10_joint_study/run.py [folder]."""

import sys
from pathlib import Path

import spatialcarbon as sc
from spatialcarbon.report.ledger_page import ledger_page

here = Path(__file__).parent
out = Path(sys.argv[1]) if len(sys.argv) > 1 else here / "results"

result = sc.run_study(here / "study.toml", out=out / "study", overwrite=True)

ledger = sc.replicate()
ledger.to_csv(out / "ledger.csv", index=False)
(out / "ledger.html").write_text(ledger_page(ledger, "en"), encoding="utf-8")

print(f"{result.directory / 'report.html'}\n{out / 'ledger.html'}")
