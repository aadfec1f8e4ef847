"""Intensities of land change beside that of even change: by class, and by pair of classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from spatialcarbon.core.align import require_columns
from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Language, Text, text, translate
from spatialcarbon.models.land.area_tables import class_order
from spatialcarbon.report.canvas import FAINT, GREY, INK, in_house_style
from spatialcarbon.report.flow_figure import class_colours, class_words
from spatialcarbon.report.lettering import extent, number
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]
_PALE = 0.42
"""Opacity of losses."""

_COLUMNS = 3
_EVEN = "#111111"


@in_house_style
def class_intensities(
    category: pd.DataFrame,
    *,
    title: str | Text = "",
    class_names: Names | None = None,
    colours: Mapping[str, str] | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """Which classes gain and lose faster than land as a whole changes?

    A plot for each interval; a bar beyond the line is of an active class. The line is the
    intensity of the interval, so that a slow interval has it further left.

    Parameters
    ----------
    category : DataFrame
        ``IntensityResult.category``: ``start, end, class, kind, intensity, uniform``.
    title : str or Text
        Heading.
    class_names, colours : mapping, optional
        What to call classes and in which colour to draw them; those of the common legend
        have theirs.
    source : str or Text
        Where the values come from.
    notes : sequence of str or Text
        Small print.
    language : {"en", "zh"}
        Of all words in the figure.

    Raises
    ------
    SchemaError
        For missing columns or no rows.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import class_intensities
    >>> table = pd.DataFrame(
    ...     {
    ...         "start": 2000,
    ...         "end": 2010,
    ...         "class": ["cropland", "built", "cropland", "built"],
    ...         "kind": ["gain", "gain", "loss", "loss"],
    ...         "intensity": [0.2, 3.0, 0.6, 0.1],
    ...         "uniform": 0.5,
    ...     }
    ... )
    >>> figure = class_intensities(table)
    >>> len(figure.axes)
    1
    """
    rows = _checked(category, ["class", "kind"])
    classes = [c for c in class_order(rows["class"]) if _defined(rows[rows["class"] == c])]
    fills = class_colours(classes, colours)
    bars = [
        _Bar(name, kind, place + shift, fills[name], alpha)
        for place, name in enumerate(classes)
        for kind, shift, alpha in (("gain", -0.19, 1.0), ("loss", 0.19, _PALE))
    ]
    key = [
        Patch(facecolor="#777777", label=translate("Gain", language)),
        Patch(facecolor="#777777", alpha=_PALE, label=translate("Loss", language)),
    ]
    return _draw(
        rows, "class", classes, bars, 0.36, key, title=title, language=language, source=source,
        notes=notes, words=class_words(classes, class_names, language), step=0.46,
        axis=text("Intensity of gain and loss (% a year)"),
    )  # fmt: skip


@in_house_style
def pair_intensities(
    transition: pd.DataFrame,
    name: str,
    *,
    kind: str = "gain",
    title: str | Text = "",
    class_names: Names | None = None,
    colours: Mapping[str, str] | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """Which classes does the gain of a class target, or to which does its loss go?

    A plot for each interval; bars beyond the line are targeted, others avoided.

    Parameters
    ----------
    transition : DataFrame
        ``IntensityResult.transition``: ``start, end, class, kind, other, intensity, uniform``.
    name : str
        The class that gains or loses, such as ``"built"``.
    kind : {"gain", "loss"}
        Draw what it takes from others, or what it gives to them.
    title, class_names, colours, source, notes, language
        As in :func:`class_intensities`.

    Raises
    ------
    SchemaError
        For missing columns, or no rows of that class and kind.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.report.figures import pair_intensities
    >>> table = pd.DataFrame(
    ...     {
    ...         "start": 2000,
    ...         "end": 2010,
    ...         "class": "built",
    ...         "kind": "gain",
    ...         "other": ["cropland", "forest"],
    ...         "intensity": [1.1, 10.0],
    ...         "uniform": 2.0,
    ...     }
    ... )
    >>> figure = pair_intensities(table, "built")
    >>> len(figure.axes)
    1
    """
    require_columns(transition, ["class", "kind", "other"], text("the table of intensities"))
    chosen = transition[(transition["class"] == name) & (transition["kind"] == kind)]
    rows = _checked(chosen, ["other"])
    others = [c for c in class_order(rows["other"]) if _defined(rows[rows["other"] == c])]
    fills = class_colours(others, colours)
    words = class_words([*others, name], class_names, language)
    bars = [_Bar(other, kind, float(at), fills[other], 1.0) for at, other in enumerate(others)]
    axis = (
        text("Area that became {name}, of the class before (% a year)", name=words[name])
        if kind == "gain"
        else text("Area that was {name}, of the class after (% a year)", name=words[name])
    )
    return _draw(
        rows, "other", others, bars, 0.62, [], title=title, language=language, source=source,
        notes=notes, words=words, step=0.36, axis=axis,
    )  # fmt: skip


class _Bar(NamedTuple):
    """What one bar stands for, where it is drawn, and in which colour."""

    name: str
    kind: str
    at: float
    colour: str
    alpha: float


def _checked(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    needed = ["start", "end", *columns, "intensity", "uniform"]
    require_columns(table, needed, text("the table of intensities"))
    if not _defined(table):
        raise SchemaError("there is no intensity to draw")
    return table


def _defined(rows: pd.DataFrame) -> bool:
    return bool(rows["intensity"].notna().any())


def _draw(
    rows: pd.DataFrame,
    column: str,
    labels: list[str],
    bars: list[_Bar],
    thick: float,
    key: list[Any],
    *,
    title: str | Text,
    language: Language,
    source: str | Text,
    notes: Sequence[str | Text],
    words: Mapping[str, str],
    step: float,
    axis: Text,
) -> Figure:
    """Draw a plot of bars for each interval, with the line of even change."""
    pairs = list(dict.fromkeys(zip(rows["start"], rows["end"], strict=True)))
    across = min(len(pairs), _COLUMNS)
    down = -(-len(pairs) // across)
    plot, above, foot = step * len(labels) + 0.12, 0.3, 0.28
    each = above + plot + foot
    legend = 0.28
    body = down * each + 0.22 + legend
    sheet = Sheet(title, body, language, source=source, notes=notes)
    most = float(np.nanmax(rows[["intensity", "uniform"]].to_numpy(dtype=float))) or 1.0
    left = _widest(sheet, [words[label] for label in labels]) + MARGIN + 0.12
    gap = 0.22
    width = (WIDTH - MARGIN - left - gap * (across - 1) - 0.12) / across
    for place, pair in enumerate(pairs):
        row, at = divmod(place, across)
        ax = sheet.axes(
            left + at * (width + gap), body - legend - (row + 1) * each + foot, width, plot
        )
        part = rows[(rows["start"] == pair[0]) & (rows["end"] == pair[1])]
        _plot(ax, part, column, bars, thick, most)
        ax.set(ylim=(len(labels) - 0.45, -0.55), yticks=range(len(labels)))
        ax.set_yticklabels([words[label] for label in labels] if at == 0 else [])
        ax.set_title(f"{pair[0]} → {pair[1]}", loc="left", pad=4)
    sheet.fig.text((left + (WIDTH - MARGIN - left) / 2) / WIDTH, (sheet.bottom + 0.02) /
                   sheet.height, axis.render(language), ha="center", va="bottom",
                   fontsize=9)  # fmt: skip
    line = Line2D([], [], color=_EVEN, linewidth=1.1, linestyle=(0, (4, 2)),
                  label=translate("Even change", language))  # fmt: skip
    sheet.fig.legend(
        handles=[*key, line], ncols=3, loc="upper left", borderaxespad=0, borderpad=0,
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + body) / sheet.height),
        columnspacing=1.8, handlelength=1.8,
    ).set_gid("legend")  # fmt: skip
    return sheet.fig


def _widest(sheet: Sheet, words: list[str]) -> float:
    """Return the width of the longest word in inches."""
    letters = [sheet.fig.text(0, 0, word, fontsize=8.5) for word in words]
    widest = max(extent(sheet.fig, letter).width for letter in letters) / sheet.fig.dpi
    for letter in letters:
        letter.remove()
    return widest


def _plot(
    ax: Axes, part: pd.DataFrame, column: str, bars: list[_Bar], thick: float, most: float
) -> None:
    ax.set_xlim(0, 1.16 * most)
    line = float(part["uniform"].iloc[0])
    found = part.set_index([column, "kind"])["intensity"]
    for bar in bars:
        value = float(found.get((bar.name, bar.kind), np.nan))
        if np.isnan(value):
            continue
        ax.barh(bar.at, value, height=thick, color=bar.colour, alpha=bar.alpha,
                gid=f"{bar.kind} {bar.name}")  # fmt: skip
        # A number that the line would strike through stands to the right of it.
        beside = line if value < line < value + 0.13 * most else value
        ax.annotate(f"{value:.2f}", (beside, bar.at), xytext=(3, 0), textcoords="offset points",
                    va="center", fontsize=7, color=GREY, gid="intensity")  # fmt: skip
    ax.axvline(line, color=_EVEN, linewidth=1.1, linestyle=(0, (4, 2)), zorder=3,
               gid="even")  # fmt: skip
    ax.grid(axis="x", color=FAINT)
    ax.xaxis.set_major_locator(MaxNLocator(4))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_color(INK)
