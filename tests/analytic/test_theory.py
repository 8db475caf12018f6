"""The closed forms themselves, against another implementation, known values and each other."""

from __future__ import annotations

import numpy as np
import pyqueueing
import pytest

from sim.queues import theory

RATE, SERVICE = 0.26, 10.0


@pytest.mark.parametrize("servers", [3, 4, 8])
def test_mmc_agrees_with_pyqueueing(servers):
    other = pyqueueing.MMC(RATE, 1 / SERVICE, servers)
    assert theory.mmc_wait(RATE, SERVICE, servers) == pytest.approx(other.mean_wait(), rel=1e-9)
    assert theory.erlang_c(servers, RATE * SERVICE) == pytest.approx(other.prob_wait(), rel=1e-9)
    level = pyqueueing.ErlangC(RATE, 1 / SERVICE, servers).service_level(5.0)
    assert theory.mmc_service_level(RATE, SERVICE, servers, 5.0) == pytest.approx(level, rel=1e-9)


def test_erlang_b_agrees_with_pyqueueing():
    other = pyqueueing.ErlangB(RATE, 1 / SERVICE, 4)
    assert theory.erlang_b(4, RATE * SERVICE) == pytest.approx(other.prob_block(), rel=1e-9)


@pytest.mark.parametrize("cv", [0.0, 0.8, 2.0])
def test_mg1_agrees_with_pyqueueing(cv):
    other = pyqueueing.MG1(0.06, 1 / SERVICE, service_cv=cv)
    assert theory.mg1_wait(0.06, SERVICE, cv) == pytest.approx(other.mean_wait(), rel=1e-9)


def test_mmck_agrees_with_pyqueueing():
    other = pyqueueing.MMcK(RATE, 1 / SERVICE, 3, 7)
    assert theory.mmck_blocking(RATE, SERVICE, 3, 7) == pytest.approx(other.prob_block(), rel=1e-9)
    assert theory.mmck_wait(RATE, SERVICE, 3, 7) == pytest.approx(other.mean_wait(), rel=1e-9)


@pytest.mark.parametrize("servers", [2, 3, 5])
def test_erlang_a_agrees_with_pyqueueing(servers):
    other = pyqueueing.ErlangA(RATE, 1 / SERVICE, servers, 1 / 25.0)
    ours = theory.erlang_a(RATE, SERVICE, servers, 25.0)
    assert ours.wait_probability == pytest.approx(other.prob_wait(), rel=1e-6)
    assert ours.abandonment_fraction == pytest.approx(other.prob_abandon(), rel=1e-6)
    assert ours.wait == pytest.approx(other.mean_wait(), rel=1e-6)


def test_the_known_values_of_mm1():
    assert theory.mmc_wait(0.8, 1.0, 1) == pytest.approx(4.0)
    assert theory.mg1_wait(0.8, 1.0, 1.0) == pytest.approx(4.0)
    assert theory.mg1_wait(0.8, 1.0, 0.0) == pytest.approx(2.0)


def test_one_class_of_priority_is_mmc_and_load_weighted_waits_are_conserved():
    assert theory.priority_waits([RATE], SERVICE, 4) == pytest.approx([theory.mmc_wait(RATE, SERVICE, 4)])
    first, second = theory.priority_waits([0.1, 0.16], SERVICE, 4)
    assert first < second
    assert 0.1 * first + 0.16 * second == pytest.approx(RATE * theory.mmc_wait(RATE, SERVICE, 4))


def test_erlang_a_goes_over_into_mmc_and_into_loss():
    patient = theory.erlang_a(RATE, SERVICE, 4, 1e5)
    assert patient.wait == pytest.approx(theory.mmc_wait(RATE, SERVICE, 4), rel=1e-3)
    hasty = theory.erlang_a(RATE, SERVICE, 4, 1e-5)
    assert hasty.abandonment_fraction == pytest.approx(theory.erlang_b(4, RATE * SERVICE), rel=1e-4)


def test_a_large_waiting_room_is_mmc():
    assert theory.mmck_wait(RATE, SERVICE, 4, 200) == pytest.approx(theory.mmc_wait(RATE, SERVICE, 4))
    assert theory.mmck_blocking(RATE, SERVICE, 4, 4) == pytest.approx(theory.erlang_b(4, RATE * SERVICE))


def test_a_long_opening_day_goes_over_into_mmc():
    day = theory.opening_day(lambda _: RATE, 20_000.0, SERVICE, 4, n_states=80)
    assert day.wait == pytest.approx(theory.mmc_wait(RATE, SERVICE, 4), rel=5e-3)


def test_an_opening_day_begins_and_ends_empty_and_serves_everybody():
    day = theory.opening_day(lambda minute: 0.5 if minute < 240 else 0.2, 480.0, SERVICE, 4)
    assert day.queue_length[0] == day.busy[0] == 0.0
    assert day.queue_length[-1] == pytest.approx(0.0, abs=1e-6)
    arrivals = 0.5 * 240 + 0.2 * 240
    assert np.trapezoid(day.busy, day.minutes) == pytest.approx(arrivals * SERVICE, rel=2e-3)
    assert np.trapezoid(day.queue_length, day.minutes) == pytest.approx(arrivals * day.wait, rel=2e-3)


@pytest.mark.parametrize(
    "unstable",
    [lambda: theory.mmc_wait(0.4, 10.0, 4), lambda: theory.mg1_wait(0.1, 10.0, 1.0)],
)
def test_an_unstable_queue_has_no_mean_wait(unstable):
    with pytest.raises(ValueError, match="utilisation must be less than 1"):
        unstable()
