"""Doors, shifts and breaks: where nothing starts, and where patience stops."""

from __future__ import annotations

import numpy as np

from tests.queue_worlds import GAP, World, ends, one_desk, outcomes, starts


class TestDoors:
    def test_who_comes_early_waits_outside_and_is_ticketed_at_opening(self, run_day):
        world, door = one_desk()
        world.visit(door, 470.0, 10.0, patience=5.0)
        world.visit(door, 465.0, 10.0, patience=10.0)
        visits, _ = world.play(run_day)
        assert visits["ticket"].tolist() == [480.0, 480.0]
        assert outcomes(visits) == ["reneged", "served"]
        assert ends(visits)[0] == 485.0

    def test_outside_nobody_s_patience_runs(self, run_day):
        world, door = one_desk()
        world.visit(door, 400.0, 10.0, patience=0.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [480.0]

    def test_the_minute_of_closing_is_too_late(self, run_day):
        world, door = one_desk()
        world.visit(door, 959.0, 10.0)
        world.visit(door, 960.0, 10.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["served", "turned_away"]
        assert np.isnan(visits["ticket"][1])
        assert ends(visits) == [969.0, 960.0]

    def test_a_door_that_never_opens_turns_everybody_away(self, run_day):
        world = World()
        door = world.door(windows=())
        world.official(door.service)
        world.visit(door, 500.0, 10.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["turned_away"]

    def test_nothing_starts_in_a_gap_and_people_keep_their_place(self, run_day):
        world = World()
        door = world.door(windows=GAP)
        world.official(door.service, shift=[(480.0, 960.0)])
        world.visit(door, 700.0, 30.0)
        world.visit(door, 710.0, 10.0)
        world.visit(door, 750.0, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [700.0, 780.0, 790.0]
        assert visits["ticket"].tolist() == [700.0, 710.0, 780.0]

    def test_patience_stops_in_a_gap(self, run_day):
        world = World()
        door = world.door(windows=GAP)
        world.official(door.service, shift=[(480.0, 700.0), (800.0, 960.0)])
        world.visit(door, 710.0, 10.0, patience=29.0)
        world.visit(door, 711.0, 10.0, patience=29.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["reneged", "served"]
        assert ends(visits)[0] == 799.0
        assert starts(visits)[1] == 800.0

    def test_patience_of_who_is_appointed_in_a_gap_runs_from_its_end(self, run_day):
        world = World()
        door = world.door(windows=GAP)
        world.visit(door, 710.0, 10.0, patience=5.0, appointed=750.0)
        visits, _ = world.play(run_day)
        assert ends(visits) == [785.0]

    def test_windows_that_touch_are_one(self, run_day):
        world = World()
        door = world.door(windows=((480.0, 600.0), (600.0, 960.0)))
        world.official(door.service)
        world.visit(door, 600.0, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [600.0]

    def test_patience_runs_from_the_appointed_time(self, run_day):
        world = World()
        door = world.door()
        world.visit(door, 500.0, 10.0, appointed=520.0, patience=5.0)
        world.visit(door, 530.0, 10.0, appointed=520.0, patience=5.0)
        visits, _ = world.play(run_day)
        assert ends(visits) == [525.0, 535.0]


class TestBreaksAndShifts:
    def test_nobody_starts_with_an_official_on_break(self, run_day):
        world = World()
        door = world.door()
        world.official(door.service, shift=[(480.0, 600.0), (630.0, 960.0)])
        world.visit(door, 600.0, 10.0)
        visits, extra = world.play(run_day)
        assert starts(visits) == [630.0]
        assert extra.outside.tolist() == [0.0]

    def test_a_visit_in_hand_is_finished_in_the_break_which_ends_on_time(self, run_day):
        world = World()
        door = world.door()
        world.official(door.service, shift=[(480.0, 600.0), (630.0, 960.0)])
        world.visit(door, 590.0, 25.0)
        world.visit(door, 591.0, 10.0)
        visits, extra = world.play(run_day)
        assert starts(visits) == [590.0, 630.0]
        assert extra.outside.tolist() == [15.0]

    def test_a_visit_longer_than_the_break_counts_the_break_only(self, run_day):
        world = World()
        door = world.door()
        world.official(door.service, shift=[(480.0, 600.0), (630.0, 960.0)])
        world.visit(door, 590.0, 100.0)
        visits, extra = world.play(run_day)
        assert ends(visits) == [690.0]
        assert extra.outside.tolist() == [30.0]

    def test_who_does_not_stay_finishes_the_visit_in_hand_after_the_shift(self, run_day):
        world = World()
        door = world.door()
        world.official(door.service, shift=[(480.0, 900.0)])
        world.visit(door, 890.0, 30.0)
        world.visit(door, 891.0, 10.0, patience=20.0)
        visits, extra = world.play(run_day)
        assert outcomes(visits) == ["served", "reneged"]
        assert extra.outside.tolist() == [20.0]
