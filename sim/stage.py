"""A scenario made ready to be simulated, and a year of its visits before the points have played them."""

from __future__ import annotations

import ctypes
import gc
import json
import sys
import weakref
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.config import Scenario
from sim.demand.rules import DemandRules, make_rules
from sim.demand.setup import Setup, make_setup, restaffed
from sim.demand.year import YearDemand

#: Scenarios whose set-up a process keeps: two are compared, and one changes under a slider beside another.
_KEPT = 2


@dataclass(frozen=True)
class Stage:
    """A scenario made ready: what all its replications share.

    Attributes
    ----------
    setup, rules
        People, network and the kernel's tables.
    ground
        What the scenario says about everything but staffing; scenarios that agree in it share people.
    """

    setup: Setup
    rules: DemandRules
    ground: str


@dataclass(frozen=True)
class PlacedYear:
    """A year's visits before the points have played them.

    Attributes
    ----------
    visits
        Rows of all days of the span, by day and id.
    starts
        (D + 1,) where the days of the span begin, and the end.
    counts
        What became of the needs, see `YearDemand.counts`.
    first
        Position of the first day to play: on it, before the year, a session may fail whose next attempt
        is due in the year.
    """

    visits: NDArray[np.void]
    starts: NDArray[np.int64]
    counts: NDArray[np.int64]
    first: int


_stages: OrderedDict[str, Stage] = OrderedDict()


def stage_of(scenario: Scenario) -> Stage:
    """Return a scenario made ready; those last used in this process are kept.

    Where one of them differs in its staffing only, its people and needs are taken over.
    """
    content: list[Any] = [scenario.content(), scenario.region, scenario.run.seed]
    key = json.dumps(content, sort_keys=True)
    if key not in _stages:
        _forget_years_gone(scenario)
        del content[0]["staffing"]
        ground = json.dumps(content, sort_keys=True)
        alike = next((stage for stage in _stages.values() if stage.ground == ground), None)
        setup = restaffed(alike.setup, scenario) if alike else make_setup(scenario)
        _stages[key] = Stage(setup, make_rules(setup), ground)
        _give_back()
    _stages.move_to_end(key)
    _forget_but(_KEPT)
    return _stages[key]


def _forget_but(most: int) -> None:
    """Let go of the set-ups that were not used for longest.

    A Mesa model refers to itself, so that the set-up of one that nobody has stays until the garbage is
    collected, which a sweep seldom comes to by itself.
    """
    while len(_stages) > most:
        _, stage = _stages.popitem(last=False)
        setup, ground = weakref.ref(stage.setup), stage.ground
        del stage
        shared = any(other.ground == ground for other in _stages.values())
        if setup() is not None and not shared:  # one that shares its people holds little of its own
            gc.collect()


def _give_back() -> None:
    """Hand memory that a set-up took for a while back to the system, else each leaves gaps in the heap."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # of the GNU library, not of all
        if trim is not None:
            trim(0)


def _forget_years_gone(scenario: Scenario) -> None:
    """Keep none of the years lived through when a further one comes: a trajectory does not return to them."""
    if scenario.people_since is not None:
        gone = [key for key, stage in _stages.items() if stage.setup.scenario.people_since is not None]
        for key in gone:
            del _stages[key]


def place_year(stage: Stage, replication: int) -> PlacedYear:
    """Return the visits of one replication of a scenario in which nothing acts on the days to come."""
    demand = YearDemand(stage.setup, stage.rules, replication)
    demand.place(0, stage.setup.season.span.n_days)
    first = demand.first_that_decides(demand.first_year_day)
    taken = demand.take(np.arange(demand.placed))
    return PlacedYear(taken.visits, taken.starts, demand.counts, first)
