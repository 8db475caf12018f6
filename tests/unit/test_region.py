"""The reader of regions: what it hands out, and how it reports what is wrong."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sim.errors import InputError, Problem
from sim.region import load_region
from sim.region.cells import parse_cell
from sim.region.loading import DATA
from sim.region.reading import read_folder
from sim.region.schema import Column
from sim.region.tables import TABLES

NAME = "paijat_hame"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of a shipped region that a test may break."""
    return Path(shutil.copytree(DATA / NAME, tmp_path / "broken"))


def edit(path: Path, change: Callable[[list[list[str]]], None]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def put(folder: Path, table: str, line: int, column: str, text: str) -> int:
    """Write a cell and return its column number."""
    numbers: list[int] = []

    def change(rows: list[list[str]]) -> None:
        numbers.append(rows[0].index(column) + 1)
        rows[line - 1][numbers[0] - 1] = text

    edit(folder / f"{table}.csv", change)
    return numbers[0]


def problems(folder: Path) -> list[Problem]:
    with pytest.raises(InputError) as caught:
        read_folder(folder)
    return list(caught.value.problems)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_has_rows_with_source_and_confidence(table):
    frame = load_region(NAME).table(table.name)
    assert list(frame.columns) == [column.name for column in table.columns]
    assert len(frame) > 0
    assert (frame["source"] != "").all()
    assert set(frame["confidence"]) <= {"sourced", "derived", "assumption"}


def test_columns_have_the_types_of_their_kind():
    region = load_region(NAME)
    assert region.table("population")["persons"].dtype == np.int64
    assert region.table("profiles")["share"].dtype == np.float64
    assert region.table("points")["size_class"].isna().sum() == 0
    ends = set(region.table("services")["valid_to"])
    assert None in ends
    assert all(isinstance(end, date) for end in ends - {None})


def test_every_table_describes_its_columns():
    for table in TABLES:
        assert set(table.key) <= {column.name for column in table.columns}
        assert all(column.description for column in table.columns)


def test_a_region_is_found_by_name_or_path_and_read_once(folder):
    assert load_region(NAME) is load_region(NAME)
    assert load_region(folder).path == folder
    assert load_region(str(folder)).digest == load_region(NAME).digest


def test_the_digest_and_the_tables_follow_the_files(folder):
    before = load_region(folder)
    put(folder, "cottages", 2, "cottages", "1")
    after = load_region(folder)
    assert after.digest != before.digest
    assert after.table("cottages")["cottages"].iloc[0] == 1


def test_changing_a_table_leaves_the_region_alone():
    table = load_region(NAME).table("cottages")
    table.loc[:, "cottages"] = 0
    assert (load_region(NAME).table("cottages")["cottages"] > 0).all()


@pytest.mark.parametrize("ref", ["nowhere", "no/such/folder", "x" * 5000, "null\0byte", ""])
def test_an_unknown_region_names_those_that_exist(ref):
    with pytest.raises(InputError, match=NAME):
        load_region(ref)


@pytest.mark.parametrize(
    ("table", "column", "text", "message"),
    [
        ("population", "persons", "many", "no whole number; allowed: 0 or more"),
        ("population", "persons", "-3", "out of range"),
        ("population", "series", "guess", "allowed: plan, observed"),
        ("profiles", "share", "1.2", "allowed: 0 to 1"),
        ("travel_times", "minutes", "nan", "no number"),
        ("services", "valid_from", "2023-13-01", "no date; allowed: YYYY-MM-DD"),
        ("hours", "days", "Monday", "no timetable"),
        ("hours", "open", "9:00", "no time of day"),
        ("officials", "skills", "guidance;somebody:phone", "no skill"),
        ("officials", "skills", "counter", "no skill"),
        ("officials", "breaks", "12:00-11:30", "no break"),
        ("municipalities", "lat", "", "is empty"),
        ("points", "municipality", "Atlantis", "unknown in municipalities.municipality"),
        ("services", "matters", "all;knitting", "'knitting' is unknown"),
        ("officials", "works_at", "nowhere", "unknown in points.point or points.remote_pool"),
        ("networks", "point", "nowhere", "unknown in points.point"),
    ],
)
def test_a_wrong_cell_is_reported_by_file_line_and_column(folder, table, column, text, message):
    number = put(folder, table, 4, column, text)
    found = [p for p in problems(folder) if p.line == 4 and p.key == column]
    assert [(p.path, p.column) for p in found] == [(str(folder / f"{table}.csv"), number)]
    assert message in found[0].message


def test_a_misspelt_reference_gets_the_nearest_name(folder):
    name = load_region(NAME).table("authorities")["authority"].iloc[-1]
    put(folder, "plan_visits", 2, "authority", name + name[-1])
    assert any(f"did you mean '{name}'?" in p.message for p in problems(folder))


def test_reversed_hours_are_reported_at_the_closing(folder):
    put(folder, "hours", 3, "open", "15:00")
    number = put(folder, "hours", 3, "close", "09:00")
    assert [(p.line, p.column, p.key) for p in problems(folder)] == [(3, number, "close")]


def test_a_validity_that_ends_before_it_begins(folder):
    put(folder, "services", 2, "valid_from", "2030-01-02")
    number = put(folder, "services", 2, "valid_to", "2030-01-01")
    assert (2, number) in [(p.line, p.column) for p in problems(folder)]


def test_a_duplicate_names_the_first_line(folder):
    edit(folder / "population.csv", lambda rows: rows.append(rows[1]))
    lines = len((folder / "population.csv").read_text(encoding="utf-8").splitlines())
    [problem] = problems(folder)
    assert (problem.line, problem.column) == (lines, 1)
    assert "line 2" in problem.message


def test_shares_must_sum_to_one(folder):
    put(folder, "cottage_owner_ages", 2, "low", "0")
    number = put(folder, "cottage_owner_ages", 2, "share", "0.05")
    [problem] = problems(folder)
    assert (problem.line, problem.column) == (2, number)
    assert "sum to 0.99 instead of 1" in problem.message


def test_a_value_outside_its_own_range(folder):
    number = put(folder, "travel_times", 2, "low", "1000")
    [problem] = problems(folder)
    assert (problem.line, problem.key, number) == (2, "minutes", 4)


def test_a_break_outside_the_shift_and_a_diary_of_more_than_there_are(folder):
    put(folder, "officials", 2, "breaks", "07:00-07:30")
    put(folder, "officials", 3, "diary", "99")
    assert {(p.line, p.key) for p in problems(folder)} == {(2, "breaks"), (3, "count")}


def test_unknown_missing_and_double_columns(folder):
    edit(folder / "cottages.csv", lambda rows: rows[0].__setitem__(1, "cotages"))
    edit(folder / "places.csv", lambda rows: [row.append(row[0]) for row in rows])
    found = [(Path(p.path).name, p.line, p.column, p.key) for p in problems(folder)]
    assert ("cottages.csv", 1, 2, "cotages") in found
    assert ("cottages.csv", 1, None, "cottages") in found
    assert ("places.csv", 1, 9, "staffing") in found
    assert any("did you mean 'cottages'?" in p.message for p in problems(folder))


def test_a_row_with_too_few_cells(folder):
    edit(folder / "cottages.csv", lambda rows: rows[2].pop())
    assert [(p.line, "4 cells, the header 5" in p.message) for p in problems(folder)] == [(3, True)]


def test_lines_are_counted_past_cells_of_several_lines(folder):
    put(folder, "later_events", 2, "what_happened", "one\ntwo\nthree")
    put(folder, "later_events", 3, "confidence", "hearsay")
    assert [p.line for p in problems(folder)] == [5]


def test_missing_unknown_and_unreadable_files(folder):
    (folder / "cottages.csv").unlink()
    (folder / "cotages.csv").write_text("a\n", encoding="utf-8")
    (folder / "risks.csv").write_bytes(b"risk\n\xff\n")
    (folder / "places.csv").write_text('staffing\n"open', encoding="utf-8")
    found = {Path(p.path).name: p.message for p in problems(folder) if p.key is None}
    assert found["cottages.csv"] == "the file is missing"
    assert "did you mean 'cottages'?" in found["cotages.csv"]
    assert found["risks.csv"] == "not UTF-8 text"


def test_a_table_that_cannot_be_read_makes_no_noise_in_others(folder):
    (folder / "municipalities.csv").unlink()
    assert [Path(p.path).name for p in problems(folder)] == ["municipalities.csv"]


def test_everything_wrong_is_reported_at_once(folder):
    put(folder, "population", 2, "persons", "x")
    put(folder, "hours", 2, "close", "x")
    put(folder, "risks", 2, "level", "x")
    assert len(problems(folder)) == 3


@pytest.mark.parametrize("text", ["Mon", "Mon-Fri", "Mon,Wed", "1st,3rd Tue", "last Fri", "eves"])
def test_timetables(text):
    assert parse_cell(Column("days", "timetable", "days"), text) == text


@pytest.mark.parametrize("text", ["mon", "Mon-", "Mon, Wed", "1st", "6th Mon", "every Tue", "Mon Tue"])
def test_no_timetables(text):
    with pytest.raises(ValueError, match="no timetable"):
        parse_cell(Column("days", "timetable", "days"), text)


def test_facts_of_the_region_that_are_missing_unknown_or_wrong(folder):
    def change(rows: list[list[str]]) -> None:
        keys = [row[0] for row in rows]
        rows[keys.index("base_year")][1] = "2O19"
        rows[keys.index("country")][1] = "Suomi"
        rows[keys.index("joint_points")][1] = "heinola_yhteinen;nowhere"
        rows[keys.index("epidemic_year")][0] = "epidemic_yaer"

    edit(folder / "region.csv", change)
    told = " | ".join(problem.message for problem in problems(folder))
    for part in (
        "base_year: '2O19' is no year",
        "country: the holidays of 'Suomi' are not known",
        "joint_points: 'nowhere' is unknown in points.point",
        "'epidemic_yaer' is unknown; allowed: name, ",
        "the row is missing; it says: year of the counts under the epidemic",
    ):
        assert part in told
