"""The booking diary before anybody has booked: columns, working cells and lengths of slots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.demand.kernel import Diary
from sim.network import Network
from sim.visits import Channel, Place

#: Kinds of place that slots can need.
N_PLACE_KINDS = 3
#: Cells of the diary in a word.
WORD = 64


@dataclass(frozen=True)
class DiaryPlan:
    """What all diaries of a scenario share; `blank` makes an empty one.

    Attributes
    ----------
    column, shared, places, slots, length, cell, first_minute
        See `sim.demand.kernel.Diary`.
    """

    column: NDArray[np.int64]
    shared: NDArray[np.uint64]
    places: NDArray[np.int64]
    slots: NDArray[np.int64]
    length: NDArray[np.int64]
    cell: float
    first_minute: float

    def blank(self, n_days: int) -> Diary:
        """Return a diary with all slots free over `n_days` days."""
        n_columns, n_words = int(self.column.max(initial=-1)) + 1, self.shared.shape[3]
        n_cells = n_words * WORD
        n_doors, longest = len(self.column), int(self.length.max()) + 1
        few = self.places.max(initial=0) <= np.iinfo(np.uint8).max
        return Diary(
            self.column,
            self.shared,
            np.zeros((n_days, n_columns, n_words), np.uint64),
            np.zeros((n_days, *self.places.shape, n_words), np.uint64),
            np.zeros((n_days, *self.places.shape, n_cells), np.uint8 if few else np.int16),
            self.places,
            np.zeros((n_doors, N_PLACE_KINDS, longest), np.int64),
            np.full((n_doors, N_PLACE_KINDS, longest), -1, np.int64),
            self.slots,
            self.length,
            np.zeros((max(1, n_columns * n_cells), 2), np.int64),
            self.cell,
            self.first_minute,
        )


def plan_diary(
    network: Network,
    minutes: NDArray[np.float64],
    booked: NDArray[np.float64],
    places: NDArray[np.int64],
    cell: float,
) -> DiaryPlan:
    """Return the plan of the diary.

    Parameters
    ----------
    minutes
        (M, 2, 2) expected minutes of a slot by matter, language and channel.
    booked
        (M,) booked shares: matters never booked need no slots.
    places
        (M,) kind of place of a counter visit.
    cell
        Minutes to which a slot's length is rounded up.
    """
    columns = np.flatnonzero(network.roster.diary)
    finite = network.windows[np.isfinite(network.windows)]
    first = np.floor(finite.min() / cell) * cell if len(finite) else 0.0
    last = finite.max() if len(finite) else cell
    starts = first + cell * np.arange(int(np.ceil((last - first) / cell)))
    length = np.ceil(np.round(minutes / cell, 9)).astype(np.int64)
    serves = network.roster.able[columns][:, network.doors.service].T > 0
    work, opens = _covered(network.shifts[:, columns], starts, cell), _covered(network.windows, starts, cell)
    return DiaryPlan(
        *_shared(serves, work, opens),
        network.places,
        _slots(network, length, booked, places),
        length,
        cell,
        float(first),
    )


def _shared(
    serves: NDArray[np.bool_], work: NDArray[np.uint64], opens: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Return `Diary.column` and `Diary.shared`.

    Parameters
    ----------
    serves
        (J, C) whether a column serves at a door.
    work, opens
        (T, C, B) and (T, J, B) bits of the cells that lie in a shift or a window.
    """
    mine = [
        columns[(work[:, columns] & door[:, None]).any(axis=(0, 2))]
        for columns, door in zip(map(np.flatnonzero, serves), opens.swapaxes(0, 1), strict=True)
    ]
    most = max(map(len, mine), default=0)
    column = np.full((len(mine), most), -1, np.int64)
    shared = np.zeros((len(opens), *column.shape, opens.shape[2]), np.uint64)
    for door, found in enumerate(mine):
        column[door, : len(found)] = found
        shared[:, door, : len(found)] = work[:, found] & opens[:, door, None]
    return column, shared


def _covered(
    spans: NDArray[np.float64], starts: NDArray[np.floating[Any]], cell: float
) -> NDArray[np.uint64]:
    """Return (T, n, B) words of bits: whether a cell lies wholly within one of the spans (T, n, S, 2)."""
    inside = (spans[..., 0][..., None] <= starts) & (starts + cell <= spans[..., 1][..., None])
    cells = inside.any(axis=2)
    words = -(-len(starts) // WORD)
    padded = np.zeros((*cells.shape[:2], words * WORD), bool)
    padded[..., : len(starts)] = cells
    bits = padded.reshape(*cells.shape[:2], words, WORD).astype(np.uint64)
    return np.asarray((bits << np.arange(WORD, dtype=np.uint64)).sum(axis=-1, dtype=np.uint64))


def _slots(
    network: Network, length: NDArray[np.int64], booked: NDArray[np.float64], places: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return (n, 3) doors, kinds of place and lengths for which somebody may book."""
    found: set[tuple[int, int, int]] = set()
    doors = network.doors
    for matter in np.flatnonzero(booked > 0):
        for door in np.flatnonzero(doors.serves[matter]):
            if network.outside[doors.point[door]] or doors.channel[door] == Channel.SELF_SERVICE:
                continue
            video = int(doors.channel[door] == Channel.VIDEO)
            kind = int(Place.REMOTE_STATION) if video else int(places[matter])
            found |= {(int(door), kind, int(length[matter, foreign, video])) for foreign in (0, 1)}
    return np.array(sorted(found), np.int64).reshape(-1, 3)


__all__ = ["DiaryPlan", "plan_diary"]
