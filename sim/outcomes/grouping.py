"""Sums, quantiles and crowds over groups of visits, with margins, as plain arrays."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from sim.outcomes.columns import Bools, Floats, Ints
from sim.streams import TICK
from sim.visits import Channel, Names

#: What a month adds to the outcomes, by name. Names that start so keep the month apart when joined, as
#: the first axis; all others are summed.
type Tally = dict[str, Floats]
BY_MONTH = "month_"

#: Room for a time in ticks below the group in a combined sorting key: 2**40 ticks are half a century.
_ROOM = np.int64(1) << np.int64(40)
#: Most groups that an unsigned integer of 16 bits can tell apart.
_SHORT = 1 << 16


class Axes(NamedTuple):
    """Lengths of the axes of a tally."""

    points: int
    authorities: int
    channels: int
    officials: int

    @classmethod
    def of(cls, names: Names, n_officials: int) -> Axes:
        """Return the axes of a region's names."""
        return cls(len(names.points), len(names.authorities), len(Channel), n_officials)


def join(tallies: Iterable[Tally]) -> Tally:
    """Return the year's tally of those of its months; names that start with `BY_MONTH` are stacked."""
    first, *others = tallies
    year: Tally = {}
    for name, total in first.items():
        if name.startswith(BY_MONTH):
            year[name] = np.stack([total, *(tally[name] for tally in others)])
            continue
        for tally in others:
            total += tally[name]
        year[name] = total
    return year


def count(key: Ints, shape: tuple[int, ...], weights: Floats | Bools | None = None) -> Floats:
    """Return how many members each group has, or the sum of their `weights`.

    Parameters
    ----------
    key
        Flat index into `shape` of each member.
    shape
        Axes of the groups.
    """
    size = math.prod(shape)
    return np.bincount(key, weights, minlength=size).astype(np.float64, copy=False).reshape(shape)


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


def quantiles(group: Ints, minutes: Floats, zeros: Ints, shares: Sequence[float]) -> Floats:
    """Return the quantiles of each group's values, interpolated linearly as numpy does by default.

    Parameters
    ----------
    group
        Group of each value, (n,).
    minutes
        Values >= 0 on the clock's tick [min], (n,).
    zeros
        Further values of 0 in each group, (n_groups,).
    shares
        Which quantiles, 0-1.

    Returns
    -------
    ndarray of float64 (n_shares, n_groups)
        nan for a group without values.

    Notes
    -----
    One sort of integers (ticks, group) ranks the values; groups are told apart afterwards.
    """
    return _quantiles_of_ranked(*_rank(group, minutes, len(zeros)), zeros, shares)


def margin_quantiles(cell: Ints, minutes: Floats, zeros: Ints, shares: Sequence[float]) -> Floats:
    """Return quantiles for every (point, authority), and for all points and all authorities taken together.

    Parameters
    ----------
    cell
        `point * n_authorities + authority` of each value, (n,).
    minutes, shares
        As for `quantiles`.
    zeros
        Further values of 0, (n_points, n_authorities).

    Returns
    -------
    ndarray of float64 (n_shares, n_points + 1, n_authorities + 1)
        The last index of an axis is *all*.
    """
    n_points, n_authorities = zeros.shape
    cell, ticks = _rank(cell, minutes, zeros.size)
    point, authority = (index[cell] for index in np.divmod(np.arange(zeros.size), n_authorities))
    out = np.empty((len(shares), n_points + 1, n_authorities + 1))
    cells = _quantiles_of_ranked(cell, ticks, zeros.ravel(), shares)
    out[:, :-1, :-1] = cells.reshape(-1, n_points, n_authorities)
    out[:, :-1, -1] = _quantiles_of_ranked(point, ticks, zeros.sum(axis=1), shares)
    out[:, -1, :-1] = _quantiles_of_ranked(authority, ticks, zeros.sum(axis=0), shares)
    everything = np.zeros_like(cell), ticks, zeros.sum(keepdims=True).ravel()
    out[:, -1, -1] = _quantiles_of_ranked(*everything, shares)[:, 0]
    return out


def _rank(group: Ints, minutes: Floats, n_groups: int) -> tuple[Ints, Ints]:
    """Return groups and ticks of all values in ascending order of the values."""
    bits = n_groups.bit_length()
    key = ((minutes / TICK).astype(np.int64) << bits) | group
    key.sort()
    return key & ((1 << bits) - 1), key >> bits


def _quantiles_of_ranked(group: Ints, ticks: Ints, zeros: Ints, shares: Sequence[float]) -> Floats:
    """Return each group's quantiles [min] from values in ascending order, (n_shares, n_groups)."""
    above = np.bincount(group, minlength=len(zeros))
    size = above + zeros
    some = np.flatnonzero(size > 0)
    # A leading zero stands for the zeros that are not listed. Short integers are sorted by radix.
    short = group.astype(np.uint16) if len(zeros) <= _SHORT else group
    ranked = np.concatenate([[0], ticks[np.argsort(short, kind="stable")]])
    first = (np.cumsum(above) - above)[some] + 1 - zeros[some]
    out = np.full((len(shares), len(zeros)), np.nan)
    for row, share in zip(out, shares, strict=True):
        place = share * (size[some] - 1)
        low, high = (
            ranked[np.where(rank < zeros[some], 0, first + rank)]
            for rank in (np.floor(place).astype(np.int64), np.ceil(place).astype(np.int64))
        )
        row[some] = (low + (place % 1) * (high - low)) * TICK
    return out


def most_at_once(group: Ints, begin: Floats, end: Floats, n_groups: int) -> Floats:
    """Return the most that are present at once in each group.

    Parameters
    ----------
    group
        Group of each stay, (n,).
    begin, end
        The stay `[begin, end)` in minutes on the clock's tick, `begin` <= `end`, (n,).

    Returns
    -------
    ndarray of float64 (n_groups,)
        0 where nobody stayed.

    Notes
    -----
    At one instant those who leave go before those who come.
    """
    n = len(group)
    room = group * _ROOM
    key = np.empty(2 * n, np.int64)
    key[:n] = room + (begin / TICK).astype(np.int64) * 2 + 1
    key[n:] = room + (end / TICK).astype(np.int64) * 2
    key.sort()
    # Every group starts from nobody, because all who came in the groups before have left.
    present = np.cumsum((key & 1) * 2 - 1)
    stays = np.bincount(group, minlength=n_groups)
    some = np.flatnonzero(stays)
    most = np.zeros(n_groups)
    if n:
        most[some] = np.maximum.reduceat(present, 2 * (np.cumsum(stays) - stays)[some])
    return most
