"""Worlds at their limits, simulated: what happens there can be computed by hand from people and levels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.config import load_scenario
from sim.demand.origins import make_origins
from sim.demand.rules import make_rules
from sim.demand.setup import Setup, make_setup
from sim.demand.year import YearDemand
from sim.visits import NeedChannel, Relation

REPLICATIONS = 6


@pytest.fixture(scope="module")
def setup() -> Setup:
    """A small region without cottage life."""
    return make_setup(load_scenario("example_2030", ["demand.cottages=false", "run.engine=compiled"]))


def with_extremes(setup: Setup, *, capable: bool, coverage: float) -> Setup:
    """Return the set-up in which everybody or nobody is able and e-services cover everything or nothing."""
    rules = replace(setup.rules, coverage=np.full_like(setup.rules.coverage, coverage))
    return replace(setup, rules=rules, capable=np.full(setup.people.n, capable))


def first_needs(setup: Setup) -> NDArray[np.float64]:
    """Return (A,) needs of the year that ended in a visit or for want of one, a mean over replications."""
    rules, total = make_rules(setup), np.zeros(len(setup.rules.coverage))
    for replication in range(REPLICATIONS):
        demand = YearDemand(setup, rules, replication)
        demand.place(0, setup.season.span.n_days)
        visits = demand.take(np.arange(demand.placed)).visits
        days = setup.season.span.year_slice
        mine = (visits["relation"] == Relation.FIRST) & (visits["need_day"] >= 0)
        mine &= visits["need_day"] < days.stop - days.start
        total += np.bincount(visits["authority"][mine], minlength=len(total))
        without = demand.counts[[NeedChannel.UNMET, NeedChannel.NO_SLOT, NeedChannel.OUTSIDE]]
        total += without.sum(axis=(0, 2, 3, 4, 5))
    return total / REPLICATIONS


def by_hand(setup: Setup, may_end_online: float) -> NDArray[np.float64]:
    """Return (A,) expected needs in person: persons by age, needs at that age, what is left for a visit."""
    rules, people, levels = setup.rules, setup.people, setup.levels
    persons = np.zeros((2, levels.weight.shape[1]))
    np.add.at(persons, (people.foreign.astype(int), people.age_group), 1)
    of_authority = np.where(rules.foreign_only[:, None], persons[1], persons.sum(axis=0))
    needs = levels.level * setup.expected.growth * (levels.weight * of_authority).sum(axis=1)
    in_person = rules.duty + (1 - rules.duty) * (1 - may_end_online * rules.online)
    share = np.bincount(rules.authority, weights=levels.share * in_person, minlength=len(needs))
    return np.asarray(needs * share, np.float64)


def assert_close(found: NDArray[np.float64], expected: NDArray[np.float64]) -> None:
    """Hold the total, and each authority, to four standard errors of Poisson counts."""
    error = np.sqrt(expected / REPLICATIONS)
    assert np.sqrt(expected.sum() / REPLICATIONS) / expected.sum() < 0.03
    assert (np.abs(found - expected) <= 4 * error).all(), (found, expected)


@pytest.mark.parametrize(("capable", "coverage"), [(False, 1.0), (True, 0.0), (False, 0.0)])
def test_without_adoption_or_without_coverage_every_need_is_a_visit(
    setup: Setup, capable: bool, coverage: float
) -> None:
    extreme = with_extremes(setup, capable=capable, coverage=coverage)
    assert_close(first_needs(extreme), by_hand(extreme, 0.0))


def test_with_all_able_and_all_covered_only_duties_and_what_cannot_end_online_are_visits(
    setup: Setup,
) -> None:
    extreme = with_extremes(setup, capable=True, coverage=1.0)
    assert_close(first_needs(extreme), by_hand(extreme, 1.0))


def test_adoption_and_coverage_bound_what_lies_between(setup: Setup) -> None:
    most = first_needs(with_extremes(setup, capable=False, coverage=0.0)).sum()
    least = first_needs(with_extremes(setup, capable=True, coverage=1.0)).sum()
    assert least < first_needs(setup).sum() < most


def test_without_cottages_nobody_comes_from_one(setup: Setup) -> None:
    demand = YearDemand(setup, make_rules(setup), 0)
    demand.place(0, setup.season.span.n_days)
    visits = demand.take(np.arange(demand.placed)).visits
    assert len(visits) > 1_000
    assert (visits["kind"] == 0).all()
    assert (visits["origin"] == 0).all()
    assert (setup.people.cottage_municipality == -1).all()


def test_people_of_one_municipality_alone_have_the_needs_of_its_residents(setup: Setup) -> None:
    """Everybody else stays away: who comes is from there, as many as its ages and levels say."""
    people = setup.people.take(np.flatnonzero(setup.people.municipality == 0))
    keep = setup.people.municipality == 0
    roads = setup.site.origins.roads
    considered = round(setup.params["considered_points"])
    origins = make_origins(people, roads.network, roads.land, roads.travel, (roads.sensitivity, considered))
    one = replace(
        setup,
        people=people,
        accepts=setup.accepts[keep],
        site=replace(setup.site, origins=origins),
        capable=np.zeros(people.n, bool),
    )
    assert_close(first_needs(one), by_hand(one, 0.0))
