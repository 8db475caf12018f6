"""Tables of the staff, space and money that a state needs, and of who pays."""

from __future__ import annotations

from sim.app.costs import EUROS, HTV, SPACE, SPACE_EUROS, STAFF_EUROS
from sim.outcomes.costs import plan_figure
from sim.reports.payers import HTV_NOTE, PAYERS
from sim.reports.results import ALL, Estimate
from sim.reports.sheet import Sheet
from sim.reports.tables import Column, Row, Table, written


def means_table(sheet: Sheet) -> Table:
    """Return hours, person-years, space and money of a state."""
    _, get = sheet.translate, sheet.values.get
    euros, visits = get(EUROS, ALL), get("visits", "count").mean
    a_visit = Estimate(euros.mean / visits, euros.half_width / visits) if visits > 0 else Estimate()
    hours, yearly = _("h a year"), _("€ a year")
    planned = plan_figure(sheet.region, "customer_space_m2", sheet.year)
    lines = (
        (_("Contact hours"), get("contact_hours", "sum"), hours, 0),
        (_("Rostered hours"), get("rostered_hours", "sum"), hours, 0),
        (_("Overtime hours"), get("overtime_hours", "sum"), hours, 0),
        (_("Staff in person-years (HTV)"), get(HTV, ALL), "HTV", 1),
        (_("Customer space"), get(SPACE, ALL), "m²", 0),
        (_("Customer space in the plan"), planned, "m²", 0),
        (_("Staff cost"), get(STAFF_EUROS, ALL), yearly, 0),
        (_("Space and equipment"), get(SPACE_EUROS, ALL), yearly, 0),
        (_("Cost of a visit"), a_visit, "€", 2),
    )
    rows: tuple[Row, ...] = tuple(
        (name, written(value, Column("", "number", decimals), sheet.lang), unit)
        for name, value, unit, decimals in lines
    )
    columns = (Column(_("Needed")), Column(_("Estimate")), Column(_("Unit")))
    return Table(_("Staff, space and cost of this state"), columns, rows, note=_(HTV_NOTE))


def payer_table(sheet: Sheet) -> Table:
    """Return person-years and euros by payer."""
    _, get = sheet.translate, sheet.values.get
    payers = [payer for payer in sheet.values.statistics(EUROS) if payer != ALL]
    columns = (Column(_("Payer")), Column("HTV", "number", 1), Column(_("€ a year"), "number"))
    rows: list[Row] = [
        (_(PAYERS[payer]) if payer in PAYERS else payer, get(HTV, payer), get(EUROS, payer))
        for payer in payers
    ]
    rows.append((_("All payers"), get(HTV, ALL), get(EUROS, ALL)))
    return Table(_("Who pays"), columns, tuple(rows), frozenset({len(rows) - 1}))
