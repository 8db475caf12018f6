"""One queue, six servers, 110 850 customers: our engines beside SimPy, Ciw, salabim and the bare loop.

`uv run pytest tests/benchmarks/test_job.py` prints ratios to the quickest. Everybody draws the random numbers
too, and everybody's mean wait is held against theory, so that all do the same job.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random
from typing import Any

import ciw
import numpy as np
import pytest
import salabim
import simpy

from sim.queues import compiled_engine, simpy_engine
from sim.queues.cases import people
from sim.queues.theory import mmc_wait
from sim.queues.validation import Draws, one_point
from tests.benchmarks import bare_loop

CUSTOMERS, SERVERS, ARRIVAL_RATE, SERVICE_TIME = 110_850, 6, 0.48, 10.0


def with_simpy() -> float:
    """Return the mean wait of a program as SimPy's tutorial teaches it [min]."""
    random, env, waits = Random(1), simpy.Environment(), []
    desk = simpy.Resource(env, SERVERS)

    def customer() -> Any:
        arrival = env.now
        with desk.request() as request:
            yield request
            waits.append(env.now - arrival)
            yield env.timeout(random.expovariate(1 / SERVICE_TIME))

    def source() -> Any:
        for _ in range(CUSTOMERS):
            yield env.timeout(random.expovariate(ARRIVAL_RATE))
            env.process(customer())

    env.process(source())
    env.run()
    return sum(waits) / len(waits)


def with_ciw() -> float:
    """Return the mean wait of Ciw's network of one node [min]."""
    ciw.seed(1)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(ARRIVAL_RATE)],
        service_distributions=[ciw.dists.Exponential(1 / SERVICE_TIME)],
        number_of_servers=[SERVERS],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(CUSTOMERS, method="Finish")
    return float(np.mean([record.waiting_time for record in simulation.get_all_records()]))


def with_salabim() -> float:
    """Return the mean wait of a program as salabim's manual teaches it [min]."""
    salabim.yieldless(False)
    env = salabim.Environment(trace=False, random_seed=1)
    desk = salabim.Resource("desk", capacity=SERVERS)
    waits = []

    class Customer(salabim.Component):
        def process(self) -> Any:
            yield self.request(desk)
            waits.append(env.now() - self.creation_time())
            yield self.hold(service.sample())
            self.release(desk)

    service = salabim.Exponential(SERVICE_TIME)
    salabim.ComponentGenerator(Customer, iat=salabim.Exponential(1 / ARRIVAL_RATE), number=CUSTOMERS)
    env.run()
    return sum(waits) / len(waits)


def with_engine(engine: Any) -> Callable[[], float]:
    """Return the job as one of our engines does it."""

    def job() -> float:
        arrival, service_time = draws()
        visits = people(arrival, service_time)
        engine.run_day(visits, one_point(SERVERS, float(arrival[-1]) + 1), 0)
        return float(np.mean(visits["start"] - visits["arrival"]))

    return job


def with_bare_loop() -> float:
    """Return the mean wait by the least that there is to do [min]."""
    arrival, service_time = draws()
    queue = np.zeros(CUSTOMERS, np.int64)
    return float(np.mean(bare_loop.starts(queue, arrival, service_time, np.array([SERVERS])) - arrival))


def draws() -> tuple[np.ndarray, np.ndarray]:
    """Return arrivals and service times [min]."""
    luck = Draws("job", 1, 0)
    arrival = np.cumsum(luck.exponential("gaps", 1 / ARRIVAL_RATE, CUSTOMERS))
    return arrival, luck.exponential("service", SERVICE_TIME, CUSTOMERS)


@pytest.mark.benchmark(group="M/M/6, 110 850 customers", timer=time.process_time)
@pytest.mark.parametrize(
    ("job", "rounds"),
    [
        (with_bare_loop, 5),
        (with_engine(compiled_engine), 5),
        (with_engine(simpy_engine), 3),
        (with_simpy, 3),
        (with_ciw, 1),
        (with_salabim, 1),
    ],
    ids=["bare loop", "our compiled engine", "our SimPy engine", "SimPy", "Ciw", "salabim"],
)
def test_job(benchmark: Any, job: Callable[[], float], rounds: int) -> None:
    wait = benchmark.pedantic(job, rounds=rounds, warmup_rounds=int(rounds > 3))
    benchmark.extra_info["mean wait"] = wait
    assert wait == pytest.approx(mmc_wait(ARRIVAL_RATE, SERVICE_TIME, SERVERS), rel=0.15)
