"""Every rule of the day at the points is tested in both engines."""

from __future__ import annotations

import pytest

from sim.queues import compiled_engine, simpy_engine
from tests.queue_worlds import Engine


@pytest.fixture(params=[simpy_engine.run_day, compiled_engine.run_day], ids=["simpy", "compiled"])
def run_day(request: pytest.FixtureRequest) -> Engine:
    """Return the engine under test."""
    engine: Engine = request.param
    return engine
