"""Why simulated visits differ from the closed form: full diaries, the turns of the year, and chance."""

from __future__ import annotations

from math import isnan

from sim.locale import Language, message, number, signed
from sim.reports.run import PlanRow, RunSummary
from sim.reports.sheet import Sheet
from sim.reports.tables import Column, Row, Table
from sim.reports.verdict import Translate

BALANCE_NOTE = message(
    "The closed form takes it that diaries suffice. Where they fill up, needs find no slot, or get a day in "
    "the next year; needs of the year before come in. The rest is chance and what such needs would have "
    "brought along."
)
_SENTENCE = message(
    "The closed form expects {expected} visits, the simulation differs by {difference}: {no_slot} needs "
    "found no slot, {carried} were carried over the turns of the year, and {rest} are chance and second "
    "matters."
)


def rest(row: PlanRow) -> float:
    """Return what full diaries and the turns of the year do not explain of simulated less expected."""
    return row.simulated.mean - row.expected + row.no_slot - row.carried_over


def balance_note(summary: RunSummary, lang: Language, _: Translate) -> str:
    """Return why all visits differ from the closed form, empty where they do by chance alone.

    With one replication chance is not known, so the sentence stands.
    """
    row = summary.total
    difference = row.simulated.mean - row.expected
    if isnan(rest(row)) or abs(difference) <= row.simulated.half_width:
        return ""
    return _(_SENTENCE).format(
        expected=number(row.expected, lang),
        difference=signed(difference, lang),
        no_slot=number(row.no_slot, lang),
        carried=signed(row.carried_over, lang),
        rest=signed(rest(row), lang),
    )


def balance_table(sheet: Sheet) -> Table:
    """Return the visits of each authority beside the closed form, and the causes of the difference."""
    _ = sheet.translate
    columns = (
        Column(_("Authority")),
        Column(_("Closed form"), "number"),
        Column(_("Simulated"), "number"),
        Column(_("Difference"), "signed"),
        Column(_("Found no appointment"), "number"),
        Column(_("Carried over the turns of the year"), "signed"),
        Column(_("Chance and the rest"), "signed"),
    )
    rows = [_row(row.name, row) for row in sheet.summary.authorities]
    rows.append(_row(_("All authorities"), sheet.summary.total))
    title = _("The closed form and the simulation")
    return Table(title, columns, tuple(rows), frozenset({len(rows) - 1}), note=_(BALANCE_NOTE))


def _row(name: str, row: PlanRow) -> Row:
    difference = row.simulated.mean - row.expected
    return (name, row.expected, row.simulated, difference, row.no_slot, row.carried_over, rest(row))
