"""Compiled code counts indices from the start and stays inside its arrays."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest
from numpy.typing import NDArray

#: Simulates years of the small region in whose course every kind of feedback acts, and says what came of it.
_SIMULATE = """
from sim import VisitModel
from sim.config.loading import load_scenario
from sim.experiments.replication import replicate

acting = ["feedback.returns=true", "feedback.remembered_wait=true", "feedback.learning=true"]
for sets in ([], acting):
    scenario = load_scenario("example_2030", ["run.engine=compiled", *sets])
    metrics, _, _ = replicate(scenario, 0, False)
    visits = VisitModel(scenario, 0).run().visits
    print(len(visits), visits["start"][visits["start"] == visits["start"]].sum(), metrics["value"].sum())
"""
#: Asks for the visit before the first.
_BEFORE_THE_FIRST = """
import numpy as np
from sim.demand.kernel import close_days
from sim.visits import VISIT

close_days(np.zeros(3, VISIT), 0, -1, 0, np.zeros((1, 5)))
"""


def _run(script: str, folder: Path, *, check_bounds: bool) -> subprocess.CompletedProcess[str]:
    """Run a script in a process of its own, its compiled code apart from that of other processes."""
    settings = {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(folder)} if check_bounds else {}
    command = [sys.executable, "-c", script]
    return subprocess.run(command, env=os.environ | settings, capture_output=True, text=True, check=False)


def test_no_index_lies_outside_its_array(tmp_path: Path) -> None:
    checked, usual = (_run(_SIMULATE, tmp_path, check_bounds=check) for check in (True, False))
    assert (checked.returncode, usual.returncode) == (0, 0), checked.stderr + usual.stderr
    assert checked.stdout == usual.stdout
    assert len(usual.stdout.splitlines()) == 2


def test_a_negative_index_does_not_count_from_the_end(tmp_path: Path) -> None:
    done = _run(_BEFORE_THE_FIRST, tmp_path, check_bounds=True)
    assert "IndexError" in done.stderr


def test_other_compiled_code_counts_as_python_does() -> None:
    import sim.compiled  # noqa: F401 # which changes how the project's own code is compiled

    @numba.njit
    def at(values: NDArray[np.float64], index: int) -> float:
        return float(values[index])

    assert at(np.array([1.0, 2.0]), -1) == pytest.approx(2.0)
