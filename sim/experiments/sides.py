"""Sides of a comparison: scenarios that are run, or results that are stored, put into one table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sim.config import Scenario, load_year, shipped_scenarios
from sim.config.experiment import OutcomeSpec
from sim.config.registry import Registry
from sim.errors import InputError, Problem
from sim.experiments.parts import Output
from sim.experiments.runner import run_scenario
from sim.experiments.store import RESULTS, RunResult, load
from sim.experiments.work import Progress
from sim.region import load_region

#: Endings of files that are scenarios.
_SUFFIXES = (".yaml", ".yml")
_WORKBOOK = ".xlsx"


@dataclass(frozen=True)
class SideOptions:
    """How sides that are scenarios are run.

    Attributes
    ----------
    settings
        Settings ``a.b=value`` for all of them.
    out
        Folder of all results.
    workers
        Worker processes; default 2 at most.
    command
        Words of the command, for the manifest.
    bar
        Gives the progress of a run by its name.
    keep
        Which further tables are kept, see `sim.experiments.runner.run_scenario`.
    restaff
        Gives a scenario the officials and places of a workbook; None: no side is a workbook.
    """

    settings: Sequence[str] = ()
    out: Path = RESULTS
    workers: int | None = None
    command: Sequence[str] = ()
    bar: Callable[[str], AbstractContextManager[Progress]] | None = None
    keep: tuple[Output, ...] = ()
    restaff: Callable[[Path, Scenario], Scenario] | None = None


@dataclass(frozen=True)
class Side:
    """Results of one side, under names that no other side has.

    Attributes
    ----------
    result
        As they are stored.
    names
        Name of each scenario in the comparison, by its own name.
    """

    result: RunResult
    names: Mapping[str, str]

    def renamed(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return a table of the side with the names of the comparison."""
        return table.assign(scenario=table["scenario"].map(dict(self.names)))


@dataclass(frozen=True)
class Sides:
    """What is compared.

    Attributes
    ----------
    sides
        The results that were put together.
    metrics
        Long table with a scenario for each side, the reference first.
    parameters
        Values of the reference's registry.
    outcomes
        What the experiment asks for whose results stand alone, else empty.
    """

    sides: tuple[Side, ...]
    metrics: pd.DataFrame
    parameters: dict[str, float]
    outcomes: tuple[OutcomeSpec, ...] = ()


def gather(refs: Sequence[str], options: SideOptions | None = None) -> Sides:
    """Return several sides in one table; what is not stored of a scenario is run.

    Parameters
    ----------
    refs
        Scenarios, by path or shipped name, results, by folder or name, and workbooks with the officials and
        places of the first scenario edited; the first is the reference. A single one must be the results of
        an experiment.

    Raises
    ------
    InputError
        There is nothing to compare, or two sides have different seeds.
    """
    options = options or SideOptions()
    results = [_result(ref, refs[0], options) for ref in refs]
    seeds = {ref: result.manifest.get("seed") for ref, result in zip(refs, results, strict=True)}
    if len(set(seeds.values())) > 1:
        told = ", ".join(f"{ref}: {seed}" for ref, seed in seeds.items())
        raise InputError(
            Problem("seed", f"differs, so that no luck is shared ({told}); give all the same --seed")
        )
    tables, sides, taken = [], [], set[str]()
    for ref, result in zip(refs, results, strict=True):
        table = in_order(result)
        sides.append(Side(result, _names(table, ref, taken)))
        tables.append(sides[-1].renamed(table))
        taken |= set(sides[-1].names.values())
    metrics = pd.concat(tables, ignore_index=True)
    if metrics["scenario"].nunique() < 2:
        raise InputError(Problem(refs[0], "is a single scenario; name another to compare it with"))
    outcomes = _outcomes(results[0]) if len(results) == 1 else ()
    return Sides(tuple(sides), metrics, _parameters(results[0]), outcomes)


def _outcomes(result: RunResult) -> tuple[OutcomeSpec, ...]:
    asked = result.manifest.get("experiment", {}).get("outcomes", [])
    return tuple(OutcomeSpec.model_validate(outcome) for outcome in asked)


def in_order(result: RunResult) -> pd.DataFrame:
    """Return the metrics with the scenarios of an experiment in its own order, the reference first."""
    names = [scenario["name"] for scenario in result.manifest.get("scenarios", [])]
    rank = {name: position for position, name in enumerate(names)}
    return result.metrics.sort_values(
        "scenario", key=lambda column: column.map(lambda name: rank.get(name, 0)), kind="stable"
    )


def _result(ref: str, first: str, options: SideOptions) -> RunResult:
    """Return the results of a side, run where it is a scenario or a staffing of the first one."""
    workbook = options.restaff is not None and ref.endswith(_WORKBOOK)
    if not (workbook or ref in shipped_scenarios() or ref.endswith(_SUFFIXES)):
        return load(ref, options.out)
    scenario = load_year(first if workbook else ref, options.settings)
    if options.restaff is not None and workbook:
        name = re.sub(r"\W+", "_", Path(ref).stem).strip("_").lower()
        scenario = options.restaff(Path(ref), scenario).model_copy(update={"name": name})
    with options.bar(scenario.name) if options.bar else nullcontext() as progress:
        return run_scenario(
            scenario,
            out=options.out,
            workers=options.workers,
            command=options.command,
            progress=progress,
            keep=options.keep,
        )


def _names(metrics: pd.DataFrame, ref: str, taken: set[str]) -> dict[str, str]:
    """Return the names of a side's scenarios, led by the side's own where another side has the same."""
    if metrics.empty:
        raise InputError(Problem(ref, "holds no run that is done"))
    names = list(dict.fromkeys(metrics["scenario"]))
    if not taken & set(names):
        return {name: name for name in names}
    for lead in (Path(ref).stem, ref):
        own = re.sub(r"\W+", "_", lead).strip("_")
        renamed = {name: own if len(names) == 1 else f"{own}-{name}" for name in names}
        if not taken & set(renamed.values()):
            return renamed
    raise InputError(Problem(ref, "is named twice"))


def _parameters(result: RunResult) -> dict[str, float]:
    scenario = result.scenario
    return Registry.from_region(load_region(scenario.region)).resolve(scenario.in_force()).as_dict()
