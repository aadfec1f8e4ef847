"""Sensitivity to the weights: the statistic under each of them, and the label of each place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from spatialcarbon.core.align import require_columns, same_units
from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.report.canvas import FAINT, GREY, INK, in_house_style
from spatialcarbon.report.layers import LISA_TEXTS
from spatialcarbon.report.lettering import number
from spatialcarbon.report.palettes import LISA_COLOURS, OUTLINE, QUALITATIVE
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet
from spatialcarbon.weights.family import family_title

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]

KINDS = ("own", "contiguity", "knn", "band", "kernel")
_BAND = "#e2e2e2"
_ROW, _GAP = 0.25, 0.12
_PLAIN = ("Not significant", "Isolate")


@in_house_style
def sensitivity_plot(
    table: pd.DataFrame,
    *,
    statistic: Literal["moran", "geary"] = "moran",
    alpha: float = 0.05,
    title: str | Text = "",
    member_names: Names | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """Is the statistic beyond chance whichever weights are taken?

    Parameters
    ----------
    table : DataFrame
        ``WeightsSensitivityResult.table``. Members that are the same weights as an
        earlier one, or that have no statistic, are left out.
    statistic : {"moran", "geary"}
        Whose values they are, for the words.
    alpha : float
        Level at which a marker is filled.
    title : str or Text
        Heading.
    member_names : mapping, optional
        What to call members; the names of the default family are known.
    source : str or Text
        Where the values come from.
    notes : sequence of str or Text
        Small print.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        For a missing column, or when no member has a statistic.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import sensitivity_plot
    >>> near = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    >>> far = pd.DataFrame({"focal": list("acbd"), "neighbor": list("cadb")})
    >>> family = {"near": sc.Weights.from_edges(near), "far": sc.Weights.from_edges(far)}
    >>> found = sc.weights_sensitivity(
    ...     pd.Series([1, 2, 3, 4], list("abcd")), family, local=False, permutations=0
    ... )
    >>> figure = sensitivity_plot(found.table)
    >>> len(figure.axes)
    1
    """
    needed = ["member", "kind", "statistic", "expected", "low", "high", "pvalue", "neighbors"]
    require_columns(table, [*needed, "same_as"], text("the table of members"))
    rows = table[table["statistic"].notna() & (table["same_as"] == "")]
    if rows.empty:
        raise SchemaError("no member of the family has a statistic")
    rows = rows.iloc[np.argsort([KINDS.index(k) for k in rows["kind"]], kind="stable")]
    heights = _heights(list(rows["kind"]))
    body = heights[-1] + _ROW / 2 + 1.15
    sheet = Sheet(title, body, language, source=source, notes=notes)
    ax = sheet.axes(2.4, 0.5, WIDTH - 4.2, body - 0.8)
    names = [_called(member, member_names, language) for member in rows["member"]]
    ax.set(ylim=(heights[-1] + _ROW * 0.75, -_ROW * 0.75), yticks=heights, yticklabels=names)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x", color=FAINT)
    colours = dict(zip(KINDS, (INK, *QUALITATIVE), strict=False))
    expected = float(rows["expected"].iloc[0])
    ax.axvline(expected, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=2)
    for y, (_, row) in zip(heights, rows.iterrows(), strict=True):
        ax.barh(y, row["high"] - row["low"], left=row["low"], height=_ROW * 0.55, color=_BAND,
                zorder=1, gid="chance")  # fmt: skip
        sure = bool(row["pvalue"] <= alpha)
        colour = colours[row["kind"]]
        fill = colour if sure else "white"
        ax.plot(row["statistic"], y, marker="o", markersize=6.5, zorder=4, color=colour,
                markerfacecolor=fill, gid=f"member {row['member']}")  # fmt: skip
    reach = [*rows["statistic"], *rows["low"], *rows["high"], expected]
    pad = 0.05 * (max(reach) - min(reach))
    ax.set_xlim(min(reach) - pad, max(reach) + pad)
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    words = {
        "moran": ("Moran's I", "E[I], expected at random"),
        "geary": ("Geary's C", "E[C], expected at random"),
    }
    axis, middle = words[statistic]
    ax.set_xlabel(translate(axis, language))
    _columns(ax, heights, rows, language)
    _key(sheet, body, alpha, translate(middle, language), language)
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, body - 0.36)
    return sheet.fig


def _called(member: str, names: Names | None, language: Language) -> str:
    name = (names or {}).get(member) or family_title(member)
    return name.render(language) if isinstance(name, Text) else name


def _heights(kinds: list[str]) -> list[float]:
    """Return where the rows stand, in inches from the first, with a gap between kinds."""
    heights = [0.0]
    for before, kind in pairwise(kinds):
        heights.append(heights[-1] + _ROW + (_GAP if before != kind else 0.0))
    return heights


def _columns(ax: Axes, heights: list[float], rows: pd.DataFrame, language: Language) -> None:
    """Write p-value and mean number of neighbours to the right of each row."""
    cells = [
        (0.62, translate("p", language), [_probability(p) for p in rows["pvalue"]]),
        (1.42, translate("neighbours", language), [f"{k:.1f}" for k in rows["neighbors"]]),
    ]
    common: dict[str, Any] = {
        "xycoords": ax.get_yaxis_transform(), "textcoords": "offset points", "ha": "right",
        "annotation_clip": False,
    }  # fmt: skip
    for inches, heading, words in cells:
        ax.annotate(heading, (1.0, heights[0] - 0.8 * _ROW), xytext=(72 * inches, 0),
                    va="bottom", fontsize=8, color=GREY, **common)  # fmt: skip
        for y, word in zip(heights, words, strict=True):
            ax.annotate(word, (1.0, y), xytext=(72 * inches, 0), va="center", fontsize=8,
                        gid="cell", **common)  # fmt: skip


def _probability(value: float) -> str:
    if np.isnan(value):
        return "–"
    return f"{value:.3f}" if value >= 0.001 else "< 0.001"


def _key(sheet: Sheet, body: float, alpha: float, middle: str, language: Language) -> None:
    dot: dict[str, Any] = {"linestyle": "none", "marker": "o", "markersize": 6.5, "color": GREY}
    level = f"{alpha:g}"
    handles = [
        Line2D([], [], label=translate("p ≤ {alpha}", language, alpha=level), **dot),
        Line2D([], [], markerfacecolor="white",
               label=translate("p > {alpha}", language, alpha=level), **dot),
        Patch(facecolor=_BAND, label=translate("95 % of random arrangements", language)),
        Line2D([], [], color=GREY, linewidth=0.9, linestyle=(0, (4, 3)),
               label=middle),
    ]  # fmt: skip
    sheet.fig.legend(
        handles=handles, ncols=4, loc="upper left", borderaxespad=0, borderpad=0,
        columnspacing=1.6, handlelength=1.5,
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + body) / sheet.height),
    ).set_gid("legend")  # fmt: skip


@in_house_style
def label_matrix(
    labels: pd.DataFrame,
    *,
    reference: str | None = None,
    title: str | Text = "",
    names: pd.Series[Any] | None = None,
    member_names: Names | None = None,
    most: int = 40,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """Under which weights does each place belong to a cluster?

    Parameters
    ----------
    labels : DataFrame
        Unit × member, the labels of local Moran's I
        (``WeightsSensitivityResult.labels``). Units that are significant under no
        member are left out; so are columns equal to an earlier one, when given.
    reference : str, optional
        Member whose column is framed.
    title : str or Text
        Heading.
    names : Series, optional
        What to call units.
    member_names : mapping, optional
        What to call members.
    most : int
        Number of units shown, those significant under most members first.
    source : str or Text
        Where the values come from.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        Without any column.
    AlignmentError
        When the names are not those of the units.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import label_matrix
    >>> labels = pd.DataFrame(
    ...     {"queen": ["High-High", "Not significant"], "knn4": ["High-High", "Low-Low"]},
    ...     index=["A", "B"],
    ... )
    >>> figure = label_matrix(labels)
    >>> len(figure.axes)
    1
    """
    if labels.shape[1] == 0:
        raise SchemaError("the table of labels has no member")
    called = labels.index.to_series() if names is None else names
    same_units(called.index, labels.index, "names")
    share = (~labels.isin(_PLAIN)).mean(axis=1)
    order = _sorted(labels, share)
    shown, hidden = order[:most], max(0, len(order) - most)
    notes: list[str | Text] = []
    if len(order) == 0:
        notes.append(text("No place is significant under any of these weights."))
    if hidden:
        notes.append(text("Places significant under fewer weights, not shown: {n}.", n=hidden))
    members = list(labels.columns)
    cell, head = 0.19, 1.75
    body = head + max(len(shown), 1) * cell + 0.12
    sheet = Sheet(title, body, language, source=source, notes=notes)
    left = 1.75
    wide = min(0.34, (WIDTH - left - 2.6) / len(members))
    ax = sheet.axes(left, 0.08, wide * len(members), max(len(shown), 1) * cell)
    ax.set(xlim=(0, len(members)), ylim=(max(len(shown), 1), 0), xticks=[])
    ax.spines[:].set_visible(False)
    for row, unit in enumerate(shown):
        for column, member in enumerate(members):
            label = labels.loc[unit, member]
            patch = Rectangle((column, row), 1, 1, gid=f"cell {label}")
            patch.set(facecolor=LISA_COLOURS[label], edgecolor="white", linewidth=0.8)
            ax.add_patch(patch)
        ax.text(len(members) + 0.15 / wide, row + 0.5, f"{100 * share[unit]:.0f} %", va="center",
                fontsize=7.5, color=GREY, gid="share")  # fmt: skip
    ax.set_yticks([row + 0.5 for row in range(len(shown))])
    ax.set_yticklabels([str(called[unit]) for unit in shown], fontsize=7.5)
    ax.tick_params(axis="y", length=0)
    slanted: dict[str, Any] = {
        "rotation": 55,
        "rotation_mode": "anchor",
        "ha": "left",
        "va": "center",
    }
    for column, member in enumerate(members):
        words = _called(member, member_names, language)
        ax.text(column + 0.55, -0.3, words, fontsize=7.5, **slanted)
    if len(shown):
        words = translate("clustered under", language)
        ax.text(len(members) + 0.4 / wide, -0.3, words, fontsize=7.5, color=GREY, **slanted)
    if reference in members and len(shown):
        ax.add_patch(Rectangle((members.index(reference), 0), 1, len(shown), facecolor="none",
                               edgecolor=INK, linewidth=1.4, zorder=5, clip_on=False,
                               gid="reference"))  # fmt: skip
    _legend(sheet, labels.loc[shown], body, reference, language)
    return sheet.fig


def _sorted(labels: pd.DataFrame, share: pd.Series[float]) -> list[Any]:
    """Return the units that are ever significant: by label, then by how often."""
    found = share.index[(share > 0).to_numpy()]
    kinds = [kind for kind in LISA_COLOURS if kind not in _PLAIN]
    often = {kind: (labels.loc[found] == kind).sum(axis=1) for kind in kinds}
    rank = {u: max(range(len(kinds)), key=lambda i: (often[kinds[i]][u], -i)) for u in found}
    frequent = sorted(found, key=lambda unit: (-share[unit], rank[unit], str(unit)))
    return sorted(frequent, key=lambda unit: rank[unit])


def _legend(
    sheet: Sheet, labels: pd.DataFrame, body: float, reference: str | None, language: Language
) -> None:
    present = {label for column in labels for label in labels[column]}
    chips = {label: LISA_COLOURS[label] for label in LISA_COLOURS if label in present}
    handles = [
        Patch(facecolor=colour, edgecolor=OUTLINE, linewidth=0.4,
              label=LISA_TEXTS[label].render(language))
        for label, colour in chips.items()
    ]  # fmt: skip
    if reference in labels.columns:
        handles.append(
            Patch(facecolor="none", edgecolor=INK, linewidth=1.4,
                  label=translate("weights chosen", language))
        )  # fmt: skip
    sheet.fig.legend(
        handles=handles, loc="upper right", borderaxespad=0, borderpad=0, alignment="left",
        title=translate("Cluster type", language), handlelength=1.3, labelspacing=0.5,
        bbox_to_anchor=(1 - MARGIN / WIDTH, (sheet.bottom + body) / sheet.height),
    ).set_gid("legend")  # fmt: skip
