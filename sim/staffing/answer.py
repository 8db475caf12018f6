"""From a planner's question to everything that is told and kept of the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import isnan
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
from sim.staffing.futures import SAFE, Futures, at_probability, face_futures
from sim.staffing.problem import Effort, Rules
from sim.staffing.recommend import Recommendation, recommend
from sim.staffing.shift_proof import ShiftPlan, shift_plan
from sim.staffing.target import Target

_FOLDER = "staffing"
#: Years in place of one where a month alone is judged.
_MONTH_YEARS = 4
#: Futures between two messages.
_TENTH = 10


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
    keep_diaries
        Whether diaries keep their share of the officials.
    month
        Month whose visits alone are judged, such as ``Jul``; None: the year's.
    probability
        Staff for the visits that the projection stays below with this probability; None: the scenario's.
    shifts
        Whether shifts are planned.
    futures
        Draws of the projection in which the staffing is tried, 0: none.
    replications
        Most replications by which the proof is settled.
    workers
        Threads.
    quick
        Whether the search and its proof are enough: nobody is taken away afterwards, and there is no front.
    """

    scenario: Scenario
    target: str
    never_alone: bool = False
    fixed: tuple[str, ...] = ()
    keep_diaries: bool = False
    month: str | None = None
    probability: float | None = None
    shifts: bool = False
    futures: int = 0
    replications: int = Effort.most
    workers: int = 2
    quick: bool = False

    @property
    def effort(self) -> Effort:
        """How much is simulated; a month holds so few visits that it takes more years than a year does."""
        usual = Effort(most=self.replications, workers=self.workers, reduce=not self.quick)
        if self.month is None:
            return usual
        proof = usual.proof * _MONTH_YEARS
        return replace(
            usual, search=usual.search * _MONTH_YEARS, proof=proof, most=max(self.replications, proof)
        )


@dataclass(frozen=True)
class Answer:
    """What is told and kept.

    Attributes
    ----------
    recommendation, front, shifts, futures
        The staffing with its proof; leaner and richer ones; shifts and futures if asked for.
    file
        Scenario file with the staffing, which `visitsim run` takes.
    """

    recommendation: Recommendation
    front: tuple[FrontPoint, ...]
    shifts: ShiftPlan | None
    futures: Futures | None
    file: Path

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as plain data."""
        found = self.recommendation
        problem, setup = found.problem, found.problem.bench.setup
        points, authorities = setup.site.network.points, setup.land.index.authorities
        within, lost = found.scores.within.mean(axis=0), found.scores.lost.mean(axis=0)
        within_half, lost_half = found.scores.half_widths()
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
                    "within_half_width": _plain(float(within_half[i])),
                    "lost": round(float(lost[i]), 4),
                    "lost_half_width": _plain(float(lost_half[i])),
                    "proven": found.proven[i],
                    "unmet": found.unmet.get(i),
                }
                for i, unit in enumerate(problem.units.units)
            ],
            "one_fewer": {
                problem.bench.rows[r.row].name: {
                    "verdict": r.verdict,
                    "within": _plain(r.within),
                    "lost": _plain(r.lost),
                    "lost_half_width": _plain(r.lost_half),
                    "replications": r.replications,
                }
                for r in found.removals
            },
            "booked": {
                row.name: row.diary_for(n)
                for row, n in zip(problem.bench.rows, found.counts, strict=True)
                if row.diary
            },
            "visits": round(found.costs.visits),
            "rostered": found.rostered(),
            "htv": round(found.costs.htv, 2),
            "area_m2": round(found.costs.area, 1),
            "euros": round(found.costs.euros),
            "front": [
                {"euros": round(p.euros), "wait_mean": p.mean, "wait_p90": p.p90, "within": p.within}
                for p in self.front
            ],
            "futures": _told(self.futures, [row.name for row in problem.bench.rows]),
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
    target = Target.parse(question.target, params, question.month)
    rules = Rules(question.never_alone, question.fixed, question.keep_diaries)
    if question.probability is not None:
        scenario = at_probability(scenario, question.probability)
    found = recommend(scenario, target, rules, question.effort, tell)
    front: tuple[FrontPoint, ...] = ()
    if not question.quick:
        tell("front of cost against wait")
        front = front_of(found.problem, found.counts, found.costs.euros)
    if question.shifts:
        tell("shifts")
    shifts = shift_plan(found) if question.shifts else None
    futures = face_futures(found, question.futures, _telling(tell)) if question.futures else None
    return Answer(found, front, shifts, futures, _kept(shifts.scenario if shifts else found.scenario, out))


def _telling(tell: Callable[[str], None]) -> Callable[[int, int], None]:
    """Return what says every tenth future."""
    return lambda done, total: tell(f"future {done} of {total}") if done % _TENTH == 0 else None


def _plain(value: float) -> float | None:
    """Return a rounded number, None for nan."""
    return None if isnan(value) else round(value, 5)


def _told(futures: Futures | None, rows: Sequence[str]) -> dict[str, Any] | None:
    """Return what became of the staffing in the futures as plain data."""
    if futures is None:
        return None
    return {
        "draws": len(futures.visits),
        "met": futures.probability.as_dict(),
        "safe": dict(zip(rows, futures.safe, strict=True)),
        "covered": futures.covered.as_dict(),
        "safe_share": SAFE,
    }


def _check(question: Question) -> None:
    """Refuse what cannot be answered."""
    scenario = question.scenario
    problems = []
    chance = question.probability
    if chance is not None and not 0 < chance < 1:
        problems.append(Wrong("--at", f"{chance:g} is no probability between 0 and 1"))
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
