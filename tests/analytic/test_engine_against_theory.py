"""The engines of the region against every closed form."""

from __future__ import annotations

import pytest

from sim.queues import compiled_engine, simpy_engine
from sim.queues.cases import all_cases
from sim.queues.validation import run_case


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
@pytest.mark.parametrize("engine", [compiled_engine.run_day, simpy_engine.run_day], ids=["compiled", "simpy"])
def test_agrees_with_theory(engine, case):
    for check in run_case(case, engine):
        assert check.standard_error / check.theory < 0.03, f"{check} is too weak a test"
        assert abs(check.z) < 4, check
