"""Lorenz curves of burdens: one plot for each yardstick, one curve for each allocation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from spatialcarbon.core.align import require_columns
from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.report.allocation_figures import PRINCIPLE_WORDS
from spatialcarbon.report.canvas import FAINT, GREY, in_house_style
from spatialcarbon.report.judgement_figures import YARDSTICK_WORDS
from spatialcarbon.report.lettering import name_of, number, with_unit, wrap
from spatialcarbon.report.palettes import QUALITATIVE
from spatialcarbon.report.sheet import WIDTH, Sheet

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Names = Mapping[Any, str | Text]

_DASHES = ("solid", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (6, 1.5, 1.5, 1.5)))


@in_house_style
def lorenz_panels(
    lorenz: pd.DataFrame,
    *,
    title: str | Text = "",
    principle_names: Names | None = None,
    source: str | Text = "",
    language: Language = "en",
) -> Figure:
    """How unevenly does each principle lie on each yardstick, from the least to the most burdened?

    One plot per yardstick, one curve per principle. On the diagonal the burden is in
    exact proportion to the yardstick.

    Parameters
    ----------
    lorenz : DataFrame
        ``JudgementResult.lorenz``.
    title, principle_names, source, language
        As in :func:`spatialcarbon.report.figures.fairness_table`.

    Raises
    ------
    SchemaError
        When columns are missing, or there is no curve.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> from spatialcarbon.report.figures import lorenz_panels
    >>> links = pd.DataFrame({"focal": list("abbc"), "neighbor": list("bacb")})
    >>> cuts = pd.DataFrame({"equal": [2.0, 2.0, 2.0], "steep": [1.0, 4.0, 1.0]}, index=list("abc"))
    >>> emitted = pd.Series({"a": 10.0, "b": 10.0, "c": 10.0})
    >>> found = sc.judge_allocation(
    ...     cuts, weights=sc.Weights.from_edges(links), emissions=emitted, permutations=0
    ... )
    >>> figure = lorenz_panels(found.lorenz)
    >>> len(figure.axes)
    1
    """
    columns = ["principle", "yardstick", "yardstick_share", "amount_share"]
    require_columns(lorenz, columns, text("the table of Lorenz curves"))
    if lorenz.empty:
        raise SchemaError("there is no Lorenz curve to draw")
    yardsticks = list(dict.fromkeys(lorenz["yardstick"]))
    principles = list(dict.fromkeys(lorenz["principle"]))
    across = min(2, len(yardsticks))
    rows = math.ceil(len(yardsticks) / across)
    size, pitch, legend = 2.62, 3.38, 2.2
    body = rows * pitch
    sheet = Sheet(title, body, language, source=source)
    looks = _looks(principles)
    for at, yardstick in enumerate(yardsticks):
        row, column = divmod(at, across)
        ax = sheet.axes(0.65 + column * (size + 0.35), body - (row + 1) * pitch + 0.5, size, size)
        _curves(ax, lorenz[lorenz["yardstick"] == yardstick], looks, language,
                name_of(yardstick, YARDSTICK_WORDS, language))  # fmt: skip
        ax.set_title(name_of(yardstick, YARDSTICK_WORDS, language), loc="left", pad=4)
        if column:
            ax.set_ylabel("")
            ax.tick_params(labelleft=False)
    words = PRINCIPLE_WORDS if principle_names is None else principle_names
    handles = [Line2D([], [], label=wrap(sheet.fig, name_of(p, words, language), legend - 0.6,
                                         fontsize=8.5), **looks[p])
               for p in principles]  # fmt: skip
    sheet.fig.legend(
        handles=handles, loc="upper left", borderaxespad=0, borderpad=0, labelspacing=0.7,
        handlelength=2.2,
        bbox_to_anchor=((0.65 + across * (size + 0.35)) / WIDTH,
                        (sheet.bottom + body - 0.26) / sheet.height),
    ).set_gid("legend")  # fmt: skip
    return sheet.fig


def _looks(principles: Sequence[Any]) -> dict[Any, dict[str, Any]]:
    return {
        principle: {
            "color": QUALITATIVE[at % len(QUALITATIVE)],
            "linewidth": 1.6,
            "linestyle": _DASHES[at // len(QUALITATIVE) % len(_DASHES)],
        }
        for at, principle in enumerate(principles)
    }


def _curves(
    ax: Axes, rows: pd.DataFrame, looks: Mapping[Any, Mapping[str, Any]], language: Language,
    yardstick: str,
) -> None:  # fmt: skip
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=0.9, linestyle=(0, (4, 2)), gid="diagonal")
    for principle, curve in rows.groupby("principle", sort=False):
        ax.plot(curve["yardstick_share"], curve["amount_share"], gid=f"lorenz {principle}",
                **looks[principle])  # fmt: skip
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.grid(color=FAINT)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: number(100 * value)))
    ax.set_xlabel(with_unit(text("{quantity}, cumulated", quantity=yardstick), "%", language))
    ax.set_ylabel(with_unit(text("Burden, cumulated"), "%", language))
