"""What commands share: exit codes, options, messages and the progress bar."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter, validators

#: Exit codes.
DONE, FAILED, WRONG_INPUT, INTERRUPTED = 0, 1, 2, 130

#: The scenario of the main job.
DEFAULT = "baseline_2030"

#: What makes no sense below 1.
AtLeastOne = validators.Number(gte=1)
AtLeastTwo = validators.Number(gte=2)

Settings = Annotated[list[str], Parameter(name="--set", help="set a key, as in --set demand.adoption=0.5")]
Lang = Annotated[Literal["fi", "sv", "en"] | None, Parameter(help="language; default: the region's")]


@Parameter(name="*")
@dataclass(frozen=True)
class ScenarioOptions:
    """Options of a command that runs scenarios."""

    set: Settings | None = None
    seed: Annotated[int | None, Parameter(help="seed of all random numbers")] = None
    replications: Annotated[int | None, Parameter(help="simulated years with luck of their own")] = None
    engine: Annotated[
        Literal["simpy", "compiled"] | None, Parameter(help="queue engine; both give the same records")
    ] = None
    workers: Annotated[
        int | None, Parameter(help="worker processes; default 2 at most", validator=AtLeastOne)
    ] = None
    out: Annotated[Path, Parameter(help="folder of all results")] = Path("results")
    staffing: Annotated[Path | None, Parameter(help="workbook with edited officials and places")] = None
    json: Annotated[bool, Parameter(help="print data instead of tables")] = False
    quiet: Annotated[bool, Parameter(help="no messages, no progress bar")] = False
    lang: Lang = None

    def settings(self) -> list[str]:
        """Return all settings; those with an option of their own come last and win."""
        own = {"seed": self.seed, "replications": self.replications, "engine": self.engine}
        return [*(self.set or []), *(f"run.{key}={value}" for key, value in own.items() if value is not None)]


@Parameter(name="*")
@dataclass(frozen=True)
class RunOptions(ScenarioOptions):
    """Options of the main job."""

    visits: Annotated[bool, Parameter(help="keep a table of all visits")] = False
    no_updated: Annotated[bool, Parameter(help="leave out what has happened since the plan")] = False


@contextmanager
def progress_bar(title: str, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
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


def say(*lines: object) -> None:
    """Print messages where they do not mix with the data."""
    for line in lines:
        print(line, file=sys.stderr)
