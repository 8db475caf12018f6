"""Tables of who visits, waits and travels, from where to where, and who can use e-services."""

from __future__ import annotations

import math
from collections.abc import Mapping

from sim.locale import message
from sim.population.adoption import curve
from sim.reports.results import Estimate
from sim.reports.sheet import KIND_NAMES, Sheet
from sim.reports.tables import Column, Row, Table, merge_small

#: Metric of each number that groups of people are compared by, in the order of the columns.
MEASURES = ("visits", "wait", "within_target", "abandonment", "travel")
_TITLES = {
    "age_group": message("Who visits, waits and travels: age groups"),
    "municipality": message("Who visits, waits and travels: municipalities"),
    "kind": message("Who visits, waits and travels: residents and cottage dwellers"),
}
_HEADERS = {
    "age_group": message("Age group"),
    "municipality": message("Municipality"),
    "kind": message("Kind of person"),
}
_PEOPLE_NOTE = message(
    "Simulated persons. Travel: one way, by car. Cottage dwellers count in the municipality of their cottage."
)
#: Single years of age at which adoption is tabulated.
_AGES = range(20, 95, 5)


def group_table(sheet: Sheet, dimension: str) -> Table:
    """Return visits, waits and travel by group; groups of too few visits are merged.

    Parameters
    ----------
    sheet
        The run.
    dimension
        ``age_group``, ``municipality`` or ``kind``.
    """
    _ = sheet.translate
    columns = (
        Column(_(_HEADERS[dimension])),
        Column(_("Persons"), "number"),
        Column(_("Visits"), "number"),
        Column(_("Visits per 1,000 persons"), "number"),
        Column(_("Mean wait, min"), "number", 1),
        Column(_("Within the target"), "share"),
        Column(_("Gave up"), "share", 1),
        Column(_("Mean travel, min"), "number", 1),
    )
    rows = [
        _group_row(sheet, dimension, group) for group in sheet.values.statistics(f"visits_by_{dimension}")
    ]
    inhabited = [row for row in rows if isinstance(row[1], float) and row[1] > 0]
    merged = merge_small(inhabited, 2, sheet.small_cell, _("Others"))
    return Table(_(_TITLES[dimension]), columns, merged, note=_(_PEOPLE_NOTE))


def _group_row(sheet: Sheet, dimension: str, group: str) -> Row:
    """Return one group's row."""
    get = sheet.values.get
    persons = get(f"persons_by_{dimension}", group).mean
    visits, *others = (get(f"{measure}_by_{dimension}", group) for measure in MEASURES)
    rate = 1000 / persons if persons > 0 else math.nan
    return (
        _group_name(sheet, dimension, group),
        persons,
        visits,
        Estimate(visits.mean * rate, visits.half_width * rate),
        *others,
    )


def _group_name(sheet: Sheet, dimension: str, group: str) -> str:
    """Return what a group is called."""
    if dimension == "municipality":
        return sheet.labels.municipality(group)
    if dimension == "kind":
        return sheet.translate(KIND_NAMES[group])
    return group.replace("-", "–")


def origins(sheet: Sheet) -> Mapping[tuple[str, str], tuple[Estimate, Estimate]]:
    """Return visits and mean travel by (municipality, point), without those of too few visits."""
    found = {}
    for point in sheet.values.points("visits_from"):
        for municipality in sheet.values.statistics("visits_from"):
            visits = sheet.values.get("visits_from", municipality, point)
            if visits.mean >= sheet.small_cell:
                found[municipality, point] = (visits, sheet.values.get("travel_from", municipality, point))
    return found


def origin_table(sheet: Sheet) -> Table:
    """Return which municipality's people visit which point, and how long they travel."""
    _ = sheet.translate
    columns = (
        Column(_("Municipality")),
        Column(_("Service point")),
        Column(_("Visits"), "number"),
        Column(_("Mean travel, min"), "number", 1),
    )
    rows: list[Row] = [
        (sheet.labels.municipality(municipality), sheet.labels.point(point), visits, travel)
        for (municipality, point), (visits, travel) in sorted(origins(sheet).items(), key=_largest)
    ]
    note = _("Connections with fewer visits than may be published are left out.")
    return Table(_("From where to where"), columns, tuple(rows), note=note)


def adoption_table(sheet: Sheet) -> Table:
    """Return the share of people who can use e-services by age: in the base year, and now with its range."""
    _ = sheet.translate
    first = int(sheet.region.about("base_year"))
    columns = (
        Column(_("Age")),
        Column(str(first), "share"),
        Column(_("{year}, base").format(year=sheet.year), "share"),
        Column(_("{year}, low").format(year=sheet.year), "share"),
        Column(_("{year}, high").format(year=sheet.year), "share"),
        Column(_("{year}, in this scenario").format(year=sheet.year), "share"),
    )
    before, base, low, high, mine = adoption_curves(sheet)
    rows: tuple[Row, ...] = tuple(
        (str(age), *(float(share[age]) for share in (before, base, low, high, mine))) for age in _AGES
    )
    return Table(_("Who can use e-services"), columns, rows)


def adoption_curves(sheet: Sheet) -> tuple[tuple[float, ...], ...]:
    """Return the share by single year of age: base year; simulated year's base, low, high; the scenario's."""
    table = sheet.region.table("digital_adoption")
    metric = "eservice_capable"
    first = int(sheet.region.about("base_year"))
    position = float(sheet.run.scenario.demand.adoption)
    wanted = ((first, 0.0), (sheet.year, 0.0), (sheet.year, -1.0), (sheet.year, 1.0), (sheet.year, position))
    return tuple(tuple(curve(table, metric, year, at).tolist()) for year, at in wanted)


def _largest(item: tuple[tuple[str, str], tuple[Estimate, Estimate]]) -> float:
    """Sort key: most visits first."""
    return -item[1][0].mean
