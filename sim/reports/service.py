"""Tables of how people are served: waits, service levels, utilisation, and the rhythm of day and week."""

from __future__ import annotations

import math
from collections.abc import Iterator

from sim.locale import message, number, percent
from sim.reports.point_rows import only_self_service, shown_rows
from sim.reports.results import ALL, Estimate
from sim.reports.run import PointRow
from sim.reports.sheet import Sheet
from sim.reports.tables import Column, Row, Table
from sim.reports.verdict import SMALL_NOTE, WAIT_NOTE

#: Classes of the wait, shortest first; those who were not served come last.
WAIT_LABELS = {
    "at_once": message("at once"),
    "0-5": message("up to 5 min"),
    "5-15": message("5–15 min"),
    "15-30": message("15–30 min"),
    "30-60": message("30–60 min"),
    "60+": message("over 60 min"),
    "unserved": message("gave up or turned away"),
}
_TARGET_NOTE = message(
    "Target: {share} of all who arrive begin service within {wait} minutes. "
    "Those who left count as not within."
)


def point_table(sheet: Sheet) -> Table:
    """Return visits and waits of every authority at every point."""
    _ = sheet.translate
    columns = (
        Column(_("Service point and authority")),
        Column(_("Visits"), "number"),
        Column(_("Mean wait, min"), "number", 1),
        Column(_("p90, min"), "number", 1),
        Column(_("Within 15 min"), "share"),
        Column(_("Gave up"), "share", 1),
        Column(_("Utilisation"), "share"),
    )
    named = list(named_rows(sheet))
    rows = tuple(
        (name, _visits(row), row.wait_mean, row.wait_p90, row.within_15, row.gave_up, row.utilisation)
        for name, row in named
    )
    note = f"{_(WAIT_NOTE)} {_(SMALL_NOTE).format(n=number(sheet.small_cell, sheet.lang))}"
    if any(only_self_service(row) for _name, row in named):
        note += " " + _(
            "Points without officials of their own: self-service with help, not among the visits."
        )
    return Table(_("Waits by service point and authority"), columns, rows, *_marks(named), note=note)


def service_table(sheet: Sheet) -> Table:
    """Return how well the target is met: over the year, by day, and in the worst week."""
    _ = sheet.translate
    columns = (
        Column(_("Service point and authority")),
        Column(_("Within the target"), "share"),
        Column(_("Days below target"), "number"),
        Column(_("Days with visits"), "number"),
        Column(_("Worst week, within the target"), "share"),
    )
    named = list(named_rows(sheet))
    metrics = (
        ("within", "target"),
        ("days_below_target", "count"),
        ("days_with_visits", "count"),
        ("worst_week", "within_target"),
    )
    rows: tuple[Row, ...] = tuple(
        (name, *(sheet.values.get(*metric, row.point, row.authority) for metric in metrics))
        for name, row in named
    )
    note = _(_TARGET_NOTE).format(
        share=percent(sheet.target_share, sheet.lang), wait=number(sheet.target_wait, sheet.lang)
    )
    return Table(_("Service level"), columns, rows, *_marks(named), note=note)


def wait_table(sheet: Sheet) -> Table:
    """Return the shares of all who arrived at each point by class of their wait, busiest point first."""
    _ = sheet.translate
    values = sheet.values
    columns = [Column(_("Service point"))]
    columns += [Column(_(label), "share") for label in WAIT_LABELS.values()]
    columns += [Column(_("Arrived"), "number")]
    counts = {
        point: [values.get("wait_histogram", grade, point).mean for grade in WAIT_LABELS]
        for point in values.points("wait_histogram")
    }
    rows: list[Row] = []
    for point, found in sorted(counts.items(), key=lambda item: -math.fsum(item[1])):
        total = math.fsum(found)
        if total > 0:
            rows.append((sheet.labels.point(point), *(value / total for value in found), total))
    return Table(_("Waits of all who arrived"), tuple(columns), tuple(rows))


def half_hour_table(sheet: Sheet) -> Table:
    """Return arrivals and busy officials by half hour of an open day."""
    _ = sheet.translate
    columns = (
        Column(_("Time of day")),
        Column(_("Arrivals in half an hour, persons"), "number", 1),
        Column(_("Officials busy with customers"), "number", 1),
    )
    rows = tuple(
        (half, sheet.values.get("arrivals_half_hour", half), sheet.values.get("busy_half_hour", half))
        for half in sorted(sheet.values.statistics("arrivals_half_hour"))
    )
    return Table(_("An open day by half hour"), columns, rows)


def week_table(sheet: Sheet, metric: str, title: str, point: str = ALL) -> Table:
    """Return a metric by hour (rows) and weekday (columns)."""
    hours, days = hours_of(sheet)
    names = sheet.weekdays("wide")
    columns = (
        Column(sheet.translate("Time of day")),
        *(Column(names[_DAYS.index(d)], "number", 1) for d in days),
    )
    rows: tuple[Row, ...] = tuple(
        (f"{hour}–{int(hour) + 1:02d}", *(sheet.values.get(metric, f"{day}-{hour}", point) for day in days))
        for hour in hours
    )
    return Table(title, columns, rows)


def season_table(sheet: Sheet) -> Table:
    """Return arrivals by month and weekday (rows) and hour (columns)."""
    _ = sheet.translate
    hours, days = hours_of(sheet)
    names = sheet.weekdays("wide")
    columns = (
        Column(_("Month and weekday")),
        *(Column(f"{hour}–{int(hour) + 1:02d}", "number", 1) for hour in hours),
    )
    rows: list[Row] = []
    for index, month in enumerate(sheet.months()):
        for day in days:
            period = f"month-{index + 1:02d}"
            found = [
                sheet.values.get("arrivals_by_hour", f"{day}-{hour}", period=period).mean for hour in hours
            ]
            rows.append((f"{month}, {names[_DAYS.index(day)]}", *found))
    return Table(_("Arrivals in an hour, by month and weekday"), columns, tuple(rows))


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
#: Fewest arrivals in an hour, as a mean, of an hour that is shown.
_LIVELY = 0.5


def hours_of(sheet: Sheet) -> tuple[list[str], list[str]]:
    """Return the hours and the weekdays in which people come, in order."""
    cells = [
        name.split("-")
        for name in sheet.values.statistics("arrivals_by_hour")
        if sheet.values.get("arrivals_by_hour", name).mean > _LIVELY
    ]
    days = {day for day, _hour in cells}
    return sorted({hour for _day, hour in cells}), [day for day in _DAYS if day in days]


def named_rows(sheet: Sheet) -> Iterator[tuple[str, PointRow]]:
    """Yield the rows of points and authorities that the reader is shown, with their names."""
    return shown_rows(sheet.summary.points, sheet.small_cell)


def _marks(named: list[tuple[str, PointRow]]) -> tuple[frozenset[int], frozenset[int]]:
    """Return the rows of whole points with parts, and those of the parts."""
    parts = frozenset(index for index, (_name, row) in enumerate(named) if row.authority != ALL)
    return frozenset(index - 1 for index in parts) - parts, parts


def _visits(row: PointRow) -> Estimate:
    """Return the visits, or the self-service visits of a point that has no others."""
    return row.self_service if only_self_service(row) else row.visits
