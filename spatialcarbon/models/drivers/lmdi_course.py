"""The numbers of a decomposition as arrays, from which every table of it is made."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from spatialcarbon.models.drivers.log_mean import log_change, log_mean

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

NO_CHANGE = 1e-12
"""A change smaller than this part of the level has no shares."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """Effects of each place (or group) step by step.

    Parameters
    ----------
    effects : array
        Place × step × factor, summed over categories.
    changes : array
        Change of the outcome, place × step.
    sizes : array
        Largest effect in size, place × step, summed over categories: what a residual
        is measured by.
    start, end, mean : array
        Level of the outcome at both ends of each step and their logarithmic mean,
        place × step.
    spans : array
        First step of each stage and the one after its last, stage × 2.
    """

    effects: Floats
    changes: Floats
    sizes: Floats
    start: Floats
    end: Floats
    mean: Floats
    spans: npt.NDArray[np.intp]

    def summed(self, positions: npt.NDArray[np.intp] | None = None) -> Course:
        """Return the course of some places together: additive effects add."""
        chosen = slice(None) if positions is None else positions
        parts = (self.effects, self.changes, self.sizes, self.start, self.end)
        effects, changes, sizes, start, end = (
            part[chosen].sum(axis=0, keepdims=True) for part in parts
        )
        return Course(
            effects=effects,
            changes=changes,
            sizes=sizes,
            start=start,
            end=end,
            mean=log_mean(start, end),
            spans=self.spans,
        )

    def staged(self, steps: Floats) -> Floats:
        """Return sums over the steps of each stage, along the second axis."""
        if self._one_by_one:
            return steps
        return np.stack([np.einsum("ij...->i...", steps[:, a:b]) for a, b in self.spans], axis=1)

    @cached_property
    def _one_by_one(self) -> bool:
        """Whether each step is a stage."""
        ahead = np.arange(self.effects.shape[1] + 1)
        return np.array_equal(self.spans, np.stack([ahead[:-1], ahead[1:]], axis=1))

    @cached_property
    def stage_effects(self) -> Floats:
        """Additive effects, place × stage × factor."""
        return self.staged(self.effects)

    @cached_property
    def stage_changes(self) -> Floats:
        """Changes of the outcome, place × stage."""
        return self.staged(self.changes)

    @cached_property
    def stage_levels(self) -> tuple[Floats, Floats]:
        """The levels at the start and the end of each stage, place × stage."""
        if self._one_by_one:
            return self.start, self.end
        return self.start[:, self.spans[:, 0]], self.end[:, self.spans[:, 1] - 1]

    @property
    def stage_ratios(self) -> Floats:
        """Multiplicative effects, place × stage × factor.

        A step's logarithm is its additive effect over the logarithmic mean of the outcome.
        Where the outcome rises from zero or falls to it that mean is zero: the effect that
        makes the change is infinite or zero, and the others are one.
        """
        mean = self.mean[..., np.newaxis]
        if self.mean.all() and not self._one_by_one:  # a sum of quotients, not an array of them
            shares = 1.0 / self.mean
            staged = np.stack(
                [
                    np.einsum("ijk,ij->ik", self.effects[:, a:b], shares[:, a:b])
                    for a, b in self.spans
                ],
                axis=1,
            )
            return np.asarray(np.exp(staged, out=staged))
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            logarithms = self.effects / mean
            if not self.mean.all():
                logarithms[(mean == 0) & (self.effects == 0)] = 0.0
            staged = self.staged(logarithms)
            return np.exp(staged, out=staged)

    @property
    def stage_shares(self) -> Floats:
        """Effects over the change, NaN where nothing changed, place × stage × factor."""
        changes = self.stage_changes
        start, end = self.stage_levels
        defined = np.abs(changes) > NO_CHANGE * np.maximum(start, end)
        shares = self.stage_effects / np.where(defined, changes, np.nan)[..., np.newaxis]
        shares += 0.0  # the zero of an effect over a negative change is −0
        return shares

    @cached_property
    def additive_residual(self) -> tuple[Floats, Floats]:
        """The sum of effects less the change, and its size over the largest effect."""
        together = self.stage_effects @ np.ones(self.effects.shape[-1])
        residual = together - self.stage_changes
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = np.abs(residual) / self.staged(self.sizes)
        return residual, np.where(residual == 0, 0.0, relative)

    @cached_property
    def multiplicative_residual(self) -> tuple[Floats, Floats]:
        """How far the product of ratios is from the ratio of levels, and its size.

        NaN where the outcome is zero at one end, so that there is no ratio of levels.
        """
        start, end = self.stage_levels
        whole = np.full_like(start, np.nan)
        held = (start > 0) & (end > 0)
        whole[held] = log_change(start[held], end[held])
        with np.errstate(divide="ignore", invalid="ignore"):
            off = np.expm1(np.log(self.stage_ratios).sum(axis=-1) - whole)
        off[(start == 0) & (end == 0)] = 0.0
        return off, np.abs(off)
