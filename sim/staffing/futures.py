"""A staffing over the projection's futures: how often it meets its target, and what would make it safe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.config import Scenario
from sim.demand.projection import make_projection
from sim.experiments.projection import Probability
from sim.experiments.projection_draws import evaluate, make_draws
from sim.staffing.bench import Bench
from sim.staffing.recommend import Recommendation
from sim.staffing.search import Counts
from sim.stage import stage_of

type Floats = NDArray[np.float64]
type Progress = Callable[[int, int], None]

#: Share of the futures in which a safe staffing meets its target, unit by unit.
SAFE = 0.9
#: Officials a row may gain in a future before it is given up, and years played of each future.
_MOST_MORE, _YEARS = 6, 2
#: Draws from which a volume of a given probability is read, and how far from it they may lie.
_DRAWS, _NEAR = 300, 0.05
_SEED = 1


@dataclass(frozen=True)
class Futures:
    """A staffing in some futures.

    Attributes
    ----------
    visits
        (F,) expected visits of each future.
    met
        (F, U) whether each unit meets its bar with the staffing as it is.
    needed
        (F, n_rows) officials with which the units meet their bars, all of them raised together.
    open
        (F, U) units that no allowed number of officials helps.
    safe
        Officials by row that suffice in `SAFE` of the futures.
    """

    visits: Floats
    met: NDArray[np.bool_]
    needed: NDArray[np.int64]
    open: NDArray[np.bool_]
    safe: Counts

    @property
    def probability(self) -> Probability:
        """Share of the futures in which every unit meets its bar."""
        return Probability.of(int(self.met.all(axis=1).sum()), len(self.met))

    @property
    def covered(self) -> Probability:
        """Share of the futures in which the safe officials suffice everywhere."""
        fine = (self.needed <= np.array(self.safe)).all(axis=1) & ~self.open.any(axis=1)
        return Probability.of(int(fine.sum()), len(fine))


def drawn_visits(scenario: Scenario, n: int) -> Floats:
    """Return (n, A) expected visits where nothing is forced, in `n` draws of all assumptions."""
    free = scenario.model_copy(update={"reading": "projection"})
    return evaluate(make_draws(make_projection(free), n, _SEED))[0]


def at_probability(scenario: Scenario, probability: float) -> Scenario:
    """Return the scenario with the visits that the projection stays below with a probability.

    Parameters
    ----------
    probability
        Between 0 and 1.

    Notes
    -----
    The mix of authorities is that of the draws whose total has about this probability.
    """
    drawn = drawn_visits(scenario, _DRAWS)
    total = drawn.sum(axis=1)
    near = np.abs(np.argsort(np.argsort(total)) / (_DRAWS - 1) - probability) <= _NEAR
    mix = drawn[near].mean(axis=0)
    return with_visits(scenario, mix * np.quantile(total, probability) / mix.sum())


def with_visits(scenario: Scenario, visits: Floats) -> Scenario:
    """Return the scenario with needs scaled by authority towards (A,) expected visits."""
    setup = stage_of(scenario).setup
    usual = setup.expected.visits
    factors = np.divide(visits, usual, out=np.ones_like(usual), where=usual > 0)
    before = scenario.demand.need_factors
    scaled = {
        name: float(before.get(name, 1.0) * factor)
        for name, factor in zip(setup.land.index.authorities, factors, strict=True)
    }
    return scenario.model_copy(update={"demand": scenario.demand.model_copy(update={"need_factors": scaled})})


def face_futures(found: Recommendation, n: int, progress: Progress = lambda done, total: None) -> Futures:
    """Return how a recommended staffing does in `n` draws of all assumptions about demand.

    Notes
    -----
    Each draw scales the needs of each authority to the visits that it expects. A unit meets its bar when the
    mean of `_YEARS` years does. Places are ample, so that officials alone decide.
    """
    drawn = drawn_visits(found.problem.scenario, n)
    futures = []
    for number, visits in enumerate(drawn):
        futures.append(_face(found, visits))
        progress(number + 1, n)
    met, needed, left = (np.array(part) for part in zip(*futures, strict=True))
    safe = np.quantile(needed, SAFE, axis=0, method="inverted_cdf").astype(np.int64)
    return Futures(drawn.sum(axis=1), met, needed, left, tuple(safe.tolist()))


def _face(
    found: Recommendation, visits: Floats
) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.bool_]]:
    """Return the units that a future spares, the officials it needs, and the units it leaves short."""
    problem = found.problem
    needed = np.array(found.counts, np.int64)
    free = np.isin(np.arange(len(needed)), problem.free)
    most = needed + _MOST_MORE * free
    bench = Bench(with_visits(found.scenario, visits), most.tolist())
    met: NDArray[np.bool_] | None = None
    while True:
        years = bench.play_all(needed.tolist(), range(_YEARS), problem.effort.workers)
        good = problem.units.scores(years, problem.target).meets(found.bar, 0.5)
        met = good if met is None else met
        short = {
            row for unit, fine in zip(problem.units.units, good, strict=True) if not fine for row in unit.rows
        }
        more = free & np.isin(np.arange(len(needed)), list(short)) & (needed < most)
        if not more.any():
            return met, needed, ~good
        needed = needed + more
