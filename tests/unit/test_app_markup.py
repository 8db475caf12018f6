"""The page's elements as text: what is escaped."""

from __future__ import annotations

import pytest

from sim.app.charts import as_table
from sim.app.markup import tag
from sim.reports.tables import Column, Table

BAD = "<img src=x onerror=\"alert('1')\">"


@pytest.mark.parametrize("content", [BAD, [BAD], ["a", [BAD, tag("b", BAD)]]])
def test_texts_and_attributes_are_escaped(content: object) -> None:
    written = tag("p", content, title=BAD, style={"width": BAD})  # type: ignore[arg-type] # strings all
    assert "<img" not in written
    assert 'onerror="' not in written


def test_tables_escape_what_they_hold() -> None:
    table = Table(BAD, (Column(BAD), Column(BAD)), ((BAD, BAD),), note=BAD)
    assert "<img" not in as_table(table, "en")
