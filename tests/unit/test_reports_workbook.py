"""The workbook: its tables and formats, and a planner's edits that come back or are told cell by cell."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from sim.config import Scenario, load_scenario
from sim.errors import InputError
from sim.locale import LANGUAGES
from sim.reports.sheet import Sheet
from sim.reports.staffing_sheets import OFFICIALS, official_rows, place_rows, read_staffing
from sim.reports.workbook import write_workbook
from tests.report_runs import FakeRun, small_run

type Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> FakeRun:
    return small_run(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario("baseline_2030", [])


def edited(path: Path, officials: Rows, places: Rows, last_row: bool = False) -> Path:
    """Write the two sheets of a planner; with the last row of all, empty, as LibreOffice may write it."""
    with xlsxwriter.Workbook(path, {"default_date_format": "hh:mm"}) as book:
        for name, rows in (("officials", officials), ("places", places)):
            page = book.add_worksheet(name)
            if last_row:
                page.set_row(1_048_575, 12.8)
            for number, row in enumerate([dict.fromkeys(rows[0]), *rows]):
                for column, (key, value) in enumerate(row.items()):
                    page.write(number, column, key if number == 0 else value)
    return path


def test_the_workbook_holds_the_runs_numbers(run: FakeRun, tmp_path: Path) -> None:
    path = write_workbook(run, tmp_path / "run.xlsx", "en")
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name("Plan").to_python(skip_empty_area=False)
    summary = Sheet.of(run, "en").summary
    assert rows[2][:4] == ["Authority", "Plan 2030", "Simulated", "± Simulated"]
    total = next(row for row in rows if row[0] == "All authorities")
    assert total[1:4] == pytest.approx(
        [summary.total.plan, summary.total.simulated.mean, summary.total.simulated.half_width]
    )


def test_sheets_are_named_in_each_language(run: FakeRun, tmp_path: Path) -> None:
    names = {
        lang: CalamineWorkbook.from_path(write_workbook(run, tmp_path / f"{lang}.xlsx", lang)).sheet_names
        for lang in LANGUAGES
    }
    for mine in zip(*names.values(), strict=True):
        assert len(set(mine)) > 1 or mine[0] in ("officials", "places"), mine


def test_an_untouched_workbook_leaves_the_scenario_as_it_is(
    run: FakeRun, scenario: Scenario, tmp_path: Path
) -> None:
    assert read_staffing(write_workbook(run, tmp_path / "run.xlsx", "fi"), scenario) == scenario


def test_edits_come_back(scenario: Scenario, tmp_path: Path) -> None:
    officials, places = official_rows(scenario), place_rows(scenario)
    officials[0] |= {"count": 7, "diary": 2, "end": "16:15"}
    del officials[1]
    officials.append(
        {**officials[0], "row": "evening", "start": "12:00", "end": "18:00", "breaks": "", "diary": 0}
    )
    places[0]["counter"] = 30
    staffed = read_staffing(edited(tmp_path / "edited.xlsx", officials, places), scenario)
    changes = staffed.staffing.officials
    assert set(changes) == {official_rows(scenario)[index]["row"] for index in (0, 1)} | {"evening"}
    first, gone = (changes[row["row"]] for row in official_rows(scenario)[:2])
    assert (first.count, first.diary, first.end) == (7, 2, "16:15")
    assert gone.count == 0
    assert {point: change.counter for point, change in staffed.staffing.places.items()} == {
        places[0]["point"]: 30
    }
    assert staffed.digest() != scenario.digest()


def test_every_wrong_cell_is_told_by_sheet_row_and_column(scenario: Scenario, tmp_path: Path) -> None:
    officials, places = official_rows(scenario), place_rows(scenario)
    officials[0] |= {"count": "many", "start": "9 o'clock"}
    officials[2] |= {"works_at": "nowhere", "skills": "Nobody:counter"}
    officials[3]["row"] = officials[4]["row"]
    places[1]["counter"] = -2
    places[2]["point"] = "elsewhere"
    with pytest.raises(InputError) as caught:
        read_staffing(edited(tmp_path / "wrong.xlsx", officials, places), scenario)
    assert [problem.key for problem in caught.value.problems] == [
        "officials, row 2, column count",
        "officials, row 2, column start",
        "officials, row 4, column works_at",
        "officials, row 4, column skills",
        "officials, row 6, column row",
        "places, row 3, column counter",
        "places, row 4, column point",
    ]


@pytest.mark.parametrize(
    ("column", "cell", "told"),
    [
        ("count", "", "must be a whole number, not ''"),
        ("count", 2.5, "must be a whole number, not '2.5'"),
        ("start", dt.datetime(2030, 11, 24), "must be written like '09:00'"),
        ("start", 9, "must be written like '09:00', not '9'"),
        ("on_call", "perhaps", "must be yes or no, not 'perhaps'"),
        ("skills", "Kela", "must be written like 'AUTHORITY:counter'"),
    ],
)
def test_a_wrong_cell_says_what_is_allowed(
    scenario: Scenario, tmp_path: Path, column: str, cell: Any, told: str
) -> None:
    officials = official_rows(scenario)
    officials[0][column] = cell
    with pytest.raises(InputError) as caught:
        read_staffing(edited(tmp_path / "wrong.xlsx", officials, place_rows(scenario)), scenario)
    (problem,) = caught.value.problems
    assert problem.key == f"officials, row 2, column {column}"
    assert told in problem.message


def test_times_that_a_spreadsheet_knows_as_times_come_back(scenario: Scenario, tmp_path: Path) -> None:
    officials = official_rows(scenario)
    officials[0] |= {"start": dt.time(9, 15), "end": dt.timedelta(hours=15, minutes=45)}
    staffed = read_staffing(edited(tmp_path / "times.xlsx", officials, place_rows(scenario)), scenario)
    changed = staffed.staffing.officials[str(officials[0]["row"])]
    assert (changed.start, changed.end) == ("09:15", "15:45")


def test_an_emptied_sheet_is_told(scenario: Scenario, tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "empty.xlsx") as book:
        book.add_worksheet("officials").write_row(0, 0, OFFICIALS)
        book.add_worksheet("places")
    with pytest.raises(InputError) as caught:
        read_staffing(tmp_path / "empty.xlsx", scenario)
    assert [str(problem.key) for problem in caught.value.problems] == ["officials, row 1", "places, row 1"]


def test_a_column_that_stands_twice_is_told(scenario: Scenario, tmp_path: Path) -> None:
    officials = [{**row, "count ": 1} for row in official_rows(scenario)]
    with pytest.raises(InputError, match="officials, row 1: column 'count' stands twice"):
        read_staffing(edited(tmp_path / "twice.xlsx", officials, place_rows(scenario)), scenario)


def test_a_sheet_of_which_libreoffice_deleted_a_row_is_read(scenario: Scenario, tmp_path: Path) -> None:
    path = edited(tmp_path / "deleted.xlsx", official_rows(scenario)[1:], place_rows(scenario), last_row=True)
    assert [change.count for change in read_staffing(path, scenario).staffing.officials.values()] == [0]


def test_an_impossible_shift_is_told_at_its_cell(scenario: Scenario, tmp_path: Path) -> None:
    officials = official_rows(scenario)
    officials[0]["end"] = "08:00"
    with pytest.raises(InputError, match=r"officials, row 2, column end: the shift .* ends before it begins"):
        read_staffing(edited(tmp_path / "wrong.xlsx", officials, place_rows(scenario)), scenario)


def test_a_missing_column_or_sheet_is_told(scenario: Scenario, tmp_path: Path) -> None:
    officials = [
        {key: value for key, value in row.items() if key != "count"} for row in official_rows(scenario)
    ]
    with pytest.raises(InputError, match="officials, row 1: has no column 'count'"):
        read_staffing(edited(tmp_path / "column.xlsx", officials, place_rows(scenario)), scenario)
    with xlsxwriter.Workbook(tmp_path / "sheet.xlsx") as book:
        book.add_worksheet("oficials")
    with pytest.raises(InputError, match=r"has no sheet 'officials'.*oficials"):
        read_staffing(tmp_path / "sheet.xlsx", scenario)


def test_what_is_no_workbook_is_refused(scenario: Scenario, tmp_path: Path) -> None:
    (tmp_path / "text.xlsx").write_text("no workbook")
    for name in ("text.xlsx", "missing.xlsx"):
        with pytest.raises(InputError, match="no workbook"):
            read_staffing(tmp_path / name, scenario)
