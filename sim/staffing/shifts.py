"""Shifts with lunch breaks that cover the half-hourly need at the fewest hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from sim.calendar import parse_clock
from sim.config import Scenario
from sim.config.scenario import OfficialChange
from sim.errors import RunError
from sim.network.rows import RosterRow
from sim.staffing.bench import PlayedYear
from sim.staffing.need import needed_by_period
from sim.staffing.problem import Problem
from sim.staffing.search import Counts

type Floats = NDArray[np.float64]

#: Length of a period [min].
PERIOD = 30.0
#: Shift from which on there is a lunch break, its length, and its distance from both ends [min].
_LUNCH_FROM, _LUNCH, _LUNCH_MARGIN = 360.0, 30.0, 90.0
#: Shortest shift [min].
_SHORTEST = 240.0
#: A shift fewer is worth this many minutes, so that equal hours take fewer people.
_PER_PERSON = 1.0


@dataclass(frozen=True)
class Shift:
    """A shift.

    Attributes
    ----------
    start, end
        Minutes since midnight.
    lunch
        Start of the lunch break, nan without one.
    """

    start: float
    end: float
    lunch: float

    @property
    def minutes(self) -> float:
        """Minutes at work."""
        return self.end - self.start - (0.0 if np.isnan(self.lunch) else _LUNCH)

    def covers(self, periods: Floats) -> NDArray[np.bool_]:
        """Return whether the shift is at work throughout each period, given their starts."""
        at_work = (periods >= self.start) & (periods + PERIOD <= self.end)
        away = (periods < self.lunch + _LUNCH) & (periods + PERIOD > self.lunch)
        return np.asarray(at_work & ~away, bool)


def possible_shifts(start: float, end: float) -> list[Shift]:
    """Return the shifts that fit between two minutes of the day, on the grid of periods.

    >>> len(possible_shifts(540.0, 780.0))
    1
    """
    found = []
    for first in np.arange(start, end - _SHORTEST + 1, PERIOD):
        for last in np.arange(first + _SHORTEST, end + 1, PERIOD):
            lunches = [float("nan")]
            if last - first >= _LUNCH_FROM:
                lunches = np.arange(first + _LUNCH_MARGIN, last - _LUNCH_MARGIN - _LUNCH + 1, PERIOD).tolist()
            found += [Shift(float(first), float(last), lunch) for lunch in lunches]
    return found


def cover(need: NDArray[np.int64], periods: Floats, shifts: Sequence[Shift]) -> dict[Shift, int]:
    """Return how many officials work each shift so that every period has the need at the fewest hours.

    Parameters
    ----------
    need
        (H,) officials needed in each period.
    periods
        (H,) starts of the periods [min].

    Raises
    ------
    RunError
        No number of these shifts covers the need.

    References
    ----------
    Dantzig (1954), *A comment on Edie's "Traffic delays at toll booths"*.
    """
    covered = np.array([shift.covers(periods) for shift in shifts], float).T
    cost = np.array([shift.minutes + _PER_PERSON for shift in shifts])
    result = milp(
        cost,
        constraints=LinearConstraint(covered, lb=need.astype(float)),
        integrality=np.ones(len(shifts), np.int64),
        bounds=Bounds(0, np.inf),
    )
    if not result.success:
        raise RunError("no shifts cover the need of every half hour")
    numbers = np.round(result.x).astype(int)
    return {shift: int(n) for shift, n in zip(shifts, numbers, strict=True) if n}


def half_hour_load(problem: Problem, years: Sequence[PlayedYear], row: int, periods: Floats) -> Floats:
    """Return (H,) officials busy with the units of a row in each period of an open day, on average.

    Notes
    -----
    Played with ample officials this is the load with its lag: what arrives late in one period is served in
    the next (the modified offered load of Jennings, Mandelbaum, Massey and Whitt, 1996).
    """
    mine = [n for n, unit in enumerate(problem.units.units) if row in unit.rows]
    n_authorities = len(problem.units.main)
    total, days = np.zeros(len(periods)), 0
    for year in years:
        visits = year.visits
        unit = problem.units.cells[visits["point"].astype(np.int64) * n_authorities + visits["authority"]]
        chosen = visits[np.isin(unit, mine) & np.isfinite(visits["start"])]
        overlap = np.minimum(chosen["end"][:, None], periods + PERIOD) - np.maximum(
            chosen["start"][:, None], periods
        )
        total += np.maximum(overlap, 0.0).sum(axis=0) / PERIOD
        days += len(np.unique(chosen["day"]))
    return total / max(days, 1)


def half_hour_need(problem: Problem, row: int) -> tuple[NDArray[np.int64], Floats]:
    """Return the officials of a row needed in each period, by the formula, and the starts of the periods."""
    about = problem.bench.rows[row]
    periods = np.arange(parse_clock(about.start), parse_clock(about.end) - PERIOD + 1, PERIOD)
    years = problem.play(problem.space.high)
    load = half_hour_load(problem, years, row, periods)
    served = np.concatenate([y.visits["service_time"][np.isfinite(y.visits["start"])] for y in years])
    need = needed_by_period(load, float(served.mean()), problem.params["patience_mean"], problem.target)
    return np.maximum(need, 1), periods


def plan_shifts(problem: Problem, counts: Counts, more: Mapping[int, int]) -> dict[str, dict[Shift, int]]:
    """Return shifts for the rows with at least two officials.

    Parameters
    ----------
    more
        Officials to add to the need of every period, by row: what a simulation found too few.
    """
    plan = {}
    for row in problem.free:
        about = problem.bench.rows[row]
        if counts[row] < 2:
            continue
        need, periods = half_hour_need(problem, row)
        shifts = possible_shifts(parse_clock(about.start), parse_clock(about.end))
        plan[about.name] = cover(need + more.get(row, 0), periods, shifts)
    return plan


def with_shifts(
    scenario: Scenario, rows: Sequence[RosterRow], plan: Mapping[str, Mapping[Shift, int]]
) -> Scenario:
    """Return the scenario whose rows of the plan are replaced by one row a shift."""
    officials = dict(scenario.staffing.officials)
    for row in rows:
        if row.name not in plan:
            continue
        change = officials.get(row.name, OfficialChange())
        officials[row.name] = change.model_copy(update={"count": 0, "diary": 0})
        left = min(row.diary, sum(plan[row.name].values()))
        longest_first = sorted(plan[row.name].items(), key=lambda item: (-item[0].minutes, item[0].start))
        for number, (shift, count) in enumerate(longest_first, start=1):
            set_aside = min(left, count)
            left -= set_aside
            officials[f"{row.name}_{number}"] = _row_of(row, shift, count, set_aside)
    staffing = scenario.staffing.model_copy(update={"officials": officials})
    return scenario.model_copy(update={"staffing": staffing})


def _row_of(row: RosterRow, shift: Shift, count: int, diary: int) -> OfficialChange:
    """Return a roster row of one shift."""
    lunch = () if np.isnan(shift.lunch) else (f"{clock(shift.lunch)}-{clock(shift.lunch + _LUNCH)}",)
    return OfficialChange(
        works_at=row.works_at,
        skills=row.skills,
        count=count,
        days=row.days,
        start=clock(shift.start),
        end=clock(shift.end),
        breaks=lunch,
        diary=diary,
        on_call=False,
    )


def clock(minute: float) -> str:
    """Return a minute of the day as ``HH:MM``.

    >>> clock(570.0)
    '09:30'
    """
    return f"{int(minute) // 60:02d}:{int(minute) % 60:02d}"
