"""What it takes to get to an official: working days to a booked time, and travel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.outcomes.columns import Floats
from sim.outcomes.grouping import Tally, ratio, with_margins
from sim.outcomes.labels import Family
from sim.outcomes.table import LongTable

#: The plan's limit of a reasonable journey one way [min].
FAR = 60
_HOUR = 60.0
_DELAY = Family.of("access_delay", ("median", "p90"), "working days")
_TRAVEL = (
    Family.of("travel", ("mean",), "min")
    + Family.of("travel", (f"over_{FAR}_min",), "share")
    + Family.of("travel", ("person_hours",), "h")
)
#: Access delays are counted up to this many working days; longer ones count as this.
LONGEST = 127


def add_access_delay(table: LongTable, year: Tally) -> None:
    """Add the working days from the need to the booked time: median and 90th percentile.

    Notes
    -----
    Over first-time booked visits, no-shows included: they had a time too.
    """
    delays = with_margins(year["delays"], axes=2).reshape(table.shown.size, -1)[table.shown.ravel()]
    table.add_rows(_DELAY, table.cells, counted_quantiles(delays, (0.5, 0.9)))


def add_travel(table: LongTable, year: Tally) -> None:
    """Add one-way travel times and the hours people spend on the road.

    Notes
    -----
    Over trips: second matters at the same point and re-queues are none, no-shows did not travel.
    `person_hours` counts the way there and back, companions left out.
    """
    number, total, far = (table.of_cells(with_margins(cells))[0] for cells in year["trips"])
    values = [ratio(total, number), ratio(far, number), 2 * total / _HOUR]
    table.add_rows(_TRAVEL, table.cells, np.stack(values))


def counted_quantiles(counts: Floats, shares: Sequence[float]) -> Floats:
    """Return quantiles of whole numbers given how often each occurs along the last axis.

    Interpolated linearly between neighbours as numpy does by default; nan where nothing occurs.

    >>> counted_quantiles(np.array([[1.0, 0.0, 3.0], [0.0, 0.0, 0.0]]), (0.25, 0.5)).tolist()
    [[1.5, nan], [2.0, nan]]
    """
    running = counts.cumsum(axis=-1)
    total = running[..., -1]
    places = [np.maximum(share * (total - 1), 0.0) for share in shares]
    found = []
    for place in places:
        low, high = (
            np.count_nonzero(running <= end[..., None], axis=-1) for end in (np.floor(place), np.ceil(place))
        )
        found.append(np.where(total > 0, low + (place % 1) * (high - low), np.nan))
    return np.stack(found)
