"""People who live on: their paths, the margins of each year, and the years of a trajectory one by one."""

from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from sim.config import Scenario, load_scenario
from sim.config.registry import Parameters, Registry
from sim.demand.feedback import Carried
from sim.demand.kernel import Memory
from sim.errors import InputError
from sim.model import VisitModel
from sim.population.adoption import OLDEST
from sim.population.land import Census, Land, adopters, adoption_of, make_land, people_input, people_of
from sim.population.lives import next_year
from sim.population.people import RESIDENT, People, PeopleInput
from sim.region import Region, load_region
from sim.stage import stage_of
from sim.visits import NeedChannel, YearRecords

FIRST = 2028


@lru_cache(maxsize=1)
def _ground() -> tuple[Region, Parameters, Land]:
    region = load_region("paijat_hame")
    params = Registry.from_region(region).resolve({})
    return region, params, make_land(region, params)


def _given(year: int) -> PeopleInput:
    return people_input(*_ground(), Census(year, "plan", cottages=True))


@lru_cache(maxsize=4)
def _people(year: int) -> People:
    """People of `year` who have lived since `FIRST`."""
    since = FIRST if year > FIRST else None
    return people_of(*_ground(), Census(year, "plan", cottages=True, since=since), seed=1)


def _pairs(year: int) -> tuple[People, People]:
    """Return those who are there in `year` and in the year after, row by row the same persons."""
    before, after = _people(year), _people(year + 1)
    _, a, b = np.intersect1d(before.id, after.id, return_indices=True)
    return before.take(a), after.take(b)


@pytest.mark.parametrize("year", [FIRST, FIRST + 1, FIRST + 2])
def test_each_january_meets_the_margins_exactly(year: int) -> None:
    people, given = _people(year), _given(year)
    residents = people.kind == RESIDENT
    counts = np.zeros_like(given.residents)
    np.add.at(counts, (people.municipality[residents], people.age_group[residents]), 1)
    assert np.array_equal(counts, given.residents)
    assert len(np.unique(people.id)) == people.n
    for kind in (True, False):
        assert (np.diff(people.id[residents == kind]) > 0).all()


def test_foreign_language_speakers_follow_their_share() -> None:
    people, given = _people(FIRST + 1), _given(FIRST + 1)
    mine = (people.kind == RESIDENT) & people.foreign
    expected = np.rint(given.residents.sum(axis=1) * given.foreign_share)
    assert np.array_equal(np.bincount(people.municipality[mine], minlength=len(expected)), expected)


def test_a_person_keeps_thresholds_home_and_background_and_is_a_year_older() -> None:
    before, after = _pairs(FIRST)
    assert len(before.id) > 0.97 * _people(FIRST).n
    for name in ("u_digital", "u_video", "home", "foreign", "municipality", "kind"):
        one, other = getattr(before, name), getattr(after, name)
        assert np.array_equal(one, other, equal_nan=one.dtype.kind == "f"), name
    assert (after.age == before.age + 1).all()
    moved = after.age_group != before.age_group
    assert moved.any()
    assert (after.age_group[moved] == before.age_group[moved] + 1).all()


def test_a_cottage_stays_where_it_is_as_long_as_somebody_owns_it() -> None:
    before, after = _pairs(FIRST)
    both = (before.cottage_municipality >= 0) & (after.cottage_municipality >= 0)
    owners = both & (before.kind == RESIDENT)
    assert owners.sum() > 20_000
    assert np.array_equal(before.cottage[both], after.cottage[both])
    n = [np.count_nonzero(_people(y).cottage_municipality >= 0) for y in (FIRST, FIRST + 1)]
    assert n[1] == pytest.approx(n[0], rel=0.01)


def test_who_comes_to_the_youngest_group_is_born() -> None:
    people = _people(FIRST + 1)
    new = ~np.isin(people.id, _people(FIRST).id)
    assert 0 < new.sum() < 0.03 * people.n
    children = new & (people.age_group == 0)
    assert children.sum() > 1_000
    assert (people.age[children] == 0).all()
    assert people.age[new & (people.age_group == 3)].std() > 2  # the others in any year of their group


def test_a_threshold_for_life_makes_people_able_as_adoption_rises() -> None:
    """At a fixed age nobody loses the ability as years pass; over a life the path is the curve."""
    region = _ground()[0]
    people = _people(FIRST)
    able = [adopters(people, adoption_of(region, year))[0] for year in (2019, 2023, 2028, 2035)]
    for earlier, later in pairwise(able):
        assert not (earlier & ~later).any()
    before, after = _pairs(FIRST)
    curve = adoption_of(region, FIRST + 1)[0]
    at = np.minimum(after.age, OLDEST)
    assert np.array_equal(
        adopters(after, adoption_of(region, FIRST + 1))[0],
        before.u_digital < curve[before.foreign.astype(int), at],
    )


def test_the_luck_of_one_person_does_not_depend_on_others() -> None:
    """One child fewer in one municipality: everybody else stays, leaves and comes as before."""
    given = _given(FIRST + 1)
    fewer = given.residents.copy()
    fewer[1, 0] -= 1
    people = _people(FIRST)
    one = _people(FIRST + 1)
    other = next_year(people, replace(given, residents=fewer), 1, seed=1)
    gone = np.setxor1d(one.id, other.id)
    lost = one.take(np.flatnonzero(np.isin(one.id, gone)))
    assert set(lost.municipality) <= {1}
    assert len(gone) <= 3  # the child, and at most a swap of background within the municipality


@lru_cache(maxsize=1)
def _scenario() -> Scenario:
    return load_scenario(
        "projection_2030", ["year=2029", "trajectory.last=2030", "run.engine=compiled", "run.seed=7"]
    )


@lru_cache(maxsize=1)
def _model() -> tuple[VisitModel, dict[int, YearRecords], dict[int, int]]:
    model = VisitModel(_scenario())
    older = {model.year: int(model.columns["age"].max())}
    years = {}
    for records in model.run_years():
        years[records.year] = records
        older[model.year] = int(model.columns["age"].max())
    return model, years, older


def test_steps_go_on_through_all_days() -> None:
    model, years, oldest = _model()
    assert list(years) == [2029, 2030]
    assert model.time == 730
    table = model.datacollector.get_model_vars_dataframe()
    assert [str(table["date"].iloc[at].date()) for at in (0, 364, 365, 729)] == [
        "2029-01-01",
        "2029-12-31",
        "2030-01-01",
        "2030-12-31",
    ]
    assert oldest[2030] == oldest[2029] + 1
    assert not model.running


def test_each_year_equals_its_single_year_scenario_to_the_byte() -> None:
    _, years, _ = _model()
    alone = load_scenario("projection_2030", ["year=2029", "run.engine=compiled", "run.seed=7"])
    assert VisitModel(alone).run().visits.tobytes() == years[2029].visits.tobytes()
    last = VisitModel(_scenario().in_year(2030)).run()
    assert last.visits.tobytes() == years[2030].visits.tobytes()
    fresh = load_scenario("projection_2030", ["run.engine=compiled", "run.seed=7"])
    assert VisitModel(fresh).run().visits.tobytes() != years[2030].visits.tobytes()


def test_both_engines_agree_on_years_lived_on() -> None:
    _, years, _ = _model()
    assert VisitModel(_scenario().in_year(2030), 0, "simpy").run().visits.tobytes() == (
        years[2030].visits.tobytes()
    )


def test_the_first_and_the_plan_year_have_the_volumes_of_their_own_scenarios() -> None:
    """Only single years of age differ within groups: about a standard error of one year's count."""
    trajectory = load_scenario("trajectory_2019_2040")
    for year, name in ((2019, "baseline_2019"), (2030, "projection_2030")):
        ours = stage_of(trajectory.in_year(year)).setup.expected.visits
        own = stage_of(load_scenario(name)).setup.expected.visits
        some = own > 0
        assert (np.abs(ours - own)[some] < 1.5 * np.sqrt(own[some])).all()
        assert ours.sum() == pytest.approx(own.sum(), rel=0.005)


def _memory(n: int, n_points: int) -> Memory:
    return Memory(np.zeros(n, np.uint8), np.zeros(n, np.uint8), np.zeros((n, n_points), np.float32))


def test_memory_goes_with_the_person_and_the_point() -> None:
    old = _memory(3, 2)
    old.learned[1], old.had_remote[2] = 1, 1
    old.remembered[:] = [[1, 2], [3, 4], [5, 6]]
    carried = Carried(np.array([10, 11, 12]), ("a", "b"), old)
    setup = SimpleNamespace(
        people=SimpleNamespace(id=np.array([11, 12, 99]), n=3),
        site=SimpleNamespace(network=SimpleNamespace(points=("b", "c"))),
    )
    new = _memory(3, 2)
    people, points = carried.lay(new, cast("Any", setup))
    assert new.learned.tolist() == [1, 0, 0]
    assert new.had_remote.tolist() == [0, 1, 0]
    assert new.remembered.tolist() == [[4, 0], [6, 0], [0, 0]]
    assert people.tolist() == [True, True, False]
    assert points.tolist() == [True, False]


def test_what_people_have_learned_they_keep_in_the_next_year() -> None:
    """The year after has the luck of the same year alone, in which nobody has learned anything before."""
    taught = ["run.engine=compiled", "feedback.learning=true", "parameters.remote_learning=1"]
    both = load_scenario("projection_2030", ["year=2029", "trajectory.last=2030", *taught])
    alone = load_scenario("projection_2030", ["people_since=2029", *taught])
    online = [int(VisitModel(scenario).run().needs[NeedChannel.ONLINE].sum()) for scenario in (both, alone)]
    assert online[0] > online[1] + 1_000


def test_years_that_do_not_follow_each_other_are_refused() -> None:
    with pytest.raises(InputError, match=r"trajectory\.last.*must lie after the first year 2030"):
        load_scenario("projection_2030", ["trajectory.last=2025"])
    with pytest.raises(InputError, match=r"steps\.2019.*lies outside the years after the first, 2031–2033"):
        load_scenario("projection_2030", ["trajectory.last=2033", "trajectory.steps.2019.reading=plan"])
    with pytest.raises(InputError, match="lies after the simulated year 2030"):
        load_scenario("projection_2030", ["people_since=2035"])
    with pytest.raises(InputError, match=r"trajectory\.steps\.2032\.network.*is not in the region"):
        load_scenario("projection_2030", ["trajectory.last=2033", "trajectory.steps.2032.network=plan_2031"])


def test_single_year_scenarios_are_named_as_before() -> None:
    content = load_scenario("baseline_2030").content()
    assert "trajectory" not in content
    assert "people_since" not in content
