"""The command that sets the studies' printed numbers beside ours."""

from __future__ import annotations

from pathlib import Path

import click

from spatialcarbon.cli.shared import (
    chosen_language,
    common_options,
    emit,
    note,
    output_options,
    say,
)

STUDIES = ("000", "001", "002", "003", "004")


@click.command(
    "replicate",
    help=say("Set every printed number of the five studies beside ours."),
)
@click.argument("study", type=click.Choice(STUDIES), required=False)
@click.option("--table", help=say('One table of the study, such as "Table 4", or Text.'))
@click.option(
    "--verdict",
    type=click.Choice(["reproduced", "assumption", "not reproducible", "inconsistent"]),
    help=say("Only numbers with this verdict."),
)
@output_options
@common_options
def replicate_command(
    study: str | None, table: str | None, verdict: str | None, form: str, out: Path | None
) -> None:
    """Print or write the ledger."""
    from spatialcarbon.core.language import text
    from spatialcarbon.replication.ledger import VERDICTS, replicate
    from spatialcarbon.report.tables import Table

    language = chosen_language()
    ledger = replicate(study, table=table, language=language)
    if verdict is not None:
        ledger = ledger[ledger["verdict"] == verdict].reset_index(drop=True)
    if out is not None and out.suffix.lower() in (".html", ".htm"):
        from spatialcarbon.report.ledger_page import ledger_page
        from spatialcarbon.studies.publish import write_file

        page = ledger_page(ledger, language)
        write_file(out, lambda path: path.write_text(page, encoding="utf-8"))
        note(say("written: {path}", path=out))
        return
    headings = {
        "study": text("Study"),
        "table": text("Printed in"),
        "item": text("Item"),
        "printed": text("Printed"),
        "ours": text("Ours"),
        "difference": text("Difference"),
        "unit": text("Unit"),
        "decimals": text("Decimals printed"),
        "verdict": text("Verdict"),
        "reason": text("Reason"),
        "code": text("Code"),
    }
    shown = Table(
        "replication",
        text("Replication ledger"),
        ledger,
        headings,
        words={str(key): words for key, words in VERDICTS.items()},
        shown=("study", "table", "item", "printed", "ours", "difference", "verdict"),
    )
    emit([shown], form, out)
    if form == "table" and out is None:
        for key, words in VERDICTS.items():
            count = int((ledger["verdict"] == key).sum())
            if count:
                note(f"  {count:>5}  {words.render(language)}")
