"""Words of the analysis of sensitivity: headings, values and captions."""

from __future__ import annotations

from spatialcarbon.core.language import text
from spatialcarbon.studies.words import LABELS

OWN_HEADINGS = {
    "member": text("Member"),
    "member_name": text("Weights"),
    "kind": text("Kind"),
    "recipe": text("Made from"),
    "neighbors": text("Mean number of neighbours"),
    "isolates": text("Without neighbours"),
    "bridges": text("Bridges"),
    "low": text("2.5 % at random"),
    "high": text("97.5 % at random"),
    "conclusion": text("Conclusion"),
    "same_as": text("Same weights as"),
    "kept": text("Share of other weights with the same type"),
    "frequent": text("Most frequent type"),
    "frequent_share": text("Share of the most frequent type"),
    "significant": text("Share of weights with a cluster here"),
}
WORDS = {
    **LABELS,
    "positive": text("positive"),
    "negative": text("negative"),
    "none": text("not significant"),
    "contiguity": text("contiguity"),
    "knn": text("nearest neighbours"),
    "band": text("distance band"),
    "kernel": text("kernel"),
    "own": text("chosen"),
}


CAPTIONS = {
    "moran": text(
        "A marker right of its grey bar: like values lie together more than chance would have it, "
        "under these weights. With more neighbours I shrinks and its bar too, so compare markers "
        "with their bars, not with each other."
    ),
    "geary": text(
        "A marker left of its grey bar: neighbours differ less than chance would have it, under "
        "these weights. With more neighbours the bar shrinks, so compare markers with their bars, "
        "not with each other."
    ),
}
