"""The floor of the points on one day: what an arrival, a door, a closing or an end of service changes.

Nothing here waits. An engine calls these methods instant by instant, in the stages of
`docs/decisions/0002-the-day-at-the-points.md`, with `now` set to the minute of the instant.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from math import inf

from sim.queues.doors import Door, doors_of, shifts_of
from sim.queues.hall import Hall, Line, Visit
from sim.queues.rules import (
    as_set,
    balks,
    deadline,
    last_closings,
    members,
    tier,
)
from sim.queues.setting import Setting
from sim.queues.staff import Staff
from sim.visits import Outcome


class Floor:
    """Doors, people, officials and places of all points on one day.

    Parameters
    ----------
    people
        Everybody who may come that day, in the rows that follow-ups refer to.
    setting
        Points, officials, doors and hours.
    index
        Position of the day in `setting.day_type` and `setting.duty`.

    Attributes
    ----------
    now
        Minute of the instant that is being played [min].
    arriving
        Heap of (id, visit): who arrives at this instant and has not been dealt with.
    newcomers
        Who has got a ticket since the last settle.
    """

    def __init__(self, people: list[Visit], setting: Setting, index: int) -> None:
        day_type = int(setting.day_type[index])
        duty = setting.duty[index].tolist()
        self.shifts = shifts_of(setting, day_type, duty)
        self.doors = doors_of(setting, day_type)
        self.people = people
        self.setting = setting
        self.close = last_closings(setting, [door.windows for door in self.doors])
        self.staff = Staff(setting, self.shifts, duty, self.close)
        self.hall = Hall(setting)
        self.services_at = [
            as_set(setting.door_service[setting.door_point == point].tolist())
            for point in range(len(setting.places))
        ]
        self.places = setting.places.tolist()
        self.now = -inf
        self.arriving: list[tuple[int, Visit]] = []
        self.newcomers: list[Visit] = []
        self.touched = 0  # services that may have gained an official, a place, an open door or a person

    # Officials and doors.

    def begin_segment(self, official: int) -> None:
        """Let an official come on duty."""
        self.staff.come(official)
        self.touched |= self.staff.can[official]

    def come_on_call(self, official: int) -> None:
        """Let an official on call arrive."""
        self.staff.come_on_call(official, self.now)
        self.touched |= self.staff.can[official]

    def end_of_work(self, official: int) -> None:
        """Free an official at the end of a service or of guidance."""
        self.staff.release(official)
        self.touched |= self.staff.can[official]

    def open_door(self, door: Door) -> None:
        """Give tickets to everybody outside."""
        door.open, door.resting = True, False
        self.touched |= 1 << door.service
        for visit in door.outside:
            self.admit(visit, self.now)
        door.outside.clear()

    def shut_door(self, door: Door, for_the_day: bool) -> None:
        """Close a door for a while, or for the day."""
        door.open, door.resting = False, not for_the_day
        if for_the_day and self.setting.send_away:
            self.turn_away([visit for visit in self.hall.people(door.service) if visit.door == door.number])

    def close_service(self, service: int) -> None:
        """Leave a service to those who stay for it; without them turn its people away."""
        self.staff.close(service)
        if not self.staff.team[service]:
            self.turn_away(self.hall.people(service))

    # People arrive and get a ticket.

    def who_come(self) -> list[Visit]:
        """Return who comes from outside; neither do the void, nor what would follow from them."""
        for visit in self.people:
            if visit.outcome == Outcome.VOID and not visit.follow_up:
                self.void(visit)
        return [visit for visit in self.people if not visit.follow_up and visit.outcome != Outcome.VOID]

    def arrive(self, visit: Visit) -> None:
        """Let somebody come to the door."""
        if visit.expected:
            self.hall.no_longer_expect(visit)
        door = self.doors[visit.door]
        if door.resting:
            door.outside.append(visit)
        elif not (door.open or self.joins_late(visit, door)):
            self.finish(visit, Outcome.TURNED_AWAY)
        elif self.turns_at_sight(visit):
            visit.ticket = self.now
            self.finish(visit, Outcome.BALKED)
        else:
            self.admit(visit)

    def joins_late(self, visit: Visit, door: Door) -> bool:
        """Return whether a follow-up may still join after the last closing of its door."""
        if self.setting.send_away or not visit.follow_up or not door.windows:
            return False
        return self.now < self.close[visit.service] or self.staff.team[visit.service] != 0

    def turns_at_sight(self, visit: Visit) -> bool:
        """Return whether a walk-in balks at the queue for the service."""
        ahead = self.hall.queue.count[visit.service]
        if visit.booked or not ahead:
            return False
        on_duty = self.staff.number_on_duty(visit.service)
        return balks(visit.balk_u, ahead, on_duty, self.setting.balking_queue_length)

    def admit(self, visit: Visit, opening: float = -inf) -> None:
        """Give somebody a ticket; `opening` is when the door opened for who waited outside."""
        visit.ticket = self.now
        visit.tier = tier(visit.booked, visit.appointed, self.now)
        # The appointed time of walk-ins is nan, which is never the latest.
        base = max(visit.arrival, opening, visit.appointed)
        windows = [] if visit.no_show else self.doors[visit.door].windows
        visit.deadline = deadline(base, visit.patience, windows)
        self.hall.line(visit).join(visit)
        self.newcomers.append(visit)
        self.touched |= 1 << visit.service
        if visit.has_follow_ups and not visit.no_show:
            for row in visit.follow_ups():
                self.hall.expect(self.people[row])

    # People are served.

    def start_who_can(self) -> list[Visit]:
        """Walk the waiting in rank order, start each who can be started, and return them."""
        services = self.touched & self.hall.occupied()
        self.touched = 0
        started: list[Visit] = []
        if not services:
            return started
        heads = self.hall.heads(services)
        if len(heads) > 1:
            heapify(heads)
        while heads:
            line = heappop(heads)[3]
            visit = self.start_first(line)
            if visit:
                started.append(visit)
                if line.length:
                    heappush(heads, (*line.head()[:3], line))
        return started

    def start_first(self, line: Line) -> Visit | None:
        """Start and return the first of a line; None if no place, official or guide is free for it."""
        places = self.places[line.point]
        if (line.place >= 0 and not places[line.place]) or self.doors[line.door].resting:
            return None
        pair = self.staff.assign(line.services[0], line.guidance)
        if pair is None:
            return None
        if line.place >= 0:
            places[line.place] -= 1
        visit = line.head()[3]
        line.leave(visit)
        self.start(visit, pair)
        return visit

    def start(self, visit: Visit, pair: tuple[int, int]) -> None:
        """Start a visit with an official and a guide (-1: none)."""
        visit.start = self.now
        visit.official, visit.guide = pair
        duration = visit.duration()
        self.staff.occupy(visit.official, self.now + duration)
        if visit.guide >= 0:
            self.staff.occupy(visit.guide, self.now + min(visit.guidance_time, duration))

    def end_service(self, visit: Visit) -> None:
        """Free the official and the place of a visit and end it."""
        self.end_of_work(visit.official)
        if visit.place >= 0:
            self.free_place(self.doors[visit.door].point, visit.place)
        self.finish(visit, Outcome.SERVED if visit.fail_after == inf else Outcome.REMOTE_FAILED)

    def free_place(self, point: int, place: int) -> None:
        """Free a place; only where none was free did anybody wait for it."""
        if not self.places[point][place]:
            self.touched |= self.services_at[point]
        self.places[point][place] += 1

    # People leave.

    def turn_away(self, people: list[Visit]) -> None:
        """Turn away people who wait."""
        for visit in people:
            self.finish(visit, Outcome.TURNED_AWAY)

    def finish(self, visit: Visit, outcome: Outcome) -> None:
        """End a visit now and let its follow-ups arise."""
        if visit.waiting:
            self.hall.line(visit).leave(visit)
        visit.end = self.now
        visit.outcome = Outcome.NO_SHOW if visit.no_show else outcome
        if visit.has_follow_ups:
            self.release_follow_ups(visit)

    def release_follow_ups(self, visit: Visit) -> None:
        """Let follow-ups of a visit that has ended arrive now, or never."""
        if visit.no_show:
            self.void(visit)
        elif visit.outcome == Outcome.REMOTE_FAILED and visit.requeue >= 0:
            self.arise(self.people[visit.requeue], visit.order)
        else:
            if visit.requeue >= 0:
                self.never_comes(self.people[visit.requeue])
            if visit.second >= 0:
                self.arise(self.people[visit.second], self.now)

    def arise(self, visit: Visit, order: float) -> None:
        """Let a follow-up arrive now."""
        visit.arrival, visit.order = self.now, order
        heappush(self.arriving, (visit.id, visit))

    def void(self, visit: Visit) -> None:
        """Let no follow-up of a visit ever come."""
        for row in visit.follow_ups():
            self.never_comes(self.people[row])

    def never_comes(self, visit: Visit) -> None:
        """Let a follow-up never come."""
        self.hall.no_longer_expect(visit)
        visit.outcome = Outcome.VOID

    # Officials are fetched and go.

    def change_staff(self) -> list[int]:
        """Send home and dismiss who is not needed any more; return who is fetched on call."""
        staff, waited_for = self.staff, self.hall.queue.services
        fetched = self.fetch(waited_for) if staff.on_call_services & waited_for else []
        if staff.on_call & staff.on_duty & staff.idle:
            staff.dismiss(self.now, waited_for)
        if staff.held & staff.idle:
            staff.release_held(self.now, waited_for | self.hall.pending.services)
        return fetched

    def fetch(self, waited_for: int) -> list[int]:
        """Call and return the absent officials on call for whose services somebody can be served."""
        fetched = [
            official
            for official in members(self.staff.to_fetch())
            if any(self.is_called(service) for service in members(self.staff.can[official] & waited_for))
        ]
        self.staff.fetch(fetched)
        return fetched

    def is_called(self, service: int) -> bool:
        """Return whether somebody waits for `service` at a door that does not rest."""
        lines = self.hall.lines_of[service]
        waiting = (line for line in lines if line.length and line.tally is self.hall.queue)
        return any(not self.doors[line.door].resting for line in waiting)

    def clear(self) -> None:
        """Turn away whom nothing can serve any more, and let everybody go home."""
        for visit in self.people:
            if visit.waiting:
                self.hall.line(visit).leave(visit)
                visit.end = max(visit.ticket, self.close[visit.service])
                visit.outcome = Outcome.NO_SHOW if visit.no_show else Outcome.TURNED_AWAY
                self.void(visit)
        self.staff.clear()
