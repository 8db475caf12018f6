"""Load an experiment: find its file, check it line by line, and put its scenarios and factors together."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

import sim
from sim.config.checks import check_scenario
from sim.config.experiment import (
    SAMPLED,
    Experiment,
    ExperimentSpec,
    Factor,
    FactorSpec,
    Level,
    parameter_of,
    value_at,
    with_values,
)
from sim.config.experiment_table import RowsTable
from sim.config.layers import merge, read_settings
from sim.config.loading import compose_scenario
from sim.config.messages import problems_of
from sim.config.registry import Parameter, Registry
from sim.config.scenario import Scenario
from sim.config.yaml_source import Document, Where, nearest, read_yaml
from sim.errors import InputError, Problem
from sim.region import load_region

#: Returns a problem that points at a value of a design point: its index, the factor, and what is wrong.
type _Place = Callable[[int, str, str], Problem]
#: Name of the file in an experiment's folder.
FILE = "experiment.yaml"
#: A scenario's way of running is said once for all of them.
_RUN = "is said for all scenarios at once, by seed, replications and engine at the top"


def load_experiment(ref: str | Path, sets: Sequence[str] = ()) -> Experiment:
    """Load and check an experiment.

    Parameters
    ----------
    ref
        Path of a file, or of the folder that holds it, or name of a folder below ``experiments``.
    sets
        Settings ``a.b=value`` laid over the file.

    Raises
    ------
    InputError
        All problems of the file and the settings at once, each with line and column.
    """
    path = find_experiment(ref)
    document = read_yaml(path)
    for setting in read_settings(sets):
        document = merge(document, setting)
    document.data.setdefault("name", path.parent.name if path.name == FILE else path.stem)
    spec = _spec(document)
    scenarios, problems = _scenarios(spec, document, path.parent)
    factors, wrong = _factors(spec, document, scenarios)
    rows, place, faults = _rows(spec, document, path.parent)
    problems += [*wrong, *faults]
    if not problems:
        problems = [
            *_design_problems(spec, document, factors),
            *_level_problems(scenarios, factors, document),
            *_row_problems(scenarios, rows, place),
        ]
    if problems:
        raise InputError(sorted(set(problems), key=lambda p: (p.path, p.line or 0, p.column or 0, p.message)))
    return Experiment(spec, scenarios, factors, rows, path)


def find_experiment(ref: str | Path) -> Path:
    """Return the file of an experiment.

    Raises
    ------
    InputError
        There is none.
    """
    path = Path(ref)
    below = [Path("experiments"), Path(sim.__file__).parents[1] / "experiments"]
    for candidate in (path, path / FILE, *(folder / path / FILE for folder in below)):
        if os.path.isfile(candidate):  # which takes a name that no file can have for no file
            return candidate
    names = {file.parent.name for folder in below for file in folder.glob(f"*/{FILE}")}
    raise InputError(Problem(str(ref), f"there is no such experiment{nearest(str(ref), names)}"))


def _spec(document: Document) -> ExperimentSpec:
    """Return the file as checked by its schema alone; scenarios are checked one by one later."""
    try:
        spec = ExperimentSpec.model_validate(document.data)
    except ValidationError as error:
        found = problems_of(error, ExperimentSpec, document)
        raise InputError([*document.problems, *found]) from None
    if document.problems:
        raise InputError(document.problems)
    return spec


@dataclass(frozen=True)
class _Part:
    """A part of the file that is laid over a scenario."""

    document: Document
    where: Where

    def layer(self) -> Document:
        """Return the part as a document of its own, its marks those of the file."""
        data: Any = self.document.data
        for key in self.where:
            data = data.get(key, {})
        depth = len(self.where)
        marks = {
            key[depth:]: mark for key, mark in self.document.marks.items() if key[:depth] == self.where != key
        }
        return Document(self.document.path, dict(data), marks)


def _scenarios(
    spec: ExperimentSpec, document: Document, folder: Path
) -> tuple[tuple[Scenario, ...], list[Problem]]:
    """Return the scenarios that are right and what is wrong in the others."""
    found, problems = [], []
    for name in spec.scenarios or {spec.base: {}}:
        where = ("scenarios", name)
        try:
            found.append(_scenario(spec, document, folder, name))
        except InputError as error:
            problems += [_under(problem, document, where) for problem in error.problems]
    return tuple(found), problems


def _scenario(spec: ExperimentSpec, document: Document, folder: Path, name: str) -> Scenario:
    own = _Part(document, ("scenarios", name)).layer()
    shared = _Part(document, ("shared",)).layer()
    faults = [part.problem(("run",), _RUN) for part in (own, shared) if "run" in part.data]
    if faults:
        raise InputError(faults)
    base = own.data.pop("extends", spec.base)
    run = {"engine": spec.engine, "replications": spec.replications}
    if spec.seed is not None:
        run["seed"] = spec.seed
    last = Document(document.path, {"run": run, "name": name if spec.scenarios else Path(spec.base).stem})
    beside = folder / str(base)
    return compose_scenario(beside if os.path.isfile(beside) else base, [shared, own, last], name)


def _under(problem: Problem, document: Document, where: Where) -> Problem:
    """Name the whole key of a problem in a scenario; point at the base if it has no place in the file."""
    if problem.path == document.path and problem.line:
        return replace(problem, key=".".join([*map(str, where), *filter(None, [problem.key])]))
    if problem.path in {document.path, document.data.get("base")} and not problem.line:
        return document.problem(("base",), f"{problem.path}: {problem.message}")
    return problem


def _factors(
    spec: ExperimentSpec, document: Document, scenarios: Sequence[Scenario]
) -> tuple[tuple[Factor, ...], list[Problem]]:
    """Return the factors that are right and what is wrong in the others."""
    found, problems = [], list[Problem]()
    if not scenarios:
        return (), problems
    registry = Registry.from_region(load_region(scenarios[0].region))
    for key, given in spec.factors.items():
        faults = [
            document.problem(("factors", key, *where), message)
            for where, message in _factor_faults(key, given, registry)
        ]
        problems += faults
        if not faults:
            found.append(make_factor(key, given, scenarios[0], registry))
    return tuple(found), problems


def _factor_faults(key: str, given: FactorSpec, registry: Registry) -> Iterator[tuple[Where, str]]:
    name = parameter_of(key)
    if not name:
        hint = f"; write parameters.{key}" if key in registry else ""
        if key.partition(".")[0] not in Scenario.model_fields or key.partition(".")[0] == "run":
            yield (
                (),
                f"is no key of a scenario{hint or nearest(key.partition('.')[0], Scenario.model_fields)}",
            )
    elif name not in registry:
        yield (), f"there is no such parameter{nearest(name, [p.key for p in registry])}"
    elif given.unit is not None and given.unit != registry[name].unit:
        yield ("unit",), f"the parameter's unit is '{registry[name].unit}', not '{given.unit}'"
    if given.low is not None and given.high is not None and given.low >= given.high:
        yield ("high",), f"must be greater than low, {given.low:g}"


def make_factor(key: str, given: FactorSpec, scenario: Scenario, registry: Registry) -> Factor:
    """Return a factor whose range and unit, where not given, are those of the registry."""
    name = parameter_of(key)
    known: Parameter | None = registry[name] if name else None
    held = value_at(scenario, key)
    base = held if isinstance(held, bool | int | float) else known.base if known else math.nan
    low, high = (
        (float(min(given.values)), float(max(given.values)))
        if given.values
        else (known.low if known else math.nan, known.high if known else math.nan)
    )
    return Factor(
        key=key,
        role=given.role,
        base=float(base),
        values=tuple(given.values),
        low=low if given.low is None else given.low,
        high=high if given.high is None else given.high,
        distribution=given.distribution,
        unit=given.unit or (known.unit if known else ""),
        group=given.group or key,
    )


def _rows(
    spec: ExperimentSpec, document: Document, folder: Path
) -> tuple[tuple[dict[str, Level], ...], _Place, list[Problem]]:
    """Return the design points of a design of rows, from the file itself or from a table beside it.

    With them comes what points at one of their values, and what is wrong in them.
    """
    rows = [dict(row) for row in spec.design.rows]

    def place(index: int, key: str, message: str) -> Problem:
        return document.problem(("design", "rows", index, key), message)

    problems = [
        place(index, key, f"is no factor{nearest(key, spec.factors)}")
        for index, row in enumerate(rows)
        for key in row
        if key not in spec.factors
    ]
    if spec.design.file is None:
        return tuple(rows), place, problems
    if rows:
        return (), place, [*problems, document.problem(("design", "file"), "give rows or a file, not both")]
    try:
        table = RowsTable.read(folder / spec.design.file)
        return tuple(table.rows(spec.factors)), table.problem_of, problems
    except InputError as error:
        return (), place, [*problems, *error.problems]


def _design_problems(
    spec: ExperimentSpec, document: Document, factors: Sequence[Factor]
) -> Iterator[Problem]:
    """Find designs without factors, and factors without what their design needs."""
    kind = spec.design.kind
    where = ("design", "kind")
    if kind == "rows" and not (spec.design.rows or spec.design.file):
        yield document.problem(("design",), "a design of rows needs rows or a file")
    if kind != "rows" and (spec.design.rows or spec.design.file):
        yield document.problem(where, f"rows belong to a design of kind rows, not {kind}")
    sampled = [factor for factor in factors if factor.role == "uncertainty"]
    if kind in SAMPLED and not sampled:
        yield document.problem(where, f"{kind} draws uncertainties, and no factor is one")
    for factor in factors:
        drawn = kind in SAMPLED and factor.role == "uncertainty"
        listed = bool(factor.values) or kind == "one_at_a_time"
        if drawn and not factor.low < factor.high:
            yield document.problem(("factors", factor.key), f"needs low and high, as {kind} draws it")
        elif not drawn and kind != "rows" and not (listed and not math.isnan(factor.low)):
            yield document.problem(("factors", factor.key), "needs values")


def _level_problems(
    scenarios: Sequence[Scenario], factors: Sequence[Factor], document: Document
) -> Iterator[Problem]:
    """Find values of factors that a scenario can't take; of a range its ends are tried."""
    for scenario in scenarios:
        for factor in factors:
            for where, value in _tried(factor):
                message = _fault(scenario, factor.key, value)
                if message:
                    yield document.problem(("factors", factor.key, *where), f"{value:g}: {message}")


def _row_problems(
    scenarios: Sequence[Scenario], rows: Sequence[dict[str, Level]], place: _Place
) -> Iterator[Problem]:
    """Find values in the rows of a design that a scenario can't take; the ends of each column are tried."""
    found: dict[str, dict[Level, int]] = {}
    for index, row in enumerate(rows):
        for key, value in row.items():
            found.setdefault(key, {}).setdefault(value, index)
    for key, first in found.items():
        for value in sorted({min(first), max(first)}):
            for scenario in scenarios:
                message = _fault(scenario, key, value)
                if message:
                    yield place(first[value], key, f"{value:g}: {message}")


def _tried(factor: Factor) -> Iterator[tuple[Where, Level]]:
    if factor.values:
        yield from ((("values", index), value) for index, value in enumerate(factor.values))
    elif not math.isnan(factor.low):
        yield from ((("low",), factor.low), (("high",), factor.high))


def _fault(scenario: Scenario, key: str, value: Level) -> str | None:
    """Return what is impossible about a factor's value in a scenario, or None."""
    try:
        changed = with_values(scenario, {key: value})
    except (ValidationError, TypeError, AttributeError) as error:
        return (
            error.errors()[0]["msg"].lower() if isinstance(error, ValidationError) else "is no single value"
        )
    found = check_scenario(changed)
    return found[0][1] if found else None
