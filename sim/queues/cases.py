"""The queues for which theory has an answer, as `sim.queues.validation` plays them."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan, pi

import numpy as np
from numpy.typing import NDArray

from sim.queues import theory
from sim.queues.validation import Case, Draws, Floats, Measure
from sim.streams import on_tick
from sim.visits import Outcome, Place, empty_visits


def all_cases(n: int = 60_000) -> tuple[Case, ...]:
    """Return all cases, each with about `n` visits."""
    return (
        _mm1(n),
        _mmc(2 * n),
        _single_server("M/D/1", 0.0, n),
        _single_server("M/G/1 lognormal", 0.8, n),
        _priorities(2 * n),
        _erlang_a(n),
        _waiting_room(n),
        _loss(n),
        _opening_day(n),
    )


def _mm1(n: int) -> Case:
    rate, service = 0.05, 10.0

    def visits(draws: Draws) -> NDArray[np.void]:
        arrival = np.cumsum(draws.exponential("gaps", 1 / rate, n))
        return people(arrival, draws.exponential("service", service, n))

    measures = (
        Measure("mean wait", theory.mmc_wait(rate, service, 1), wait),
        Measure("share who wait", theory.erlang_c(1, rate * service), waited),
    )
    return Case("M/M/1", 1, visits, measures)


def _mmc(n: int) -> Case:
    rate, service, servers, threshold = 0.18, 10.0, 3, 5.0

    def visits(draws: Draws) -> NDArray[np.void]:
        arrival = np.cumsum(draws.exponential("gaps", 1 / rate, n))
        return people(arrival, draws.exponential("service", service, n))

    level = theory.mmc_service_level(rate, service, servers, threshold)
    measures = (
        Measure("mean wait", theory.mmc_wait(rate, service, servers), wait),
        Measure("share who wait", theory.erlang_c(servers, rate * service), waited),
        Measure("share within 5 min", level, within(threshold)),
    )
    return Case("M/M/3", servers, visits, measures)


def _single_server(name: str, cv: float, n: int) -> Case:
    rate, service = 0.05, 10.0

    def visits(draws: Draws) -> NDArray[np.void]:
        arrival = np.cumsum(draws.exponential("gaps", 1 / rate, n))
        return people(arrival, draws.lognormal("service", service, cv, n))

    measure = Measure("mean wait", theory.mg1_wait(rate, service, cv), wait)
    return Case(name, 1, visits, (measure,))


def _priorities(n: int) -> Case:
    booked, walk_in, service, servers = 0.06, 0.10, 10.0, 3

    def visits(draws: Draws) -> NDArray[np.void]:
        arrival = np.cumsum(draws.exponential("gaps", 1 / (booked + walk_in), n))
        visits = people(arrival, draws.exponential("service", service, n))
        visits["booked"] = draws.uniform("class", n) < booked / (booked + walk_in)
        visits["appointed"] = np.where(visits["booked"], arrival, nan)
        return visits

    first, second = theory.priority_waits([booked, walk_in], service, servers)
    measures = (
        Measure("mean wait, booked", first, wait_if(1)),
        Measure("mean wait, walk-ins", second, wait_if(0)),
    )
    return Case("M/M/3, two priorities", servers, visits, measures)


def _erlang_a(n: int) -> Case:
    rate, service, servers, patience = 0.5, 10.0, 5, 20.0

    def visits(draws: Draws) -> NDArray[np.void]:
        arrival = np.cumsum(draws.exponential("gaps", 1 / rate, n))
        service_time = draws.exponential("service", service, n)
        return people(arrival, service_time, draws.exponential("patience", patience, n))

    expected = theory.erlang_a(rate, service, servers, patience)
    measures = (
        Measure("mean time in queue", expected.wait, time_in_queue),
        Measure("share who wait", expected.wait_probability, waited),
        Measure("share who give up", expected.abandonment_fraction, ended_as(Outcome.RENEGED)),
    )
    return Case("M/M/5+M", servers, visits, measures)


def _waiting_room(n: int) -> Case:
    rate, service, servers, room = 0.3, 10.0, 3, 3

    def visits(draws: Draws) -> NDArray[np.void]:
        arrival = np.cumsum(draws.exponential("gaps", 1 / rate, n))
        visits = people(arrival, draws.exponential("service", service, n))
        # With this number all balk who see more than B waiting per official, and nobody else does.
        visits["balk_u"] = 0.5
        return visits

    capacity = servers + room
    measures = (
        Measure(
            "share turned off",
            theory.mmck_blocking(rate, service, servers, capacity),
            ended_as(Outcome.BALKED),
        ),
        Measure("mean wait", theory.mmck_wait(rate, service, servers, capacity), wait),
    )
    return Case("M/M/3/6", servers, visits, measures, balking=(room - 0.5) / servers)


def _loss(n: int) -> Case:
    rate, service, servers = 0.3, 10.0, 3

    def visits(draws: Draws) -> NDArray[np.void]:
        arrival = np.cumsum(draws.exponential("gaps", 1 / rate, n))
        return people(arrival, draws.lognormal("service", service, 0.8, n), patience=0.0)

    blocked = Measure("share turned off", theory.erlang_b(servers, rate * service), ended_as(Outcome.RENEGED))
    return Case("M/G/3/3", servers, visits, (blocked,))


def _opening_day(n: int) -> Case:
    peak, open_minutes, service, servers = 0.9, 480.0, 10.0, 5

    def rate(minute: float) -> float:
        return peak * (0.6 + 0.4 * float(np.cos(4 * pi * minute / open_minutes - pi)))

    def visits(draws: Draws) -> NDArray[np.void]:
        grid = np.linspace(0.0, open_minutes, 2401)
        expected = peak * (
            0.6 * grid + 0.4 * np.sin(4 * pi * grid / open_minutes - pi) * open_minutes / (4 * pi)
        )
        most = int(2 * expected[-1])
        unit = np.cumsum(draws.exponential("gaps", 1.0, most))
        arrival = on_tick(np.interp(unit[unit < expected[-1]], expected, grid))
        return people(arrival, draws.exponential("service", service, len(arrival)))

    day = theory.opening_day(rate, open_minutes, service, servers)
    per_day = peak * 0.6 * open_minutes
    measure = Measure("mean wait", day.wait, wait)
    return Case("M(t)/M/5, opening days", servers, visits, (measure,), days=round(n / per_day))


def people(arrival: Floats, service_time: Floats, patience: Floats | float = inf) -> NDArray[np.void]:
    """Return walk-ins of the one door, by arrival."""
    visits = empty_visits(len(arrival))
    visits["id"] = np.arange(len(arrival))
    visits["place"] = Place.COUNTER
    visits["arrival"] = visits["order"] = arrival
    visits["service_time"] = service_time
    visits["patience"] = patience
    return visits


def wait(visits: NDArray[np.void]) -> Floats:
    """Return the wait of who was served [min]; nan for others."""
    minutes: Floats = visits["start"] - visits["arrival"]
    return minutes


def time_in_queue(visits: NDArray[np.void]) -> Floats:
    """Return the time in the queue of all, served or not [min]."""
    left = np.where(np.isnan(visits["start"]), visits["end"], visits["start"])
    minutes: Floats = left - visits["arrival"]
    return minutes


def waited(visits: NDArray[np.void]) -> Floats:
    """Return 1 for who was not served at once, else 0."""
    later: Floats = np.not_equal(visits["start"], visits["arrival"]).astype(float)
    return later


def ended_as(outcome: Outcome) -> Callable[[NDArray[np.void]], Floats]:
    """Return the function that gives 1 for who ended as `outcome`, else 0."""
    return lambda visits: np.equal(visits["outcome"], outcome).astype(float)


def within(minutes: float) -> Callable[[NDArray[np.void]], Floats]:
    """Return the function that gives 1 for who waited no more than `minutes`, else 0."""
    return lambda visits: (wait(visits) <= minutes).astype(float)


def wait_if(booked: int) -> Callable[[NDArray[np.void]], Floats]:
    """Return the function that gives the wait of the booked (1) or of walk-ins (0), nan for others."""
    return lambda visits: np.where(visits["booked"] == booked, wait(visits), nan)
