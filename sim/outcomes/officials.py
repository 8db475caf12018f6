"""How much officials and places were used: busy, rostered and extra hours."""

from __future__ import annotations

from collections import Counter

import numpy as np

from sim.outcomes.columns import Floats, Ints
from sim.outcomes.contact import ContactRows
from sim.outcomes.grouping import Tally, count, ratio
from sim.outcomes.labels import GUIDANCE, Family, Metric
from sim.outcomes.table import LongTable
from sim.visits import Channel, Place, YearRecords

_HOUR = 60.0
_PLACES = tuple(place for place in Place if place is not Place.NONE)
#: Columns of the officials' hours, in this order.
_HOURS = {"rostered_hours": "rostered", "overtime_hours": "outside", "on_call_hours": "on_call"}
_USE = (
    Family.of("contact_hours", ("sum",), "h")
    + Family(tuple(Metric(name, "sum", "h") for name in _HOURS))
    + Family.of("utilisation", ("share",), "share")
)
_PLACE_USE = Family.of("place_utilisation", (place.name.lower() for place in _PLACES), "share")
_POOL_USE = Family.of("pool_utilisation", ("share",), "share")


def add_officials(table: LongTable, records: YearRecords, year: Tally, rows: ContactRows) -> None:
    """Add contact, rostered, overtime and on-call hours and utilisation by point and authority.

    Notes
    -----
    Contact is the time from the start to the end of every session, no-shows included, and the minutes of
    guidance; guidance is an authority of its own here, so that a host's idle time does not dilute
    the others. The hours of an official who served several authorities or points are shared out as
    the contact was; who served nobody counts where the skills lie, in equal parts. An official of a remote
    pool who served nobody counts for the authority over all points only.
    Utilisation = contact / (rostered + overtime + on call).
    """
    n_points, on_duty = len(records.names.points), _on_duty(records)
    used = np.flatnonzero(year["busy"].any(axis=1))
    total = count(rows.official[used], rows.first.shape, year["busy"][used].sum(axis=1))
    idle = [(int(official), *_skilled_for(records, official)) for official in np.flatnonzero(total == 0)]
    where = np.array([rows.first[o] + (point if rows.spread[o] else 0) for o, point, _ in idle], np.int64)
    used = np.union1d(used, where)  # of the rows of a country few are used
    busy, official, point = year["busy"][used], rows.official[used], rows.point[used]
    share = busy / np.where(total > 0, total, 1.0)[official, None]
    for row, (_, _, authorities) in zip(np.searchsorted(used, where), idle, strict=True):
        share[row, authorities] = 1 / len(authorities)
    contact = _fold(busy, point, n_points)
    hours = [_fold(share * minutes[official, None], point, n_points) for minutes in on_duty]
    guided = sum(hours, contact)[:, -1:] > 0
    place, authority = np.nonzero(np.concatenate([table.shown, guided], axis=1))
    utilisation = ratio(contact, sum(hours, np.zeros_like(contact)))
    values = np.stack([contact / _HOUR, *(minutes / _HOUR for minutes in hours), utilisation])
    table.add_rows(_USE, table.place(place, authority), values[:, place, authority])
    _add_pools(table, records, total, sum(on_duty, np.zeros(len(total))))


def add_places(table: LongTable, records: YearRecords, year: Tally) -> None:
    """Add how much of the open time each kind of place was in use, by point.

    Notes
    -----
    The open time of counters and closed rooms is that of the point's longest open counter or self-service
    door, the open time of remote stations that of its longest open video door; nan if none ever opens.
    """
    minutes = year["used"]
    longest = records.open_minutes.max(axis=1)
    at_counter = longest[:, [Channel.COUNTER, Channel.SELF_SERVICE]].max(axis=1)
    opened = [longest[:, Channel.VIDEO] if place is Place.REMOTE_STATION else at_counter for place in _PLACES]
    number = records.places[:, _PLACES].T.astype(np.float64)
    share = ratio(minutes[:, _PLACES].T, number * np.stack(opened))
    places = table.place(np.arange(len(minutes)), table.all_authorities)
    table.add_rows(_PLACE_USE, places, share, number > 0)


def pools(records: YearRecords) -> tuple[str, ...]:
    """Return the names of the remote pools, in the order in which their officials come."""
    places = [name.works_at for name in records.official_names]
    return tuple(name for name in Counter(places) if name not in records.names.points)


def _on_duty(records: YearRecords) -> list[Floats]:
    """Return each official's minutes of the year, (n_officials,) for each of `_HOURS`."""
    days = records.officials
    shape = (len(records.official_names),)
    official = days["official"].astype(np.int64)
    return [count(official, shape, days[column]) for column in _HOURS.values()]


def _skilled_for(records: YearRecords, official: np.int64) -> tuple[int, list[int]]:
    """Return where an official works (n_points for a pool) and the authorities of the skills."""
    name = records.official_names[official]
    points, authorities = records.names.points, records.names.authorities
    index = {authority: at for at, authority in enumerate((*authorities, GUIDANCE))}
    point = points.index(name.works_at) if name.works_at in points else len(points)
    return point, sorted({index[skill] for skill, _ in name.skills})


def _fold(values: Floats, point: Ints, n_points: int) -> Floats:
    """Sum over officials and add margins: points and all; authorities, all and guidance."""
    cells = np.zeros((n_points + 1, values.shape[1]))
    np.add.at(cells, point, values)
    over_points = np.concatenate([cells[:-1], cells.sum(axis=0, keepdims=True)])
    over_all = over_points.sum(axis=1, keepdims=True)
    return np.concatenate([over_points[:, :-1], over_all, over_points[:, -1:]], axis=1)


def _add_pools(table: LongTable, records: YearRecords, busy: Floats, present: Floats) -> None:
    """Add the utilisation of each remote pool, whose name stands for the point.

    `busy`, `present`: minutes in contact and on duty of each official, (n_officials,).
    """
    works_at = np.array([name.works_at for name in records.official_names], dtype=object)
    for position, pool in enumerate(pools(records)):
        members = works_at == pool
        share = ratio(busy[members].sum(), present[members].sum())
        place = table.place(table.all_points + 1 + position, table.all_authorities)
        table.add_rows(_POOL_USE, place.reshape(1), share.reshape(1, 1))
