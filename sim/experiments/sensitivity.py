"""Which assumptions decide an outcome: screening of all, indices of those that matter, a tornado."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.config import Scenario
from sim.config.experiment import (
    DesignSpec,
    Experiment,
    ExperimentSpec,
    Factor,
    FactorSpec,
    Level,
    OutcomeSpec,
)
from sim.config.experiment_loading import make_factor
from sim.config.registry import Registry
from sim.errors import RunError
from sim.experiments.comparison import values_of
from sim.experiments.designs import LEVELS, groups_of, positions, problem
from sim.experiments.sweep import SweepOptions, plan, run_experiment
from sim.experiments.work import Progress
from sim.region import load_region

Floats = NDArray[np.float64]
#: Outcomes by design point, means over replications: label -> (unit, (n_points,)).
Answers = dict[str, tuple[str, Floats]]
#: Gives the progress of a sweep by its name.
Bar = Callable[[str], AbstractContextManager[Progress]]

#: Outcomes that are asked about: visits, waits, who leaves, and the work that staff is needed for.
OUTCOMES = tuple(
    OutcomeSpec(metric=metric, statistic=statistic)
    for metric, statistic in (
        ("visits", "count"),
        ("wait", "mean"),
        ("abandonment", "share"),
        ("contact_hours", "sum"),
    )
)
_CONTACT = OUTCOMES[-1]
#: Levers of demand whose positions from -1 to 1 stand for ranges of whole tables.
_POSITIONS = ("demand.adoption", "demand.acceptance")
#: Topics that act on costs only, after the simulation.
_COSTS = frozenset({"money", "space"})
#: Resamples of paths and base points for intervals, their seed, and the share that the intervals cover.
_RESAMPLES, _SEED, _COVERED = 500, 1, 0.9


@dataclass(frozen=True)
class Effort:
    """How much is run.

    Attributes
    ----------
    paths
        Screening paths, at least 2; each runs one point more than there are groups.
    ends
        Groups of the tornado, those that screening finds greatest.
    keep
        Groups of the Sobol indices, the greatest of each outcome first.
    base_points
        Base points of the Sobol indices, a power of 2; each runs two points more than groups are kept.
    replications
        Replications of each point.
    """

    paths: int = 4
    ends: int = 12
    keep: int = 6
    base_points: int = 32
    replications: int = 1


@dataclass(frozen=True)
class Sensitivity:
    """What came out, as long tables with a row for each outcome and group.

    Attributes
    ----------
    screening
        outcome, unit, group, mean_effect, half_width, spread: mean absolute effect of the group from wherever
        the others are, told for its whole range, with the half width of its 90 % interval for the paths
        drawn, and the standard deviation of the signed effects.
    tornado
        outcome, unit, group, base, low, high: the outcome at the scenario's values, and with the whole
        group at the low and high ends of its ranges; of the groups that matter most.
    indices
        outcome, group, first, first_low, first_high, total, total_low, total_high: shares of the variance, of
        the group alone and with all its interactions, with 90 % intervals for the base points drawn.
    """

    screening: pd.DataFrame
    tornado: pd.DataFrame
    indices: pd.DataFrame

    def as_dict(self) -> dict[str, list[dict[Any, Any]]]:
        """Return the tables as lists of rows; a number that does not exist is None."""
        tables = {"screening": self.screening, "tornado": self.tornado, "indices": self.indices}
        return {
            name: table.astype(object).where(table.notna(), None).to_dict("records")
            for name, table in tables.items()
        }


def assumptions(scenario: Scenario) -> tuple[Factor, ...]:
    """Return every assumption with a range that acts on the simulation, grouped by what it is about.

    Parameters of one name and year, such as the coverage of each authority's e-service in a year, are one
    group, which moves as one: what makes one of them wrong is likely to make all of them wrong.
    """
    registry = Registry.from_region(load_region(scenario.region))
    found = [
        make_factor(f"parameters.{p.key}", FactorSpec(group=_group(p.key)), scenario, registry)
        for p in registry.ranged()
        if p.group not in _COSTS
    ]
    levers = [
        make_factor(key, FactorSpec(low=-1.0, high=1.0, group=key.partition(".")[2]), scenario, registry)
        for key in _POSITIONS
    ]
    return (*found, *levers)


def _group(key: str) -> str:
    """Return what a parameter moves with: its name, and its year if it has one.

    >>> _group("digital_coverage.X.2030"), _group("leave.Jul"), _group("no_show")
    ('digital_coverage.2030', 'leave', 'no_show')
    """
    name, _, rest = key.partition(".")
    year = rest.rpartition(".")[2]
    return f"{name}.{year}" if year.isdecimal() else name


def analyse(
    scenario: Scenario, effort: Effort, options: SweepOptions, bar: Bar, factors: Sequence[Factor] = ()
) -> Sensitivity:
    """Return how much each group of assumptions moves the outcomes of a scenario.

    Parameters
    ----------
    scenario
        Where everything starts from.
    effort
        How much is run; what is stored is not run again.
    options
        How sweeps are run.
    bar
        Shows progress.
    factors
        Assumptions; default: all of `assumptions`.

    Notes
    -----
    All points share their luck, so that differences are those of assumptions.

    References
    ----------
    Campolongo, Cariboni and Saltelli (2007), Environmental Modelling & Software 22, 1509-1518 (screening).
    Saltelli et al. (2010), Computer Physics Communications 181, 259-270 (indices). Both by SALib.
    """
    factors = tuple(factors) or assumptions(scenario)

    def run(
        kind: str, chosen: Sequence[Factor], size: int = 1, rows: Sequence[dict[str, Level]] = ()
    ) -> Answers:
        name = f"{scenario.name}_{kind}"[:64]
        design = DesignSpec.model_validate({"kind": "rows" if rows else kind, "size": size})
        spec = ExperimentSpec(name=name, design=design, replications=effort.replications)
        asked = Experiment(spec, (scenario,), tuple(chosen), tuple(rows))
        with bar(name) as progress:
            found = _answers(run_experiment(asked, options, progress).metrics)
        return {**found, **_person_years(found[_CONTACT.label()][1], asked)}

    groups = groups_of(factors)
    walked = positions("morris", groups, effort.paths, scenario.run.seed)
    screening = screen(run("morris", factors, effort.paths), groups, walked)
    moving = decisive(screening, effort.ends)
    ends = [{}, *(_end(factors, group, high) for group in moving for high in (False, True))]
    tornado = swing(run("tornado", factors, rows=ends), moving)
    kept = moving[: effort.keep]
    chosen = [factor for factor in factors if factor.group in kept]
    shares = indices(run("sobol", chosen, effort.base_points), groups_of(chosen))
    return Sensitivity(screening, tornado, shares)


def _end(factors: Sequence[Factor], group: str, high: bool) -> dict[str, Level]:
    """Return the design point at which a group alone is at an end of its ranges."""
    return {f.key: f.high if high else f.low for f in factors if f.group == group}


def _answers(metrics: pd.DataFrame) -> Answers:
    found: Answers = {}
    for outcome in OUTCOMES:
        rows = values_of(metrics, outcome)
        means = rows.groupby("design_point")["value"].mean().sort_index()
        if len(means) == 0 or list(means.index) != list(range(int(means.index.max()) + 1)):
            raise RunError(f"{outcome.label()}: some design points have no value; visitsim retry shows why")
        found[outcome.label()] = (str(rows["unit"].iloc[0]), means.to_numpy(np.float64))
    return found


def _person_years(contact: Floats, asked: Experiment) -> Answers:
    """Return the person-years that contact alone takes at each design point, from its hours."""
    registry = Registry.from_region(load_region(asked.scenarios[0].region))
    values = [registry.resolve(point.scenario.parameters) for point in plan(asked)]
    hours = np.array([value["net_hours_per_htv"] * value["contact_share"] for value in values])
    return {"contact.htv": ("HTV", contact / hours)}


def screen(answers: Answers, groups: Sequence[str], walked: Floats) -> pd.DataFrame:
    """Return the effects of a screening, see `Sensitivity`, from positions that `designs.positions` makes."""
    from SALib.analyze import morris

    columns = ["mean_effect", "half_width", "spread"]
    tables = []
    for label, (unit, values) in answers.items():
        how = {"num_levels": LEVELS, "num_resamples": _RESAMPLES, "conf_level": _COVERED, "seed": _SEED}
        found = morris.analyze(problem(groups), walked, values, **how)
        effects = [np.asarray(found[key], np.float64) for key in ("mu_star", "mu_star_conf", "sigma")]
        table = pd.DataFrame({"outcome": label, "unit": unit, "group": list(groups)})
        tables.append(table.assign(**dict(zip(columns, effects, strict=True))))
    return _ranked(pd.concat(tables, ignore_index=True), "mean_effect")


def swing(answers: Answers, groups: Sequence[str]) -> pd.DataFrame:
    """Return the tornado, see `Sensitivity`; the points are the base, then low and high of each group."""
    rows = [
        (label, unit, name, values[0], values[1 + 2 * group], values[2 + 2 * group])
        for label, (unit, values) in answers.items()
        for group, name in enumerate(groups)
    ]
    table = pd.DataFrame(rows, columns=["outcome", "unit", "group", "base", "low", "high"])
    table["width"] = (table["high"] - table["low"]).abs()
    return _ranked(table, "width").drop(columns="width")


def _ranked(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return the table outcome by outcome in the order given, the greatest first in each."""
    order = {label: rank for rank, label in enumerate(dict.fromkeys(table["outcome"]))}
    keys = table.assign(rank=table["outcome"].map(order))
    rows = keys.sort_values(["rank", by], ascending=[True, False], kind="stable")
    return rows.drop(columns="rank").reset_index(drop=True)


def decisive(screening: pd.DataFrame, keep: int) -> list[str]:
    """Return the groups that matter most: the first of each outcome in turn, then the second, until enough.

    Groups that move nothing are never kept.
    """
    moving = screening[screening["mean_effect"] > 0]
    lists = [list(table["group"]) for _, table in moving.groupby("outcome", sort=False)]
    in_turn = [names[rank] for rank in range(len(moving)) for names in lists if rank < len(names)]
    return list(dict.fromkeys(in_turn))[:keep]


def indices(answers: Answers, groups: Sequence[str]) -> pd.DataFrame:
    """Return Sobol indices, see `Sensitivity`, at positions that `designs.positions` makes.

    Where an outcome does not vary they are nan.
    """
    tables = []
    for label, (_unit, values) in answers.items():
        table = pd.DataFrame({"outcome": label, "group": list(groups)})
        tables.append(table.assign(**_shares(values, groups)))
    return _ranked(pd.concat(tables, ignore_index=True), "total")


def _shares(values: Floats, groups: Sequence[str]) -> dict[str, Floats]:
    from SALib.analyze import sobol

    if np.ptp(values) == 0:
        nothing = np.full(len(groups), np.nan)
        found = dict.fromkeys(("S1", "ST", "S1_conf", "ST_conf"), nothing)
    else:
        how = {"calc_second_order": False, "num_resamples": _RESAMPLES, "conf_level": _COVERED, "seed": _SEED}
        found = sobol.analyze(problem(groups), values, **how)
    shares = dict[str, Floats]()
    for name, key in (("first", "S1"), ("total", "ST")):
        middle, half = found[key], found[f"{key}_conf"]
        shares |= {name: middle, f"{name}_low": middle - half, f"{name}_high": middle + half}
    return shares
