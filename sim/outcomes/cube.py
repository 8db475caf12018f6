"""The full cube: the same outcomes by month, weekday, half hour, age, municipality or kind of person."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from sim.errors import InputError, Problem
from sim.outcomes.columns import Floats, Ints, VisitColumns, month_of_day, read_columns
from sim.outcomes.grouping import count, quantiles, ratio
from sim.outcomes.half_hours import half_hour_name
from sim.outcomes.settings import OutcomeSettings
from sim.outcomes.volumes import KINDS
from sim.outcomes.waits import QUANTILES, WITHIN
from sim.visits import Channel, Outcome, YearRecords

type Axis = tuple[Ints, tuple[str, ...]]

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
#: Names of the months, as periods of the long table.
MONTHS = tuple(f"month-{month:02d}" for month in range(1, 13))
#: Name of the group into which small cells are merged.
MERGED = "merged"


def cube(records: YearRecords, by: Sequence[str], settings: OutcomeSettings) -> pd.DataFrame:
    """Return the outcomes of every combination of the dimensions `by` in which anybody was due.

    Parameters
    ----------
    records
        What the simulated year left behind.
    by
        Names among `DIMENSIONS`, each once.
    settings
        Targets and conventions of the region.

    Returns
    -------
    DataFrame
        One row a combination: the columns `by` and visits, booked_visits, no_shows, repeat_visits, arrived,
        served, gave_up, turned_away (counts of the definitions of `metrics`), wait_mean_min,
        wait_median_min … wait_p95_min, within_15_min, within_30_min, within_target (shares of all who
        arrived), abandonment (share) and travel_mean_min.

    Raises
    ------
    InputError
        If a dimension is unknown.
    """
    unknown = [name for name in by if name not in DIMENSIONS]
    if unknown:
        message = f"unknown dimension; allowed: {', '.join(DIMENSIONS)}"
        raise InputError(Problem("cube", message, key=name) for name in unknown)
    columns = read_columns(records.visits, len(records.names.authorities))
    axes = [DIMENSIONS[name](records, columns) for name in by]
    group = np.zeros(len(columns.day), np.int64)
    for index, labels in axes:
        group = group * len(labels) + index
    found, dense = np.unique(group, return_inverse=True)
    table = pd.DataFrame(dict(zip(by, _labels(found, axes), strict=True)))
    return table.assign(**_measures(records, columns, dense, len(found), settings))


def publishable(table: pd.DataFrame, by: Sequence[str], settings: OutcomeSettings) -> pd.DataFrame:
    """Return a cube in which cells with too few visits are merged into one row.

    Counts of the merged row are sums and its other measures are left empty (nan), since they cannot
    be had from those of its parts. A single small cell takes the next smallest with it, so that it cannot be
    worked out from the total.
    """
    small = np.array(table["visits"] < settings.small_cell)
    if not small.any():
        return table
    if small.sum() == 1 and len(table) > 1:
        rest = table["visits"].where(~small)
        small[int(rest.to_numpy().argsort()[0])] = True
    merged = table[small][list(COUNTS)].sum().to_frame().T
    for name in by:
        merged[name] = MERGED
    return pd.concat([table[~small], merged], ignore_index=True)[list(table.columns)]


#: Measures that may be added up over cells.
COUNTS = (
    "visits",
    "booked_visits",
    "no_shows",
    "repeat_visits",
    "arrived",
    "served",
    "gave_up",
    "turned_away",
)


def _measures(
    records: YearRecords, columns: VisitColumns, group: Ints, n: int, settings: OutcomeSettings
) -> dict[str, Floats]:
    """Return every measure of each group, (n,) each."""
    counts = _counts(columns, group, n)
    began = columns.began
    wait, waiting = columns.wait[began], group[began]
    measures = dict(counts)
    measures["wait_mean_min"] = ratio(count(waiting, (n,), wait), count(waiting, (n,)))
    ranks = quantiles(waiting, wait, np.zeros(n, np.int64), tuple(QUANTILES.values()))
    measures |= {f"wait_{name}_min": values for name, values in zip(QUANTILES, ranks, strict=True)}
    limits = {f"{limit}_min": float(limit) for limit in WITHIN} | {"target": settings.service_target_wait}
    for name, limit in limits.items():
        measures[f"within_{name}"] = ratio(count(group[columns.wait <= limit], (n,)), counts["arrived"])
    measures["abandonment"] = ratio(counts["gave_up"], counts["arrived"])
    travel = columns.take("travel", np.flatnonzero(columns.arrived))
    measures["travel_mean_min"] = ratio(count(group[columns.arrived], (n,), travel), counts["arrived"])
    return measures


def _counts(columns: VisitColumns, group: Ints, n: int) -> dict[str, Floats]:
    """Return the counts named in `COUNTS` of each group."""
    outcome = columns.outcome
    chosen = {
        "visits": columns.counted,
        "booked_visits": columns.counted & (columns.booked == 1),
        "no_shows": ~columns.arrived,
        "repeat_visits": columns.repeat,
        "arrived": columns.arrived,
        "served": columns.arrived & (outcome == Outcome.SERVED),
        "gave_up": (outcome == Outcome.RENEGED) | (outcome == Outcome.BALKED),
        "turned_away": outcome == Outcome.TURNED_AWAY,
    }
    return {name: count(group[chosen[name]], (n,)) for name in COUNTS}


def _labels(found: Ints, axes: Sequence[Axis]) -> list[np.ndarray[tuple[int], np.dtype[np.object_]]]:
    """Return the label of each found group along each axis."""
    rest, columns = found, []
    for _, labels in reversed(axes):
        rest, index = np.divmod(rest, len(labels))
        columns.append(np.array(labels, dtype=object)[index])
    return columns[::-1]


def _weekday(records: YearRecords, columns: VisitColumns) -> Axis:
    first = int(np.datetime64(f"{records.year}-01-01", "D").astype(np.int64))
    return (columns.day + first + 3) % 7, _WEEKDAYS  # 1 January 1970 was a Thursday


def _half_hour(records: YearRecords, columns: VisitColumns) -> Axis:
    moment = np.fmax(np.where(columns.arrived, columns.arrival, records.visits["appointed"]), 0.0)
    index = np.nan_to_num(moment / 30.0).astype(np.int64)
    return np.minimum(index, 47), tuple(half_hour_name(position) for position in range(48))


def _field(name: str) -> Callable[[YearRecords], Ints]:
    def read(records: YearRecords) -> Ints:
        return records.visits[name].astype(np.int64)

    return read


#: What a cube may be broken down by: index of each visit and the labels.
DIMENSIONS: dict[str, Callable[[YearRecords, VisitColumns], Axis]] = {
    "point": lambda records, columns: (columns.point, records.names.points),
    "authority": lambda records, columns: (columns.authority, records.names.authorities),
    "matter": lambda records, columns: (_field("matter")(records), records.names.matters),
    "channel": lambda records, columns: (columns.channel, tuple(c.name.lower() for c in Channel)),
    "month": lambda records, columns: (month_of_day(records.year)[columns.day], MONTHS),
    "weekday": _weekday,
    "half_hour": _half_hour,
    "age_group": lambda records, columns: (_field("age")(records), records.names.age_groups),
    "municipality": lambda records, columns: (_field("municipality")(records), records.names.municipalities),
    "kind": lambda records, columns: (_field("kind")(records), KINDS),
}
