"""Whatever stands in a workbook, or is done to its file: a scenario that says the same, or a clear error."""

from __future__ import annotations

import datetime
import io
import math
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from sim.config import Scenario, load_scenario
from sim.config.experiment_table import RowsTable
from sim.errors import InputError
from sim.reports.staffing_sheets import OFFICIALS, PLACES, official_rows, place_rows, read_staffing
from tests.fuzz.hostile import NUMBERS, TEXTS, fuzz
from tests.fuzz.test_input import told

type Sheets = dict[str, list[list[Any]]]

CELLS = st.one_of(
    st.none(),
    st.booleans(),
    NUMBERS,
    TEXTS,
    st.datetimes(datetime.datetime(1900, 3, 1), datetime.datetime(9999, 12, 31)),
    st.times(),
    st.sampled_from(["=1/0", "=A1", '=HYPERLINK("file:///etc/passwd")', "=cmd|' /C calc'!A0"]),
)
#: Names and values that are right somewhere, but not here.
ELSEWHERE = st.sampled_from(
    [
        *("lahti_kela", "lahti_yhteinen", "nowhere", "Kela:counter", "Kela:video;Vero:counter", "guidance"),
        *("yes", "09:00", "24:00", "00:00", "8.30", "Mon-Fri", "1st Tue", "08:00-16:00|09:00-10:00"),
        "10:00-11:00",
    ]
)
#: Numbers that the format can hold, but no spreadsheet writes.
UNHEARD_OF = st.sampled_from(
    ["1e999", "-1e999", "NaN", "inf", "-inf", "1e300", "-0", "1e-400", "9" * 400, "1.5"]
)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario("baseline_2030")


@pytest.fixture(scope="module")
def sheets(scenario: Scenario) -> Sheets:
    """The two sheets as they are written, headings first."""
    tables = {"officials": (OFFICIALS, official_rows(scenario)), "places": (PLACES, place_rows(scenario))}
    return {
        name: [list(head), *([row[key] for key in head] for row in rows)]
        for name, (head, rows) in tables.items()
    }


@pytest.fixture(scope="module")
def content(sheets: Sheets, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The workbook as a file."""
    return write(tmp_path_factory.mktemp("whole") / "whole.xlsx", sheets).read_bytes()


def write(path: Path, sheets: Sheets) -> Path:
    options = {"nan_inf_to_errors": True, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, {**options, "default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    page.write(number, column, _writable(cell))
    return path


def _writable(cell: Any) -> Any:
    """Return a cell as the format can hold it: no endless numbers, no halves of characters."""
    if isinstance(cell, int) and not isinstance(cell, bool):
        return float(cell)
    return cell.encode("utf-8", "replace").decode() if isinstance(cell, str) else cell


@st.composite
def edits(draw: Callable[..., Any]) -> list[tuple[str, str, int, int, Any]]:
    """Some edits: (what, sheet, row, column, cell); rows and columns count round and round."""
    what = st.sampled_from(["cell"] * 6 + ["double", "delete", "swap", "column", "sheet"])
    place = (st.sampled_from(["officials", "places"]), st.integers(0, 60), st.integers(0, 12))
    found: list[tuple[str, str, int, int, Any]] = draw(
        st.lists(st.tuples(what, *place, st.one_of(CELLS, ELSEWHERE)), min_size=1, max_size=4)
    )
    return found


def edited(sheets: Sheets, asked: list[tuple[str, str, int, int, Any]]) -> Sheets:
    """Return the sheets with some edits."""
    result = {name: [list(row) for row in rows] for name, rows in sheets.items()}
    for what, name, row, column, cell in asked:
        rows = result.get(name)
        if not rows:
            continue
        row, column = row % len(rows), column % len(rows[0])
        if what == "cell":
            rows[row] += [None] * (column + 1 - len(rows[row]))
            rows[row][column] = cell
        elif what == "double":
            rows.append(list(rows[row]))
        elif what == "delete":
            del rows[row]
        elif what == "swap":
            rows[0][column], rows[0][0] = rows[0][0], rows[0][column]
        elif what == "column":
            result[name] = [line[:column] + line[column + 1 :] for line in rows]
        else:
            del result[name]
    return result


def refused_or_whole(path, scenario):
    """Read a workbook of a staffing: it is refused at one of its places, or gives a scenario."""
    try:
        staffed = read_staffing(path, scenario)
    except InputError as error:
        told(error, str(path))
    else:
        assert staffed.digest()


@fuzz
@given(asked=edits())
def test_a_staffing_with_any_edits(tmp_path_factory, scenario, sheets, asked):
    """What is taken is the staffing that the sheets hold: written and read once more it is the same."""
    path = tmp_path_factory.getbasetemp() / "edited.xlsx"
    changed = edited(sheets, asked) or {"empty": []}
    write(path, changed)
    try:
        staffed = read_staffing(path, scenario)
    except InputError as error:
        told(error, str(path))
        return
    again = {"officials": (OFFICIALS, official_rows(staffed)), "places": (PLACES, place_rows(staffed))}
    rows = {
        name: [list(head), *([r[k] for k in head] for r in table)] for name, (head, table) in again.items()
    }
    assert read_staffing(write(path, rows), staffed) == staffed


@fuzz
@given(data=st.data())
def test_a_damaged_workbook(tmp_path_factory, scenario, content, data):
    """Cut short, or with some bytes changed: refused, or read as the staffing that it still holds."""
    path = tmp_path_factory.getbasetemp() / "damaged.xlsx"
    damaged = bytearray(content)
    for place, byte in data.draw(st.lists(st.tuples(st.integers(0, 2**20), st.integers(0, 255)), max_size=8)):
        damaged[place % len(damaged)] = byte
    if data.draw(st.booleans()):
        del damaged[data.draw(st.integers(0, 2**20)) % len(damaged) :]
    path.write_bytes(damaged)
    refused_or_whole(path, scenario)


@fuzz
@given(data=st.data())
def test_a_workbook_with_anything_in_its_parts(tmp_path_factory, scenario, content, data):
    """The archive is whole, what it holds is not: pieces of XML taken out, doubled, or written over."""
    path = tmp_path_factory.getbasetemp() / "parts.xlsx"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = data.draw(st.sampled_from(sorted(parts)))
    part = parts[name]
    start = data.draw(st.integers(0, 2**20)) % len(part)
    end = start + data.draw(st.integers(0, 400))
    piece = data.draw(
        st.one_of(st.binary(max_size=40), TEXTS.map(lambda text: text.encode("utf-8", "replace")))
    )
    parts[name] = part[:start] + data.draw(st.sampled_from([piece, part[start:end] * 2])) + part[end:]
    with zipfile.ZipFile(path, "w") as archive:
        for key, content in parts.items():
            archive.writestr(key, content)
    refused_or_whole(path, scenario)


@fuzz
@given(which=st.integers(0, 2**10), text=st.one_of(UNHEARD_OF, TEXTS))
def test_a_number_that_no_spreadsheet_writes(tmp_path_factory, scenario, content, which, text):
    """What stands for a number in a cell is any text: both readers of workbooks refuse it or give numbers."""
    folder = tmp_path_factory.getbasetemp()
    refused_or_whole(_with_number(folder / "number.xlsx", content, which, text), scenario)
    rows = write(folder / "rows.xlsx", {"rows": [["a", "b"], [1, 2], [3, 4]]}).read_bytes()
    path = _with_number(folder / "row.xlsx", rows, which, text)
    try:
        points = RowsTable.read(path).rows(["a", "b"])
    except InputError as error:
        told(error, str(path))
    else:
        assert all(math.isfinite(value) for point in points for value in point.values())


def _with_number(path: Path, content: bytes, which: int, text: str) -> Path:
    """Write a workbook with a text in place of one of the numbers of each part that has some."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(path, "w") as changed:
        for name in archive.namelist():
            part = archive.read(name)
            found = list(re.finditer(rb"<v>([^<]*)</v>", part))
            start, end = found[which % len(found)].span(1) if found else (0, 0)
            put_in = escape(text).encode("utf-8", "replace") if found else b""
            changed.writestr(name, part[:start] + put_in + part[end:])
    return path


@fuzz
@given(rows=st.lists(st.lists(st.one_of(CELLS, ELSEWHERE), max_size=4), max_size=4), named=st.booleans())
def test_design_points_of_anything(tmp_path_factory, rows, named):
    path = write(
        tmp_path_factory.getbasetemp() / "rows.xlsx", {"rows": ([["a", "b"]] if named else []) + rows}
    )
    try:
        points = RowsTable.read(path).rows(["a", "b"])
    except InputError as error:
        told(error, str(path))
    else:
        assert all(isinstance(value, bool | int | float) for point in points for value in point.values())


def far(path: Path) -> None:
    """A cell in the last corner: five kilobytes that a reader of whole sheets gives half a terabyte."""
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("officials").write(1_048_575, 16_383, 1)


def zeros(path: Path) -> None:
    """A part that a thousand times its size unfolds from."""
    far(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/more.xml", b" " * 60_000_000)


def repeated(path: Path) -> None:
    """One long text in every cell: the file holds it once."""
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("officials")
        for row in range(10_000):
            page.write(row, 0, "x" * 30_000)


@pytest.mark.parametrize(
    ("made", "message"),
    [(far, "a sheet is too large"), (zeros, "unfolds to more than"), (repeated, "a sheet is too large")],
)
def test_a_small_workbook_that_fills_the_memory_is_refused(scenario, tmp_path, made, message):
    path = tmp_path / "bomb.xlsx"
    made(path)
    for read in (lambda: read_staffing(path, scenario), lambda: RowsTable.read(path)):
        with pytest.raises(InputError, match=message):
            read()
