"""Small worlds for the queue engines, put together piece by piece."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import inf, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.queues.setting import ON_CALL, ROSTERED, DayExtra, Setting
from sim.visits import Channel, Outcome, Place, empty_visits

Engine = Callable[[NDArray[np.void], Setting, int], DayExtra]
Intervals = Sequence[tuple[float, float]]

#: A plain day: eight to four; and one with an hour's gap.
DAY: Intervals = ((480.0, 960.0),)
GAP: Intervals = ((480.0, 720.0), (780.0, 960.0))


@dataclass
class World:
    """Points, services, doors, officials and visits of one day.

    Each method adds a thing and returns its index, so that worlds read like a description::

        world = World()
        desk = world.door()
        world.official(desk.service)
        world.visit(desk, 500.0, 10.0)
        visits, extra = world.play(run_day)
    """

    fetch_minutes: float = 10.0
    balking: float = inf
    send_away: bool = False
    points: list[dict[str, Any]] = field(default_factory=list)
    n_services: int = 0
    doors: list[Door] = field(default_factory=list)
    officials: list[dict[str, Any]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def point(self, counters: int = 9, rooms: int = 9, stations: int = 9, guidance: int = -1) -> int:
        """Add a point; `guidance` is the service that guides there."""
        self.points.append({"places": (counters, rooms, stations), "guidance": guidance})
        return len(self.points) - 1

    def service(self) -> int:
        """Add a service that nobody can do yet."""
        self.n_services += 1
        return self.n_services - 1

    def door(
        self,
        windows: Intervals = DAY,
        *,
        point: int | None = None,
        service: int | None = None,
        place: Place = Place.COUNTER,
    ) -> Door:
        """Add a door, with a point and a service of its own unless they are given."""
        if point is None:
            point = self.point() if not self.points else 0
        if service is None:
            service = self.service()
        self.doors.append(Door(len(self.doors), point, service, place, tuple(windows)))
        return self.doors[-1]

    def official(self, *services: int, shift: Intervals = DAY, on_call: bool = False) -> int:
        """Add an official who can do `services`."""
        self.officials.append(
            {
                "services": services,
                "shift": () if on_call else shift,
                "duty": ON_CALL if on_call else ROSTERED,
            }
        )
        return len(self.officials) - 1

    def visit(self, door: Door, arrival: float, service_time: float = 10.0, **fields: Any) -> int:
        """Add a visit to `door`; `arrival` nan makes a follow-up."""
        defaults = {
            "id": len(self.rows),
            "door": door.number,
            "service": door.service,
            "point": door.point,
            "place": door.place,
            "arrival": arrival,
            "order": arrival,
            "service_time": service_time,
            "patience": inf,
            "channel": Channel.VIDEO if door.place == Place.REMOTE_STATION else Channel.COUNTER,
        }
        if "appointed" in fields:
            fields["booked"] = 1
        self.rows.append(defaults | fields)
        return len(self.rows) - 1

    def follow_up(self, door: Door, service_time: float = 10.0, **fields: Any) -> int:
        """Add a visit that arises from another."""
        return self.visit(door, nan, service_time, **fields)

    def no_show(self, door: Door, appointed: float, wait: float = 10.0, **fields: Any) -> int:
        """Add a booked person who will not come."""
        marks = {"appointed": appointed, "no_show": 1, "place": Place.NONE, "patience": wait}
        return self.visit(door, appointed, wait, **(marks | fields))

    def visits(self) -> NDArray[np.void]:
        """Return the visits as an engine takes them."""
        visits = empty_visits(len(self.rows))
        for row, fields in enumerate(self.rows):
            for name, value in fields.items():
                visits[name][row] = value
        return visits

    def setting(self) -> Setting:
        """Return the setting as an engine takes it."""
        able = np.zeros((len(self.officials), max(self.n_services, 1)), np.uint8)
        for number, official in enumerate(self.officials):
            able[number, list(official["services"])] = 1
        return Setting(
            able=able,
            skills=able.sum(axis=1).astype(np.int64),
            places=np.array([point["places"] for point in self.points], np.int64).reshape(-1, 3),
            guidance=np.array([point["guidance"] for point in self.points], np.int64),
            door_point=np.array([door.point for door in self.doors], np.int64),
            door_service=np.array([door.service for door in self.doors], np.int64),
            windows=padded([door.windows for door in self.doors])[np.newaxis],
            shifts=padded([official["shift"] for official in self.officials])[np.newaxis],
            day_type=np.zeros(1, np.int64),
            duty=np.array([[official["duty"] for official in self.officials]], np.int8).reshape(1, -1),
            fetch_minutes=self.fetch_minutes,
            balking_queue_length=self.balking,
            send_away=self.send_away,
        )

    def play(self, run_day: Engine) -> tuple[NDArray[np.void], DayExtra]:
        """Play the day and return its visits and the officials' minutes."""
        visits = self.visits()
        extra = run_day(visits, self.setting(), 0)
        return visits, extra


@dataclass(frozen=True)
class Door:
    """What a visit must know of a door."""

    number: int
    point: int
    service: int
    place: Place
    windows: tuple[tuple[float, float], ...]


def padded(rows: Sequence[Intervals]) -> NDArray[np.float64]:
    """Return intervals as an array (n, longest, 2) padded with inf."""
    longest = max((len(row) for row in rows), default=0)
    table = np.full((len(rows), max(longest, 1), 2), inf)
    for number, row in enumerate(rows):
        if row:
            table[number, : len(row)] = row
    return table


def outcomes(visits: NDArray[np.void]) -> list[str]:
    """Return the outcomes in words."""
    return [Outcome(code).name.lower() for code in visits["outcome"].tolist()]


def starts(visits: NDArray[np.void]) -> list[float]:
    """Return when each visit began [min]."""
    minutes: list[float] = visits["start"].tolist()
    return minutes


def ends(visits: NDArray[np.void]) -> list[float]:
    """Return when each visit ended [min]."""
    minutes: list[float] = visits["end"].tolist()
    return minutes


def one_desk(**rules: Any) -> tuple[World, Door]:
    """Return a world with one door and one official, and the door."""
    world = World(**rules)
    door = world.door()
    world.official(door.service)
    return world, door
