"""Decoupling: do emissions still follow the economy, and what is done about it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field, field_validator

from spatialcarbon.core.errors import some
from spatialcarbon.core.language import Text, text
from spatialcarbon.models.drivers.decoupling import decoupling
from spatialcarbon.models.drivers.decoupling_states import TAPIO_BOUNDS
from spatialcarbon.models.drivers.effort import effort_table
from spatialcarbon.models.drivers.identity import parse_identity
from spatialcarbon.models.drivers.identity_names import factor_names
from spatialcarbon.models.drivers.lmdi import decompose
from spatialcarbon.studies.analyses._decompose_tables import ALL, group_effects
from spatialcarbon.studies.analyses._decoupling_maps import figures, layers
from spatialcarbon.studies.analyses._decoupling_shown import findings, tables
from spatialcarbon.studies.analyses._drivers import (
    Prices,
    StageList,
    WordList,
    columns_of,
    common_years,
    stage_problems,
    table_of,
)
from spatialcarbon.studies.analysis import Analysis, Inputs, Parameters

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.models.drivers.lmdi_result import DecompositionResult


class DecouplingParameters(Parameters):
    """Settings of the analysis."""

    COLUMNS: ClassVar = ("outcome", "driver", "identity")
    WRITTEN: ClassVar = ("stages", "activity")

    outcome: str = Field(default="co2", description="Variable that may follow or not.")
    driver: str = Field(default="gdp", description="Variable that it may follow.")
    stages: StageList = Field(
        default=None,
        description="Pairs of years, or yearly; from the first common year to the last if left out.",
    )
    low: float = Field(
        default=TAPIO_BOUNDS[0], gt=0, description="Elasticity from which change is coupled."
    )
    high: float = Field(
        default=TAPIO_BOUNDS[1], gt=0, description="Elasticity up to which change is coupled."
    )
    identity: str | None = Field(
        default=None,
        description="For the decoupling effort: outcome = product of factors.",
        examples=["co2 = population * (gdp/population) * (co2/gdp)"],
    )
    activity: WordList = Field(
        default=None,
        description="Factors of it that stand for activity, such as population and affluence.",
    )
    prices: Prices | None = Field(
        default=None, description="Basis of what is in money, said wherever effects are shown."
    )

    @field_validator("identity")
    @classmethod
    def _reads(cls, value: str | None) -> str | None:
        if value is not None:
            parse_identity(value)
        return value

    def variables_in(self, field: str) -> list[str]:
        """Return the variables that a field names."""
        if field == "identity":
            return columns_of(self.identity, {}) if self.identity else []
        return super().variables_in(field)


@dataclass(frozen=True, eq=False)
class Decoupled:
    """States of places and of groups, and the effort of both where it was asked for.

    Parameters
    ----------
    places, groups : DataFrame
        As :func:`spatialcarbon.decoupling` returns them; all places together first
        among the groups.
    effort, group_effort : DataFrame or None
        As :func:`spatialcarbon.decoupling_effort` returns it.
    decomposition : DecompositionResult or None
        What the effort was made from.
    """

    places: pd.DataFrame
    groups: pd.DataFrame
    effort: pd.DataFrame | None
    group_effort: pd.DataFrame | None
    decomposition: DecompositionResult | None


def run(parameters: DecouplingParameters, inputs: Inputs) -> dict[str, object]:
    """Find the states of places and of the sums of groups."""
    import pandas as pd

    variables = [parameters.outcome, parameters.driver]
    years = common_years(inputs, variables)
    grids = {name: inputs.panel[name][years] for name in variables}
    members = {ALL: inputs.units.index, **inputs.groups}
    bounds = (parameters.low, parameters.high)

    def states(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
        rows = pd.MultiIndex.from_product([next(iter(tables.values())).index, years])
        frame = pd.DataFrame(
            {name: grid.to_numpy().ravel() for name, grid in tables.items()},
            index=rows.set_names(["unit", "year"]),
        )
        return decoupling(
            frame.reset_index(),
            outcome=parameters.outcome,
            driver=parameters.driver,
            stages=parameters.stages,
            bounds=bounds,
        )

    sums = {
        name: pd.DataFrame({code: grid.loc[index].sum() for code, index in members.items()}).T
        for name, grid in grids.items()
    }
    grouped = states(sums)
    order = {code: at for at, code in enumerate(members)}
    grouped = grouped.sort_values(
        ["start", "end", "unit"], key=lambda c: c.map(order) if c.name == "unit" else c,
        kind="stable",
    )  # fmt: skip
    result = _effort(parameters, inputs)
    done = Decoupled(
        places=states(grids),
        groups=grouped.rename(columns={"unit": "group"}).reset_index(drop=True),
        effort=None if result is None else effort_table(result.effects, _activity(parameters)),
        group_effort=None
        if result is None
        else effort_table(group_effects(result), _activity(parameters)),
        decomposition=result,
    )
    return {"decoupling": done, "decomposition": result}


def _activity(parameters: DecouplingParameters) -> list[str]:
    return list(parameters.activity or [])


def _effort(parameters: DecouplingParameters, inputs: Inputs) -> DecompositionResult | None:
    if parameters.identity is None:
        return None
    return decompose(
        table_of(inputs, parameters.identity, {}),
        identity=parameters.identity,
        stages=parameters.stages,
        groups=dict(inputs.groups) or None,
    )


def check(parameters: DecouplingParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit the data: years, bounds, factors that do not exist."""
    problems = stage_problems(inputs, [parameters.outcome, parameters.driver], parameters.stages)
    if parameters.low > parameters.high:
        problems.append(text("low must not be above high"))
    if (parameters.identity is None) != (parameters.activity is None):
        problems.append(text("the decoupling effort needs both identity and activity"))
    elif parameters.identity is not None:
        variables = parameters.variables_in("identity")
        problems += stage_problems(inputs, variables, parameters.stages)
        keys, _ = factor_names(parse_identity(parameters.identity))
        chosen = _activity(parameters)
        strange = [name for name in chosen if name not in keys]
        if strange or not chosen or set(chosen) == set(keys):
            problems.append(
                text(
                    "activity must name some of the factors {known} and not all; {names} does not",
                    known=", ".join(keys),
                    names=some(strange or chosen) or "[]",
                )
            )
    return problems


ANALYSIS = Analysis(
    name="decoupling",
    title=text("Decoupling of emissions from the economy"),
    question=text("Do emissions still grow with the economy, and in which of Tapio's states?"),
    reading=text(
        "The elasticity is the growth of emissions over the growth of the driver. Strong decoupling "
        "means that the driver grows and emissions fall; weak, that they grow clearly more slowly; "
        "coupling, that both change by about the same share. It compares two growth rates and names "
        "no cause; where the driver hardly changes it divides by almost nothing. The effort says how "
        "much of what activity adds the other factors take back: all of it from 1 on."
    ),
    methods=text(
        "Elasticity e = (ΔC/C)/(ΔG/G) with the states of Tapio (2005), coupling from 0.8 to 1.2 "
        "unless other bounds are given; decoupling effort −ΣΔC_x/ΔC_activity over the other factors "
        "of an LMDI decomposition (after Diakoulaki and Mandaraka 2007)."
    ),
    parameters=DecouplingParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=("tapio2005", "diakoulaki2007", "ang2005"),
)
