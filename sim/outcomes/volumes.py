"""How many visits, of which fate, when and from whom; and what became of the needs behind them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sim.outcomes.columns import FIRST, REPEAT, Floats
from sim.outcomes.grouping import Tally, ratio, with_margins
from sim.outcomes.labels import Family, Metric
from sim.outcomes.table import Block, LongTable
from sim.visits import Channel, NeedChannel, Outcome, YearRecords

#: Fates of a counted visit, each a statistic of `visits`; they add up to `count`.
FATES = (Outcome.SERVED, Outcome.RENEGED, Outcome.BALKED, Outcome.TURNED_AWAY, Outcome.REMOTE_FAILED)
#: Kinds of person in index order.
KINDS = ("resident", "cottage_dweller")

#: What is counted beside the visits, in the order of `_apart`.
_APART = ("booked_visits", "no_shows", "repeat_visits", "self_service_visits", "remote_failures", "arrived")
_VOLUMES = Family(
    tuple(Metric("visits", name, "visits") for name in ("count", *(fate.name.lower() for fate in FATES)))
    + tuple(Metric(name, "count", "visits") for name in _APART)
)
_PERIODS = tuple(f"month-{month:02d}" for month in range(1, 13))
_MONTHS = Family(tuple(Metric("visits", "count", "visits", period) for period in _PERIODS))
_MONTH_KINDS = Family(
    tuple(Metric("visits_by_kind", kind, "visits", period) for period in _PERIODS for kind in KINDS)
)
_BECAME = tuple(channel.name.lower() for channel in NeedChannel)
_NEEDS = Family(tuple(Metric("needs", "count", "needs", channel=name) for name in _BECAME))
_NEED_RATES = Family(
    tuple(
        Metric("needs", "per_1000_residents", "needs per 1 000 residents", channel=name) for name in _BECAME
    )
)
_UNSERVED = Family.of("no_slot", ("count",), "needs") + Family.of("carried_over", ("count",), "needs")


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
    fates = first.sum(axis=3)
    found = [fates.sum(axis=-1), *(fates[..., fate] for fate in FATES)]
    found += [first[:, :, :, 1].sum(axis=-1), *_apart(year["records"])]
    table.add_by_channel(_VOLUMES, with_margins(np.stack(found), after=1))
    months, kinds = with_margins(year["month_cells"], after=1), with_margins(year["month_kinds"], 1, after=1)
    table.add_in_turn(
        len(months),
        Block(_MONTHS, table.cells, table.of_cells(months)),
        Block(_MONTH_KINDS, table.points, table.of_points(kinds.swapaxes(1, 2))),
    )


def add_needs(table: LongTable, records: YearRecords, year: Tally) -> None:
    """Add what became of the needs of each authority, as a count and per 1 000 residents.

    Notes
    -----
    The channel column says what became of them. Cottage dwellers are in the counts but not in the rate,
    whose denominator is the residents. `carried_over` are the needs of earlier days whose visits fall into
    the year, less those of the year whose visits fall behind it; it is below 0 where diaries grow longer.
    """
    # (channel, authority, kind); the longest axes first, as those of two are slow to add up.
    by_kind = records.needs.sum(axis=2).sum(axis=2).sum(axis=2).astype(np.float64)
    residents = np.array(records.persons[..., 0].sum(), np.float64)
    counts = with_margins(by_kind, 1, after=1)
    table.add_in_turn(
        len(NeedChannel),
        Block(_NEEDS, table.everywhere, counts.sum(axis=2)),
        Block(_NEED_RATES, table.everywhere, ratio(1000 * counts[..., 0], residents)),
    )
    carried = year["needs_due"] - by_kind[NeedChannel.VISIT].sum(axis=1)
    unserved = np.stack([by_kind[NeedChannel.NO_SLOT].sum(axis=1), carried])
    table.add_rows(_UNSERVED, table.everywhere, with_margins(unserved, after=1))


def add_expectation(table: LongTable, records: YearRecords) -> None:
    """Add what was expected of each authority beforehand: the plan, the closed form, the legal floor.

    Notes
    -----
    Rows `plan_visits`, `expected_visits`, `legal_floor` [visits] and `need_growth` [ratio], statistic
    `value`, over all points; an authority for which there is no such number has no row.
    """
    if records.expectation:
        values = np.stack(list(records.expectation.values()))
        family = _expected(tuple(records.expectation))
        table.add_rows(family, table.everywhere[:-1], values, ~np.isnan(values))


@lru_cache(maxsize=4)
def _expected(names: tuple[str, ...]) -> Family:
    """Return the rows of what was expected."""
    return Family(
        tuple(Metric(name, "value", "ratio" if name == "need_growth" else "visits") for name in names)
    )


def _apart(records: Floats) -> list[Floats]:
    """Return what is counted beside the visits, booked ones left out, by (point, authority, channel)."""
    due = records.sum(axis=3)
    arrived = due.copy()
    arrived[..., Outcome.NO_SHOW] = 0
    self_service = np.zeros(due.shape[:3])
    self_service[:, :, Channel.SELF_SERVICE] = arrived[:, :, Channel.SELF_SERVICE].sum(axis=(2, 3))
    return [
        due[..., Outcome.NO_SHOW].sum(axis=3),
        arrived[:, :, :, REPEAT].sum(axis=3),
        self_service,
        due[..., Outcome.REMOTE_FAILED].sum(axis=3),
        arrived.sum(axis=(3, 4)),
    ]
