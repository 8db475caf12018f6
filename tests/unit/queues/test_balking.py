"""Walk-ins who turn away at the sight of the queue."""

from __future__ import annotations

from tests.queue_worlds import World, one_desk, outcomes


class TestBalking:
    def queue_of_two(self, run_day, **last):
        """Let two wait for one official, with B = 4: who comes then sees a ratio of 1/2."""
        world, door = one_desk(balking=4.0)
        world.visit(door, 500.0, 100.0)
        world.visit(door, 501.0)
        world.visit(door, 502.0)
        world.visit(door, 503.0, **last)
        visits, _ = world.play(run_day)
        return outcomes(visits)[-1], visits

    def test_turns_away_below_half_the_square_of_the_ratio(self, run_day):
        outcome, visits = self.queue_of_two(run_day, balk_u=0.124)
        assert outcome == "balked"
        assert visits["ticket"][-1] == visits["end"][-1] == 503.0

    def test_stays_from_there_on(self, run_day):
        assert self.queue_of_two(run_day, balk_u=0.125)[0] == "served"

    def test_booked_never_balk(self, run_day):
        assert self.queue_of_two(run_day, balk_u=0.0, appointed=503.0)[0] == "served"

    def test_lower_ids_of_the_same_minute_are_seen_though_they_start_now(self, run_day):
        world, door = one_desk(balking=1.0)
        world.visit(door, 500.0, balk_u=0.0)
        world.visit(door, 500.0, balk_u=0.49)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["served", "balked"]

    def test_who_leaves_in_this_minute_is_still_seen(self, run_day):
        world = World(balking=1.0)
        door = world.door()
        world.visit(door, 500.0, patience=10.0)
        world.visit(door, 510.0, balk_u=0.49)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["reneged", "balked"]

    def test_no_shows_are_not_seen(self, run_day):
        world, door = one_desk(balking=1.0)
        world.visit(door, 495.0, 30.0)
        world.no_show(door, 500.0)
        world.visit(door, 505.0, balk_u=0.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits)[-1] == "served"

    def test_the_queue_is_shared_by_the_able_on_duty(self, run_day):
        world, door = one_desk(balking=1.0)
        world.official(door.service, shift=[(480.0, 520.0)])
        world.visit(door, 500.0, 50.0)
        world.visit(door, 500.0, 50.0)
        world.visit(door, 501.0)
        world.visit(door, 502.0, balk_u=0.13)
        world.visit(door, 530.0, balk_u=0.99)
        visits, _ = world.play(run_day)
        assert outcomes(visits)[3:] == ["served", "balked"]

    def test_before_opening_nobody_balks(self, run_day):
        world, door = one_desk(balking=0.01)
        for arrival in (470.0, 471.0, 472.0):
            world.visit(door, arrival, balk_u=0.0)
        visits, _ = world.play(run_day)
        assert outcomes(visits) == ["served"] * 3
