"""The columns of visits that statistics are computed from, read once and derived once."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.visits import Channel, Outcome, Relation

type Bools = NDArray[np.bool_]
type Bytes = NDArray[np.int8]
type Ints = NDArray[np.int64]
type Floats = NDArray[np.float64]

#: Values of `VisitColumns.standing`: a first visit, a re-queue after a failed session, a return.
FIRST, REQUEUE, REPEAT = 0, 1, 2


@dataclass(frozen=True)
class VisitColumns:
    """Columns (n_visits,) of visits, in the order of the records.

    Attributes
    ----------
    visits
        The records themselves.
    point, authority, channel, day
        Indices.
    cell
        `point * n_authorities + authority`.
    outcome
        How each record ended.
    standing
        `FIRST`, `REQUEUE` or `REPEAT` (came back after an unsuccessful visit).
    booked
        1 for booked visits.
    arrived
        Every record but the no-shows: the denominator of service levels. A re-queue waits anew and
        is one more arrival here.
    started, began
        A session started, a no-show's included; a person's service began.
    arrival, ticket, start, end
        As in the records [min].
    base
        Minute from which the wait counts, see `wait_base` [min].
    wait
        Minutes from `base` to the start of service, nan for those who never began [min].
    """

    visits: NDArray[np.void]
    point: Ints
    authority: Ints
    channel: Ints
    day: Ints
    cell: Ints
    outcome: Bytes
    standing: Bytes
    booked: Bytes
    arrived: Bools
    started: Bools
    began: Bools
    arrival: Floats
    ticket: Floats
    start: Floats
    end: Floats
    base: Floats
    wait: Floats

    @property
    def counted(self) -> Bools:
        """Visits as the plan counts them.

        By counter or remote station, served or not, the first time: no no-show, re-queue, return or
        self-service.
        """
        first: Bools = self.arrived & (self.standing == FIRST) & (self.channel != Channel.SELF_SERVICE)
        return first

    @property
    def repeat(self) -> Bools:
        """Who came back after an unsuccessful visit, and arrived."""
        again: Bools = self.arrived & (self.standing == REPEAT)
        return again

    def take(self, field: str, rows: Ints) -> Floats:
        """Return a further field of some records as floats."""
        return self.visits[field][rows].astype(np.float64)


def read_columns(visits: NDArray[np.void], n_authorities: int) -> VisitColumns:
    """Return the columns of visits, contiguous and with the derived ones added."""
    indices = ("point", "authority", "channel", "day")
    point, authority, channel, day = (visits[name].astype(np.int64) for name in indices)
    arrival, ticket, start, end = (visits[name].copy() for name in ("arrival", "ticket", "start", "end"))
    outcome = visits["outcome"].copy()
    arrived = outcome != Outcome.NO_SHOW
    started = start == start
    began = arrived & started
    base = wait_base(arrival, ticket, visits["appointed"])
    wait = np.maximum(start - base, 0.0)
    wait[~began] = np.nan
    return VisitColumns(
        visits=visits,
        point=point,
        authority=authority,
        channel=channel,
        day=day,
        cell=point * n_authorities + authority,
        outcome=outcome,
        standing=standing_of(visits),
        booked=visits["booked"].copy(),
        arrived=arrived,
        started=started,
        began=began,
        arrival=arrival,
        ticket=ticket,
        start=start,
        end=end,
        base=base,
        wait=wait,
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


def standing_of(visits: NDArray[np.void]) -> Bytes:
    """Return whether each visit is a first one, a re-queue or a return."""
    relation = visits["relation"].copy()
    returned = (visits["attempt"] > 0) | (relation == Relation.RETURN)
    standing: Bytes = returned.astype(np.int8)
    standing *= REPEAT
    standing[relation == Relation.REQUEUE] = REQUEUE
    return standing
