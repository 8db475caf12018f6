"""Work shared out to threads gives the bytes of one thread."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from sim import threads
from sim.config import load_scenario
from sim.config.registry import Registry
from sim.demand import year
from sim.model import VisitModel
from sim.outcomes import OutcomeSettings, metrics, tally
from sim.queues import compiled_engine
from sim.region import load_region


def _use(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Let every piece of work be cut for so many threads, however small it is."""
    for module in (threads, compiled_engine):
        monkeypatch.setattr(module, "n_threads", lambda: number)
    monkeypatch.setattr(year, "_PEOPLE_A_THREAD", 1)
    for module in (year, compiled_engine, tally):
        monkeypatch.setattr(module, "_VISITS_A_THREAD", 1)


def test_the_bytes_do_not_depend_on_the_number_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = load_scenario("example_2030")
    values = Registry.from_region(load_region(scenario.region)).resolve(scenario.parameters)
    settings = OutcomeSettings.from_parameters(values.as_dict())
    found = {}
    for number in (1, 2, 3):
        _use(monkeypatch, number)
        records = VisitModel(scenario, 1, "compiled").run()
        found[number] = (records, metrics(records, settings))
    (one, table), *others = found.values()
    assert len(one.visits) > 10_000
    for records, other_table in others:
        assert records.visits.tobytes() == one.visits.tobytes()
        assert records.officials.tobytes() == one.officials.tobytes()
        assert (records.needs == one.needs).all()
        assert other_table.equals(table)


def test_stretches_are_about_equal_and_cover_every_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "n_threads", lambda: 3)
    sizes = np.random.default_rng(1).integers(0, 50, 400)
    offsets = np.concatenate([[100], 100 + sizes.cumsum()])
    stretches = threads.cut(offsets, least=10)
    assert [first for first, _ in stretches] == [0, *(last for _, last in stretches[:-1])]
    assert stretches[-1][1] == len(sizes)
    for first, last in stretches:
        assert abs(sizes[first:last].sum() - sizes.sum() / 3) < 50


def test_little_work_stays_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "n_threads", lambda: 8)
    assert threads.cut(np.array([0, 5, 9]), least=5) == [(0, 2)]
    assert threads.cut(np.array([0, 0]), least=5) == [(0, 1)]
    assert threads.cut(np.array([0, 9, 9]), least=1) == [(0, 1), (1, 2)]


def test_an_error_in_a_thread_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        threads.side_by_side([lambda: 1.0, lambda: 1 / 0])
    assert threads.side_by_side([lambda: "a", lambda: "b", lambda: "c"]) == ["a", "b", "c"]


@pytest.mark.parametrize("number", [1, 2])
def test_items_worked_out_ahead_come_in_order(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(threads, "n_threads", lambda: number)
    assert list(threads.ahead(iter("abc"))) == ["a", "b", "c"]

    def fails() -> Iterator[int]:
        yield 1
        raise ZeroDivisionError

    items = threads.ahead(fails())
    assert next(items) == 1
    with pytest.raises(ZeroDivisionError):
        next(items)


def test_who_finds_all_threads_busy_works_items_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "n_threads", lambda: 2)
    done = threading.Event()
    busy = [threads._pool().submit(done.wait, 60) for _ in range(8)]
    try:
        assert list(threads.ahead(iter("abc"))) == ["a", "b", "c"]
    finally:
        done.set()
    assert all(work.result() for work in busy)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system binds no process to processors")
def test_only_processors_that_may_be_used_count() -> None:
    """A process bound to one processor, as a cluster does it, keeps to one thread."""
    usable = os.sched_getaffinity(0)
    code = "from sim.threads import n_threads; print(n_threads())"
    try:
        os.sched_setaffinity(0, {min(usable)})
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    finally:
        os.sched_setaffinity(0, usable)
    assert done.stdout.strip() == "1"
