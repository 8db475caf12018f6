"""Commands that run many scenarios: experiments, comparisons and the projection."""

from __future__ import annotations

import json as jsonlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from sim.cli.base import (
    DONE,
    FAILED,
    AtLeastOne,
    AtLeastTwo,
    Lang,
    ScenarioOptions,
    Settings,
    progress_bar,
    say,
)

if TYPE_CHECKING:
    from sim.config import Scenario


@Parameter(name="*")
@dataclass(frozen=True)
class SweepFlags:
    """Options of a command that runs an experiment."""

    set: Settings | None = None
    workers: Annotated[int | None, Parameter(help="workers; default 2 at most", validator=AtLeastOne)] = None
    executor: Annotated[Literal["local", "dask"], Parameter(help="processes here, or Dask")] = "local"
    address: Annotated[str | None, Parameter(help="Dask scheduler; default: a local cluster")] = None
    force: Annotated[bool, Parameter(help="run stored runs again too")] = False
    out: Annotated[Path, Parameter(help="folder of all results")] = Path("results")
    json: Annotated[bool, Parameter(help="print data instead of a table")] = False
    quiet: Annotated[bool, Parameter(help="no messages, no progress bar")] = False
    lang: Lang = None


def sweep(experiment: str, *, flags: SweepFlags | None = None) -> int:
    """Run an experiment as far as it is not stored and print its outcomes.

    Parameters
    ----------
    experiment
        Path of an experiment's file or folder, or name of a folder below experiments.
    """
    return _sweep(experiment, flags or SweepFlags(), only_failed=False)


def retry(experiment: str, *, flags: SweepFlags | None = None) -> int:
    """Run those runs of an experiment again that have failed, and no others.

    Parameters
    ----------
    experiment
        Path of an experiment's file or folder, or name of a folder below experiments.
    """
    return _sweep(experiment, flags or SweepFlags(), only_failed=True)


def _sweep(experiment: str, flags: SweepFlags, *, only_failed: bool) -> int:
    from sim.config.experiment_loading import load_experiment
    from sim.experiments.comparison import MAIN
    from sim.experiments.manifest import command_line
    from sim.experiments.precision import reached
    from sim.experiments.sweep import SweepOptions, outcome_table, run_experiment
    from sim.experiments.uncertainty import is_drawn, uncertainty_table

    asked = load_experiment(experiment, flags.set or [])
    options = SweepOptions(
        out=flags.out,
        workers=flags.workers,
        executor=flags.executor,
        address=flags.address,
        force=flags.force,
        only_failed=only_failed,
        command=command_line(),
    )
    with progress_bar(asked.spec.name, quiet=flags.quiet) as progress:
        result = run_experiment(asked, options, progress)
    rows = uncertainty_table(asked, result) if is_drawn(asked) else outcome_table(asked, result)
    until = asked.spec.until
    precise = reached(result.metrics, until) if until else []
    if flags.json:
        print(jsonlib.dumps(rows, indent=2, ensure_ascii=False))
    else:
        from sim.reports.names import Labels
        from sim.reports.outcome_names import outcome_titles
        from sim.reports.outcomes import print_outcomes, print_precision, print_uncertainty

        labels = Labels.read(asked.scenarios[0].region, flags.lang)
        named = [*(asked.spec.outcomes or MAIN), *([until.outcome] if until else [])]
        titles = outcome_titles(named, labels)
        (print_uncertainty if is_drawn(asked) else print_outcomes)(rows, titles, labels.lang)
        print_precision(precise, titles, labels.lang)
    for row in result.runs[result.runs["status"] != "done"].itertuples():
        place = f"{row.scenario} {row.design_point}, replication {row.replication}"
        say(f"{place} {row.status}: {row.error_type}")
    if result.failed:
        say(f"visitsim retry {experiment} runs the failed ones again, visitsim sweep all that is missing")
    say(result.folder)
    return FAILED if result.failed else DONE


def preview(
    experiment: str,
    *,
    set: Settings | None = None,
    workers: Annotated[int | None, Parameter(help="workers; default 2 at most", validator=AtLeastOne)] = None,
    out: Annotated[Path, Parameter(help="folder of all results")] = Path("results"),
    json: Annotated[bool, Parameter(help="print data instead of text")] = False,
) -> int:
    """Say how many runs an experiment has, how many are stored, and what the others would take.

    Parameters
    ----------
    experiment
        Path of an experiment's file or folder, or name of a folder below experiments.
    """
    from sim.config.experiment_loading import load_experiment
    from sim.experiments.forecast import preview as expected

    found = expected(load_experiment(experiment, set or []), out, workers)
    if json:
        print(jsonlib.dumps(found.as_dict(), indent=2))
    else:
        from sim.reports.sweeps import print_preview

        print_preview(found)
    return DONE


def status(
    experiment: str,
    *,
    set: Settings | None = None,
    out: Annotated[Path, Parameter(help="folder of all results")] = Path("results"),
    json: Annotated[bool, Parameter(help="print data instead of a table")] = False,
) -> int:
    """Say how far the sweep of an experiment has come, be it under way or broken off.

    Parameters
    ----------
    experiment
        Path of an experiment's file or folder, or name of a folder below experiments.
    """
    from sim.config.experiment_loading import load_experiment
    from sim.experiments.forecast import status as progress_of

    found = progress_of(load_experiment(experiment, set or []), out)
    if json:
        print(jsonlib.dumps(found.as_dict(), indent=2))
    else:
        from sim.reports.sweeps import print_status

        print_status(found)
    return DONE


def compare(
    *refs: str,
    details: Annotated[
        bool,
        Parameter(help="also HTV, payers, space, euros, each service, and hours by age and municipality"),
    ] = False,
    options: ScenarioOptions | None = None,
) -> int:
    """Compare scenarios or results with the first of them, by paired differences on common random numbers.

    Parameters
    ----------
    refs
        Scenarios (path, or name of a shipped one), which are run as far as they are not stored, or results
        (folder, or name). The results of an experiment may stand alone. A workbook (.xlsx) with edited
        officials and places staffs the first scenario anew.
    """
    from functools import partial

    from sim.experiments.compared import keep as keep_all
    from sim.experiments.comparison import MAIN
    from sim.experiments.comparison import compare as differences
    from sim.experiments.detailed import detailed_outcomes
    from sim.experiments.manifest import command_line
    from sim.experiments.parts import Output
    from sim.experiments.sides import SideOptions, gather

    options = options or ScenarioOptions()
    bar = partial(progress_bar, quiet=options.quiet)
    keep: tuple[Output, ...] = ("details",) if details else ()
    refs = (*refs, str(options.staffing)) if options.staffing else refs
    how = SideOptions(options.settings(), options.out, options.workers, command_line(), bar, keep, _restaffed)
    sides = gather(refs, how)
    outcomes = [*(sides.outcomes or MAIN), *(detailed_outcomes(sides.metrics) if details else ())]
    rows = differences(sides.metrics, sides.parameters, outcomes)
    if options.json:
        print(jsonlib.dumps([row.as_dict() for row in rows], indent=2, ensure_ascii=False))
    else:
        from sim.reports.comparison import print_comparison
        from sim.reports.names import Labels
        from sim.reports.outcome_names import outcome_titles

        labels = Labels.read(sides.sides[0].result.scenario.region, options.lang)
        reference = str(sides.metrics["scenario"].iloc[0])
        print_comparison(rows, reference, outcome_titles(outcomes, labels), labels.lang)
    result = sides.sides[0].result if len(sides.sides) == 1 else keep_all(sides, options.out, command_line())
    if not options.quiet:
        say(result.folder)
    return DONE


def _restaffed(path: Path, scenario: Scenario) -> Scenario:
    """Return a scenario with the officials and places of an edited workbook."""
    from sim.reports.staffing_sheets import read_staffing

    return read_staffing(path, scenario)


@Parameter(name="*")
@dataclass(frozen=True)
class ProjectFlags:
    """Options of a projection."""

    set: Settings | None = None
    draws: Annotated[int, Parameter(help="draws of the uncertain assumptions", validator=AtLeastOne)] = 500
    seed: Annotated[int, Parameter(help="seed of the draws")] = 1
    beside: Annotated[str | None, Parameter(help="another scenario to show beside")] = None
    out: Annotated[Path | None, Parameter(help="folder for tables and picture; default: none written")] = None
    json: Annotated[bool, Parameter(help="print data instead of tables")] = False
    quiet: Annotated[bool, Parameter(help="no messages, no progress bar")] = False
    lang: Lang = None


@Parameter(name="*")
@dataclass(frozen=True)
class SensitivityFlags:
    """Options of a sensitivity analysis."""

    set: Settings | None = None
    paths: Annotated[int, Parameter(help="screening paths", validator=AtLeastTwo)] = 4
    ends: Annotated[int, Parameter(help="groups of the tornado", validator=AtLeastOne)] = 12
    keep: Annotated[int, Parameter(help="groups of the indices", validator=AtLeastOne)] = 6
    base_points: Annotated[int, Parameter(help="base points of indices", validator=AtLeastOne)] = 32
    replications: Annotated[int, Parameter(help="replications of each point", validator=AtLeastOne)] = 1
    workers: Annotated[int | None, Parameter(help="workers; default 2 at most", validator=AtLeastOne)] = None
    out: Annotated[Path, Parameter(help="folder of all results")] = Path("results")
    json: Annotated[bool, Parameter(help="print data instead of tables")] = False
    quiet: Annotated[bool, Parameter(help="no messages, no progress bar")] = False
    lang: Lang = None


def sensitivity(config: str = "projection_2030", *, flags: SensitivityFlags | None = None) -> int:
    """Say which assumptions decide visits, waits and work: screening, tornado and Sobol indices.

    Parameters
    ----------
    config
        Path of a scenario file, or name of a shipped scenario.
    """
    from functools import partial

    from sim.config import load_year
    from sim.experiments.manifest import command_line
    from sim.experiments.sensitivity import Effort, analyse
    from sim.experiments.sweep import SweepOptions

    flags = flags or SensitivityFlags()
    scenario = load_year(config, ["run.engine=compiled", *(flags.set or [])])
    options = SweepOptions(out=flags.out, workers=flags.workers, command=command_line())
    effort = Effort(flags.paths, flags.ends, flags.keep, flags.base_points, flags.replications)
    found = analyse(scenario, effort, options, partial(progress_bar, quiet=flags.quiet))
    if flags.json:
        print(jsonlib.dumps(found.as_dict(), indent=2))
    else:
        from sim.reports.names import Labels
        from sim.reports.sensitivity import print_sensitivity

        print_sensitivity(found, Labels.read(scenario.region, flags.lang))
    return DONE


def project(config: str = "projection_2030", *, flags: ProjectFlags | None = None) -> int:
    """Print how many visits come, how likely the plan's number is, and what it would take.

    Parameters
    ----------
    config
        Path of a scenario file, or name of a shipped scenario.
    """
    from sim.config import load_year
    from sim.experiments.projection import project as answer_of
    from sim.reports.names import region_language

    flags = flags or ProjectFlags()
    scenario = load_year(config, flags.set or [])
    beside = load_year(flags.beside, flags.set or []) if flags.beside else None
    with progress_bar(scenario.name, quiet=flags.quiet) as progress:
        answer = answer_of(scenario, flags.draws, flags.seed, beside, progress)
    lang = flags.lang or region_language(scenario.region)
    if flags.json:
        print(jsonlib.dumps(answer, indent=2, ensure_ascii=False))
    else:
        from sim.reports.projection import print_projection

        print_projection(answer, lang)
    if flags.out is not None:
        from sim.experiments.manifest import command_line, new_manifest
        from sim.reports.projection import write_projection

        made = new_manifest(scenario, command_line(), 1)
        paths = write_projection(answer, flags.out, lang, made)
        if not flags.quiet:
            say(*paths)
    return DONE
