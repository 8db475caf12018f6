"""Laws between the cells of a region: keys, references, ranges, order and sums."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.errors import Problem
from sim.region.cells import Value, breaks_of, listed
from sim.region.facts import check_facts
from sim.region.schema import Column, Order, SumsToOne, Table

#: Shares that should sum to 1 may miss it by this much.
TOLERANCE = 1e-6


@dataclass
class ReadTable:
    """A table as read: the cells that could be understood, and where they stood.

    Attributes
    ----------
    table
        Its schema.
    path
        The file.
    header
        Headings in file order.
    lines
        Line of each row in the file, from 1.
    rows
        Values by column; a cell that could not be understood is missing.
    """

    table: Table
    path: str
    header: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    rows: list[dict[str, Value]] = field(default_factory=list)

    def problem(self, row: int, column: str, message: str) -> Problem:
        """Return a problem at the cell of `row` (from 0) and `column`."""
        position = self.header.index(column) + 1 if column in self.header else None
        return Problem(self.path, message, self.lines[row], position, column)


def check_tables(tables: Mapping[str, ReadTable]) -> list[Problem]:
    """Return all problems that show only when cells are seen together."""
    problems: list[Problem] = []
    for read in tables.values():
        problems += _duplicates(read)
        problems += _references(read, tables)
        problems += _intervals(read)
        problems += _breaks_outside(read)
        for order in read.table.orders:
            problems += _disorder(read, order)
        for law in read.table.sums:
            problems += _wrong_sums(read, law)
        problems += _deserted(read)
    return [*problems, *check_facts(tables)]


def _duplicates(read: ReadTable) -> Iterator[Problem]:
    seen: dict[tuple[Value, ...], int] = {}
    key = read.table.key
    for i, row in enumerate(read.rows):
        if not all(name in row for name in key):
            continue
        value = tuple(row[name] for name in key)
        first = seen.setdefault(value, i)
        if first != i:
            shown = ", ".join(str(part) for part in value)
            yield read.problem(i, key[0], f"({shown}) stands already in line {read.lines[first]}")


def _references(read: ReadTable, tables: Mapping[str, ReadTable]) -> Iterator[Problem]:
    for column in read.table.columns:
        if not column.refers:
            continue
        if not all(tables[target.partition(".")[0]].rows for target in column.refers):
            continue  # the table that is referred to could not be read, which is reported already
        known = _known(column, tables)
        for i, row in enumerate(read.rows):
            yield from _unknown(read, i, column, known, row)


def _unknown(
    read: ReadTable, i: int, column: Column, known: set[tuple[Value, Value]], row: dict[str, Value]
) -> Iterator[Problem]:
    """Yield a problem for each name in the cell that stands nowhere."""
    text = row.get(column.name)
    if not text or (column.within and column.within not in row):
        return
    group = row[column.within] if column.within else None
    for name in listed(column, str(text)):
        if name in column.besides or (group, name) in known:
            continue
        names = sorted(str(n) for g, n in known if g == group) + list(column.besides)
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"allowed: {', '.join(names[:15])}"
        yield read.problem(i, column.name, f"'{name}' is unknown in {' or '.join(column.refers)}; {hint}")


def _known(column: Column, tables: Mapping[str, ReadTable]) -> set[tuple[Value, Value]]:
    known: set[tuple[Value, Value]] = set()
    for target in column.refers:
        table, _, name = target.partition(".")
        for row in tables[table].rows:
            if name in row:
                known.add((row.get(column.within) if column.within else None, row[name]))
    return known


def _intervals(read: ReadTable) -> Iterator[Problem]:
    if read.table.interval is None:
        return
    names = read.table.interval
    for i, row in enumerate(read.rows):
        values: list[Any] = [row.get(name) for name in names]
        if None not in values and not values[1] <= values[0] <= values[2]:
            message = f"{values[0]:g} lies outside its own range {values[1]:g} to {values[2]:g}"
            yield read.problem(i, names[0], message)


def _breaks_outside(read: ReadTable) -> Iterator[Problem]:
    for column in read.table.columns:
        if column.kind != "breaks":
            continue
        for i, row in enumerate(read.rows):
            shift = str(row.get("start", "")), str(row.get("end", ""))
            for start, end in breaks_of(str(row.get(column.name, ""))):
                if all(shift) and not shift[0] <= start < end <= shift[1]:
                    message = f"the break {start}-{end} is not inside the shift {shift[0]}-{shift[1]}"
                    yield read.problem(i, column.name, message)


def _disorder(read: ReadTable, order: Order) -> Iterator[Problem]:
    for i, row in enumerate(read.rows):
        first: Any = row.get(order.first)
        then: Any = row.get(order.then)
        if first in (None, "") or then in (None, ""):
            continue
        if first > then or (order.strict and first == then):
            needed = "must come before" if order.strict else "must not be after"
            yield read.problem(i, order.then, f"{order.first} {first} {needed} {order.then} {then}")


def _wrong_sums(read: ReadTable, law: SumsToOne) -> Iterator[Problem]:
    groups: dict[tuple[str, ...], list[int]] = {}
    selector, values = law.where
    for i, row in enumerate(read.rows):
        if (not selector or row.get(selector) in values) and law.column in row:
            groups.setdefault(tuple(_part(row, name) for name in law.by), []).append(i)
    for group, members in groups.items():
        total = math.fsum(float(str(read.rows[i][law.column])) for i in members)
        if abs(total - 1) > TOLERANCE:
            of = f" of {', '.join(group)}" if group else ""
            message = f"the {len(members)} shares{of} sum to {total:.7g} instead of 1"
            yield read.problem(members[0], law.column, message)


def _deserted(read: ReadTable) -> Iterator[Problem]:
    """Yield groups of rows without anybody: shares of nobody are not numbers."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for i, row in enumerate(read.rows if read.table.peopled else []):
        if "persons" in row:
            groups.setdefault(tuple(_part(row, name) for name in read.table.peopled), []).append(i)
    for group, members in groups.items():
        if not any(read.rows[i]["persons"] for i in members):
            message = f"nobody lives here ({', '.join(group)}), needed is at least one person"
            yield read.problem(members[0], "persons", message)


def _part(row: dict[str, Value], name: str) -> str:
    text = str(row.get(name.rstrip("."), ""))
    return text.partition(".")[0] if name.endswith(".") else text
