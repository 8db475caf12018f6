"""Staffing options: a scenario with other counts of officials, other places or another seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.config import Scenario
from sim.config.scenario import OfficialChange, PlacesChange
from sim.network.rows import RosterRow


def with_counts(scenario: Scenario, rows: Sequence[RosterRow], counts: Sequence[int]) -> Scenario:
    """Return the scenario with other counts of officials, their diaries in proportion."""
    officials = dict(scenario.staffing.officials)
    for row, count in zip(rows, counts, strict=True):
        change = officials.get(row.name, OfficialChange())
        officials[row.name] = change.model_copy(update={"count": count, "diary": row.diary_for(count)})
    return _restaffed(scenario, {"officials": officials})


def with_places(scenario: Scenario, places: Mapping[str, Mapping[str, int]]) -> Scenario:
    """Return the scenario with other places; `places` holds counts by kind for some points."""
    changed = {**scenario.staffing.places, **{p: PlacesChange(**kinds) for p, kinds in places.items()}}
    return _restaffed(scenario, {"places": changed})


def with_seed(scenario: Scenario, seed: int) -> Scenario:
    """Return the scenario with other random numbers: other homes, other visits, other absences."""
    return scenario.model_copy(update={"run": scenario.run.model_copy(update={"seed": seed})})


def _restaffed(scenario: Scenario, update: Mapping[str, object]) -> Scenario:
    """Return the scenario with parts of its staffing replaced."""
    return scenario.model_copy(update={"staffing": scenario.staffing.model_copy(update=dict(update))})
