"""What it takes to get to an official: working days to a booked time, and travel."""

from __future__ import annotations

import numpy as np

from sim.outcomes.columns import Floats
from sim.outcomes.grouping import Tally, ratio, with_margins
from sim.outcomes.table import LongTable, Metric

#: The plan's limit of a reasonable journey one way [min].
FAR = 60
_HOUR = 60.0
#: Access delays are counted up to this many working days; longer ones count as this.
LONGEST = 127


def add_access_delay(table: LongTable, year: Tally) -> None:
    """Add the working days from the need to the booked time: median and 90th percentile.

    Notes
    -----
    Over first-time booked visits, no-shows included: they had a time too.
    """
    delays = with_margins(year["delays"], axes=2)
    for name, share in (("median", 0.5), ("p90", 0.9)):
        table.add(Metric("access_delay", name, "working days"), counted_quantile(delays, share))


def add_travel(table: LongTable, year: Tally) -> None:
    """Add one-way travel times and the hours people spend on the road.

    Notes
    -----
    Over trips: second matters at the same point and re-queues are none, no-shows did not travel.
    `person_hours` counts the way there and back, companions left out.
    """
    number, total, far = (with_margins(cells) for cells in year["trips"])
    table.add(Metric("travel", "mean", "min"), ratio(total, number))
    table.add(Metric("travel", f"over_{FAR}_min", "share"), ratio(far, number))
    table.add(Metric("travel", "person_hours", "h"), 2 * total / _HOUR)


def counted_quantile(counts: Floats, share: float) -> Floats:
    """Return a quantile of whole numbers given how often each occurs along the last axis.

    Interpolated linearly between neighbours as numpy does by default; nan where nothing occurs.

    >>> counted_quantile(np.array([[1.0, 0.0, 3.0], [0.0, 0.0, 0.0]]), 0.25).tolist()
    [1.5, nan]
    """
    running = counts.cumsum(axis=-1)
    total = running[..., -1]
    place = np.maximum(share * (total - 1), 0.0)
    low = (running <= np.floor(place)[..., None]).sum(axis=-1)
    high = (running <= np.ceil(place)[..., None]).sum(axis=-1)
    return np.where(total > 0, low + (place % 1) * (high - low), np.nan)
