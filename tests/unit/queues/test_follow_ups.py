"""Sessions that fail, second matters, and booked people who do not come."""

from __future__ import annotations

import numpy as np
import pytest

from sim.visits import Place
from tests.queue_worlds import World, ends, one_desk, outcomes, starts


class TestFailureAndSecondMatters:
    def failing_world(self):
        world = World()
        point = world.point()
        video = world.door(point=point, place=Place.REMOTE_STATION)
        counter = world.door(point=point)
        world.official(video.service)
        world.official(counter.service)
        return world, video, counter

    def test_a_failed_session_queues_again_with_its_first_arrival(self, run_day):
        world, video, counter = self.failing_world()
        world.visit(video, 500.0, 30.0, fail_after=5.0, requeue=1)
        world.follow_up(counter, 10.0)
        world.visit(counter, 490.0, 20.0)
        world.visit(counter, 502.0, 10.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["remote_failed", "served", "served", "served"]
        assert starts(visits) == [500.0, 510.0, 490.0, 520.0]
        assert visits["arrival"][1] == 505.0
        assert visits["order"][1] == 500.0

    def test_a_failing_session_frees_officer_and_station_when_it_fails(self, run_day):
        world, video, _ = self.failing_world()
        world.visit(video, 500.0, 30.0, fail_after=5.0)
        world.visit(video, 501.0, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 505.0]

    def test_a_failing_session_ends_at_fail_after_even_if_that_is_later(self, run_day):
        world, video, _ = self.failing_world()
        world.visit(video, 500.0, 3.0, fail_after=5.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["remote_failed"]
        assert ends(visits) == [505.0]

    def test_who_gives_up_before_the_session_needs_no_second_queue(self, run_day):
        world, video, counter = self.failing_world()
        world.visit(video, 500.0, 60.0)
        world.visit(video, 501.0, 30.0, fail_after=5.0, requeue=2, patience=10.0)
        world.follow_up(counter, 10.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["served", "reneged", "void"]
        assert np.isnan(visits["arrival"][2])
        assert np.isnan(visits["end"][2])

    def test_the_second_matter_follows_whichever_ends_last(self, run_day):
        world, video, counter = self.failing_world()
        third = world.door(point=0)
        world.official(third.service)
        world.visit(video, 500.0, 30.0, fail_after=5.0, requeue=1, second=2)
        world.follow_up(counter, 10.0, second=2)
        world.follow_up(third, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 505.0, 515.0]

    @pytest.mark.parametrize("ending", [{"patience": 5.0}, {"balk_u": 0.0}])
    def test_the_second_matter_comes_though_the_first_was_given_up(self, run_day, ending):
        world = World(balking=1.0)
        first, second = world.door(), world.door()
        world.official(second.service)
        world.visit(first, 499.0)
        world.visit(first, 500.0, second=2, **ending)
        world.follow_up(second, 10.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits)[2] == "served"
        assert starts(visits)[2] == ends(visits)[1]

    def test_a_second_matter_at_a_door_before_its_opening_waits_outside(self, run_day):
        world = World()
        first, second = world.door(), world.door(windows=((600.0, 960.0),))
        world.official(first.service)
        world.official(second.service)
        world.visit(first, 500.0, 10.0, second=1)
        world.follow_up(second, 10.0, patience=0.0)
        visits, _ = world.play(run_day)
        assert visits["arrival"][1] == 510.0
        assert visits["ticket"][1] == starts(visits)[1] == 600.0


class TestNoShows:
    def test_takes_an_official_but_no_place(self, run_day):
        world = World()
        point = world.point(counters=1)
        door, other = world.door(point=point), world.door(point=point)
        world.official(door.service)
        world.official(other.service)
        world.visit(other, 490.0, 60.0)
        world.no_show(door, 500.0, wait=10.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["served", "no_show"]
        assert starts(visits) == [490.0, 500.0]
        assert ends(visits) == [550.0, 510.0]
        assert visits["official"].tolist() == [1, 0]

    def test_vanishes_when_it_has_not_begun_in_time(self, run_day):
        world, door = one_desk()
        world.visit(door, 495.0, 30.0)
        world.no_show(door, 500.0, wait=10.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["served", "no_show"]
        assert ends(visits) == [525.0, 510.0]
        assert np.isnan(starts(visits)[1])

    def test_begins_in_the_minute_in_which_it_would_vanish(self, run_day):
        world, door = one_desk()
        world.visit(door, 495.0, 15.0)
        world.no_show(door, 500.0, wait=10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [495.0, 510.0]
        assert ends(visits)[1] == 520.0

    def test_brings_no_follow_up(self, run_day):
        world = World()
        door, other = world.door(), world.door()
        world.official(door.service)
        world.official(other.service)
        world.no_show(door, 500.0, second=1)
        world.follow_up(other)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["no_show", "void"]

    def test_holds_nobody_back_after_closing(self, run_day):
        world, door = one_desk()
        world.visit(door, 945.0, 15.0)
        world.no_show(door, 958.0, wait=10.0, place=Place.CLOSED_ROOM)
        world.points[0]["places"] = (1, 0, 0)
        visits, extra = world.play(run_day)
        assert outcomes(visits) == ["served", "no_show"]
        assert extra.outside.tolist() == [0.0]

    def test_ends_as_no_show_at_closing_without_stayer(self, run_day):
        world = World()
        door = world.door()
        world.official(door.service, shift=[(480.0, 900.0)])
        world.no_show(door, 955.0, wait=10.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["no_show"]
        assert ends(visits) == [960.0]
