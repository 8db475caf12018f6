"""What happens at closing and after: who stays, for whom, and who is turned away."""

from __future__ import annotations

from sim.visits import Place
from tests.queue_worlds import World, ends, one_desk, outcomes, starts


class TestClosing:
    def test_a_stayer_serves_all_who_are_inside_and_is_held(self, run_day):
        world, door = one_desk()
        world.visit(door, 950.0, 20.0)
        world.visit(door, 955.0, 20.0)
        visits, extra = world.play(run_day)
        assert starts(visits) == [950.0, 970.0]
        assert extra.outside.tolist() == [30.0]

    def test_without_a_stayer_everybody_is_turned_away_at_closing(self, run_day):
        world = World()
        door = world.door()
        world.official(door.service, shift=[(480.0, 959.0)])
        world.visit(door, 950.0, 20.0)
        world.visit(door, 955.0, 20.0)
        visits, extra = world.play(run_day)
        assert outcomes(visits) == ["served", "turned_away"]
        assert ends(visits) == [970.0, 960.0]
        assert extra.outside.tolist() == [11.0]

    def test_send_away_turns_away_at_closing_and_finishes_what_has_begun(self, run_day):
        world, door = one_desk(send_away=True)
        world.visit(door, 950.0, 20.0)
        world.visit(door, 955.0, 20.0)
        visits, extra = world.play(run_day)
        assert outcomes(visits) == ["served", "turned_away"]
        assert ends(visits) == [970.0, 960.0]
        assert extra.outside.tolist() == [10.0]

    def test_send_away_clears_each_door_of_a_pool_at_its_own_closing(self, run_day):
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

    def test_send_away_leaves_nobody_to_those_on_call(self, run_day):
        world = World(send_away=True, fetch_minutes=10.0)
        door = world.door()
        world.official(door.service, on_call=True)
        world.visit(door, 955.0, 20.0)
        visits, extra = world.play(run_day)
        assert outcomes(visits) == ["turned_away"]
        assert ends(visits) == [960.0]
        assert extra.on_call.tolist() == [0.0]

    def test_a_second_matter_joins_a_closed_door_of_a_pool_that_is_still_open(self, run_day):
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

    def test_a_second_matter_waits_for_a_stayer_who_is_on_break(self, run_day):
        world = World()
        first, second = world.door(), world.door()
        world.official(first.service)
        world.official(second.service, shift=((480.0, 960.0), (990.0, 1050.0)))
        world.visit(first, 950.0, 20.0, second=1)
        world.follow_up(second, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [950.0, 990.0]

    def test_who_goes_on_after_closing_without_staying_serves_nobody_more(self, run_day):
        world = World()
        door = world.door()
        world.official(door.service, shift=[(480.0, 900.0), (970.0, 1000.0)])
        world.official(door.service, shift=[(950.0, 960.0)])
        world.visit(door, 950.0, 30.0)
        world.visit(door, 955.0, 10.0)
        visits, _ = world.play(run_day)
        assert starts(visits) == [950.0, 980.0]
        assert visits["official"].tolist() == [1, 1]

    def test_who_is_held_for_one_service_does_not_start_another(self, run_day):
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

    def test_patience_runs_on_after_closing(self, run_day):
        world, door = one_desk()
        world.visit(door, 950.0, 30.0)
        world.visit(door, 955.0, 20.0, patience=15.0)
        visits, extra = world.play(run_day)
        assert outcomes(visits) == ["served", "reneged"]
        assert ends(visits) == [980.0, 970.0]
        assert extra.outside.tolist() == [20.0]

    def test_who_is_held_goes_when_the_last_one_who_waits_gives_up(self, run_day):
        world = World()
        point = world.point(counters=1)
        door, other = world.door(point=point), world.door(point=point)
        world.official(door.service)
        world.official(other.service)
        world.visit(other, 950.0, 60.0)
        world.visit(door, 955.0, 10.0, patience=25.0)
        _, extra = world.play(run_day)
        assert extra.outside.tolist() == [20.0, 50.0]

    def test_who_is_held_waits_for_a_second_matter_of_somebody_inside(self, run_day):
        world = World()
        first, second = world.door(), world.door()
        world.official(first.service)
        world.official(second.service)
        world.visit(first, 950.0, 30.0, second=1)
        world.follow_up(second, 10.0)
        visits, extra = world.play(run_day)
        assert starts(visits) == [950.0, 980.0]
        assert extra.outside.tolist() == [20.0, 30.0]

    def test_nobody_waits_for_the_second_matter_under_send_away(self, run_day):
        world = World(send_away=True)
        first, second = world.door(), world.door()
        world.official(first.service)
        world.official(second.service)
        world.visit(first, 950.0, 30.0, second=1)
        world.follow_up(second, 10.0)
        visits, extra = world.play(run_day)
        assert outcomes(visits) == ["served", "turned_away"]
        assert extra.outside.tolist() == [20.0, 0.0]

    def test_a_late_second_matter_without_stayer_is_turned_away(self, run_day):
        world = World()
        first, second = world.door(), world.door()
        world.official(first.service)
        world.official(second.service, shift=[(480.0, 959.0)])
        world.visit(first, 950.0, 30.0, second=1)
        world.follow_up(second, 10.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["served", "turned_away"]
        assert ends(visits) == [980.0, 980.0]

    def test_a_door_of_a_pool_that_closes_early_keeps_its_people_till_the_pool_closes(self, run_day):
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

    def test_who_can_never_be_served_is_turned_away_in_the_end(self, run_day):
        world = World()
        point = world.point(rooms=0)
        door = world.door(point=point, place=Place.CLOSED_ROOM)
        world.official(door.service)
        world.visit(door, 950.0)
        visits, extra = world.play(run_day)
        assert outcomes(visits) == ["turned_away"]
        assert ends(visits) == [960.0]
        assert extra.outside.tolist() == [0.0]
