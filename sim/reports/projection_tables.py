"""Tables of a projection's answer: visits to come, what moves them, and what it would take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.locale import Language, message, number, percent, translator
from sim.reports.tables import Column, Row, Table

type Answer = Mapping[str, Any]
#: Names of authorities by key.
type Names = Mapping[str, str]

#: Rows that are sums over authorities.
SUMS = {"joint": message("Joint points' authorities"), "all": message("All authorities")}
#: What the drivers are called.
DRIVERS = {
    "population": message("Population"),
    "ageing": message("Ageing"),
    "foreign": message("Foreign-language speakers"),
    "adoption": message("Digital adoption"),
    "coverage": message("Coverage of e-services"),
    "duty": message("In-person duties"),
    "need": message("Need per person"),
    "cottages": message("Cottage dwellers"),
    "season": message("Season"),
    "network": message("Network"),
}
#: What the value of a driver means where it is set.
MEANINGS = {
    "population": message("residents"),
    "ageing": message("share of residents aged 65 or over"),
    "foreign": message("share of foreign-language speakers"),
    "adoption": message("share of residents able to use e-services"),
    "coverage": message("share of needs that e-services cover"),
    "duty": message("change of in-person duties"),
    "need": message("factor on needs per person"),
    "cottages": message("days a year that a cottage is in use"),
    "season": message("needs on the day after a holiday, as a factor"),
}


def value_text(value: float | None, unit: str, lang: Language) -> str:
    r"""Return the value of a driver in words.

    >>> value_text(0.76, "factor", "en"), value_text(None, "share", "en")
    ('× 0.76', 'no value suffices')
    """
    _ = translator(lang)
    if value is None:
        return _("no value suffices")
    if unit == "factor":
        return f"× {number(value, lang, 2)}"
    if unit in ("share", "relative_change"):
        sign = "+" if unit == "relative_change" and value > 0 else ""
        return sign + percent(value, lang, 1)
    return number(value, lang)


def chance_text(chance: Mapping[str, float], lang: Language) -> str:
    """Return a probability with its own interval; an upper bound when no draw reaches the number."""
    value, high = (percent(chance[key], lang, 1) for key in ("value", "high"))
    low = number(100 * chance["low"], lang, 1)
    return f"< {high}" if chance["value"] == 0 else f"{value} ({low}–{high})"


def must_text(row: Answer, lang: Language) -> str:
    """Return what must be true for the plan's number in one row, other things as assumed."""
    _ = translator(lang)
    if not row["must"]:
        return _("true at base assumptions")
    told = [
        f"{_(DRIVERS[found['driver']])} {value_text(found['value'], found['unit'], lang)}"
        for found in row["must"]
        if found["value"] is not None
    ]
    text = f" {_('or')} ".join(told)
    return f"{_('below the legal floor')}; {text}" if row["plan"] < row["legal_floor"] else text


def visit_table(answer: Answer, lang: Language, names: Names) -> Table:
    """Return visits of each authority: base year, plan, projection, and the probability of the plan."""
    _ = translator(lang)
    heads = [str(answer["base_year"]), _("Plan"), "p10", "p50", "p90"]
    keys = ["base_year", "plan", "p10", "p50", "p90"]
    heads.append(_("Legal floor").replace("-\n", ""))  # broken for narrow pages only
    keys.append("legal_floor")
    columns = [Column(_("Authority")), *(Column(head, "number") for head in heads)]
    columns += [Column(_("P(≤ plan)")), Column(_("P without need and duty"))]
    rows: list[Row] = []
    for row in answer["rows"]:
        chances = (chance_text(row[key], lang) for key in ("probability", "probability_without"))
        rows.append((row_name(row["authority"], lang, names), *(float(row[key]) for key in keys), *chances))
    note = _("p10–p90: uncertainty of the assumptions. P: share of the draws, with its 95% interval.")
    totals = frozenset(place for place, row in enumerate(answer["rows"]) if row["authority"] in SUMS)
    return Table(_("Visits to come"), tuple(columns), tuple(rows), totals, note=note)


def beside_table(answer: Answer, lang: Language, names: Names) -> Table:
    """Return each authority's visits in the scenario that is shown beside."""
    _ = translator(lang)
    columns = (Column(_("Authority")), *(Column(head, "number") for head in ("p10", "p50", "p90")))
    keys = ("beside_p10", "beside_p50", "beside_p90")
    rows: tuple[Row, ...] = tuple(
        (row_name(row["authority"], lang, names), *(float(row[key]) for key in keys))
        for row in answer["rows"]
    )
    return Table(_("Beside: {scenario}").format(scenario=answer["beside"]), columns, rows)


def row_name(authority: str, lang: Language, names: Names) -> str:
    """Return what a row of the answer is called."""
    return translator(lang)(SUMS[authority]) if authority in SUMS else names.get(authority, authority)


def needed_table(answer: Answer, lang: Language, names: Names) -> Table:
    """Return what must be true for the plan's number of each authority."""
    _ = translator(lang)
    columns = (Column(_("Authority")), Column(_("What must be true for the plan's number")))
    rows: tuple[Row, ...] = tuple(
        (row_name(row["authority"], lang, names), must_text(row, lang)) for row in answer["rows"]
    )
    return Table(_("What must be true"), columns, rows)


def driver_table(answer: Answer, lang: Language) -> Table:
    """Return each driver's share in the change of visits, with the sum."""
    _ = translator(lang)
    heads = (_("at base"), _("at the median draw"))
    columns = (Column(_("Share in the change of visits")), *(Column(head, "signed") for head in heads))
    mine = [row for row in answer["drivers"] if row["authority"] == "all"]
    keys = ("at_base", "at_median_draw")
    rows: list[Row] = [(_(DRIVERS[row["driver"]]), *(float(row[key]) for key in keys)) for row in mine]
    rows.append((_("All together"), *(float(sum(row[key] for row in mine)) for key in keys)))
    return Table(_("Why visits change"), columns, tuple(rows), frozenset({len(rows) - 1}))


def lever_table(answer: Answer, lang: Language) -> Table:
    """Return the value of each driver alone that would bring the plan's number about."""
    _ = translator(lang)
    heads = (_("Driver"), _("Meaning"), _("Base"), _("Needed for the plan's number"))
    columns = (*map(Column, heads), Column(_("nearest visits"), "number"))
    rows: list[Row] = []
    for row in answer["levers"]:
        base, needed = (value_text(row[key], row["unit"], lang) for key in ("base", "value"))
        name = row["driver"]
        rows.append((_(DRIVERS[name]), _(MEANINGS[name]), base, needed, float(row["nearest_visits"])))
    return Table(_("One driver alone"), columns, tuple(rows))


def pair_table(answer: Answer, lang: Language) -> Table:
    """Return rules for pairs: where one driver stands, the other must stand for the plan's number."""
    _ = translator(lang)
    units = {row["driver"]: row["unit"] for row in answer["levers"]}
    rows: list[Row] = []
    for row in answer["pairs"]:
        first, second = row["first"], row["second"]
        found = (value_text(row[f"{which}_value"], units[row[which]], lang) for which in ("first", "second"))
        one, other = found
        rows.append((_(DRIVERS[first]), one, _(DRIVERS[second]), other))
    heads = (_("If"), _("is"), _("the plan needs"), _("at"))
    return Table(_("Two drivers together"), tuple(map(Column, heads)), tuple(rows))
