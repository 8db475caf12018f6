"""The model reproduces what the plan says of the region: volumes, people, homes, cottages and ages."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from sim.config import load_scenario
from sim.demand.setup import Setup, make_setup
from sim.experiments.pattern_store import Pattern
from sim.experiments.patterns import patterns
from sim.model import simulate
from sim.outcomes.columns import month_of_day, read_columns
from sim.outcomes.reach import access, catchments, population_base, population_by_month
from sim.population.land import Census, people_input

COMPILED = "run.engine=compiled"
REPLICATIONS = 4
NORTH = ("heinola_yhteinen", "heinola_poliisiasema", "hartola_kunnanvirasto", "sysma_kunnanvirasto")


@functools.cache
def setup(name: str, *settings: str) -> Setup:
    return make_setup(load_scenario(name, [COMPILED, *settings]))


@functools.cache
def rows() -> list[Pattern]:
    return patterns(load_scenario("baseline_2030", [COMPILED]), REPLICATIONS)


def of(pattern: str, year: int | None = None) -> list[Pattern]:
    return [row for row in rows() if row.pattern == pattern and year in (None, row.year)]


def test_every_pattern_of_the_plan_comes_out():
    assert [row for row in rows() if not row.agrees] == []


@pytest.mark.parametrize(("year", "total"), [(2019, 221_616), (2020, 112_719), (2030, 110_850)])
def test_visits_are_those_of_the_plan(year, total):
    whole, *authorities = of("visits", year)
    assert whole.plan == total
    assert abs(whole.model - total) <= 0.01 * total
    assert len(authorities) == 12
    for row in authorities:
        assert abs(row.model - row.plan) <= 4 * (row.plan / REPLICATIONS) ** 0.5


@pytest.mark.parametrize(("year", "counts"), [(2019, [338, 1218, 997]), (2020, [191, 775, 763])])
def test_municipal_points_have_their_counts(year, counts):
    found = of("visits_at_point", year)
    assert [row.plan for row in found] == counts
    assert all(abs(row.model - row.plan) <= 0.1 * row.plan for row in found)


def test_the_table_has_every_pattern_once():
    expected = {
        "visits",
        "visits_joint_authorities",
        "visits_at_point",
        "share_65_plus",
        "foreign_language_share",
        "population_below_base",
        "population_base_in_season",
        "share_in_band",
        "share_within_hour",
        "persons_over_hour",
        "catchment",
        "cottages_exceed_dwellings",
        "cottages_total",
        "cottage_owners_outside",
        "population",
        "age_groups",
        "contradictions_in_the_plan",
    }
    assert {row.pattern for row in rows()} == expected
    keys = [(row.pattern, row.subject, row.year) for row in rows()]
    assert len(keys) == len(set(keys))
    assert {row.plan for row in of("catchment")} == {166_577, 28_012}
    assert len(of("share_in_band")) == 8
    assert len(of("population", 2030)) == 10


def test_a_row_outside_its_tolerance_does_not_agree():
    row = Pattern("p", "", 2030, 100.0, 108.0, 7.0, "persons")
    assert not row.agrees
    assert row.difference == 8.0
    assert Pattern("p", "", 2030, 100.0, 108.0, 0.0, "persons", at_least=True).agrees
    assert not Pattern("p", "", 2030, 100.0, 99.0, 0.0, "persons", at_least=True).agrees
    assert not Pattern("p", "", 2030, 100.0, float("nan"), 7.0, "persons").agrees


def old_share(state: Setup, authority: str) -> float:
    """Return the share of an authority's expected visits made by people of 75 and over."""
    groups = state.land.index.age_groups
    old = [groups.index(name) for name in ("75-84", "85+")]
    mine = state.rules.authority == state.land.index.authorities.index(authority)
    visits = state.expected.by_matter[mine].sum(axis=(0, 2))
    return float(visits[old].sum() / visits.sum())


@pytest.mark.parametrize("authority", ["Kela", "Vero"])
def test_the_old_make_more_of_the_visits_and_less_so_with_ages_frozen(authority):
    before, after = (old_share(setup(name), authority) for name in ("baseline_2019", "baseline_2030"))
    frozen = old_share(setup("baseline_2030", "demand.freeze_ages_at=2019"), authority)
    assert before < after
    assert frozen - before < after - before - 0.01


def test_frozen_ages_keep_the_totals_and_the_shares_of_their_year():
    state = setup("baseline_2030", "demand.freeze_ages_at=2019")
    counts = [
        people_input(state.region, state.params, state.land, Census(year, "plan", cottages=False)).residents
        for year in (2019, 2030)
    ]
    home = state.people.kind == 0
    shape = counts[0].shape
    flat = state.people.municipality[home] * shape[1] + state.people.age_group[home]
    found = np.bincount(flat, minlength=shape[0] * shape[1]).reshape(shape)
    assert found.sum(axis=1).tolist() == counts[1].sum(axis=1).tolist()
    shares = counts[0][:10] / counts[0][:10].sum(axis=1, keepdims=True)
    assert np.abs(found[:10] - shares * found[:10].sum(axis=1, keepdims=True)).max() < 1


@functools.cache
def visits_by_month(*settings: str) -> np.ndarray:
    """Return (12,) visits at the points of Heinola and the north, summed over some replications."""
    scenario = load_scenario("baseline_2030", [COMPILED, *settings])
    points = [setup("baseline_2030").site.network.points.index(point) for point in NORTH]
    months = month_of_day(2030)
    found = np.zeros(12)
    for replication in range(3):
        columns = read_columns(simulate(scenario, replication, "compiled").visits, 12)
        here = columns.counted & np.isin(columns.point, points)
        found += np.bincount(months[columns.day[here]], minlength=12)
    return found


def test_cottages_fill_heinola_and_the_north_in_summer():
    ratio = visits_by_month() / visits_by_month("demand.cottages=false")
    summer, march = ratio[[5, 6, 7]], ratio[2]
    assert ratio[6] > march
    assert ratio.argmax() in (5, 6, 7)
    assert summer.mean() > 1.05


def test_sysma_triples_nearly_in_july():
    state = setup("baseline_2020")
    table = population_by_month(state)
    mine = table[table["municipality"] == "Sysmä"].set_index("month")
    ratio = mine["present"] / mine["residents"]
    assert ratio["Jul"] == pytest.approx(2.6, rel=0.07)
    assert ratio.idxmax() == "Jul"
    assert ratio["Feb"] < 1.4


def test_presence_is_of_the_use_days_and_of_the_weekend():
    season = setup("baseline_2030").season
    inside = season.span.year_slice
    presence, months, weekdays = (
        values[inside] for values in (season.presence, season.span.months, season.span.weekdays)
    )
    assert presence.sum() == pytest.approx(90, abs=1)
    july = months == 6
    assert np.ptp(presence[july]) == 0
    by_day = [presence[~july & (weekdays == day)].mean() for day in range(7)]
    assert min(by_day[5:]) > max(by_day[:5])
    assert by_day[4] > max(by_day[:4])


def test_the_population_base_of_the_north_needs_its_cottages():
    state = setup("baseline_2020")
    base = population_base(state, state.region.about_list("area_below_population_base")).set_index("month")
    assert base.loc["Jul", "residents"] == 9_147 < 10_000 < base.loc["Jul", "present"]
    assert (base["over_60_present"] >= 0).all()


def test_people_over_an_hour_are_shown_with_and_without_cottages():
    table = population_by_month(setup("baseline_2030")).groupby("month")[["over_60", "over_60_present"]].sum()
    assert 100 < table.loc["Jul", "over_60"] < 200
    assert table.loc["Jul", "over_60_present"] > 2 * table.loc["Jul", "over_60"]
    assert table.loc["Jul", "over_60"] == table.loc["Jan", "over_60"]
    without = population_by_month(setup("baseline_2030", "demand.cottages=false"))
    assert (without["present"] == without["residents"]).all()
    assert (without["over_60"] == without["over_60_present"]).all()


def test_catchments_hold_everybody_once_and_a_point_outside_draws_its_own():
    table = catchments(setup("baseline_2030"))
    assert table["persons"].sum() == 199_927
    drawn = table["persons"].sum() - table["persons_with_outside"].sum()
    assert 0 < drawn < 6_116
    closed = catchments(setup("baseline_2030", "points.kouvola=closed"))
    assert (closed["persons"] == closed["persons_with_outside"]).all()
    assert closed["persons"].tolist() == table["persons"].tolist()


def cell(state: Setup, metric: str, municipality: str = "all", age: str = "all") -> float:
    table = access(state)
    here = (table["municipality"] == municipality) & (table["age_group"] == age)
    return float(table.loc[here & (table["metric"] == metric), "value"].iloc[0])


def test_points_in_the_north_bring_service_within_the_hour():
    plan, north = setup("baseline_2030"), setup("baseline_2030", "network=plan_2030_north")
    assert cell(plan, "over_60") == cell(north, "over_60")
    assert cell(north, "over_60_served") < cell(plan, "over_60_served") - 10
    assert cell(north, "over_60_served", "Sysmä") < cell(plan, "over_60_served", "Sysmä")


def test_access_adds_up():
    table = access(setup("baseline_2030")).set_index(["metric", "municipality", "age_group"])["value"]
    for metric in ("persons", "over_60", "over_60_served"):
        cells = table[metric].drop("all", level="municipality").drop("all", level="age_group")
        assert cells.sum() == pytest.approx(table[metric, "all", "all"])
    assert table["persons", "all", "all"] == 199_927
    within = [table[f"within_{limit}", "all", "all"] for limit in range(10, 90, 10)]
    assert within == sorted(within)
    assert within[5] == pytest.approx(1 - table["over_60", "all", "all"] / 199_927)
