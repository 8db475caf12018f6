"""Workbooks of sweeps and comparisons: all design points, and points that come back after an edit."""

from __future__ import annotations

from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from sim.config.experiment_table import SHEET, RowsTable
from sim.reports.study import Study
from sim.reports.study_tables import level_table
from sim.reports.study_workbook import export
from tests.unit.test_reports_study import stored

NO_SHOW, SWITCH = "parameters.no_show", "demand.cottages"
LEVELS = [{}, {NO_SHOW: 0.1, SWITCH: 0.0}, {NO_SHOW: 0.2}]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Study]:
    folder = tmp_path_factory.mktemp("study")
    result = stored(folder / "asked" / "1", ["now", "slower"], LEVELS)
    return export(result, folder / "asked.xlsx", "en"), Study.of(result, "en")


def test_the_workbook_of_a_sweep_holds_its_tables(book: tuple[Path, Study]) -> None:
    path, study = book
    found = CalamineWorkbook.from_path(path)
    for name in ("Differences", "Outcomes", "Design points", "Assumptions"):
        assert name in found.sheet_names
    rows = found.get_sheet_by_name("Outcomes").to_python(skip_empty_area=False)
    first = level_table(study).rows[0]
    assert rows[3][0] == first[0]
    assert rows[3][1] == pytest.approx(first[1].value.mean)  # type: ignore[union-attr] # a cell with an estimate


def test_design_points_come_back_with_what_they_leave_as_it_is(book: tuple[Path, Study]) -> None:
    path, study = book
    base = study.reference.parameters["no_show"]
    assert RowsTable.read(path).sheet == SHEET
    assert RowsTable.read(path).rows([NO_SHOW, SWITCH]) == [
        {NO_SHOW: base, SWITCH: True},
        {NO_SHOW: 0.1, SWITCH: False},
        {NO_SHOW: 0.2, SWITCH: True},
    ]


def test_the_workbook_of_a_comparison_has_no_points_to_edit(tmp_path: Path) -> None:
    path = export(stored(tmp_path / "a" / "1", ["now", "slower", "other"]), tmp_path / "a.xlsx", "fi")
    names = CalamineWorkbook.from_path(path).sheet_names
    assert SHEET not in names
    assert [name for name in names if name.startswith("Erot")] == ["Erot 1", "Erot 2"]
