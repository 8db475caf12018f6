"""What a run of several years tells year by year: visits by authority, older visitors, what goes online."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import pandas as pd

from sim.locale import Language, message, translator
from sim.outcomes import CONFIDENCE, RANDOM_VARIATION, intervals
from sim.region import load_region
from sim.region.index import first_age
from sim.reports.names import Labels, short_name
from sim.reports.results import ALL, Estimate, Run, own_metrics, replications, title
from sim.reports.tables import Column, Row, Table, Value, plain
from sim.visits import NeedChannel

#: First age of those whose share among the visitors is followed [years].
OLDER = 75
#: Authorities that a narrow table names; the others are taken together.
_NAMED = 4
TRAJECTORY_NOTE = message(
    "People live on from year to year: they grow older, leave and come. Plan: counts of 2019 and 2020, "
    "estimate of 2030. Online: share of all needs that end in an e-service."
)

type Series = Mapping[int, Estimate]


@dataclass(frozen=True)
class Course:
    """A run of several years.

    Attributes
    ----------
    run, lang
        The run, and the language of the names.
    replications
        Over how many replications the estimates are.
    years
        Simulated years.
    names
        Authorities' names by key, in the region's order.
    visits
        Visits by authority (`all` for their sum) and year.
    older, online
        Share of visitors of `OLDER` years and more, and of needs that end online, by year.
    plan
        Visits that the plan counts or expects, by year.
    """

    run: Run
    lang: Language
    replications: int
    years: tuple[int, ...]
    names: Mapping[str, str]
    visits: Mapping[str, Series]
    older: Series
    online: Series
    plan: Mapping[int, float]

    @classmethod
    def of(cls, run: Run, lang: Language | None = None) -> Self:
        """Return the course of a stored run, in a language or in the region's own.

        Raises
        ------
        InputError
            If the run's region can no longer be read.
        """
        region, metrics = load_region(run.scenario.region), own_metrics(run)
        labels = Labels.read(run.scenario.region, lang)
        whole = metrics[
            (metrics["period"] == "year") & (metrics["point"] == ALL) & metrics["metric"].isin(_METRICS)
        ]
        counted = whole[
            (whole["metric"] == "visits") & (whole["statistic"] == "count") & (whole["channel"] == ALL)
        ]
        by_age = whole[whole["metric"] == "visits_by_age_group"]
        old = by_age["statistic"].astype(str).map(first_age) >= OLDER
        needs = whole[
            (whole["metric"] == "needs") & (whole["statistic"] == "count") & (whole["authority"] == ALL)
        ]
        needs = needs[needs["channel"] != NeedChannel.LOST.name.lower()]  # counted under their first fate too
        went_online = needs["channel"] == NeedChannel.ONLINE.name.lower()
        plan = region.table("plan_visits").groupby("year")["visits"].sum()
        years = tuple(sorted(int(year) for year in metrics["year"].unique()))
        return cls(
            run=run,
            lang=labels.lang,
            replications=replications(metrics),
            years=years,
            names=labels.authorities,
            visits={str(key): _series(_sums(rows)) for key, rows in counted.groupby("authority")},
            older=_shares(by_age, old),
            online=_shares(needs, went_online),
            plan={year: float(plan[year]) for year in years if year in plan.index},
        )

    @property
    def largest(self) -> list[str]:
        """Keys of the authorities with most visits over all years, in the region's order."""
        totals = {key: math.fsum(v.mean for v in self.visits[key].values()) for key in self.known}
        named = sorted(totals, key=lambda key: -totals[key])[:_NAMED]
        return [key for key in self.known if key in named]

    @property
    def known(self) -> list[str]:
        """Authorities with visits, in the region's order."""
        return [key for key in self.names if any(v.mean > 0 for v in self.visits.get(key, {}).values())]

    def as_dict(self) -> dict[str, Any]:
        """Return the course as plain values that JSON can hold, units in the keys, no nan."""
        return {
            "scenario": self.run.scenario.name,
            "title": title(self.run, self.lang),
            "replications": self.replications,
            "half_widths_cover": RANDOM_VARIATION,
            "half_widths_confidence_share": CONFIDENCE,
            "years": [self._year_dict(year) for year in self.years],
            "folder": str(self.run.folder),
        }

    def _year_dict(self, year: int) -> dict[str, Any]:
        """Return one year as plain values."""
        visits = {key: self.visits[key][year].mean for key in (*self.known, ALL)}
        return {
            "year": year,
            "plan_visits_per_year": self.plan.get(year),
            "visits_per_year": visits,
            "half_width_visits_per_year": _or_none(self.visits[ALL][year].half_width),
            "visitors_of_75_and_over_share": self.older[year].mean,
            "online_share": self.online[year].mean,
        }


_METRICS = ("visits", "visits_by_age_group", "needs")


def short_table(course: Course) -> Table:
    """Return a row a year: the total against the plan, the largest authorities, older visitors, online."""
    _ = translator(course.lang)
    named = course.largest
    columns = (
        *(Column(_("Year")), Column(_("Plan"), "number"), Column(_("Simulated"), "number")),
        *(Column(short_name(course.names[key]), "number") for key in named),
        Column(_("Others"), "number"),
        *_share_columns(course.lang),
    )
    rows = []
    for year in course.years:
        parts: list[Value] = [course.visits[key][year].mean for key in named]
        total = course.visits[ALL][year]
        rest = total.mean - math.fsum(float(plain(part)) for part in parts)
        rows.append(_row(course, year, (total, *parts, rest)))
    return Table(_("Visits by authority and year"), columns, tuple(rows), note=_(TRAJECTORY_NOTE))


def full_table(course: Course) -> Table:
    """Return a row a year with every authority and its interval."""
    _ = translator(course.lang)
    known = course.known
    columns = (
        *(Column(_("Year")), Column(_("Plan"), "number"), Column(_("Simulated"), "number")),
        *(Column(short_name(course.names[key]), "number") for key in known),
        *_share_columns(course.lang),
    )
    rows = tuple(
        _row(course, year, (course.visits[ALL][year], *(course.visits[key][year] for key in known)))
        for year in course.years
    )
    return Table(_("Visits by authority and year"), columns, rows, note=_(TRAJECTORY_NOTE))


def _share_columns(lang: Language) -> tuple[Column, Column]:
    _ = translator(lang)
    return Column(_("75 and over"), "share", 1), Column(_("Online"), "share", 1)


def _row(course: Course, year: int, visits: Iterable[Value]) -> Row:
    plan = course.plan.get(year, math.nan)
    return (str(year), plan, *visits, course.older[year].mean, course.online[year].mean)


def _sums(rows: pd.DataFrame) -> pd.Series[float]:
    """Return the sum of some rows by replication and year."""
    name = "replication" if "replication" in rows.columns else "run_id"
    return rows.groupby([name, "year"])["value"].sum()


def _shares(rows: pd.DataFrame, chosen: pd.Series[bool]) -> dict[int, Estimate]:
    """Return the share of the chosen rows in the sum of all, by year."""
    whole = _sums(rows)
    return _series(_sums(rows[chosen]).reindex(whole.index, fill_value=0.0) / whole)


def _series(values: pd.Series[float]) -> dict[int, Estimate]:
    """Return the estimate of each year from values by replication and year."""
    found = intervals(values.rename("value").reset_index())
    rows = zip(found["year"], found["mean"], found["half_width"], strict=True)
    return {int(year): Estimate(mean, half_width) for year, mean, half_width in rows}


def _or_none(value: float) -> float | None:
    """Return a number as JSON knows it."""
    return None if math.isnan(value) else value
