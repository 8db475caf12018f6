from __future__ import annotations

from collections.abc import Callable
from itertools import product
from math import inf

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom

from sim.queues.cases import people
from sim.queues.compiled_engine import run_day
from sim.queues.theory import erlang_a, mmc_service_level
from sim.staffing.need import officials_needed, service_level
from sim.staffing.search import Counts, Judge, Space, find_cheapest
from sim.staffing.selection import Promise, select_smallest
from sim.staffing.target import Target
from tests.queue_worlds import World

#: A stationary day that is long enough for shares to settle.
LONG = 200_000.0
WARM_UP = 2_000.0
TARGET = Target(0.8, 15.0, 0.05, 500)


def stationary(
    rates: list[float],
    service: float,
    patience: float,
    skills: list[list[int]],
    seed: int,
    length: float = LONG,
) -> Callable[[Counts], tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return a player: counts of officials by row in, shares in time and lost by service out.

    Row r holds officials with the services `skills[r]`; the same people come whatever the counts.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    arrivals = [np.cumsum(rng.exponential(1 / rate, int(rate * length))) for rate in rates]
    times = [rng.exponential(service, len(times)) for times in arrivals]
    limits = [
        np.full(len(times), inf) if patience == inf else rng.exponential(patience, len(times))
        for times in arrivals
    ]

    visits = merged_visits(arrivals, times, limits)

    def play(counts: Counts) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        world = World()
        day = ((0.0, 2 * length),)
        world.point(counters=10_000)
        for _ in rates:
            world.door(day)
        for services, count in zip(skills, counts, strict=True):
            for _ in range(count):
                world.official(*services, shift=day)
        played = visits.copy()
        run_day(played, world.setting(), 0)
        seen = played[played["arrival"] > WARM_UP]
        of = [seen[seen["door"] == door] for door in range(len(rates))]
        within = [np.mean(part["start"] - part["arrival"] <= TARGET.wait) for part in of]
        return np.array(within), np.array([np.mean(np.isnan(part["start"])) for part in of])

    return play


def merged_visits(
    arrivals: list[NDArray[np.float64]], times: list[NDArray[np.float64]], limits: list[NDArray[np.float64]]
) -> NDArray[np.void]:
    """Return the walk-ins of all doors by arrival, door and service having the same number."""
    door = np.repeat(np.arange(len(arrivals)), [len(part) for part in arrivals])
    arrival = np.concatenate(arrivals)
    order = np.argsort(arrival)
    visits = people(arrival[order], np.concatenate(times)[order] + 1e-3, np.concatenate(limits)[order])
    visits["door"] = visits["service"] = door[order]
    return visits


def judge_of(play: Callable[[Counts], tuple[NDArray[np.float64], NDArray[np.float64]]]) -> Judge:
    def judge(counts: Counts) -> NDArray[np.bool_]:
        within, lost = play(counts)
        return np.asarray((within >= TARGET.share) & (lost <= TARGET.lost))

    return judge


def space(rows: int, units: int, cost: tuple[float, ...], high: int, start: int) -> Space:
    everything = ((tuple(range(rows)), tuple(range(units))),)
    return Space((1,) * rows, (high,) * rows, (start,) * rows, cost, everything)


@pytest.mark.parametrize(("rate", "service"), [(0.25, 12.0), (0.6, 10.0)])
@pytest.mark.parametrize("start", [1, 12])
def test_a_pool_without_patience_limits_gets_what_erlang_c_says(
    rate: float, service: float, start: int
) -> None:
    enough = [
        c for c in range(int(rate * service) + 1, 20) if mmc_service_level(rate, service, c, 15.0) >= 0.8
    ]
    found = find_cheapest(
        space(1, 1, (1.0,), 12, start), judge_of(stationary([rate], service, inf, [[0]], 11))
    )
    assert found.counts == (min(enough),)
    assert not found.unmet


@pytest.mark.parametrize(("rate", "service"), [(0.25, 12.0), (0.6, 10.0)])
def test_an_impatient_pool_gets_what_erlang_a_says(rate: float, service: float) -> None:
    best = officials_needed(rate, service, 60.0, TARGET)
    found = find_cheapest(space(1, 1, (1.0,), 15, 3), judge_of(stationary([rate], service, 60.0, [[0]], 12)))
    assert found.counts == (best,)


def test_the_level_of_erlang_a_agrees_with_the_engine_and_with_its_limits() -> None:
    within, lost = stationary([0.5], 10.0, 30.0, [[0]], 13)((4,))
    assert abs(service_level(0.5, 10.0, 4, (30.0, 15.0)) - within[0]) < 0.01
    gone = 1 - service_level(0.5, 10.0, 4, (30.0, inf))
    assert gone == pytest.approx(erlang_a(0.5, 10.0, 4, 30.0).abandonment_fraction, rel=1e-6)
    assert abs(gone - lost[0]) < 0.01
    patient = service_level(0.25, 12.0, 4, (1e7, 15.0))
    assert patient == pytest.approx(mmc_service_level(0.25, 12.0, 4, 15.0), abs=1e-4)


@pytest.mark.parametrize(
    ("skills", "cost"),
    [
        ([[0], [1], [0, 1]], (1.0, 1.1, 1.3)),  # two desks and advisers who can do both
        ([[0, 1], [1, 2], [2, 0]], (1.0, 1.2, 1.1)),  # a ring of pairs
    ],
)
def test_small_networks_get_what_complete_enumeration_gets(
    skills: list[list[int]], cost: tuple[float, ...]
) -> None:
    services = len({service for row in skills for service in row})
    judge = judge_of(stationary([0.12, 0.15, 0.1][:services], 10.0, 60.0, skills, 14, 20_000.0))
    bounds = space(3, services, cost, 5, 3)
    verdicts = {counts: judge(counts) for counts in product(range(1, 6), repeat=3)}
    price = {c: sum(n * p for n, p in zip(c, cost, strict=True)) for c, v in verdicts.items() if v.all()}
    found = find_cheapest(bounds, lambda counts: verdicts[counts])
    assert price[found.counts] == pytest.approx(min(price.values()))
    assert found.plays < len(verdicts) / 2
    assert {found.counts, *found.ties} <= {c for c, p in price.items() if p <= min(price.values()) + 1e-9}


def test_selection_keeps_its_promise() -> None:
    """The right one of five wins in 200 repetitions not significantly less often than promised."""
    promise = Promise(difference=1.0, confidence=0.9, first=10, budget=5_000)
    means = np.array([0.0, 1.0, 1.0, 1.0, 1.0])  # the slippage configuration, the hardest one
    right = 0
    for repetition in range(200):
        rng = np.random.Generator(np.random.PCG64(repetition))
        common = rng.normal(0, 3.0, 5_100)
        own = rng.normal(0, 2.0, (5, 5_100))
        order = rng.permutation(5)

        def observe(
            i: int,
            r: int,
            order: NDArray[np.int64] = order,
            own: NDArray[np.float64] = own,
            common: NDArray[np.float64] = common,
        ) -> float:
            return float(means[order[i]] + own[i, r] + common[r])

        chosen = select_smallest(5, observe, promise)
        assert chosen.certain
        right += int(order[chosen.best] == 0)
    assert right >= binom.ppf(0.01, 200, promise.confidence)
