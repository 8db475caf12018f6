"""Who is next, and which official takes him."""

from __future__ import annotations

from sim.visits import Place
from tests.queue_worlds import World, one_desk, outcomes, starts


class TestRanks:
    def test_booked_come_before_walk_ins_who_were_there_first(self, run_day):
        world, door = one_desk()
        world.visit(door, 500.0, 20.0)
        world.visit(door, 501.0, 10.0)
        world.visit(door, 510.0, 10.0, appointed=505.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 530.0, 520.0]

    def test_booked_before_their_time_come_after_walk_ins(self, run_day):
        world, door = one_desk()
        world.visit(door, 500.0, 20.0)
        world.visit(door, 501.0, 10.0, appointed=521.0)
        world.visit(door, 515.0, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 530.0, 520.0]

    def test_the_appointed_minute_lifts_them_above_walk_ins(self, run_day):
        world, door = one_desk()
        world.visit(door, 500.0, 20.0)
        world.visit(door, 501.0, 10.0)
        world.visit(door, 505.0, 10.0, appointed=520.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 530.0, 520.0]

    def test_booked_before_their_time_start_at_once_when_nobody_else_waits(self, run_day):
        world, door = one_desk()
        world.visit(door, 500.0, 10.0, appointed=530.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0]

    def test_booked_are_ranked_by_arrival_not_by_appointment(self, run_day):
        world, door = one_desk()
        world.visit(door, 500.0, 30.0)
        world.visit(door, 511.0, 10.0, appointed=505.0)
        world.visit(door, 510.0, 10.0, appointed=510.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 540.0, 530.0]

    def test_walk_ins_are_served_in_the_order_of_arrival(self, run_day):
        world, door = one_desk()
        for arrival in (500.0, 503.0, 502.0, 501.0):
            world.visit(door, arrival, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 530.0, 520.0, 510.0]

    def test_a_pool_ranks_over_all_its_points(self, run_day):
        world = World()
        pool = world.service()
        here = world.door(point=world.point(), service=pool, place=Place.REMOTE_STATION)
        there = world.door(point=world.point(), service=pool, place=Place.REMOTE_STATION)
        world.official(pool)
        world.visit(here, 500.0, 10.0)
        world.visit(here, 502.0, 10.0)
        world.visit(there, 501.0, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 520.0, 510.0]


class TestWhoTakesWhom:
    def test_fewest_skills_first_though_another_is_longer_idle(self, run_day):
        world = World()
        door, other = world.door(), world.door()
        world.official(door.service, other.service, shift=[(470.0, 960.0)])
        world.official(door.service)
        world.visit(door, 500.0)
        visits, _ = world.play(run_day)
        assert visits["official"].tolist() == [1]

    def test_then_the_longest_idle(self, run_day):
        world = World()
        door = world.door()
        world.official(door.service)
        world.official(door.service)
        world.visit(door, 500.0, 10.0)
        world.visit(door, 520.0, 10.0)
        world.visit(door, 540.0, 10.0)
        visits, _ = world.play(run_day)
        assert visits["official"].tolist() == [0, 1, 0]

    def test_who_came_on_duty_earlier_is_longer_idle(self, run_day):
        world = World()
        door = world.door()
        world.official(door.service, shift=[(490.0, 960.0)])
        world.official(door.service, shift=[(480.0, 960.0)])
        world.visit(door, 500.0, 10.0)
        visits, _ = world.play(run_day)
        assert visits["official"].tolist() == [1]

    def test_breaks_do_not_reset_idleness(self, run_day):
        world = World()
        door = world.door()
        world.official(door.service, shift=[(480.0, 600.0), (630.0, 960.0)])
        world.official(door.service, shift=[(490.0, 960.0)])
        world.visit(door, 640.0, 10.0)
        visits, _ = world.play(run_day)
        assert visits["official"].tolist() == [0]

    def test_then_the_lowest_number(self, run_day):
        world = World()
        door = world.door()
        world.official(door.service)
        world.official(door.service)
        world.visit(door, 480.0, 10.0)
        visits, _ = world.play(run_day)
        assert visits["official"].tolist() == [0]

    def test_who_is_able_for_nothing_that_waits_stays_idle(self, run_day):
        world = World()
        door, other = world.door(), world.door()
        world.official(other.service)
        world.visit(door, 500.0, patience=30.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["reneged"]

    def test_a_person_of_lower_rank_overtakes_one_who_cannot_start(self, run_day):
        world = World()
        door, other = world.door(), world.door()
        world.official(door.service)
        world.official(other.service)
        world.visit(door, 500.0, 20.0)
        world.visit(door, 501.0, 10.0)
        world.visit(other, 502.0, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 520.0, 502.0]

    def test_one_official_serves_counter_and_video_in_one_shift(self, run_day):
        world = World()
        pool = world.service()
        counter = world.door(point=world.point())
        here = world.door(point=0, service=pool, place=Place.REMOTE_STATION)
        there = world.door(point=world.point(), service=pool, place=Place.REMOTE_STATION)
        world.official(counter.service, pool)
        for door, arrival in ((here, 500.0), (counter, 501.0), (there, 502.0)):
            world.visit(door, arrival, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 510.0, 520.0]

    def test_the_one_with_fewest_skills_leaves_the_adviser_for_who_comes_next(self, run_day):
        world = World()
        door, other = world.door(), world.door()
        world.official(door.service, other.service)
        world.official(door.service)
        world.visit(door, 500.0, 20.0)
        world.visit(other, 501.0, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 501.0]
