"""The projection in closed form: it meets history, its drivers add up, and it is what is simulated."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from sim.config import load_scenario
from sim.demand.calibration import Levels
from sim.demand.expectation import MatterRules
from sim.demand.outlook import Cottages, Outlook, State, Ways
from sim.demand.projection import Projection, make_projection
from sim.experiments.projection import Probability, project
from sim.experiments.projection_draws import evaluate, make_draws
from sim.experiments.projection_levers import make_levers
from sim.experiments.projection_rules import plan_question
from sim.experiments.projection_shares import driver_shares
from sim.locale import number
from sim.model import VisitModel
from sim.population.people import CottageStock
from sim.reports.html.stored import report_of
from sim.reports.projection import write_projection
from sim.reports.stored_workbook import workbook_of
from sim.visits import Channel, NeedChannel, Relation
from tests.unit.test_reports_page import Page


@lru_cache(maxsize=1)
def projection() -> Projection:
    return make_projection(load_scenario("projection_2030"))


def test_drivers_add_up_to_the_change_since_the_base_year() -> None:
    shares, before, after = driver_shares(projection(), projection().base)
    assert before.sum() == pytest.approx(221_616, rel=1e-6)
    assert sum(shares.values()) == pytest.approx(after - before, abs=1e-6)
    assert shares["coverage"].sum() < shares["adoption"].sum() < 0


def test_closed_form_and_simulation_agree() -> None:
    expected = projection().expect(projection().base).visits
    counts, full, carried = [], np.zeros(len(expected)), np.zeros(len(expected))
    for replication in range(3):
        records = VisitModel(load_scenario("projection_2030"), replication, "compiled").run()
        visits = records.visits
        full += records.needs[NeedChannel.NO_SLOT].sum(axis=(1, 2, 3, 4))
        due = visits["authority"][(visits["relation"] == Relation.FIRST) & (visits["attempt"] == 0)]
        carried += np.bincount(due, minlength=len(expected))
        carried -= records.needs[NeedChannel.VISIT].sum(axis=(1, 2, 3, 4))
        own = np.isin(visits["relation"], (Relation.FIRST, Relation.SECOND_HERE, Relation.SECOND_TRIP))
        counted = own & (visits["no_show"] == 0) & (visits["channel"] != Channel.SELF_SERVICE)
        counts.append(np.bincount(visits["authority"][counted], minlength=len(expected)))
    # The expectation is of adopters not yet drawn: their luck adds to the visits', half a per cent of them.
    spread = np.sqrt(expected / len(counts) + (0.005 * expected) ** 2)
    difference = np.mean(counts, axis=0) - expected
    assert (np.abs(difference) <= 4 * spread)[full == 0].all()
    # Where the plan's diaries are too small for what comes, people find no slot, or one in the next year.
    assert np.count_nonzero(full) == 1
    assert (difference < -4 * spread)[full > 0].all()
    explained = difference + (full - carried) / len(counts)
    assert (np.abs(explained) <= 4 * spread).all()


def test_draws_spread_round_the_base_and_leave_out_what_is_named() -> None:
    draws = make_draws(projection(), 24, 1)
    visits, _ = evaluate(draws)
    fixed, _ = evaluate(draws, ("need", "duty"))
    total = visits.sum(axis=1)
    assert total.min() < projection().expect(projection().base).visits.sum() < total.max()
    assert total.std() > fixed.sum(axis=1).std() > 0


def test_probability_has_an_upper_bound_when_no_draw_hits() -> None:
    assert Probability.of(0, 500).high == pytest.approx(1 - 0.025 ** (1 / 500))
    assert Probability.of(500, 500).low == pytest.approx(0.025 ** (1 / 500))


def hand_made(**changes: Any) -> tuple[Outlook, State]:
    """One municipality with one point that serves all; two ages, two matters of one authority.

    The first matter can end online and a quarter of it is a duty; the second can do neither.
    """
    rules = MatterRules(
        authority=np.array([0, 0]),
        duty=np.array([0.25, 0.0]),
        freed=np.zeros(2),
        remote=np.zeros(2),
        booked=np.zeros(2),
        online=np.array([True, False]),
        coverage=np.array([0.5]),
        no_show=0.0,
        second=0.0,
        cottage_ratio=0.15,
        foreign_only=np.array([False]),
    )
    stock = CottageStock(
        cottages=np.array([100.0]),
        share_outside=0.5,
        persons=2.0,
        owner_ages=pd.DataFrame({"age_from": [18, 65], "age_to": [64, 74], "share": [0.5, 0.5]}),
    )
    days = np.full((1, 2, 10), 0.1)
    ways = Ways(
        code=np.arange(6).reshape(2, 3, 1) + np.zeros(10, np.int64),
        counted=np.ones((1, 3, 1)),
        anywhere=np.ones((1, 3, 1)),
        factors=np.array([1.0]),
        days=days,
        presence=np.full(10, 0.01),
    )
    state = State(
        ways=ways,
        totals=np.array([1000.0]),
        ages=np.array([[0.6, 0.4]]),
        foreign=0.1,
        concentration=np.array([1.0]),
        able=np.array([[0.9, 0.9], [0.4, 0.4]]),
        video=np.zeros((2, 2)),
        coverage=np.array([0.5]),
        duty=rules.duty,
        freed=rules.freed,
        growth=np.ones(1),
        cottages=Cottages(0.0, 0.0, 0.0, 0.0),
        after_holiday=1.0,
    )
    outlook = Outlook(rules, np.zeros(2), ("0-64", "65+"), stock, np.array([0.5, 0.5]))
    return outlook, replace(state, **changes)


#: Two needs a person and year, half of each matter; the old twice as often as the young: 1 600 in all.
LEVELS = Levels(np.array([2.0]), np.array([[0.5, 1.0]]), np.array([0.5, 0.5]))


def expected(**changes: Any) -> float:
    outlook, state = hand_made(**changes)
    return float(outlook.expect(LEVELS, state).visits.sum())


NEEDS = 600 * 1.0 + 400 * 2.0


@pytest.mark.parametrize(
    ("changes", "visits"),
    [
        # 700 of each matter: the first loses 3/4 x (0.9 of 300 young needs, 0.4 of 400 old ones) x 0.5.
        ({}, NEEDS - 0.75 * 0.5 * (0.9 * 300 + 0.4 * 400)),
        ({"able": np.zeros((2, 2))}, NEEDS),
        ({"able": np.ones((2, 2))}, NEEDS - 0.75 * 0.5 * 700),
        ({"coverage": np.zeros(1)}, NEEDS),
        ({"coverage": np.ones(1)}, NEEDS - 0.75 * (0.9 * 300 + 0.4 * 400)),
        ({"able": np.ones((2, 2)), "coverage": np.ones(1)}, 700 + 0.25 * 700),
        ({"duty": np.array([1.0, 0.0])}, NEEDS),
        ({"growth": np.array([2.0])}, 2 * (NEEDS - 0.75 * 0.5 * 430)),
    ],
)
def test_hand_made_states_have_the_visits_computed_by_hand(changes: dict[str, Any], visits: float) -> None:
    assert expected(**changes) == pytest.approx(visits, rel=1e-12)


def test_cottage_dwellers_add_their_needs_while_present() -> None:
    """100 cottages x 0.5 x 2 persons = 100, half of them old, present 30 % of days, 0.15 of the needs."""
    at_cottages = Cottages(outside=0.5, persons=2.0, use_days=30.0, need_ratio=0.15)
    theirs = 0.15 * 0.3 * (50 * 1.0 + 50 * 2.0)
    nobody = np.zeros((2, 2))
    assert expected(able=nobody, cottages=at_cottages) == pytest.approx(NEEDS + theirs, rel=1e-12)


def coverage_of_all(share: float) -> list[str]:
    keys = [key for key in projection().params.as_dict() if key.startswith("digital_coverage.")]
    return [f"parameters.{key}={share}" for key in keys if key.endswith(".2030")]


@pytest.mark.slow
def test_without_e_services_nobody_ends_online() -> None:
    records = VisitModel(load_scenario("projection_2030", coverage_of_all(0.0)), 0, "compiled").run()
    assert records.needs[NeedChannel.ONLINE].sum() == 0
    assert records.needs[NeedChannel.VISIT].sum() > 221_616


@pytest.mark.slow
def test_with_full_e_services_closed_form_and_simulation_agree() -> None:
    scenario = load_scenario("projection_2030", coverage_of_all(1.0))
    full = make_projection(scenario)
    expected_visits = full.expect(full.base).visits.sum()
    visits = VisitModel(scenario, 0, "compiled").run().visits
    own = np.isin(visits["relation"], (Relation.FIRST, Relation.SECOND_HERE, Relation.SECOND_TRIP))
    counted = own & (visits["no_show"] == 0) & (visits["channel"] != Channel.SELF_SERVICE)
    # Beside the luck of a year there is that of who is able at all, half a per cent of the visits.
    spread = np.sqrt(expected_visits + (0.005 * expected_visits) ** 2)
    assert spread / expected_visits < 0.03
    assert abs(np.count_nonzero(counted) - expected_visits) < 4 * spread
    assert expected_visits < projection().expect(projection().base).visits.sum()


def test_answers_of_levers_bring_the_plan_about_and_pairs_reach_from_one_to_the_other() -> None:
    everybody = projection().history.visits > 0
    question = plan_question(projection(), everybody)
    levers = {lever.name: lever for lever in make_levers(projection(), question.state, everybody)}
    need = question.alone(levers["need"])
    reached = question.visits(levers["need"].apply(question.state, need.value))
    assert reached == pytest.approx(110_850, abs=0.5)
    assert not question.alone(levers["cottages"]).suffices
    rules = question.frontier(levers["coverage"], levers["need"], (0.0, 0.5, 1.0))
    factors = [answer.value for _, answer in rules]
    assert factors[0] == pytest.approx(need.value)
    assert factors[0] < factors[1] < factors[2] == pytest.approx(1.0, abs=1e-6)


def test_levers_start_where_the_scenario_stands() -> None:
    everybody = projection().history.visits > 0
    question = plan_question(projection(), everybody)
    at_base = question.visits(question.state)
    for lever in make_levers(projection(), question.state, everybody):
        assert question.visits(lever.apply(question.state, lever.base)) == pytest.approx(at_base, rel=1e-9)
        for limit in (lever.low, lever.high):
            assert 0 <= question.visits(lever.apply(question.state, limit)) < 20 * at_base


def test_need_moves_only_the_authorities_that_are_asked_about() -> None:
    one = np.arange(len(projection().history.visits)) == int(projection().history.visits.argmax())
    question = plan_question(projection(), one)
    need = next(x for x in make_levers(projection(), question.state, one) if x.name == "need")
    growth = need.apply(question.state, 0.5).growth
    assert (growth[one] == 0.5).all()
    assert (growth[~one] == question.state.growth[~one]).all()


def test_written_answer_adds_up(tmp_path: Path) -> None:
    answer = project(load_scenario("projection_2030"), 8, 1)
    paths = write_projection(answer, tmp_path)
    assert {path.name for path in paths} >= {"answer.json", "visits.csv", "pairs.csv", "waterfall.svg"}
    rows = pd.read_csv(tmp_path / "visits.csv").set_index("authority")
    drivers = pd.read_csv(tmp_path / "drivers.csv")
    change = drivers[drivers["authority"] == "all"]["at_base"].sum()
    assert change == pytest.approx(rows.loc["all", "at_base"] - rows.loc["all", "base_year"], abs=2)
    text = report_of(str(tmp_path), lang="fi").read_text("utf-8")
    page = Page(text)
    assert page.lang == "fi"
    assert len(page.alts) == 2
    assert all(address.startswith(("data:", "#")) for address in page.addresses)
    assert number(rows.loc["all", "p50"], "fi") in text
    single = rows.drop(index=["all", "joint"])
    assert single["plan"].sum() == rows.loc["all", "plan"] == 110_850
    assert rows.loc["joint", "plan"] == 87_350
    book = CalamineWorkbook.from_path(workbook_of(str(tmp_path), tmp_path / "answer.xlsx", lang="fi"))
    cells = book.get_sheet_by_name("Tulevat käynnit").to_python(skip_empty_area=False)
    assert cells[2][2] == "Suunnitelma"
    assert sum(cell[2] for cell in cells[3 : 3 + len(rows)]) == rows["plan"].sum()
    flagged = set(single.index[single["plan"] < single["legal_floor"]])
    assert flagged == {"Poliisi", "DVV", "Migri", "MML"}
