"""Whether memory grows in a long sweep (`python -m tests.benchmarks.memory_growth [SCENARIO [SECONDS]]`).

Stores replications of a scenario in this process, as a sweep with one worker does, until so many CPU seconds
are spent, and prints the resident memory after the first quarter, at the end, and its slope in between.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from sim.config import load_scenario
from sim.experiments.runner import run_scenario

#: More replications than any machine makes in the time.
ENDLESS = 100_000
_MIB = 2**20


class _Enough(Exception):
    """The time is up."""


def resident() -> float:
    """Return the resident memory of this process [MiB]."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / _MIB


def main(name: str = "example_2030", seconds: float = 120) -> None:
    """Print the figures."""
    scenario = load_scenario(name, [f"run.replications={ENDLESS}", "run.engine=compiled"])
    samples: list[tuple[float, float, int]] = []
    begun = time.process_time()

    def progress(done: int, _total: int) -> None:
        samples.append((time.process_time() - begun, resident(), done))
        if samples[-1][0] > seconds:
            raise _Enough

    with tempfile.TemporaryDirectory() as folder:
        try:
            run_scenario(scenario, out=Path(folder), workers=1, progress=progress)
        except _Enough:
            print(
                f"{name}: {samples[-1][2]} replications in {len(samples)} chunks, {samples[-1][0]:.0f} s CPU"
            )
    later = np.array([sample for sample in samples if sample[0] >= samples[-1][0] / 4])
    slope = np.polyfit(later[:, 0], later[:, 1], 1)[0] * 3600
    first, last, most = later[0, 1], later[-1, 1], later[:, 1].max()
    print(f"{first:.1f} MiB after a quarter, {last:.1f} MiB at the end, most {most:.1f} MiB")
    print(f"slope {slope:.1f} MiB an hour of CPU")


if __name__ == "__main__":
    main(*sys.argv[1:2], *map(float, sys.argv[2:3]))
