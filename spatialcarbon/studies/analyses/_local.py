"""What analyses of one place at a time share: sentences about counts, tables, maps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.errors import some
from spatialcarbon.core.language import Text, text

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.studies.analysis import Done


class Places(Text):
    """Names of several places, in either language."""

    def __init__(self, names: list[Text]) -> None:
        super().__init__("", {"names": tuple(names)})

    def render(self, language: str) -> str:
        """Return up to twelve names."""
        shown = [item.render("zh" if language == "zh" else "en") for item in self.params["names"]]
        joined = some(shown, 12)
        return joined.replace(", ", "、") if language == "zh" else joined


def label_sentences(
    done: Done, labels: pd.Series[str], words: Mapping[str, Text], name: Text, year: int
) -> list[Text]:
    """Return a sentence for each label of interest that occurs, naming the places."""
    said: list[Text] = []
    for label, word in words.items():
        where = labels.index[(labels == label).to_numpy()]
        if len(where):
            said.append(
                text(
                    "{variable}, {year}: {n} {label}: {places}.",
                    variable=name,
                    year=year,
                    n=len(where),
                    label=word,
                    places=Places([done.inputs.names[unit] for unit in where]),
                )
            )
    return said


def nothing_found(name: Text, year: int, pvalue: pd.Series[float], alpha: float) -> Text:
    """Return the sentence for when no place stands out."""
    tested = int(pvalue.notna().sum())
    return text(
        "{variable}, {year}: no place stands out after correction for multiple tests. This "
        "does not show that there are no clusters, only that these data cannot tell them "
        "from chance: {raw} of {n} places have p < {alpha} by themselves, and about {by_chance} "
        "would if nothing were going on.",
        variable=name,
        year=year,
        raw=int((pvalue < alpha).sum()),
        n=tested,
        alpha=alpha,
        by_chance=round(tested * alpha),
    )


def with_measure(done: Done, variable: str) -> Text:
    """Return the name of a variable with its unit of measure, if it has one."""
    name, measure = done.inputs.variable_name(variable), done.inputs.measure(variable)
    if not measure:
        return name
    return text("{variable} ({measure})", variable=name, measure=Text(measure))


def with_place_names(done: Done, frame: pd.DataFrame, values: Mapping[str, Any]) -> pd.DataFrame:
    """Return the frame with the name of each unit and some columns after the first."""
    made = frame.copy()
    made.insert(1, "name", [done.inputs.names[unit] for unit in made["unit"]])
    for at, (column, data) in enumerate(values.items(), start=2):
        made.insert(at, column, data.reindex(made["unit"]).to_numpy())
    return made


def years_or_last(years: Iterable[int] | None, known: Iterable[int]) -> list[int]:
    """Return the years asked for, the last one by default."""
    return list(years) if years else [max(known)]


def tested_column(frame: pd.DataFrame) -> str:
    """Return the column of the p-values that were asked for."""
    drawn = frame["pvalue_permutation"].notna().any()
    return "pvalue_permutation" if drawn else "pvalue_randomization"


def year_frame(done: Done, year: int) -> pd.DataFrame:
    """Return the units of one year with names, values and results."""
    values = done.inputs.panel.at(done.parameters.variable, year)
    return with_place_names(done, done.result[year].to_frame(), {"value": values})
