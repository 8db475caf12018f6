"""The waiting room: who waits inside, in which order, and which follow-ups are still to come."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from heapq import heappop, heappush

from sim.queues.rules import BOOKED, Visit, members
from sim.queues.setting import Setting

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
    no_show: bool
    services: tuple[int, ...]  #: what people in it wait for: the service of the door, and guidance
    length: int = 0  #: people waiting
    ranks: list[Rank] = field(default_factory=list)  #: heap; holds also who is gone

    def head(self) -> Rank | None:
        """Return the rank of the first who waits, None if nobody does."""
        while self.ranks:
            rank = self.ranks[0]
            if rank[3].waiting and rank[3].tier == rank[0]:
                return rank
            heappop(self.ranks)
        return None

    def people(self) -> list[Visit]:
        """Return all who wait, in no particular order."""
        return [visit for tier, _, _, visit in self.ranks if visit.waiting and visit.tier == tier]


class Hall:
    """Everybody who waits inside on one day, and the follow-ups that they will bring.

    Attributes
    ----------
    everybody
        People waiting for each service, no-shows too.
    queue
        People waiting for each service, no-shows not counted.
    pending
        Follow-ups of people inside that are still to come, by service.
    lines_of
        Lines that wait for each service, guidance included, (K,).
    """

    def __init__(self, setting: Setting) -> None:
        n_services = setting.able.shape[1]
        self.point = setting.door_point.tolist()
        self.guidance = setting.guidance.tolist()
        self.everybody = Tally(n_services)
        self.queue = Tally(n_services)
        self.pending = Tally(n_services)
        self.lines: dict[tuple[int, int, int, int], Line] = {}
        self.lines_of: list[list[Line]] = [[] for _ in range(n_services)]

    def line(self, visit: Visit) -> Line:
        """Return the line in which `visit` waits."""
        key = (visit.door, visit.place, visit.guided, visit.no_show)
        line = self.lines.get(key)
        return line if line is not None else self._new_line(key, visit)

    def join(self, visit: Visit) -> None:
        """Let `visit` wait."""
        visit.waiting = True
        line = self.line(visit)
        heappush(line.ranks, (visit.tier, visit.order, visit.id, visit))
        self._count(line, 1)

    def promote(self, visit: Visit) -> None:
        """Give somebody booked whose appointed time has passed his place among the booked."""
        if visit.waiting:
            visit.tier = BOOKED
            heappush(self.line(visit).ranks, (BOOKED, visit.order, visit.id, visit))

    def leave(self, visit: Visit) -> None:
        """Let `visit` wait no longer."""
        visit.waiting = False
        self._count(self.line(visit), -1)

    def heads(self, services: int) -> list[tuple[int, float, int, Line]]:
        """Return the first of each line that waits for one of `services`, with the line."""
        heads: list[tuple[int, float, int, Line]] = []
        for line in self._lines(services & self.everybody.services):
            rank = line.head()
            if rank is not None:
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
            return self.lines_of[services.bit_length() - 1] if services else ()
        # A guided line waits for two services but must be met once.
        return {line for service in members(services) for line in self.lines_of[service]}

    def _new_line(self, key: tuple[int, int, int, int], visit: Visit) -> Line:
        point = self.point[visit.door]
        guidance = self.guidance[point] if visit.guided else -1
        services = (visit.service,) if guidance < 0 else (visit.service, guidance)
        line = Line(visit.door, point, visit.place, guidance, bool(visit.no_show), services)
        self.lines[key] = line
        for service in services:
            self.lines_of[service].append(line)
        return line

    def _count(self, line: Line, change: int) -> None:
        line.length += change
        for service in line.services:
            self.everybody.add(service, change)
            if not line.no_show:
                self.queue.add(service, change)
