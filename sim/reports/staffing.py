"""Prints a recommended staffing as a board would read it: who is needed, what it costs, how sure it is."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from itertools import groupby
from textwrap import fill

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.locale import NO_NUMBER, Language, message, number, percent, translator
from sim.outcomes.costs import Costs, persons_by_month, plan_figure
from sim.reports.names import Labels, short_name
from sim.staffing.front import FrontPoint
from sim.staffing.proof import Removal
from sim.staffing.recommend import Recommendation
from sim.staffing.shift_proof import ShiftPlan
from sim.staffing.shifts import clock
from sim.staffing.units import Unit

type Translate = Callable[[str], str]

_WIDTH = 110
#: Least width of the column of names [characters].
_FIRST = 44
_PAYERS = {
    "authority": message("Authorities"),
    "municipality": message("Municipalities"),
}
_REASONS = {
    "slots": message("the diary is full: booked visits find no free time"),
    "cover": message("one official alone: nobody is on duty during the break"),
    "limit": message("more officials than were allowed would be needed, or something else is short"),
}
_VERDICTS = {
    "breaks": message("needed"),
    "spare": message("can be spared"),
    "undecided": message("too close to tell"),
    "minimum": message("at the minimum"),
}
_CAVEAT = message(
    "HTV (person-years) here are those who meet visitors. The plan's customer-service HTV, {before} in 2020 "
    "and {plan} in 2030, hold telephone, chat and back office too, so the two must not be compared as such: "
    "pure contact is about a quarter of the plan's HTV in 2019 and an eighth in 2030."
)
_OWN_TARGET = message("The target is the planner's own; no authority has set it.")


def print_staffing(
    found: Recommendation,
    front: tuple[FrontPoint, ...],
    shifts: ShiftPlan | None,
    lang: Language | None = None,
) -> None:
    """Print a recommendation on stdout.

    Parameters
    ----------
    found
        The staffing with its proof.
    front
        Leaner and richer staffings, may be empty.
    shifts
        Shift plan, if one was asked for.
    lang
        Language; default: the region's.
    """
    labels = Labels.read(found.problem.scenario.region, lang)
    _ = translator(labels.lang)
    console = Console(file=sys.stdout, highlight=False, width=_WIDTH)
    for text, style in _opening(found, labels.lang, _):
        console.print(Text(fill(text, _WIDTH), style=style))
    console.print(_need_table(found, labels, _))
    console.print(_money_table(found.costs, labels.lang, _))
    for text in _notes(found, labels, _):
        console.print(Text(fill(text, _WIDTH)))
    if front:
        console.print(_front_table(front, found, labels.lang, _))
    if shifts is not None:
        console.print(_shift_table(shifts, labels.lang, _))


def _opening(found: Recommendation, lang: Language, _: Translate) -> list[tuple[str, str]]:
    """Return the headline, the answer in a sentence, and whether it is proved."""
    target, costs = found.problem.target, found.costs
    asked = _("Target: {share} begin service within {wait} min, and at most {lost} leave unserved.").format(
        share=percent(target.share, lang), wait=number(target.wait, lang), lost=percent(target.lost, lang)
    )
    answer = _(
        "The cheapest staffing takes {officials} officials on the roster, {htv} HTV, {area} m² and "
        "{euros} € a year ({each} € a visit)."
    ).format(
        officials=number(_rostered(found), lang),
        htv=number(costs.htv, lang, 1),
        area=number(costs.area, lang),
        euros=number(costs.euros, lang),
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


def _rostered(found: Recommendation) -> int:
    """Return the officials on the roster; those on call are not."""
    return sum(n for row, n in zip(found.problem.bench.rows, found.counts, strict=True) if not row.on_call)


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


def _need_table(found: Recommendation, labels: Labels, _: Translate) -> Table:
    """Return officials, service and proof by point and authority."""
    table = _table(_("Officials needed, by service point and authority"), _("Service point and authority"))
    headers = (
        _("Visits"),
        _("Officials now"),
        _("Officials needed"),
        _("In time"),
        _("Left unserved"),
        _("Proven"),
        _("One fewer"),
    )
    _numbers(table, *headers)
    removals = {removal.row: removal for removal in found.removals}
    units = list(enumerate(found.problem.units.units))
    for point, group in groupby(units, key=lambda item: item[1].point):
        mine = list(group)
        if len(mine) > 1:
            table.add_row(labels.point(found.problem.bench.setup.site.network.points[point]), style="bold")
        for index, unit in mine:
            name, *cells = _need_cells(found, index, unit, labels, removals, _)
            table.add_row(f"  {name.split(' · ')[1]}" if len(mine) > 1 else name, *cells)
    return table


def _need_cells(
    found: Recommendation,
    index: int,
    unit: Unit,
    labels: Labels,
    removals: dict[int, Removal],
    _: Translate,
) -> tuple[str, ...]:
    """Return a row: name, visits, officials now and needed, service, proof, one official fewer."""
    lang, rows = labels.lang, found.problem.bench.rows
    scores = found.scores
    verdicts = [_(_VERDICTS[removals[row].verdict]) for row in unit.rows if row in removals]
    return (
        _unit_name(found, unit, labels, _),
        number(unit.visits, lang),
        "+".join(number(rows[row].count, lang) for row in unit.rows),
        "+".join(number(found.counts[row], lang) for row in unit.rows),
        percent(float(scores.within[:, index].mean()), lang),
        percent(float(scores.lost[:, index].mean()), lang, 1),
        _("yes") if found.proven[index] else _("no"),
        ", ".join(dict.fromkeys(verdicts)) or NO_NUMBER,
    )


def _unit_name(found: Recommendation, unit: Unit, labels: Labels, _: Translate) -> str:
    """Return point and authorities."""
    setup = found.problem.bench.setup
    names = [short_name(labels.authority(setup.land.index.authorities[a])) for a in unit.authorities]
    return f"{labels.point(setup.site.network.points[unit.point])} · {', '.join(names)}"


def _money_table(costs: Costs, lang: Language, _: Translate) -> Table:
    """Return hours, person-years and euros by payer."""
    table = _table(_("Who pays"), _("Payer"))
    _numbers(table, _("Contact hours"), _("Rostered hours"), "HTV", _("€ a year"))
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
            unit=_unit_name(found, units[index], labels, _), reason=_capital(_(_REASONS[reason]))
        )
        for index, reason in found.unmet.items()
    ]
    before, plan = (
        plan_figure(region, "htv_customer_service", year) for year in (2020, problem.scenario.year)
    )
    if not math.isnan(plan):
        notes.append(_(_CAVEAT).format(before=number(before, lang, 1), plan=number(plan, lang, 1)))
    space = plan_figure(region, "customer_space_m2", problem.scenario.year)
    if not math.isnan(space):
        text = _("Customer space: {area} m²; the plan has {plan} m² and a point whose size it does not name.")
        notes.append(text.format(area=number(found.costs.area, lang), plan=number(space, lang)))
    persons = persons_by_month(_rostered(found), problem.params)
    text = _(
        "For these officials to be present the payroll needs {march} persons in March and {july} in July."
    )
    notes.append(text.format(march=number(persons["Mar"], lang), july=number(persons["Jul"], lang)))
    return notes


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _front_table(front: tuple[FrontPoint, ...], found: Recommendation, lang: Language, _: Translate) -> Table:
    """Return the front of cost against wait."""
    table = _table(_("What more or fewer officials buy"), _("Staffing"))
    headers = (
        _("€ a year"),
        _("Mean wait, min"),
        _("p90, min"),
        _("In time"),
        _("Left unserved"),
        _("€ per hour of wait saved"),
    )
    _numbers(table, *headers)
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
            number(point.euros, lang),
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
    table = _table(title, _("Roster row"))
    _numbers(table, _("Officials"), _("Shift"), _("Lunch"))
    for row, shifts in plan.shifts.items():
        for shift, count in sorted(shifts.items(), key=lambda item: (item[0].start, item[0].end)):
            lunch = NO_NUMBER if math.isnan(shift.lunch) else clock(shift.lunch)
            table.add_row(row, number(count, lang), f"{clock(shift.start)}–{clock(shift.end)}", lunch)
    return table


def _table(title: str, first: str) -> Table:
    table = Table(title=title, box=SIMPLE_HEAD, title_justify="left", title_style="bold", expand=True)
    table.add_column(first, ratio=1, min_width=_FIRST)
    return table


def _numbers(table: Table, *headers: str) -> None:
    for header in headers:
        table.add_column(fill(header, 11, break_long_words=False), justify="right", no_wrap=False)
