"""Proof of a queue engine against theory: what is simulated, what theory says, how far they are apart.

Every case runs through the engine's `run_day` on a setting of one point, as the region does. People come in
one very long day (the clock runs on past midnight) whose beginning is left out as warm-up, or in many
ordinary days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import t as student

from sim.queues.setting import ROSTERED, DayExtra, Setting
from sim.streams import TICK, on_tick, stream_key, uniform

#: A queue engine: plays the visits of a day, in place.
Engine = Callable[[NDArray[np.void], Setting, int], DayExtra]
Floats = NDArray[np.float64]

#: Batches for the standard error, each of days or of a stretch of one long day.
BATCHES = 30
#: Share of a long day that is left out as warm-up.
WARM_UP = 0.02
CONFIDENCE = 0.95


class Check(NamedTuple):
    """A row of the table *case, theory, simulated ± half-width, z*."""

    case: str
    quantity: str
    theory: float
    simulated: float
    half_width: float  #: of the 95 % interval, random variation
    standard_error: float
    z: float  #: (simulated - theory) / standard error

    @property
    def proven(self) -> bool:
        """Whether theory lies within four standard errors, and these are less than 3 % of it."""
        return abs(self.z) < 4 and self.standard_error < 0.03 * self.theory


class Measure(NamedTuple):
    """A quantity, its theoretical mean, and its value for each visit (nan: does not count)."""

    quantity: str
    theory: float
    values: Callable[[NDArray[np.void]], Floats]


@dataclass(frozen=True)
class Case:
    """A queue for which theory has an answer.

    Attributes
    ----------
    name
        Kendall's notation and the utilisation.
    servers
        Officials, all alike.
    visits
        Return the visits of a day from its draws.
    measures
        What is compared.
    days
        Days to play, one if the day is long.
    balking
        Persons waiting per official at which half turn away.
    """

    name: str
    servers: int
    visits: Callable[[Draws], NDArray[np.void]]
    measures: tuple[Measure, ...]
    days: int = 1
    balking: float = inf


@dataclass(frozen=True)
class Draws:
    """Random numbers of one day of a case, each mark from its own stream."""

    case: str
    seed: int
    day: int

    def uniform(self, mark: str, n: int) -> Floats:
        """Return `n` numbers in [0, 1)."""
        return uniform(stream_key(self.seed, self.day, f"{self.case}/{mark}"), np.arange(n))

    def exponential(self, mark: str, mean: float, n: int) -> Floats:
        """Return `n` exponential times on the tick of the clock, > 0 [min]."""
        return positive(-mean * np.log1p(-self.uniform(mark, n)))

    def lognormal(self, mark: str, mean: float, cv: float, n: int) -> Floats:
        """Return `n` lognormal times on the tick of the clock, > 0 [min]."""
        variance = np.log1p(cv**2)
        normal = ndtri(np.clip(self.uniform(mark, n), 1e-16, None))
        return positive(mean * np.exp(sqrt(variance) * normal - variance / 2))


def positive(minutes: Floats) -> Floats:
    """Return `minutes` on the tick of the clock, at least one tick."""
    return np.maximum(on_tick(minutes), TICK)


def validate(cases: Iterable[Case], engine: Engine, seed: int = 1) -> list[Check]:
    """Return the table that proves an engine, case by case.

    Parameters
    ----------
    cases
        Queues with an answer from theory, see `sim.queues.cases.all_cases`.
    engine
        `run_day` of a queue engine.
    seed
        Seed of the draws.
    """
    return [check for case in cases for check in run_case(case, engine, seed)]


def run_case(case: Case, engine: Engine, seed: int = 1) -> list[Check]:
    """Return one row of the table for each quantity of a case."""
    played = []
    for day in range(case.days):
        visits = case.visits(Draws(case.name, seed, day))
        engine(visits, one_point(case.servers, float(visits["arrival"][-1]) + 1, case.balking), 0)
        played.append(visits)
    batches = in_batches(played)
    return [check(case.name, measure, batches) for measure in case.measures]


def in_batches(days: Sequence[NDArray[np.void]]) -> list[NDArray[np.void]]:
    """Return the visits of one long day (without its warm-up), or of many days, in `BATCHES` batches."""
    if len(days) == 1:
        visits = days[0][int(WARM_UP * len(days[0])) :]
        return [visits[start:end] for start, end in _parts(len(visits))]
    return [np.concatenate(days[start:end]) for start, end in _parts(len(days))]


def _parts(length: int) -> Iterable[tuple[int, int]]:
    return pairwise(length * batch // BATCHES for batch in range(BATCHES + 1))


def check(case: str, measure: Measure, batches: Sequence[NDArray[np.void]]) -> Check:
    """Compare a quantity with theory, by the ratio estimator over batches."""
    values = [measure.values(batch) for batch in batches]
    sums = np.array([np.nansum(batch) for batch in values])
    counts = np.array([np.count_nonzero(~np.isnan(batch)) for batch in values])
    mean = float(sums.sum() / counts.sum())
    n = len(batches)
    residuals = (sums - mean * counts) / counts.mean()
    error = float(np.sqrt((residuals**2).sum() / (n - 1) / n))
    half_width = float(student.ppf((1 + CONFIDENCE) / 2, n - 1)) * error
    return Check(
        case, measure.quantity, measure.theory, mean, half_width, error, (mean - measure.theory) / error
    )


def one_point(servers: int, open_minutes: float, balking: float = inf) -> Setting:
    """Return a point with one door and `servers` officials alike, open from 0 to `open_minutes`."""
    return Setting(
        able=np.ones((servers, 1), np.uint8),
        skills=np.ones(servers, np.int64),
        places=np.full((1, 3), servers),
        guidance=np.full(1, -1),
        door_point=np.zeros(1, np.int64),
        door_service=np.zeros(1, np.int64),
        windows=np.array([[[[0.0, open_minutes]]]]),
        shifts=np.broadcast_to([0.0, open_minutes], (1, servers, 1, 2)).copy(),
        day_type=np.zeros(1, np.int64),
        duty=np.full((1, servers), ROSTERED, np.int8),
        fetch_minutes=0.0,
        balking_queue_length=balking,
        send_away=False,
    )
