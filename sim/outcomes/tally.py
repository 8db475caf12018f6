"""The tally of a year: what its visits add up to, from which the default metrics are made."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from sim.outcomes import kernel
from sim.outcomes.access import FAR, LONGEST
from sim.outcomes.columns import Floats, Ints, month_of_day, standing_of
from sim.outcomes.contact import ContactRows
from sim.outcomes.grouping import Ranked, Tally, most_of
from sim.outcomes.rhythm import WEEKDAYS, weekday_of_day
from sim.outcomes.volumes import KINDS
from sim.outcomes.waits import WAIT_CLASSES
from sim.threads import cut, side_by_side
from sim.visits import Channel, Outcome, Place, YearRecords

#: Fewer visits than this are not worth a thread.
_VISITS_A_THREAD = 20_000


def tally_year(records: YearRecords, rows: ContactRows, target: float) -> tuple[Tally, Ranked]:
    """Return the year's sums over visits, and its waits.

    Parameters
    ----------
    records
        What the simulated year left behind.
    rows
        Where the minutes of contact go.
    target
        Wait within which a visit should begin [min].

    Returns
    -------
    tally : dict
        Float arrays by name; axes are points, authorities, channels, and so on.

        - `records` (point, authority, channel, booked, standing, outcome): records by their own outcome;
          `moved` what changes when a failed session takes the outcome of its re-queue.
        - `needs_due` (authority): needs whose own visit falls into the year, whenever they arose.
        - `month_cells` (month, point, authority), `month_kinds` (month, point, kind): counted visits.
        - `grades` (point, authority, channel, class of the wait), `minutes` (point, authority, channel) of
          waiting, `outside` (2: count and minutes; point, authority) before the doors opened.
        - `days` (3: within the target, arrived but not within, no-show; day of the year, point, authority).
        - `queued` (point, authority) minutes of waiting, of who gave up too; `longest` (point, authority)
          queue; `present` (point, day) most people at once.
        - `busy` (row of `contact_rows`, authority): officials' minutes in contact, with a further authority
          for guidance; `used` (point, kind of place): minutes in use.
        - `delays` (point, authority, working days) of booked times; `trips` (3: count, minutes, over the
          limit; point, authority).
        - `arrivals`, `serving` (point, half hour): arrivals and minutes in service.
        - `month_rhythm` (month, 3 measures; point, weekday, hour of arrival): arrivals, begun services,
          minutes waited.
        - `people` (7 measures; age group, municipality, kind): counted visits, arrivals, begun services,
          minutes waited, arrivals within the target, who gave up, minutes of travel of those who arrived.
        - `origins` (2: counted visits and their minutes of travel; municipality, point).
    waits : Ranked
        Waits above 0 by ``point * n_authorities + authority``; the others are counted in `grades`.
    """
    totals, lists = _tallied(records, _frame(records.year, target, rows), len(rows.official))
    waits, queues, crowds, failed, again = lists
    _, n_days, n_points, _ = totals.days.shape
    side_by_side([partial(_sort_all, crowds), partial(_sort_all, waits, queues)])
    longest = most_of(queues, totals.month_cells.size).reshape(totals.month_cells.shape)
    names = ("trip_minutes", "people_travel", "origin_travel")
    tally = {name: sums for name, sums in totals._asdict().items() if name not in names}
    tally["trips"][1] = _in_turn(totals.trip_minutes)
    tally["people"][-1] = _in_turn(totals.people_travel)
    tally["origins"][1] = _in_turn(totals.origin_travel)
    tally["moved"] = _moved(records.visits, failed, again, totals.records.shape)
    tally["longest"] = longest.max(axis=0)
    tally["present"] = most_of(crowds, n_days * n_points).reshape(n_days, n_points).T
    return tally, Ranked(waits & ((1 << kernel.CELL_BITS) - 1), waits >> kernel.CELL_BITS)


def _sort_all(*lists: Ints) -> None:
    for keys in lists:
        keys.sort()


def _tallied(records: YearRecords, frame: kernel.Frame, n_rows: int) -> tuple[kernel.Totals, list[Ints]]:
    """Return the sums over visits, and what `kernel.Lists` lists, months shared out to threads.

    Whole months, so that travel, which is summed by month, is added in the same order whatever the threads.
    """
    visits = records.visits
    months = np.flatnonzero(np.diff(frame.month, prepend=-1, append=12))
    inner = np.searchsorted(visits["day"], months[1:-1])
    starts = np.concatenate([[0], inner, [len(visits)]])
    stretches = [(int(starts[first]), int(starts[last])) for first, last in cut(starts, _VISITS_A_THREAD)]
    sums = [_totals(records, n_rows) for _ in stretches]
    lists = [_lists(last - first) for first, last in stretches]
    side_by_side(
        [
            partial(kernel.tally, visits[first:last], frame, first, total, listed)
            for (first, last), total, listed in zip(stretches, sums, lists, strict=True)
        ]
    )
    for total in sums[1:]:
        for whole, part in zip(sums[0], total, strict=True):
            whole += part
    parts = zip(
        *([part[:n] for part, n in zip(found, found.filled, strict=False)] for found in lists), strict=True
    )
    return sums[0], [np.concatenate(part) if len(part) > 1 else part[0] for part in parts]


def _frame(year: int, target: float, rows: ContactRows) -> kernel.Frame:
    """Return what visits of a year are held against."""
    month = month_of_day(year)
    days = np.arange(len(month))
    return kernel.Frame(
        month=month,
        of_month=days - np.searchsorted(month, month),
        weekday=weekday_of_day(year),
        limits=np.array(WAIT_CLASSES, np.float64),
        target=float(target),
        far=float(FAR),
        first=rows.first,
        spread=rows.spread,
    )


def _totals(records: YearRecords, n_rows: int) -> kernel.Totals:
    """Return sums of nobody; officials' contact has `n_rows` rows."""
    names = records.names
    points, authorities, homes = len(names.points), len(names.authorities), len(names.municipalities)
    days, cells = len(month_of_day(records.year)), (len(names.points), len(names.authorities))
    doors, people = (*cells, len(Channel)), (len(names.age_groups), homes, len(KINDS))
    shapes = {
        "records": (*doors, 2, 3, len(Outcome) - 1),
        "needs_due": (authorities,),
        "month_cells": (12, *cells),
        "month_kinds": (12, points, len(KINDS)),
        "grades": (*doors, len(WAIT_CLASSES) + kernel.BEYOND),
        "minutes": doors,
        "outside": (2, *cells),
        "days": (3, days, *cells),
        "queued": cells,
        "busy": (n_rows, authorities + 1),
        "used": (points, len(Place) - 1),
        "delays": (*cells, LONGEST + 1),
        "trips": (3, *cells),
        "trip_minutes": (12, *cells),
        "arrivals": (points, 48),
        "serving": (points, 48),
        "month_rhythm": (12, 3, points, len(WEEKDAYS), 24),
        "people": (7, *people),
        "people_travel": (12, *people),
        "origins": (2, homes, points),
        "origin_travel": (12, homes, points),
    }
    return kernel.Totals(**{name: np.zeros(shape) for name, shape in shapes.items()})


def _lists(n: int) -> kernel.Lists:
    """Return room for what `n` visits can list."""
    sizes = (n, 2 * n, 2 * n, n, n)
    waits, queues, crowds, failed, again = (np.empty(size, np.int64) for size in sizes)
    return kernel.Lists(waits, queues, crowds, failed, again, np.zeros(len(sizes), np.int64))


def _in_turn(months: Floats) -> Floats:
    """Return the sum over months, added in their order."""
    total = np.zeros(months.shape[1:])
    for month in months:
        total += month
    return total


def _moved(visits: NDArray[np.void], failed: Ints, again: Ints, shape: tuple[int, ...]) -> Floats:
    """Return what changes in the records when failed sessions take the outcome of their re-queues."""
    moved = np.zeros(shape)
    _, at_failed, at_again = np.intersect1d(
        visits["id"][failed], visits["parent"][again], return_indices=True
    )
    sessions, later = visits[failed[at_failed]], visits[again[at_again]]
    door = tuple(sessions[name] for name in ("point", "authority", "channel", "booked"))
    np.add.at(moved, (*door, standing_of(sessions), later["outcome"]), 1.0)
    np.add.at(moved, (*door, standing_of(sessions), sessions["outcome"]), -1.0)
    return moved
