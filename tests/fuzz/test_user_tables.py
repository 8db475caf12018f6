"""Whatever stands in a table that a scenario names: numbers to be used, or an error that names the file."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.region import load_region
from sim.region.user_tables import read_observed_visits, read_origins, read_travel_times
from tests.fuzz.hostile import TEXTS, fuzz
from tests.fuzz.test_input import told

REGION = load_region("example")
POINTS = list(REGION.table("points")["point"])
AUTHORITY = REGION.table("authorities")["authority"].iloc[0]
#: A sound table of each kind, headings first.
TABLES: dict[str, list[list[str]]] = {
    "origins": [["id", "lat", "lon"], ["a", "61.0", "25.5"], ["b", "60.9", "25.7"]],
    "travel_times": [["from_id", "to_id", "travel_time"], ["a", POINTS[0], "12"], ["b", POINTS[0], ""]],
    "observed_visits": [
        ["month", "point", "authority", "count"],
        ["2030-01", POINTS[0], AUTHORITY, "120"],
        ["2030-02", "", AUTHORITY, "80"],
    ],
}
ORIGINS = pd.DataFrame({"id": ["a", "b"], "lat": [61.0, 60.9], "lon": [25.5, 25.7]})
#: Right somewhere, but not here.
ELSEWHERE = st.sampled_from(
    ["2030-13", "0000-01", "9999-12", "2031-01", "a", POINTS[-1], "month", "-0.0", "91"]
)


def _read(kind: str, path: Path) -> pd.DataFrame:
    if kind == "origins":
        return read_origins(path)
    return (
        read_observed_visits(path, REGION)
        if kind == "observed_visits"
        else read_travel_times(path, REGION, ORIGINS)
    )


def refused_or_sound(kind: str, path: Path) -> None:
    """Read a table: refused in words, or its numbers are finite, and its months months."""
    try:
        table = _read(kind, path)
    except InputError as error:
        told(error, str(path))
        return
    assert len(table)
    if kind == "observed_visits":
        assert table["month"].between(0, 11).all()
        assert (table["count"] >= 0).all()
        assert table["count"].map(math.isfinite).all()
    elif kind == "origins":
        assert table["lat"].between(-90, 90).all()
        assert table["lon"].between(-180, 180).all()
    else:
        known = table["travel_time"].dropna()
        assert ((known >= 0) & known.map(math.isfinite)).all()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


@fuzz
@given(
    kind=st.sampled_from(sorted(TABLES)),
    places=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=3),
    text=st.one_of(TEXTS, ELSEWHERE),
    twice=st.booleans(),
)
def test_a_table_of_a_scenario_with_anything_in_its_cells(folder: Path, kind: str, places, text, twice):
    rows: list[list[Any]] = [list(row) for row in TABLES[kind]]
    for row, column in places:
        rows[row][column % len(rows[row])] = text
    rows += rows[-1:] * twice
    path = folder / "cells.csv"
    path.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8", errors="replace")
    refused_or_sound(kind, path)


@fuzz
@given(kind=st.sampled_from(sorted(TABLES)), body=st.binary(max_size=200), headed=st.booleans())
def test_a_table_of_a_scenario_of_any_bytes(folder: Path, kind: str, body: bytes, headed: bool):
    path = folder / "bytes.csv"
    head = ",".join(TABLES[kind][0]).encode() + b"\n"
    path.write_bytes(head * headed + body)
    refused_or_sound(kind, path)
