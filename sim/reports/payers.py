"""Who pays for a simulated year: contact hours, person-years and euros by payer."""

from __future__ import annotations

from sim.locale import message
from sim.reports.sheet import Sheet
from sim.reports.tables import Column, Row, Table

PAYERS = {"authority": message("State authorities"), "municipality": message("Municipalities")}
HTV_NOTE = message(
    "HTV is one person-year of work at the service points, nothing else: phone, chat and back office are "
    "not in it, so it cannot be compared with the plan's customer-service HTV."
)
_METRICS = ("contact_hours", "htv", "cost")


def payer_table(sheet: Sheet) -> Table:
    """Return contact hours, person-years and euros by payer and in all; empty where the run lacks them."""
    _, get = sheet.translate, sheet.values.get
    columns = (
        Column(_("Payer")),
        Column(f"{_('Contact hours')}, {_('h a year')}", "number"),
        Column(_("Staff in person-years (HTV)"), "number", 1),
        Column(_("Cost, € a year"), "number"),
    )
    rows: list[Row] = [
        (
            _(PAYERS[payer]) if payer in PAYERS else payer,
            *(get(f"{name}_by_payer", payer) for name in _METRICS),
        )
        for payer in sheet.values.statistics("cost_by_payer")
    ]
    totals = frozenset({len(rows)} if rows else ())
    if rows:
        rows.append((_("All payers"), *(get(name, "sum") for name in _METRICS)))
    return Table(_("Who pays"), columns, tuple(rows), totals, note=_(HTV_NOTE))
