"""What the time of a simulated year goes to (`python -m tests.benchmarks.profile_year [SCENARIO [NUMBER]]`).

Prints CPU seconds by stage, as a mean over replications after the first, and the share of one replication;
beside them the floor: a bare compiled loop that draws the same people's needs and touches each visit once.
"""

from __future__ import annotations

import resource
import sys
import time
from collections import defaultdict
from typing import Any

import numba
import numpy as np

from sim import play, threads
from sim.config import load_scenario
from sim.config.registry import Registry
from sim.demand import year
from sim.model import VisitModel
from sim.outcomes import OutcomeSettings, metrics
from sim.queues import compiled_engine
from sim.region import load_region
from sim.visits import YearRecords

#: Where each stage is called from, and the function that does it.
STAGES = (
    (year, "with_luck"),
    (year, "draw_needs"),
    (year, "_sort_by_day"),
    (year, "place_days"),
    (year, "list_by_day"),
    (year, "finish_visits"),
    (play, "make_setting"),
    (compiled_engine, "_play_days"),
    (play, "close_days"),
    (play, "gather"),
)
#: Marks that a visit has about: arrival, durations, patience, luck.
MARKS = 10


def main(name: str = "baseline_2030", replications: int = 10) -> None:
    """Print the table."""
    scenario = load_scenario(name)
    values = Registry.from_region(load_region(scenario.region)).resolve(scenario.parameters)
    settings = OutcomeSettings.from_parameters(values.as_dict())
    seconds: dict[str, float] = defaultdict(float)
    threads.n_threads = lambda: 1  # seconds of a thread can't be told from those of its neighbours
    for module, function in STAGES:
        timed(seconds, module, function)
    for replication in range(replications + 1):
        begun = time.process_time()
        model = VisitModel(scenario, replication, "compiled")
        made = time.process_time()
        records = model.run()
        ran = time.process_time()
        metrics(records, settings)
        done = time.process_time()
        model.leave()
        if replication == 0:  # compiles and makes people
            seconds.clear()
            continue
        for label, spent in (("init", made - begun), ("run", ran - made), ("metrics", done - ran)):
            seconds[label] += spent
        seconds["total"] += done - begun
    seconds["floor"] = (
        floor(records, len(model.setup.people.id), model.setup.rules.coverage.size) * replications
    )
    print(f"{name}: {len(records.visits)} records, CPU of one replication")
    for label, spent in sorted(seconds.items(), key=lambda item: -item[1]):
        print(f"{label:14s} {spent / replications:8.4f} s {spent / seconds['total']:7.1%}")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def timed(seconds: dict[str, float], module: Any, function: str, label: str = "") -> None:
    """Let a module's function add its CPU time to `seconds`."""
    plain = getattr(module, function)

    def measured(*arguments: Any, **named: Any) -> Any:
        begun = time.process_time()
        result = plain(*arguments, **named)
        seconds[label or function] += time.process_time() - begun
        return result

    setattr(module, function, measured)


def floor(records: YearRecords, n_people: int, n_authorities: int) -> float:
    """Return the least CPU time [s] of the bare loop, of five."""
    found = []
    for _ in range(6):
        begun = time.process_time()
        _bare(records.visits, n_people * n_authorities)
        found.append(time.process_time() - begun)
    return min(found[1:])


@numba.njit  # type: ignore[untyped-decorator]
def _bare(visits: Any, pairs: int) -> float:
    word, found = np.uint64(1), 0
    for pair in range(pairs):
        word = _mixed(np.uint64(pair))
        found += word < np.uint64(1 << 61)
    total = 0.0
    for row in range(len(visits)):
        for mark in range(MARKS):
            total += float(_mixed(np.uint64(visits[row].id * MARKS + mark)))
        total += visits[row].end + visits[row].start + visits[row].arrival + visits[row].authority
    return total + found


@numba.njit  # type: ignore[untyped-decorator]
def _mixed(z: Any) -> Any:
    for _ in range(2):
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return z


if __name__ == "__main__":
    main(*sys.argv[1:2], *map(int, sys.argv[2:3]))
