"""What every method returns: frozen fields, a table of them, and where they came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.core.language import Language, Text


@dataclass(frozen=True, kw_only=True, eq=False)
class Result:
    """Parent of all results.

    Parameters
    ----------
    method : str
        Name of the method, in English.
    settings : mapping
        Everything needed to repeat the call: seed, permutations, weights
        fingerprint, checksum of the data, ...
    references : tuple of str
        Keys of the literature (see ``spatialcarbon.core.references``).
    remarks : tuple of Text
        What a careful reader should know about this result, in either language;
        :attr:`notes` has them in English.
    """

    method: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    remarks: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        """Copy the settings so that the caller's dictionary cannot change them later."""
        object.__setattr__(self, "settings", dict(self.settings))

    @property
    def notes(self) -> tuple[str, ...]:
        """The remarks in English."""
        return self.notes_in("en")

    def notes_in(self, language: Language) -> tuple[str, ...]:
        """Return the remarks in one language."""
        return tuple(remark.render(language) for remark in self.remarks)

    def to_frame(self) -> pd.DataFrame:
        """Return the result as a table."""
        raise TypeError(f"{type(self).__name__} has no table")  # pragma: no cover

    def summary(self) -> str:
        """Return the result as text."""
        frame = self.to_frame()
        lines = [self.method, "=" * len(self.method)]
        if len(frame) == 1:
            row = frame.iloc[0]
            width = max(len(str(name)) for name in frame.columns)
            lines += [f"{name!s:<{width}}  {_cell(row[name])}" for name in frame.columns]
        else:
            lines.append(frame.to_string(index=False, max_rows=40))
        lines += [f"note: {note}" for note in self.notes]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Return a card for a notebook: key numbers, table, remarks, how to cite, settings."""
        from spatialcarbon.core.card import card

        frame = self.to_frame()
        measures = {**frame.attrs.get("units", {}), **self._measures()}
        alone = len(frame) == 1
        facts = {str(name): frame[name].iloc[0] for name in frame} if alone else {}
        return card(
            self.method,
            facts=facts or self._key_numbers(),
            frame=None if alone else frame,
            measures=measures,
            remarks=self.remarks,
            references=self.references,
            settings=self.settings,
        )

    def _measures(self) -> Mapping[str, str]:
        """Return the units of measure of key numbers and columns that are always the same."""
        return {}

    def _key_numbers(self) -> dict[str, Any]:
        """Return the fields that are one number, word or yes and no, by their names."""
        given = {item.name: getattr(self, item.name) for item in fields(self)}
        own = {name: value for name, value in given.items() if name not in _COMMON}
        return {
            name: value
            for name, value in own.items()
            if isinstance(value, (int, float)) or (isinstance(value, str) and value)
        }


_COMMON = ("method", "settings", "references", "remarks")


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)
