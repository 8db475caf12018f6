"""The waiting room: people, the lines in which they wait, and the follow-ups that are still to come."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import MISSING, dataclass, field, fields
from heapq import heappop, heappush
from math import inf, isnan, nan

import numpy as np
from numpy.typing import NDArray

from sim.queues.rules import BOOKED, WALK_IN, members
from sim.queues.setting import Setting
from sim.visits import Outcome


@dataclass(slots=True, eq=False)
class Visit:
    """A visit under way: its marks, in the order of `MARKS`, and the record it leaves.

    See `sim.visits.VISIT` for the fields.
    """

    id: int
    door: int
    service: int
    place: int
    booked: int
    no_show: int
    guided: int
    second: int
    requeue: int
    arrival: float
    order: float
    appointed: float
    service_time: float
    patience: float
    guidance_time: float
    fail_after: float
    balk_u: float
    ticket: float = nan
    start: float = nan
    end: float = nan
    official: int = -1
    guide: int = -1
    outcome: int = Outcome.PENDING
    tier: int = WALK_IN  #: changes once, when the appointed time of somebody inside passes
    deadline: float = inf  #: when patience ends, known from the ticket on [min]
    follow_up: bool = False  #: arises from another visit
    has_follow_ups: bool = False  #: another visit arises from it
    expected: bool = False  #: a follow-up of somebody inside, still to come
    waiting: bool = False  #: inside, not begun, not gone

    def __post_init__(self) -> None:
        """Tell follow-ups, whose arrival is not known yet, and those who have some, from the others."""
        self.follow_up = isnan(self.arrival)
        self.has_follow_ups = self.second >= 0 or self.requeue >= 0

    def follow_ups(self) -> list[int]:
        """Return the rows of the follow-ups that the visit names."""
        return [row for row in (self.second, self.requeue) if row >= 0]

    def duration(self) -> float:
        """Return how long the visit holds its official and its place [min]."""
        return self.service_time if self.fail_after == inf else self.fail_after


#: What a day reads of each visit, and what it writes back.
MARKS = tuple(field.name for field in fields(Visit) if field.default is MISSING)
RECORD = ("arrival", "order", "ticket", "start", "end", "official", "guide", "outcome")


def read_visits(visits: NDArray[np.void]) -> list[Visit]:
    """Return the people of a day, one `Visit` a row of the `VISIT` table `visits`; some may be void."""
    columns = [visits[name].tolist() for name in MARKS]
    people = [Visit(*marks) for marks in zip(*columns, strict=True)]
    for row in np.flatnonzero(visits["outcome"] == Outcome.VOID):
        people[row].outcome = Outcome.VOID
    return people


def write_records(visits: NDArray[np.void], people: list[Visit]) -> None:
    """Write what happened to `people` into their rows of the `VISIT` table `visits`."""
    for name in RECORD:
        visits[name] = [getattr(visit, name) for visit in people]


#: What ranks somebody who waits: tier, order, id. The visit itself comes along.
Rank = tuple[int, float, int, Visit]


class Tally:
    """Counts by service, and the set of the services whose count is not 0."""

    __slots__ = ("count", "services")

    def __init__(self, n_services: int) -> None:
        self.count = [0] * n_services
        self.services = 0

    def add(self, service: int, change: int) -> None:
        """Change the count of a service."""
        count = self.count[service] = self.count[service] + change
        if count:
            self.services |= 1 << service
        else:
            self.services &= ~(1 << service)


@dataclass(slots=True, eq=False)
class Line:
    """Those who wait at one door for the same service, kind of place and guidance.

    Where the first of them cannot start, none of the others can.
    """

    door: int
    point: int
    place: int
    guidance: int  #: service that must guide, -1: none
    tally: Tally  #: what it is counted in
    services: tuple[int, ...]  #: what people in it wait for: the service of the door, and guidance
    length: int = 0  #: people waiting
    ranks: list[Rank] = field(default_factory=list)  #: heap; holds also who is gone

    def head(self) -> Rank:
        """Return the rank of the first who waits; somebody must."""
        while True:
            rank = self.ranks[0]
            visit = rank[3]
            if visit.waiting and visit.tier == rank[0]:
                return rank
            heappop(self.ranks)

    def join(self, visit: Visit) -> None:
        """Let `visit` wait."""
        visit.waiting = True
        heappush(self.ranks, (visit.tier, visit.order, visit.id, visit))
        self._count(1)

    def leave(self, visit: Visit) -> None:
        """Let `visit` wait no longer; the heap forgets it later."""
        visit.waiting = False
        self._count(-1)

    def _count(self, change: int) -> None:
        self.length += change
        for service in self.services:
            self.tally.add(service, change)

    def people(self) -> list[Visit]:
        """Return all who wait, in no particular order."""
        return [visit for tier, _, _, visit in self.ranks if visit.waiting and visit.tier == tier]


class Hall:
    """Everybody who waits inside on one day, and the follow-ups that they will bring.

    Attributes
    ----------
    queue
        People waiting for each service, no-shows not counted.
    no_shows
        No-shows waiting for each service.
    pending
        Follow-ups of people inside that are still to come, by service.
    lines_of
        Lines that wait for each service, guidance included, (K,).
    """

    def __init__(self, setting: Setting) -> None:
        n_services = setting.able.shape[1]
        self.point = setting.door_point.tolist()
        self.guidance = setting.guidance.tolist()
        self.queue = Tally(n_services)
        self.no_shows = Tally(n_services)
        self.pending = Tally(n_services)
        self.lines: dict[tuple[int, int, int, int], Line] = {}
        self.lines_of: list[list[Line]] = [[] for _ in range(n_services)]

    def line(self, visit: Visit) -> Line:
        """Return the line in which `visit` waits, or will wait."""
        key = (visit.door, visit.place, visit.guided, visit.no_show)
        line = self.lines.get(key)
        return line if line is not None else self._new_line(key, visit)

    def promote(self, visit: Visit) -> None:
        """Give somebody booked whose appointed time has passed his place among the booked."""
        if visit.waiting:
            visit.tier = BOOKED
            heappush(self.line(visit).ranks, (BOOKED, visit.order, visit.id, visit))

    def occupied(self) -> int:
        """Return the services that anybody waits for."""
        return self.queue.services | self.no_shows.services

    def heads(self, services: int) -> list[tuple[int, float, int, Line]]:
        """Return the first of each line that waits for one of `services`, with the line."""
        heads: list[tuple[int, float, int, Line]] = []
        for line in self._lines(services):
            if line.length:
                rank = line.head()
                heads.append((rank[0], rank[1], rank[2], line))
        return heads

    def people(self, service: int) -> list[Visit]:
        """Return everybody who waits for `service` itself, no-shows too."""
        lines = [line for line in self.lines_of[service] if line.services[0] == service]
        return [visit for line in lines for visit in line.people()]

    def expect(self, visit: Visit) -> None:
        """Count a follow-up as pending from now on."""
        if not visit.expected:
            visit.expected = True
            for service in self.line(visit).services:
                self.pending.add(service, 1)

    def no_longer_expect(self, visit: Visit) -> None:
        """Let a follow-up be pending no longer: it comes, or will never come."""
        if visit.expected:
            visit.expected = False
            for service in self.line(visit).services:
                self.pending.add(service, -1)

    def _lines(self, services: int) -> Collection[Line]:
        if services & (services - 1) == 0:
            return self.lines_of[services.bit_length() - 1]
        # A guided line waits for two services but must be met once.
        return {line for service in members(services) for line in self.lines_of[service]}

    def _new_line(self, key: tuple[int, int, int, int], visit: Visit) -> Line:
        point = self.point[visit.door]
        guidance = self.guidance[point] if visit.guided else -1
        services = (visit.service,) if guidance < 0 else (visit.service, guidance)
        tally = self.no_shows if visit.no_show else self.queue
        line = Line(visit.door, point, visit.place, guidance, tally, services)
        self.lines[key] = line
        for service in services:
            self.lines_of[service].append(line)
        return line
