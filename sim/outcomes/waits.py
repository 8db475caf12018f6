"""How long people wait, how many give up, and on which days the target is missed."""

from __future__ import annotations

import numpy as np

from sim.outcomes.columns import Floats, week_of_day
from sim.outcomes.grouping import Ranked, Tally, margin_quantiles, ratio, with_margins
from sim.outcomes.labels import Family
from sim.outcomes.settings import OutcomeSettings
from sim.outcomes.table import LongTable
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
_MEAN = Family.of("wait", ("mean",), "min")
_QUANTILES = Family.of("wait", QUANTILES, "min")
_OUTSIDE = Family.of("wait_outside", ("mean",), "min") + Family.of("wait_outside", ("count",), "visits")
_HISTOGRAM = Family.of("wait_histogram", HISTOGRAM, "visits")
_WITHIN = Family.of("within", (f"{limit}_min" for limit in WITHIN), "share")
_LEVELS = (
    Family.of("within", ("target",), "share")
    + Family.of("abandonment", ("share",), "share")
    + Family.of("turned_away", ("share",), "share")
)
_TARGET_DAYS = (
    Family.of("days_with_visits", ("count",), "days")
    + Family.of("days_below_target", ("count",), "days")
    + Family.of("target_met", ("day", "week", "year"), "share")
    + Family.of("worst_week", ("within_target",), "share")
    + Family.of("worst_week", ("week",), "week")
)


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
    table.add_by_channel(_MEAN, mean[None])
    at_once = grades[..., 0].sum(axis=-1).astype(np.int64)
    table.add(_QUANTILES, margin_quantiles(ranked, at_once, tuple(QUANTILES.values())))
    number, minutes = with_margins(year["outside"], after=1)
    table.add(_OUTSIDE, np.stack([ratio(minutes, number), number]))
    classes = with_margins(grades.sum(axis=(1, 2)), axes=1)
    table.add_points(_HISTOGRAM, classes[:, : len(HISTOGRAM)].T)


def add_service_levels(table: LongTable, year: Tally) -> None:
    """Add the shares of all who arrived: served in time, gave up, turned away.

    Notes
    -----
    Who gave up or was turned away is not within any time; no-shows are not in the denominator.
    A wait of exactly the threshold is within it.
    """
    grades = with_margins(year["grades"], axes=3)
    arrived = grades[..., :_ABSENT].sum(axis=-1)
    inside = np.stack([grades[..., :classes].sum(axis=-1) for classes in WITHIN.values()])
    table.add_by_channel(_WITHIN, ratio(inside, arrived))
    own = year["records"].sum(axis=(2, 3, 4))
    gave_up = own[..., Outcome.RENEGED] + own[..., Outcome.BALKED]
    chosen = np.stack([year["days"][0].sum(axis=0), gave_up, own[..., Outcome.TURNED_AWAY]])
    table.add(_LEVELS, ratio(with_margins(chosen, after=1), arrived[..., -1]))


def add_target_days(table: LongTable, year: Tally, settings: OutcomeSettings) -> None:
    """Add days that missed the target, shares of days, weeks and years that met it, and the worst week.

    Notes
    -----
    A day or week counts when anybody arrived; weeks run from Monday to Sunday and are cut at New Year.
    `worst_week` is the first of the worst, its number counted from 1 in the week of 1 January. The mean of
    `target_met` over replications is the probability that the target is met on a day, in a week, in the year.
    """
    inside, late = with_margins(year["days"][:2], after=2)  # (day, point, authority)
    arrived = inside + late
    there, missed = arrived > 0, inside < settings.service_target_share * arrived
    with_visits, below = (np.count_nonzero(days, axis=0).astype(np.float64) for days in (there, missed))
    starts = np.flatnonzero(np.diff(week_of_day(table.year), prepend=-1))
    weeks = np.add.reduceat(inside, starts), np.add.reduceat(arrived, starts)
    whole = weeks[0].sum(axis=0, keepdims=True), weeks[1].sum(axis=0, keepdims=True)
    share = ratio(*weeks)
    share[np.isnan(share)] = np.inf
    worst = share.min(axis=0)
    never = np.isinf(worst)
    found = [
        with_visits,
        below,
        ratio(with_visits - below, with_visits),
        *(_met(*periods, settings) for periods in (weeks, whole)),
        np.where(never, np.nan, worst),
        np.where(never, np.nan, share.argmin(axis=0) + 1.0),
    ]
    table.add(_TARGET_DAYS, np.stack(found))


def _met(inside: Floats, arrived: Floats, settings: OutcomeSettings) -> Floats:
    """Return the share of periods, along the first axis, that met the target; nan if nobody came."""
    there = arrived > 0
    met = there & (inside >= settings.service_target_share * arrived)
    return ratio(*(np.count_nonzero(periods, axis=0).astype(np.float64) for periods in (met, there)))
