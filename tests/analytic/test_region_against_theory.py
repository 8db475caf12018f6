"""A counter of the region against the transient theory of M(t)/M/c: network, rosters, hours and engine."""

from __future__ import annotations

from itertools import pairwise
from math import inf, pi, sin

import numpy as np

from sim.arena import make_setting
from sim.config import load_scenario
from sim.demand.setup import make_setup
from sim.queues import theory
from sim.queues.cases import people, wait
from sim.queues.compiled_engine import CompiledEngine
from sim.queues.validation import Draws, Measure, check
from sim.streams import on_tick

ROW, SERVICE, YEARS = "lahti_vero", 10.0, 8
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
        visits["door"], visits["service"], visits["point"] = door, service, setting.door_point[door]
        engine.run_day(visits, int(day))
        days.append(visits)

    expected = theory.opening_day(lambda minute: rate(minute, length), length, SERVICE, len(officials))
    edges = np.linspace(0, len(days), 31).astype(int)
    batches = [np.concatenate(days[start:end]) for start, end in pairwise(edges)]
    result = check("counter of the region", Measure("mean wait", expected.wait, wait), batches)
    assert result.standard_error / result.theory < 0.03, result
    assert abs(result.z) < 4, result
