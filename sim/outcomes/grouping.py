"""Sums, quantiles and crowds over groups of visits, with margins, as plain arrays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple

import numpy as np

from sim.outcomes.columns import Bools, Floats, Ints
from sim.streams import TICK

#: What the visits of a year add up to, by name, see `sim.outcomes.tally.tally_year`.
type Tally = dict[str, Floats]

#: Room for a time in ticks below the group in a combined sorting key: 2**40 ticks are half a century.
ROOM_BITS = 40


class Ranked(NamedTuple):
    """Values in ascending order, and the group of each.

    Attributes
    ----------
    group
        Index of the group, (n,).
    ticks
        Time on the clock's tick [1/65 536 min], ascending, (n,).
    """

    group: Ints
    ticks: Ints


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


def with_margins(cells: Floats, axes: int | None = None, after: int = 0) -> Floats:
    """Return `cells` with the sum appended at the end of some axes.

    Parameters
    ----------
    cells
        Values.
    axes
        How many axes in a row get a margin; default: all from the first one.
    after
        Axes before the first one.

    Examples
    --------
    >>> with_margins(np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[1.0, 2.0, 3.0], [3.0, 4.0, 7.0], [4.0, 6.0, 10.0]]
    """
    grown = range(after, cells.ndim if axes is None else after + axes)
    out = np.empty([n + (axis in grown) for axis, n in enumerate(cells.shape)])
    inner = [slice(n) for n in cells.shape]
    out[tuple(inner)] = cells
    for axis in grown:
        whole, margin = tuple(inner), tuple(-1 if at == axis else part for at, part in enumerate(inner))
        np.add.reduce(out[whole], axis=axis, out=out[margin])
        inner[axis] = slice(None)
    return out


def days_with_arrivals(year: Tally) -> Bools:
    """Return on which days anybody arrived at each point, and at any, (n_days, n_points + 1)."""
    came: Bools = with_margins(year["days"][:2].sum(axis=(0, 3)), 1, after=1) > 0
    return came


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
    One sort of integers (ticks, group) ranks the values; one walk over them picks what each group needs.
    """
    ranked = _rank(group, minutes, len(zeros))
    size = np.bincount(group, minlength=len(zeros)) + zeros
    return _quantiles_of_ranked(ranked, np.arange(len(zeros))[None], zeros, size, shares)


def margin_quantiles(ranked: Ranked, zeros: Ints, shares: Sequence[float]) -> Floats:
    """Return quantiles for every (point, authority), and for all points and all authorities taken together.

    Parameters
    ----------
    ranked
        Values whose groups are `point * n_authorities + authority`.
    zeros
        Further values of 0, (n_points, n_authorities).
    shares
        Which quantiles, 0-1.

    Returns
    -------
    ndarray of float64 (n_shares, n_points + 1, n_authorities + 1)
        The last index of an axis is *all*.
    """
    n_points, n_authorities = zeros.shape
    shape = n_points + 1, n_authorities + 1
    point, authority = np.divmod(np.arange(zeros.size), n_authorities)
    all_points, all_authorities = np.full_like(point, n_points), np.full_like(authority, n_authorities)
    of_cell = [np.stack([point, all_points]), np.stack([authority, all_authorities])]
    groups = (of_cell[0][:, None] * shape[1] + of_cell[1]).reshape(4, -1)
    waits = count(ranked.group, zeros.shape)
    none, size = (
        with_margins(cells).astype(np.int64).ravel() for cells in (zeros.astype(np.float64), waits + zeros)
    )
    return _quantiles_of_ranked(ranked, groups, none, size, shares).reshape(-1, *shape)


def _rank(group: Ints, minutes: Floats, n_groups: int) -> Ranked:
    """Return all values in ascending order."""
    bits = n_groups.bit_length()
    key = ((minutes / TICK).astype(np.int64) << bits) | group
    key.sort()
    return Ranked(key & ((1 << bits) - 1), key >> bits)


def _quantiles_of_ranked(
    ranked: Ranked, groups: Ints, zeros: Ints, size: Ints, shares: Sequence[float]
) -> Floats:
    """Return each group's quantiles [min], (n_shares, n_groups).

    `groups`: those that each cell of `ranked` is part of, (k, n_cells); `zeros`, `size`: values of 0 and all
    values of each group.
    """
    place = np.array(shares)[:, None] * (size - 1)
    ends = np.stack([np.floor(place), np.ceil(place)]).reshape(-1, len(zeros)).astype(np.int64)
    # A group's zeros come first; negative ranks are theirs.
    ranks = (ends - zeros).T
    turn = ranks.argsort(axis=1)
    found = np.zeros(ranks.shape, np.int64)
    wanted, scratch = np.take_along_axis(ranks, turn, axis=1), np.zeros((2, len(zeros)), np.int64)
    import_module("sim.outcomes.kernel").at_ranks(
        (ranked.group, ranked.ticks), groups, wanted, found, scratch
    )
    values = np.empty_like(found)
    np.put_along_axis(values, turn, found, axis=1)
    low, high = values.T.reshape(2, *place.shape)
    out: Floats = np.where(size > 0, (low + (place % 1) * (high - low)) * TICK, np.nan)
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
    room = group << ROOM_BITS
    come = room + (begin / TICK).astype(np.int64) * 2 + 1
    go = room + (end / TICK).astype(np.int64) * 2
    return most_of(np.sort(np.concatenate([come, go])), n_groups)


def most_of(keys: Ints, n_groups: int) -> Floats:
    """Return the most that are present at once in each group, given a key for each who comes or goes.

    Parameters
    ----------
    keys
        ``(group << ROOM_BITS) + 2 * ticks``, and 1 more for who comes, ascending.
    n_groups
        Number of groups.
    """
    found = np.zeros(n_groups)
    import_module("sim.outcomes.kernel").most(keys, found)
    return found
