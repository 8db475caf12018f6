"""Find the questions whose answers are kept, and read what is kept of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

import sim
from sim.config.messages import problems_of
from sim.config.yaml_source import Document, Where, nearest, read_yaml
from sim.errors import InputError, Problem
from sim.reference.spec import BuiltFigure, ReferenceSpec, SweepBuild

#: Name of the file in a question's folder.
FILE = "reference.yaml"


@dataclass(frozen=True)
class Question:
    """A question whose answer is kept.

    Attributes
    ----------
    name
        Name of its folder, and of the folder of what is kept.
    folder
        Where its files are.
    spec
        What is kept.
    document
        The file with its lines, for problems that show later.
    """

    name: str
    folder: Path
    spec: ReferenceSpec
    document: Document

    def problem(self, where: Where, message: str) -> InputError:
        """Return an error that points at a key of the file."""
        return InputError(self.document.problem(where, message))


def questions(names: Sequence[str] = ()) -> list[Question]:
    """Return the questions of some names, or all, in order.

    Parameters
    ----------
    names
        Folders, or their names below ``experiments``.

    Raises
    ------
    InputError
        There is no such question, or its file is wrong.
    """
    known = {file.parent.name: file for folder in _roots() for file in sorted(folder.glob(f"*/{FILE}"))}
    if not names:
        return [_read(known[name]) for name in sorted(known)]
    return [_read(_file(name, known)) for name in names]


def _roots() -> list[Path]:
    """Return where questions are looked for, the working directory last, as it wins."""
    return [Path(sim.__file__).parents[1] / "experiments", Path("experiments")]


def _file(name: str, known: dict[str, Path]) -> Path:
    for candidate in (Path(name) / FILE, Path(name)):
        if os.path.isfile(candidate):  # which takes a name that no file can have for no file
            return candidate
    if name in known:
        return known[name]
    raise InputError(Problem(name, f"there is no such question with a {FILE}{nearest(name, known)}"))


def _read(path: Path) -> Question:
    document = read_yaml(path)
    try:
        spec = ReferenceSpec.model_validate(document.data)
    except ValidationError as error:
        raise InputError([*document.problems, *problems_of(error, ReferenceSpec, document)]) from None
    folder = path.parent.resolve()
    question = Question(folder.name, folder, spec, document)
    problems = [*document.problems, *_problems(question)]
    if problems:
        raise InputError(problems)
    return question


def _problems(question: Question) -> Iterator[Problem]:
    """Find names of builds and tables that the file does not have."""
    spec, document = question.spec, question.document
    sweeps = {name for name, build in spec.builds.items() if isinstance(build, SweepBuild)}
    for name, table in spec.tables.items():
        build = getattr(table, "build", None)
        if build is not None and build not in sweeps:
            yield document.problem(("tables", name), f"'{build}' is no sweep{nearest(build, sweeps)}")
    for name, figure in spec.figures.items():
        if not isinstance(figure, BuiltFigure) and figure.table not in spec.tables:
            hint = nearest(figure.table, spec.tables)
            yield document.problem(("figures", name, "table"), f"'{figure.table}' is no table{hint}")
