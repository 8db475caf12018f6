"""What must be true for a number of visits: for each driver alone, and as rules for pairs of drivers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.demand.projection import Projection
from sim.experiments.projection_levers import Answer, Lever, Question, make_levers
from sim.experiments.projection_shares import levels_of

#: Drivers that are told beside each authority: those on which authorities and the law decide, and need.
_TOLD = ("need", "coverage", "duty")
#: Pairs of drivers of which rules are told: how far the first goes, and what the second must then be.
_PAIRS = (
    ("coverage", "need"),
    ("adoption", "need"),
    ("adoption", "coverage"),
    ("duty", "need"),
    ("duty", "coverage"),
)
#: Steps of the first driver of a pair, from its base (0) to the end of its way (1).
_STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)


def plan_question(projection: Projection, chosen: NDArray[np.bool_]) -> Question:
    """Return the question what brings the plan's visits about at the chosen (A,) authorities."""
    levels = levels_of(projection, projection.base)
    state = projection.state(projection.base, projection.year)
    goal = float(np.nansum(projection.plan[chosen]))
    return Question(projection, levels, state, chosen, goal)


def lone_answers(question: Question) -> list[dict[str, Any]]:
    """Return for each driver the value that brings the goal about, all others as in the scenario."""
    levers = make_levers(question.projection, question.state, question.wanted)
    return [_told(lever, question.alone(lever)) for lever in levers]


def must_be_true(question: Question) -> list[dict[str, Any]]:
    """Return the answers of the drivers that are told beside an authority; empty where the goal is met."""
    if question.visits(question.state) <= question.goal:
        return []
    levers = make_levers(question.projection, question.state, question.wanted)
    return [_told(lever, question.alone(lever)) for lever in levers if lever.name in _TOLD]


def pair_rules(question: Question) -> list[dict[str, Any]]:
    """Return for pairs of drivers which value of the second goes with which value of the first."""
    levers = {
        lever.name: lever for lever in make_levers(question.projection, question.state, question.wanted)
    }
    return [
        {
            "first": first,
            "first_value": value,
            "second": second,
            "second_value": answer.value if answer.suffices else None,
            "nearest_visits": answer.nearest,
        }
        for first, second in _PAIRS
        for value, answer in question.frontier(levers[first], levers[second], _STEPS)
    ]


def floor_of(question: Question) -> float:
    """Return the legal floor of the wanted authorities: need × duty if need had not changed."""
    unchanged = replace(question.state, growth=np.ones(len(question.wanted)))
    expected = question.projection.outlook.expect(question.levels, unchanged)
    return float(expected.floor[question.wanted].sum())


def _told(lever: Lever, answer: Answer) -> dict[str, Any]:
    """Return an answer as plain values; `value` is None when no value suffices."""
    return {
        "driver": lever.name,
        "unit": lever.unit,
        "base": lever.base,
        "value": answer.value if answer.suffices else None,
        "nearest_visits": answer.nearest,
        "nearest_at": answer.at,
    }
