"""Guidance at a point closes with the last of the services it guides for, wherever their doors are."""

from __future__ import annotations

import numpy as np
import pytest

from sim.queues import compiled_engine, simpy_engine
from sim.queues.setting import ROSTERED, Setting
from sim.visits import VISIT, Channel, Place, empty_visits


@pytest.mark.parametrize("run_day", [simpy_engine.run_day, compiled_engine.run_day])
def test_a_guide_does_not_stay_for_a_pool_that_closes_later_elsewhere(run_day):
    """The pool closes at 550 at its other point; the guide is off from 540, so he covers no closing."""
    spans = np.full((1, 2, 2, 2), np.inf)
    spans[0, 0, 0], spans[0, 1, 0] = (480.0, 540.0), (480.0, 550.0)
    shifts = np.full((1, 1, 2, 2), np.inf)
    shifts[0, 0, 0] = (480.0, 540.0)
    setting = Setting(
        able=np.array([[0, 1]], np.uint8),
        skills=np.array([1]),
        places=np.full((2, 3), 2),
        guidance=np.array([1, -1]),
        door_point=np.array([0, 1]),
        door_service=np.array([0, 0]),
        windows=spans,
        shifts=shifts,
        day_type=np.array([0]),
        duty=np.array([[ROSTERED]], np.int8),
        fetch_minutes=0.0,
        balking_queue_length=np.inf,
        send_away=False,
    )
    visits = empty_visits(1)
    assert visits.dtype == VISIT
    visits["arrival"] = visits["order"] = 465.0
    visits["service_time"], visits["patience"] = 1.0, np.inf
    visits["channel"], visits["place"], visits["guided"] = Channel.VIDEO, Place.REMOTE_STATION, 1
    extra = run_day(visits, setting, 0)
    assert extra.outside.tolist() == [0.0]
