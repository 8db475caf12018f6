"""The model: days, Mesa's interfaces, determinism, conservation, feedback."""

import gc
import weakref
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest

from sim.config import load_scenario
from sim.demand.kernel import MAX_ATTEMPTS
from sim.demand.year import YearDemand
from sim.model import VisitModel
from sim.population.agents import CottageDweller, PeopleSet, Resident
from sim.stage import stage_of
from sim.visits import Channel, NeedChannel, Outcome, Relation, YearRecords

#: Sessions fail often, and many give up before they begin.
FAILING = ("parameters.remote_technical_failure=0.5", "parameters.patience_mean=4")


@lru_cache(maxsize=8)
def _year(replication: int = 0, *sets: str) -> YearRecords:
    return VisitModel(load_scenario("baseline_2030", sets), replication, "compiled").run()


def test_each_authority_has_the_visits_of_the_plan() -> None:
    """Four standard errors of a Poisson number, as the calibration promises for the expectation."""
    years = [_year(replication) for replication in range(4)]
    counts = []
    for records in years:
        visits = records.visits
        own = np.isin(visits["relation"], (Relation.FIRST, Relation.SECOND_HERE, Relation.SECOND_TRIP))
        counted = own & (visits["no_show"] == 0) & (visits["channel"] != Channel.SELF_SERVICE)
        counts.append(np.bincount(visits["authority"][counted], minlength=12))
    mean, plan = np.mean(counts, axis=0), years[0].expectation["plan_visits"]
    assert (np.abs(mean - plan) <= 4 * np.sqrt(plan / len(years))).all()
    assert mean.sum() == pytest.approx(110_850, rel=0.01)


def test_every_visit_ends_exactly_once() -> None:
    visits = _year().visits
    assert not np.isin(visits["outcome"], (Outcome.PENDING, Outcome.VOID)).any()
    assert len(np.unique(visits["id"])) == len(visits)
    started = np.isfinite(visits["start"])
    assert (visits["end"][started] >= visits["start"][started]).all()
    assert (visits["outcome"][started & (visits["no_show"] == 0)] <= Outcome.REMOTE_FAILED).all()


def test_needs_of_the_year_add_up_to_what_became_of_them() -> None:
    records = _year()
    visits = records.visits
    from_needs = records.needs[NeedChannel.VISIT].sum()
    first = np.count_nonzero((visits["relation"] == Relation.FIRST) & (visits["need_day"] >= 0))
    late = from_needs - first  # needs of December that are due in the new year
    assert 0 <= late < 0.02 * from_needs


def test_same_seed_same_bytes_another_seed_another_result() -> None:
    scenario = load_scenario("baseline_2030")
    again = VisitModel(scenario, 0, "compiled").run()
    assert again.visits.tobytes() == _year().visits.tobytes()
    assert _year(1).visits.tobytes() != _year().visits.tobytes()
    assert _year(0, "run.seed=7").visits.tobytes() != _year().visits.tobytes()


def test_another_staffing_leaves_everybodys_needs_as_they_were() -> None:
    """Common random numbers: fewer officials change waits, not who comes when for what."""
    fewer = _year(0, "staffing.officials.lahti_kela.count=8").visits
    base = _year().visits
    shared, a, b = np.intersect1d(base["id"], fewer["id"], return_indices=True)
    assert len(shared) > 0.999 * len(base)
    walk_ins = (
        (base["booked"][a] == 0) & np.isfinite(base["arrival"][a]) & (base["relation"][a] == Relation.FIRST)
    )
    for field in ("arrival", "service_time", "patience", "point"):
        assert np.array_equal(base[field][a][walk_ins], fewer[field][b][walk_ins])
    waits = [np.nanmean(v["start"] - v["arrival"]) for v in (base, fewer)]
    assert waits[1] > waits[0]


def test_days_are_steps_and_the_daily_series_is_collected() -> None:
    model = VisitModel(load_scenario("baseline_2030"), 0, "compiled")
    for _ in range(10):
        model.step()
    table = model.datacollector.get_model_vars_dataframe()
    assert model.time == 10
    assert list(table.columns) == list(VisitModel.daily)
    assert [str(date.date()) for date in table["date"][:2]] == ["2030-01-01", "2030-01-02"]
    assert table["visits"].iloc[0] == 0
    assert table["visits"].iloc[1] > 100
    assert (table["served"] + table["gave_up"] <= table["visits"]).all()


def test_a_model_that_is_left_keeps_no_year_of_visits() -> None:
    model = VisitModel(load_scenario("baseline_2030"), engine="compiled")
    model.step()
    table = weakref.ref(model.records().visits.base)
    assert table() is not None
    gc.disable()
    try:
        model.leave()
        assert table() is None
    finally:
        gc.enable()
    assert len(model.datacollector.get_model_vars_dataframe()) == 1


def test_a_set_up_that_is_not_kept_any_more_goes_with_its_models() -> None:
    """A sweep sets up one point after another: what they took must come back without waiting for Python."""
    model = VisitModel(load_scenario("example_2030"), engine="compiled")
    gone = weakref.ref(model.setup)
    model.leave()
    del model
    gc.disable()
    try:
        for share in (0.1, 0.11, 0.12):
            stage_of(load_scenario("example_2030", [f"parameters.no_show={share}"]))
        assert gone() is None
    finally:
        gc.enable()


def test_a_year_that_needs_more_room_than_is_likely_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = load_scenario("example_2030")
    plain = VisitModel(scenario, 1, "compiled").run()
    monkeypatch.setattr(YearDemand, "likely", property(lambda demand: 3000))
    assert len(plain.visits) > 3 * 3000
    cramped = VisitModel(scenario, 1, "compiled").run()
    assert cramped.visits.tobytes() == plain.visits.tobytes()
    assert cramped.officials.tobytes() == plain.officials.tobytes()


def test_records_of_a_year_under_way_are_those_of_its_first_days() -> None:
    model = VisitModel(load_scenario("example_2030"), 1, "compiled")
    for _ in range(70):
        model.step()
    part = model.records()
    whole = model.run()
    assert part.visits.tobytes() == whole.visits[whole.visits["day"] < 70].tobytes()
    assert (part.needs == whole.needs).all()


def test_agents_are_views_of_rows() -> None:
    model = VisitModel(load_scenario("baseline_2030"), 0, "compiled")
    assert len(model.agents) == model.setup.people.n == 228_728
    residents, dwellers = model.agents_by_type[Resident], model.agents_by_type[CottageDweller]
    assert len(residents) == 199_927
    assert len(residents) + len(dwellers) == len(model.agents)
    first = next(iter(model.agents))
    assert isinstance(first, Resident)
    assert first == next(iter(residents))
    assert first.age == model.columns["age"][0]
    assert isinstance(next(iter(dwellers)), CottageDweller)
    ages = dwellers.get("age")
    assert len(ages) == len(dwellers)
    assert min(ages) >= 16
    assert len(model.agents.select(lambda person: person.age > 90, at_most=5)) == 5
    few = PeopleSet(residents.select(at_most=4))
    assert len(few | PeopleSet(list(dwellers.select(at_most=2)))) == 6
    assert few.sort("age", ascending=True).get("age") == sorted(few.get("age"))
    with pytest.raises(TypeError):
        first.remove()
    with pytest.raises(AttributeError):
        first.height  # noqa: B018
    with pytest.raises(AttributeError):
        few.set("age", 3)


def test_cottage_dwellers_come_from_cottages_in_season() -> None:
    visits = pd.DataFrame({name: _year().visits[name] for name in ("kind", "origin", "day")})
    dwellers = visits[visits["kind"] == 1]
    assert (dwellers["origin"] == 1).all()
    july, march = dwellers["day"].between(181, 211).sum(), dwellers["day"].between(59, 89).sum()
    assert july > 2 * march
    assert not (_year(0, "demand.cottages=false").visits["kind"] == 1).any()


def test_booked_people_come_around_their_slots() -> None:
    visits = _year().visits
    booked = visits[(visits["booked"] == 1) & (visits["no_show"] == 0)]
    early = booked["appointed"] - booked["arrival"]
    assert early.mean() == pytest.approx(5.0, abs=0.2)
    assert early.std() == pytest.approx(5.0, abs=0.2)
    share = (visits["no_show"] == 1).sum() / (visits["booked"] == 1).sum()
    assert abs(share - 0.12) < 4 * np.sqrt(0.12 * 0.88 / (visits["booked"] == 1).sum())
    assert (booked["delay"] >= 2).all()


def test_slots_do_not_overlap_more_than_the_diary_allows() -> None:
    """At no time are more people booked at a door than the roster sets officials aside."""
    visits = _year().visits
    booked = visits[(visits["booked"] == 1) & (visits["attempt"] == 0)]
    key = booked["day"].astype(np.int64) * 1000 + booked["door"]
    busiest = pd.Series(booked["appointed"]).groupby(key).value_counts().max()
    assert busiest <= 9


@pytest.mark.parametrize(("places", "size"), [(1, 1), (255, 1), (256, 2), (3000, 2)])
def test_the_diary_can_count_all_places_in_as_few_bytes_as_that_takes(places: int, size: int) -> None:
    plan = stage_of(load_scenario("example_2030")).rules.diary
    occupied = replace(plan, places=np.full_like(plan.places, places)).blank(3).occupied
    occupied[0] = places
    assert (occupied[0] == places).all()
    assert occupied.itemsize == size


def test_walk_ins_come_while_the_door_is_open_or_just_before() -> None:
    visits = _year().visits
    walk_ins = visits[
        (visits["booked"] == 0) & np.isin(visits["relation"], (Relation.FIRST, Relation.SECOND_TRIP))
    ]
    outside = walk_ins["ticket"] > walk_ins["arrival"]
    assert outside.mean() == pytest.approx(0.10, abs=0.01)
    early = (walk_ins["ticket"] - walk_ins["arrival"])[outside]
    assert early.mean() == pytest.approx(10.0, abs=0.5)


def test_returns_bring_people_back_and_learning_spares_visits() -> None:
    scarce = ("staffing.officials.lahti_kela.count=5", "staffing.officials.lahti_kela.diary=5")
    without, with_returns = _year(0, *scarce), _year(0, *scarce, "feedback.returns=true")
    again = with_returns.visits[with_returns.visits["attempt"] > 0]
    assert len(again) > 2_000
    assert len(np.unique(with_returns.visits["id"])) == len(with_returns.visits)
    assert len(again) > 10 * (without.visits["attempt"] > 0).sum()  # only failed sessions come again there
    parents = np.isin(again["parent"], with_returns.visits["id"])
    assert parents.mean() > 0.9  # the others gave up before the new year
    assert with_returns.needs[NeedChannel.LOST].sum() > 0
    learning = _year(0, "feedback.learning=true", "parameters.remote_learning=0.15")
    assert learning.needs[NeedChannel.ONLINE].sum() > _year().needs[NeedChannel.ONLINE].sum()


def test_who_booked_and_comes_again_after_a_failed_session_has_the_patience_of_a_walk_in() -> None:
    more = ("parameters.remote_technical_failure=0.5", "parameters.patience_mean=30")
    visits = _year(0, *more, "parameters.booked_patience_mean=120").visits
    booked = visits["id"][visits["booked"] == 1]
    again = visits[np.isin(visits["relation"], (Relation.RETURN, Relation.REQUEUE))]
    patience = again["patience"][np.isin(again["parent"], booked)]
    se = patience.std() / np.sqrt(len(patience))
    assert se / 30.0 < 0.03
    assert abs(patience.mean() - 30.0) < 4 * se


def test_remembered_waits_drive_people_to_other_points() -> None:
    scarce = ("staffing.officials.lahti_poliisi.count=1", "staffing.officials.lahti_poliisi.diary=1")
    plain = _year(0, *scarce)
    feeling = _year(0, *scarce, "feedback.remembered_wait=true", "parameters.choice_wait_sensitivity=0.05")
    heinola = plain.names.points.index("heinola_poliisiasema")
    before, after = ((records.visits["point"] == heinola).sum() for records in (plain, feeling))
    assert after > 1.05 * before


@pytest.mark.parametrize("sets", [(), FAILING], ids=["baseline", "failing"])
def test_feedback_without_effect_changes_nothing(sets: tuple[str, ...]) -> None:
    """With the switches on but nothing to act on, day by day equals all at once."""
    idle = _year(0, *sets, "feedback.learning=true", "parameters.remote_learning=0")
    assert idle.visits.tobytes() == _year(0, *sets).visits.tobytes()


def test_who_gave_up_before_a_session_that_would_have_failed_does_not_come_again() -> None:
    visits = _year(0, *FAILING).visits
    bound = visits[np.isfinite(visits["fail_after"])]
    failed = bound["outcome"] == Outcome.REMOTE_FAILED
    assert np.count_nonzero(~failed) > 1000
    again = visits[np.isin(visits["relation"], (Relation.RETURN, Relation.REQUEUE))]
    assert not np.isin(bound["id"][~failed], again["parent"]).any()
    in_time = failed & (bound["day"] < 350) & (bound["attempt"] < MAX_ATTEMPTS)
    assert np.isin(bound["id"][in_time], again["parent"]).all()
    assert (again["attempt"] > 1).any()
