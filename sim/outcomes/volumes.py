"""How many visits, of which fate, when and from whom; and what became of the needs behind them."""

from __future__ import annotations

import numpy as np

from sim.outcomes.columns import FIRST, REPEAT, Floats
from sim.outcomes.grouping import Tally, ratio, with_margins
from sim.outcomes.table import LongTable, Metric
from sim.visits import Channel, NeedChannel, Outcome, YearRecords

#: Fates of a counted visit, each a statistic of `visits`; they add up to `count`.
FATES = (Outcome.SERVED, Outcome.RENEGED, Outcome.BALKED, Outcome.TURNED_AWAY, Outcome.REMOTE_FAILED)
#: Kinds of person in index order.
KINDS = ("resident", "cottage_dweller")


def add_volumes(table: LongTable, year: Tally) -> None:
    """Add the visits by fate, and those that are counted apart, of the year; and the visits of each month.

    Notes
    -----
    `visits` are counted as the plan counts them (see `VisitColumns.counted`); a visit whose remote session
    failed and that was then served at a counter is one served visit by video. `repeat_visits`
    (returns), `no_shows`, `self_service_visits` and `remote_failures` are not among them.
    """
    first = (year["records"] + year["moved"])[:, :, :, :, FIRST]
    first[:, :, Channel.SELF_SERVICE] = 0
    first[..., Outcome.NO_SHOW] = 0
    fates = with_margins(first.sum(axis=3), axes=3)
    table.add_by_channel(Metric("visits", "count", "visits"), fates.sum(axis=-1))
    for fate in FATES:
        table.add_by_channel(Metric("visits", fate.name.lower(), "visits"), fates[..., fate])
    booked = first[:, :, :, 1].sum(axis=-1)
    for name, sums in {"booked_visits": booked, **_apart(year["records"])}.items():
        table.add_by_channel(Metric(name, "count", "visits"), with_margins(sums))
    _add_months(table, year["month_cells"], year["month_kinds"])


def arrivals(year: Tally) -> Floats:
    """Return the year's records that arrived, (n_points, n_authorities, n_channels, n_outcomes)."""
    by_outcome: Floats = year["records"].sum(axis=(3, 4))
    by_outcome[..., Outcome.NO_SHOW] = 0
    return by_outcome


def add_needs(table: LongTable, records: YearRecords, year: Tally) -> None:
    """Add what became of the needs of each authority, as a count and per 1 000 residents.

    Notes
    -----
    The channel column says what became of them. Cottage dwellers are in the counts but not in the rate,
    whose denominator is the residents. `carried_over` are the needs of earlier days whose visits fall into
    the year, less those of the year whose visits fall behind it; it is below 0 where diaries grow longer.
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
    carried = with_margins(year["needs_due"] - by_kind[NeedChannel.VISIT].sum(axis=1))
    table.add_rows(Metric("carried_over", "count", "needs"), point, authority, carried)


def add_expectation(table: LongTable, records: YearRecords) -> None:
    """Add what was expected of each authority beforehand: the plan, the closed form, the legal floor.

    Notes
    -----
    Rows `plan_visits`, `expected_visits`, `legal_floor` [visits] and `need_growth` [ratio], statistic
    `value`, over all points; an authority for which there is no such number has no row.
    """
    for name, values in records.expectation.items():
        authority = np.flatnonzero(~np.isnan(values))
        point = np.full(len(authority), table.all_points)
        unit = "ratio" if name == "need_growth" else "visits"
        table.add_rows(Metric(name, "value", unit), point, authority, values[authority])


def _apart(records: Floats) -> dict[str, Floats]:
    """Return what is counted beside the visits, (n_points, n_authorities, n_channels) each."""
    arrived = records.copy()
    arrived[..., Outcome.NO_SHOW] = 0
    self_service = np.zeros_like(arrived)
    self_service[:, :, Channel.SELF_SERVICE] = arrived[:, :, Channel.SELF_SERVICE]
    return {
        "no_shows": records[..., Outcome.NO_SHOW].sum(axis=(3, 4)),
        "repeat_visits": arrived[:, :, :, :, REPEAT].sum(axis=(3, 4)),
        "self_service_visits": self_service.sum(axis=(3, 4, 5)),
        "remote_failures": records[..., Outcome.REMOTE_FAILED].sum(axis=(3, 4)),
        "arrived": arrived.sum(axis=(3, 4, 5)),
    }


def _add_months(table: LongTable, counted: Floats, kinds: Floats) -> None:
    """Add the counted visits of each month, and over all authorities by kind of person."""
    for index, (cells, by_kind) in enumerate(zip(counted, kinds, strict=True)):
        period = f"month-{index + 1:02d}"
        table.add(Metric("visits", "count", "visits", period), with_margins(cells))
        people = with_margins(by_kind, axes=1)
        for kind, name in enumerate(KINDS):
            table.add_points(Metric("visits_by_kind", name, "visits", period), people[:, kind])
