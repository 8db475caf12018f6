"""Whether memory grows in a long sweep (`python -m tests.benchmarks.memory_growth [SCENARIO [MINUTES]]`).

Runs a sweep with one worker, that is in this process, over points of a Latin hypercube, so that each of them
is set up anew, until the time is up. Prints the resident memory at each sixth of the time, the most, and the
slope after the first sixth with an interval that allows for neighbouring samples being alike.
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.config.experiment_loading import load_experiment
from sim.experiments.sweep import SweepOptions, run_experiment

#: More runs than any machine makes in the time.
EXPERIMENT = """
name: memory
base: {base}
scenarios: {{plan: {{}}}}
factors: {{parameters.no_show: {{low: 0.0, high: 0.3}}, parameters.service_time_cv: {{}}}}
design: {{kind: latin_hypercube, size: 1000}}
replications: 60
"""
#: Parts of the time whose ends are printed.
PARTS = 6
#: Means of so many stretches give the interval; they are long against what memory swings in.
STRETCHES = 25
_MIB = 2**20


class _Enough(Exception):
    """The time is up."""


def resident() -> float:
    """Return the resident memory of this process [MiB]."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / _MIB


def sweep(name: str, seconds: float) -> tuple[NDArray[np.float64], int]:
    """Return (seconds, resident MiB) after each chunk of a sweep of some length, and the runs it made."""
    samples: list[tuple[float, float]] = []
    done, due = 0, 0.0
    begun = time.monotonic()

    def progress(runs: int, _total: int) -> None:
        nonlocal done, due
        done = runs
        samples.append((time.monotonic() - begun, resident()))
        if samples[-1][0] >= due:
            print(f"{due / 60:5.1f} min  {samples[-1][1]:7.1f} MiB  {runs} runs", flush=True)
            due += seconds / PARTS
        if samples[-1][0] > seconds:
            raise _Enough

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "memory.yaml"
        file.write_text(EXPERIMENT.format(base=name), "utf-8")
        try:
            run_experiment(load_experiment(file), SweepOptions(Path(folder), workers=1), progress)
        except _Enough:
            return np.array(samples), done
    raise RuntimeError("all runs ended before the time was up")


def slope(samples: NDArray[np.float64]) -> tuple[float, float]:
    """Return the slope of memory and the half width of its 95 % interval [MiB an hour]."""
    means = np.array([part.mean(axis=0) for part in np.array_split(samples, STRETCHES)])
    (steep, _), covariance = np.polyfit(means[:, 0] / 3600, means[:, 1], 1, cov=True)
    return float(steep), 2.07 * math.sqrt(covariance[0, 0])


def main(name: str = "baseline_2030", minutes: float = 60) -> None:
    """Print the figures."""
    samples, runs = sweep(name, minutes * 60)
    later = samples[samples[:, 0] >= minutes * 60 / PARTS]
    steep, half_width = slope(later)
    print(f"{name}: {runs} runs in {len(samples)} chunks, {time.process_time():.0f} s of CPU")
    print(f"most {samples[:, 1].max():.1f} MiB, slope {steep:+.2f} ± {half_width:.2f} MiB an hour")


if __name__ == "__main__":
    main(*sys.argv[1:2], *map(float, sys.argv[2:3]))
