"""What a table of a region is: its columns, keys, references and the laws its rows obey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: What a cell may hold. `list` is texts parted by ``;``, `skills` is ``authority:channel`` parted by ``;``,
#: `breaks` is ``HH:MM-HH:MM`` parted by ``|``, `timetable` is days such as ``Mon-Fri`` or ``1st,3rd Tue``.
Kind = Literal[
    "text",
    "integer",
    "number",
    "share",
    "date",
    "time",
    "timetable",
    "choice",
    "list",
    "skills",
    "breaks",
]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name
        Heading in the file.
    kind
        What its cells hold.
    description
        What it means, for readers of the data.
    unit
        Unit of a number, empty for texts.
    low, high
        Bounds of a number, both allowed values.
    allowed
        Values of a choice, or of the second part of a skill.
    refers
        Columns, as ``table.column``, in one of which the value must stand.
    besides
        Values allowed though they stand in none of these; skills among them have no second part.
    within
        Column that the referring and the referred row must share, empty if none.
    optional
        Whether the cell may be empty.
    """

    name: str
    kind: Kind
    description: str
    unit: str = ""
    low: float = float("-inf")
    high: float = float("inf")
    allowed: tuple[str, ...] = ()
    refers: tuple[str, ...] = ()
    besides: tuple[str, ...] = ()
    within: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """Two columns of a row of which the first must come before the second, or not after it."""

    first: str
    then: str
    strict: bool = True


@dataclass(frozen=True, slots=True)
class SumsToOne:
    """Groups of rows over which a share sums to 1.

    Parameters
    ----------
    column
        Column that is summed.
    by
        Columns that make a group; a name that ends in ``.`` stands for the part of the cell before the
        first dot.
    where
        Column and the values that select the rows concerned, empty for all rows.
    """

    column: str
    by: tuple[str, ...] = ()
    where: tuple[str, tuple[str, ...]] = ("", ())


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a region: a file ``name.csv`` with exactly these columns.

    Parameters
    ----------
    name
        Name of the file without its ending.
    description
        What a row is.
    key
        Columns that together name a row; no two rows share them.
    own
        Columns of its own; `columns` adds the two that every table of a region ends with.
    interval
        Base, low and high: three columns with low <= base <= high, or none.
    orders, sums
        Further laws.
    peopled
        Columns that make groups of rows, each of which must hold somebody (`persons`); none: no such law.
    provenance
        Whether its rows say where they come from; a user's own table need not.
    """

    name: str
    description: str
    key: tuple[str, ...]
    own: tuple[Column, ...]
    interval: tuple[str, str, str] | None = None
    orders: tuple[Order, ...] = ()
    sums: tuple[SumsToOne, ...] = ()
    peopled: tuple[str, ...] = ()
    provenance: bool = True

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return all columns in file order."""
        return self.own + PROVENANCE if self.provenance else self.own


#: Where a row comes from and how sure it is; every table ends with these.
PROVENANCE = (
    Column("source", "text", "where the row comes from, or the reasoning behind an assumption"),
    Column("confidence", "choice", "how sure it is", allowed=("sourced", "derived", "assumption")),
)
