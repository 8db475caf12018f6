"""How many visits, of which fate, when and from whom; and what became of the needs behind them."""

from __future__ import annotations

import numpy as np

from sim.outcomes.columns import Bools, VisitColumns
from sim.outcomes.grouping import count, ratio, with_margins
from sim.outcomes.table import LongTable, Metric
from sim.visits import Channel, NeedChannel, Outcome, YearRecords

_MONTHS = 12
#: Fates of a counted visit, each a statistic of `visits`; they add up to `count`.
FATES = (Outcome.SERVED, Outcome.RENEGED, Outcome.BALKED, Outcome.TURNED_AWAY, Outcome.REMOTE_FAILED)
#: Kinds of person in index order.
KINDS = ("resident", "cottage_dweller")


def add_volumes(table: LongTable, records: YearRecords, columns: VisitColumns) -> None:
    """Add the year's visits by fate, and those that are counted apart.

    Notes
    -----
    `visits` are counted as the plan counts them (see `VisitColumns.counted`); a visit whose remote session
    failed and that was then served at a counter is one served visit by video. `repeat_visits`
    (returns), `no_shows`, `self_service_visits` and `remote_failures` are not among them.
    """
    shape = _channel_shape(records)
    key = columns.cell * len(Channel) + columns.channel
    counted = columns.counted
    group = key[counted] * len(Outcome) + columns.outcome[counted]
    fates = with_margins(count(group, (*shape, len(Outcome))), axes=3)
    table.add_by_channel(Metric("visits", "count", "visits"), fates.sum(axis=-1))
    for fate in FATES:
        table.add_by_channel(Metric("visits", fate.name.lower(), "visits"), fates[..., fate])
    for name, chosen in _apart(columns).items():
        sums = with_margins(count(key[chosen], shape))
        table.add_by_channel(Metric(name, "count", "visits"), sums)


def add_months(table: LongTable, records: YearRecords, columns: VisitColumns) -> None:
    """Add the counted visits of each month, and over all authorities by kind of person."""
    n_points, n_authorities = len(records.names.points), len(records.names.authorities)
    counted = columns.counted
    month = columns.month[counted]
    by_cell = with_margins(
        count(columns.cell[counted] * _MONTHS + month, (n_points, n_authorities, _MONTHS)), 2
    )
    group = (columns.point[counted] * len(KINDS) + columns.kind[counted]) * _MONTHS + month
    by_kind = with_margins(count(group, (n_points, len(KINDS), _MONTHS)), 1)
    for index in range(_MONTHS):
        period = f"month-{index + 1:02d}"
        table.add(Metric("visits", "count", "visits", period), by_cell[..., index])
        for kind, name in enumerate(KINDS):
            table.add_points(Metric("visits_by_kind", name, "visits", period), by_kind[:, kind, index])


def add_needs(table: LongTable, records: YearRecords) -> None:
    """Add what became of the needs of each authority, as a count and per 1 000 residents.

    Notes
    -----
    The channel column says what became of them. Cottage dwellers are in the counts but not in the rate,
    whose denominator is the residents.
    """
    by_kind = records.needs.sum(axis=(2, 3, 4)).astype(np.float64)  # (channel, authority, kind)
    residents = np.array(records.persons[..., 0].sum(), np.float64)
    authority = np.arange(table.all_authorities + 1)
    point = np.full(len(authority), table.all_points)
    for channel in NeedChannel:
        counts = with_margins(by_kind[channel], axes=1)
        name = channel.name.lower()
        table.add_rows(Metric("needs", "count", "needs", channel=name), point, authority, counts.sum(axis=1))
        rate = ratio(1000 * counts[:, 0], residents)
        unit = "needs per 1 000 residents"
        table.add_rows(Metric("needs", "per_1000_residents", unit, channel=name), point, authority, rate)
    unserved = with_margins(by_kind[NeedChannel.NO_SLOT].sum(axis=1))
    table.add_rows(Metric("no_slot", "count", "needs"), point, authority, unserved)


def _apart(columns: VisitColumns) -> dict[str, Bools]:
    """Return which records each further count takes."""
    return {
        "booked_visits": columns.counted & columns.booked,
        "no_shows": ~columns.arrived,
        "repeat_visits": columns.repeat,
        "self_service_visits": columns.arrived & (columns.channel == Channel.SELF_SERVICE),
        "remote_failures": columns.failed,
        "arrived": columns.arrived,
    }


def _channel_shape(records: YearRecords) -> tuple[int, int, int]:
    """Return the axes (n_points, n_authorities, n_channels)."""
    return len(records.names.points), len(records.names.authorities), len(Channel)
