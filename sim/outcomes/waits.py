"""How long people wait, how many give up, how full it gets, and on which days the target is missed."""

from __future__ import annotations

import numpy as np

from sim.outcomes.columns import Floats, VisitColumns, week_of_day
from sim.outcomes.grouping import count, daily_maximum, margin_quantiles, ratio, with_margins
from sim.outcomes.settings import OutcomeSettings
from sim.outcomes.table import LongTable, Metric
from sim.visits import Channel, Outcome, YearRecords

#: Quantiles of the wait that are reported, by name of the statistic.
QUANTILES = {"median": 0.5, "p80": 0.8, "p90": 0.9, "p95": 0.95}
#: Waits whose share of all who arrived is always reported, whatever the target [min].
WITHIN = (15, 30)
#: Upper ends of the classes of `wait_histogram` [min]; the last class has none.
WAIT_CLASSES = (0, 5, 15, 30, 60)
#: Statistics of `wait_histogram`: classes of the wait of those who began service, and those who did not.
HISTOGRAM = ("at_once", "0-5", "5-15", "15-30", "30-60", "60+", "unserved")


def add_waits(table: LongTable, records: YearRecords, columns: VisitColumns) -> None:
    """Add the waits of those who began service, and the waits outside before the doors opened.

    Notes
    -----
    Every time somebody queues is a wait of its own: second matters, returns and re-queues too.
    """
    shape = (len(records.names.points), len(records.names.authorities), len(Channel))
    began = columns.began
    wait = columns.wait[began]
    key = columns.cell[began] * len(Channel) + columns.channel[began]
    mean = ratio(with_margins(count(key, shape, wait)), with_margins(count(key, shape)))
    table.add_by_channel(Metric("wait", "mean", "min"), mean)
    ranks = margin_quantiles(
        columns.point[began], columns.authority[began], wait, shape[:2], tuple(QUANTILES.values())
    )
    for name, values in zip(QUANTILES, ranks, strict=True):
        table.add(Metric("wait", name, "min"), values)
    early = columns.outside > 0
    number = with_margins(count(columns.cell[early], shape[:2]))
    total = with_margins(count(columns.cell[early], shape[:2], columns.outside[early]))
    table.add(Metric("wait_outside", "mean", "min"), ratio(total, number))
    table.add(Metric("wait_outside", "count", "visits"), number)


def add_service_levels(
    table: LongTable, records: YearRecords, columns: VisitColumns, settings: OutcomeSettings
) -> None:
    """Add the shares of all who arrived: served in time, gave up, turned away.

    Notes
    -----
    Who gave up or was turned away is not within any time; no-shows are not in the denominator.
    A wait of exactly the threshold is within it.
    """
    shape = (len(records.names.points), len(records.names.authorities), len(Channel))
    key = columns.cell * len(Channel) + columns.channel
    arrived = with_margins(count(key[columns.arrived], shape))
    limits = {f"{limit}_min": float(limit) for limit in WITHIN} | {"target": settings.service_target_wait}
    for name, limit in limits.items():
        inside = with_margins(count(key[columns.wait <= limit], shape))
        table.add_by_channel(Metric("within", name, "share"), ratio(inside, arrived))
    own = columns.own_outcome
    gave_up = (own == Outcome.RENEGED) | (own == Outcome.BALKED)
    for name, chosen in (("abandonment", gave_up), ("turned_away", own == Outcome.TURNED_AWAY)):
        share = ratio(with_margins(count(columns.cell[chosen], shape[:2])), arrived[..., -1])
        table.add(Metric(name, "share", "share"), share)


def add_target_days(
    table: LongTable, records: YearRecords, columns: VisitColumns, settings: OutcomeSettings
) -> None:
    """Add the days on which the target was missed, and the worst week.

    Notes
    -----
    A day or week counts when anybody arrived; weeks run from Monday to Sunday and are cut at New Year.
    `worst_week` is the first of the worst, its number counted from 1 in the week of 1 January.
    """
    n_points, n_authorities = len(records.names.points), len(records.names.authorities)
    week = week_of_day(records.year)
    shape = (n_points, n_authorities, len(week))
    key = columns.cell * len(week) + columns.day
    arrived = with_margins(count(key[columns.arrived], shape), axes=2)
    inside = with_margins(count(key[columns.wait <= settings.service_target_wait], shape), axes=2)
    open_days = (arrived > 0).sum(axis=2).astype(np.float64)
    missed = (inside < settings.service_target_share * arrived).sum(axis=2).astype(np.float64)
    table.add(Metric("days_with_visits", "count", "days"), open_days)
    table.add(Metric("days_below_target", "count", "days"), missed)
    starts = np.flatnonzero(np.diff(week, prepend=-1))
    share = ratio(np.add.reduceat(inside, starts, axis=2), np.add.reduceat(arrived, starts, axis=2))
    share = np.where(np.isnan(share), np.inf, share)
    worst = share.min(axis=2)
    never = np.isinf(worst)
    table.add(Metric("worst_week", "within_target", "share"), np.where(never, np.nan, worst))
    table.add(Metric("worst_week", "week", "week"), np.where(never, np.nan, share.argmin(axis=2) + 1.0))


def add_queues(
    table: LongTable, records: YearRecords, columns: VisitColumns, settings: OutcomeSettings
) -> None:
    """Add queue lengths by point and authority, and how many people are at a point at once.

    Notes
    -----
    A person is in the queue while their wait counts: from the latest of arrival, appointed time and
    opening to the start of service or the moment they left. The mean is over the open time of the
    authority's doors at the point (the longest of its channels), so waits past closing are in it. People
    *present* are all with a ticket who have not left, with companions; no-shows are neither.
    """
    n_points, n_authorities = len(records.names.points), len(records.names.authorities)
    leave = np.where(columns.began, columns.start, columns.end)
    waited = np.flatnonzero(columns.arrived & ~np.isnan(columns.ticket) & (leave > columns.base))
    begin, end, cell = columns.base[waited], leave[waited], columns.cell[waited]
    n_days = int(columns.day.max(initial=0)) + 1
    n_cells = n_points * n_authorities
    longest = daily_maximum(cell, columns.day[waited], begin, end, (n_cells, n_days)).max(axis=1)
    total = count(cell, (n_points, n_authorities), end - begin)
    point, authority = np.nonzero(table.shown[:-1, :-1])
    mean = ratio(total, records.open_minutes.max(axis=2))[point, authority]
    most = longest.reshape(n_points, n_authorities)[point, authority]
    table.add_rows(Metric("queue_length", "mean", "persons"), point, authority, mean)
    table.add_rows(Metric("queue_length", "max", "persons"), point, authority, most)
    present = _present(records, columns, n_days) * (1 + settings.companions)
    shown = np.flatnonzero(table.shown[:-1, -1])
    everybody = np.full(len(shown), table.all_authorities)
    table.add_rows(Metric("people_present", "p95_of_daily_max", "persons"), shown, everybody, present[shown])


def add_wait_classes(table: LongTable, records: YearRecords, columns: VisitColumns) -> None:
    """Add how many of all who arrived at each point waited how long, the unserved as a class of their own."""
    arrived = columns.arrived
    grade = np.searchsorted(np.array(WAIT_CLASSES, np.float64), columns.wait[arrived])  # nan sorts last
    grade[~columns.began[arrived]] = len(HISTOGRAM) - 1
    shape = (len(records.names.points), len(HISTOGRAM))
    counts = with_margins(count(columns.point[arrived] * len(HISTOGRAM) + grade, shape), axes=1)
    for index, name in enumerate(HISTOGRAM):
        table.add_points(Metric("wait_histogram", name, "visits"), counts[:, index])


def _present(records: YearRecords, columns: VisitColumns, n_days: int) -> Floats:
    """Return the 95th percentile over days with visits of the most people present, (n_points,)."""
    inside = np.flatnonzero(columns.arrived & (columns.end > columns.ticket))
    n_points = len(records.names.points)
    most = daily_maximum(
        columns.point[inside],
        columns.day[inside],
        columns.ticket[inside],
        columns.end[inside],
        (n_points, n_days),
    )
    out = np.full(n_points, np.nan)
    for point in np.flatnonzero(most.any(axis=1)):
        days = most[point]
        out[point] = np.quantile(days[days > 0], 0.95)
    return out
