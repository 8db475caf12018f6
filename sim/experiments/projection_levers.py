"""What would have to be true: the value of a driver, alone or with another, that brings a number about."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from sim.demand.calibration import Levels
from sim.demand.outlook import State
from sim.demand.projection import Projection

type Floats = NDArray[np.float64]

#: Points of the search for a crossing between the physical limits of a lever.
_GRID = 25


@dataclass(frozen=True)
class Lever:
    """A driver that can be set.

    Attributes
    ----------
    name, unit
        Driver; unit of its value: factor, share, relative_change, persons or days.
    base, low, high
        Its value in the scenario; physical limits (for a factor, the largest tried).
    apply
        Returns a state with the lever at a value.
    """

    name: str
    unit: str
    base: float
    low: float
    high: float
    apply: Callable[[State, float], State]


@dataclass(frozen=True)
class Answer:
    """What was found for one lever.

    Attributes
    ----------
    value
        Value nearest to base that brings the number about, nan when no value suffices.
    nearest, at
        Visits that come nearest to the number within the limits, and the lever's value there.
    """

    value: float
    nearest: float
    at: float

    @property
    def suffices(self) -> bool:
        """Whether some value brings the number about."""
        return not math.isnan(self.value)


def make_levers(projection: Projection, state: State, chosen: NDArray[np.bool_]) -> list[Lever]:
    """Return the drivers that can be set in a scenario's year, from its state.

    Parameters
    ----------
    chosen
        (A,) authorities whose need and coverage are moved; some of them must have visits in the base year.
    """
    return [
        *_service_levers(projection, state, chosen),
        *_people_levers(projection, state),
        *_season_levers(state),
    ]


def _service_levers(projection: Projection, state: State, chosen: NDArray[np.bool_]) -> Iterator[Lever]:
    """Yield what people need and in which way they may be served."""
    weight = projection.history.visits * chosen
    by_age = state.residents.sum(axis=0)
    able = float((_by_background(state) * by_age[:, None] * state.able).sum() / by_age.sum())
    covered = float((state.coverage * weight).sum() / weight.sum())
    change = projection.params["duty_change_2030"] * projection.progress

    def cover(s: State, x: float) -> State:
        return replace(s, coverage=_covered(s.coverage, weight > 0, covered, x))

    yield Lever("need", "factor", 1.0, 0.0, 3.0, lambda s, x: _need(s, chosen, x))
    yield Lever("coverage", "share", covered, 0.0, 1.0, cover)
    yield Lever("adoption", "share", able, 0.0, 1.0, lambda s, x: replace(s, able=_towards(s.able, able, x)))
    yield Lever("duty", "relative_change", change, -1.0, 1.0, lambda s, x: _duty(projection, s, x))


def _people_levers(projection: Projection, state: State) -> Iterator[Lever]:
    """Yield how many residents there are, how old, and of which background."""
    by_age, old = state.residents.sum(axis=0), projection.ages.old
    people = float(by_age.sum())
    share_old = float(by_age[old].sum() / people)

    def crowd(s: State, x: float) -> State:
        return replace(s, totals=s.totals * x / people)

    def age(s: State, x: float) -> State:
        return replace(s, ages=_aged(s.ages, old, x - share_old))

    yield Lever("population", "persons", people, 0.0, 3.0 * people, crowd)
    yield Lever("ageing", "share", share_old, 0.0, 1.0, age)
    yield Lever("foreign", "share", state.foreign, 0.0, 1.0, lambda s, x: replace(s, foreign=x))


def _season_levers(state: State) -> Iterator[Lever]:
    """Yield how long cottages are used, and what follows holidays."""
    low, high = float(state.ways.factors[0]), float(state.ways.factors[-1])

    def use(s: State, x: float) -> State:
        return replace(s, cottages=replace(s.cottages, use_days=x))

    yield Lever("cottages", "days", state.cottages.use_days, 0.0, 365.0, use)
    yield Lever("season", "factor", state.after_holiday, low, high, lambda s, x: replace(s, after_holiday=x))


def _by_background(state: State) -> Floats:
    """Return (2,) shares of residents by background."""
    return np.array([1.0 - state.foreign, state.foreign])


def _need(state: State, chosen: NDArray[np.bool_], factor: float) -> State:
    return replace(state, growth=np.where(chosen, state.growth * factor, state.growth))


def _covered(coverage: Floats, chosen: NDArray[np.bool_], base: float, goal: float) -> Floats:
    return np.where(chosen, _towards(coverage, base, goal), coverage)


def _towards(values: Floats, base: float, goal: float) -> Floats:
    """Return shares moved so that their mean goes from `base` to `goal`: towards 1 or towards 0."""
    if goal >= base:
        part = (goal - base) / (1.0 - base) if base < 1.0 else 0.0
        return values + part * (1.0 - values)
    return values * goal / base


def _duty(projection: Projection, state: State, change: float) -> State:
    """Return a state whose duties of history have changed by a share; what is freed can end online."""
    before = projection.outlook.rules.duty
    duty = np.clip(before * (1.0 + change), 0.0, 1.0)
    return replace(state, duty=duty, freed=np.maximum(before - duty, 0.0))


def _aged(ages: Floats, old: NDArray[np.bool_], change: float) -> Floats:
    """Return age shares in which the old have gained `change` of the population, at most all of it."""
    theirs = ages[:, old].sum(axis=1, keepdims=True)
    goal = np.where(theirs > 0, np.clip(theirs + change, 0.0, 1.0), 0.0)
    young = np.divide(1.0 - goal, 1.0 - theirs, out=np.zeros_like(theirs), where=theirs < 1)
    older = np.divide(goal, theirs, out=np.zeros_like(theirs), where=theirs > 0)
    return ages * np.where(old, older, young)


def solve(lever: Lever, goal: float, visits: Callable[[float], float]) -> Answer:
    """Return the value of a lever nearest to its base under which `visits` equals `goal`."""
    values = np.unique([*np.linspace(lever.low, lever.high, _GRID), lever.base])
    gaps = np.array([visits(float(value)) for value in values]) - goal
    best = int(np.argmin(np.abs(gaps)))
    nearest, at = float(gaps[best] + goal), float(values[best])
    turns = np.flatnonzero(np.sign(gaps[:-1]) * np.sign(gaps[1:]) <= 0)
    if not len(turns):
        return Answer(math.nan, nearest, at)
    middle = (values[turns] + values[turns + 1]) / 2
    turn = int(turns[np.argmin(np.abs(middle - lever.base))])
    root = float(brentq(lambda x: visits(x) - goal, values[turn], values[turn + 1], xtol=1e-9))
    return Answer(root, goal, root)


@dataclass(frozen=True)
class Question:
    """A number that levers are asked to bring about in a state.

    Attributes
    ----------
    projection, levels, state
        Scenario, needs and state from which levers start.
    wanted
        (A,) authorities whose visits are added up.
    goal
        Visits.
    """

    projection: Projection
    levels: Levels
    state: State
    wanted: NDArray[np.bool_]
    goal: float

    def visits(self, state: State) -> float:
        """Return the visits asked about in a state."""
        return float(self.projection.outlook.expect(self.levels, state).visits[self.wanted].sum())

    def alone(self, lever: Lever) -> Answer:
        """Return the answer for one lever with all others at their values."""
        return solve(lever, self.goal, lambda x: self.visits(lever.apply(self.state, x)))

    def frontier(self, first: Lever, second: Lever, steps: Sequence[float]) -> list[tuple[float, Answer]]:
        """Return the second lever's answers while the first goes from its base to where it helps most.

        Parameters
        ----------
        steps
            How far the first goes: 0 its base, 1 the value that suffices alone, or else comes nearest.
        """
        end = self.alone(first).at
        found = []
        for step in steps:
            value = first.base + step * (end - first.base)
            found.append((value, self._second(second, first.apply(self.state, value))))
        return found

    def _second(self, lever: Lever, state: State) -> Answer:
        """Return the value of a second driver that reaches the goal from a given state."""
        return solve(lever, self.goal, lambda value: self.visits(lever.apply(state, value)))
