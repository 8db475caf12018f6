"""The rules of the day, event by event, on whole minutes where everything can happen at once."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from sim.queues.simpy_engine import run_day
from sim.visits import Place
from tests.queue_worlds import World, outcomes

GAP = ((480.0, 720.0), (780.0, 960.0))


def starts(visits):
    return visits["start"].tolist()


def ends(visits):
    return visits["end"].tolist()


def one_desk(**world):
    """Return a world with one door and one official, and the door."""
    world = World(**world)
    door = world.door()
    world.official(door.service)
    return world, door


class TestOneInstant:
    def test_an_end_an_arrival_and_a_wait_at_one_minute_serve_the_one_who_waited(self):
        world, door = one_desk()
        world.visit(door, 500.0, 10.0)
        world.visit(door, 505.0, 10.0)
        world.visit(door, 510.0, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 510.0, 520.0]

    def test_arrivals_of_one_minute_are_served_by_id(self):
        world, door = one_desk()
        world.visit(door, 500.0, 10.0, id=3)
        world.visit(door, 500.0, 10.0, id=7)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 510.0]

    def test_patience_that_ends_when_an_official_becomes_free_still_gets_him(self):
        world, door = one_desk()
        world.visit(door, 500.0, 10.0)
        world.visit(door, 503.0, 10.0, patience=7.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 510.0]

    def test_patience_that_ends_before_that_is_lost(self):
        world, door = one_desk()
        world.visit(door, 500.0, 10.0)
        world.visit(door, 503.0, 10.0, patience=6.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["served", "reneged"]
        assert ends(visits) == [510.0, 509.0]

    def test_no_patience_at_all_is_enough_for_a_free_official_only(self):
        world, door = one_desk()
        world.visit(door, 500.0, 10.0, patience=0.0)
        world.visit(door, 500.0, 10.0, patience=0.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["served", "reneged"]
        assert ends(visits)[1] == 500.0

    def test_a_shift_that_begins_as_another_ends_leaves_no_hole(self):
        world = World()
        door = world.door()
        world.official(door.service, shift=[(480.0, 600.0)])
        world.official(door.service, shift=[(600.0, 960.0)])
        world.visit(door, 600.0, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [600.0]
        assert visits["official"].tolist() == [1]

    def test_a_follow_up_is_dealt_with_at_the_instant_it_arises(self):
        world = World()
        first, second = world.door(), world.door()
        world.official(first.service)
        world.official(second.service)
        world.visit(first, 500.0, 10.0, second=1)
        world.follow_up(second, 5.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 510.0]
        assert visits["arrival"][1] == visits["order"][1] == 510.0

    def test_somebody_who_leaves_brings_a_follow_up_that_starts_at_once(self):
        world = World()
        first, second = world.door(), world.door()
        world.official(second.service)
        world.visit(first, 500.0, 10.0, second=1, patience=20.0)
        world.follow_up(second, 5.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["reneged", "served"]
        assert starts(visits)[1] == 520.0


class TestRanks:
    def test_booked_come_before_walk_ins_who_were_there_first(self):
        world, door = one_desk()
        world.visit(door, 500.0, 20.0)
        world.visit(door, 501.0, 10.0)
        world.visit(door, 510.0, 10.0, appointed=505.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 530.0, 520.0]

    def test_booked_before_their_time_come_after_walk_ins(self):
        world, door = one_desk()
        world.visit(door, 500.0, 20.0)
        world.visit(door, 501.0, 10.0, appointed=521.0)
        world.visit(door, 515.0, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 530.0, 520.0]

    def test_the_appointed_minute_lifts_them_above_walk_ins(self):
        world, door = one_desk()
        world.visit(door, 500.0, 20.0)
        world.visit(door, 501.0, 10.0)
        world.visit(door, 505.0, 10.0, appointed=520.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 530.0, 520.0]

    def test_booked_before_their_time_start_at_once_when_nobody_else_waits(self):
        world, door = one_desk()
        world.visit(door, 500.0, 10.0, appointed=530.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0]

    def test_booked_are_ranked_by_arrival_not_by_appointment(self):
        world, door = one_desk()
        world.visit(door, 500.0, 30.0)
        world.visit(door, 511.0, 10.0, appointed=505.0)
        world.visit(door, 510.0, 10.0, appointed=510.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 540.0, 530.0]

    def test_walk_ins_are_served_in_the_order_of_arrival(self):
        world, door = one_desk()
        for arrival in (500.0, 503.0, 502.0, 501.0):
            world.visit(door, arrival, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 530.0, 520.0, 510.0]

    def test_a_pool_ranks_over_all_its_points(self):
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
    def test_fewest_skills_first(self):
        world = World()
        door, other = world.door(), world.door()
        world.official(door.service, other.service)
        world.official(door.service)
        world.visit(door, 500.0)
        visits, _ = world.play(run_day)
        assert visits["official"].tolist() == [1]

    def test_then_the_longest_idle(self):
        world = World()
        door = world.door()
        world.official(door.service)
        world.official(door.service)
        world.visit(door, 500.0, 10.0)
        world.visit(door, 520.0, 10.0)
        world.visit(door, 540.0, 10.0)
        visits, _ = world.play(run_day)
        assert visits["official"].tolist() == [0, 1, 0]

    def test_who_came_on_duty_earlier_is_longer_idle(self):
        world = World()
        door = world.door()
        world.official(door.service, shift=[(490.0, 960.0)])
        world.official(door.service, shift=[(480.0, 960.0)])
        world.visit(door, 500.0, 10.0)
        visits, _ = world.play(run_day)
        assert visits["official"].tolist() == [1]

    def test_breaks_do_not_reset_idleness(self):
        world = World()
        door = world.door()
        world.official(door.service, shift=[(480.0, 600.0), (630.0, 960.0)])
        world.official(door.service, shift=[(490.0, 960.0)])
        world.visit(door, 640.0, 10.0)
        visits, _ = world.play(run_day)
        assert visits["official"].tolist() == [0]

    def test_then_the_lowest_number(self):
        world = World()
        door = world.door()
        world.official(door.service)
        world.official(door.service)
        world.visit(door, 480.0, 10.0)
        visits, _ = world.play(run_day)
        assert visits["official"].tolist() == [0]

    def test_who_is_able_for_nothing_that_waits_stays_idle(self):
        world = World()
        door, other = world.door(), world.door()
        world.official(other.service)
        world.visit(door, 500.0, patience=30.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["reneged"]

    def test_a_person_of_lower_rank_overtakes_one_who_cannot_start(self):
        world = World()
        door, other = world.door(), world.door()
        world.official(door.service)
        world.official(other.service)
        world.visit(door, 500.0, 20.0)
        world.visit(door, 501.0, 10.0)
        world.visit(other, 502.0, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 520.0, 502.0]


class TestPlaces:
    def test_a_closed_room_is_waited_for_though_officials_and_counters_are_free(self):
        world = World()
        point = world.point(counters=5, rooms=1)
        room = world.door(point=point, place=Place.CLOSED_ROOM)
        for _ in range(2):
            world.official(room.service)
        world.visit(room, 500.0, 20.0)
        world.visit(room, 505.0, 10.0)
        world.visit(room, 506.0, 10.0, place=Place.COUNTER)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 520.0, 506.0]

    def test_a_place_freed_by_another_service_is_taken(self):
        world = World()
        point = world.point(counters=1)
        one, two = world.door(point=point), world.door(point=point)
        world.official(one.service)
        world.official(two.service)
        world.visit(one, 500.0, 20.0)
        world.visit(two, 505.0, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 520.0]

    def test_a_person_who_waits_holds_no_place(self):
        world = World()
        point = world.point(counters=1)
        one, two = world.door(point=point), world.door(point=point)
        world.official(two.service)
        world.visit(one, 500.0, patience=100.0)
        world.visit(two, 505.0)
        visits, _ = world.play(run_day)
        assert starts(visits)[1] == 505.0

    def test_remote_stations_are_a_limit_of_their_point_and_officers_of_the_pool(self):
        world = World()
        pool = world.service()
        here = world.door(point=world.point(stations=1), service=pool, place=Place.REMOTE_STATION)
        there = world.door(point=world.point(stations=2), service=pool, place=Place.REMOTE_STATION)
        for _ in range(2):
            world.official(pool)
        world.visit(here, 500.0, 30.0)
        world.visit(here, 501.0, 10.0)
        world.visit(there, 502.0, 10.0)
        world.visit(there, 503.0, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 530.0, 502.0, 512.0]


class TestDoors:
    def test_who_comes_early_waits_outside_and_is_ticketed_at_opening(self):
        world, door = one_desk()
        world.visit(door, 470.0, 10.0, patience=5.0)
        world.visit(door, 465.0, 10.0, patience=10.0)
        visits, _ = world.play(run_day)
        assert visits["ticket"].tolist() == [480.0, 480.0]
        assert outcomes(visits) == ["reneged", "served"]
        assert ends(visits)[0] == 485.0

    def test_outside_nobody_s_patience_runs(self):
        world, door = one_desk()
        world.visit(door, 400.0, 10.0, patience=0.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [480.0]

    def test_the_minute_of_closing_is_too_late(self):
        world, door = one_desk()
        world.visit(door, 959.0, 10.0)
        world.visit(door, 960.0, 10.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["served", "turned_away"]
        assert np.isnan(visits["ticket"][1])
        assert ends(visits) == [969.0, 960.0]

    def test_a_door_that_never_opens_turns_everybody_away(self):
        world = World()
        door = world.door(windows=())
        world.official(door.service)
        world.visit(door, 500.0, 10.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["turned_away"]

    def test_nothing_starts_in_a_gap_and_people_keep_their_place(self):
        world = World()
        door = world.door(windows=GAP)
        world.official(door.service, shift=[(480.0, 960.0)])
        world.visit(door, 700.0, 30.0)
        world.visit(door, 710.0, 10.0)
        world.visit(door, 750.0, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [700.0, 780.0, 790.0]
        assert visits["ticket"].tolist() == [700.0, 710.0, 780.0]

    def test_patience_stops_in_a_gap(self):
        world = World()
        door = world.door(windows=GAP)
        world.official(door.service, shift=[(480.0, 700.0), (800.0, 960.0)])
        world.visit(door, 710.0, 10.0, patience=29.0)
        world.visit(door, 711.0, 10.0, patience=29.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["reneged", "served"]
        assert ends(visits)[0] == 799.0
        assert starts(visits)[1] == 800.0

    def test_patience_of_who_is_appointed_in_a_gap_runs_from_its_end(self):
        world = World()
        door = world.door(windows=GAP)
        world.visit(door, 710.0, 10.0, patience=5.0, appointed=750.0)
        visits, _ = world.play(run_day)
        assert ends(visits) == [785.0]

    def test_windows_that_touch_are_one(self):
        world = World()
        door = world.door(windows=((480.0, 600.0), (600.0, 960.0)))
        world.official(door.service)
        world.visit(door, 600.0, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [600.0]

    def test_patience_runs_from_the_appointed_time(self):
        world = World()
        door = world.door()
        world.visit(door, 500.0, 10.0, appointed=520.0, patience=5.0)
        world.visit(door, 530.0, 10.0, appointed=520.0, patience=5.0)
        visits, _ = world.play(run_day)
        assert ends(visits) == [525.0, 535.0]


class TestBreaksAndShifts:
    def test_nobody_starts_with_an_official_on_break(self):
        world = World()
        door = world.door()
        world.official(door.service, shift=[(480.0, 600.0), (630.0, 960.0)])
        world.visit(door, 600.0, 10.0)
        visits, extra = world.play(run_day)
        assert starts(visits) == [630.0]
        assert extra.outside.tolist() == [0.0]

    def test_a_visit_in_hand_is_finished_in_the_break_which_ends_on_time(self):
        world = World()
        door = world.door()
        world.official(door.service, shift=[(480.0, 600.0), (630.0, 960.0)])
        world.visit(door, 590.0, 25.0)
        world.visit(door, 591.0, 10.0)
        visits, extra = world.play(run_day)
        assert starts(visits) == [590.0, 630.0]
        assert extra.outside.tolist() == [15.0]

    def test_a_visit_longer_than_the_break_counts_the_break_only(self):
        world = World()
        door = world.door()
        world.official(door.service, shift=[(480.0, 600.0), (630.0, 960.0)])
        world.visit(door, 590.0, 100.0)
        visits, extra = world.play(run_day)
        assert ends(visits) == [690.0]
        assert extra.outside.tolist() == [30.0]

    def test_who_does_not_stay_finishes_the_visit_in_hand_after_the_shift(self):
        world = World()
        door = world.door()
        world.official(door.service, shift=[(480.0, 900.0)])
        world.visit(door, 890.0, 30.0)
        world.visit(door, 891.0, 10.0, patience=20.0)
        visits, extra = world.play(run_day)
        assert outcomes(visits) == ["served", "reneged"]
        assert extra.outside.tolist() == [20.0]


class TestClosing:
    def test_a_stayer_serves_all_who_are_inside_and_is_held(self):
        world, door = one_desk()
        world.visit(door, 950.0, 20.0)
        world.visit(door, 955.0, 20.0)
        visits, extra = world.play(run_day)
        assert starts(visits) == [950.0, 970.0]
        assert extra.outside.tolist() == [30.0]

    def test_without_a_stayer_everybody_is_turned_away_at_closing(self):
        world = World()
        door = world.door()
        world.official(door.service, shift=[(480.0, 959.0)])
        world.visit(door, 950.0, 20.0)
        world.visit(door, 955.0, 20.0)
        visits, extra = world.play(run_day)
        assert outcomes(visits) == ["served", "turned_away"]
        assert ends(visits) == [970.0, 960.0]
        assert extra.outside.tolist() == [11.0]

    def test_send_away_turns_away_at_closing_and_finishes_what_has_begun(self):
        world, door = one_desk(send_away=True)
        world.visit(door, 950.0, 20.0)
        world.visit(door, 955.0, 20.0)
        visits, extra = world.play(run_day)
        assert outcomes(visits) == ["served", "turned_away"]
        assert ends(visits) == [970.0, 960.0]
        assert extra.outside.tolist() == [10.0]

    def test_send_away_clears_each_door_of_a_pool_at_its_own_closing(self):
        world = World(send_away=True)
        pool = world.service()
        here = world.door(point=world.point(), service=pool, windows=((480.0, 900.0),))
        there = world.door(point=world.point(), service=pool)
        world.official(pool)
        world.visit(there, 890.0, 20.0)
        world.visit(here, 891.0, 10.0)
        world.visit(there, 892.0, 10.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["served", "turned_away", "served"]
        assert ends(visits) == [910.0, 900.0, 920.0]

    def test_send_away_leaves_nobody_to_those_on_call(self):
        world = World(send_away=True, fetch_minutes=10.0)
        door = world.door()
        world.official(door.service, on_call=True)
        world.visit(door, 955.0, 20.0)
        visits, extra = world.play(run_day)
        assert outcomes(visits) == ["turned_away"]
        assert ends(visits) == [960.0]
        assert extra.on_call.tolist() == [0.0]

    def test_a_second_matter_joins_a_closed_door_of_a_pool_that_is_still_open(self):
        world = World()
        pool = world.service()
        first = world.door(point=world.point())
        here = world.door(point=0, service=pool, windows=((480.0, 900.0),))
        world.door(point=world.point(), service=pool)
        world.official(first.service)
        world.official(pool)
        world.visit(first, 890.0, 20.0, second=1)
        world.follow_up(here, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [890.0, 910.0]
        assert visits["ticket"][1] == 910.0

    def test_a_second_matter_waits_for_a_stayer_who_is_on_break(self):
        world = World()
        first, second = world.door(), world.door()
        world.official(first.service)
        world.official(second.service, shift=((480.0, 960.0), (990.0, 1050.0)))
        world.visit(first, 950.0, 20.0, second=1)
        world.follow_up(second, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [950.0, 990.0]

    def test_who_goes_on_after_closing_without_staying_serves_nobody_more(self):
        world = World()
        door = world.door()
        world.official(door.service, shift=[(480.0, 900.0), (970.0, 1000.0)])
        world.official(door.service, shift=[(950.0, 960.0)])
        world.visit(door, 950.0, 30.0)
        world.visit(door, 955.0, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [950.0, 980.0]
        assert visits["official"].tolist() == [1, 1]

    def test_who_is_held_for_one_service_does_not_start_another(self):
        world = World()
        early, late = world.door(), world.door(windows=((480.0, 1020.0),))
        world.official(early.service, late.service)
        world.visit(early, 955.0, 20.0)
        world.visit(early, 956.0, 20.0)
        world.visit(late, 958.0, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits)[:2] == [955.0, 975.0]
        assert outcomes(visits) == ["served", "served", "turned_away"]
        assert ends(visits)[2] == 1020.0

    def test_patience_runs_on_after_closing(self):
        world, door = one_desk()
        world.visit(door, 950.0, 30.0)
        world.visit(door, 955.0, 20.0, patience=15.0)
        visits, extra = world.play(run_day)
        assert outcomes(visits) == ["served", "reneged"]
        assert ends(visits) == [980.0, 970.0]
        assert extra.outside.tolist() == [20.0]

    def test_who_is_held_goes_when_the_last_one_who_waits_gives_up(self):
        world = World()
        point = world.point(counters=1)
        door, other = world.door(point=point), world.door(point=point)
        world.official(door.service)
        world.official(other.service)
        world.visit(other, 950.0, 60.0)
        world.visit(door, 955.0, 10.0, patience=25.0)
        _, extra = world.play(run_day)
        assert extra.outside.tolist() == [20.0, 50.0]

    def test_who_is_held_waits_for_a_second_matter_of_somebody_inside(self):
        world = World()
        first, second = world.door(), world.door()
        world.official(first.service)
        world.official(second.service)
        world.visit(first, 950.0, 30.0, second=1)
        world.follow_up(second, 10.0)
        visits, extra = world.play(run_day)
        assert starts(visits) == [950.0, 980.0]
        assert extra.outside.tolist() == [20.0, 30.0]

    def test_nobody_waits_for_the_second_matter_under_send_away(self):
        world = World(send_away=True)
        first, second = world.door(), world.door()
        world.official(first.service)
        world.official(second.service)
        world.visit(first, 950.0, 30.0, second=1)
        world.follow_up(second, 10.0)
        visits, extra = world.play(run_day)
        assert outcomes(visits) == ["served", "turned_away"]
        assert extra.outside.tolist() == [20.0, 0.0]

    def test_a_late_second_matter_without_stayer_is_turned_away(self):
        world = World()
        first, second = world.door(), world.door()
        world.official(first.service)
        world.official(second.service, shift=[(480.0, 959.0)])
        world.visit(first, 950.0, 30.0, second=1)
        world.follow_up(second, 10.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["served", "turned_away"]
        assert ends(visits) == [980.0, 980.0]

    def test_a_door_of_a_pool_that_closes_early_keeps_its_people_till_the_pool_closes(self):
        world = World()
        pool = world.service()
        here = world.door(point=world.point(), service=pool, windows=((480.0, 900.0),))
        there = world.door(point=world.point(), service=pool)
        world.official(pool, shift=[(480.0, 950.0)])
        world.visit(there, 890.0, 20.0)
        world.visit(here, 891.0, 45.0)
        world.visit(here, 892.0, 10.0)
        world.visit(here, 900.0, 10.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["served", "served", "turned_away", "turned_away"]
        assert ends(visits) == [910.0, 955.0, 960.0, 900.0]

    def test_who_can_never_be_served_is_turned_away_in_the_end(self):
        world = World()
        point = world.point(rooms=0)
        door = world.door(point=point, place=Place.CLOSED_ROOM)
        world.official(door.service)
        world.visit(door, 950.0)
        visits, extra = world.play(run_day)
        assert outcomes(visits) == ["turned_away"]
        assert ends(visits) == [960.0]
        assert extra.outside.tolist() == [0.0]


class TestOnCall:
    def test_comes_after_the_fetch_stays_while_somebody_waits_and_goes(self):
        world = World(fetch_minutes=10.0)
        door = world.door()
        world.official(door.service, on_call=True)
        world.visit(door, 500.0, 20.0)
        world.visit(door, 505.0, 20.0)
        world.visit(door, 600.0, 5.0)
        visits, extra = world.play(run_day)
        assert starts(visits) == [510.0, 530.0, 610.0]
        assert extra.on_call.tolist() == [45.0]
        assert extra.outside.tolist() == [0.0]

    def test_comes_after_closing_too(self):
        world = World(fetch_minutes=10.0)
        door = world.door()
        world.official(door.service, on_call=True)
        world.visit(door, 955.0, 20.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [965.0]

    def test_goes_unused_when_the_person_has_left(self):
        world = World(fetch_minutes=10.0)
        door = world.door()
        world.official(door.service, on_call=True)
        world.visit(door, 500.0, 20.0, patience=5.0)
        visits, extra = world.play(run_day)
        assert outcomes(visits) == ["reneged"]
        assert extra.on_call.tolist() == [0.0]

    def test_is_not_fetched_for_who_is_served_at_once_nor_for_a_no_show(self):
        world = World()
        door = world.door()
        world.official(door.service, shift=[(480.0, 600.0)])
        world.official(door.service, on_call=True)
        world.visit(door, 500.0, 10.0)
        world.no_show(door, 700.0)
        visits, extra = world.play(run_day)
        assert outcomes(visits) == ["served", "no_show"]
        assert extra.on_call.tolist() == [0.0, 0.0]

    def test_stays_through_a_gap_while_somebody_waits(self):
        world = World(fetch_minutes=10.0)
        door = world.door(windows=GAP)
        world.official(door.service, shift=[(480.0, 720.0)])
        world.official(door.service, on_call=True)
        world.visit(door, 715.0, 10.0)
        world.visit(door, 719.0, 10.0, patience=60.0)
        visits, extra = world.play(run_day)
        assert starts(visits) == [715.0, 780.0]
        assert extra.on_call.tolist() == [0.0, 61.0]

    def test_comes_at_once_when_fetching_takes_no_time(self):
        world = World(fetch_minutes=0.0)
        door = world.door()
        world.official(door.service, on_call=True)
        world.visit(door, 500.0, 10.0)
        visits, extra = world.play(run_day)
        assert starts(visits) == [500.0]
        assert extra.on_call.tolist() == [10.0]


class TestGuidance:
    def guided_world(self):
        world = World()
        guidance = world.service()
        door = world.door(point=world.point(guidance=guidance), place=Place.REMOTE_STATION)
        return world, door, guidance

    def test_a_first_remote_visit_needs_a_guide_for_its_minutes(self):
        world, door, guidance = self.guided_world()
        for _ in range(2):
            world.official(door.service)
        world.official(guidance)
        world.visit(door, 500.0, 30.0, guided=1, guidance_time=10.0)
        world.visit(door, 501.0, 30.0, guided=1, guidance_time=50.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 510.0]
        assert visits["guide"].tolist() == [2, 2]

    def test_the_guide_must_be_another_official(self):
        world, door, guidance = self.guided_world()
        world.official(door.service, guidance)
        world.visit(door, 500.0, 30.0, guided=1, guidance_time=10.0, patience=60.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["reneged"]

    def test_guidance_ends_with_the_visit_at_the_latest(self):
        world, door, guidance = self.guided_world()
        for _ in range(2):
            world.official(door.service)
        world.official(guidance)
        world.visit(door, 500.0, 10.0, guided=1, guidance_time=60.0)
        world.visit(door, 501.0, 30.0, guided=1, guidance_time=10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 510.0]

    def test_who_needs_no_guide_overtakes_who_waits_for_one(self):
        world, door, _ = self.guided_world()
        world.official(door.service)
        world.visit(door, 500.0, 10.0, guided=1, guidance_time=5.0, patience=60.0)
        world.visit(door, 501.0, 10.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["reneged", "served"]
        assert starts(visits)[1] == 501.0

    def test_guided_at_a_point_without_guidance_service_needs_none(self):
        world = World()
        door = world.door(place=Place.REMOTE_STATION)
        world.official(door.service)
        world.visit(door, 500.0, 10.0, guided=1, guidance_time=5.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0]
        assert visits["guide"].tolist() == [-1]

    def test_a_guide_is_held_while_a_guided_visit_waits(self):
        world, door, guidance = self.guided_world()
        world.official(door.service)
        world.official(guidance)
        world.visit(door, 950.0, 30.0)
        world.visit(door, 955.0, 30.0, guided=1, guidance_time=10.0)
        visits, extra = world.play(run_day)
        assert starts(visits) == [950.0, 980.0]
        assert extra.outside.tolist() == [50.0, 30.0]


class TestFailureAndSecondMatters:
    def failing_world(self):
        world = World()
        point = world.point()
        video = world.door(point=point, place=Place.REMOTE_STATION)
        counter = world.door(point=point)
        world.official(video.service)
        world.official(counter.service)
        return world, video, counter

    def test_a_failed_session_queues_again_with_its_first_arrival(self):
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

    def test_a_failing_session_frees_officer_and_station_when_it_fails(self):
        world, video, _ = self.failing_world()
        world.visit(video, 500.0, 30.0, fail_after=5.0)
        world.visit(video, 501.0, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 505.0]

    def test_a_failing_session_ends_at_fail_after_even_if_that_is_later(self):
        world, video, _ = self.failing_world()
        world.visit(video, 500.0, 3.0, fail_after=5.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["remote_failed"]
        assert ends(visits) == [505.0]

    def test_who_gives_up_before_the_session_needs_no_second_queue(self):
        world, video, counter = self.failing_world()
        world.visit(video, 500.0, 60.0)
        world.visit(video, 501.0, 30.0, fail_after=5.0, requeue=2, patience=10.0)
        world.follow_up(counter, 10.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["served", "reneged", "void"]
        assert np.isnan(visits["arrival"][2])
        assert np.isnan(visits["end"][2])

    def test_the_second_matter_follows_whichever_ends_last(self):
        world, video, counter = self.failing_world()
        third = world.door(point=0)
        world.official(third.service)
        world.visit(video, 500.0, 30.0, fail_after=5.0, requeue=1, second=2)
        world.follow_up(counter, 10.0, second=2)
        world.follow_up(third, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 505.0, 515.0]

    @pytest.mark.parametrize("ending", [{"patience": 5.0}, {"balk_u": 0.0}])
    def test_the_second_matter_comes_though_the_first_was_given_up(self, ending):
        world = World(balking=1.0)
        first, second = world.door(), world.door()
        world.official(second.service)
        world.visit(first, 499.0)
        world.visit(first, 500.0, second=2, **ending)
        world.follow_up(second, 10.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits)[2] == "served"
        assert starts(visits)[2] == ends(visits)[1]

    def test_a_second_matter_at_a_door_before_its_opening_waits_outside(self):
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
    def test_takes_an_official_but_no_place(self):
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

    def test_vanishes_when_it_has_not_begun_in_time(self):
        world, door = one_desk()
        world.visit(door, 495.0, 30.0)
        world.no_show(door, 500.0, wait=10.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["served", "no_show"]
        assert ends(visits) == [525.0, 510.0]
        assert np.isnan(starts(visits)[1])

    def test_begins_in_the_minute_in_which_it_would_vanish(self):
        world, door = one_desk()
        world.visit(door, 495.0, 15.0)
        world.no_show(door, 500.0, wait=10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [495.0, 510.0]
        assert ends(visits)[1] == 520.0

    def test_brings_no_follow_up(self):
        world = World()
        door, other = world.door(), world.door()
        world.official(door.service)
        world.official(other.service)
        world.no_show(door, 500.0, second=1)
        world.follow_up(other)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["no_show", "void"]

    def test_holds_nobody_back_after_closing(self):
        world, door = one_desk()
        world.visit(door, 945.0, 15.0)
        world.no_show(door, 958.0, wait=10.0, place=Place.CLOSED_ROOM)
        world.points[0]["places"] = (1, 0, 0)
        visits, extra = world.play(run_day)
        assert outcomes(visits) == ["served", "no_show"]
        assert extra.outside.tolist() == [0.0]

    def test_ends_as_no_show_at_closing_without_stayer(self):
        world = World()
        door = world.door()
        world.official(door.service, shift=[(480.0, 900.0)])
        world.no_show(door, 955.0, wait=10.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["no_show"]
        assert ends(visits) == [960.0]


class TestBalking:
    def queue_of_two(self, **last):
        """Let two wait for one official, with B = 4: who comes then sees a ratio of 1/2."""
        world, door = one_desk(balking=4.0)
        world.visit(door, 500.0, 100.0)
        world.visit(door, 501.0)
        world.visit(door, 502.0)
        world.visit(door, 503.0, **last)
        visits, _ = world.play(run_day)
        return outcomes(visits)[-1], visits

    def test_turns_away_below_half_the_square_of_the_ratio(self):
        outcome, visits = self.queue_of_two(balk_u=0.124)
        assert outcome == "balked"
        assert visits["ticket"][-1] == visits["end"][-1] == 503.0

    def test_stays_from_there_on(self):
        assert self.queue_of_two(balk_u=0.125)[0] == "served"

    def test_booked_never_balk(self):
        assert self.queue_of_two(balk_u=0.0, appointed=503.0)[0] == "served"

    def test_lower_ids_of_the_same_minute_are_seen_though_they_start_now(self):
        world, door = one_desk(balking=1.0)
        world.visit(door, 500.0, balk_u=0.0)
        world.visit(door, 500.0, balk_u=0.49)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["served", "balked"]

    def test_who_leaves_in_this_minute_is_still_seen(self):
        world = World(balking=1.0)
        door = world.door()
        world.visit(door, 500.0, patience=10.0)
        world.visit(door, 510.0, balk_u=0.49)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["reneged", "balked"]

    def test_no_shows_are_not_seen(self):
        world, door = one_desk(balking=1.0)
        world.visit(door, 495.0, 30.0)
        world.no_show(door, 500.0)
        world.visit(door, 505.0, balk_u=0.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits)[-1] == "served"

    def test_the_queue_is_shared_by_the_able_on_duty(self):
        world, door = one_desk(balking=1.0)
        world.official(door.service, shift=[(480.0, 520.0)])
        world.visit(door, 500.0, 50.0)
        world.visit(door, 500.0, 50.0)
        world.visit(door, 501.0)
        world.visit(door, 502.0, balk_u=0.13)
        world.visit(door, 530.0, balk_u=0.99)
        visits, _ = world.play(run_day)
        assert outcomes(visits)[3:] == ["served", "balked"]

    def test_before_opening_nobody_balks(self):
        world, door = one_desk(balking=0.01)
        for arrival in (470.0, 471.0, 472.0):
            world.visit(door, arrival, balk_u=0.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["served"] * 3


class TestNothing:
    def test_a_day_without_visits(self):
        world, _ = one_desk()
        visits, extra = world.play(run_day)
        assert len(visits) == 0
        assert extra.outside.tolist() == extra.on_call.tolist() == [0.0]

    def test_a_day_without_officials_and_hours(self):
        world = World()
        door = world.door(windows=())
        world.visit(door, 500.0, patience=inf)
        visits, extra = world.play(run_day)
        assert outcomes(visits) == ["turned_away"]
        assert len(extra.outside) == 0

    def test_marks_are_left_alone(self):
        world, door = one_desk()
        world.visit(door, 500.0)
        before = world.visits()
        visits, _ = world.play(run_day)
        for name in ("id", "arrival", "service_time", "patience", "appointed", "balk_u"):
            assert np.array_equal(before[name], visits[name], equal_nan=True)

    def test_the_day_uses_its_own_day_type_and_duty(self):
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
