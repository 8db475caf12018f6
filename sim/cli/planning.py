"""Commands for planners: staffing and the page."""

from __future__ import annotations

import json as jsonlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter, validators

from sim.cli.base import DEFAULT, DONE, FAILED, AtLeastOne, Lang, Settings, say

Month = Literal["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


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
    keep_diaries: Annotated[bool, Parameter(help="diaries keep their share of the officials")] = False
    month: Annotated[Month | None, Parameter(help="month whose visits alone are judged")] = None
    at: Annotated[
        float | None, Parameter(help="staff for the visits that the projection stays below so likely")
    ] = None
    futures: Annotated[
        int,
        Parameter(
            help="draws of the projection in which the staffing is tried", validator=validators.Number(gte=0)
        ),
    ] = 0
    replications: Annotated[int, Parameter(help="most replications of the proof", validator=AtLeastOne)] = 48
    quick: Annotated[bool, Parameter(help="search and proof only; nobody is taken away afterwards")] = False
    shifts: Annotated[bool, Parameter(help="plan shifts with lunch breaks too")] = False
    workers: Annotated[int | None, Parameter(help="threads; default 2 at most", validator=AtLeastOne)] = None
    out: Annotated[Path, Parameter(help="folder of all results")] = Path("results")
    json: Annotated[bool, Parameter(help="print data instead of tables")] = False
    quiet: Annotated[bool, Parameter(help="no messages")] = False
    lang: Lang = None


def staff(config: str = DEFAULT, *, flags: StaffFlags | None = None) -> int:
    """Find the cheapest staffing that meets a target, and prove it on fresh seeds.

    Parameters
    ----------
    config
        Path of a scenario file, or name of a shipped scenario.
    """
    from sim.config import load_year
    from sim.experiments.runner import default_workers
    from sim.staffing.answer import Question, answer

    flags = flags or StaffFlags()
    sets = [*(flags.set or []), *([f"run.seed={flags.seed}"] if flags.seed is not None else [])]
    question = Question(
        load_year(config, sets),
        flags.target,
        never_alone=flags.never_alone,
        fixed=tuple(flags.fixed or ()),
        keep_diaries=flags.keep_diaries,
        month=flags.month,
        probability=flags.at,
        shifts=flags.shifts,
        futures=flags.futures,
        replications=flags.replications,
        quick=flags.quick,
        workers=flags.workers or default_workers(),
    )
    found = answer(question, flags.out, (lambda text: None) if flags.quiet else say)
    if flags.json:
        print(jsonlib.dumps(found.as_dict(), indent=2, ensure_ascii=False))
    else:
        from sim.reports.staffing import print_staffing

        print_staffing(found, flags.lang)
        print(f"\n{found.file}")
    return DONE if all(found.recommendation.proven) else FAILED


def page(
    *,
    host: Annotated[str, Parameter(help="address; default: this machine alone")] = "127.0.0.1",
    port: Annotated[int, Parameter(help="port", validator=validators.Number(gte=0, lte=65535))] = 8050,
    workers: Annotated[int, Parameter(help="worker processes", validator=AtLeastOne)] = 2,
) -> int:
    """Serve the planner's page: change a scenario in the browser and see the answer at once."""
    from sim.app.server import serve

    with suppress(KeyboardInterrupt):
        serve(host, port, workers, lambda address: say(f"open {address} in a browser; Ctrl+C ends"))
    return DONE
