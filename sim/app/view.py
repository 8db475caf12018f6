"""The right side of the page: the verdict, what changed, waits, rhythm, means, and ways to take it along."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from sim.app.charts import WAIT_COLOURS, as_table, behind, gauge, heat_map, named, stacked_bars
from sim.app.costs import EUROS, HTV, SPACE
from sim.app.live import LiveRun, clear_of_zero, differences
from sim.app.markup import joined, tag
from sim.app.means import means_table, payer_table
from sim.app.state import State
from sim.locale import Language, message, number, percent, signed, translator
from sim.reports.results import ALL, Estimate, Values
from sim.reports.service import hours_of, named_rows, point_table, wait_table, week_table
from sim.reports.sheet import Sheet
from sim.reports.tables import Column, Row, Table, written
from sim.reports.volumes import plan_table

#: Headline metrics that are compared with the pinned state: title, metric, statistic, kind, decimals.
_COMPARED = (
    (message("Visits"), "visits", "count", "number", 0),
    (message("Mean wait, min"), "wait", "mean", "number", 1),
    (message("p90, min"), "wait", "p90", "number", 1),
    (message("Within the target"), "within", "target", "share", 1),
    (message("Gave up"), "abandonment", "share", "share", 1),
    (message("Utilisation of officials"), "utilisation", "share", "share", 0),
    (message("Rostered hours"), "rostered_hours", "sum", "number", 0),
    (message("Overtime hours"), "overtime_hours", "sum", "number", 0),
    (message("Staff in person-years (HTV)"), HTV, ALL, "number", 1),
    (message("Customer space, m²"), SPACE, ALL, "number", 0),
    (message("Cost, € a year"), EUROS, ALL, "number", 0),
)


@dataclass(frozen=True)
class Shown:
    """What is shown: a state as far as it is played, and the one it is compared with.

    Attributes
    ----------
    state, run, sheet
        The state, its run, and the run ready to be told.
    pinned
        Metrics of the pinned state, None where the state is the pinned one.
    wanted
        Replications that are wanted in the end.
    """

    state: State
    run: LiveRun
    sheet: Sheet
    pinned: LiveRun | None
    wanted: int

    @property
    def lang(self) -> Language:
        """Language of the texts."""
        return self.state.lang


def results(shown: Shown) -> Markup:
    """Return the parts of the right side."""
    _ = translator(shown.lang)
    means = [as_table(table, shown.lang) for table in (means_table(shown.sheet), payer_table(shown.sheet))]
    return joined(
        [
            _verdict(shown),
            _compared(shown),
            _part(_("Waits"), _waits(shown)),
            _part(_("When people come and wait"), _rhythm(shown)),
            _part(_("Staff, space and cost"), means),
            _part(_("Visits"), [as_table(plan_table(shown.sheet), shown.lang)]),
            _part(_("Take it along"), _take_along(shown)),
        ]
    )


def _part(title: str, children: Sequence[Markup]) -> Markup:
    """Return a part of the page with its heading."""
    return tag("section", [tag("h2", title), *children])


def _verdict(shown: Shown) -> Markup:
    """Return whether the target is met, how sure that is, and where it is not."""
    _, lang, sheet = translator(shown.lang), shown.lang, shown.sheet
    within = sheet.values.get("within", "target")
    target = percent(sheet.target_share, lang)
    wait = number(sheet.target_wait, lang)
    told = _("{share} of all who arrive begin service within {wait} minutes; the target is {target}.").format(
        share=written(within, Column("", "share", 1), lang), wait=wait, target=target
    )
    word, look = _word(within, sheet.target_share)
    covers = _(
        "± is random variation over {n} of {wanted} simulated years, not the uncertainty of assumptions."
    )
    single = _("One simulated year so far; more follow and give the uncertainty.")
    n = sheet.replications
    sure = single if n == 1 else covers.format(n=number(n, lang), wanted=number(shown.wanted, lang))
    return tag(
        "section",
        [
            tag("h2", _("Verdict")),
            tag("p", tag("strong", _(word)), class_=f"word {look}"),
            gauge(within, sheet.target_share, told),
            tag("p", [told, " ", sure], id="verdict", role="status"),
            _missed(shown),
        ],
        class_=f"verdict {look}",
    )


def _word(within: Estimate, target: float) -> tuple[str, str]:
    """Return the verdict in a word, and how it looks."""
    half = 0.0 if math.isnan(within.half_width) else within.half_width
    if within.mean - half >= target:
        return message("The target is met."), "met"
    if within.mean + half < target:
        return message("The target is missed."), "missed"
    return message("Too close to call."), "close"


def _missed(shown: Shown) -> Markup:
    """Return the points and authorities whose own service level is below the target."""
    _, sheet = translator(shown.lang), shown.sheet
    names, point = [], ""
    for name, row in named_rows(sheet):
        point = row.point_name if row.authority == ALL else point
        share = sheet.values.get("within", "target", row.point, row.authority).mean
        if row.authority != ALL and share < sheet.target_share:
            names.append(f"{name} ({row.point_name}) {percent(share, shown.lang, 1)}")
        elif name != row.point_name and row.authority == ALL and share < sheet.target_share:
            names.append(f"{name} {percent(share, shown.lang, 1)}")
    if not names:
        return tag("p", _("Every authority meets the target at every service point."))
    return tag("p", [_("Below the target:"), " ", "; ".join(names), "."])


def _compared(shown: Shown) -> Markup:
    """Return the difference to the pinned state."""
    _ = translator(shown.lang)
    title = _("Against the pinned state")
    if shown.pinned is None:
        text = _("This is the pinned state. Change a setting, and the difference is shown here.")
        return _part(title, [tag("p", text)])
    return _part(title, [as_table(compared_table(shown.sheet, shown.run, shown.pinned), shown.lang)])


def compared_table(sheet: Sheet, run: LiveRun, pinned: LiveRun) -> Table:
    """Return the headline metrics of two states and their paired differences."""
    _, lang = sheet.translate, sheet.lang
    names = [metric for _title, metric, *_rest in _COMPARED]
    before = Values.of(pinned.metrics, names)
    change = differences(run.metrics, pinned.metrics, names)
    rows: list[Row] = []
    for title, metric, statistic, kind, decimals in _COMPARED:
        column = Column("", kind, decimals)  # type: ignore[arg-type] # kinds are literals above
        difference = change.get(metric, statistic)
        cells = [
            written(values.get(metric, statistic).mean, column, lang) for values in (before, sheet.values)
        ]
        told = _told(difference, kind, decimals, lang)
        sure = (
            "" if math.isnan(difference.half_width) or clear_of_zero(difference) else _("not distinguishable")
        )
        rows.append((_(title), *cells, told, sure))
    columns = tuple(
        Column(text) for text in (_("All service points"), _("Pinned"), _("Now"), _("Difference"), _("Note"))
    )
    note = _("Same simulated persons and luck on both sides; ± is random variation of the difference.")
    return Table(_("Difference to the pinned state"), columns, tuple(rows), note=note)


def _told(difference: Estimate, kind: str, decimals: int, lang: Language) -> str:
    """Return a difference with its sign and interval, of shares in percentage points."""
    scale = 100.0 if kind == "share" else 1.0
    text = signed(scale * difference.mean, lang, decimals)
    if math.isnan(difference.half_width):
        return text
    return f"{text} ± {number(scale * difference.half_width, lang, decimals)}"


def _waits(shown: Shown) -> list[Markup]:
    """Return the waits at each point as bars, and every authority's in a table."""
    _, table = translator(shown.lang), wait_table(shown.sheet)
    return [
        stacked_bars(table, WAIT_COLOURS, shown.lang),
        behind(_("Table: shares by length of wait"), table, shown.lang),
        as_table(point_table(shown.sheet), shown.lang),
    ]


def _rhythm(shown: Shown) -> list[Markup]:
    """Return heat maps of arrivals and waits by hour and weekday; each is its own table."""
    _, sheet = translator(shown.lang), shown.sheet
    if not hours_of(sheet)[0]:
        return [tag("p", _("Nobody comes."))]
    arrivals = week_table(sheet, "arrivals_by_hour", _("Arrivals in an hour, persons"))
    waits = week_table(sheet, "wait_by_hour", _("Mean wait of those who came in the hour, min"))
    maps = [heat_map(_with_short_days(table, sheet), shown.lang) for table in (arrivals, waits)]
    return [tag("div", maps, class_="pair")]


def _with_short_days(table: Table, sheet: Sheet) -> Table:
    """Return a table by weekday with the short names of the days in its head."""
    short = dict(zip(sheet.weekdays("wide"), sheet.weekdays("abbreviated"), strict=True))
    columns = tuple(replace(column, title=short.get(column.title, column.title)) for column in table.columns)
    return replace(table, columns=columns)


def _take_along(shown: Shown) -> list[Markup]:
    """Return the link, the export, and the command that gives the same numbers."""
    _, state = translator(shown.lang), shown.state
    link = state.link()
    words = ["visitsim", "run", state.scenario, "--engine", "compiled"]
    words += ["--replications", str(shown.wanted)]
    words += [f"--set {_quoted(text)}" for text in state.sets]
    return [
        tag("p", tag("a", _("Link to this state"), href=f"?{link}", id="link")),
        tag(
            "p",
            tag(
                "a", _("All numbers as CSV"), href=f"export.csv?{link}", id="export", download="visitsim.csv"
            ),
        ),
        tag("p", _("The same numbers on the command line:")),
        tag("pre", " ".join(words), tabindex="0", role="region", **named(_("Command"))),
    ]


def _quoted(text: str) -> str:
    """Return a word as a shell takes it."""
    return "'" + text.replace("'", "'\\''") + "'"
