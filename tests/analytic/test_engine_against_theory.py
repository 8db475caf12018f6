"""The engine of the region against every closed form, and against Ciw on the same network."""

from __future__ import annotations

import pytest

from sim.queues.cases import all_cases
from sim.queues.simpy_engine import run_day
from sim.queues.validation import run_case


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_agrees_with_theory(case):
    for check in run_case(case, run_day):
        assert check.standard_error / check.theory < 0.03, f"{check} is too weak a test"
        assert abs(check.z) < 4, check
