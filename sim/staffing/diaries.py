"""How many officials to set aside for bookings: the fewest with whom bookings get a time soon enough."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from sim.staffing.bench import Bench, served_cells

type Floats = NDArray[np.float64]

#: Share of the booked visitors who must get a time within the limit.
_SERVED = 0.9
#: Replications in which delays are read.
_REPLICATIONS = 3


def plan_diaries(bench: Bench, rows: Iterable[int], limit: float, workers: int) -> tuple[int, ...]:
    """Return the officials of each row to set aside for bookings.

    Parameters
    ----------
    rows
        Rows (indices) whose diaries are planned; the others keep theirs.
    limit
        Working days within which nine of ten booked visitors of each authority and point must get a time;
        where opening days do not allow that, what the fullest diary attains.

    Notes
    -----
    Many parallel diaries let bookings bunch on popular days; few of them spread the same bookings evenly,
    so that fewer officials meet them. All rows change at once, one official at a time, each read by itself.
    """
    now = np.array([row.diary for row in bench.rows], np.int64)
    most = np.array(bench.most, np.int64)
    cells = _cells_by_row(bench)
    free = np.isin(np.arange(len(now)), [row for row in rows if now[row] and not bench.rows[row].on_call])

    def late(diaries: NDArray[np.int64]) -> Floats:
        return _delays(bench, diaries, cells, workers)

    allowed = np.maximum(limit, late(np.where(free, most, now)))
    short = free & (late(now) > allowed)
    up = _moved(now, short, +1, lambda tried, active: active & (late(tried) > allowed) & (tried < most))
    down = _moved(up, free & ~short & (up > 1), -1, lambda tried, active: active & (late(tried) <= allowed))
    bench.set_aside([None] * len(now))
    return tuple(down.tolist())


def _moved(
    start: NDArray[np.int64],
    active: NDArray[np.bool_],
    step: int,
    goes_on: Callable[[NDArray[np.int64], NDArray[np.bool_]], NDArray[np.bool_]],
) -> NDArray[np.int64]:
    """Return diaries moved step by step; upwards the step that ends it counts, downwards it does not."""
    here = start.copy()
    while active.any():
        tried = here + step * active
        on = goes_on(tried, active)
        here = np.where(active, tried, here) if step > 0 else np.where(on, tried, here)
        active = on & ((here > 1) | (step > 0))
    return here


def _cells_by_row(bench: Bench) -> list[list[int]]:
    """Return the cells (point and authority) that each row serves."""
    n = len(bench.setup.land.index.authorities)
    first = {int(row): int(np.flatnonzero(bench.row_of == row)[0]) for row in np.unique(bench.row_of)}
    network = bench.setup.site.network
    cells = {row: served_cells(network, official) for row, official in first.items()}
    return [[point * n + who for point, who in cells.get(row, [])] for row in range(len(bench.rows))]


def _delays(bench: Bench, diaries: NDArray[np.int64], cells: Sequence[Sequence[int]], workers: int) -> Floats:
    """Return (n_rows,) the `_SERVED` quantile of working days to the booked time, by a row's worst cell."""
    bench.set_aside(diaries.tolist())
    counts = np.minimum(bench.most, np.maximum(diaries, [row.count for row in bench.rows])).tolist()
    with ThreadPoolExecutor(workers) as pool:
        parts = list(pool.map(lambda r: bench.place(counts, r).visits, range(_REPLICATIONS)))
    visits = np.concatenate(parts)
    visits = visits[(visits["booked"] == 1) & (visits["parent"] < 0)]
    n = len(bench.setup.land.index.authorities)
    cell = visits["point"].astype(np.int64) * n + visits["authority"]
    return np.array([_worst(visits["delay"], cell, mine) for mine in cells])


def _worst(delay: NDArray[np.int16], cell: NDArray[np.int64], mine: Sequence[int]) -> float:
    """Return the longest quantile among some cells, 0 where nobody booked."""
    parts = [delay[cell == one] for one in mine]
    return max((float(np.quantile(part, _SERVED)) for part in parts if len(part)), default=0.0)
