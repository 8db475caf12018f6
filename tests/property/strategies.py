"""Random small networks for hypothesis: few officials, whole minutes, every rule of the day at the points."""

from __future__ import annotations

from math import inf
from typing import Any

from hypothesis import strategies as st

from sim.visits import Place
from tests.queue_worlds import Door, Intervals, World

#: Opening hours: plain, with a gap, late, two windows that touch, none, with a short last window.
HOURS: tuple[Intervals, ...] = (
    ((480.0, 540.0),),
    ((480.0, 540.0),),
    ((480.0, 540.0),),
    ((480.0, 550.0),),
    ((480.0, 505.0), (515.0, 545.0)),
    ((490.0, 530.0),),
    ((480.0, 510.0), (510.0, 540.0)),
    (),
    ((480.0, 490.0), (500.0, 520.0), (535.0, 540.0)),
)
#: Shifts: the whole day, with a break, early, late, segments that touch, past the closing, none.
SHIFTS: tuple[Intervals, ...] = (
    ((480.0, 540.0),),
    ((480.0, 540.0),),
    ((475.0, 550.0),),
    ((480.0, 505.0), (510.0, 550.0)),
    ((480.0, 500.0), (510.0, 545.0)),
    ((470.0, 515.0),),
    ((495.0, 550.0),),
    ((480.0, 510.0), (510.0, 540.0)),
    ((480.0, 495.0), (505.0, 520.0), (530.0, 560.0)),
    (),
)
MINUTES = st.integers(465, 556).map(float)
LENGTHS = st.sampled_from([1.0, 2.0, 5.0, 5.0, 10.0, 10.0, 12.25, 20.0, 45.0])
PATIENCE = st.sampled_from([inf, inf, inf, 25.0, 10.0, 40.0, 3.0, 0.0])
LUCK = st.sampled_from([2.0, 2.0, 0.9, 0.5, 0.1, 0.0])
#: Places at a point; none at all now and then.
FEW = st.sampled_from([2, 1, 1, 3, 2, 0])


@st.composite
def worlds(draw: st.DrawFn, max_visits: int = 14) -> World:
    """Return a world with one or two points, a shared video pool, guidance, rooms, on call, follow-ups."""
    world = World(
        fetch_minutes=draw(st.sampled_from([0.0, 5.0, 12.0])),
        balking=draw(st.sampled_from([inf, 1.0, 2.5])),
        send_away=draw(st.booleans()),
    )
    counters, videos = [], []
    pool = world.service() if draw(st.integers(0, 3)) else -1
    for _ in range(draw(st.integers(1, 2))):
        guidance = world.service() if pool >= 0 and draw(st.booleans()) else -1
        point = world.point(draw(FEW), draw(FEW), draw(FEW), guidance)
        for _ in range(draw(st.integers(1, 2))):
            counters.append(world.door(draw(st.sampled_from(HOURS)), point=point))
        if pool >= 0:
            video = {"point": point, "service": pool, "place": Place.REMOTE_STATION}
            videos.append(world.door(draw(st.sampled_from(HOURS[:-2])), **video))
    services = list(range(world.n_services))
    for number in range(draw(st.integers(1, 6))):
        skills = draw(st.sets(st.sampled_from(services), max_size=2)) | {
            services[-1 - number % len(services)]
        }
        on_call = draw(st.integers(0, 5)) == 5
        world.official(*sorted(skills), shift=draw(st.sampled_from(SHIFTS)), on_call=on_call)
    for _ in range(draw(st.integers(max_visits // 3, max_visits))):
        _visit(draw, world, counters, videos)
    if draw(st.booleans()):
        _turn_round(world)
    return world


def _visit(draw: st.DrawFn, world: World, counters: list[Door], videos: list[Door]) -> None:
    """Add a visit, and perhaps a second matter and a re-queue."""
    marks: dict[str, Any] = {"patience": draw(PATIENCE)}
    door = draw(st.sampled_from(counters + 2 * videos))
    arrival = draw(MINUTES)
    kind = draw(st.sampled_from(["walk-in", "walk-in", "walk-in", "booked", "no-show"]))
    if draw(st.integers(0, 3)) == 0:
        later = draw(st.sampled_from(counters))
        extra = {"patience": draw(PATIENCE), "balk_u": draw(LUCK)}
        marks["second"] = world.follow_up(later, draw(LENGTHS), **extra)
    if kind == "no-show":
        world.no_show(
            door, arrival, draw(LENGTHS), **({"second": marks["second"]} if "second" in marks else {})
        )
        return
    if kind == "booked":
        marks["appointed"] = arrival + draw(st.sampled_from([-10.0, -3.0, 0.0, 5.0, 15.0]))
    else:
        marks["balk_u"] = draw(LUCK)
    if door in videos:
        marks |= _remote(draw, world, door, counters, marks.get("second", -1))
    elif draw(st.integers(0, 3)) == 0:
        marks["place"] = Place.CLOSED_ROOM
    world.visit(door, arrival, draw(LENGTHS), **marks)


def _remote(draw: st.DrawFn, world: World, door: Door, counters: list[Door], second: int) -> dict[str, Any]:
    """Return the marks of a remote visit: guided, failing, with a re-queue naming the same second matter."""
    marks: dict[str, Any] = {}
    if draw(st.booleans()):
        marks |= {"guided": 1, "guidance_time": draw(st.sampled_from([0.0, 4.0, 10.0, 60.0]))}
    if draw(st.booleans()):
        marks["fail_after"] = draw(st.sampled_from([0.0, 2.0, 6.0, 30.0]))
    here = [counter for counter in counters if counter.point == door.point]
    if draw(st.booleans()):
        fields = {"patience": draw(PATIENCE), "balk_u": draw(LUCK), "second": second}
        marks["requeue"] = world.follow_up(draw(st.sampled_from(here)), draw(LENGTHS), **fields)
    return marks


def _turn_round(world: World) -> None:
    """Turn the order of the visits round, so that follow-ups have higher ids than those they follow."""
    last = len(world.rows) - 1
    world.rows.reverse()
    for number, row in enumerate(world.rows):
        row["id"] = number
        for name in ("second", "requeue"):
            if row.get(name, -1) >= 0:
                row[name] = last - row[name]


@st.composite
def single_desks(draw: st.DrawFn) -> tuple[list[tuple[float, float]], int]:
    """Return (arrival, service time) of walk-ins at one door and a number of identical desks."""
    people = st.tuples(MINUTES.filter(lambda minute: minute < 540.0), LENGTHS)
    return draw(st.lists(people, max_size=25)), draw(st.integers(1, 4))
