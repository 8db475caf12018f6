"""What a run says in words: its headline, its verdict, and what readers of its numbers must know."""

from __future__ import annotations

import math
from collections.abc import Callable

from sim.locale import Language, message, number
from sim.reports.results import Estimate
from sim.reports.run import RunSummary

type Translate = Callable[[str], str]

#: Mark of a plan below the legal floor.
BELOW_FLOOR = "†"
#: What the reading of a scenario means for its numbers.
READINGS = {
    "plan": message(
        "Agreement with the plan is by construction: each authority's need was scaled so that the plan's "
        "estimate is what the model expects. What the run adds is when, where and from whom the visits "
        "come, and how long people wait."
    ),
    "history": message(
        "The volumes are anchored to the counts of the time. The waits are indicative only: opening hours "
        "and staffing of the time are not known in full."
    ),
    "projection": message(
        "Nothing was forced to the plan's number: visits follow from people, their needs and the e-services."
    ),
}
PLAN_NOTE = message(
    "Legal floor: visits that the law demands in person, if needs stay as they were. Unexplained change in "
    "need: what must happen to the need, beyond population, age and e-services, for the plan's number "
    "to come true."
)
UPDATED_NOTE = message(
    "Updated {year}: what has happened since the plan ({scenario}), as many replications with the same seed "
    "on the compiled engine, which gives the same records; ± is random variation."
)
SMALL_NOTE = message("Authorities with fewer than {n} visits a year at a point are in the point's sum only.")
WAIT_NOTE = message(
    "Visits of simulated persons. Wait: of those who were served. Within 15 min and gave up: shares of all "
    "who arrived. Utilisation: time with customers, of the officials' time on duty; those on call are on "
    "duty only while somebody needs them, so that theirs is high, however few the visits."
)


def floor_note(summary: RunSummary, _: Translate) -> str:
    """Return which plans lie below the legal floor, empty where none does."""
    if not summary.below_floor:
        return ""
    names = ", ".join(row.name for row in summary.below_floor)
    text = _("{flag} The plan lies below what the law alone brings about: {names}.")
    return text.format(flag=BELOW_FLOOR, names=names)


def headline(summary: RunSummary, lang: Language, _: Translate) -> str:
    """Return the title with year and number of replications."""
    runs = _("{n} replications") if summary.replications != 1 else _("{n} replication")
    return f"{summary.title} · {summary.year} · {runs.format(n=number(summary.replications, lang))}"


def verdict(summary: RunSummary, lang: Language, _: Translate) -> str:
    """Return the first sentence: the total against the plan."""
    total = summary.total
    visits = with_half_width(total.simulated, lang)
    if not math.isnan(total.simulated.half_width):
        visits = _("{visits} visits (random variation)").format(visits=visits)
    else:
        visits = _("{visits} visits").format(visits=visits)
    text = _("The simulated year has {visits}; the plan's table says {plan}.")
    if math.isnan(total.plan):
        text = _("The simulated year has {visits}.")
    elif summary.reading == "history":
        text = _("The simulated year has {visits}; {plan} were counted.")
    return text.format(visits=visits, plan=number(total.plan, lang))


def interval_note(summary: RunSummary, lang: Language, _: Translate) -> str:
    """Return what the half widths cover."""
    text = _("± covers random variation (95% confidence interval over {n} replications), nothing else.")
    return text.format(n=number(summary.replications, lang))


def with_half_width(estimate: Estimate, lang: Language, decimals: int = 0) -> str:
    """Return `mean ± half width`, the mean alone where there is no interval."""
    mean = number(estimate.mean, lang, decimals)
    if math.isnan(estimate.half_width):
        return mean
    return f"{mean} ± {number(estimate.half_width, lang, decimals)}"
