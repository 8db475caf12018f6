"""Explains the tables of a region to who fills them: a page's section a table, a line a column."""

from __future__ import annotations

from collections.abc import Iterator

from sim.region.schema import Column
from sim.region.tables import TABLES


def explain_tables() -> Iterator[str]:
    """Yield the lines, in Markdown, that explain every column of every table of a region."""
    for table in TABLES:
        yield from (
            f"## {table.name}.csv",
            "",
            f"A row is: {table.description}. Key: {', '.join(table.key)}.",
        )
        yield from ("", "| column | holds | what |", "|---|---|---|")
        for column in table.columns:
            what = column.description.replace("|", "\\|")
            yield f"| `{column.name}` | {_holds(column)} | {what} |"
        yield ""


def _holds(column: Column) -> str:
    """Return what a column's cells hold, with bounds or allowed values."""
    parts = [column.kind + (f" [{column.unit}]" if column.unit else "")]
    if column.allowed:
        parts.append("one of " + ", ".join(f"`{value}`" for value in column.allowed))
    if column.low > float("-inf"):
        top = f" to {column.high:g}" if column.high < float("inf") else " or more"
        parts.append(f"{column.low:g}{top}")
    if column.refers:
        parts.append("must stand in " + " or ".join(column.refers))
    return ", ".join(parts) + (" (may be empty)" if column.optional else "")
