"""The command line: parse, call, print; what a command needs is imported only when it runs."""

from __future__ import annotations

import json as jsonlib
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cyclopts import App, CycloptsError, Parameter

from sim import __version__
from sim.cli import checks, experiments, planning, reference, regions, results
from sim.cli.base import DEFAULT, DONE, FAILED, INTERRUPTED, WRONG_INPUT, RunOptions, progress_bar, say
from sim.cli.extras import missing_part
from sim.errors import InputError, VisitsimError

if TYPE_CHECKING:
    from sim.experiments.store import RunResult
    from sim.experiments.work import Progress

app = App(
    name="visitsim",
    help="Simulate visits to public service points: queues, counters, staff, space and euros.",
    version=__version__,
    default_parameter=Parameter(negative=()),
    help_format="plaintext",
    result_action="return_value",
    suppress_keyboard_interrupt=False,
)


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
    from sim.experiments.parts import Output
    from sim.experiments.runner import run_scenario
    from sim.experiments.updated import run_updated

    options = options or RunOptions()
    scenario = load_scenario(config, options.settings())
    if options.staffing is not None:
        from sim.reports.staffing_sheets import read_staffing

        scenario = read_staffing(options.staffing, scenario)
    updated = None
    if not options.no_updated:
        # Before the run itself, so that this one is the latest.
        with progress_bar(f"updated_{scenario.year}", quiet=options.quiet) as progress:
            updated = run_updated(scenario, options.out, options.workers, progress, command_line())
    keep: tuple[Output, ...] = ("visits",) if options.visits else ()
    with progress_bar(scenario.name, quiet=options.quiet) as progress:
        result = run_scenario(
            scenario,
            out=options.out,
            workers=options.workers,
            progress=_looking_ahead(progress),
            keep=keep,
            command=command_line(),
        )
    return _report(result, options, updated)


for _command in (
    experiments.sweep,
    experiments.preview,
    experiments.status,
    experiments.retry,
    experiments.compare,
    experiments.sensitivity,
    experiments.project,
    reference.reproduce,
    planning.staff,
    results.report,
    results.export,
    results.rerun,
    checks.validate,
    checks.adoption,
    checks.schema,
    regions.new_region,
):
    app.command(_command)
app.command(planning.page, name="app")


def _looking_ahead(progress: Progress) -> Progress:
    """Return a progress that imports what reports need, which takes seconds, while the workers begin."""

    def told(done: int, total: int) -> None:
        progress(done, total)
        import sim.reports.html  # noqa: F401 # only once, and while nothing waits for this process

    return told


def _name_failures(result: RunResult, whose: str = "") -> None:
    """Say which runs of a result failed; `whose` names a scenario that is run beside the one asked for."""
    for row in result.runs[result.runs["status"] != "done"].itertuples():
        place = result.folder / "manifest.json"
        say(f"{whose}replication {row.replication} failed: {row.error_type}; see {place}")


def _report(result: RunResult, options: RunOptions, updated: RunResult | None) -> int:
    """Draw the figures and print the results; say which runs failed."""
    from sim.reports.console import print_summary
    from sim.reports.html import write_report
    from sim.reports.run import summarise

    if updated is not None:
        updated = replace(updated, compact=True)
        _name_failures(updated, f"{updated.scenario.name}: ")
    result = replace(result, compact=True)
    _name_failures(result)
    if result.metrics.empty:
        return FAILED
    write_report(result, options.lang, result.folder / "figures")
    if result.scenario.trajectory is not None:
        return _trajectory(result, options)
    summary = summarise(result, options.lang, updated)
    if options.json:
        print(jsonlib.dumps(summary.as_dict(), indent=2, ensure_ascii=False))
    else:
        print_summary(summary, options.lang)
    return FAILED if result.failed else DONE


def _trajectory(result: RunResult, options: RunOptions) -> int:
    """Print the results of several years."""
    from sim.reports.console import print_table
    from sim.reports.html.trajectory import trajectory_headline, trajectory_verdict
    from sim.reports.trajectory import Course, short_table

    course = Course.of(result, options.lang)
    if options.json:
        print(jsonlib.dumps(course.as_dict(), indent=2, ensure_ascii=False))
    else:
        heading = (trajectory_headline(course), trajectory_verdict(course))
        print_table(short_table(course), course.lang, heading, result.folder)
    return FAILED if result.failed else DONE


def main(words: Sequence[str] | None = None) -> int:
    """Run the command that the words name and return the exit code.

    Parameters
    ----------
    words
        Words after the program's name; default: those of this process.

    Returns
    -------
    int
        0 done, 1 a run or a check failed or an optional package is missing, 2 the input is wrong, 130
        interrupted.
    """
    try:
        code = app(sys.argv[1:] if words is None else words, exit_on_error=False, print_error=False)
        sys.stdout.flush()
        return code or DONE
    except InputError as error:
        say(*error.problems)
        return WRONG_INPUT
    except CycloptsError as error:
        say(f"visitsim: {error}", "Try: visitsim --help")
        return WRONG_INPUT
    except VisitsimError as error:
        say(error)
        return FAILED
    except ModuleNotFoundError as error:
        say(missing_part(error))
        return FAILED
    except KeyboardInterrupt:
        say("interrupted; what is done is stored, the same command goes on from there")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing may be flushed to him at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
