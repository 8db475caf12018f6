"""The engine against Ciw on one network: two nodes, shifts, priorities, reneging and second matters.

Booked people may give up; walk-ins may have a second matter at the other node. At the first node two, four
and three servers relieve each other every four hours; in both simulators who is serving finishes.
"""

from __future__ import annotations

from math import inf, nan, sqrt

import ciw
import numpy as np
import pytest

from sim.queues.simpy_engine import run_day
from sim.queues.validation import Draws
from tests.queue_worlds import World

BOOKED, WALK_IN, SECOND_NODE = 0.08, 0.12, 0.06  # arrivals a minute
SERVICE, SECOND_SERVICE, PATIENCE = 10.0, 12.0, 15.0
HAS_SECOND = 0.4
CYCLE, CYCLES = 720.0, 440
END = CYCLE * CYCLES
SHIFTS = ((0.0, 240.0, 2), (240.0, 480.0, 4), (480.0, 720.0, 3))
SERVERS_AT_SECOND_NODE = 2


def ours(seed=1):
    """Return (arrivals, values) of each quantity that is compared."""
    world = World()
    point = world.point(counters=99)
    first, second = (world.door(windows=[(0.0, END)], point=point) for _ in range(2))
    for start, end, servers in SHIFTS:
        for _ in range(servers):
            shift = [(start + CYCLE * cycle, end + CYCLE * cycle) for cycle in range(CYCLES)]
            world.official(first.service, shift=shift)
    for _ in range(SERVERS_AT_SECOND_NODE):
        world.official(second.service, shift=[(0.0, END)])

    draws = Draws("ciw", seed, 0)

    def stream(name, rate, service):
        n = int(1.1 * rate * END)
        arrival = np.cumsum(draws.exponential(f"{name}/gaps", 1 / rate, n))
        assert arrival[-1] > END
        come = arrival < END
        return arrival[come], draws.exponential(f"{name}/service", service, n)[come]

    booked, booked_service = stream("booked", BOOKED, SERVICE)
    walk_in, walk_in_service = stream("walk-in", WALK_IN, SERVICE)
    other, other_service = stream("other", SECOND_NODE, SECOND_SERVICE)
    has_second = draws.uniform("has second", len(walk_in)) < HAS_SECOND
    n_second = int(has_second.sum())

    sizes = [len(booked), len(walk_in), len(other), n_second]
    rows = np.split(np.arange(sum(sizes)), np.cumsum(sizes)[:-1])
    world.visit(first, 0.0)
    visits = np.repeat(world.visits(), sum(sizes))
    visits["id"] = np.arange(sum(sizes))
    visits["arrival"] = np.concatenate([booked, walk_in, other, np.full(n_second, nan)])
    visits["order"] = visits["arrival"]
    visits["service_time"] = np.concatenate(
        [
            booked_service,
            walk_in_service,
            other_service,
            draws.exponential("second", SECOND_SERVICE, n_second),
        ]
    )
    visits["booked"][rows[0]] = 1
    visits["appointed"][rows[0]] = booked
    visits["patience"] = inf
    visits["patience"][rows[0]] = draws.exponential("patience", PATIENCE, len(booked))
    for kind in (2, 3):
        visits["door"][rows[kind]] = second.number
        visits["service"][rows[kind]] = second.service
    visits["second"][rows[1][has_second]] = rows[3]
    run_day(visits, world.setting(), 0)

    queued = np.where(np.isnan(visits["start"]), visits["end"], visits["start"]) - visits["arrival"]
    at_second_node = np.concatenate([rows[2], rows[3]])
    return {
        "booked": (visits["arrival"][rows[0]], queued[rows[0]]),
        "walk-ins": (visits["arrival"][rows[1]], over(queued[rows[1]])),
        "second node": (visits["arrival"][at_second_node], over(queued[at_second_node])),
        "gave up": (visits["arrival"][rows[0]], np.isnan(visits["start"][rows[0]]).astype(float)),
    }


def theirs(seed=1):
    """Return the same from Ciw."""
    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions={
            "booked": [ciw.dists.Exponential(BOOKED), None],
            "walk_in": [ciw.dists.Exponential(WALK_IN), ciw.dists.Exponential(SECOND_NODE)],
        },
        service_distributions={
            "booked": [ciw.dists.Exponential(1 / SERVICE), None],
            "walk_in": [ciw.dists.Exponential(1 / SERVICE), ciw.dists.Exponential(1 / SECOND_SERVICE)],
        },
        routing={"booked": [[0.0, 0.0], [0.0, 0.0]], "walk_in": [[0.0, HAS_SECOND], [0.0, 0.0]]},
        number_of_servers=[
            ciw.Schedule([servers for *_, servers in SHIFTS], [end for _, end, _ in SHIFTS]),
            SERVERS_AT_SECOND_NODE,
        ],
        priority_classes={"booked": 0, "walk_in": 1},
        reneging_time_distributions={
            "booked": [ciw.dists.Exponential(1 / PATIENCE), None],
            "walk_in": [None, None],
        },
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(END)
    records = simulation.get_all_records()

    def column(node, name, value):
        chosen = [record for record in records if record.node == node and record.customer_class == name]
        return np.array([record.arrival_date for record in chosen]), np.array([value(r) for r in chosen])

    return {
        "booked": column(1, "booked", lambda record: record.waiting_time),
        "walk-ins": column(1, "walk_in", lambda record: over(record.waiting_time)),
        "second node": column(2, "walk_in", lambda record: over(record.waiting_time)),
        "gave up": column(1, "booked", lambda record: float(record.record_type == "renege")),
    }


def over(minutes):
    """Return 1 where the wait is longer than five minutes; its share varies less than the mean wait."""
    return 1.0 * (minutes > 5.0)


def mean_and_error(arrival, values, n_batches=25):
    """Return the mean and its standard error over batches of whole cycles; the end is left out."""
    batch = (arrival // (END / n_batches)).astype(int)
    whole = batch < n_batches - 1
    sums = np.bincount(batch[whole], values[whole])
    counts = np.bincount(batch[whole])
    mean = sums.sum() / counts.sum()
    residuals = (sums - mean * counts) / counts.mean()
    return mean, np.sqrt((residuals**2).sum() / (len(sums) - 1) / len(sums))


@pytest.fixture(scope="module")
def both():
    return ours(), theirs()


@pytest.mark.parametrize("quantity", ["booked", "walk-ins", "second node", "gave up"])
def test_agrees_with_ciw(both, quantity):
    (mean, error), (other, other_error) = (mean_and_error(*side[quantity]) for side in both)
    assert max(error, other_error) / other < 0.03
    assert abs(mean - other) < 4 * sqrt(error**2 + other_error**2), (mean, other)
