"""How sure a recommended staffing is: what the absence of one official does, and the projection's futures."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import fill

from rich.box import SIMPLE_HEAD
from rich.table import Table

from sim.experiments.projection import Probability
from sim.locale import Language, message, number, percent
from sim.network.rows import RosterRow
from sim.reports.names import Labels, short_name
from sim.staffing.futures import SAFE, Futures
from sim.staffing.proof import Removal
from sim.staffing.recommend import Recommendation
from sim.staffing.units import Unit

type Translate = Callable[[str], str]

WIDTH = 110
#: Least width of the column of names [characters].
_FIRST = 42
VERDICTS = {
    "breaks": message("needed"),
    "spare": message("can be spared"),
    "undecided": message("too close to tell"),
    "minimum": message("the only one"),
}


def proof_table(found: Recommendation, labels: Labels, _: Translate) -> Table:
    """Return what happens at each authority when one official stays away every day of the year."""
    table = name_table(_("If one official stayed away every day"), _("Who stays away"))
    headers = (_("Officials without one"), _("In time"), _("Left unserved"), _("Years"), _("Conclusion"))
    number_columns(table, *headers)
    for removal in found.removals:
        if removal.verdict == "minimum":
            continue
        table.add_row(
            _who(found, removal, labels, _),
            number(found.counts[removal.row] - 1, labels.lang),
            _with_half(removal.within, removal.within_half, labels.lang),
            _with_half(removal.lost, removal.lost_half, labels.lang),
            number(removal.replications, labels.lang),
            _(VERDICTS[removal.verdict]),
        )
    return table


def _who(found: Recommendation, removal: Removal, labels: Labels, _: Translate) -> str:
    """Return where the official works and whom they serve; who suffers most, where that is somebody else."""
    row, unit = found.problem.bench.rows[removal.row], found.problem.units.units[removal.unit]
    works_at = labels.points.get(row.works_at, _("Remote service"))
    mine = row_part(row, labels, _)
    suffers = unit_name(found, unit, labels).split(" · ")[1]
    name = f"{works_at} · {mine}"
    return name if suffers == mine else _("{who} ({unit} suffers most)").format(who=name, unit=suffers)


def row_part(row: RosterRow, labels: Labels, _: Translate) -> str:
    """Return whom a roster row serves: its authorities, or that it guides."""
    if row.guides:
        return _("guides")
    keys = dict.fromkeys(skill.partition(":")[0] for skill in row.skills)
    return ", ".join(short_name(labels.authority(key)) for key in keys)


def proof_note(found: Recommendation, _: Translate) -> str:
    """Return what the verdicts mean and who was not taken away."""
    lone = any(removal.verdict == "minimum" for removal in found.removals)
    text = _(
        "Needed: without that official a target is missed by more than chance (95 %, each verdict by itself, "
        "± is the half width of its interval)."
    )
    more = _("Where there is one official, nobody was taken away: the service would end.")
    return f"{text} {more}" if lone else text


def futures_table(futures: Futures, found: Recommendation, labels: Labels, _: Translate) -> Table:
    """Return who would have to be added for a staffing that is safe in most of the projection's futures."""
    lang = labels.lang
    table = name_table(
        _("What would make it safe: officials who suffice in {share} of the futures").format(
            share=percent(SAFE, lang)
        ),
        _("Service point and authority"),
    )
    number_columns(table, _("Futures met as recommended"), _("Recommended"), _("Safe"), _("More"))
    for index, unit in enumerate(found.problem.units.units):
        more = [futures.safe[row] - found.counts[row] for row in unit.rows]
        if not any(more) and futures.met[:, index].all():
            continue
        table.add_row(
            unit_name(found, unit, labels),
            percent(float(futures.met[:, index].mean()), lang),
            "+".join(number(found.counts[row], lang) for row in unit.rows),
            "+".join(number(futures.safe[row], lang) for row in unit.rows),
            "+".join(number(n, lang) for n in more),
        )
    return table


def futures_note(futures: Futures, found: Recommendation, lang: Language, _: Translate) -> str:
    """Return in how many futures the staffing meets its target everywhere, and what safety takes."""
    more = sum(futures.safe) - sum(found.counts)
    return _(
        "Uncertainty: of {n} futures drawn from the projection's assumptions ({low}–{high} visits in nine of "
        "ten), the recommended staffing meets the target everywhere in {met}. With {more} more officials it "
        "would do so in {covered}."
    ).format(
        n=number(len(futures.visits), lang),
        low=number(_quantile(futures, 0.05), lang),
        high=number(_quantile(futures, 0.95), lang),
        met=_share(futures.probability, lang),
        more=number(more, lang),
        covered=_share(futures.covered, lang),
    )


def _quantile(futures: Futures, share: float) -> float:
    ordered = sorted(futures.visits.tolist())
    return float(ordered[round(share * (len(ordered) - 1))])


def _share(part: Probability, lang: Language) -> str:
    """Return a share with its own interval."""
    return f"{percent(part.value, lang)} ({percent(part.low, lang)} – {percent(part.high, lang)})"


def _with_half(value: float, half: float, lang: Language) -> str:
    return f"{percent(value, lang, 1)} ± {number(100 * half, lang, 1)}"


def unit_name(found: Recommendation, unit: Unit, labels: Labels) -> str:
    """Return point and authorities."""
    setup = found.problem.bench.setup
    names = [short_name(labels.authority(setup.land.index.authorities[a])) for a in unit.authorities]
    return f"{labels.point(setup.site.network.points[unit.point])} · {', '.join(names)}"


def name_table(title: str, first: str) -> Table:
    """Return an empty table whose first column holds names."""
    table = Table(title=title, box=SIMPLE_HEAD, title_justify="left", title_style="bold", expand=True)
    table.add_column(first, ratio=1, min_width=_FIRST)
    return table


def number_columns(table: Table, *headers: str) -> None:
    """Add columns of numbers with broken headers."""
    for header in headers:
        table.add_column(fill(header, 10, break_long_words=False), justify="right", no_wrap=False)
