"""Rebuilds what is kept of a question's answer."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sim.reference.builds import How, make
from sim.reference.figures import draw
from sim.reference.files import read_inputs, write_csv, write_inputs
from sim.reference.loading import Question
from sim.reference.tables import kept_tables

#: Where what is kept lies, from the working directory.
KEPT = Path("results/reference")


def reproduce(question: Question, how: How, to: Path = KEPT) -> list[Path]:
    """Build a question's answer and write its tables and figures; return their paths.

    Parameters
    ----------
    how
        Where results are stored, and with how many workers.
    to
        Folder of all that is kept; the answer goes to a folder of the question's name. Files of an earlier
        answer that this one does not have are removed.

    Raises
    ------
    InputError
        A file of the question is wrong.
    RunError
        Some runs failed; the earlier answer stays.
    """
    builds = {name: make(build, question, how) for name, build in question.spec.builds.items()}
    tables = kept_tables(question, builds)
    folder = to / question.name
    folder.mkdir(parents=True, exist_ok=True)
    # All or nothing: the old answer stays until the new one is complete.
    with tempfile.TemporaryDirectory(dir=to, prefix=".") as made:
        new = Path(made)
        files = [write_csv(table, new / f"{name}.csv") for name, table in tables.items()]
        files += draw(question, tables, builds, new)
        write_inputs(question, new, files)
        for name in read_inputs(folder).get("files", {}):
            (folder / name).unlink(missing_ok=True)
        return [path.replace(folder / path.name) for path in sorted(new.iterdir())]
