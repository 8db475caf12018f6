"""Guides at first remote visits, and officials on call."""

from __future__ import annotations

from sim.visits import Place
from tests.queue_worlds import GAP, World, outcomes, starts


class TestOnCall:
    def test_comes_after_the_fetch_stays_while_somebody_waits_and_goes(self, run_day):
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

    def test_comes_after_closing_too(self, run_day):
        world = World(fetch_minutes=10.0)
        door = world.door()
        world.official(door.service, on_call=True)
        world.visit(door, 955.0, 20.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [965.0]

    def test_goes_unused_when_the_person_has_left(self, run_day):
        world = World(fetch_minutes=10.0)
        door = world.door()
        world.official(door.service, on_call=True)
        world.visit(door, 500.0, 20.0, patience=5.0)
        visits, extra = world.play(run_day)
        assert outcomes(visits) == ["reneged"]
        assert extra.on_call.tolist() == [0.0]

    def test_is_not_fetched_for_who_is_served_at_once_nor_for_a_no_show(self, run_day):
        world = World()
        door = world.door()
        world.official(door.service, shift=[(480.0, 600.0)])
        world.official(door.service, on_call=True)
        world.visit(door, 500.0, 10.0)
        world.no_show(door, 700.0)
        visits, extra = world.play(run_day)
        assert outcomes(visits) == ["served", "no_show"]
        assert extra.on_call.tolist() == [0.0, 0.0]

    def test_stays_through_a_gap_while_somebody_waits(self, run_day):
        world = World(fetch_minutes=10.0)
        door = world.door(windows=GAP)
        world.official(door.service, shift=[(480.0, 720.0)])
        world.official(door.service, on_call=True)
        world.visit(door, 715.0, 10.0)
        world.visit(door, 719.0, 10.0, patience=60.0)
        visits, extra = world.play(run_day)
        assert starts(visits) == [715.0, 780.0]
        assert extra.on_call.tolist() == [0.0, 61.0]

    def test_comes_at_once_when_fetching_takes_no_time(self, run_day):
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

    def test_a_first_remote_visit_needs_a_guide_for_its_minutes(self, run_day):
        world, door, guidance = self.guided_world()
        for _ in range(2):
            world.official(door.service)
        world.official(guidance)
        world.visit(door, 500.0, 30.0, guided=1, guidance_time=10.0)
        world.visit(door, 501.0, 30.0, guided=1, guidance_time=50.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 510.0]
        assert visits["guide"].tolist() == [2, 2]

    def test_the_guide_must_be_another_official(self, run_day):
        world, door, guidance = self.guided_world()
        world.official(door.service, guidance)
        world.visit(door, 500.0, 30.0, guided=1, guidance_time=10.0, patience=60.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["reneged"]

    def test_guidance_ends_with_the_visit_at_the_latest(self, run_day):
        world, door, guidance = self.guided_world()
        for _ in range(2):
            world.official(door.service)
        world.official(guidance)
        world.visit(door, 500.0, 10.0, guided=1, guidance_time=60.0)
        world.visit(door, 501.0, 30.0, guided=1, guidance_time=10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0, 510.0]

    def test_who_needs_no_guide_overtakes_who_waits_for_one(self, run_day):
        world, door, _ = self.guided_world()
        world.official(door.service)
        world.visit(door, 500.0, 10.0, guided=1, guidance_time=5.0, patience=60.0)
        world.visit(door, 501.0, 10.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["reneged", "served"]
        assert starts(visits)[1] == 501.0

    def test_guided_at_a_point_without_guidance_service_needs_none(self, run_day):
        world = World()
        door = world.door(place=Place.REMOTE_STATION)
        world.official(door.service)
        world.visit(door, 500.0, 10.0, guided=1, guidance_time=5.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [500.0]
        assert visits["guide"].tolist() == [-1]

    def test_a_guide_is_held_while_a_guided_visit_waits(self, run_day):
        world, door, guidance = self.guided_world()
        world.official(door.service)
        world.official(guidance)
        world.visit(door, 950.0, 30.0)
        world.visit(door, 955.0, 30.0, guided=1, guidance_time=10.0)
        visits, extra = world.play(run_day)
        assert starts(visits) == [950.0, 980.0]
        assert extra.outside.tolist() == [50.0, 30.0]

    def test_a_guide_does_not_stay_for_a_pool_that_closes_later_elsewhere(self, run_day):
        world = World()
        pool, guidance = world.service(), world.service()
        video = {"service": pool, "place": Place.REMOTE_STATION}
        here = world.door(((480.0, 540.0),), point=world.point(guidance=guidance), **video)
        world.door(((480.0, 550.0),), point=world.point(), **video)
        world.official(guidance, shift=((480.0, 540.0),))
        world.visit(here, 465.0, 1.0, guided=1)
        _, extra = world.play(run_day)
        assert extra.outside.tolist() == [0.0]
