"""How fast the engines play a year: `pytest tests/benchmarks/test_engines.py` (not collected by default).

The year is made up, but of the region's size: about 111 000 visits on 250 days, 6 points, 60 officials, 40
services, shifts with breaks, gaps, bookings, no-shows, guidance, failing sessions and second matters.
"""

from __future__ import annotations

from math import inf, nan
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.queues import compiled_engine, simpy_engine
from sim.queues.setting import ON_CALL, ROSTERED, Setting
from sim.streams import on_tick
from sim.visits import Place, empty_visits

N_DAYS, PER_DAY, N_POINTS, N_COUNTERS, N_POOLS, N_OFFICIALS = 250, 444, 6, 31, 3, 60
SIMPY_DAYS = 20

type Year = tuple[NDArray[np.void], NDArray[np.int64], Setting]


@pytest.fixture(scope="module")
def year() -> Year:
    """Return visits, offsets of the days and the setting."""
    rng = np.random.default_rng(1)
    setting = made_up_setting(rng)
    per_day = rng.poisson(PER_DAY, N_DAYS)
    start = np.concatenate([[0], np.cumsum(per_day)]).astype(np.int64)
    visits = made_up_visits(rng, int(start[-1]), setting)
    second_matters(rng, visits, start)
    return visits, start, setting


def made_up_setting(rng: np.random.Generator) -> Setting:
    """Return counters spread over the points, three video pools at each point, and who serves them."""
    point_of = np.sort(np.arange(N_COUNTERS) % N_POINTS)
    video = [(point, N_COUNTERS + pool) for point in range(N_POINTS) for pool in range(N_POOLS)]
    first_guidance = N_COUNTERS + N_POOLS
    able = np.zeros((N_OFFICIALS, first_guidance + N_POINTS), np.uint8)
    for official in range(N_OFFICIALS - 12):
        counter = official % N_COUNTERS
        able[official, counter] = 1
        if rng.random() < 0.4:
            able[official, rng.choice(np.flatnonzero(point_of == point_of[counter]))] = 1
    for official in range(N_OFFICIALS - 12, N_OFFICIALS):
        able[official, N_COUNTERS + official % N_POOLS] = 1
        able[official, first_guidance + official % N_POINTS] = official >= N_OFFICIALS - 6
    duty = np.full((N_DAYS, N_OFFICIALS), ROSTERED, np.int8)
    duty[:, 40:44] = ON_CALL
    windows = np.full((5, N_COUNTERS + len(video), 2, 2), inf)
    windows[:, :, 0] = 540.0, 960.0
    windows[:, ::7, 0] = 540.0, 720.0
    windows[:, ::7, 1] = 780.0, 960.0
    lunch = 660.0 + 15.0 * (np.arange(N_OFFICIALS) % 8)
    shifts = np.empty((5, N_OFFICIALS, 2, 2))
    shifts[:, :, 0, 0], shifts[:, :, 0, 1] = 510.0, lunch
    shifts[:, :, 1, 0], shifts[:, :, 1, 1] = lunch + 30.0, 960.0
    return Setting(
        able=able,
        skills=able.sum(axis=1).astype(np.int64),
        places=np.tile([12, 4, 3], (N_POINTS, 1)),
        guidance=first_guidance + np.arange(N_POINTS),
        door_point=np.concatenate([point_of, [point for point, _ in video]]),
        door_service=np.concatenate([np.arange(N_COUNTERS), [service for _, service in video]]),
        windows=windows,
        shifts=shifts,
        day_type=np.arange(N_DAYS) % 5,
        duty=duty,
        fetch_minutes=15.0,
        balking_queue_length=10.0,
        send_away=False,
    )


def made_up_visits(rng: np.random.Generator, n: int, setting: Setting) -> NDArray[np.void]:
    """Return visits with marks of plausible size; a tenth remote, 30 % booked."""
    visits = empty_visits(n)
    n_video = setting.door_point.size - N_COUNTERS
    share = np.concatenate([np.full(N_COUNTERS, 0.9 / N_COUNTERS), np.full(n_video, 0.1 / n_video)])
    visits["id"] = np.arange(n)
    visits["door"] = rng.choice(share.size, n, p=share)
    visits["service"] = setting.door_service[visits["door"]]
    visits["point"] = setting.door_point[visits["door"]]
    remote, booked = visits["door"] >= N_COUNTERS, rng.random(n) < 0.3
    missing = booked & (rng.random(n) < 0.08)
    arrival = on_tick(np.clip(530.0 + 420.0 * rng.beta(1.3, 1.8, n), 500.0, 959.0))
    slot = np.round(arrival / 15.0) * 15.0
    visits["booked"], visits["no_show"] = booked, missing
    visits["arrival"] = visits["order"] = np.where(missing, slot, arrival)
    visits["appointed"] = np.where(booked, slot, nan)
    visits["service_time"] = np.where(missing, 10.0, on_tick(rng.lognormal(np.log(14.0), 0.6, n)) + 1.0)
    visits["patience"] = np.where(missing, 10.0, on_tick(rng.exponential(45.0, n)))
    visits["balk_u"] = np.where(booked, 2.0, rng.random(n))
    visits["place"] = np.where(rng.random(n) < 0.2, Place.CLOSED_ROOM, Place.COUNTER)
    visits["place"][remote] = Place.REMOTE_STATION
    visits["place"][missing] = Place.NONE
    guided = remote & ~missing & (rng.random(n) < 0.3)
    visits["guided"], visits["guidance_time"] = guided, np.where(guided, 5.0, 0.0)
    visits["fail_after"] = np.where(remote & ~missing & (rng.random(n) < 0.05), 3.0, inf)
    return visits


def second_matters(rng: np.random.Generator, visits: NDArray[np.void], start: NDArray[np.int64]) -> None:
    """Make one counter visit in 25 a second matter of the visit before it."""
    row = np.arange(visits.size) - np.repeat(start[:-1], np.diff(start))
    plain = (visits["booked"] == 0) & (visits["door"] < N_COUNTERS) & (np.arange(visits.size) % 2 == 1)
    later = np.flatnonzero(plain & (row > 0) & (rng.random(visits.size) < 0.1))
    visits["second"][later - 1] = row[later]
    visits["parent"][later] = visits["id"][later - 1]
    visits["arrival"][later] = visits["order"][later] = nan


def test_compiled_year(benchmark: Any, year: Year) -> None:
    visits, start, setting = year
    benchmark.extra_info["visits"] = visits.size
    benchmark.pedantic(
        compiled_engine.run_days,
        setup=lambda: ((visits.copy(), start, 0, setting), {}),
        rounds=10,
        warmup_rounds=1,
    )


def test_compiled_day_by_day(benchmark: Any, year: Year) -> None:
    visits, start, setting = year

    def play(table: NDArray[np.void]) -> None:
        engine = compiled_engine.CompiledEngine(setting)
        for day in range(N_DAYS):
            engine.run_day(table[start[day] : start[day + 1]], day)

    benchmark.pedantic(play, setup=lambda: ((visits.copy(),), {}), rounds=3, warmup_rounds=1)


def test_simpy_month(benchmark: Any, year: Year) -> None:
    visits, start, setting = year
    benchmark.extra_info["visits"] = int(start[SIMPY_DAYS])
    played: list[NDArray[np.void]] = []

    def play(table: NDArray[np.void]) -> None:
        for day in range(SIMPY_DAYS):
            simpy_engine.run_day(table[start[day] : start[day + 1]], setting, day)
        played.append(table[: start[SIMPY_DAYS]])

    benchmark.pedantic(play, setup=lambda: ((visits.copy(),), {}), rounds=3)
    table = visits.copy()
    compiled_engine.run_days(table, start, 0, setting)
    assert table[: start[SIMPY_DAYS]].tobytes() == played[-1].tobytes()
