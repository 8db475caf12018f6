"""How long people wait, how many give up, and on which days the target is missed."""

from __future__ import annotations

import numpy as np

from sim.outcomes.columns import Floats, Ints, week_of_day
from sim.outcomes.grouping import Ranked, Tally, margin_quantiles, ratio, with_margins
from sim.outcomes.settings import OutcomeSettings
from sim.outcomes.table import LongTable, Metric
from sim.outcomes.volumes import arrivals
from sim.visits import Outcome

#: Quantiles of the wait that are reported, by name of the statistic.
QUANTILES = {"median": 0.5, "p80": 0.8, "p90": 0.9, "p95": 0.95}
#: Upper ends of the classes of `wait_histogram` [min]; the last class has none.
WAIT_CLASSES = (0, 5, 15, 30, 60)
#: Statistics of `wait_histogram`: classes of the wait of those who began service, and those who did not.
HISTOGRAM = ("at_once", "0-5", "5-15", "15-30", "30-60", "60+", "unserved")
#: Waits whose share of all who arrived is always reported [min], and how many classes lie within.
WITHIN = {15: 3, 30: 4}

_UNSERVED, _ABSENT = 6, 7


def add_waits(table: LongTable, year: Tally, ranked: Ranked) -> None:
    """Add the waits of those who began service, and the waits outside before the doors opened.

    Parameters
    ----------
    table
        Where the rows go.
    year
        The year's sums.
    ranked
        Every wait above 0 by cell; the others are counted in `grades`.

    Notes
    -----
    Every time somebody queues is a wait of its own: second matters, returns and re-queues too.
    """
    grades = year["grades"]
    served = with_margins(grades[..., :_UNSERVED].sum(axis=-1))
    mean = ratio(with_margins(year["minutes"]), served)
    table.add_by_channel(Metric("wait", "mean", "min"), mean)
    at_once = grades[..., 0].sum(axis=-1).astype(np.int64)
    ranks = margin_quantiles(ranked, at_once, tuple(QUANTILES.values()))
    for name, values in zip(QUANTILES, ranks, strict=True):
        table.add(Metric("wait", name, "min"), values)
    number, minutes = (with_margins(cells) for cells in year["outside"])
    table.add(Metric("wait_outside", "mean", "min"), ratio(minutes, number))
    table.add(Metric("wait_outside", "count", "visits"), number)
    classes = with_margins(grades.sum(axis=(1, 2)), axes=1)
    for index, name in enumerate(HISTOGRAM):
        table.add_points(Metric("wait_histogram", name, "visits"), classes[:, index])


def add_service_levels(table: LongTable, year: Tally) -> None:
    """Add the shares of all who arrived: served in time, gave up, turned away.

    Notes
    -----
    Who gave up or was turned away is not within any time; no-shows are not in the denominator.
    A wait of exactly the threshold is within it.
    """
    grades = with_margins(year["grades"], axes=3)
    arrived = grades[..., :_ABSENT].sum(axis=-1)
    for limit, classes in WITHIN.items():
        share = ratio(grades[..., :classes].sum(axis=-1), arrived)
        table.add_by_channel(Metric("within", f"{limit}_min", "share"), share)
    inside = with_margins(year["days"][0].sum(axis=-1))
    table.add(Metric("within", "target", "share"), ratio(inside, arrived[..., -1]))
    own = with_margins(arrivals(year).sum(axis=2), axes=2)
    gave_up = own[..., Outcome.RENEGED] + own[..., Outcome.BALKED]
    for name, chosen in (("abandonment", gave_up), ("turned_away", own[..., Outcome.TURNED_AWAY])):
        table.add(Metric(name, "share", "share"), ratio(chosen, arrived[..., -1]))


def add_target_days(table: LongTable, year: Tally, settings: OutcomeSettings) -> None:
    """Add days that missed the target, shares of days, weeks and years that met it, and the worst week.

    Notes
    -----
    A day or week counts when anybody arrived; weeks run from Monday to Sunday and are cut at New Year.
    `worst_week` is the first of the worst, its number counted from 1 in the week of 1 January. The mean of
    `target_met` over replications is the probability that the target is met on a day, in a week, in the year.
    """
    inside, late = (with_margins(cells, axes=2) for cells in year["days"][:2])
    arrived = inside + late
    missed = (inside < settings.service_target_share * arrived).sum(axis=2).astype(np.float64)
    table.add(Metric("days_with_visits", "count", "days"), (arrived > 0).sum(axis=2).astype(np.float64))
    table.add(Metric("days_below_target", "count", "days"), missed)
    starts = np.flatnonzero(np.diff(week_of_day(table.year), prepend=-1))
    for period, first in (("day", np.arange(inside.shape[2])), ("week", starts), ("year", starts[:1])):
        table.add(Metric("target_met", period, "share"), _met(inside, arrived, first, settings))
    share = ratio(np.add.reduceat(inside, starts, axis=2), np.add.reduceat(arrived, starts, axis=2))
    share[np.isnan(share)] = np.inf
    worst = share.min(axis=2)
    never = np.isinf(worst)
    table.add(Metric("worst_week", "within_target", "share"), np.where(never, np.nan, worst))
    table.add(Metric("worst_week", "week", "week"), np.where(never, np.nan, share.argmin(axis=2) + 1.0))


def _met(inside: Floats, arrived: Floats, first: Ints, settings: OutcomeSettings) -> Floats:
    """Return the share of periods, given the first days of each, that met the target; nan if nobody came."""
    there = np.add.reduceat(arrived, first, axis=2)
    met = (np.add.reduceat(inside, first, axis=2) >= settings.service_target_share * there) & (there > 0)
    return ratio(met.sum(axis=2).astype(np.float64), (there > 0).sum(axis=2).astype(np.float64))
