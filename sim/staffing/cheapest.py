"""The cheapest counts of a staffing problem: officials by search, guides by trial."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.staffing.problem import Problem
from sim.staffing.search import Counts, Found, Judge, Space, changed, find_cheapest
from sim.staffing.target import Bar

#: Shares that differ by less are the same to a planner who cannot reach the target anyway.
PRACTICAL_SHARE = 0.01


def cheapest(problem: Problem, bar: Bar) -> tuple[Found, Bar]:
    """Return the cheapest counts that reach the bar, and the bar that was reached.

    Notes
    -----
    Where the most officials allowed leave a unit below the bar, its point first gets another guide, if it has
    guides. Where that does not help either, the unit's bar is lowered to what is attained, less a difference
    without practical meaning, and the search starts again. At last guides of whom one can be spared go home,
    and one more comes where that spares officials of more hours.
    """
    space = problem.space
    found = find_cheapest(space, problem.judge(bar))
    plays = found.plays
    while found.unmet and (guided := _guided(problem, space, found)) is not None:
        space = guided
        found = find_cheapest(space, problem.judge(bar))
        plays += found.plays
    if found.unmet:
        bar = _eased(problem, bar, found)
        found = find_cheapest(space, problem.judge(bar))
        plays += found.plays
    counts = _with_guides(problem, found.counts, problem.judge(bar))
    ties = found.ties if counts == found.counts else ()
    return replace(found, counts=counts, ties=ties, plays=plays), bar


def _guided(problem: Problem, space: Space, found: Found) -> Space | None:
    """Return the space with another guide at each point of a failing unit; None where none would help."""
    failing = {row for unit in found.unmet for row in problem.units.units[unit].guides}
    more = [row for row in failing if space.low[row] < problem.bench.most[row]]
    if not more:
        return None
    before, after = problem.scores(found.counts), problem.scores(changed(found.counts, more, +1))
    gain = before.lost.mean(axis=0) - after.lost.mean(axis=0)
    if gain[list(found.unmet)].max() < PRACTICAL_SHARE:
        return None
    low, high, start = (changed(part, more, +1) for part in (space.low, space.high, space.start))
    return replace(space, low=low, high=high, start=start)


def _eased(problem: Problem, bar: Bar, found: Found) -> Bar:
    """Return the bar lowered to what the units that fail attain with the most officials."""
    best_low, best_high = problem.scores(found.counts).bounds(problem.effort.leaning)
    unmet = np.isin(np.arange(len(problem.units)), found.unmet)
    return Bar(
        np.where(unmet, np.minimum(bar.share, best_low - PRACTICAL_SHARE), bar.share),
        np.where(unmet, np.maximum(bar.lost, best_high + PRACTICAL_SHARE), bar.lost),
    )


def _with_guides(problem: Problem, counts: Counts, judge: Judge) -> Counts:
    """Return counts with the guides that are worth their hours."""
    for guide in sorted(problem.guides):
        while counts[guide] > 1 and judge(fewer := changed(counts, [guide], -1)).all():
            counts = fewer
        while counts[guide] < problem.bench.most[guide] and (
            better := _traded(problem, counts, guide, judge)
        ):
            counts = better
    return counts


def _traded(problem: Problem, counts: Counts, guide: int, judge: Judge) -> Counts | None:
    """Return counts with another guide and without whom that spares; None if they take fewer hours than one.

    Each row at the guide's point is first tried with one fewer, all of them in one play.
    """
    here = [unit for unit in problem.units.units if guide in unit.guides]
    free = set(problem.free)
    rows = {row for unit in here for row in unit.rows if row in free and counts[row] > problem.space.low[row]}
    more = changed(counts, [guide], +1)
    met = judge(changed(more, rows, -1))
    units = list(zip(problem.units.units, met.tolist(), strict=True))
    spared = [row for row in sorted(rows) if all(good for unit, good in units if unit.hangs_on(row))]
    if problem.hours[spared].sum() <= problem.hours[guide]:
        return None
    fewer = changed(more, spared, -1)
    return fewer if judge(fewer).all() else None
