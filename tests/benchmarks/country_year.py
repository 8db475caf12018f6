"""A year of a scenario by the clock (`python -m tests.benchmarks.country_year SCENARIO [NUMBER]`).

Prints seconds by the clock and of CPU for each replication, Mesa steps and default metrics included, and the
memory of the process; the first one compiles and touches its memory for the first time. The most memory is
that of the set-up in its line, and that of the years so far in theirs.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from sim.config import load_scenario
from sim.config.registry import Registry
from sim.model import VisitModel
from sim.outcomes import OutcomeSettings, metrics
from sim.region import load_region
from sim.stage import stage_of
from sim.threads import n_threads


def main(name: str, replications: int = 4) -> None:
    """Print a line for the set-up and one for each replication."""
    scenario = load_scenario(name)
    begun = time.perf_counter()
    people = stage_of(scenario).setup.people.n
    ready = time.perf_counter() - begun
    print(f"{people} people, made ready in {ready:.1f} s; {memory()}; {n_threads()} threads", flush=True)
    forget_most()
    values = Registry.from_region(load_region(scenario.region)).resolve(scenario.parameters)
    settings = OutcomeSettings.from_parameters(values.as_dict())
    for replication in range(replications):
        begun, cpu = time.perf_counter(), time.process_time()
        model = VisitModel(scenario, replication, "compiled")
        records = model.run()
        metrics(records, settings)
        clock, cpu = time.perf_counter() - begun, time.process_time() - cpu
        visits = len(records.visits)
        del records
        model.leave()
        print(
            f"{replication}: {clock:.3f} s by the clock, {cpu:.3f} s of CPU, {visits} records; {memory()}",
            flush=True,
        )


def forget_most() -> None:
    """Begin anew to note the most memory of this process."""
    Path("/proc/self/clear_refs").write_text("5", "ascii")


def memory() -> str:
    """Return the resident memory of this process now, and the most so far (see `forget_most`)."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    now, most = (
        next(line.split()[1] for line in lines if line.startswith(key)) for key in ("VmRSS", "VmHWM")
    )
    return f"{int(now) / 1024:.0f} MB now, {int(most) / 1024:.0f} MB at most"


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:3]))
