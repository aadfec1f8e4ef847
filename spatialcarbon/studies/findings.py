"""What a check finds: mistakes, things worth a look, and what is in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from spatialcarbon.core.language import Language, Text, text

Level = Literal["error", "warning", "fine"]

TOPICS = {
    "file": text("Study file"),
    "map": text("Map"),
    "tables": text("Tables"),
    "values": text("Values"),
    "rasters": text("Rasters"),
    "weights": text("Weights"),
    "analyses": text("Analyses"),
    "outputs": text("Outputs"),
}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was found.

    Parameters
    ----------
    level : {"error", "warning", "fine"}
        Whether it stops a run, is worth a look, or is in order.
    topic : str
        Key of ``TOPICS``.
    said : Text
        The sentence.
    line : int or None
        Line of the study file.
    cell : Text or None
        Where in a table.
    """

    level: Level
    topic: str
    said: Text
    line: int | None = None
    cell: Text | None = None

    def render(self, language: Language) -> str:
        """Return the sentence with where it is."""
        said = self.said.render(language)
        if self.cell is not None:
            said = text("{said} → {cell}", said=Text(said), cell=self.cell).render(language)
        if self.line is not None:
            said = text("line {line}: {said}", line=self.line, said=Text(said)).render(language)
        return said

    def to_dict(self, language: Language) -> dict[str, Any]:
        """Return the finding as plain data."""
        return {
            "topic": self.topic,
            "line": self.line,
            "cell": self.cell.render(language) if self.cell else None,
            "message": self.said.render(language),
        }


@dataclass
class Notebook:
    """Collects findings in the order in which they are made."""

    listed: list[Finding] = field(default_factory=list)

    def error(self, topic: str, said: Text, line: int | None = None) -> None:
        """Note what stops a run."""
        self._add(Finding(level="error", topic=topic, said=said, line=line))

    def warning(
        self, topic: str, said: Text, line: int | None = None, cell: Text | None = None
    ) -> None:
        """Note what is worth a look."""
        self._add(Finding(level="warning", topic=topic, said=said, line=line, cell=cell))

    def fine(self, topic: str, said: Text) -> None:
        """Note what is in order."""
        self._add(Finding(level="fine", topic=topic, said=said))

    def _add(self, finding: Finding) -> None:
        if finding not in self.listed:
            self.listed.append(finding)

    def has_errors(self, topic: str) -> bool:
        """Say whether something of a topic stops a run."""
        return any(part.level == "error" and part.topic == topic for part in self.listed)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return all of them by topic, those of the study file by line."""
        order = list(TOPICS)
        return tuple(
            sorted(self.listed, key=lambda part: (order.index(part.topic), part.line or 0))
        )
