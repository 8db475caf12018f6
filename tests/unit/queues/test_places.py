"""Counters, closed rooms and remote stations."""

from __future__ import annotations

from sim.visits import Place
from tests.queue_worlds import World, starts


class TestPlaces:
    def test_a_closed_room_is_waited_for_though_officials_and_counters_are_free(self, run_day):
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

    def test_a_place_freed_by_another_service_is_taken(self, run_day):
        world = World()
        point = world.point(counters=1)
        one, two = world.door(point=point), world.door(point=point)
        world.official(one.service)
        world.official(two.service)
        world.visit(one, 500.0, 20.0)
        world.visit(two, 505.0, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 520.0]

    def test_a_person_who_waits_holds_no_place(self, run_day):
        world = World()
        point = world.point(counters=1)
        one, two = world.door(point=point), world.door(point=point)
        world.official(two.service)
        world.visit(one, 500.0, patience=100.0)
        world.visit(two, 505.0)
        visits, _ = world.play(run_day)
        assert starts(visits)[1] == 505.0

    def test_remote_stations_are_a_limit_of_their_point_and_officers_of_the_pool(self, run_day):
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
