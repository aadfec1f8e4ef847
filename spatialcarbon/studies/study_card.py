"""How a finished study shows itself in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatialcarbon.core.card import card
from spatialcarbon.core.language import Text, text

if TYPE_CHECKING:
    from spatialcarbon.studies.pipeline import StudyResult


def study_card(result: StudyResult) -> str:
    """Return a card of a finished study: its tables, its files, its seed."""
    import pandas as pd

    file = result.study.file
    facts = {
        "units": len(result.inputs.units),
        "results": len(result.results),
        "tables": len(result.tables),
    }
    frame = pd.DataFrame(
        {
            "table": list(result.tables),
            "rows": [len(table) for table in result.tables.values()],
            "columns": [len(table.columns) for table in result.tables.values()],
        }
    )
    # What was written, not what lies there now; the folder's name, for a notebook is handed on.
    files = sorted({name.partition("/")[0] for name in result.manifest["outputs"]})
    written = text(
        "Written to the folder {folder}: {files}.",
        folder=result.directory.name,
        files=", ".join(files),
    )
    return card(
        Text(file.study.title),
        facts=facts,
        frame=frame,
        remarks=[written],
        settings={"seed": file.study.seed},
    )
