"""One instant: what comes together at a whole minute is settled together; and days without events."""

from __future__ import annotations

from math import inf

import numpy as np

from tests.queue_worlds import World, ends, one_desk, outcomes, starts


class TestOneInstant:
    def test_an_end_an_arrival_and_a_wait_at_one_minute_serve_the_one_who_waited(self, run_day):
        world, door = one_desk()
        world.visit(door, 500.0, 10.0)
        world.visit(door, 505.0, 10.0)
        world.visit(door, 510.0, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 510.0, 520.0]

    def test_arrivals_of_one_minute_are_served_by_id(self, run_day):
        world, door = one_desk()
        world.visit(door, 500.0, 10.0, id=3)
        world.visit(door, 500.0, 10.0, id=7)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 510.0]

    def test_patience_that_ends_when_an_official_becomes_free_still_gets_him(self, run_day):
        world, door = one_desk()
        world.visit(door, 500.0, 10.0)
        world.visit(door, 503.0, 10.0, patience=7.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 510.0]

    def test_patience_that_ends_before_that_is_lost(self, run_day):
        world, door = one_desk()
        world.visit(door, 500.0, 10.0)
        world.visit(door, 503.0, 10.0, patience=6.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["served", "reneged"]
        assert ends(visits) == [510.0, 509.0]

    def test_no_patience_at_all_is_enough_for_a_free_official_only(self, run_day):
        world, door = one_desk()
        world.visit(door, 500.0, 10.0, patience=0.0)
        world.visit(door, 500.0, 10.0, patience=0.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["served", "reneged"]
        assert ends(visits)[1] == 500.0

    def test_a_shift_that_begins_as_another_ends_leaves_no_hole(self, run_day):
        world = World()
        door = world.door()
        world.official(door.service, shift=[(480.0, 600.0)])
        world.official(door.service, shift=[(600.0, 960.0)])
        world.visit(door, 600.0, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [600.0]
        assert visits["official"].tolist() == [1]

    def test_a_follow_up_is_dealt_with_at_the_instant_it_arises(self, run_day):
        world = World()
        first, second = world.door(), world.door()
        world.official(first.service)
        world.official(second.service)
        world.visit(first, 500.0, 10.0, second=1)
        world.follow_up(second, 5.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 510.0]
        assert visits["arrival"][1] == visits["order"][1] == 510.0

    def test_somebody_who_leaves_brings_a_follow_up_that_starts_at_once(self, run_day):
        world = World()
        first, second = world.door(), world.door()
        world.official(second.service)
        world.visit(first, 500.0, 10.0, second=1, patience=20.0)
        world.follow_up(second, 5.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["reneged", "served"]
        assert starts(visits)[1] == 520.0


class TestNothing:
    def test_a_day_without_visits(self, run_day):
        world, _ = one_desk()
        visits, extra = world.play(run_day)
        assert len(visits) == 0
        assert extra.outside.tolist() == extra.on_call.tolist() == [0.0]

    def test_a_day_without_officials_and_hours(self, run_day):
        world = World()
        door = world.door(windows=())
        world.visit(door, 500.0, patience=inf)
        visits, extra = world.play(run_day)
        assert outcomes(visits) == ["turned_away"]
        assert len(extra.outside) == 0

    def test_marks_are_left_alone(self, run_day):
        world, door = one_desk()
        world.visit(door, 500.0)
        before = world.visits()
        visits, _ = world.play(run_day)
        for name in ("id", "arrival", "service_time", "patience", "appointed", "balk_u"):
            assert np.array_equal(before[name], visits[name], equal_nan=True)

    def test_the_day_uses_its_own_day_type_and_duty(self, run_day):
        world, door = one_desk()
        world.visit(door, 500.0, patience=10.0)
        setting = world.setting()
        setting = setting._replace(
            day_type=np.array([0, 1]),
            windows=np.concatenate([np.full_like(setting.windows, inf), setting.windows]),
            shifts=np.concatenate([setting.shifts, setting.shifts]),
            duty=np.array([[1], [1]], np.int8),
        )
        visits = world.visits()
        run_day(visits, setting, 1)
        assert outcomes(visits) == ["served"]
