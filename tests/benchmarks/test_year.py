"""A year of the whole region: our engines, the yardstick, and what it costs at the least.

`uv run pytest tests/benchmarks/test_year.py` prints ratios to the quickest. The yardstick is a program as the
tutorials of Mesa and SimPy teach it, with as many people, visits, counters, officials and hours
(`tests/benchmarks/tutorial_program.py`). Ours includes the Mesa steps, all rules and the default metrics.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import mesa
import numpy as np
import pytest
from numpy.typing import NDArray

from sim.arena import make_setting
from sim.config import Scenario, load_scenario
from sim.experiments.replication import replicate
from sim.model import simulate, stage_of
from sim.queues.setting import Setting
from sim.streams import stream_key, uniform
from sim.visits import YearRecords
from tests.benchmarks import bare_loop
from tests.benchmarks.tutorial_program import Counter, Region

YEAR = pytest.mark.benchmark(group="a year of the region, by the clock", timer=time.perf_counter)
PATIENCE = 60.0


@dataclass(frozen=True)
class Facts:
    """What the yardstick takes over from the scenario."""

    n_people: int
    counters: tuple[Counter, ...]
    open_days: tuple[bool, ...]


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario("baseline_2030", ["run.engine=compiled"])


@pytest.fixture(scope="module")
def facts(scenario: Scenario) -> Facts:
    """Read people, open days and counters off a simulated year."""
    stage, records = stage_of(scenario), simulate(scenario, 0, "compiled")
    setting = make_setting(stage.setup, (scenario.run.seed, 0))
    span = stage.setup.season.span.year_slice
    day_type = setting.day_type[span]
    anything = np.isfinite(setting.windows[..., 0]).any(axis=(1, 2))[day_type]
    return Facts(stage.setup.people.n, tuple(_counters(records, setting)), tuple(anything.tolist()))


def _counters(records: YearRecords, setting: Setting) -> list[Counter]:
    """Return each door at which somebody was seen, with its usual hours and able officials."""
    doors, visits = np.unique(records.visits["door"], return_counts=True)
    counters = []
    for door, number in zip(doors.tolist(), visits.tolist(), strict=True):
        hours = setting.windows[:, door].reshape(-1, 2)
        hours = hours[np.isfinite(hours[:, 0])]
        able = int(setting.able[:, setting.door_service[door]].sum())
        service = float(records.visits["service_time"][records.visits["door"] == door].mean())
        opens, closes = np.median(hours[:, 0]), np.median(hours[:, 1])
        counters.append(Counter(max(able, 1), float(opens), float(closes), number, service))
    return counters


def _measure(benchmark: Any, run: Callable[[], object], rounds: int) -> None:
    """Measure by the clock, and note the median of CPU seconds, those of all threads."""
    spent: list[float] = []

    def timed() -> None:
        begun = time.process_time()
        run()
        spent.append(time.process_time() - begun)

    benchmark.pedantic(timed, rounds=rounds)
    benchmark.extra_info["CPU [s]"] = float(np.median(spent))


@YEAR
def test_compiled_engine(benchmark: Any, scenario: Scenario) -> None:
    numbers = count()
    replicate(scenario, next(numbers), False)
    _measure(benchmark, lambda: replicate(scenario, next(numbers), False), rounds=20)


@YEAR
def test_simpy_engine(benchmark: Any) -> None:
    scenario, numbers = load_scenario("baseline_2030", ["run.engine=simpy"]), count()
    stage_of(scenario)
    _measure(benchmark, lambda: replicate(scenario, next(numbers), False), rounds=2)


@YEAR
def test_tutorial_program(benchmark: Any, facts: Facts) -> None:
    regions: list[Region] = []

    def run() -> None:
        regions.append(Region(facts.n_people, facts.counters, facts.open_days, PATIENCE))
        for _ in facts.open_days:
            regions[0].step()

    _measure(benchmark, run, rounds=1)
    visits = int(regions[0].datacollector.get_model_vars_dataframe()["visits"].sum())
    benchmark.extra_info |= {"people": facts.n_people, "visits": visits}


@YEAR
def test_bare_loop(benchmark: Any, facts: Facts) -> None:
    benchmark.pedantic(lambda: _bare_year(facts), rounds=10, warmup_rounds=1)


def _bare_year(facts: Facts) -> NDArray[np.float64]:
    """Draw day, counter, arrival and service time of each visit in plain arrays, and play the queues."""
    counters = facts.counters
    visits = np.array([counter.visits for counter in counters])
    n, n_days = int(visits.sum()), len(facts.open_days)
    u = [uniform(stream_key(1, 0, name), np.arange(n)) for name in ("day", "arrival", "service")]
    counter = np.repeat(np.arange(len(counters)), visits)
    queue = counter * n_days + (u[0] * n_days).astype(np.int64)
    opens, closes = (np.array([getattr(c, name) for c in counters])[counter] for name in ("opens", "closes"))
    arrival = opens + u[1] * (closes - opens)
    order = np.lexsort((arrival, queue))
    service_time = -np.log1p(-u[2]) * np.array([c.service_time for c in counters])[counter]
    servers = np.repeat([c.officials for c in counters], n_days)
    return bare_loop.starts(queue[order], arrival[order], service_time[order], servers)


@YEAR
def test_mesa_without_anything_to_do(benchmark: Any) -> None:
    def run() -> None:
        model = mesa.Model(rng=1)
        collector = mesa.DataCollector({"day": lambda m: m.steps})
        for _ in range(365):
            model.step()
            collector.collect(model)

    benchmark.pedantic(run, rounds=10, warmup_rounds=1)
