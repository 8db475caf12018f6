"""From a planner's question to everything that is told and kept of the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from sim.config import Scenario
from sim.config.registry import Registry
from sim.errors import InputError
from sim.errors import Problem as Wrong
from sim.network.rows import roster_rows
from sim.region import load_region
from sim.staffing.front import FrontPoint, front_of
from sim.staffing.problem import Effort, Rules
from sim.staffing.recommend import Recommendation, recommend
from sim.staffing.shift_proof import ShiftPlan, shift_plan
from sim.staffing.target import Target

_FOLDER = "staffing"


@dataclass(frozen=True)
class Question:
    """What a planner asks.

    Attributes
    ----------
    scenario
        What to staff.
    target
        Such as ``80%/15min``.
    never_alone, fixed
        Rules of the least staff; rows that stay as they are.
    shifts
        Whether shifts are planned.
    workers
        Threads.
    """

    scenario: Scenario
    target: str
    never_alone: bool = False
    fixed: tuple[str, ...] = ()
    shifts: bool = False
    workers: int = 2


@dataclass(frozen=True)
class Answer:
    """What is told and kept.

    Attributes
    ----------
    recommendation, front, shifts
        The staffing with its proof; leaner and richer ones; shifts if asked for.
    file
        Scenario file with the staffing, which `visitsim run` takes.
    """

    recommendation: Recommendation
    front: tuple[FrontPoint, ...]
    shifts: ShiftPlan | None
    file: Path

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as plain data."""
        found = self.recommendation
        problem, setup = found.problem, found.problem.bench.setup
        points, authorities = setup.site.network.points, setup.land.index.authorities
        within, lost = found.scores.within.mean(axis=0), found.scores.lost.mean(axis=0)
        return {
            "scenario": problem.scenario.name,
            "target": {
                "share": problem.target.share,
                "wait_min": problem.target.wait,
                "lost": problem.target.lost,
            },
            "confidence": problem.effort.confidence,
            "replications": len(found.scores.wait),
            "proven": all(found.proven),
            "officials": dict(zip((row.name for row in problem.bench.rows), found.counts, strict=True)),
            "units": [
                {
                    "point": points[unit.point],
                    "authorities": [authorities[a] for a in unit.authorities],
                    "visits": round(unit.visits, 1),
                    "within": round(float(within[i]), 4),
                    "lost": round(float(lost[i]), 4),
                    "proven": found.proven[i],
                    "unmet": found.unmet.get(i),
                }
                for i, unit in enumerate(problem.units.units)
            ],
            "one_fewer": {problem.bench.rows[r.row].name: r.verdict for r in found.removals},
            "htv": round(found.costs.htv, 2),
            "area_m2": round(found.costs.area, 1),
            "euros": round(found.costs.euros),
            "front": [
                {"euros": round(p.euros), "wait_mean": p.mean, "wait_p90": p.p90, "within": p.within}
                for p in self.front
            ],
            "file": str(self.file),
        }


def answer(question: Question, out: Path, tell: Callable[[str], None] = lambda text: None) -> Answer:
    """Return the answer to a question and keep its staffing as a scenario file.

    Parameters
    ----------
    out
        Folder of all results.
    tell
        Called with what is being done.

    Raises
    ------
    InputError
        The target has another form, a fixed row does not exist, or feedback is on: then what happens at the
        points changes who comes, and staffings cannot be compared on the same visits.
    """
    scenario = question.scenario
    region = load_region(scenario.region)
    _check(question)
    params = Registry.from_region(region).resolve(scenario.in_force())
    target = Target.parse(question.target, params)
    rules = Rules(question.never_alone, question.fixed)
    found = recommend(scenario, target, rules, Effort(workers=question.workers), tell)
    tell("front of cost against wait")
    front = front_of(found.problem, found.counts)
    if question.shifts:
        tell("shifts")
    shifts = shift_plan(found) if question.shifts else None
    return Answer(found, front, shifts, _kept(shifts.scenario if shifts else found.scenario, out))


def _check(question: Question) -> None:
    """Refuse what cannot be answered."""
    scenario = question.scenario
    problems = []
    if any(scenario.feedback.model_dump().values()):
        problems.append(Wrong(scenario.name, "staff needs feedback switched off", key="feedback"))
    names = {row.name for row in roster_rows(scenario, load_region(scenario.region))}
    for name in question.fixed:
        if name not in names:
            problems.append(
                Wrong("--fixed", f"'{name}' is no roster row; there are {', '.join(sorted(names))}")
            )
    if problems:
        raise InputError(problems)


def _kept(scenario: Scenario, out: Path) -> Path:
    """Write the scenario with its staffing and return the file."""
    folder = out / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{scenario.name}_staffed.yaml"
    plain = scenario.model_copy(update={"name": f"{scenario.name}_staffed"}).resolved()
    with file.open("w", encoding="utf-8") as stream:
        YAML(typ="safe", pure=True).dump(plain, stream)
    return file
