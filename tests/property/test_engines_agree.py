"""Both engines give the same record for every visit, to the last bit, on random small networks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from sim.config import load_scenario
from sim.model import simulate
from sim.queues import compiled_engine, simpy_engine
from sim.queues.setting import OFF
from sim.visits import Outcome
from tests.property.strategies import worlds
from tests.queue_worlds import World

QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large]


def assert_agree(world: World) -> None:
    """Play the world in both engines and compare records and minutes byte by byte."""
    expected, expected_extra = world.play(simpy_engine.run_day)
    visits, extra = world.play(compiled_engine.run_day)
    for field in visits.dtype.names or ():
        assert visits[field].tobytes() == expected[field].tobytes(), field
    assert extra.outside.tobytes() == expected_extra.outside.tobytes()
    assert extra.on_call.tobytes() == expected_extra.on_call.tobytes()


@settings(deadline=None, derandomize=True, suppress_health_check=QUIET)
@given(world=worlds())
def test_engines_agree(world: World) -> None:
    assert_agree(world)


@pytest.mark.slow
@settings(max_examples=4000, deadline=None, derandomize=True, suppress_health_check=QUIET)
@given(world=worlds(max_visits=30))
def test_engines_agree_on_thousands(world: World) -> None:
    assert_agree(world)


def test_engines_agree_on_the_baseline_year() -> None:
    scenario = load_scenario("baseline_2030")
    expected, records = (simulate(scenario, 0, engine) for engine in ("simpy", "compiled"))
    assert len(records.visits) > 100_000
    for name in ("visits", "officials", "needs"):
        assert getattr(records, name).tobytes() == getattr(expected, name).tobytes(), name


def test_no_visits_no_shifts_and_one_visit() -> None:
    empty, alone, nobody = World(), World(), World()
    for world in (empty, alone):
        world.official(world.door().service)
    alone.visit(alone.doors[0], 500.0)
    nobody.official(nobody.door().service, shift=())
    nobody.visit(nobody.doors[0], 500.0)
    for world in (empty, alone, nobody):
        assert_agree(world)


def test_thousands_at_one_instant() -> None:
    world = World(balking=5.0)
    door, other = world.door(), world.door()
    for _ in range(3):
        world.official(door.service, other.service)
    for number in range(3000):
        second = world.follow_up(other, 1.0) if number % 7 == 0 else -1
        luck = 0.5 if number % 2 else 2.0
        world.visit(door, 500.0, 1.0, patience=float(number % 90), second=second, balk_u=luck)
    assert_agree(world)


def test_days_in_one_call_equal_days_alone() -> None:
    world = World()
    door = world.door()
    world.official(door.service, shift=((480.0, 720.0), (750.0, 960.0)))
    for minute in range(480, 960, 7):
        world.visit(door, float(minute), 9.0, patience=30.0)
    one, extra = world.play(compiled_engine.run_day)
    setting = world.setting()
    duty = np.repeat(setting.duty, 4, axis=0)
    duty[0] = OFF
    setting = setting._replace(day_type=np.zeros(4, np.int64), duty=duty)
    visits = np.concatenate([world.visits(), world.visits()])
    day_start = np.array([0, len(one), 2 * len(one), 2 * len(one)])
    engine = compiled_engine.CompiledEngine(setting)
    engine.run_day(world.visits(), 0)  # leaves nothing behind
    extras = engine.run_days(visits, day_start, 1)
    assert visits.tobytes() == np.concatenate([one, one]).tobytes()
    assert extras[:, 0, 0].tolist() == [extra.outside[0], extra.outside[0], 0.0]


def test_a_slice_that_is_not_contiguous_is_written_back() -> None:
    world = World()
    door = world.door()
    world.official(door.service)
    for minute in (500.0, 501.0, 502.0):
        world.visit(door, minute)
    visits = np.repeat(world.visits(), 2)[::2]
    compiled_engine.run_day(visits, world.setting(), 0)
    assert visits["start"].tolist() == [500.0, 510.0, 520.0]
    assert (visits["outcome"] == Outcome.SERVED).all()
