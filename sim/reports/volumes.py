"""Tables of how many visits there are: against the plan, over the years, and over the months."""

from __future__ import annotations

from sim.outcomes import KINDS
from sim.reports.results import ALL
from sim.reports.run import PlanRow
from sim.reports.sheet import KIND_NAMES, Sheet
from sim.reports.tables import Column, Row, Table
from sim.reports.verdict import BELOW_FLOOR, PLAN_NOTE, floor_note


def plan_table(sheet: Sheet) -> Table:
    """Return the visits of each authority against the plan, with both totals."""
    _ = sheet.translate
    summary = sheet.summary
    planned = _("Counted {year}") if summary.reading == "history" else _("Plan {year}")
    columns = (
        Column(_("Authority")),
        Column(planned.format(year=summary.year), "number"),
        Column(_("Simulated"), "number"),
        Column(_("Difference"), "signed"),
        Column(_("Legal floor").replace("-\n", ""), "number"),  # broken for narrow pages only
        Column(_("Unexplained change in need"), "signed_share"),
    )
    rows = [
        _plan_row(f"{row.name} {BELOW_FLOOR}" if row.below_floor else row.name, row)
        for row in summary.authorities
    ]
    rows += [
        _plan_row(_("All authorities"), summary.total),
        _plan_row(_("Authorities of the joint points"), summary.joint),
    ]
    totals = frozenset({len(rows) - 2, len(rows) - 1})
    notes = [floor_note(summary, _), _(PLAN_NOTE) if summary.reading == "plan" else ""]
    return Table(_("Visits by authority"), columns, tuple(rows), totals, note=" ".join(filter(None, notes)))


def history_table(sheet: Sheet) -> Table:
    """Return the plan's table of visits in its years, beside the simulated year."""
    _ = sheet.translate
    plan = sheet.region.table("plan_visits")
    years = sorted(plan["year"].unique())
    known = plan.set_index(["authority", "year"])["visits"]
    columns = [Column(_("Authority"))]
    columns += [Column(_("Plan's table {year}").format(year=year), "number") for year in years]
    columns += [Column(_("Simulated {year}").format(year=sheet.year), "number")]
    rows: list[Row] = [
        (row.name, *(float(known.get((row.authority, year), 0)) for year in years), row.simulated)
        for row in sheet.summary.authorities
    ]
    sums = (float(plan.loc[plan["year"] == year, "visits"].sum()) for year in years)
    rows.append((_("All authorities"), *sums, sheet.summary.total.simulated))
    return Table(_("Visits in the plan's years"), tuple(columns), tuple(rows), frozenset({len(rows) - 1}))


def month_table(sheet: Sheet) -> Table:
    """Return the visits of each month by kind of person."""
    _ = sheet.translate
    columns = (Column(_("Month")), *(Column(_(KIND_NAMES[kind]), "number") for kind in KINDS))
    rows: list[Row] = []
    for index, name in enumerate(sheet.months()):
        period = f"month-{index + 1:02d}"
        rows.append((name, *(sheet.values.get("visits_by_kind", kind, ALL, ALL, period) for kind in KINDS)))
    return Table(_("Visits by month"), columns, tuple(rows))


def _plan_row(name: str, row: PlanRow) -> Row:
    """Return one row against the plan."""
    return (name, row.plan, row.simulated, row.difference, row.legal_floor, row.need_growth - 1)
