"""Put a shift plan back into the simulation and mend it until it, not the ideal curve, meets the target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.config import Scenario
from sim.network.rows import roster_rows
from sim.staffing.proof import Court
from sim.staffing.recommend import Recommendation
from sim.staffing.shifts import Shift, plan_shifts, with_shifts
from sim.staffing.target import Scores

#: Most times that a plan is mended.
_MENDINGS = 4
#: The years of shift plans come after those of the staffings' proofs.
_FIRST = 100


@dataclass(frozen=True)
class ShiftPlan:
    """A shift plan that was simulated.

    Attributes
    ----------
    shifts
        Officials by shift, by roster row.
    scenario
        The scenario with the shifts.
    scores, proven
        How the units did on a fresh seed, and whether that proves them.
    hours, before
        Minutes at work a day of the rows planned, and with the staffing they replace [min].
    """

    shifts: dict[str, dict[Shift, int]]
    scenario: Scenario
    scores: Scores
    proven: tuple[bool, ...]
    hours: float
    before: float


def shift_plan(found: Recommendation) -> ShiftPlan:
    """Return shifts for a recommended staffing, mended where the simulation finds them too few."""
    problem = found.problem
    rows = roster_rows(found.scenario, problem.bench.setup.region)
    more: dict[int, int] = {}
    for attempt in range(_MENDINGS + 1):
        plan = plan_shifts(problem, found.counts, more)
        scenario = with_shifts(found.scenario, rows, plan)
        court = Court(scenario, problem.units, problem.target, problem.effort, _FIRST + attempt)
        scores, proven = court.prove(found.bar)
        failing = [unit for unit, good in zip(problem.units.units, proven, strict=True) if not good]
        short = {row for unit in failing for row in unit.rows if rows[row].name in plan}
        if not short:
            break
        more |= {row: more.get(row, 0) + 1 for row in short}
    return ShiftPlan(plan, scenario, scores, tuple(proven.tolist()), _minutes(plan), _before(found, plan))


def _minutes(plan: Mapping[str, Mapping[Shift, int]]) -> float:
    """Return the minutes at work on a day."""
    return sum(n * shift.minutes for shifts in plan.values() for shift, n in shifts.items())


def _before(found: Recommendation, plan: Mapping[str, object]) -> float:
    """Return the minutes at work on an open day of the rows that the plan replaces."""
    network, span = found.problem.bench.setup.site.network, found.problem.bench.setup.season.span
    spans = np.where(np.isfinite(network.shifts), network.shifts, 0.0)
    minutes = (spans[..., 1] - spans[..., 0]).sum(axis=-1)[network.day_type][span.year_slice].max(axis=0)
    row_of, rows = found.problem.bench.row_of, found.problem.bench.rows
    first = {int(row): int(np.flatnonzero(row_of == row)[0]) for row in np.unique(row_of)}
    replaced = [row for row in first if rows[row].name in plan]
    return float(sum(minutes[first[row]] * found.counts[row] for row in replaced))
