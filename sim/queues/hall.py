"""The waiting room: who waits inside, in which order, and which follow-ups are still to come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush

from sim.queues.rules import BOOKED, Visit, as_set, members
from sim.queues.setting import Setting

#: What ranks somebody who waits: tier, order, id. The visit itself comes along.
Rank = tuple[int, float, int, Visit]


@dataclass(slots=True, eq=False)
class Line:
    """Those who wait at one door for the same service, kind of place and guidance.

    Where the first of them cannot start, none of the others can.
    """

    door: int
    service: int
    point: int
    place: int
    guidance: int  #: service that must guide, -1: none
    no_show: bool
    length: int = 0  #: people waiting, no-shows not counted
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

    def services(self) -> tuple[int, ...]:
        """Return the services that people in the line wait for: their own, and guidance."""
        return (self.service,) if self.guidance < 0 else (self.service, self.guidance)


class Hall:
    """Everybody who waits inside on one day, and the follow-ups that they will bring.

    Attributes
    ----------
    length
        Number of people waiting for each service, (K,); no-shows are not counted.
    waited_for
        Set of services that somebody waits for, no-shows not counted.
    """

    def __init__(self, setting: Setting) -> None:
        count = setting.able.shape[1]
        self.point = setting.door_point.tolist()
        self.guidance = setting.guidance.tolist()
        self.lines: dict[tuple[int, int, int, int], Line] = {}
        self.lines_of: list[list[Line]] = [[] for _ in range(count)]
        self.length = [0] * count
        self.waited_for = 0
        self.pending = [0] * count

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
        """Give somebody booked whose appointed time has passed the place that is due to him."""
        if visit.waiting:
            visit.tier = BOOKED
            heappush(self.line(visit).ranks, (BOOKED, visit.order, visit.id, visit))

    def leave(self, visit: Visit) -> None:
        """Let `visit` wait no longer."""
        visit.waiting = False
        self._count(self.line(visit), -1)

    def heads(self, services: int) -> list[tuple[int, float, int, Line]]:
        """Return the first of each line that waits for one of `services`, with the line."""
        lines = {line for service in members(services) for line in self.lines_of[service]}
        ranks = ((line.head(), line) for line in lines)
        return [(*rank[:3], line) for rank, line in ranks if rank is not None]

    def people(self, service: int) -> Iterator[Visit]:
        """Yield everybody who waits for `service`, no-shows too."""
        for line in self.lines_of[service]:
            if line.service == service:
                yield from line.people()

    def expect(self, visit: Visit) -> None:
        """Count a follow-up as pending from now on."""
        if not visit.expected:
            visit.expected = True
            for service in self.line(visit).services():
                self.pending[service] += 1

    def no_longer_expect(self, visit: Visit) -> None:
        """Let a follow-up be pending no longer: it comes, or will never come."""
        if visit.expected:
            visit.expected = False
            for service in self.line(visit).services():
                self.pending[service] -= 1

    def wanted(self) -> int:
        """Return the services that somebody waits for or will wait for."""
        return self.waited_for | as_set(service for service, count in enumerate(self.pending) if count)

    def _new_line(self, key: tuple[int, int, int, int], visit: Visit) -> Line:
        point = self.point[visit.door]
        guidance = self.guidance[point] if visit.guided else -1
        line = Line(visit.door, visit.service, point, visit.place, guidance, bool(visit.no_show))
        self.lines[key] = line
        for service in line.services():
            self.lines_of[service].append(line)
        return line

    def _count(self, line: Line, change: int) -> None:
        if line.no_show:
            return
        line.length += change
        for service in line.services():
            self.length[service] += change
            if self.length[service]:
                self.waited_for |= 1 << service
            else:
                self.waited_for &= ~(1 << service)
