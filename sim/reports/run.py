"""The answer of one run as data: visits against the plan, and waits by point and authority."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from sim.config.registry import Registry
from sim.locale import Language
from sim.outcomes import CONFIDENCE, RANDOM_VARIATION, intervals
from sim.region import load_region
from sim.reports.names import Labels
from sim.reports.results import ALL, NONE, Estimate, Run, Values, own_metrics, replications, title

#: Metrics that the summary reads.
_METRICS = (
    "visits",
    "self_service_visits",
    "wait",
    "within",
    "abandonment",
    "utilisation",
    "plan_visits",
    "expected_visits",
    "legal_floor",
    "need_growth",
    "no_slot",
    "carried_over",
)
#: Files of a run folder that are worth naming, in this order.
_FILES = (
    *("manifest.json", "config.yaml", "runs.parquet", "metrics.parquet", "visits.parquet"),
    *("figures", "report.html"),
)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One authority, or several together, against the plan.

    Attributes
    ----------
    authority, name
        Key and name; a total has the key `all` or `joint`.
    plan
        Visits that the plan's table gives for the year (in a history scenario: the count).
    simulated
        Visits simulated.
    difference
        Simulated less plan.
    legal_floor
        Visits that the law alone would bring about.
    need_growth
        Factor on the need that makes the expectation meet the plan; nan where there is none.
    below_floor
        Whether the plan lies below the legal floor.
    updated
        Visits simulated under what has happened since the plan.
    expected
        Visits that the closed form expects.
    no_slot, carried_over
        Needs that found no slot; needs carried into the year less those carried out of it.
    """

    authority: str
    name: str
    plan: float
    simulated: Estimate
    difference: float
    legal_floor: float
    need_growth: float
    below_floor: bool
    updated: Estimate = NONE
    expected: float = math.nan
    no_slot: float = math.nan
    carried_over: float = math.nan

    def as_dict(self) -> dict[str, Any]:
        """Return the row as plain values, units in the keys."""
        return {
            "authority": self.authority,
            "name": self.name,
            "plan_visits_per_year": _plain(self.plan),
            "simulated_visits_per_year": _plain(self.simulated.mean),
            "half_width_visits_per_year": _plain(self.simulated.half_width),
            "difference_visits_per_year": _plain(self.difference),
            "legal_floor_visits_per_year": _plain(self.legal_floor),
            "need_growth_ratio": _plain(self.need_growth),
            "plan_below_legal_floor": self.below_floor,
            "updated_visits_per_year": _plain(self.updated.mean),
            "updated_half_width_visits_per_year": _plain(self.updated.half_width),
            "closed_form_visits_per_year": _plain(self.expected),
            "no_slot_needs_per_year": _plain(self.no_slot),
            "carried_over_needs_per_year": _plain(self.carried_over),
        }


@dataclass(frozen=True, slots=True)
class PointRow:
    """Visits and waits of an authority at a point; the authority `all` is the point as a whole.

    `self_service` is not among the visits, as the plan counts them. Waits in minutes, `within_15`,
    `gave_up` and `utilisation` as shares 0-1; see `sim.outcomes`.
    """

    point: str
    point_name: str
    authority: str
    authority_name: str
    visits: Estimate
    self_service: Estimate
    wait_mean: Estimate
    wait_p90: Estimate
    within_15: Estimate
    gave_up: Estimate
    utilisation: Estimate

    def as_dict(self) -> dict[str, Any]:
        """Return the row as plain values, units in the keys."""
        row: dict[str, Any] = {
            "point": self.point,
            "point_name": self.point_name,
            "authority": self.authority,
            "authority_name": self.authority_name,
        }
        for field, unit in _POINT_UNITS.items():
            estimate: Estimate = getattr(self, field)
            row[f"{field}_{unit}"] = _plain(estimate.mean)
            row[f"{field}_half_width_{unit}"] = _plain(estimate.half_width)
        return row


_POINT_UNITS = {
    "visits": "per_year",
    "self_service": "per_year",
    "wait_mean": "min",
    "wait_p90": "min",
    "within_15": "share",
    "gave_up": "share",
    "utilisation": "share",
}


@dataclass(frozen=True)
class RunSummary:
    """What a planner is told of a run.

    Attributes
    ----------
    scenario, title, year, reading, lang
        What was simulated, and the language of the names.
    replications
        Over how many replications the estimates are.
    authorities
        Every authority of the region, in its order.
    total, joint
        All authorities together; those of the joint points alone.
    points
        Rows by point and authority; each point starts with its row for all authorities.
    folder, files
        Where the results are: the folder, and the names of what lies in it.
    small_cell
        Fewest visits a year of an authority at a point of which anything is shown to a reader.
    updated
        Name of the scenario that tells what has happened since, empty for none.
    """

    scenario: str
    title: str
    year: int
    reading: str
    lang: Language
    replications: int
    authorities: tuple[PlanRow, ...]
    total: PlanRow
    joint: PlanRow
    points: tuple[PointRow, ...]
    folder: Path
    files: tuple[str, ...]
    small_cell: float
    updated: str = ""

    @property
    def below_floor(self) -> tuple[PlanRow, ...]:
        """Authorities whose plan lies below the legal floor."""
        return tuple(row for row in self.authorities if row.below_floor)

    def as_dict(self) -> dict[str, Any]:
        """Return the summary as plain values that JSON can hold, units in the keys, no nan."""
        return {
            "scenario": self.scenario,
            "title": self.title,
            "year": self.year,
            "reading": self.reading,
            "replications": self.replications,
            "half_widths_cover": RANDOM_VARIATION,
            "half_widths_confidence_share": CONFIDENCE,
            "agreement_by_construction": self.reading == "plan",
            "updated_scenario": self.updated or None,
            "authorities": [row.as_dict() for row in self.authorities],
            "totals": {"all": self.total.as_dict(), "joint_points": self.joint.as_dict()},
            "points": [row.as_dict() for row in self.points],
            "folder": str(self.folder),
            "files": list(self.files),
        }


def summarise(run: Run, lang: Language | None = None, updated: Run | None = None) -> RunSummary:
    """Return the summary of a run.

    Parameters
    ----------
    run
        The stored run.
    lang
        Language of the names, None for the region's.
    updated
        What has happened since the plan, as a stored run of the same year, to be told beside it.

    Returns
    -------
    RunSummary
        Numbers that the run does not hold (a legal floor in a history scenario, a half width with one
        replication) are nan.

    Raises
    ------
    InputError
        If the run's region can no longer be read.
    """
    scenario = run.scenario
    registry = Registry.from_region(load_region(scenario.region))
    labels = Labels.read(scenario.region, lang, scenario.year if scenario.reading == "projection" else None)
    metrics = own_metrics(run)
    values = Values.of(metrics, _METRICS)
    rows = tuple(_plan_row(values, key, name) for key, name in labels.authorities.items())
    total, joint = _total(rows, ALL, values.get("visits", "count")), _joint(rows, labels.joint, metrics)
    if updated is not None:
        rows, total, joint = _beside((rows, total, joint), labels.joint, own_metrics(updated))
    return RunSummary(
        scenario=scenario.name,
        title=title(run, labels.lang),
        year=scenario.year,
        reading=scenario.reading,
        lang=labels.lang,
        replications=replications(metrics),
        authorities=rows,
        total=total,
        joint=joint,
        updated=updated.scenario.name if updated is not None else "",
        points=tuple(_point_rows(values, labels)),
        folder=run.folder,
        files=tuple(name for name in _FILES if (run.folder / name).exists()),
        small_cell=registry.resolve({**scenario.parameters, **scenario.shocks})["small_cell"],
    )


def _plan_row(values: Values, key: str, name: str) -> PlanRow:
    """Return one authority's row."""
    plan = values.get("plan_visits", "value", authority=key).mean
    simulated = values.get("visits", "count", authority=key)
    floor = values.get("legal_floor", "value", authority=key).mean
    return PlanRow(
        authority=key,
        name=name,
        plan=plan,
        simulated=simulated,
        difference=simulated.mean - plan,
        legal_floor=floor,
        need_growth=values.get("need_growth", "value", authority=key).mean,
        below_floor=plan < floor,
        expected=values.get("expected_visits", "value", authority=key).mean,
        no_slot=values.get("no_slot", "count", authority=key).mean,
        carried_over=values.get("carried_over", "count", authority=key).mean,
    )


def _beside(
    told: tuple[tuple[PlanRow, ...], PlanRow, PlanRow], joint: frozenset[str], metrics: pd.DataFrame
) -> tuple[tuple[PlanRow, ...], PlanRow, PlanRow]:
    """Return the rows and both totals with the visits of another run's metrics beside them."""
    rows, total, of_joint = told
    values = Values.of(metrics, ("visits",))
    return (
        tuple(replace(row, updated=values.get("visits", "count", authority=row.authority)) for row in rows),
        replace(total, updated=values.get("visits", "count")),
        replace(of_joint, updated=_joint(rows, joint, metrics).simulated),
    )


def _joint(rows: Iterable[PlanRow], joint: frozenset[str], metrics: pd.DataFrame) -> PlanRow:
    """Return the row of the joint points' authorities, their sums taken replication by replication."""
    whole = {"metric": "visits", "statistic": "count", "period": "year", "point": ALL, "channel": ALL}
    chosen = metrics["authority"].isin(list(joint))
    for column, value in whole.items():
        chosen &= metrics[column] == value
    name = "replication" if "replication" in metrics.columns else "run_id"
    sums = metrics[chosen].groupby(name, as_index=False)["value"].sum()
    found = intervals(sums.assign(metric="visits"))
    simulated = Estimate(found["mean"].iloc[0], found["half_width"].iloc[0]) if len(found) else Estimate()
    return _total([row for row in rows if row.authority in joint], "joint", simulated)


def _total(rows: Iterable[PlanRow], key: str, simulated: Estimate) -> PlanRow:
    """Return the row of several authorities together."""
    rows = list(rows)
    plan = _sum(row.plan for row in rows)
    return PlanRow(
        authority=key,
        name=key,
        plan=plan,
        simulated=simulated,
        difference=simulated.mean - plan,
        legal_floor=_sum(row.legal_floor for row in rows),
        need_growth=math.nan,
        below_floor=False,
        expected=_sum(row.expected for row in rows),
        no_slot=_sum(row.no_slot for row in rows),
        carried_over=_sum(row.carried_over for row in rows),
    )


def _point_rows(values: Values, labels: Labels) -> Iterable[PointRow]:
    """Yield the rows of every point with visits, the point as a whole first."""
    order = [*(p for p in labels.points if p in set(values.points("visits")))]
    order += [point for point in values.points("visits") if point not in labels.points]
    for point in order:
        for authority in (ALL, *values.authorities_at(point, "visits")):
            at = {"point": point, "authority": authority}
            yield PointRow(
                point=point,
                point_name=labels.point(point),
                authority=authority,
                authority_name=ALL if authority == ALL else labels.authority(authority),
                visits=values.get("visits", "count", **at),
                self_service=values.get("self_service_visits", "count", **at),
                wait_mean=values.get("wait", "mean", **at),
                wait_p90=values.get("wait", "p90", **at),
                within_15=values.get("within", "15_min", **at),
                gave_up=values.get("abandonment", "share", **at),
                utilisation=values.get("utilisation", "share", **at),
            )


def _sum(values: Iterable[float]) -> float:
    """Return the sum of those that exist, nan if none does."""
    known = [value for value in values if not math.isnan(value)]
    return math.fsum(known) if known else math.nan


def _plain(value: float) -> float | None:
    """Return a Python number, None for nan."""
    return None if math.isnan(value) else float(value)
