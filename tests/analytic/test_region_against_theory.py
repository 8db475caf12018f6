"""A counter of the region against the transient theory of M(t)/M/c: network, rosters, hours and engine.

Some of the people are booked; they come at their appointed minutes and go before walk-ins: Cobham's two
classes, over opening days in place of a steady state.
"""

from __future__ import annotations

from itertools import pairwise
from math import inf, pi, sin

import numpy as np
import pytest

from sim.arena import make_setting
from sim.config import load_scenario
from sim.demand.setup import make_setup
from sim.queues import theory
from sim.queues.cases import people, wait, wait_if
from sim.queues.compiled_engine import CompiledEngine
from sim.queues.validation import Draws, Measure, check
from sim.streams import on_tick

ROW, SERVICE, YEARS = "lahti_vero", 10.0, 8
#: Share of people who are booked.
BOOKED = 0.4
#: Nobody is absent and nobody rests, because theory knows neither.
CHANGES = [f"staffing.officials.{ROW}.breaks=[]", "parameters.staff_absence=0"]


def rate(minute: float, length: float) -> float:
    """Return the arrivals a minute: most at noon [1/min]."""
    return 0.12 + 0.14 * sin(pi * minute / length) ** 2


def arrivals(draws: Draws, length: float) -> np.ndarray:
    """Return the minutes after opening at which people come, by inversion of the summed rate [min]."""
    minutes = np.linspace(0.0, length, 1000)
    summed = 0.19 * minutes - 0.07 * length / (2 * pi) * np.sin(2 * pi * minutes / length)
    marks = np.cumsum(draws.exponential("gaps", 1.0, 300))
    return on_tick(np.interp(marks[marks < summed[-1]], summed, minutes))


def waits_of_two_classes(length: float, servers: int) -> tuple[float, float]:
    """Return the mean waits of booked people and of walk-ins by Kolmogorov and Little [min].

    `below` are the probabilities of fewer busy than there are, `full` those of (booked, walk-ins) waiting.
    """
    numbers, busy_rate = np.arange(servers), servers / SERVICE

    def slope(arriving: float, state: np.ndarray) -> np.ndarray:
        below, full = state[:servers], state[servers:].reshape(40, 80)
        d_below = -(arriving + numbers / SERVICE) * below
        d_below[1:] += arriving * below[:-1]
        d_below[:-1] += numbers[1:] / SERVICE * below[1:]
        d_below[-1] += busy_rate * full[0, 0]
        d_full = -(arriving + busy_rate) * full
        d_full[0, 0] += arriving * below[-1]
        d_full[1:] += arriving * BOOKED * full[:-1]
        d_full[:, 1:] += arriving * (1 - BOOKED) * full[:, :-1]
        d_full[:-1] += busy_rate * full[1:]
        d_full[0, :-1] += busy_rate * full[0, 1:]
        return np.concatenate([d_below, d_full.ravel()])

    state, waiting, step = np.eye(1, servers + 3200)[0], np.zeros(2), length / 400
    for number in range(800):  # everybody is served long before twice the opening time
        start, middle, end = (
            rate(minute, length) if number < 400 else 0.0
            for minute in (number * step, (number + 0.5) * step, (number + 1) * step)
        )
        first = slope(start, state)
        second = slope(middle, state + step / 2 * first)
        third = slope(middle, state + step / 2 * second)
        state = state + step / 6 * (first + 2 * (second + third) + slope(end, state + step * third))
        full = state[servers:].reshape(40, 80)
        waiting += step * np.array([np.arange(40) @ full.sum(axis=1), full.sum(axis=0) @ np.arange(80)])
    booked, walk_ins = waiting / (0.19 * length * np.array([BOOKED, 1 - BOOKED]))
    return booked, walk_ins


def test_a_counter_of_the_region_is_a_queue_of_as_many_servers_as_its_roster_has_officials():
    setup = make_setup(load_scenario("baseline_2030", CHANGES))
    setting = make_setting(setup, (1, 0))
    officials = [o for o, name in enumerate(setup.site.network.roster.names) if name.row == ROW]
    (service,) = np.flatnonzero(setting.able[officials[0]])
    (door,) = np.flatnonzero(setting.door_service == service)
    assert setting.able[:, service].sum() == len(officials) > 1
    windows = setting.windows[:, door]
    open_days = np.flatnonzero(np.isfinite(windows[setting.day_type, 0, 0]))
    ((opens, closes),) = np.unique(windows[np.isfinite(windows)].reshape(-1, 2), axis=0)
    length = closes - opens

    engine, days = CompiledEngine(setting), []
    for number, day in enumerate(np.tile(open_days, YEARS)):
        draws = Draws("region", 1, number)
        arrival = opens + arrivals(draws, length)
        visits = people(arrival, draws.exponential("service", SERVICE, len(arrival)), patience=inf)
        visits["booked"] = draws.uniform("class", len(arrival)) < BOOKED
        visits["appointed"] = np.where(visits["booked"], arrival, np.nan)
        visits["door"], visits["service"], visits["point"] = door, service, setting.door_point[door]
        engine.run_day(visits, int(day))
        days.append(visits)

    expected = theory.opening_day(lambda minute: rate(minute, length), length, SERVICE, len(officials))
    edges = np.linspace(0, len(days), 31).astype(int)
    batches = [np.concatenate(days[start:end]) for start, end in pairwise(edges)]
    booked, walk_ins = waits_of_two_classes(length, len(officials))
    assert BOOKED * booked + (1 - BOOKED) * walk_ins == pytest.approx(expected.wait, rel=1e-3)
    assert walk_ins > 1.5 * booked
    measures = (
        Measure("mean wait", expected.wait, wait),
        Measure("mean wait, booked", booked, wait_if(1)),
        Measure("mean wait, walk-ins", walk_ins, wait_if(0)),
    )
    for measure in measures:
        result = check("counter of the region", measure, batches)
        assert result.standard_error / result.theory < 0.03, result
        assert abs(result.z) < 4, result
