"""How weights show themselves in a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from spatialcarbon.core.errors import some

if TYPE_CHECKING:
    from spatialcarbon.weights.view import WeightsView


def html_table(weights: WeightsView) -> str:
    """Return the facts about some weights as an HTML table."""
    count = weights.cardinalities
    facts = {
        "made from": weights.recipe,
        "units": weights.n,
        "linked pairs": weights.n_pairs,
        "neighbours (min – mean – max)": (
            f"{count.min()} – {count.mean():.2f} – {count.max()}" if weights.n else "–"
        ),
        "transform": weights.transform,
        "symmetric": "yes" if weights.is_symmetric else "no",
        "components": weights.components,
        "isolates": some(weights.isolates) or "none",
        "bridges": ", ".join(f"{a}–{b}" for a, b in weights.bridges) or "none",
        "S0, S1, S2": f"{weights.s0:.6g}, {weights.s1:.6g}, {weights.s2:.6g}",
        "fingerprint": weights.fingerprint,
    }
    rows = "".join(
        f"<tr><th style='text-align:left'>{escape(key)}</th><td>{escape(str(value))}</td></tr>"
        for key, value in facts.items()
    )
    return f"<table><caption>Spatial weights</caption>{rows}</table>"
