"""A day at the points in SimPy: the reference engine, written to be read.

The rules are those of `docs/decisions/0002-the-day-at-the-points.md`. Small processes (the stream of people,
a shift, a door, a service, somebody's patience) only *note* what happens. The first note of an instant calls
for a settle with a timeout of 0, which SimPy plays after everything that was scheduled earlier for the same
minute; so the settle sees the whole instant and its answer does not depend on the order of the notes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import groupby
from math import inf

import numpy as np
import simpy
from numpy.typing import NDArray
from simpy.events import ProcessGenerator

from sim.queues.hall import Hall, Line
from sim.queues.rules import (
    BEFORE_TIME,
    Interval,
    Visit,
    as_set,
    balks,
    deadline,
    intervals,
    last_closings,
    members,
    read_visits,
    tier,
    write_records,
)
from sim.queues.setting import ROSTERED, DayExtra, Setting
from sim.queues.staff import Staff
from sim.visits import Outcome, Place

#: Something that happens at an instant: what to do, and about whom.
Note = tuple[Callable[..., None], tuple[object, ...]]


def run_day(visits: NDArray[np.void], setting: Setting, index: int) -> DayExtra:
    """Play one day and write what happened into the records of `visits`.

    Parameters
    ----------
    visits
        The day's rows of the `VISIT` table, (n,), sorted by id; modified in place.
    setting
        Points, officials, doors and hours.
    index
        Position of the day in `setting.day_type` and `setting.duty`.

    Returns
    -------
    DayExtra
        Minutes of each official outside the shifts and present on call.
    """
    people = read_visits(visits)
    day = Day(people, setting, index)
    day.play()
    write_records(visits, people)
    return day.staff.extra()


@dataclass(slots=True, eq=False)
class Door:
    """A door, its opening windows on this day, and who waits outside."""

    service: int
    windows: list[Interval]
    open: bool = False
    over: bool = False  #: closed for the last time today
    outside: list[Visit] = field(default_factory=list)

    def resting(self) -> bool:
        """Return whether the door will open (again) today but is shut now."""
        return not (self.open or self.over)


class Day:
    """One day at all points: processes that note what happens, and the settle that answers."""

    def __init__(self, people: list[Visit], setting: Setting, index: int) -> None:
        day_type = int(setting.day_type[index])
        windows = [intervals(door) for door in setting.windows[day_type]]
        duty = setting.duty[index].tolist()
        self.shifts = [
            intervals(shift) if status == ROSTERED else []
            for shift, status in zip(setting.shifts[day_type], duty, strict=True)
        ]
        self.env = simpy.Environment()
        self.people = people
        self.setting = setting
        self.close = last_closings(setting, windows)
        self.staff = Staff(setting, self.shifts, duty, self.close)
        self.hall = Hall(setting)
        services = setting.door_service.tolist()
        self.doors = [Door(k, hours, over=not hours) for k, hours in zip(services, windows, strict=True)]
        self.services_at = [
            as_set(setting.door_service[setting.door_point == point].tolist())
            for point in range(len(setting.places))
        ]
        self.places = setting.places.tolist()
        # What the next settle has to look at.
        self.settle_called = False
        self.ends: list[Note] = []
        self.clock: list[Note] = []
        self.arriving: list[tuple[int, Visit]] = []
        self.newcomers: list[Visit] = []
        self.impatient: list[Visit] = []
        self.touched = 0  # services that may have gained an official, a place, an open door or a person

    def play(self) -> None:
        """Play the day to its end."""
        self.env.process(self.arrivals())
        for number, door in enumerate(self.doors):
            if door.windows:
                self.env.process(self.opening_hours(number))
        for service, close in enumerate(self.close):
            if close > -inf:
                self.env.process(self.closing(service))
        for official, shift in enumerate(self.shifts):
            if shift:
                self.env.process(self.shift(official))
        self.env.run()
        self.clear()

    # Processes: they wait, and note.

    def until(self, minute: float) -> simpy.Timeout:
        """Return the event of the clock reaching `minute`."""
        return self.env.timeout(minute - self.env.now)

    def note(self, stage: list[Note], what: Callable[..., None], *about: object) -> None:
        """Note that something happens now; the settle will see to it."""
        stage.append((what, about))
        self.call_settle()

    def call_settle(self) -> None:
        """Have the instant settled after everything that was scheduled for it."""
        if not self.settle_called:
            self.settle_called = True
            self.env.timeout(0).callbacks.append(self.settle)

    def arrivals(self) -> ProcessGenerator:
        """Let people come, all who arrive at the same minute together."""
        first = sorted((v for v in self.people if not v.follow_up), key=lambda v: v.arrival)
        for minute, together in groupby(first, key=lambda v: v.arrival):
            yield self.until(minute)
            for visit in together:
                heappush(self.arriving, (visit.id, visit))
            self.call_settle()

    def opening_hours(self, number: int) -> ProcessGenerator:
        """Open and close a door."""
        door = self.doors[number]
        last = door.windows[-1]
        for window in door.windows:
            yield self.until(window[0])
            self.note(self.clock, self.open_door, door)
            yield self.until(window[1])
            self.note(self.clock, self.shut_door, number, window is last)

    def closing(self, service: int) -> ProcessGenerator:
        """Close a service for the day."""
        yield self.until(self.close[service])
        self.note(self.clock, self.close_service, service)

    def shift(self, official: int) -> ProcessGenerator:
        """Let an official come, pause and finish."""
        shift = self.shifts[official]
        for segment, after in zip(shift, [*shift[1:], None], strict=True):
            yield self.until(segment[0])
            self.note(self.clock, self.begin_segment, official)
            yield self.until(segment[1])
            if after is not None:
                self.note(self.clock, self.staff.pause, official, segment[1], after[0])
            else:
                self.note(self.clock, self.staff.finish, official, segment[1])

    def fetching(self, official: int) -> ProcessGenerator:
        """Let an official on call be on the way."""
        yield self.env.timeout(self.setting.fetch_minutes)
        self.note(self.clock, self.come_on_call, official)

    def patience(self, visit: Visit) -> ProcessGenerator:
        """Let somebody wait as long as he is willing to."""
        yield self.until(visit.deadline)
        if visit.waiting:
            self.impatient.append(visit)
            self.call_settle()

    def appointment(self, visit: Visit) -> ProcessGenerator:
        """Let the appointed time of somebody who is early come."""
        yield self.until(visit.appointed)
        self.note(self.clock, self.hall.promote, visit)

    def service(self, visit: Visit, line: Line) -> ProcessGenerator:
        """Serve somebody; nothing interrupts it."""
        yield self.env.timeout(visit.duration())
        self.note(self.ends, self.end_service, visit, line)

    def guide(self, visit: Visit) -> ProcessGenerator:
        """Help somebody into a first remote visit."""
        yield self.until(self.staff.busy_until[visit.guide])
        self.note(self.ends, self.end_of_work, visit.guide)

    # The settle, stage by stage.

    def settle(self, _: simpy.Event) -> None:
        """Play all that was noted at this instant, then start, and let go, whom it can."""
        self.settle_called = False
        for stage in (self.ends, self.clock):
            for what, about in stage:
                what(*about)
            stage.clear()
        while True:
            while self.arriving:
                self.arrive(heappop(self.arriving)[1])
            self.start_who_can()
            self.part_with_impatient()
            self.change_staff()
            if not self.arriving:
                return

    def start_who_can(self) -> None:
        """Walk the waiting in rank order and start each who can be started."""
        heads = self.hall.heads(self.touched)
        self.touched = 0
        heapify(heads)
        while heads:
            line = heappop(heads)[3]
            if self.start_first(line):
                rank = line.head()
                if rank is not None:
                    heappush(heads, (*rank[:3], line))

    def start_first(self, line: Line) -> bool:
        """Start the first of a line, if an official, a place and a guide are free, and tell whether it did."""
        places = self.places[line.point]
        if line.place != Place.NONE and not places[line.place]:
            return False
        if self.doors[line.door].resting():
            return False
        pair = self.staff.assign(line.service, line.guidance)
        rank = line.head()
        if pair is None or rank is None:
            return False
        if line.place != Place.NONE:
            places[line.place] -= 1
        self.start(rank[3], line, pair)
        return True

    def start(self, visit: Visit, line: Line, pair: tuple[int, int]) -> None:
        """Start a visit with an official and a guide (-1: none)."""
        now = self.env.now
        self.hall.leave(visit)
        visit.start = now
        visit.official, visit.guide = pair
        self.staff.occupy(visit.official, now + visit.duration())
        self.env.process(self.service(visit, line))
        if visit.guide >= 0:
            self.staff.occupy(visit.guide, now + min(visit.guidance_time, visit.duration()))
            self.env.process(self.guide(visit))

    def part_with_impatient(self) -> None:
        """Let those go whose patience ends now; set the clock of the others who have just come in."""
        leaving, self.impatient = self.impatient + self.newcomers, []
        self.newcomers = []
        for visit in leaving:
            if not visit.waiting:
                continue
            if visit.deadline <= self.env.now:
                self.finish(visit, Outcome.RENEGED)
            else:
                self.start_clocks(visit)

    def start_clocks(self, visit: Visit) -> None:
        """Let the patience of somebody who must wait run, and his appointed time come."""
        if visit.deadline < inf:
            self.env.process(self.patience(visit))
        if visit.tier == BEFORE_TIME:
            self.env.process(self.appointment(visit))

    def change_staff(self) -> None:
        """Fetch and dismiss officials on call; send home who is held and no longer needed."""
        staff, hall, now = self.staff, self.hall, self.env.now
        if staff.on_call_services & hall.waited_for:
            for official in members(staff.to_fetch()):
                if any(self.is_called(k) for k in members(staff.can[official] & hall.waited_for)):
                    staff.fetch(official)
                    self.env.process(self.fetching(official))
        if staff.on_call & staff.on_duty & staff.idle:
            staff.dismiss(now, hall.waited_for)
        if staff.held & staff.idle:
            staff.release_held(now, hall.wanted())

    def is_called(self, service: int) -> bool:
        """Return whether somebody waits for `service` at a door that does not rest."""
        return any(
            line.length and not self.doors[line.door].resting() for line in self.hall.lines_of[service]
        )

    # What can be noted.

    def begin_segment(self, official: int) -> None:
        """Let an official come on duty."""
        self.staff.come(official)
        self.touched |= self.staff.can[official]

    def come_on_call(self, official: int) -> None:
        """Let an official on call arrive."""
        self.staff.come_on_call(official, self.env.now)
        self.touched |= self.staff.can[official]

    def open_door(self, door: Door) -> None:
        """Give tickets to everybody outside."""
        door.open = True
        self.touched |= 1 << door.service
        for visit in door.outside:
            self.admit(visit, self.env.now)
        door.outside.clear()

    def shut_door(self, number: int, for_the_day: bool) -> None:
        """Close a door for a while, or for the day."""
        door = self.doors[number]
        door.open = False
        door.over = for_the_day
        if for_the_day and self.setting.send_away:
            self.turn_away([v for v in self.hall.people(door.service) if v.door == number])

    def close_service(self, service: int) -> None:
        """Leave a service to those who stay for it; without them turn its people away."""
        self.staff.close(service)
        if not self.staff.team[service]:
            self.turn_away(list(self.hall.people(service)))

    def turn_away(self, people: list[Visit]) -> None:
        """Turn away people who wait."""
        for visit in people:
            self.finish(visit, Outcome.TURNED_AWAY)

    def end_service(self, visit: Visit, line: Line) -> None:
        """Free the official and the place of a visit and end it."""
        self.end_of_work(visit.official)
        if line.place != Place.NONE:
            self.places[line.point][line.place] += 1
            self.touched |= self.services_at[line.point]
        self.finish(visit, Outcome.SERVED if visit.fail_after == inf else Outcome.REMOTE_FAILED)

    def end_of_work(self, official: int) -> None:
        """Free an official."""
        self.staff.release(official)
        self.touched |= self.staff.can[official]

    # People: they arrive, get a ticket, end their visit and bring follow-ups.

    def arrive(self, visit: Visit) -> None:
        """Let somebody come to the door."""
        self.hall.no_longer_expect(visit)
        door = self.doors[visit.door]
        if door.resting():
            door.outside.append(visit)
        elif not (door.open or self.joins_late(visit, door)):
            self.finish(visit, Outcome.TURNED_AWAY)
        elif self.balks(visit):
            visit.ticket = self.env.now
            self.finish(visit, Outcome.BALKED)
        else:
            self.admit(visit)

    def joins_late(self, visit: Visit, door: Door) -> bool:
        """Return whether a follow-up may still join after the last closing of its door."""
        if self.setting.send_away or not visit.follow_up or not door.windows:
            return False
        return self.env.now < self.close[visit.service] or self.staff.team[visit.service] != 0

    def balks(self, visit: Visit) -> bool:
        """Return whether a walk-in turns away at the sight of the queue."""
        if visit.booked:
            return False
        ahead = self.hall.length[visit.service]
        on_duty = self.staff.number_on_duty(visit.service)
        return balks(visit, ahead, on_duty, self.setting.balking_queue_length)

    def admit(self, visit: Visit, opening: float = -inf) -> None:
        """Give somebody a ticket; `opening` is when the door opened for who waited outside."""
        visit.ticket = self.env.now
        visit.tier = tier(visit, self.env.now)
        # The appointed time of walk-ins is nan, which is never the latest.
        base = max(visit.arrival, opening, visit.appointed)
        windows = [] if visit.no_show else self.doors[visit.door].windows
        visit.deadline = deadline(base, visit.patience, windows)
        self.hall.join(visit)
        self.newcomers.append(visit)
        self.touched |= 1 << visit.service
        if not visit.no_show:
            for row in (visit.second, visit.requeue):
                if row >= 0:
                    self.hall.expect(self.people[row])

    def finish(self, visit: Visit, outcome: Outcome) -> None:
        """End a visit now and let its follow-ups arise."""
        if visit.waiting:
            self.hall.leave(visit)
        visit.end = self.env.now
        visit.outcome = Outcome.NO_SHOW if visit.no_show else outcome
        failed = visit.outcome == Outcome.REMOTE_FAILED and visit.requeue >= 0
        if visit.no_show:
            self.void(visit.second, visit.requeue)
        elif failed:
            self.arise(visit.requeue, visit.order)
        else:
            self.void(visit.requeue)
            self.arise(visit.second, self.env.now)

    def arise(self, row: int, order: float) -> None:
        """Let a follow-up arrive now, if there is one."""
        if row >= 0:
            visit = self.people[row]
            visit.arrival, visit.order = self.env.now, order
            heappush(self.arriving, (visit.id, visit))

    def void(self, *rows: int) -> None:
        """Let follow-ups never come."""
        for row in rows:
            if row >= 0:
                self.hall.no_longer_expect(self.people[row])
                self.people[row].outcome = Outcome.VOID

    def clear(self) -> None:
        """Turn away whom nothing can serve any more, and let everybody go home."""
        for visit in self.people:
            if visit.waiting:
                self.hall.leave(visit)
                visit.end = max(visit.ticket, self.close[visit.service])
                visit.outcome = Outcome.TURNED_AWAY
                self.void(visit.second, visit.requeue)
        self.staff.clear()
