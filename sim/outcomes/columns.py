"""The columns of a year's visits that statistics are computed from, read once and derived once."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.visits import Channel, Outcome, Relation, YearRecords

type Bools = NDArray[np.bool_]
type Ints = NDArray[np.int64]
type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class VisitColumns:
    """Columns (n_visits,) in the order of the records.

    Attributes
    ----------
    point, authority, channel, day, month, kind
        Indices; `month` counts from 0.
    cell
        `point * n_authorities + authority`.
    outcome
        How the visit ended; a failed remote session that was followed by a re-queue has the outcome of
        the re-queue.
    counted
        A visit as the plan counts it: by counter or remote station, served or not, the first time; no
        no-show, no re-queue, no return, no self-service.
    repeat
        Came back after an unsuccessful visit, and arrived.
    again
        Is no first time: a re-queue or a return, no-shows among the returns included.
    failed
        The remote session failed.
    own_outcome
        How this record ended, whatever followed.
    arrived
        Every record but the no-shows: the denominator of service levels. A re-queue waits anew and
        is one more arrival here.
    began
        Arrived and began service.
    base
        Minute from which the wait counts: the latest of arrival, appointed time and opening [min].
    wait
        Minutes from `base` to the start of service, nan for those who never began [min].
    outside
        Minutes spent outside before the doors opened, 0 for most [min].
    start, end, ticket, arrival
        As in the records [min].
    official, guide, place
        As in the records, -1 for none.
    travel
        One way [min].
    """

    point: Ints
    authority: Ints
    channel: Ints
    day: Ints
    month: Ints
    kind: Ints
    cell: Ints
    outcome: NDArray[np.int8]
    own_outcome: NDArray[np.int8]
    counted: Bools
    repeat: Bools
    again: Bools
    failed: Bools
    arrived: Bools
    began: Bools
    booked: Bools
    base: Floats
    wait: Floats
    outside: Floats
    arrival: Floats
    ticket: Floats
    start: Floats
    end: Floats
    official: NDArray[np.int32]
    guide: NDArray[np.int32]
    place: NDArray[np.int8]
    relation: NDArray[np.int8]
    travel: NDArray[np.float32]


def read_columns(records: YearRecords) -> VisitColumns:
    """Return the columns of a year's visits, contiguous and with the derived ones added."""
    visits = records.visits
    arrival, ticket, start = (np.ascontiguousarray(visits[name]) for name in ("arrival", "ticket", "start"))
    point, authority, channel = (visits[name].astype(np.int64) for name in ("point", "authority", "channel"))
    day = visits["day"].astype(np.int64)
    relation = np.ascontiguousarray(visits["relation"])
    own_outcome = np.ascontiguousarray(visits["outcome"])
    requeue = relation == Relation.REQUEUE
    repeat = (visits["attempt"] > 0) | (relation == Relation.RETURN)
    arrived = own_outcome != Outcome.NO_SHOW
    base = wait_base(arrival, ticket, np.ascontiguousarray(visits["appointed"]))
    began = arrived & ~np.isnan(start)
    return VisitColumns(
        point=point,
        authority=authority,
        channel=channel,
        day=day,
        month=month_of_day(records.year)[day],
        kind=visits["kind"].astype(np.int64),
        cell=point * len(records.names.authorities) + authority,
        outcome=_final_outcome(visits, own_outcome, requeue),
        own_outcome=own_outcome,
        counted=arrived & ~requeue & ~repeat & (channel != Channel.SELF_SERVICE),
        repeat=repeat & arrived & ~requeue,
        again=repeat | requeue,
        failed=own_outcome == Outcome.REMOTE_FAILED,
        arrived=arrived,
        began=began,
        booked=visits["booked"] == 1,
        base=base,
        wait=np.where(began, np.maximum(start - base, 0.0), np.nan),
        outside=np.fmax(ticket - arrival, 0.0),
        arrival=arrival,
        ticket=ticket,
        start=start,
        end=np.ascontiguousarray(visits["end"]),
        official=np.ascontiguousarray(visits["official"]),
        guide=np.ascontiguousarray(visits["guide"]),
        place=np.ascontiguousarray(visits["place"]),
        relation=relation,
        travel=np.ascontiguousarray(visits["travel"]),
    )


def wait_base(arrival: Floats, ticket: Floats, appointed: Floats) -> Floats:
    """Return the minute from which each wait counts: the latest of arrival, appointed time and opening.

    Who got a ticket later than they arrived had waited for the doors, so the ticket is the opening.
    `nan` in `ticket` or `appointed` means there was none.
    """
    return np.fmax(np.fmax(arrival, ticket), appointed)


def month_of_day(year: int) -> Ints:
    """Return the month (0-11) of each day of `year`, which counts from 1 January = 0.

    >>> month_of_day(2030)[[0, 30, 31, 364]].tolist()
    [0, 0, 1, 11]
    """
    days = np.arange(f"{year}-01-01", f"{year + 1}-01-01", dtype="datetime64[D]")
    return days.astype("datetime64[M]").astype(np.int64) % 12


def week_of_day(year: int) -> Ints:
    """Return the week of each day of `year`, Monday to Sunday, counted from the week of 1 January = 0."""
    first = datetime.date(year, 1, 1)
    days = (datetime.date(year + 1, 1, 1) - first).days
    return (np.arange(days) + first.weekday()) // 7


def _final_outcome(visits: NDArray[np.void], outcome: NDArray[np.int8], requeue: Bools) -> NDArray[np.int8]:
    """Return the outcomes, with that of the re-queue where a failed session was followed by one."""
    failed = np.flatnonzero(outcome == Outcome.REMOTE_FAILED)
    again = np.flatnonzero(requeue)
    _, at_failed, at_again = np.intersect1d(
        visits["id"][failed], visits["parent"][again], return_indices=True
    )
    final = outcome.copy()
    final[failed[at_failed]] = outcome[again[at_again]]
    return final
