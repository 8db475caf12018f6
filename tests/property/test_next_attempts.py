"""A visit after a failed session exists exactly when that session has begun and failed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import inf
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from sim import threads
from sim.arena import make_engine
from sim.queues import compiled_engine
from sim.queues.setting import Setting
from sim.visits import Outcome
from tests.property.strategies import worlds
from tests.queue_worlds import one_desk

N_DAYS = 4
QUIET = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
#: Sessions that may fail on a day at most.
MOST = 5


class Span(NamedTuple):
    """Some days of one network: visits by day, offsets of the days, what they are played on."""

    visits: NDArray[np.void]
    starts: NDArray[np.int64]
    setting: Setting


@st.composite
def spans(draw: st.DrawFn) -> Span:
    """Return equal days with sessions bound to fail, each with a visit of a later day as its next attempt."""
    world = draw(worlds(max_visits=9))
    one, setting = world.visits(), world.setting()
    visits = np.tile(one, N_DAYS)
    starts = np.arange(N_DAYS + 1) * len(one)
    comes = np.flatnonzero(~np.isnan(visits["arrival"]))
    free = set(comes.tolist())
    sessions = comes[(visits["no_show"][comes] == 0) & (visits["requeue"][comes] < 0)].tolist()
    for day in range(N_DAYS - 1):
        today = [row for row in sessions if starts[day] <= row < starts[day + 1]]
        for row in today[:MOST]:
            later = sorted(attempt for attempt in free if attempt >= starts[day + 1])
            if later and draw(st.integers(0, 3)):
                attempt = draw(st.sampled_from(later))
                free.remove(attempt)
                visits[row]["fail_after"] = draw(st.sampled_from([0.0, 2.0, 6.0]))
                visits[row]["later"] = attempt - row
    days = setting._replace(day_type=np.zeros(N_DAYS, np.int64), duty=np.repeat(setting.duty, N_DAYS, axis=0))
    return Span(visits, starts, days)


def play(
    span: Span, engine: str, calls: Sequence[int] = (0, N_DAYS), n_threads: int = 1
) -> tuple[bytes, bytes]:
    """Play the days in several calls, each from one of `calls` to the next; return visits and minutes."""
    visits = span.visits.copy()
    with pytest.MonkeyPatch.context() as patch:
        for module in (threads, compiled_engine):
            patch.setattr(module, "n_threads", lambda: n_threads)
        patch.setattr(compiled_engine, "_VISITS_A_THREAD", 1)
        run_days = make_engine(engine, span.setting)
        extras = [
            run_days(visits[span.starts[first] :], span.starts[first : last + 1] - span.starts[first], first)
            for first, last in pairwise(calls)
        ]
    attempts_come_exactly_after_failures(visits)
    return visits.tobytes(), np.concatenate(extras).tobytes()


def attempts_come_exactly_after_failures(visits: NDArray[np.void]) -> None:
    """The law, read off the records."""
    bound = np.flatnonzero(visits["later"])
    attempts = bound + visits["later"][bound]
    assert (
        (visits["outcome"][attempts] != Outcome.VOID) == (visits["outcome"][bound] == Outcome.REMOTE_FAILED)
    ).all()
    named = np.flatnonzero(np.isnan(visits["arrival"]))  # follow-ups have a law of their own
    others = np.setdiff1d(np.arange(len(visits)), np.concatenate([attempts, named]))
    assert (visits["outcome"][others] != Outcome.VOID).all()
    void = visits[attempts][visits["outcome"][attempts] == Outcome.VOID]
    assert np.isnan(void["ticket"]).all()
    assert np.isnan(void["start"]).all()
    assert (void["official"] == -1).all()


def assert_the_same_however_played(span: Span) -> None:
    """Play the days by both engines, in one call and in two, and in one to four threads."""
    expected = play(span, "simpy")
    assert play(span, "simpy", (0, 1, N_DAYS)) == expected
    assert play(span, "compiled", (0, 2, N_DAYS)) == expected
    for n_threads in (1, 2, 3, N_DAYS):
        assert play(span, "compiled", n_threads=n_threads) == expected


@settings(QUIET, max_examples=40)
@given(span=spans())
def test_attempts_come_exactly_after_failures_however_the_days_are_played(span: Span) -> None:
    assert_the_same_however_played(span)


@pytest.mark.slow
@settings(QUIET, max_examples=1000)
@given(span=spans())
def test_attempts_come_exactly_after_failures_on_a_thousand_networks(span: Span) -> None:
    assert_the_same_however_played(span)


@pytest.mark.parametrize("engine", ["simpy", "compiled"])
@pytest.mark.parametrize("patience", [inf, 5.0], ids=["stays", "gives up"])
def test_who_gives_up_does_not_come_again_nor_hold_anybody_up(engine: str, patience: float) -> None:
    """The first is served for half an hour; the second may give up before the session, due again next day."""
    world, door = one_desk()
    world.visit(door, 500.0, 30.0)
    world.visit(door, 501.0, 10.0, patience=patience, fail_after=4.0)
    one = world.visits()
    visits = np.tile(one, 2)
    visits["fail_after"][2:] = inf
    visits["later"][1] = 1  # the first of the next day
    setting = world.setting()
    setting = setting._replace(day_type=np.zeros(2, np.int64), duty=np.repeat(setting.duty, 2, axis=0))
    make_engine(engine, setting)(visits, np.array([0, 2, 4]), 0)
    again = Outcome.SERVED if patience == inf else Outcome.VOID
    second = 530.0 if patience == inf else 501.0
    assert visits["outcome"][2] == again
    assert visits["start"][3] == second
