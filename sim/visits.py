"""The visit: the record that demand writes and queues finish.

A table of visits is one structured array with a row a visit. Everything above `ticket` is fixed when
the visit is created; a queue engine fills in the rest once and nothing changes afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Outcome(IntEnum):
    """How a visit ended. `VOID` marks one that never came about; such rows are dropped."""

    SERVED = 0
    RENEGED = 1
    BALKED = 2
    TURNED_AWAY = 3
    NO_SHOW = 4
    REMOTE_FAILED = 5
    VOID = 6
    PENDING = -1


class Channel(IntEnum):
    """By which channel a visit is served."""

    COUNTER = 0
    VIDEO = 1
    SELF_SERVICE = 2


class Place(IntEnum):
    """Kind of place a visit needs; no-shows need none."""

    NONE = -1
    COUNTER = 0
    CLOSED_ROOM = 1
    REMOTE_STATION = 2


class Relation(IntEnum):
    """How a visit came about."""

    FIRST = 0  #: a need of its own
    SECOND_HERE = 1  #: second matter, queued for at the same point after the first
    REQUEUE = 2  #: counter visit after a remote session failed, same point, same day
    SECOND_TRIP = 3  #: second matter that takes another trip (or a slot of its own)
    RETURN = 4  #: came back after giving up, being turned away or a failed session


#: One row a visit. Times are minutes since midnight of `day`, exact multiples of 1/65 536.
VISIT = np.dtype(
    [
        ("id", "i8"),  # unique; see sim.demand.ids
        ("parent", "i8"),  # id of the visit it follows from, -1
        ("person", "i8"),  # person's lasting id
        ("row", "i4"),  # person's row in the population columns
        ("kind", "i1"),  # 0 resident, 1 cottage dweller
        ("age", "i1"),  # age-group index
        ("foreign", "i1"),  # 1 foreign-language speaker
        ("municipality", "i2"),  # index of the home's (cottage dweller: cottage's) municipality
        ("origin", "i1"),  # 0 from home, 1 from the cottage
        ("authority", "i2"),
        ("matter", "i2"),
        ("duty", "i1"),  # 1: a duty to come in person
        ("remote", "i1"),  # 1: eligible for video and the person accepts it
        ("online", "i1"),  # 1: could have ended online
        ("need_day", "i4"),  # day the need arose; days count from 1 January = 0
        ("day", "i4"),  # day the visit is due
        ("delay", "i2"),  # working days from the need to the day it is due
        ("point", "i2"),
        ("channel", "i1"),
        ("door", "i2"),  # (point, authority, channel): whose opening hours it keeps
        ("service", "i2"),  # what an official must be able to do
        ("place", "i1"),  # kind of place needed
        ("travel", "f4"),  # one-way travel time [min]
        ("booked", "i1"),
        ("no_show", "i1"),
        ("guided", "i1"),  # 1: needs guidance (a person's first remote visit)
        ("relation", "i1"),
        ("attempt", "i1"),  # 0 the first time; counts returns
        ("second", "i4"),  # row (within the day's slice) of the second matter here, -1
        ("requeue", "i4"),  # row (within the day's slice) of the counter visit after a failure, -1
        ("later", "i4"),  # rows further on, of a later day, is the next attempt after a failure; 0: none
        ("arrival", "f8"),  # [min]; nan for follow-ups until they arise
        ("order", "f8"),  # arrival that decides the rank in the queue [min]
        ("appointed", "f8"),  # appointed time [min], nan for walk-ins
        ("service_time", "f8"),  # [min], > 0
        ("patience", "f8"),  # [min], >= 0, may be inf
        ("guidance_time", "f8"),  # [min], 0 unless guided
        ("fail_after", "f8"),  # [min] until a failing remote session is given up, inf otherwise
        ("balk_u", "f8"),  # uniform that decides balking; 2 never balks
        ("ticket", "f8"),  # when inside the doors with a ticket [min], nan if never
        ("start", "f8"),  # start of service [min], nan if never
        ("end", "f8"),  # end of service, or when the person left [min]
        ("official", "i4"),  # who served, -1
        ("guide", "i4"),  # who guided, -1
        ("outcome", "i1"),
    ]
)


def empty_visits(n: int) -> NDArray[np.void]:
    """Return `n` visits whose fields hold *not yet*: no parent, no follow-up, pending."""
    visits = np.zeros(n, VISIT)
    for name in ("parent", "second", "requeue", "official", "guide", "place", "outcome"):
        visits[name] = -1
    for name in ("arrival", "order", "appointed", "ticket", "start", "end"):
        visits[name] = np.nan
    visits["fail_after"] = np.inf
    visits["balk_u"] = 2.0
    return visits


#: One row an official and day on duty: minutes rostered (breaks out), worked outside the roster, on call.
OFFICIAL_DAY = np.dtype(
    [("day", "i4"), ("official", "i4"), ("rostered", "f8"), ("outside", "f8"), ("on_call", "f8")]
)


class NeedChannel(IntEnum):
    """What became of a need; the first axis of `YearRecords.needs`."""

    VISIT = 0
    ONLINE = 1
    UNMET = 2  #: no acceptable point within the horizon
    NO_SLOT = 3  #: booked matter, diary full to its horizon
    LOST = 4  #: gave up for good after all; such a need is counted under its first fate too
    OUTSIDE = 5  #: served at a point outside the region


@dataclass(frozen=True)
class Names:
    """Names behind the indices of a visit table, in index order."""

    authorities: tuple[str, ...]
    matters: tuple[str, ...]  #: "authority.matter"
    points: tuple[str, ...]
    municipalities: tuple[str, ...]
    age_groups: tuple[str, ...]


@dataclass(frozen=True)
class OfficialName:
    """Who an official index is."""

    row: str  #: name of the roster row
    number: int  #: 1, 2, ... within the row
    works_at: str  #: a point, or a remote pool
    skills: tuple[tuple[str, int], ...]  #: (authority, Channel); ("guidance", COUNTER) for a guide
    on_call: bool


@dataclass(frozen=True)
class YearRecords:
    """Everything one simulated year leaves behind; all statistics are computed from it afterwards.

    Attributes
    ----------
    year
        Calendar year; `VISIT.day` and `OFFICIAL_DAY.day` count from its 1 January = 0.
    visits
        `VISIT` rows due in the year, by (day, id), without `VOID`.
    officials
        `OFFICIAL_DAY` rows.
    needs
        Counts (n_need_channels, n_authorities, 12 months, n_age_groups, n_municipalities, 2 kinds of person).
    persons
        Persons (n_age_groups, n_municipalities, 2 kinds) living in the model that year.
    places
        Places (n_points, 3 kinds).
    open_minutes
        Minutes that each door was open over the year (n_points, n_authorities, n_channels).
    expectation
        What was expected beforehand, by name: (n_authorities,) `plan_visits`, `expected_visits`,
        `legal_floor` and `need_growth`; nan where there is none.
    """

    year: int
    names: Names
    official_names: tuple[OfficialName, ...]
    visits: NDArray[np.void]
    officials: NDArray[np.void]
    needs: NDArray[np.int64]
    persons: NDArray[np.int64]
    places: NDArray[np.int64]
    open_minutes: NDArray[np.float64]
    expectation: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
