"""How weights show themselves in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spatialcarbon.core.card import card
from spatialcarbon.core.errors import some
from spatialcarbon.core.language import Text, text

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.weights.spillover import Spillover
    from spatialcarbon.weights.view import WeightsView


def weights_card(weights: WeightsView) -> str:
    """Return the facts about some weights as a card."""
    count = weights.cardinalities
    facts = {
        "recipe": Text(weights.recipe),
        "n": weights.n,
        "n_pairs": weights.n_pairs,
        "transform": weights.transform,
        "neighbors (min – mean – max)": (
            f"{count.min()} – {count.mean():.2f} – {count.max()}" if weights.n else None
        ),
        "is_symmetric": weights.is_symmetric,
        "components": weights.components,
        "isolates": some(weights.isolates) or 0,
        "bridges": ", ".join(f"{a}–{b}" for a, b in weights.bridges) or 0,
        "s0": weights.s0,
        "s1": weights.s1,
        "s2": weights.s2,
        "fingerprint": weights.fingerprint,
    }
    return card(text("Spatial weights"), facts=facts, remarks=weights.remarks())


def backbone_card(units: pd.Index, crs: Any) -> str:
    """Return a card of a backbone: its map, and how weights are made from it."""
    facts = {"units": len(units), "crs": crs.to_string() if crs is not None else None}
    builders = text(
        "Builders of weights: {names}.",
        names="contiguity, knn, distance_band, kernel, blocks, economic, custom",
    )
    return card(text("Backbone of spatial weights"), facts=facts, remarks=[builders])


def spillover_card(spillover: Spillover) -> str:
    """Return a card of a spillover: how it was made, and what share leaves each place."""
    facts = {
        "recipe": Text(spillover.recipe),
        "n": spillover.n,
        "isolates": some(spillover.isolates) or 0,
        "fingerprint": spillover.fingerprint,
    }
    frame = spillover.share.rename("share").rename_axis("place").reset_index()
    return card(text("Spillover of damage"), facts=facts, frame=frame, remarks=spillover.remarks())
