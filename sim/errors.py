"""The exceptions that visitsim raises on purpose.

The tree::

    VisitsimError
    ├── InputError        what the user gave is wrong: exit code 2
    └── RunError          a run or a check failed: exit code 1

Anything else that escapes is a defect of the program.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a user's input.

    Parameters
    ----------
    path
        File (or ``--set``) in which it stands.
    message
        What is wrong and what is allowed.
    line, column
        Position in the file, from 1; ``None`` where there is none.
    key
        Dotted key or column name.
    """

    path: str
    message: str
    line: int | None = None
    column: int | None = None
    key: str | None = None

    def __str__(self) -> str:
        """Return ``path:line:column: key: message``, leaving out what is unknown."""
        place = ":".join(str(part) for part in (self.path, self.line, self.column) if part is not None)
        return ": ".join(part for part in (place, self.key, self.message) if part)


class VisitsimError(Exception):
    """Base of every exception that visitsim raises on purpose."""


class InputError(VisitsimError):
    """Report everything that is wrong in a user's input, all problems at once."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        """Keep the problems, not their text only, on the way from a worker process."""
        return type(self), (self.problems,)


class RunError(VisitsimError):
    """Report a run or a check that failed though its input was right."""
