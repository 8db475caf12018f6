"""Prints a recommended staffing as a board would read it: who is needed, what it costs, how sure it is."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from textwrap import fill

from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.locale import NO_NUMBER, Language, message, number, percent, translator
from sim.outcomes.costs import Costs, persons_by_month, plan_figure
from sim.reports.names import Labels
from sim.reports.staffing_need import need_note, need_table
from sim.reports.staffing_proof import (
    WIDTH,
    futures_note,
    futures_table,
    name_table,
    number_columns,
    proof_note,
    proof_table,
    unit_name,
)
from sim.staffing.answer import Answer
from sim.staffing.front import FrontPoint
from sim.staffing.recommend import Recommendation
from sim.staffing.shift_proof import ShiftPlan
from sim.staffing.shifts import clock

type Translate = Callable[[str], str]

_PAYERS = {
    "authority": message("Authorities"),
    "municipality": message("Municipalities"),
}
_REASONS = {
    "slots": message("the diary is full: booked visits find no free time"),
    "cover": message("one official alone: nobody is on duty during the break"),
    "limit": message("more officials than were allowed would be needed, or something else is short"),
}
_CAVEAT = message(
    "HTV (person-years) here are those who meet visitors. The plan's customer-service HTV, {before} in 2020 "
    "and {plan} in 2030, hold telephone, chat and back office too, so the two must not be compared as such: "
    "pure contact is about {then} of the plan's HTV in 2019 and {now} in 2030."
)
_FRONT = message(
    "Each step takes the officials who save the most waiting per euro. The recommended staffing must reach "
    "the target at every point, where few come too; a step beyond it may therefore save more waiting per "
    "euro than the step before. Space is that of the recommended staffing."
)
#: Decimals of euros: no simulation knows them closer than thousands.
_ROUNDED = -3
_OWN_TARGET = message("The target is the planner's own; no authority has set it.")


def print_staffing(answer: Answer, lang: Language | None = None) -> None:
    """Print an answer on stdout.

    Parameters
    ----------
    answer
        The staffing with its proof, leaner and richer ones, shifts and futures.
    lang
        Language; default: the region's.
    """
    found = answer.recommendation
    labels = Labels.read(found.problem.scenario.region, lang)
    _ = translator(labels.lang)
    console = Console(file=sys.stdout, highlight=False, width=WIDTH)
    for text, style in _opening(found, labels.lang, _):
        console.print(Text(fill(text, WIDTH), style=style))
    for part in _parts(answer, labels, _):
        console.print(Text(fill(part, WIDTH)) if isinstance(part, str) else part)


def _parts(answer: Answer, labels: Labels, _: Translate) -> Iterator[Table | str]:
    """Yield tables and notes in the order of reading: who, how sure, at what cost, what else."""
    found, lang = answer.recommendation, labels.lang
    yield need_table(found, labels, _)
    yield need_note(found, _)
    if found.removals:
        yield proof_table(found, labels, _)
        yield proof_note(found, _)
    if answer.futures is not None:
        yield futures_table(answer.futures, found, labels, _)
        yield futures_note(answer.futures, found, lang, _)
    yield _money_table(found.costs, lang, _)
    yield from _notes(found, labels, _)
    if answer.front:
        yield _front_table(answer.front, found, lang, _)
        yield _(_FRONT)
    if answer.shifts is not None:
        yield _shift_table(answer.shifts, lang, _)


def _opening(found: Recommendation, lang: Language, _: Translate) -> list[tuple[str, str]]:
    """Return the headline, the answer in a sentence, and whether it is proved."""
    target, costs = found.problem.target, found.costs
    asked = _("Target: {share} begin service within {wait} min, and at most {lost} leave unserved.").format(
        share=percent(target.share, lang), wait=number(target.wait, lang), lost=percent(target.lost, lang)
    )
    answer = _(
        "The cheapest staffing takes {officials} officials on the roster, {htv} HTV, {area} m² and "
        "about {euros} € a year ({each} € a visit)."
    ).format(
        officials=number(found.rostered(), lang),
        htv=number(costs.htv, lang, 1),
        area=number(costs.area, lang),
        euros=number(round(costs.euros, _ROUNDED), lang),
        each=number(costs.euros / costs.visits, lang, 2),
    )
    return [
        (_title(found, lang), "bold"),
        (f"{asked} {_(_OWN_TARGET)}", ""),
        (answer, ""),
        (_proof_text(found, lang, _), ""),
    ]


def _title(found: Recommendation, lang: Language) -> str:
    scenario = found.problem.scenario
    return f"{scenario.title_in(lang)} · {scenario.year}"


def _proof_text(found: Recommendation, lang: Language, _: Translate) -> str:
    """Return how sure it is."""
    n, sure = len(found.scores.wait), percent(found.problem.effort.confidence, lang)
    if not all(found.proven):
        return _("Not proven in {n} fresh simulated years: see the column of proof.").format(
            n=number(n, lang)
        )
    text = _(
        "Proven in {n} simulated years that the search never saw: everything below holds with {sure} "
        "confidence."
    )
    if found.unmet:
        text = _(
            "The target cannot be met everywhere. What can be attained is proven in {n} fresh years ({sure})."
        )
    return text.format(n=number(n, lang), sure=sure)


def _money_table(costs: Costs, lang: Language, _: Translate) -> Table:
    """Return hours, person-years and euros by payer."""
    table = name_table(_("Who pays"), _("Payer"))
    number_columns(table, _("Contact hours"), _("Rostered hours"), "HTV", _("€ a year"))
    for payer, (htv, euros) in sorted(costs.by_payer().items(), key=lambda item: -item[1][1]):
        mine = [row for row in costs.rows if row.row.payer == payer]
        table.add_row(
            _(_PAYERS[payer]) if payer in _PAYERS else payer,
            number(sum(row.contact for row in mine), lang),
            number(sum(row.rostered for row in mine), lang),
            number(htv, lang, 1),
            number(euros, lang),
        )
    table.add_section()
    table.add_row(
        _("Together"),
        number(sum(row.contact for row in costs.rows), lang),
        number(sum(row.rostered for row in costs.rows), lang),
        number(costs.htv, lang, 1),
        number(costs.euros, lang),
        style="bold",
    )
    return table


def _notes(found: Recommendation, labels: Labels, _: Translate) -> list[str]:
    """Return what cannot be met and why, the caveat of person-years, space, and July."""
    lang, problem = labels.lang, found.problem
    region, units = problem.bench.setup.region, problem.units.units
    notes = [
        _("{unit}: the target cannot be met. {reason}.").format(
            unit=unit_name(found, units[index], labels), reason=_capital(_(_REASONS[reason]))
        )
        for index, reason in found.unmet.items()
    ]
    year = problem.scenario.year
    before, plan = (plan_figure(region, "htv_customer_service", when) for when in (2020, year))
    then, now = (plan_figure(region, "contact_share_of_customer_service_htv", when) for when in (2019, year))
    if not math.isnan(plan):
        text = _(_CAVEAT).format(
            before=number(before, lang, 1),
            plan=number(plan, lang, 1),
            then=percent(then, lang),
            now=percent(now, lang, 1),
        )
        notes.append(text)
    space = plan_figure(region, "customer_space_m2", year)
    if not math.isnan(space):
        text = _("Customer space: {area} m²; the plan has {plan} m² and a point whose size it does not name.")
        notes.append(text.format(area=number(found.costs.area, lang), plan=number(space, lang)))
    persons = persons_by_month(found.rostered(), problem.params)
    text = _(
        "For these officials to be present the payroll needs {march} persons in March and {july} in July."
    )
    notes.append(text.format(march=number(persons["Mar"], lang), july=number(persons["Jul"], lang)))
    return notes


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _front_table(front: tuple[FrontPoint, ...], found: Recommendation, lang: Language, _: Translate) -> Table:
    """Return the front of cost against wait."""
    table = name_table(_("What more or fewer officials buy"), _("Staffing"))
    headers = (
        _("€ a year"),
        _("Mean wait, min"),
        _("Nine of ten wait less than, min"),
        _("In time"),
        _("Left unserved"),
        _("€ per hour of wait saved"),
    )
    number_columns(table, *headers)
    for point in front:
        more = sum(point.counts) - sum(found.counts)
        name = (
            _("recommended")
            if point.counts == found.counts
            else _("{n} officials").format(n=_signed(more, lang))
        )
        price = NO_NUMBER if not math.isfinite(point.price) else number(point.price, lang)
        table.add_row(
            name,
            number(round(point.euros, _ROUNDED), lang),
            number(point.mean, lang, 1),
            number(point.p90, lang, 1),
            percent(point.within, lang),
            percent(point.lost, lang, 1),
            price,
            style="bold" if point.counts == found.counts else None,
        )
    return table


def _signed(value: int, lang: Language) -> str:
    return ("+" if value > 0 else "") + number(value, lang)


def _shift_table(plan: ShiftPlan, lang: Language, _: Translate) -> Table:
    """Return the shifts of each roster row."""
    share = percent(plan.hours / plan.before, lang) if plan.before else NO_NUMBER
    proven = _("proven") if all(plan.proven) else _("not proven")
    title = _("Shifts: {share} of the hours of the staffing above, {proven}").format(
        share=share, proven=proven
    )
    table = name_table(title, _("Roster row"))
    number_columns(table, _("Officials"), _("Shift"), _("Lunch"))
    for row, shifts in plan.shifts.items():
        for shift, count in sorted(shifts.items(), key=lambda item: (item[0].start, item[0].end)):
            lunch = NO_NUMBER if math.isnan(shift.lunch) else clock(shift.lunch)
            table.add_row(row, number(count, lang), f"{clock(shift.start)}–{clock(shift.end)}", lunch)
    return table
