"""What a worker process does: play replications of a scenario, keeping people and visits warm."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from sim.app.costs import cost_rows
from sim.app.levers import TARGET_SHARE, TARGET_WAIT
from sim.config import Scenario
from sim.config.registry import Registry
from sim.demand.rules import DemandRules
from sim.model import VisitModel
from sim.outcomes import OutcomeSettings, metrics
from sim.region import load_region
from sim.stage import PlacedYear, Stage, place_year, stage_of

#: Years of placed visits that a worker keeps; each is about 25 MB for the full region.
_KEPT = 8

_placed: OrderedDict[tuple[str, int], tuple[DemandRules, PlacedYear]] = OrderedDict()


def play(scenario: Scenario, replication: int) -> pd.DataFrame:
    """Return the metrics of one replication, the same as those of a run that is stored, and its costs.

    Notes
    -----
    A change of officials leaves people as they are, and their visits too as long as the diary does. The
    service target decides nothing in the year that is simulated, so it is left out of what is kept.
    """
    simulated = _without_target(scenario)
    stage = stage_of(simulated)
    acting = any(scenario.feedback.model_dump().values())
    year = None if acting else _fresh_year(stage, replication)
    model = VisitModel(simulated, replication, "compiled", year)
    records = model.run()
    model.leave()
    values = Registry.from_region(load_region(scenario.region)).resolve(scenario.in_force())
    table = metrics(records, OutcomeSettings.from_parameters(values.as_dict()))
    costs = cost_rows(stage.setup, records, table)
    return pd.concat([table, costs], ignore_index=True).assign(replication=replication)


def _without_target(scenario: Scenario) -> Scenario:
    """Return the scenario without the service target, which only judges."""
    others = {
        key: value for key, value in scenario.parameters.items() if key not in (TARGET_SHARE, TARGET_WAIT)
    }
    return scenario.model_copy(update={"parameters": others})


def _fresh_year(stage: Stage, replication: int) -> PlacedYear:
    """Return the visits of a replication, unplayed: those kept if they are the same, else placed anew."""
    key = (stage.ground, replication)
    kept = _placed.get(key)
    if kept is None or not _same(kept[0], stage.rules):
        kept = (stage.rules, place_year(stage, replication))
        _placed[key] = kept
    _placed.move_to_end(key)
    while len(_placed) > _KEPT:
        _placed.popitem(last=False)
    return replace(kept[1], visits=kept[1].visits.copy(), counts=kept[1].counts.copy())


def _same(one: DemandRules, other: DemandRules) -> bool:
    """Return whether two tables of rules place every visit alike."""
    pairs = zip(_values(one), _values(other), strict=True)
    return all(a is b or np.array_equal(a, b) for a, b in pairs)


def _values(rules: DemandRules) -> list[Any]:
    """Return all numbers and arrays of the rules."""
    return [*rules.persons, *rules.places, *rules.marks, *vars(rules.diary).values()]
