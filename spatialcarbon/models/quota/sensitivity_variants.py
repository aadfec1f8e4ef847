"""The other choices that could have been made: weights, λ, criteria left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.language import Text, text
from spatialcarbon.models.quota.rank_agreement import kendall_to, ranks_of
from spatialcarbon.models.quota.sensitivity_engine import Case, Floats, Mix, amounts_of

if TYPE_CHECKING:
    from spatialcarbon.models.quota.critic import Weighting
    from spatialcarbon.models.quota.preference import Rule

Kind = Literal["weighting", "preference", "leave_out"]
KINDS: tuple[Kind, ...] = ("weighting", "preference", "leave_out")
RULES: tuple[Rule, ...] = ("paper", "renormalise")
OK, STOPS, UNDEFINED = "ok", "stops", "undefined"
FACTS = ("kind", "variant", "weighting", "leaning", "rule", "preference", "left_out", "status")


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One choice: its name, what it changes, and how it mixes the criteria."""

    kind: Kind
    name: str
    mix: Mix
    leaning: str = ""
    left_out: str = ""

    def facts(self, status: str) -> dict[str, Any]:
        """Return what the tables say of it."""
        leant = bool(self.mix.leaning)
        return {
            "kind": self.kind,
            "variant": self.name,
            "weighting": self.mix.weighting,
            "leaning": self.leaning,
            "rule": self.mix.rule if leant else "",
            "preference": self.mix.preference if leant else np.nan,
            "left_out": self.left_out,
            "status": status,
        }


def variants_of(
    mix: Mix,
    principle: str,
    weightings: Sequence[Weighting],
    leanings: Mapping[str, tuple[str, ...]],
    preferences: Sequence[float],
    leave_out: bool,
) -> Iterator[Variant]:
    """Return every variant: each changes one choice of the base and keeps the others."""
    own = principle if mix.leaning else ""
    for weighting in weightings:
        changed = replace(mix, weighting=weighting)
        yield Variant(kind="weighting", name=weighting, mix=changed, leaning=own)
    for leaning, leant in leanings.items():
        for rule in RULES:
            for value in preferences:
                changed = replace(mix, leaning=leant, rule=rule, preference=value)
                name = f"{leaning} {rule} {value:g}"
                yield Variant(kind="preference", name=name, mix=changed, leaning=leaning)
    for name in mix.indicators if leave_out and len(mix.indicators) > 1 else ():
        changed = replace(
            mix,
            indicators=tuple(c for c in mix.indicators if c != name),
            leaning=tuple(c for c in mix.leaning if c != name),
        )
        if mix.leaning and not changed.leaning:
            continue
        yield Variant(kind="leave_out", name=f"without {name}", mix=changed, leaning=own,
                      left_out=name)  # fmt: skip


def status_of(amounts: Floats, case: Case, mix: Mix) -> str:
    """Return whether a variant has an allocation, and if not, why."""
    if np.isfinite(amounts).all():
        return OK
    plain = amounts_of(case.values[None], case, replace(mix, leaning=()))
    return STOPS if np.isfinite(plain).all() else UNDEFINED


def compare(
    variants: Sequence[Variant], case: Case, base: Floats
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the allocations of all variants, and how far each agrees with the base.

    Parameters
    ----------
    variants : sequence of Variant
        In the order of the tables.
    case : Case
        What is shared.
    base : array
        The allocation of the base, by unit.
    """
    first = ranks_of(base[None])[0]
    parts, rows = [], []
    for variant in variants:
        amounts = amounts_of(case.values[None], case, variant.mix)
        status = status_of(amounts, case, variant.mix)
        if status == OK:
            ranks = ranks_of(amounts)
            tau, rank = float(kendall_to(first, ranks)[0]), ranks[0].astype(np.float64)
        else:
            amounts = np.full_like(amounts, np.nan)
            tau, rank = np.nan, np.full(len(base), np.nan)
        facts = variant.facts(status)
        change = amounts[0] - base
        parts.append(
            pd.DataFrame(
                {
                    **{key: [facts[key]] * len(base) for key in FACTS},
                    "unit": case.units,
                    "allocation": amounts[0],
                    "share": amounts[0] / case.total,
                    "rank": rank,
                    "difference": change,
                }
            )
        )
        rows.append({**facts, "tau": tau, "tau_low": np.nan, "tau_high": np.nan,
                     **changed(change, case)})  # fmt: skip
    return pd.concat(parts, ignore_index=True), pd.DataFrame(rows)


def changed(change: Floats, case: Case) -> dict[str, Any]:
    """Return how much changes hands, and where most does; rounding is no change."""
    if not np.isfinite(change).all():
        return {"moved": np.nan, "most": None, "change": np.nan}
    most = int(np.argmax(np.abs(change)))
    if abs(change[most]) <= 1e-12 * case.total:
        return {"moved": 0.0, "most": None, "change": 0.0}
    return {
        "moved": float(np.abs(change).sum()) / 2 / case.total,
        "most": case.units[most],
        "change": float(change[most]),
    }


def remarks_on(agreement: pd.DataFrame, base: Mix, leave_out: bool, swept: bool) -> list[Text]:
    """Return what to say of variants that have no allocation, or that were not made."""
    said: list[Text] = []
    stopped = agreement[(agreement["kind"] == "preference") & (agreement["status"] == STOPS)]
    for leaning, rows in stopped.groupby("leaning", sort=False):
        said.append(
            text(
                "leaning to {leaning} stops at λ = {value} under the paper rule: λ times the "
                "weight of the preferred criteria exceeds one",
                leaning=str(leaning),
                value=f"{rows['preference'].min():g}",
            )
        )
    usual = (agreement["kind"] == "preference") & (agreement["status"] == STOPS)
    other = agreement[agreement["status"].ne(OK) & ~usual]
    reasons = {
        STOPS: text("λ is too large for its weights"),
        UNDEFINED: text("its weights do not exist"),
    }
    for name, status in zip(other["variant"], other["status"], strict=True):
        reason = reasons[status]
        said.append(text("no allocation by {variant}: {reason}", variant=name, reason=reason))
    if not swept:
        said.append(
            text(
                "no sweep of λ: the criteria hold only one of the two sides, fairness (population, "
                "cumulative) and efficiency (gdp, intensity)"
            )
        )
    if leave_out and len(base.indicators) < 2:
        said.append(text("a single criterion cannot be left out"))
    elif leave_out and len(base.leaning) == 1:
        said.append(
            text(
                "{criterion} was not left out: the principle leans towards it alone",
                criterion=base.leaning[0],
            )
        )
    return said
