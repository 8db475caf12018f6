"""The people: margins, homes, adoption, cottages, and Mesa's view of them."""

from functools import lru_cache

import numpy as np
import pytest

from sim.config.registry import Parameters, Registry
from sim.population.adoption import able_by_age, at_position, curve
from sim.population.homes import make_roads
from sim.population.land import Census, Land, adopters, adoption_of, make_land, people_input, people_of
from sim.population.margins import largest_remainder
from sim.population.people import RESIDENT, People
from sim.region import Region, load_region
from sim.region.index import municipality_table


@lru_cache(maxsize=1)
def _ground() -> tuple[Region, Parameters, Land]:
    region = load_region("paijat_hame")
    params = Registry.from_region(region).resolve({})
    return region, params, make_land(region, params)


def _people(year: int = 2030, cottages: bool = True, seed: int = 1) -> People:
    region, params, land = _ground()
    return people_of(region, params, land, Census(year, "plan", cottages), seed)


def test_municipal_totals_are_exact_and_ages_within_one_person() -> None:
    region, params, land = _ground()
    people = _people()
    given = people_input(region, params, land, Census(2030, "plan", True))
    residents = people.kind == RESIDENT
    counts = np.zeros_like(given.residents)
    np.add.at(counts, (people.municipality[residents], people.age_group[residents]), 1)
    assert np.array_equal(counts, given.residents)
    assert residents.sum() == 199_927
    table = region.table("age_structure")
    exact = table[table["year"] == 2030].pivot(index="municipality", columns="age_group", values="persons")
    exact = exact.loc[list(land.index.municipalities[:10]), list(land.index.age_groups)].to_numpy(float)
    assert np.abs(counts[:10] - exact).max() <= 1


def test_largest_remainder_adds_up_and_stays_near() -> None:
    shares = np.array([0.333, 0.333, 0.334, 0.0])
    whole = largest_remainder(shares, 1001)
    assert whole.sum() == 1001
    assert whole[3] == 0
    assert np.abs(whole - shares * 1001).max() < 1


def test_ids_are_unique_and_survive_another_year() -> None:
    now, later = _people(2020), _people(2030)
    assert len(np.unique(later.id)) == later.n
    _, a, b = np.intersect1d(now.id, later.id, return_indices=True)
    assert len(a) > 0.9 * later.n
    assert np.array_equal(now.u_digital[a], later.u_digital[b])
    assert np.array_equal(now.age[a], later.age[b])


def test_adding_people_moves_nobody_elses_luck() -> None:
    with_them, without = _people(cottages=True), _people(cottages=False)
    n = without.n
    assert np.array_equal(with_them.id[:n], without.id)
    assert np.array_equal(with_them.home[:n], without.home)


def test_homes_lie_in_the_drive_time_bands() -> None:
    region, _, land = _ground()
    people = _people(2020, cottages=False)
    minutes = land.settlement.minutes(people.home, people.municipality)
    table = region.table("plan_travel_bands")
    for low, high, share in table[["from_min", "to_min", "share"]].itertuples(index=False):
        found = ((minutes >= low) & (minutes < high)).mean()
        assert abs(found - share) < 0.015, (low, high)


def test_minutes_follow_the_ratio_of_distances() -> None:
    region, _, land = _ground()
    table = municipality_table(region)
    _plane, roads = make_roads(table, region.table("travel_times"), 60.0, 1.0)
    start, goal = land.index.municipality["Heinola"], land.index.municipality["Lahti"]
    half_way = (roads.centres[start] + roads.centres[goal])[None] / 2
    listed = roads.minutes[start, goal]
    found = roads.to_point(half_way, np.array([start]), roads.centres[goal], goal)
    assert found[0] == pytest.approx(listed / 2)
    own = roads.to_point(roads.centres[goal][None] + [0.0, 5.0], np.array([goal]), roads.centres[goal], goal)
    assert own[0] == pytest.approx(5.0)  # 5 km at 60 km/h


def test_adoption_follows_the_table_at_mid_ages_and_its_range() -> None:
    table = _ground()[0].table("digital_adoption")
    shares = curve(table, "eservice_capable", 2030)
    assert 0.5 * (shares[79] + shares[80]) == pytest.approx(0.76, abs=0.004)
    assert (curve(table, "eservice_capable", 2030, 1.0)[16:] >= shares[16:]).all()
    assert (curve(table, "eservice_capable", 2030, -1.0)[16:] <= shares[16:]).all()
    assert curve(table, "eservice_capable", 2045)[80] == shares[80]
    assert at_position(0.5, 0.2, 0.9, -1.0) == 0.2


def test_children_have_their_guardians_share_and_foreign_speakers_less() -> None:
    table = _ground()[0].table("digital_adoption")
    able = able_by_age(table, "eservice_capable", 2030, 0.0, (35, 44))
    assert able[0, :16] == pytest.approx(able[0, 35:45].mean())
    assert (able[1] < able[0]).all()
    assert able[1, 16:65].mean() == pytest.approx(0.78, abs=0.005)


def test_adopters_are_as_many_as_the_curve_says() -> None:
    region = _ground()[0]
    people = _people()
    adoption = adoption_of(region, 2030)
    capable, _ = adopters(people, adoption)
    expected = adoption[0][people.foreign.astype(int), people.age]
    spread = np.sqrt((expected * (1 - expected)).sum())
    assert abs(capable.sum() - expected.sum()) < 4 * spread


def test_cottage_people_are_as_many_as_cottages_hold() -> None:
    region, params, _ = _ground()
    people = _people()
    cottages = region.table("cottages")["cottages"].sum()
    dwellers = (people.kind != RESIDENT).sum()
    assert dwellers == round(cottages * 0.52 * 2.2)
    owners = (people.cottage_municipality[: people.n_residents] >= 0).sum()
    expected = cottages * 0.48 * params["cottage_persons"]
    assert abs(owners - expected) < 4 * np.sqrt(expected)
