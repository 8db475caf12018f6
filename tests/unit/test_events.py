"""Shocks and events: needs stay as they were set, and the year turns out otherwise."""

from __future__ import annotations

import datetime as dt
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.arena import make_setting
from sim.config import load_scenario
from sim.demand.setup import Setup, make_setup
from sim.model import VisitModel
from sim.network.roster import OFF, ON_CALL
from sim.stage import place_year, stage_of
from sim.visits import Channel

_TICK = 1 / 65536


@cache
def _setup(*settings: str, base: str = "baseline_2030") -> Setup:
    return make_setup(load_scenario(base, ["run.engine=compiled", *settings]))


def _placed(*settings: str) -> NDArray[np.void]:
    stage = stage_of(load_scenario("baseline_2030", ["run.engine=compiled", *settings]))
    visits = place_year(stage, 0).visits
    return visits[np.argsort(visits["id"])]


def _days(setup: Setup, first: str, last: str) -> NDArray[np.bool_]:
    ends = [dt.date.fromisoformat(f"{setup.season.span.year}-{day}") for day in (first, last)]
    return np.array([ends[0] <= date <= ends[1] for date in setup.season.span.dates])


def test_a_shock_leaves_needs_and_moves_visits() -> None:
    """A fifth more duties: what is assumed beforehand is calibrated away, a shock shows."""
    usual, shock = _setup(), _setup("shocks.duty_change_2030=0.2")
    assumed = _setup("parameters.duty_change_2030=0.2")
    assert shock.expected.growth == pytest.approx(usual.expected.growth, rel=1e-12)
    assert assumed.expected.visits.sum() == pytest.approx(usual.expected.visits.sum(), rel=1e-6)
    vero = usual.land.index.authorities.index("Ulosotto")
    duty = usual.params["in_person_duty.Ulosotto.advice"]
    assert shock.rules.duty[usual.rules.authority == vero] == pytest.approx(duty * 1.2)
    # A capable person's duty of `duty` leaves (1 - duty) to end online.
    assert shock.expected.visits[vero] > usual.expected.visits[vero] * 1.02


def test_an_event_multiplies_the_needs_of_its_days_and_authorities() -> None:
    rush = "events={rush: {first: 03-01, last: 05-31, authorities: [Poliisi], needs: 3}}"
    single = "shocks.second_matter_same_visit=0"
    usual, setup = _setup(single), _setup(single, rush)
    police = setup.land.index.authorities.index("Poliisi")
    before, after = usual.season.days.share, setup.season.days.share
    factor = np.ones_like(before)
    factor[police, :, _days(setup, "03-01", "05-31")] = 3.0
    assert np.array_equal(after, before * factor)
    spring = before[police].mean(axis=0)[_days(setup, "03-01", "05-31")].sum()
    ratio = setup.expected.visits[police] / usual.expected.visits[police]
    assert ratio == pytest.approx(1 + 2 * spring, rel=0.005)
    assert setup.expected.growth == pytest.approx(usual.expected.growth)


def test_factors_of_events_that_overlap_multiply() -> None:
    both = "events={a: {needs: 2, authorities: [Kela]}, b: {first: 07-01, last: 07-31, needs: 0.5}}"
    setup = _setup(both)
    kela = setup.land.index.authorities.index("Kela")
    july = _days(setup, "07-01", "07-31")
    factors = setup.events.needs()
    year = setup.season.span.year_slice
    assert set(factors[kela, july].tolist()) == {1.0}
    assert set(factors[kela, year][~july[year]].tolist()) == {2.0}
    assert set(factors[:kela, july].ravel().tolist()) == {0.5}
    assert set(factors[:, : year.start].ravel().tolist()) == {1.0}


def test_longer_service_changes_nothing_but_the_minutes() -> None:
    slow = "events={new: {first: 09-01, authorities: [Vero], service_time: 1.2}}"
    usual, slower = _placed(), _placed(slow)
    setup = _setup(slow)
    struck = (slower["authority"] == setup.land.index.authorities.index("Vero")) & (slower["no_show"] == 0)
    struck &= _days(setup, "09-01", "12-31")[slower["day"] - setup.season.span.first]
    assert struck.sum() > 1000
    assert np.array_equal(usual["id"], slower["id"])
    assert np.array_equal(usual["arrival"], slower["arrival"], equal_nan=True)
    assert np.array_equal(usual["service_time"][~struck], slower["service_time"][~struck])
    assert np.abs(usual["service_time"][struck] * 1.2 - slower["service_time"][struck]).max() < 2 * _TICK


def test_shut_doors_are_shut_and_nobody_comes() -> None:
    outage = "events={outage: {first: 05-06, last: 05-17, channels: [video], shut: true}}"
    setup = _setup(outage)
    network = setup.site.network
    video = network.doors.channel == Channel.VIDEO
    days = _days(setup, "05-06", "05-17")
    usual = _setup().site.network
    assert usual.bookable[np.ix_(video, days)].any()
    assert not network.bookable[np.ix_(video, days)].any()
    assert np.array_equal(network.bookable[:, ~days], usual.bookable[:, ~days])
    assert np.array_equal(network.bookable[~video], usual.bookable[~video])
    visits = _placed(outage)
    out = days[visits["day"] - setup.season.span.first]
    assert not (out & (visits["channel"] == Channel.VIDEO)).any()
    assert (out & (visits["channel"] == Channel.COUNTER)).any()


def test_absences_strike_besides_the_usual_ones_those_they_name() -> None:
    ill = "events={ill: {first: 02-01, last: 02-28, points: [etapalvelu], absence: 0.2}}"
    setup = _setup(ill)
    roster = setup.site.network.roster
    usual = np.full(setup.season.span.n_days, 0.05)
    chance = setup.events.absence(roster, usual)
    pool = np.array([name.works_at == "etapalvelu" for name in roster.names])
    days = _days(setup, "02-01", "02-28")
    assert chance[np.ix_(days, pool)] == pytest.approx(1 - 0.95 * 0.8)
    chance[np.ix_(days, pool)] = 0.05
    assert (chance == 0.05).all()


def test_when_everybody_of_an_authority_is_missing_only_those_alone_are_replaced() -> None:
    strike = (
        "events={strike: {first: 02-04, last: 02-04, authorities: [Kela], channels: [counter], absence: 1}}"
    )
    setup = _setup(strike)
    duty = make_setting(setup, (1, 0)).duty[_days(setup, "02-04", "02-04")][0]
    lahti = np.array([name.row == "lahti_kela" for name in setup.site.network.roster.names])
    assert set(duty[lahti].tolist()) <= {OFF, ON_CALL}


def test_an_epidemic_of_another_year_has_the_months_of_its_own() -> None:
    epidemic = _setup("demand.epidemic=true")
    assert epidemic.months == pytest.approx(_setup(base="baseline_2020").months, rel=1e-9)
    assert epidemic.expected.growth == pytest.approx(_setup().expected.growth)
    assert 0.4 < epidemic.expected.visits.sum() / _setup().expected.visits.sum() < 0.7


def test_both_engines_play_disturbed_days_alike() -> None:
    settings = [
        "shocks.second_matter_same_visit=0.25",
        "events={slow: {service_time: 1.3, absence: 0.3}, out: {points: [heinola_yhteinen], shut: true}}",
    ]
    scenario = load_scenario("baseline_2030", settings)
    models = [VisitModel(scenario, 0, engine) for engine in ("simpy", "compiled")]
    for model in models:
        for _ in range(15):
            model.step()
    first, second = (model.records().visits for model in models)
    assert len(first) > 1000
    for field in first.dtype.names or ():
        assert np.array_equal(first[field], second[field], equal_nan=first[field].dtype.kind == "f"), field
