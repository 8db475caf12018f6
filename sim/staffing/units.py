"""What is judged: authorities at points, small ones together, and which roster rows decide about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.outcomes.columns import wait_base
from sim.staffing.bench import Bench, PlayedYear, served_cells
from sim.staffing.target import Scores, Target
from sim.visits import Channel, Outcome

type Floats = NDArray[np.float64]
_LOST = (int(Outcome.RENEGED), int(Outcome.BALKED), int(Outcome.TURNED_AWAY))


@dataclass(frozen=True)
class Unit:
    """An authority at a point, or the small authorities of a point together.

    Attributes
    ----------
    point
        Index of the point.
    authorities
        Indices of the authorities.
    rows
        Roster rows (indices) whose officials serve it.
    visits
        Visits that arrive, in the year or in the month that is judged.
    pooled
        Whether it is a pool of small authorities.
    guides
        Roster rows (indices) of the guides at its point.
    """

    point: int
    authorities: tuple[int, ...]
    rows: tuple[int, ...]
    visits: float
    pooled: bool
    guides: tuple[int, ...] = ()

    def hangs_on(self, row: int) -> bool:
        """Return whether the officials of a row serve it, or guide at its point."""
        return row in self.rows or row in self.guides


@dataclass(frozen=True)
class Units:
    """The judged units of a bench.

    Attributes
    ----------
    units
        U units, by point and authority.
    cells
        (P * A,) unit of each point and authority, -1 where none is judged.
    main
        (A,) unit with most visits of each authority, which answers for booked needs without a slot; -1
        where none is judged.
    """

    units: tuple[Unit, ...]
    cells: NDArray[np.int64]
    main: NDArray[np.int64]

    def __len__(self) -> int:
        """Return U."""
        return len(self.units)

    def scores(self, years: Sequence[PlayedYear], target: Target) -> Scores:
        """Return how the units did in some years."""
        parts = [self._score(year, target) for year in years]
        within, lost, wait = (np.array(column) for column in zip(*parts, strict=True))
        return Scores(within, lost, wait)

    def _score(self, year: PlayedYear, target: Target) -> tuple[Floats, Floats, float]:
        cell, wait, outcome = arrivals(year, len(self.main))
        unit = self.cells[cell]
        judged = unit >= 0
        n = np.bincount(unit[judged], minlength=len(self)).astype(np.float64)
        in_time = np.bincount(unit[judged & (wait <= target.wait)], minlength=len(self))
        gone = np.bincount(unit[judged & np.isin(outcome, _LOST)], minlength=len(self)).astype(np.float64)
        shut_out = np.bincount(
            self.main[self.main >= 0], weights=year.no_slot[self.main >= 0], minlength=len(self)
        )
        within = np.divide(in_time, n, out=np.ones(len(self)), where=n > 0)
        total = n + shut_out
        lost = np.divide(gone + shut_out, total, out=np.zeros(len(self)), where=total > 0)
        return within, lost, float(np.nanmean(wait)) if np.isfinite(wait).any() else 0.0


def arrivals(year: PlayedYear, n_authorities: int) -> tuple[NDArray[np.int64], Floats, NDArray[np.int8]]:
    """Return cell, wait [min] (nan: service never began) and outcome of all who arrived; no self-service."""
    visits = year.visits
    came = (visits["outcome"] != Outcome.NO_SHOW) & (visits["channel"] != Channel.SELF_SERVICE)
    cell = visits["point"].astype(np.int64) * n_authorities + visits["authority"]
    base = wait_base(visits["arrival"], visits["ticket"], visits["appointed"])
    wait = np.maximum(visits["start"] - base, 0.0)
    return cell[came], wait[came], visits["outcome"][came]


def make_units(bench: Bench, years: Sequence[PlayedYear], target: Target) -> Units:
    """Return the units to judge: an authority alone from `Target.pooled_below` visits on, the others pooled.

    Notes
    -----
    Left out is who is served on call only: then the wait is the time of fetching, not one of staffing.
    """
    names = bench.setup.land.index.authorities
    n_cells = len(bench.setup.site.network.points) * len(names)
    counts = np.mean([np.bincount(arrivals(y, len(names))[0], minlength=n_cells) for y in years], axis=0)
    rows = _rows_by_cell(bench)
    on_call = {i for i, row in enumerate(bench.rows) if row.on_call}
    judged = [c for c in sorted(rows) if counts[c] > 0 and not set(rows[c]) <= on_call]
    least = target.pooled_below * bench.part
    units = [_unit([c], counts, rows, len(names)) for c in judged if counts[c] >= least]
    small = [c for c in judged if counts[c] < least]
    for point in dict.fromkeys(c // len(names) for c in small):
        mine = [c for c in small if c // len(names) == point]
        units.append(_unit(mine, counts, rows, len(names), pooled=True))
    units = [replace(unit, guides=_guides(bench, unit.point)) for unit in units]
    units.sort(key=lambda unit: (unit.point, unit.pooled, unit.authorities))
    return _indexed(units, n_cells, len(names))


def _guides(bench: Bench, point: int) -> tuple[int, ...]:
    """Return the rows of guides that are at work at a point."""
    name, present = bench.setup.site.network.points[point], set(bench.row_of.tolist())
    return tuple(
        i for i, row in enumerate(bench.rows) if row.guides and row.works_at == name and i in present
    )


def _unit(
    cells: Sequence[int], counts: Floats, rows: dict[int, list[int]], n: int, *, pooled: bool = False
) -> Unit:
    """Return the unit made of some cells of one point; rows of the busiest cell come first."""
    busy_first = sorted(cells, key=lambda cell: -counts[cell])
    serving = tuple(dict.fromkeys(row for cell in busy_first for row in rows[cell]))
    visits = float(counts[list(cells)].sum())
    return Unit(cells[0] // n, tuple(cell % n for cell in cells), serving, visits, pooled)


def _indexed(units: Sequence[Unit], n_cells: int, n_authorities: int) -> Units:
    """Return the units with the tables that lead to them."""
    cells = np.full(n_cells, -1, np.int64)
    main = np.full(n_authorities, -1, np.int64)
    most = np.zeros(n_authorities)
    for number, unit in enumerate(units):
        for authority in unit.authorities:
            cells[unit.point * n_authorities + authority] = number
            if unit.visits > most[authority]:
                main[authority], most[authority] = number, unit.visits
    return Units(tuple(units), cells, main)


def _rows_by_cell(bench: Bench) -> dict[int, list[int]]:
    """Return the roster rows that serve each point and authority."""
    network = bench.setup.site.network
    n = len(bench.setup.land.index.authorities)
    found: dict[int, list[int]] = {}
    for official, row in enumerate(bench.row_of.tolist()):
        for point, authority in served_cells(network, official):
            mine = found.setdefault(point * n + authority, [])
            if row not in mine:
                mine.append(row)
    return found


def groups_of(units: Iterable[Unit], free: set[int]) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
    """Return rows and units that hang together through the units that are no pools.

    Parameters
    ----------
    free
        Rows whose counts are searched.
    """
    parts: list[tuple[set[int], set[int]]] = []
    for number, unit in enumerate(units):
        rows = set(unit.rows) & free
        if unit.pooled or not rows:
            continue
        touching = [part for part in parts if part[0] & rows]
        parts = [part for part in parts if not part[0] & rows]
        merged = (rows.union(*(p[0] for p in touching)), {number}.union(*(p[1] for p in touching)))
        parts.append(merged)
    return tuple((tuple(sorted(rows)), tuple(sorted(found))) for rows, found in parts)
