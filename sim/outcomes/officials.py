"""How much officials and places were used: busy, rostered and extra hours."""

from __future__ import annotations

from collections import Counter

import numpy as np

from sim.outcomes.columns import Floats, Ints
from sim.outcomes.contact import ContactRows, contact_rows
from sim.outcomes.grouping import Tally, count, ratio
from sim.outcomes.table import GUIDANCE, LongTable, Metric
from sim.visits import Channel, OfficialName, Place, YearRecords

_HOUR = 60.0
_PLACES = tuple(place for place in Place if place is not Place.NONE)
#: Columns of the officials' hours, in this order.
_HOURS = {"rostered_hours": "rostered", "overtime_hours": "outside", "on_call_hours": "on_call"}


def add_officials(table: LongTable, records: YearRecords, year: Tally) -> None:
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
    busy, rows = year["busy"], contact_rows(records)
    on_duty, n_points = _on_duty(records), len(records.names.points)
    share = _attribution(records, busy, rows)
    contact = _fold(busy, rows, n_points)
    hours = {
        name: _fold(share * on_duty[column][rows.official, None], rows, n_points)
        for name, column in _HOURS.items()
    }
    point, authority = _shown(table, contact, hours)
    table.add_rows(Metric("contact_hours", "sum", "h"), point, authority, contact[point, authority] / _HOUR)
    for name, minutes in hours.items():
        table.add_rows(Metric(name, "sum", "h"), point, authority, minutes[point, authority] / _HOUR)
    used = ratio(contact, sum(hours.values(), np.zeros_like(contact)))
    table.add_rows(Metric("utilisation", "share", "share"), point, authority, used[point, authority])
    _add_pools(table, records, count(rows.official, rows.first.shape, busy.sum(axis=1)), on_duty)


def add_places(table: LongTable, records: YearRecords, year: Tally) -> None:
    """Add how much of the open time each kind of place was in use, by point.

    Notes
    -----
    The open time of counters and closed rooms is that of the point's longest open counter or self-service
    door, the open time of remote stations that of its longest open video door; nan if none ever opens.
    """
    minutes = year["used"]
    longest = records.open_minutes.max(axis=1)
    for place in _PLACES:
        channels = (
            [Channel.VIDEO] if place is Place.REMOTE_STATION else [Channel.COUNTER, Channel.SELF_SERVICE]
        )
        share = ratio(minutes[:, place], records.places[:, place] * longest[:, channels].max(axis=1))
        at = np.flatnonzero(records.places[:, place] > 0)
        everybody = np.full(len(at), table.all_authorities)
        table.add_rows(Metric("place_utilisation", place.name.lower(), "share"), at, everybody, share[at])


def pools(records: YearRecords) -> tuple[str, ...]:
    """Return the names of the remote pools, in the order in which their officials come."""
    places = [name.works_at for name in records.official_names]
    return tuple(name for name in Counter(places) if name not in records.names.points)


def _on_duty(records: YearRecords) -> dict[str, Floats]:
    """Return each official's minutes of the year by kind, (n_officials,) each."""
    days = records.officials
    shape = (len(records.official_names),)
    official = days["official"].astype(np.int64)
    return {column: count(official, shape, days[column]) for column in _HOURS.values()}


def _attribution(records: YearRecords, busy: Floats, rows: ContactRows) -> Floats:
    """Return the share of each official's hours that falls to each point and authority, shape of `busy`."""
    total = count(rows.official, rows.first.shape, busy.sum(axis=1))
    share = busy / np.where(total > 0, total, 1.0)[rows.official, None]
    for official in np.flatnonzero(total == 0):
        point, authorities = _skilled_for(records, records.official_names[official])
        row = rows.first[official] + (point if rows.spread[official] else 0)
        share[row, authorities] = 1 / len(authorities)
    return share


def _skilled_for(records: YearRecords, name: OfficialName) -> tuple[int, list[int]]:
    """Return where an official works (n_points for a pool) and the authorities of the skills."""
    points, authorities = records.names.points, records.names.authorities
    index = {authority: at for at, authority in enumerate((*authorities, GUIDANCE))}
    point = points.index(name.works_at) if name.works_at in points else len(points)
    return point, sorted({index[skill] for skill, _ in name.skills})


def _fold(values: Floats, rows: ContactRows, n_points: int) -> Floats:
    """Sum over officials and add margins: points and all; authorities, all and guidance."""
    cells = np.zeros((n_points + 1, values.shape[1]))
    np.add.at(cells, rows.point, values)
    over_points = np.concatenate([cells[:-1], cells.sum(axis=0, keepdims=True)])
    over_all = over_points.sum(axis=1, keepdims=True)
    return np.concatenate([over_points[:, :-1], over_all, over_points[:, -1:]], axis=1)


def _shown(table: LongTable, contact: Floats, hours: dict[str, Floats]) -> tuple[Ints, Ints]:
    """Return the (point, authority) with rows: those shown elsewhere, and guidance where there is any."""
    guided = sum(hours.values(), contact)[:, -1:] > 0
    point, authority = np.nonzero(np.concatenate([table.shown, guided], axis=1))
    return point, authority


def _add_pools(table: LongTable, records: YearRecords, busy: Floats, on_duty: dict[str, Floats]) -> None:
    """Add the utilisation of each remote pool, whose name stands for the point; `busy`: (n_officials,)."""
    present = sum(on_duty.values(), np.zeros(len(records.official_names)))
    works_at = np.array([name.works_at for name in records.official_names], dtype=object)
    for position, pool in enumerate(pools(records)):
        members = works_at == pool
        share = ratio(busy[members].sum(), present[members].sum())
        at = np.array([table.all_points + 1 + position])
        everybody = np.array([table.all_authorities])
        table.add_rows(Metric("pool_utilisation", "share", "share"), at, everybody, np.atleast_1d(share))
