"""The front of cost against wait: what one more official buys, and what a minute of wait costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.outcomes.costs import price_factor
from sim.staffing.bench import PlayedYear
from sim.staffing.problem import Problem
from sim.staffing.search import Counts
from sim.staffing.units import arrivals

type Floats = NDArray[np.float64]

#: Officials less and more than the recommended ones between which each row is tried.
_FEWER, _MORE = 2, 1
#: Points of the front that are simulated as a whole on each side of the recommended one.
_EACH_SIDE = 3
#: Replications of each of them.
_REPLICATIONS = 2


@dataclass(frozen=True)
class FrontPoint:
    """A staffing on the front.

    Attributes
    ----------
    counts
        Officials by roster row.
    euros
        Cost a year, space and work beyond the roster as with the recommended staffing [EUR].
    mean, p90
        Wait of those who were served [min].
    within, lost
        Share of all who arrived whose service began in time, and who left unserved.
    price
        Euros for each hour of waiting that this point saves over the one before, who left unserved counting
        as twice the wait asked about; nan for the first.
    """

    counts: Counts
    euros: float
    mean: float
    p90: float
    within: float
    lost: float
    price: float


def front_of(problem: Problem, counts: Counts, euros: float) -> tuple[FrontPoint, ...]:
    """Return staffings from leaner to richer than `counts`, each the cheapest step from the one before.

    Parameters
    ----------
    counts, euros
        The recommended officials by roster row, and what they cost a year [EUR].

    Notes
    -----
    Rows are taken one by one in the order of minutes of waiting saved per euro. How much a row's next
    official saves is read from plays in which all rows change together, which is exact where rows do
    not touch each other; the points themselves are then played as a whole.
    """
    path, here = _path(problem, counts)
    leaner = np.linspace(0, here, _EACH_SIDE + 1).round().astype(int)
    richer = np.linspace(here, len(path) - 1, _EACH_SIDE + 1).round().astype(int)
    chosen = sorted({*leaner.tolist(), *richer.tolist()})
    other = euros - staff_euros(problem, counts)
    points: list[FrontPoint] = []
    waits: list[float] = []
    for index in chosen:
        years = problem.bench.play_all(path[index], range(_REPLICATIONS), problem.effort.workers)
        waited, point = _point(problem, path[index], years, other)
        if points:
            saved = (waits[-1] - waited) / 60.0
            price = (point.euros - points[-1].euros) / saved if saved > 0 else float("inf")
            point = FrontPoint(**{**vars(point), "price": price})
        points.append(point)
        waits.append(waited)
    return tuple(points)


def _path(problem: Problem, counts: Counts) -> tuple[list[Counts], int]:
    """Return counts from the leanest to the richest, one official at a time, and where `counts` stand."""
    levels = {step: _shifted(problem, counts, step) for step in range(-_FEWER, _MORE + 1)}
    waits = {step: _row_waits(problem, chosen) for step, chosen in levels.items()}
    gains = {
        (row, step): (waits[step][row] - waits[step + 1][row]) / problem.hours[row]
        for row in problem.free
        for step in range(-_FEWER, _MORE)
        if levels[step][row] != levels[step + 1][row]
    }
    up = _walk(counts, {key: gain for key, gain in gains.items() if key[1] >= 0}, +1)
    down = _walk(counts, {(row, -1 - step): -gain for (row, step), gain in gains.items() if step < 0}, -1)
    return [*reversed(down), counts, *up], len(down)


def _walk(counts: Counts, gains: dict[tuple[int, int], float], sign: int) -> list[Counts]:
    """Return counts one official after another, the best gain first; the steps of a row come in order."""
    path: list[Counts] = []
    done: dict[int, int] = {}
    left = dict(gains)
    while left:
        open_now = [key for key in left if key[1] == min(step for row, step in left if row == key[0])]
        row, step = max(open_now, key=lambda key: left[key])
        del left[row, step]
        done[row] = done.get(row, 0) + sign
        path.append(tuple(n + done.get(r, 0) for r, n in enumerate(counts)))
    return path


def _shifted(problem: Problem, counts: Counts, step: int) -> Counts:
    """Return counts with `step` officials more in every free row, within bounds."""
    moved = list(counts)
    for row in problem.free:
        moved[row] = min(max(counts[row] + step, problem.space.low[row]), problem.space.high[row])
    return tuple(moved)


def _row_waits(problem: Problem, counts: Counts) -> Floats:
    """Return (n_rows,) minutes of waiting a year in the units that each row serves."""
    years = problem.bench.play_all(counts, range(_REPLICATIONS), problem.effort.workers)
    minutes = np.mean([_unit_waits(problem, year) for year in years], axis=0)
    total = np.zeros(len(counts))
    for unit, value in zip(problem.units.units, minutes, strict=True):
        total[list(unit.rows)] += value
    return total


def _unit_waits(problem: Problem, year: PlayedYear) -> Floats:
    """Return (U,) minutes waited, those who left unserved counting as the longest wait asked about twice."""
    cell, wait, _ = arrivals(year, len(problem.units.main))
    unit = problem.units.cells[cell]
    judged = unit >= 0
    minutes = np.where(np.isnan(wait), 2 * problem.target.wait, wait)
    counted = np.bincount(unit[judged], weights=minutes[judged], minlength=len(problem.units))
    return np.asarray(counted, np.float64)


def _point(
    problem: Problem, counts: Counts, years: Sequence[PlayedYear], other: float
) -> tuple[float, FrontPoint]:
    """Return the minutes waited a year and the point, `other` being what is paid besides the roster [EUR]."""
    n = len(problem.units.main)
    wait = np.concatenate([arrivals(year, n)[1] for year in years])
    served = wait[np.isfinite(wait)]
    within = float(np.mean(wait <= problem.target.wait))
    mean, p90 = float(served.mean()), float(np.quantile(served, 0.9))
    euros, lost = other + staff_euros(problem, counts), float(np.isnan(wait).mean())
    point = FrontPoint(counts, euros, mean, p90, within, lost, float("nan"))
    waited = np.mean([_unit_waits(problem, year).sum() for year in years])
    return float(waited), point


def staff_euros(problem: Problem, counts: Counts) -> float:
    """Return the yearly cost of the rostered hours of some counts [EUR]."""
    params = problem.params
    person_years = float(np.dot(problem.hours, counts)) / params["net_hours_per_htv"]
    return person_years * params["cost_per_htv"] * price_factor(problem.bench.setup)
