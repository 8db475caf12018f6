"""Who carries it: hours on the road and in queues, and needs left unserved, by group of people."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sim.demand.setup import Setup
from sim.outcomes.columns import Floats, VisitColumns, read_columns
from sim.outcomes.grouping import count, ratio
from sim.outcomes.reach import access
from sim.outcomes.table import long_rows
from sim.outcomes.volumes import KINDS
from sim.visits import Names, NeedChannel, Outcome, Relation, YearRecords

_HOUR = 60.0
_THOUSAND = 1000.0
#: Needs that never became a visit, though they would have been one.
_TURNED_DOWN = (NeedChannel.UNMET, NeedChannel.NO_SLOT)


def burdens(records: YearRecords) -> pd.DataFrame:
    """Return hours and unserved needs per 1 000 people, as rows of the long table.

    Returns
    -------
    DataFrame
        Metrics `travel_hours`, `wait_hours`, `hours` (their sum) [h per 1 000 persons] and `unserved` [needs
        per 1 000 persons], each ``…_by_age_group`` and ``…_by_municipality`` of residents, ``…_by_kind``, and
        ``…_of_cottage_dwellers_by_municipality`` by the cottage's municipality.

    Notes
    -----
    Travel is there and back for each trip, companions left out. A wait runs from the latest of arrival,
    appointed time and opening to the start of service, or until the person leaves. Unserved are visits that
    ended unserved at a counter or station (gave up, turned away), needs without a point or a free slot.
    """
    columns = read_columns(records.visits, len(records.names.authorities))
    travel, wait, left = _by_person(columns, records.names)
    never = records.needs[list(_TURNED_DOWN)].sum(axis=(0, 1, 2)).astype(np.float64)
    hours = {"travel_hours": travel / _HOUR, "wait_hours": wait / _HOUR, "hours": (travel + wait) / _HOUR}
    frames = [
        long_rows(records.year, _per_thousand(records, tables), unit=f"{unit} per 1 000 persons")
        for unit, tables in (("h", hours), ("needs", {"unserved": left + never}))
    ]
    return pd.concat(frames)


def _by_person(columns: VisitColumns, names: Names) -> tuple[Floats, Floats, Floats]:
    """Return (age group, municipality, kind) minutes of travel and of waiting, and visits left unserved."""
    visits = columns.visits
    shape = (len(names.age_groups), len(names.municipalities), 2)
    municipality = visits["municipality"].astype(np.int64)
    person = (visits["age"] * np.int64(shape[1]) + municipality) * 2 + visits["kind"]
    here = np.isin(visits["relation"], (Relation.SECOND_HERE, Relation.REQUEUE))
    minutes = 2.0 * visits["travel"].astype(np.float64) * (columns.arrived & ~here)
    until = np.where(columns.began, columns.start, columns.end)
    waited = np.where(columns.arrived, np.fmax(until - columns.base, 0.0), 0.0)
    left = np.isin(columns.outcome, (Outcome.RENEGED, Outcome.BALKED, Outcome.TURNED_AWAY))
    return (
        count(person, shape, minutes),
        count(person, shape, np.nan_to_num(waited)),
        count(person, shape, left),
    )


def _per_thousand(records: YearRecords, tables: Mapping[str, Floats]) -> pd.Series[float]:
    """Return tables (age group, municipality, kind) per 1 000 persons, by metric and statistic.

    Groups in which nobody lives are left out.
    """
    persons, names = records.persons.astype(np.float64), records.names
    found: dict[tuple[str, str], float] = {}
    for metric, table in tables.items():
        for name, labels, axis, kind in (
            ("by_age_group", names.age_groups, 1, 0),
            ("by_municipality", names.municipalities, 0, 0),
            ("of_cottage_dwellers_by_municipality", names.municipalities, 0, 1),
        ):
            rate = ratio(table[..., kind].sum(axis=axis), persons[..., kind].sum(axis=axis))
            found |= {(f"{metric}_{name}", label): value for label, value in zip(labels, rate, strict=True)}
        rate = ratio(table.sum(axis=(0, 1)), persons.sum(axis=(0, 1)))
        found |= {(f"{metric}_by_kind", label): value for label, value in zip(KINDS, rate, strict=True)}
    index = pd.MultiIndex.from_tuples(list(found), names=["metric", "statistic"])
    return pd.Series(_THOUSAND * np.array(list(found.values())), index).dropna()


def far_people(setup: Setup) -> pd.DataFrame:
    """Return who lives over an hour from service, as rows of the long table.

    Metrics `over_60` (from the nearest joint point) and `over_60_served` (from the nearest point that serves
    their matter by a channel they accept, see `sim.outcomes.reach.access`) [persons]: in all with statistic
    `persons`, and ``…_by_municipality`` and ``…_by_age_group``.
    """
    table = access(setup)
    year = setup.scenario.year
    cells = table.set_index(["metric", "municipality", "age_group"])["value"]
    found: dict[tuple[str, str], float] = {}
    for metric in ("over_60", "over_60_served"):
        mine = cells[metric]
        found[metric, "persons"] = mine["all", "all"]
        places, ages = mine.xs("all", level="age_group"), mine.xs("all", level="municipality")
        for name, values in (("by_municipality", places), ("by_age_group", ages)):
            found |= {(f"{metric}_{name}", str(label)): value for label, value in values.drop("all").items()}
    index = pd.MultiIndex.from_tuples(list(found), names=["metric", "statistic"])
    return long_rows(year, pd.Series(found.values(), index, dtype=float), unit="persons")
