"""The command that rebuilds what is kept of the questions' answers."""

from __future__ import annotations

import json as jsonlib
from functools import partial
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from sim.cli.base import DONE, FAILED, AtLeastOne, progress_bar, say


def reproduce(
    *questions: str,
    check: Annotated[bool, Parameter(help="only say which answers are stale")] = False,
    workers: Annotated[int | None, Parameter(help="workers; default 2 at most", validator=AtLeastOne)] = None,
    out: Annotated[Path, Parameter(help="folder of all results")] = Path("results"),
    to: Annotated[Path, Parameter(help="folder of what is kept")] = Path("results/reference"),
    json: Annotated[bool, Parameter(help="print data instead of text")] = False,
    quiet: Annotated[bool, Parameter(help="no messages, no progress bar")] = False,
) -> int:
    """Rebuild the tables and figures that are kept of questions' answers.

    Parameters
    ----------
    questions
        Folders with a reference.yaml, or their names below experiments; default: all.
    """
    from sim.experiments.manifest import command_line
    from sim.reference.builds import How
    from sim.reference.files import stale
    from sim.reference.loading import questions as found
    from sim.reference.reproduce import reproduce as rebuild

    asked = found(questions)
    if check:
        differing = {question.name: stale(question, to / question.name) for question in asked}
        _tell(differing, json=json)
        return FAILED if any(differing.values()) else DONE
    how = How(out, workers, partial(progress_bar, quiet=quiet), tuple(command_line()))
    written = {}
    for question in asked:
        if not quiet:
            say(question.name)
        written[question.name] = [str(path) for path in rebuild(question, how, to)]
    if json:
        print(jsonlib.dumps(written, indent=2, ensure_ascii=False))
    else:
        print(*(path for paths in written.values() for path in paths), sep="\n")
    return DONE


def _tell(differing: dict[str, list[str]], *, json: bool) -> None:
    """Print which answers are stale, and why."""
    if json:
        print(jsonlib.dumps(differing, indent=2))
        return
    for name, keys in differing.items():
        print(
            f"{name}: stale ({', '.join(keys)}); run visitsim reproduce {name}" if keys else f"{name}: holds"
        )
