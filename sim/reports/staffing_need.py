"""Who is needed: officials by service point and authority, the guides and others beside them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rich.table import Table

from sim.locale import NO_NUMBER, number, percent
from sim.reports.names import Labels
from sim.reports.staffing_proof import Translate, name_table, number_columns, row_part, unit_name
from sim.staffing.recommend import Recommendation
from sim.staffing.units import Unit

#: Stands beside officials who serve several lines of the table.
_SHARED = "*"


def need_table(found: Recommendation, labels: Labels, _: Translate) -> Table:
    """Return officials, service and proof by point and authority."""
    title = _("Officials needed, by service point and authority")
    table = name_table(title, _("Service point and authority"))
    headers = (
        _("Visits"),
        _("Officials assumed"),
        _("By formula"),
        _("Officials needed"),
        _("Of them for bookings"),
        _("In time"),
        _("Left unserved"),
        _("Proven"),
    )
    number_columns(table, *headers)
    for point, group in groupby(_lines(found, labels, _), key=lambda line: line[0]):
        lines = [cells for _point, cells in group]
        if len(lines) > 1:
            table.add_row(point, style="bold")
        for name, *cells in lines:
            table.add_row(f"  {name}" if len(lines) > 1 else f"{point} · {name}", *cells)
    table.add_section()
    rostered = found.rostered([row.count for row in found.problem.bench.rows])
    now, needed = (number(n, labels.lang) for n in (rostered, found.rostered()))
    table.add_row(_("Together"), "", now, "", needed, *("",) * 4, style="bold")
    return table


def need_note(found: Recommendation, _: Translate) -> str:
    """Return what the formula is worth, and the mark of shared officials where somebody is shared."""
    text = _(
        "By formula: Erlang A for a steady load of the same visits. Short opening hours, breaks, absences "
        "and bookings are not in it; the simulation decides."
    )
    if not any(_shared(found, row) for unit in found.problem.units.units for row in unit.rows):
        return text
    return f"{text} " + _("{mark} The same officials serve several of these lines.").format(mark=_SHARED)


def _lines(found: Recommendation, labels: Labels, _: Translate) -> list[tuple[str, tuple[str, ...]]]:
    """Return point and cells of each line: what is judged, then who else works there."""
    names = found.problem.bench.setup.site.network.points
    units = [
        (names[unit.point], _unit_cells(found, index, unit, labels, _))
        for index, unit in enumerate(found.problem.units.units)
    ]
    others = list(_others(found, labels, _))
    points = dict.fromkeys(point for point, _cells in (*units, *others))
    return [(labels.point(p), cells) for p in points for point, cells in (*units, *others) if point == p]


def _unit_cells(
    found: Recommendation, index: int, unit: Unit, labels: Labels, _: Translate
) -> tuple[str, ...]:
    """Return a line: name, visits, officials now, needed and set aside for bookings, service, proof."""
    lang, rows, scores = labels.lang, found.problem.bench.rows, found.scores
    now = "+".join(number(rows[row].count, lang) for row in unit.rows)
    formula = found.problem.formula[index]
    counts = [
        [found.counts[row] for row in unit.rows],
        [rows[row].diary_for(found.counts[row]) for row in unit.rows],
    ]
    mark = _SHARED if any(_shared(found, row) for row in unit.rows) else ""
    return (
        unit_name(found, unit, labels).split(" · ")[1],
        number(unit.visits, lang),
        now,
        number(formula, lang) if formula >= 0 else NO_NUMBER,
        *("+".join(number(n, lang) for n in part) + mark for part in counts),
        percent(float(scores.within[:, index].mean()), lang),
        percent(float(scores.lost[:, index].mean()), lang, 1),
        _("yes") if found.proven[index] else _("no"),
    )


def _others(found: Recommendation, labels: Labels, _: Translate) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield workplace and line of the rostered rows that serve nothing judged: guides and advisers."""
    judged = {row for unit in found.problem.units.units for row in unit.rows}
    for index in found.present:
        if index not in judged:
            row = found.problem.bench.rows[index]
            now, needed = (number(n, labels.lang) for n in (row.count, found.counts[index]))
            yield row.works_at, (row_part(row, labels, _), "", now, NO_NUMBER, needed, *(NO_NUMBER,) * 4)


def _shared(found: Recommendation, row: int) -> bool:
    return sum(row in unit.rows for unit in found.problem.units.units) > 1
