"""Commands that turn stored runs into documents, or make one again."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from sim.cli.base import DONE, FAILED, Lang


def report(
    run: str = "latest",
    *,
    out: Annotated[Path, Parameter(help="folder of all results")] = Path("results"),
    lang: Lang = None,
) -> int:
    """Write the report of stored results, one HTML file in their folder.

    Parameters
    ----------
    run
        A folder of a run, a sweep, a comparison or a projection, a name below the results, or latest.
    """
    from sim.reports.html.stored import report_of

    print(report_of(run, out, lang))
    return DONE


def export(
    run: str = "latest",
    *,
    xlsx: Annotated[Path, Parameter(help="workbook to write")],
    out: Annotated[Path, Parameter(help="folder of all results")] = Path("results"),
    lang: Lang = None,
) -> int:
    """Write stored results as a workbook: tables, assumptions, and sheets to edit.

    Those of a run are its officials and places (`visitsim run --staffing`), that of a sweep its design points
    (`file` of a design of rows).

    Parameters
    ----------
    run
        A folder of a run, a sweep, a comparison or a projection, a name below the results, or latest.
    """
    from sim.reports.stored_workbook import workbook_of

    print(workbook_of(run, xlsx, out, lang))
    return DONE


def rerun(
    run_id: str,
    *,
    engine: Annotated[
        Literal["simpy", "compiled"] | None, Parameter(help="queue engine; default: that of the run")
    ] = None,
    out: Annotated[Path, Parameter(help="folder of all results")] = Path("results"),
    json: Annotated[bool, Parameter(help="print data instead of text")] = False,
) -> int:
    """Make one stored run again from its manifest and say whether the bytes agree.

    Parameters
    ----------
    run_id
        Id of a run as in the table runs, or its beginning.
    """
    from sim.experiments.rerun import rerun as made_again

    found = made_again(run_id, out, engine)
    if json:
        print(jsonlib.dumps(found.as_dict(), indent=2, ensure_ascii=False))
    else:
        place = f"{found.scenario}, design point {found.design_point}, replication {found.replication}"
        print(
            f"{found.run_id} ({place}): {'the bytes agree' if found.agrees else 'differs'}",
            *found.differing,
            sep="\n",
        )
    return DONE if found.agrees else FAILED
