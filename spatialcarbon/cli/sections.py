"""The commands in the order of what a reader wants to know, and words that lead to them."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from spatialcarbon.cli.shared import say

SECTIONS = {
    # question: commands that answer it
    "Start here": ("demo", "init", "check", "run", "verify"),
    "What ships: maps, tables, neighbours": ("tables", "units", "weights"),
    "How much, and how unequal?": (
        *("indicators", "inequality", "density", "centre", "industry", "coupling"),
    ),
    "Where does carbon cluster?": (
        *("moran", "lisa", "hotspots", "transitions", "geary", "bivariate", "rates"),
        "sensitivity",
    ),
    "What drives it, and when does it peak?": (
        *("decompose", "decoupling", "regression", "grey", "growth", "scenario", "simulation"),
    ),
    "What does the land do?": ("landcover", "sinks"),
    "Who should cut how much?": (
        *("allocate", "dea", "judgement", "smoothing", "trading", "allocation_sensitivity"),
    ),
    "Who pays whom, and would they sign?": ("transfers", "compensate", "govern", "evaluate"),
    "What the studies printed, and what to cite": ("replicate", "cite"),
    "This computer": ("doctor", "completion", "qgis"),
}

KEYWORDS = {
    # what some people would type: what they mean
    "autocorrelation": "moran",
    "cluster": "lisa",
    "citation": "cite",
    "clusters": "units",
    "convergence": "density",
    "data": "tables",
    "did": "evaluate",
    "environment": "doctor",
    "example": "demo",
    "game": "govern",
    "getis": "hotspots",
    "gini": "inequality",
    "install": "doctor",
    "kde": "density",
    "kmeans": "industry",
    "kuznets": "regression",
    "ledger": "replicate",
    "leontief": "transfers",
    "lmdi": "decompose",
    "lorenz": "inequality",
    "map": "units",
    "mrio": "transfers",
    "neighbours": "weights",
    "new": "init",
    "ols": "regression",
    "peak": "scenario",
    "psm": "evaluate",
    "quota": "allocate",
    "report": "run",
    "shapley": "govern",
    "start": "init",
    "stirpat": "regression",
    "tapio": "decoupling",
    "theil": "inequality",
    "validate": "check",
    "zsg": "dea",
}


def grouped(names: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Return names of commands under the question they answer; those without one come last."""
    left = list(names)
    groups = []
    for title, members in SECTIONS.items():
        present = [name for name in members if name in left]
        left = [name for name in left if name not in present]
        groups.append((say(title), present))
    groups.append((say("Further methods"), left))
    return [(title, members) for title, members in groups if members]


def meant(word: str, names: Iterable[str]) -> list[str]:
    """Return the commands that somebody may have meant, the likeliest first.

    Examples
    --------
    >>> meant("mroan", ["moran", "lisa"]), meant("gini", ["inequality"]), meant("xyz", ["lisa"])
    (['moran'], ['inequality'], [])
    """
    known = list(names)
    asked = word.lower().replace("-", "_")
    by_word = [KEYWORDS[key] for key in get_close_matches(asked, KEYWORDS, n=2, cutoff=0.75)]
    by_name = get_close_matches(asked, known, n=3, cutoff=0.6)
    inside = [name for name in known if len(asked) > 3 and asked in name]
    likely = [name for name in (*by_name, *by_word, *inside) if name in known]
    return list(dict.fromkeys(likely))
