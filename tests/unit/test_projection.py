"""The projection in closed form: it meets history, its drivers add up, and it is what is simulated."""

from functools import lru_cache

import numpy as np
import pytest

from sim.config import load_scenario
from sim.demand.projection import Projection, make_projection
from sim.experiments.projection import Probability
from sim.experiments.projection_draws import evaluate, make_draws
from sim.experiments.projection_shares import driver_shares
from sim.model import VisitModel
from sim.visits import Channel, NeedChannel, Relation


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
    counts, full = [], np.zeros(len(expected))
    for replication in range(3):
        records = VisitModel(load_scenario("projection_2030"), replication, "compiled").run()
        visits = records.visits
        full += records.needs[NeedChannel.NO_SLOT].sum(axis=(1, 2, 3, 4))
        own = np.isin(visits["relation"], (Relation.FIRST, Relation.SECOND_HERE, Relation.SECOND_TRIP))
        counted = own & (visits["no_show"] == 0) & (visits["channel"] != Channel.SELF_SERVICE)
        counts.append(np.bincount(visits["authority"][counted], minlength=len(expected)))
    # The expectation is of adopters not yet drawn: their luck adds to the visits', half a per cent of them.
    spread = np.sqrt(expected / len(counts) + (0.005 * expected) ** 2)
    apart = np.abs(np.mean(counts, axis=0) - expected) <= 4 * spread
    # Where the plan's diaries are too small for what comes, people find no slot and the points see fewer.
    assert apart[full == 0].all()
    assert np.count_nonzero(full) == 1


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
