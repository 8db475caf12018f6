"""Sweeps: an experiment expanded into runs, run as far as they are not stored, and what is known of them."""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import ValidationError

import sim
from sim.config import Scenario
from sim.config.experiment import Experiment, OutcomeSpec, with_values
from sim.config.scenario import hash_of
from sim.errors import InputError, Problem
from sim.experiments.comparison import MAIN
from sim.experiments.designs import Point, expand
from sim.experiments.lanes import ExecutorKind
from sim.experiments.manifest import new_manifest, write_manifest
from sim.experiments.parts import StoredRun, read_run, stored_runs
from sim.experiments.precision import replications_until
from sim.experiments.runner import (
    default_workers,
    finish,
    run_all,
    run_ids,
    run_missing,
    run_until_whole,
    with_measure,
)
from sim.experiments.store import RESULTS, RunResult, make_folder, write_config, write_yaml
from sim.experiments.tables import PlannedRun
from sim.experiments.work import Execution, Progress, Replicate, Report, Task, by_model
from sim.outcomes.replications import intervals
from sim.region import load_region

#: Replications so far are multiplied by this for the next round.
_GROWTH = 1.5


@dataclass(frozen=True)
class DesignPoint:
    """A scenario at one point of the design.

    Attributes
    ----------
    scenario
        With the values of the point.
    number
        Position in the design, from 0.
    factors
        (factor, value, unit); switches are 0 or 1.
    """

    scenario: Scenario
    number: int
    factors: tuple[tuple[str, float, str], ...]

    @property
    def key(self) -> tuple[str, int]:
        """Scenario and number, which name the point within its experiment."""
        return self.scenario.name, self.number

    def tasks(self, replications: int) -> list[Task]:
        """Return one task for each replication."""
        ids = run_ids(self.scenario, load_region(self.scenario.region).digest, range(replications))
        planned = (
            PlannedRun(name, self.scenario.name, self.number, number, self.factors)
            for number, name in enumerate(ids)
        )
        return [Task(run, self.scenario) for run in planned]


@dataclass(frozen=True)
class SweepOptions:
    """How a sweep is run.

    Attributes
    ----------
    out
        Folder of all results; a run stored anywhere below it is not run again.
    workers
        Workers; default 2, or 1 on a single processor.
    executor, address
        See `sim.experiments.lanes.open_lanes`.
    force
        Whether stored runs are run again as well.
    only_failed
        Whether nothing but runs that have failed is run.
    command
        Words of the command, for the manifest.
    replicate
        Simulates one replication; default: the model.
    """

    out: Path = RESULTS
    workers: int | None = None
    executor: ExecutorKind = "local"
    address: str | None = None
    force: bool = False
    only_failed: bool = False
    command: Sequence[str] = ()
    replicate: Replicate | None = None


def plan(experiment: Experiment) -> list[DesignPoint]:
    """Return all scenarios of an experiment at all points of its design, scenario by scenario.

    Raises
    ------
    InputError
        A design point is impossible though each of its values is possible by itself.
    """
    points = expand(experiment)
    units = {factor.key: factor.unit for factor in experiment.factors}
    return [
        DesignPoint(_at(scenario, point, number), number, _labels(point, units))
        for scenario in experiment.scenarios
        for number, point in enumerate(points)
    ]


def _at(scenario: Scenario, point: Point, number: int) -> Scenario:
    try:
        return with_values(scenario, point)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg'].lower()}" for e in error.errors())
        raise InputError(Problem(scenario.name, f"design point {number} is impossible: {faults}")) from None


def _labels(point: Point, units: dict[str, str]) -> tuple[tuple[str, float, str], ...]:
    return tuple((key, float(value), units.get(key, "")) for key, value in point.items())


def sweep_folder(experiment: Experiment, points: Sequence[DesignPoint], out: Path) -> Path:
    """Return the run folder of an experiment: named by all that decides its results but replications."""
    region = load_region(experiment.scenarios[0].region).digest
    content = [[*p.key, p.scenario.content(), p.scenario.run.seed, p.scenario.region] for p in points]
    return out / experiment.spec.name / hash_of([content, region, sim.MODEL_VERSION])[:12]


def run_experiment(
    experiment: Experiment, options: SweepOptions | None = None, progress: Progress | None = None
) -> RunResult:
    """Run what an experiment asks for and is not stored, and return its results.

    Parameters
    ----------
    experiment
        From `sim.config.experiment_loading.load_experiment`.
    options
        Where and how.
    progress
        Called after each chunk with the runs done and the runs in all.

    Returns
    -------
    RunResult
        Tables of exactly the runs asked for. Runs that failed are rows of ``runs`` with status ``failed``.

    Raises
    ------
    RunError
        Results could not be written, or workers die one after the other.
    """
    options, progress = options or SweepOptions(), progress or (lambda done, total: None)
    points = plan(experiment)
    how = execution(experiment, points, options)
    report, counts = Report(), first_counts(experiment, points)
    manifest = _start(experiment, points, options, how)
    tasks = tasks_of_points(points, counts)
    if options.force:
        run_all(tasks, len(tasks), how, progress, report)
    only = failed_ids(tasks, options.out) if options.only_failed else None
    if experiment.spec.until:
        counts = _until_precise(experiment, points, (how, progress, report), only)
        tasks = tasks_of_points(points, counts)
    run_until_whole(tasks, how, progress, report, only)
    manifest["replications_by_point"] = [[*key, count] for key, count in counts.items()]
    return finish(how, manifest, report)


def first_counts(experiment: Experiment, points: Sequence[DesignPoint]) -> dict[tuple[str, int], int]:
    """Return the replications that each point has in any case, by point."""
    return {point.key: experiment.spec.replications for point in points}


def tasks_of_points(points: Sequence[DesignPoint], counts: Mapping[tuple[str, int], int]) -> list[Task]:
    """Return the tasks of all points, point by point."""
    return [task for point in points for task in point.tasks(counts[point.key])]


def failed_ids(tasks: Sequence[Task], out: Path) -> set[str]:
    """Return the ids of those tasks that are stored as failed."""
    failed = {run.run_id for run in stored_runs(out).values() if run.status == "failed"}
    return failed & {task.run.run_id for task in tasks}


def execution(experiment: Experiment, points: Sequence[DesignPoint], options: SweepOptions) -> Execution:
    """Return how the runs of an experiment are run and stored."""
    return Execution(
        folder=sweep_folder(experiment, points, options.out),
        root=options.out,
        workers=options.workers or default_workers(),
        keep_visits=experiment.spec.visits,
        replicate=options.replicate or by_model(details=experiment.spec.details),
        keep_details=experiment.spec.details,
        executor=options.executor,
        address=options.address,
    )


def _start(
    experiment: Experiment, points: Sequence[DesignPoint], options: SweepOptions, how: Execution
) -> dict[str, Any]:
    """Write what is known before the first run, and return the manifest."""
    spec = experiment.spec.model_dump(mode="json", exclude_none=True)
    manifest = {
        **new_manifest(experiment.scenarios[0], options.command, how.workers),
        "digest": how.folder.name,
        "pid": os.getpid(),
        "executor": how.executor,
        "points": len(points),
        "experiment": spec,
        "scenarios": [scenario.resolved() for scenario in experiment.scenarios],
    }
    make_folder(how.folder)
    write_config(how.folder, experiment.scenarios[0])
    write_yaml(how.folder / "experiment.yaml", spec)
    manifest = with_measure(how.folder, manifest)
    write_manifest(how.folder, manifest)
    return manifest


def _until_precise(
    experiment: Experiment,
    points: Sequence[DesignPoint],
    running: tuple[Execution, Progress, Report],
    only: Collection[str] | None,
) -> dict[tuple[str, int], int]:
    """Run each point until its outcome is precise, and return how many replications that takes, by point.

    Notes
    -----
    The number is the first, from the least on, at which the interval of the replications so far is narrow
    enough. It does not depend on the size of the rounds, nor on what is stored already.
    """
    how, progress, report = running
    until, least = experiment.spec.until, experiment.spec.replications
    if until is None:
        return first_counts(experiment, points)
    counts, open_points = first_counts(experiment, points), list(points)
    while open_points:
        tasks = tasks_of_points(points, counts)
        run_missing(tasks, how, progress, report, only)
        stored = stored_runs(how.root)
        still_open = []
        for point in open_points:
            values = outcome_values(point.tasks(counts[point.key]), stored, until.outcome)
            enough = replications_until(values, until, least)
            if enough is not None:
                counts[point.key] = enough
            elif counts[point.key] < until.at_most and only is None:
                counts[point.key] = min(until.at_most, math.ceil(counts[point.key] * _GROWTH))
                still_open.append(point)
        open_points = still_open
    return counts


def outcome_values(
    tasks: Sequence[Task], stored: Mapping[str, StoredRun], outcome: OutcomeSpec
) -> NDArray[np.float64]:
    """Return an outcome by replication, nan where a run failed, is missing, or does not have it."""
    values = np.full(len(tasks), np.nan)
    for position, task in enumerate(tasks):
        run = stored.get(task.run.run_id)
        if run is not None and run.status == "done":
            values[position] = _value(run, outcome)
    return values


def _value(run: StoredRun, outcome: OutcomeSpec) -> float:
    parts = [read_run(run), *([read_run(run, "details")] if run.details_path else [])]
    table = pa.concat_tables(parts)
    wanted = outcome.model_dump()
    same = [pc.equal(table[column], value) for column, value in wanted.items()]
    found = table["value"].filter(reduce(pc.and_, same))
    return float(found[0].as_py()) if len(found) else math.nan


def outcome_table(experiment: Experiment, result: RunResult) -> list[dict[str, Any]]:
    """Return the outcomes asked for, a row for each scenario, design point and outcome.

    Keys: scenario, design_point, the factors, outcome, unit, mean, half_width (95 % random variation), n.
    """
    points = {point.key: point for point in plan(experiment)}
    table = intervals(result.metrics)
    rows: list[dict[str, Any]] = []
    for outcome in experiment.spec.outcomes or MAIN:
        chosen = table
        for column, wanted in outcome.model_dump().items():
            chosen = chosen[chosen[column] == wanted]
        found_at = {(row["scenario"], row["design_point"]): row for row in chosen.to_dict("records")}
        for key, point in points.items():
            if key not in found_at:
                continue
            found = found_at[key]
            factors = {key: value for key, value, _unit in point.factors}
            numbers = {key: _plain(found[key]) for key in ("mean", "half_width", "n")}
            place = {"scenario": found["scenario"], "design_point": int(found["design_point"])}
            rows.append({**place, **factors, "outcome": outcome.label(), "unit": found["unit"], **numbers})
    return rows


def _plain(value: float) -> float | None:
    """Return a number as JSON knows it; what is not finite has none."""
    return float(value) if math.isfinite(value) else None
