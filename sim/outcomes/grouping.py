"""Sums and quantiles over groups of visits, with margins, as plain arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.outcomes.columns import Floats, Ints
from sim.streams import TICK

#: Room for one duration in ticks below the group in a combined sorting key: 2**32 ticks are 45 days.
_ROOM = np.int64(1) << np.int64(32)


def count(key: Ints, shape: tuple[int, ...], weights: Floats | None = None) -> Floats:
    """Return how many members each group has, or the sum of their `weights`.

    Parameters
    ----------
    key
        Flat index into `shape` of each member.
    shape
        Axes of the groups.
    """
    size = int(np.prod(shape))
    return np.bincount(key, weights, minlength=size).astype(np.float64).reshape(shape)


def with_margins(cells: Floats, axes: int | None = None) -> Floats:
    """Return `cells` with the sum appended at the end of each of its first `axes` axes (default: all).

    >>> with_margins(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[1.0, 2.0, 3.0], [3.0, 4.0, 7.0], [4.0, 6.0, 10.0]]
    """
    for axis in range(cells.ndim if axes is None else axes):
        cells = np.concatenate([cells, cells.sum(axis=axis, keepdims=True)], axis=axis)
    return cells


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """Return the quotient, nan where the denominator is 0."""
    numerator, denominator = np.broadcast_arrays(numerator, denominator)
    out = np.full(numerator.shape, np.nan)
    np.divide(numerator, denominator, out=out, where=denominator > 0)
    return out


def quantiles(group: Ints, minutes: Floats, n_groups: int, shares: Sequence[float]) -> Floats:
    """Return the quantiles of each group's values, interpolated linearly as numpy does by default.

    Parameters
    ----------
    group
        Group of each value, 0 to `n_groups` - 1, (n,).
    minutes
        Values >= 0 on the clock's tick (whole numbers are), below 45 days if minutes, (n,).
    n_groups
        Number of groups.
    shares
        Which quantiles, 0-1.

    Returns
    -------
    ndarray of float64 (n_shares, n_groups)
        nan for a group without values.

    Notes
    -----
    One sort of integers (group, ticks) serves all groups and quantiles.
    """
    ranked = np.sort(group * _ROOM + (minutes / TICK).astype(np.int64))
    first = np.searchsorted(ranked, np.arange(n_groups + 1) * _ROOM)
    return np.array([_pick(ranked, first, share) for share in shares])


def _pick(ranked: NDArray[np.int64], first: NDArray[np.intp], share: float) -> Floats:
    """Return one quantile of each group from the sorted keys."""
    size = np.diff(first)
    some = size > 0
    place = first[:-1][some] + share * (size[some] - 1)
    below = np.floor(place).astype(np.int64)
    above = np.ceil(place).astype(np.int64)
    low, high = ranked[below] % _ROOM, ranked[above] % _ROOM
    out = np.full(len(size), np.nan)
    out[some] = (low + (place - below) * (high - low)) * TICK
    return out


def margin_quantiles(
    point: Ints, authority: Ints, minutes: Floats, shape: tuple[int, int], shares: Sequence[float]
) -> Floats:
    """Return quantiles for every (point, authority), and for all points and all authorities taken together.

    Returns
    -------
    ndarray of float64 (n_shares, n_points + 1, n_authorities + 1)
        The last index of an axis is *all*.
    """
    n_points, n_authorities = shape
    out = np.empty((len(shares), n_points + 1, n_authorities + 1))
    cells = quantiles(point * n_authorities + authority, minutes, n_points * n_authorities, shares)
    out[:, :-1, :-1] = cells.reshape(-1, n_points, n_authorities)
    out[:, :-1, -1] = quantiles(point, minutes, n_points, shares)
    out[:, -1, :-1] = quantiles(authority, minutes, n_authorities, shares)
    out[:, -1, -1] = quantiles(np.zeros_like(point), minutes, 1, shares)[:, 0]
    return out


def daily_maximum(group: Ints, day: Ints, begin: Floats, end: Floats, shape: tuple[int, int]) -> Floats:
    """Return the most that are present at once in each group on each day.

    Parameters
    ----------
    group, day
        Group and day of each stay, (n,).
    begin, end
        The stay `[begin, end)` in minutes on the clock's tick, `begin` <= `end`, (n,).
    shape
        Numbers of groups and days.

    Returns
    -------
    ndarray of float64, `shape`
        0 where nobody stayed.

    Notes
    -----
    At one instant those who leave go before those who come.
    """
    cell = (group * shape[1] + day) * _ROOM
    came = cell + (begin / TICK).astype(np.int64) * 2 + 1
    left = cell + (end / TICK).astype(np.int64) * 2
    key = np.sort(np.concatenate([left, came]))
    # Every cell starts from nobody, because all who came in the cells before have left.
    present = np.cumsum((key & 1) * 2 - 1)
    owner = key // _ROOM
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    most = np.zeros(shape[0] * shape[1])
    if len(first):
        most[owner[first]] = np.maximum.reduceat(present, first)
    return most.reshape(shape)
