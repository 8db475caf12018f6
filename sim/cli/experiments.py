"""Commands that run many scenarios: experiments, comparisons and the projection."""

from __future__ import annotations

import json as jsonlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from sim.cli.base import DONE, FAILED, AtLeastOne, Settings, progress_bar, say


@Parameter(name="*")
@dataclass(frozen=True)
class SweepFlags:
    """Options of a command that runs an experiment."""

    set: Settings | None = None
    workers: Annotated[int | None, Parameter(help="workers; default 2 at most", validator=AtLeastOne)] = None
    executor: Annotated[Literal["local", "dask"], Parameter(help="processes here, or Dask")] = "local"
    address: Annotated[str | None, Parameter(help="Dask scheduler; default: a local cluster")] = None
    force: Annotated[bool, Parameter(help="run stored runs again too")] = False
    retry: Annotated[bool, Parameter(help="run nothing but runs that have failed")] = False
    out: Annotated[Path, Parameter(help="folder of all results")] = Path("results")
    json: Annotated[bool, Parameter(help="print data instead of a table")] = False
    quiet: Annotated[bool, Parameter(help="no messages, no progress bar")] = False
    lang: Annotated[Literal["fi", "sv", "en"], Parameter(help="language of the table")] = "en"


def sweep(experiment: str, *, flags: SweepFlags | None = None) -> int:
    """Run an experiment as far as it is not stored and print its outcomes.

    Parameters
    ----------
    experiment
        Path of an experiment's file or folder, or name of a folder below experiments.
    """
    from sim.config.experiment_loading import load_experiment
    from sim.experiments.manifest import command_line
    from sim.experiments.sweep import SweepOptions, outcome_table, run_experiment

    flags = flags or SweepFlags()
    asked = load_experiment(experiment, flags.set or [])
    options = SweepOptions(
        out=flags.out,
        workers=flags.workers,
        executor=flags.executor,
        address=flags.address,
        force=flags.force,
        only_failed=flags.retry,
        command=command_line(),
    )
    with progress_bar(asked.spec.name, quiet=flags.quiet) as progress:
        result = run_experiment(asked, options, progress)
    rows = outcome_table(asked, result)
    if flags.json:
        print(jsonlib.dumps(rows, indent=2, ensure_ascii=False))
    else:
        from sim.reports.outcomes import print_outcomes

        print_outcomes(rows, flags.lang)
    for row in result.runs[result.runs["status"] != "done"].itertuples():
        say(f"{row.scenario} {row.design_point}, replication {row.replication} failed: {row.error_type}")
    say(result.folder)
    return FAILED if result.failed else DONE


def project(
    config: str = "projection_2030",
    *,
    set: Settings | None = None,
    draws: Annotated[int, Parameter(help="draws of the uncertain assumptions", validator=AtLeastOne)] = 500,
    seed: Annotated[int, Parameter(help="seed of the draws")] = 1,
    json: bool = False,
    lang: Literal["fi", "sv", "en"] = "en",
) -> int:
    """Print how many visits come, how likely the plan's number is, and what it would take.

    Parameters
    ----------
    config
        Path of a scenario file, or name of a shipped scenario.
    json
        Print data instead of tables.
    lang
        Language of the tables.
    """
    from sim.config import load_scenario
    from sim.experiments.projection import project as answer_of

    with progress_bar("projection", quiet=False) as progress:
        answer = answer_of(load_scenario(config, set or []), draws, seed, progress)
    if json:
        print(jsonlib.dumps(answer, indent=2, ensure_ascii=False))
    else:
        from sim.reports.projection import print_projection

        print_projection(answer, lang)
    return DONE
