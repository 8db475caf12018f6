"""Builds: what is computed for a question, as tables by name, and what its outcome depends on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from sim.config import Scenario, load_scenario
from sim.config.experiment import Experiment
from sim.config.experiment_loading import load_experiment
from sim.config.scenario import hash_of
from sim.errors import RunError
from sim.experiments.runner import default_workers
from sim.experiments.sides import in_order
from sim.experiments.store import RESULTS
from sim.experiments.sweep import SweepOptions, plan, run_experiment
from sim.experiments.work import Progress
from sim.reference.loading import Question
from sim.reference.spec import Build, ProjectBuild, SensitivityBuild, StaffBuild, SweepBuild

#: Draws a figure into a folder and returns its files.
Drawing = Callable[[Path], list[Path]]


def _no_bar(_title: str) -> AbstractContextManager[Progress]:
    return nullcontext(lambda done, total: None)


@dataclass(frozen=True)
class How:
    """How builds are made.

    Attributes
    ----------
    out
        Folder of all results; what is stored there is not run again.
    workers
        Workers; default 2 at most.
    bar
        Gives the progress of a build by its name.
    command
        Words of the command, for manifests.
    """

    out: Path = RESULTS
    workers: int | None = None
    bar: Callable[[str], AbstractContextManager[Progress]] = _no_bar
    command: tuple[str, ...] = ()

    def sweep_options(self) -> SweepOptions:
        """Return the same for a sweep."""
        return SweepOptions(out=self.out, workers=self.workers, command=self.command)


@dataclass(frozen=True)
class Built:
    """What a build gives.

    Attributes
    ----------
    tables
        Tables by name; of a sweep runs, factors, metrics and, where kept, visits.
    drawings
        Figures of its own by name.
    experiment
        Of a sweep, else None.
    """

    tables: Mapping[str, pd.DataFrame]
    drawings: Mapping[str, Drawing] = field(default_factory=dict)
    experiment: Experiment | None = None


def make(build: Build, question: Question, how: How) -> Built:
    """Return what a build of a question gives; what is stored is not run again.

    Raises
    ------
    InputError
        An experiment or a scenario is wrong.
    RunError
        Some runs failed.
    """
    if isinstance(build, SweepBuild):
        return _sweep(build, question, how)
    if isinstance(build, ProjectBuild):
        return _projection(build, question, how)
    if isinstance(build, StaffBuild):
        return _staffing(build, question, how)
    return _sensitivity(build, question, how)


def inputs(build: Build, question: Question) -> dict[str, str]:
    """Return hashes of what the outcome of a build depends on besides the region's data, by what it is.

    Raises
    ------
    InputError
        An experiment or a scenario is wrong.
    """
    if isinstance(build, SweepBuild):
        return _of_sweep(_experiment(build, question))
    how = build.model_dump(mode="json", exclude={"config", "set", "beside"})
    found = {"arguments": hash_of(how)[:12], build.config: _of_scenario(_scenario(build, question))}
    if isinstance(build, ProjectBuild) and build.beside:
        found[build.beside] = _of_scenario(load_scenario(build.beside, build.set))
    return found


def scenarios(build: Build, question: Question) -> tuple[Scenario, ...]:
    """Return the scenarios of a build, for their regions."""
    if isinstance(build, SweepBuild):
        return _experiment(build, question).scenarios
    return (_scenario(build, question),)


def _of_sweep(asked: Experiment) -> dict[str, str]:
    """Return a hash for each scenario, over all its design points, and one for how often they are run."""
    spec = asked.spec.model_dump(mode="json", include={"replications", "until", "outcomes"})
    found = {"experiment": hash_of(spec)[:12]}
    points = plan(asked)
    for scenario in asked.scenarios:
        own = [_of_scenario(point.scenario) for point in points if point.scenario.name == scenario.name]
        found[scenario.name] = hash_of(own)[:12]
    return found


def _of_scenario(scenario: Scenario) -> str:
    """Return a hash of what a scenario says; a key that it leaves at its default does not count.

    So a new key of the schema makes no answer stale. A new default does not either, but then the model's
    version says that numbers are others.
    """
    said = _picked(scenario.content(), scenario.model_dump(mode="json", exclude_defaults=True))
    return hash_of([said, scenario.run.seed])[:12]


def _picked(content: dict[str, Any], shape: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of nested values whose keys stand in `shape` too.

    >>> _picked({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"c": 0}})
    {'a': {'c': 2}}
    """
    return {
        key: _picked(value, shape[key]) if isinstance(value, dict) else value
        for key, value in content.items()
        if key in shape
    }


def _experiment(build: SweepBuild, question: Question) -> Experiment:
    return load_experiment(build.experiment or question.folder, build.set)


def _scenario(build: ProjectBuild | StaffBuild | SensitivityBuild, question: Question) -> Scenario:
    own = question.folder / build.config
    config = str(own) if own.is_file() else build.config
    return load_scenario(config, ["run.engine=compiled", *build.set])


def _sweep(build: SweepBuild, question: Question, how: How) -> Built:
    asked = _experiment(build, question)
    with how.bar(asked.spec.name) as progress:
        result = run_experiment(asked, how.sweep_options(), progress)
    if result.failed:
        raise RunError(
            f"{asked.spec.name}: {result.failed} runs failed; see {result.folder / 'manifest.json'}"
        )
    names = ["runs", "factors", "metrics", *(["visits"] if asked.spec.visits else [])]
    tables = {name: getattr(result, name) for name in names}
    tables["metrics"] = in_order(result)
    return Built(tables, {}, asked)


def _projection(build: ProjectBuild, question: Question, how: How) -> Built:
    from sim.experiments.projection import project
    from sim.reports.figures_projection import draw_waterfall
    from sim.reports.projection import projection_tables

    scenario = _scenario(build, question)
    beside = load_scenario(build.beside, build.set) if build.beside else None
    with how.bar(scenario.name) as progress:
        answer = project(scenario, build.draws, build.seed, beside, progress)
    tables = {name: pd.DataFrame(rows) for name, rows in projection_tables(answer, "en").items()}
    return Built(tables, {"waterfall": lambda folder: draw_waterfall(answer, folder)})


def _staffing(build: StaffBuild, question: Question, how: How) -> Built:
    from sim.staffing.answer import Question as Staffing
    from sim.staffing.store import stored_answer

    asked = Staffing(
        _scenario(build, question),
        build.target,
        never_alone=build.never_alone,
        fixed=build.fixed,
        keep_diaries=build.keep_diaries,
        month=build.month,
        probability=build.at,
        futures=build.futures,
        replications=build.replications,
        quick=build.quick,
        shifts=build.shifts,
        workers=how.workers or default_workers(),
    )
    return Built(flat_tables(stored_answer(asked, how.out)))


def _sensitivity(build: SensitivityBuild, question: Question, how: How) -> Built:
    from sim.experiments.sensitivity import Effort, analyse

    effort = Effort(build.paths, build.ends, build.keep, build.base_points, build.replications)
    found = analyse(_scenario(build, question), effort, how.sweep_options(), how.bar)
    return Built({"screening": found.screening, "tornado": found.tornado, "indices": found.indices})


def flat_tables(answer: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Return plain values as tables: lists of mappings, mappings, and all single values as ``totals``.

    A mapping of mappings has a row for each of them, other mappings have a row for each value, what is
    nested in them by a key with a dot.

    Examples
    --------
    >>> found = flat_tables({"htv": 3.5, "officials": {"desk": 2}, "front": [{"eur": 1, "who": ["a", "b"]}]})
    >>> found["totals"].to_dict("records"), found["officials"].to_dict("records")
    ([{'htv': 3.5}], [{'key': 'desk', 'value': 2}])
    >>> found["front"].to_dict("records")
    [{'eur': 1, 'who': 'a, b'}]
    >>> found = flat_tables({"fewer": {"desk": {"lost": 0.1}}, "futures": {"draws": 3, "met": {"low": 0.2}}})
    >>> found["fewer"].to_dict("records")
    [{'key': 'desk', 'lost': 0.1}]
    >>> found["futures"].to_dict("records")
    [{'key': 'draws', 'value': 3.0}, {'key': 'met.low', 'value': 0.2}]
    """
    found, totals = dict[str, pd.DataFrame](), dict[str, Any]()
    for name, value in answer.items():
        if isinstance(value, Mapping) and all(isinstance(part, Mapping) for part in value.values()):
            found[name] = pd.DataFrame([{"key": key, **part} for key, part in value.items()])
        elif isinstance(value, Mapping):
            flat = dict(_flat(value))
            found[name] = pd.DataFrame({"key": list(flat), "value": list(flat.values())})
        elif isinstance(value, list):
            found[name] = pd.DataFrame([{key: _cell(cell) for key, cell in row.items()} for row in value])
        else:
            totals[name] = value
    found["totals"] = pd.DataFrame([totals])
    return found


def _flat(nested: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values of nested mappings under keys joined by dots."""
    for key, value in nested.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield before + key, value


def _cell(value: Any) -> Any:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
