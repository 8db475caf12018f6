"""Cost of a simulated year against the number of people, from a tenth of the region to 5.5 million.

`uv run pytest tests/benchmarks/test_size.py` prints seconds, people, visits and the peak of memory so far.
The larger regions have the same points with more officials; a year includes Mesa steps and default metrics.
"""

from __future__ import annotations

import resource
import time
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from sim.config import load_scenario
from sim.experiments.replication import replicate
from sim.model import stage_of
from tests.benchmarks.generated import region_of_size

RESIDENTS = 199_927  #: of the region in 2030


@pytest.mark.benchmark(group="a year by size", timer=time.process_time)
@pytest.mark.parametrize("residents", [20_000, 60_000, RESIDENTS, 600_000, 2_000_000, 5_500_000])
def test_year(benchmark: Any, residents: int, tmp_path: Path) -> None:
    region = region_of_size(tmp_path / "region", residents / RESIDENTS)
    scenario = load_scenario("baseline_2030", [f"region={region}", "run.engine=compiled"])
    began, numbers = time.process_time(), count()
    people = stage_of(scenario).setup.people.n
    made_ready = time.process_time() - began
    table, *_ = replicate(scenario, next(numbers), False)
    whole = (table["point"] == "all") & (table["authority"] == "all") & (table["channel"] == "all")
    visits = table[whole & (table["period"] == "year") & (table["metric"] == "visits")]["value"]
    benchmark.pedantic(lambda: replicate(scenario, next(numbers), False), rounds=3)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    benchmark.extra_info |= {
        "people": people,
        "visits": int(visits.iloc[0]),
        "seconds to make ready": made_ready,
        "peak MB": round(peak),
    }
