"""Sheets of officials and places that planners edit: what they hold, and how they are read back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from sim.config.messages import messages_of
from sim.config.rosters import check_officials
from sim.config.scenario import OfficialChange, PlacesChange, Scenario
from sim.config.workbook_source import open_workbook, read_sheet
from sim.config.yaml_source import nearest
from sim.errors import InputError, Problem
from sim.locale import message
from sim.network.roster import merge_rows
from sim.region import Region, load_region
from sim.reports.results import RunScenario

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

#: Columns of the sheets; the first names the row.
OFFICIALS = ("row", *OfficialChange.model_fields)
PLACES = ("point", *PlacesChange.model_fields)
#: What is written in each column.
MEANINGS = {
    "row": message("name of the roster row; rows may be added, and a deleted row has no officials"),
    "works_at": message("service point, or the pool of remote officers, where these officials work"),
    "skills": message("authority and channel (counter, video, self_service), or guidance; several with ;"),
    "count": message("officials on duty at the same time"),
    "days": message("weekdays, such as Mon-Fri or 1st,3rd Tue"),
    "start": message("beginning of the shift, hours:minutes"),
    "end": message("end of the shift, hours:minutes"),
    "breaks": message("breaks from-to, taken in turns; several with |"),
    "diary": message("officials of these who serve booked visitors"),
    "on_call": message("yes: comes only when somebody waits, and is not on the roster; no: is on duty"),
    "point": message("service point"),
    "counter": message("counters"),
    "closed_room": message("closed rooms"),
    "remote_station": message("remote-service stations"),
}
_LISTS = {"skills": ";", "breaks": "|"}
_NUMBERS = frozenset({"count", "diary", *PlacesChange.model_fields})
_YES, _NO = ("yes", "true", "1", "1.0"), ("no", "false", "0", "0.0", "")


def official_rows(scenario: RunScenario) -> list[dict[str, Any]]:
    """Return the roster rows of a scenario as cells, by the columns `OFFICIALS`."""
    region = load_region(scenario.region)
    changes = {name: change.model_dump() for name, change in scenario.staffing.officials.items()}
    rows = merge_rows(region.table("officials"), scenario.staffing.base, changes)
    return [{key: _cell(key, row.get(key)) for key in OFFICIALS} for row in rows]


def place_rows(scenario: RunScenario) -> list[dict[str, Any]]:
    """Return the places of a scenario as cells, by the columns `PLACES`."""
    table = load_region(scenario.region).table("places")
    rows = table[table["staffing"] == scenario.staffing.base].to_dict("records")
    found = {str(row["point"]): {key: int(row[key]) for key in PLACES[1:]} for row in rows}
    for point, change in scenario.staffing.places.items():
        given = change.model_dump(exclude_none=True)
        found[point] = {**dict.fromkeys(PLACES[1:], 0), **found.get(point, {}), **given}
    return [{"point": point, **places} for point, places in found.items()]


def read_staffing(path: Path, scenario: Scenario) -> Scenario:
    """Return a scenario with the officials and places of an edited workbook.

    A roster row that was deleted from the sheet has no officials. Places of a point that was deleted
    stay as they are.

    Parameters
    ----------
    path
        Workbook with the sheets ``officials`` and ``places``, as `sim.reports.workbook` writes them.
    scenario
        Scenario to be staffed anew.

    Raises
    ------
    InputError
        If it is no workbook, or with sheet, row and column of every cell that is wrong.
    """
    region = load_region(scenario.region)
    book = _open(path)
    problems: list[Problem] = []
    rows = _rows(book, path, "officials", OFFICIALS, problems)
    officials = dict(_officials(path, rows, region, problems))
    places = dict(_places(path, _rows(book, path, "places", PLACES, problems), region, problems))
    if problems:
        raise InputError(problems)
    before = {row["row"]: row for row in official_rows(scenario)}
    changes = {
        name: change for name, change in officials.items() if _as_row(name, change) != before.get(name)
    }
    changes |= {name: OfficialChange(count=0, diary=0) for name in before if name not in officials}
    had = {row["point"]: row for row in place_rows(scenario)}
    moved = {p: c for p, c in places.items() if {"point": p, **c.model_dump()} != had.get(p)}
    update = {
        "officials": {**scenario.staffing.officials, **changes},
        "places": {**scenario.staffing.places, **moved},
    }
    staffed = scenario.model_copy(update={"staffing": scenario.staffing.model_copy(update=update)})
    problems += _impossible(path, rows, staffed, region)
    if problems:
        raise InputError(problems)
    return staffed


def _impossible(
    path: Path, rows: Sequence[tuple[int, dict[str, Any]]], scenario: Scenario, region: Region
) -> Iterator[Problem]:
    """Yield what is impossible in roster rows whose cells are right each by itself."""
    numbers = {str(cells["row"]).strip(): number for number, cells in rows}
    for (_staffing, _officials, name, *keys), fault in check_officials(scenario, region):
        column = str(keys[0]) if keys else "row"
        yield _problem(path, "officials", numbers.get(str(name), 1), column, fault)


def _as_row(name: str, change: OfficialChange) -> dict[str, Any]:
    """Return a roster row as cells, to be compared with what stood there."""
    return {"row": name} | {key: _cell(key, value) for key, value in change.model_dump().items()}


def _open(path: Path) -> CalamineWorkbook:
    try:
        return open_workbook(path)
    except FileNotFoundError:
        raise InputError(Problem(str(path), "is no workbook: there is no such file")) from None


def _rows(
    book: CalamineWorkbook, path: Path, name: str, columns: Sequence[str], problems: list[Problem]
) -> list[tuple[int, dict[str, Any]]]:
    """Return the filled rows of a sheet with their numbers; note a missing sheet or columns out of place."""
    if name not in book.sheet_names:
        hint = nearest(name, book.sheet_names)
        problems.append(Problem(str(path), f"has no sheet '{name}'{hint}"))
        return []
    head, *rows = read_sheet(path, book, name) or [[]]
    found = [str(cell).strip() for cell in head]
    faults = [f"has no column '{key}'{nearest(key, found)}" for key in columns if key not in found]
    faults += [f"column '{key}' stands twice" for key in columns if found.count(key) > 1]
    filled = [(number, row) for number, row in enumerate(rows, 2) if any(str(cell).strip() for cell in row)]
    if not filled:
        faults = ["has no rows below its headers"]
    problems += [_problem(path, name, 1, None, fault) for fault in faults]
    return [(number, dict(zip(found, row, strict=False))) for number, row in filled]


def _officials(
    path: Path, rows: Sequence[tuple[int, dict[str, Any]]], region: Region, problems: list[Problem]
) -> Iterator[tuple[str, OfficialChange]]:
    """Yield the roster rows that are right and note what is wrong in the others."""
    points = region.table("points")
    workplaces = {str(name) for name in (*points["point"], *points["remote_pool"]) if name and name == name}
    authorities = set(region.table("authorities")["authority"])
    seen: set[str] = set()
    for number, cells in rows:
        wrong = len(problems)
        name = _name(path, ("officials", number, "row"), cells, seen, problems)
        place = str(cells.get("works_at", "")).strip()
        _known(path, ("officials", number, "works_at"), place, workplaces, problems)
        for skill in str(cells.get("skills", "")).split(";"):
            authority = skill.strip().partition(":")[0]
            if authority != "guidance":
                _known(path, ("officials", number, "skills"), authority, authorities, problems)
        change = _checked(path, ("officials", number), OfficialChange, cells, problems)
        if change is not None and len(problems) == wrong:
            yield name, change


def _places(
    path: Path, rows: Sequence[tuple[int, dict[str, Any]]], region: Region, problems: list[Problem]
) -> Iterator[tuple[str, PlacesChange]]:
    """Yield the places that are right and note what is wrong in the others."""
    points = {str(point) for point in region.table("points")["point"]}
    seen: set[str] = set()
    for number, cells in rows:
        wrong = len(problems)
        name = _name(path, ("places", number, "point"), cells, seen, problems)
        if name:
            _known(path, ("places", number, "point"), name, points, problems)
        change = _checked(path, ("places", number), PlacesChange, cells, problems)
        if change is not None and len(problems) == wrong:
            yield name, change


def _name(
    path: Path, where: tuple[str, int, str], cells: Mapping[str, Any], seen: set[str], problems: list[Problem]
) -> str:
    """Return the name of a row; note one that is missing or stands twice."""
    name = str(cells.get(where[2], "")).strip()
    if not name:
        problems.append(_problem(path, *where, "must name the row"))
    elif name in seen:
        problems.append(_problem(path, *where, f"'{name}' stands twice"))
    seen.add(name)
    return name


def _known(
    path: Path, where: tuple[str, int, str], name: str, names: Collection[str], problems: list[Problem]
) -> None:
    """Note a name that the region does not know."""
    if name not in names:
        problems.append(_problem(path, *where, f"'{name}' is unknown to the region{nearest(name, names)}"))


def _checked[Part: (OfficialChange, PlacesChange)](
    path: Path, where: tuple[str, int], part: type[Part], cells: Mapping[str, Any], problems: list[Problem]
) -> Part | None:
    """Return a row as a part of a scenario, or note what is wrong in which cell."""
    given = {key: _value(key, cells[key]) for key in part.model_fields if key in cells}
    try:
        return part.model_validate(given)
    except ValidationError as error:
        problems += [
            _problem(path, *where, str(loc[0]), text.replace("true or false", "yes or no"))
            for loc, text in messages_of(error, part)
        ]
        return None


def _value(key: str, cell: Any) -> Any:
    """Return a cell as a scenario writes it; what makes no sense stays as it is, to be found wrong."""
    text = _text(cell)
    if key in _LISTS:
        return tuple(part.strip() for part in text.split(_LISTS[key]) if part.strip())
    if key == "on_call":
        return text.lower() in _YES if text.lower() in (*_YES, *_NO) else text
    if key in _NUMBERS:
        return int(cell) if isinstance(cell, (int, float)) and float(cell).is_integer() else text
    return text


def _text(cell: Any) -> str:
    """Return a cell as text; what a spreadsheet took for a time of day or a number stands as it was typed."""
    if isinstance(cell, dt.time):
        return cell.strftime("%H:%M")
    if isinstance(cell, dt.timedelta):  # 24:00 and more
        hours, minutes = divmod(round(cell.total_seconds() / 60), 60)
        return f"{hours:02d}:{minutes:02d}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _cell(key: str, value: Any) -> Any:
    """Return a value of a roster row as a cell."""
    if key == "on_call":
        return "yes" if value and value == value else "no"
    if key in _NUMBERS:
        return int(value or 0)
    if isinstance(value, (list, tuple)):
        return _LISTS[key].join(value)
    return "" if value is None or value != value else str(value)


def _problem(path: Path, sheet: str, row: int, column: str | None, message: str) -> Problem:
    """Return a problem that names sheet, row and column."""
    place = f"{sheet}, row {row}" + (f", column {column}" if column else "")
    return Problem(str(path), message, key=place)
