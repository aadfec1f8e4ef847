"""Types of city: what each is made of, and how many of each a city cluster has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import to_hex, to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from spatialcarbon.core.language import Language, Text, translate
from spatialcarbon.data.catalogue import ILLUSTRATIVE
from spatialcarbon.report.canvas import FAINT, INK, in_house_style
from spatialcarbon.report.lettering import extent, ink_on, name_of, number, with_unit, wrap
from spatialcarbon.report.palettes import qualitative_colours
from spatialcarbon.report.sheet import MARGIN, WIDTH, Sheet, marked

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

    from spatialcarbon.stats.city_types import TypesResult

Names = Mapping[Any, str | Text]


def marks_of(result: TypesResult) -> AbstractContextManager[None]:
    """Return what marks figures of a result as made from invented numbers, where they are."""
    return marked(ILLUSTRATIVE) if result.illustrative else nullcontext()


def industry_colours(result: TypesResult) -> dict[Any, str]:
    """Return the colour of each industry."""
    return qualitative_colours(result.centres.columns)


def type_colours(result: TypesResult) -> dict[int, str]:
    """Return the colour of each type: that of its largest industry, paler for each further one."""
    colours = industry_colours(result)
    taken: dict[Any, int] = {}
    found = {}
    for number_, centre in result.centres.iterrows():
        industry = centre.index[int(np.argmax(centre.to_numpy()))]
        rank = taken.get(industry, 0)
        taken[industry] = rank + 1
        rgb = np.array(to_rgb(colours[industry]))
        mixed = 1 - (1 - rgb) * 0.62**rank
        found[int(str(number_))] = to_hex((mixed[0], mixed[1], mixed[2]))
    return found


def type_name(result: TypesResult, number_: int, language: Language) -> str:
    """Return the number and the name of a type."""
    title = result.titles[number_ - 1].render(language)
    return f"{number_}  {title}"


@in_house_style
def type_profiles(
    result: TypesResult,
    *,
    title: str | Text = "",
    quantity: str | Text = "Share of the total",
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """What is each type of city made of, beside all cities together?

    Parameters
    ----------
    result : IndustryResult or ConstrainedResult
        The types.
    title, quantity : str or Text
        Heading; what the shares are of.
    source : str or Text
        Where the shares come from.
    notes : sequence
        Small print.
    language : {"en", "zh"}
        Of all words in the figure.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import type_profiles
    >>> shares = pd.DataFrame(
    ...     {"energy": [0.7, 0.6, 0.1, 0.2], "light": [0.3, 0.4, 0.9, 0.8]}, index=list("abcd")
    ... )
    >>> found = sc.industry_clusters(shares, k=2, gap_samples=0, bootstraps=0)
    >>> figure = type_profiles(found)
    >>> len(figure.axes)
    1
    """
    colours = industry_colours(result)
    m = len(colours)
    step = min(0.17, 1.1 / m)
    tall = result.k * (m * step + 0.16) + 0.6
    mark = Line2D([], [], color=INK, marker="|", linestyle="none", markersize=9,
                  markeredgewidth=1.4, label=translate("mean of all places", language))  # fmt: skip
    patches: list[Artist] = [
        Patch(facecolor=colour, edgecolor="none", label=industry.render(language))
        for colour, industry in zip(colours.values(), result.industries, strict=True)
    ]
    handles = [*patches, mark]
    columns = _columns([str(handle.get_label()) for handle in handles], language)
    above = 0.22 * -(-len(handles) // columns) + 0.14
    with marks_of(result):
        sheet = Sheet(title, tall + above, language, source=source, notes=notes)
    _legend(sheet, handles, columns)
    ax = sheet.axes(1.5, 0.45, WIDTH - 1.8, tall - 0.5)
    gap = 0.16 / step
    ticks: list[float] = []
    labels: list[str] = []
    # What does not sum to one is no share and has no percentages.
    scale = 100 if result.settings["closed"] else 1
    drawn = scale * np.append(result.centres.to_numpy(), result.overall)
    reach = drawn.max() - min(0.0, drawn.min())
    for at, kind in enumerate(type_colours(result)):
        centre = scale * result.centres.loc[kind]
        top = at * (m + gap)
        places = top + np.arange(m)
        ax.barh(places, centre, height=0.82, color=[colours[c] for c in centre.index],
                gid=f"type {kind}")  # fmt: skip
        ax.plot(scale * result.overall.to_numpy(), places, linestyle="none", marker="|", gid="mean",
                color=INK, markersize=0.82 * step * 72, markeredgewidth=1.4)  # fmt: skip
        for place, share, mean, (_, colour) in zip(
            places, centre, scale * result.overall, colours.items(), strict=True
        ):
            words = (f"{share:.1f}" if scale == 100 else number(share)).replace("-", "−")
            # The number stands inside its bar where it would run into the mark of the mean.
            meets = 0 <= mean - share < 0.07 * reach and share > 0.07 * reach
            ax.annotate(words, (max(share, 0), place), xytext=(-5 if meets else 5, 0),
                        textcoords="offset points", va="center", fontsize=7, gid="share",
                        ha="right" if meets else "left",
                        color=ink_on(colour) if meets else INK)  # fmt: skip
        ticks.append(top + (m - 1) / 2)
        size = translate("{n} places", language, n=result.sizes[kind])
        labels.append(f"{type_name(result, kind, language)}\n{size}")
    ax.set(ylim=(result.k * (m + gap) - gap - 0.4, -0.6), yticks=ticks)
    ax.set_xlim(min(0.0, 1.08 * drawn.min()), 1.08 * drawn.max())
    ax.set_yticklabels([wrap_lines(sheet, words) for words in labels])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x", color=FAINT)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    ax.set_xlabel(with_unit(quantity, "%" if scale == 100 else "", language))
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.06)
    return sheet.fig


def wrap_lines(sheet: Sheet, words: str) -> str:
    """Break each line of a label of the vertical axis."""
    return "\n".join(wrap(sheet.fig, line, 2.6, fontsize=8.5) for line in words.splitlines())


def _columns(words: Sequence[str], language: Language) -> int:
    """Return in how many columns a legend of these words fits."""
    probe = Sheet("", 1.0, language).fig
    wide = [extent(probe, probe.text(0, 0, w, fontsize=8.5)).width / probe.dpi for w in words]
    room = WIDTH - 2 * MARGIN
    # A patch, its distance from the word and the distance to the next column.
    beside = 0.5
    if sum(wide) + beside * len(wide) <= room:
        return len(words)
    return max(1, int(room / (max(wide) + beside)))


def _legend(sheet: Sheet, handles: Sequence[Artist], columns: int) -> None:
    """Put a legend at the top of the body."""
    sheet.fig.legend(
        handles=list(handles), ncols=columns, loc="upper left", handlelength=1.1,
        bbox_to_anchor=(MARGIN / WIDTH, (sheet.bottom + sheet.body - 0.04) / sheet.height),
        borderaxespad=0, borderpad=0, columnspacing=1.5, labelspacing=0.5, fontsize=8.5,
    ).set_gid("legend")  # fmt: skip


@in_house_style
def type_counts(
    result: TypesResult,
    groups: pd.Series[Any] | Mapping[str, Iterable[Any]],
    *,
    title: str | Text = "",
    group_names: Names | None = None,
    source: str | Text = "",
    notes: Sequence[str | Text] = (),
    language: Language = "en",
) -> Figure:
    """How many cities of each type does each city cluster have?

    The form of study 002's Figure 13.

    Parameters
    ----------
    result : IndustryResult or ConstrainedResult
        The types.
    groups : Series or mapping
        City cluster of each unit, or units of each cluster.
    title : str or Text
        Heading.
    group_names : mapping, optional
        What to call the groups.
    source : str or Text
        Where the shares come from.
    notes : sequence
        Small print.
    language : {"en", "zh"}
        Of all words in the figure.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import type_counts
    >>> shares = pd.DataFrame(
    ...     {"energy": [0.7, 0.6, 0.1, 0.2], "light": [0.3, 0.4, 0.9, 0.8]}, index=list("abcd")
    ... )
    >>> found = sc.industry_clusters(shares, k=2, gap_samples=0, bootstraps=0)
    >>> figure = type_counts(found, {"north": ["a", "b"], "south": ["c", "d"]})
    >>> len(figure.axes)
    1
    """
    table = result.counts(groups)
    colours = type_colours(result)
    tall = 0.42 * len(table) + 0.55
    handles: list[Artist] = [
        Patch(facecolor=colours[kind], edgecolor="none", label=type_name(result, kind, language))
        for kind in colours
    ]
    columns = _columns([str(handle.get_label()) for handle in handles], language)
    above = 0.22 * -(-len(handles) // columns) + 0.14
    with marks_of(result):
        sheet = Sheet(title, tall + above, language, source=source, notes=notes)
    _legend(sheet, handles, columns)
    ax = sheet.axes(1.5, 0.45, WIDTH - 1.8, tall - 0.5)
    ax.set(ylim=(len(table) - 0.45, -0.55), yticks=range(len(table)))
    ax.set_yticklabels(
        [wrap(sheet.fig, name_of(g, group_names, language), 2.0, fontsize=8.5) for g in table.index]
    )
    ax.set_xlim(0, max(1.0, 1.06 * float(table.sum(axis=1).max())))
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x", color=FAINT)
    ax.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    ax.set_xlabel(translate("Number of places", language))
    sheet.fit(ax, MARGIN, 0.02, WIDTH - 2 * MARGIN, tall - 0.06)
    left = np.zeros(len(table))
    for at, kind in enumerate(colours):
        widths = table.iloc[:, at].to_numpy(dtype=float)
        bars = ax.barh(range(len(table)), widths, left=left, height=0.72, linewidth=0.8,
                       color=colours[kind], edgecolor="white", gid=f"type {kind}")  # fmt: skip
        for bar, width in zip(bars, widths, strict=True):
            middle = (bar.get_x() + width / 2, bar.get_y() + bar.get_height() / 2)
            letters = ax.text(*middle, f"{width:.0f}", ha="center", va="center", fontsize=8,
                              color=ink_on(colours[kind]), gid="count")  # fmt: skip
            if extent(sheet.fig, letters).width > 0.92 * bar.get_window_extent().width:
                letters.remove()
        left += widths
    for place, total in enumerate(left):
        ax.annotate(f"{total:.0f}", (total, place), xytext=(5, 0), textcoords="offset points",
                    va="center", fontsize=8, gid="total")  # fmt: skip
    return sheet.fig
