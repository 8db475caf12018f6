"""The command line: parse, call, print; what a command needs is imported only when it runs."""

from __future__ import annotations

import json as jsonlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, CycloptsError, Parameter, validators

from sim import __version__
from sim.errors import InputError, VisitsimError

if TYPE_CHECKING:
    from sim.config import Scenario
    from sim.experiments.store import RunResult

#: Exit codes.
DONE, FAILED, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130

#: The scenario of the main job.
DEFAULT = "baseline_2030"

_AtLeastOne = validators.Number(gte=1)

app = App(
    name="visitsim",
    help="Simulate visits to public service points: queues, counters, staff, space and euros.",
    version=__version__,
    default_parameter=Parameter(negative=()),
    help_format="plaintext",
    result_action="return_value",
    suppress_keyboard_interrupt=False,
)

Settings = Annotated[list[str], Parameter(name="--set", help="set a key, as in --set demand.adoption=0.5")]


@Parameter(name="*")
@dataclass(frozen=True)
class RunOptions:
    """Options of a command that runs scenarios."""

    set: Settings | None = None
    seed: Annotated[int | None, Parameter(help="seed of all random numbers")] = None
    replications: Annotated[int | None, Parameter(help="simulated years with luck of their own")] = None
    engine: Annotated[
        Literal["simpy", "compiled"] | None, Parameter(help="queue engine; both give the same records")
    ] = None
    workers: Annotated[
        int | None, Parameter(help="worker processes; default 2 at most", validator=_AtLeastOne)
    ] = None
    out: Annotated[Path, Parameter(help="folder of all results")] = Path("results")
    visits: Annotated[bool, Parameter(help="keep a table of all visits")] = False
    staffing: Annotated[Path | None, Parameter(help="workbook with edited officials and places")] = None
    json: Annotated[bool, Parameter(help="print data instead of tables")] = False
    quiet: Annotated[bool, Parameter(help="no messages, no progress bar")] = False
    lang: Annotated[Literal["fi", "sv", "en"] | None, Parameter(help="language; default: the region's")] = (
        None
    )

    def settings(self) -> list[str]:
        """Return all settings; those with an option of their own come last and win."""
        own = {"seed": self.seed, "replications": self.replications, "engine": self.engine}
        return [*(self.set or []), *(f"run.{key}={value}" for key, value in own.items() if value is not None)]


@app.command
def run(config: str = DEFAULT, *, options: RunOptions | None = None) -> int:
    """Run one scenario and print its results against the plan.

    Parameters
    ----------
    config
        Path of a scenario file, or name of a shipped scenario.
    """
    from sim.config import load_scenario
    from sim.experiments.manifest import command_line
    from sim.experiments.runner import run_scenario

    options = options or RunOptions()
    scenario = load_scenario(config, options.settings())
    if options.staffing is not None:
        from sim.reports.staffing_sheets import read_staffing

        scenario = read_staffing(options.staffing, scenario)
    with _progress(scenario.name, quiet=options.quiet) as progress:
        result = run_scenario(
            scenario,
            out=options.out,
            workers=options.workers,
            progress=progress,
            keep_visits=options.visits,
            command=command_line(),
        )
    return _report(result, options)


@Parameter(name="*")
@dataclass(frozen=True)
class SweepFlags:
    """Options of a command that runs an experiment."""

    set: Settings | None = None
    workers: Annotated[int | None, Parameter(help="workers; default 2 at most", validator=_AtLeastOne)] = None
    executor: Annotated[Literal["local", "dask"], Parameter(help="processes here, or Dask")] = "local"
    address: Annotated[str | None, Parameter(help="Dask scheduler; default: a local cluster")] = None
    force: Annotated[bool, Parameter(help="run stored runs again too")] = False
    retry: Annotated[bool, Parameter(help="run nothing but runs that have failed")] = False
    out: Annotated[Path, Parameter(help="folder of all results")] = Path("results")
    json: Annotated[bool, Parameter(help="print data instead of a table")] = False
    quiet: Annotated[bool, Parameter(help="no messages, no progress bar")] = False
    lang: Annotated[Literal["fi", "sv", "en"], Parameter(help="language of the table")] = "en"


@app.command
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
    with _progress(asked.spec.name, quiet=flags.quiet) as progress:
        result = run_experiment(asked, options, progress)
    rows = outcome_table(asked, result)
    if flags.json:
        print(jsonlib.dumps(rows, indent=2, ensure_ascii=False))
    else:
        from sim.reports.outcomes import print_outcomes

        print_outcomes(rows, flags.lang)
    for row in result.runs[result.runs["status"] != "done"].itertuples():
        _say(f"{row.scenario} {row.design_point}, replication {row.replication} failed: {row.error_type}")
    _say(result.folder)
    return FAILED if result.failed else DONE


@app.command
def project(
    config: str = "projection_2030",
    *,
    set: Settings | None = None,
    draws: Annotated[int, Parameter(help="draws of the uncertain assumptions", validator=_AtLeastOne)] = 500,
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

    with _progress("projection", quiet=False) as progress:
        answer = answer_of(load_scenario(config, set or []), draws, seed, progress)
    if json:
        print(jsonlib.dumps(answer, indent=2, ensure_ascii=False))
    else:
        from sim.reports.projection import print_projection

        print_projection(answer, lang)
    return DONE


@app.command(name="app")
def page(
    *,
    host: Annotated[str, Parameter(help="address; default: this machine alone")] = "127.0.0.1",
    port: Annotated[int, Parameter(help="port", validator=validators.Number(gte=0, lte=65535))] = 8050,
    workers: Annotated[int, Parameter(help="worker processes", validator=_AtLeastOne)] = 2,
) -> int:
    """Serve the planner's page: change a scenario in the browser and see the answer at once."""
    from sim.app.server import serve

    with suppress(KeyboardInterrupt):
        serve(host, port, workers, lambda address: _say(f"open {address} in a browser; Ctrl+C ends"))
    return DONE


@app.command
def validate(
    config: str = DEFAULT,
    *,
    set: Settings | None = None,
    patterns: bool = False,
    queues: bool = False,
    replications: Annotated[int, Parameter(validator=_AtLeastOne)] = 10,
    json: bool = False,
) -> int:
    """Check a scenario file with its parents and say what is wrong in it.

    Parameters
    ----------
    config
        Path of a scenario file, or name of a shipped scenario.
    patterns
        Simulate the plan's years too, and print the plan's patterns beside the model's.
    queues
        Prove the queues against theory instead: case, theory, simulated ± half-width, z.
    replications
        Simulated years for each year of the plan.
    json
        Print the patterns as data.
    """
    if queues:
        return _prove_queues()
    from sim.config import find_scenario, load_scenario
    from sim.config.yaml_source import shown_path

    engine = ["run.engine=compiled"] if patterns else []
    scenario = load_scenario(config, [*engine, *(set or [])])
    valid = f"{shown_path(find_scenario(config))}: {scenario.name} is valid ({scenario.digest()})"
    if not patterns:
        print(valid)
        return DONE
    _say(valid)
    return _patterns(scenario, replications, json=json)


def _prove_queues() -> int:
    """Print the compiled engine against closed forms; fail where it lies four standard errors off."""
    from sim.queues.cases import all_cases
    from sim.queues.compiled_engine import run_day
    from sim.queues.validation import validate as prove

    checks = prove(all_cases(), run_day)
    print(f"{'case':<34}{'quantity':<22}{'theory':>10}{'simulated':>11}{'±':>9}{'z':>7}")
    for check in checks:
        place = f"{check.case:<34}{check.quantity:<22}"
        numbers = f"{check.theory:>10.4f}{check.simulated:>11.4f}{check.half_width:>9.4f}{check.z:>7.2f}"
        print(place + numbers)
    return DONE if all(abs(check.z) < 4 for check in checks) else FAILED


def _patterns(scenario: Scenario, replications: int, *, json: bool) -> int:
    """Print the table of patterns; fail where one does not agree."""
    from sim.experiments.patterns import patterns

    rows = patterns(scenario, replications)
    if json:
        print(jsonlib.dumps([row.as_dict() for row in rows], indent=2, ensure_ascii=False))
    else:
        from sim.reports.patterns import print_patterns

        print_patterns(rows)
    return DONE if all(row.agrees for row in rows) else FAILED


@app.command
def adoption(
    config: str = DEFAULT,
    *,
    set: Settings | None = None,
    out: Annotated[Path | None, Parameter(help="folder for the figure; without it none is drawn")] = None,
    json: bool = False,
) -> int:
    """Print the digital adoption by age and year that a scenario implies.

    Parameters
    ----------
    config
        Path of a scenario file, or name of a shipped scenario.
    json
        Print data instead of tables.
    """
    from sim.config import load_scenario

    scenario = load_scenario(config, set or [])
    if json:
        from sim.outcomes.adoption import adoption_table

        rows = adoption_table(scenario).to_dict("records")
        print(jsonlib.dumps(rows, indent=2, ensure_ascii=False))
    else:
        from sim.reports.adoption import print_adoption

        print_adoption(scenario)
    if out is not None:
        from sim.reports.adoption import draw_adoption

        _say(*draw_adoption(scenario, out))
    return DONE


@app.command
def report(
    run: str = "latest",
    *,
    out: Annotated[Path, Parameter(help="folder of all results")] = Path("results"),
    lang: Annotated[
        Literal["fi", "sv", "en"] | None, Parameter(help="language; default: the region's")
    ] = None,
) -> int:
    """Write the report of a stored run, one HTML file in its folder.

    Parameters
    ----------
    run
        A run folder, a scenario's name, or latest.
    """
    from sim.experiments.store import load
    from sim.reports.html import write_report

    result = load(run, out)
    print(write_report(result, lang, result.folder / "figures"))
    return DONE


@app.command
def export(
    run: str = "latest",
    *,
    xlsx: Annotated[Path, Parameter(help="workbook to write")],
    out: Annotated[Path, Parameter(help="folder of all results")] = Path("results"),
    lang: Annotated[
        Literal["fi", "sv", "en"] | None, Parameter(help="language; default: the region's")
    ] = None,
) -> int:
    """Write a stored run as a workbook: its tables, assumptions, and sheets of officials and places to edit.

    Parameters
    ----------
    run
        A run folder, a scenario's name, or latest.
    """
    from sim.experiments.store import load
    from sim.reports.workbook import write_workbook

    print(write_workbook(load(run, out), xlsx, lang))
    return DONE


@Parameter(name="*")
@dataclass(frozen=True)
class StaffFlags:
    """Options of the search for a staffing."""

    target: Annotated[
        str, Parameter(help="share of all who arrive, and the wait within which they begin")
    ] = "80%/15min"
    set: Settings | None = None
    seed: Annotated[int | None, Parameter(help="seed of all random numbers")] = None
    never_alone: Annotated[bool, Parameter(help="nobody may be alone at a point")] = False
    fixed: Annotated[list[str] | None, Parameter(help="roster row whose officials are not changed")] = None
    shifts: Annotated[bool, Parameter(help="plan shifts with lunch breaks too")] = False
    workers: Annotated[int | None, Parameter(help="threads; default 2 at most", validator=_AtLeastOne)] = None
    out: Annotated[Path, Parameter(help="folder of all results")] = Path("results")
    json: Annotated[bool, Parameter(help="print data instead of tables")] = False
    quiet: Annotated[bool, Parameter(help="no messages")] = False
    lang: Annotated[Literal["fi", "sv", "en"] | None, Parameter(help="language; default: the region's")] = (
        None
    )


@app.command
def staff(config: str = DEFAULT, *, flags: StaffFlags | None = None) -> int:
    """Find the cheapest staffing that meets a target, and prove it on fresh seeds.

    Parameters
    ----------
    config
        Path of a scenario file, or name of a shipped scenario.
    """
    from sim.config import load_scenario
    from sim.experiments.runner import default_workers
    from sim.staffing.answer import Question, answer

    flags = flags or StaffFlags()
    sets = [*(flags.set or []), *([f"run.seed={flags.seed}"] if flags.seed is not None else [])]
    question = Question(
        load_scenario(config, sets),
        flags.target,
        never_alone=flags.never_alone,
        fixed=tuple(flags.fixed or ()),
        shifts=flags.shifts,
        workers=flags.workers or default_workers(),
    )
    found = answer(question, flags.out, (lambda text: None) if flags.quiet else _say)
    if flags.json:
        print(jsonlib.dumps(found.as_dict(), indent=2, ensure_ascii=False))
    else:
        from sim.reports.staffing import print_staffing

        print_staffing(found.recommendation, found.front, found.shifts, flags.lang)
        print(f"\n{found.file}")
    return DONE if all(found.recommendation.proven) else FAILED


@app.command
def schema() -> int:
    """Print the JSON Schema of scenario files."""
    from sim.config import scenario_schema

    print(jsonlib.dumps(scenario_schema(), indent=2, ensure_ascii=False))
    return DONE


def _report(result: RunResult, options: RunOptions) -> int:
    """Draw the figures and print the results; say which runs failed."""
    from sim.reports.console import print_summary
    from sim.reports.html import write_report
    from sim.reports.run import summarise

    for row in result.runs[result.runs["status"] != "done"].itertuples():
        _say(f"replication {row.replication} failed: {row.error_type}; see {result.folder / 'manifest.json'}")
    if result.metrics.empty:
        return FAILED
    write_report(result, options.lang, result.folder / "figures")
    summary = summarise(result, options.lang)
    if options.json:
        print(jsonlib.dumps(summary.as_dict(), indent=2, ensure_ascii=False))
    else:
        print_summary(summary, options.lang)
    return FAILED if result.failed else DONE


@contextmanager
def _progress(title: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """Give a function that shows (done, total): a bar on a terminal, else nothing."""
    if quiet or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _say(*lines: object) -> None:
    """Print messages where they do not mix with the data."""
    for line in lines:
        print(line, file=sys.stderr)


def main(words: Sequence[str] | None = None) -> int:
    """Run the command that the words name and return the exit code.

    Parameters
    ----------
    words
        Words after the program's name; default: those of this process.

    Returns
    -------
    int
        0 done, 1 a run or a check failed, 2 the input is wrong, 130 interrupted.
    """
    try:
        code = app(sys.argv[1:] if words is None else words, exit_on_error=False, print_error=False)
        sys.stdout.flush()
        return code or DONE
    except InputError as error:
        _say(*error.problems)
        return WRONG_INPUT
    except CycloptsError as error:
        _say(f"visitsim: {error}", "Try: visitsim --help")
        return WRONG_INPUT
    except VisitsimError as error:
        _say(error)
        return FAILED
    except KeyboardInterrupt:
        _say("interrupted; what is done is stored, the same command goes on from there")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing may be flushed to him at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
