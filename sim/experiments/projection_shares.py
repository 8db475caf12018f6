"""Shares of the drivers in the change from the base year: Shapley values, which add up exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.demand.calibration import Levels
from sim.demand.outlook import Outlook, State
from sim.demand.projection import Assumption, Projection
from sim.demand.tables import matter_shares

type Floats = NDArray[np.float64]

#: Drivers of a change of state and the fields that each of them owns.
FIELDS: dict[str, tuple[str, ...]] = {
    "population": ("totals",),
    "ageing": ("ages",),
    "foreign": ("foreign", "concentration"),
    "adoption": ("able", "video"),
    "coverage": ("coverage",),
    "duty": ("duty", "freed"),
    "need": ("growth",),
    "cottages": ("cottages",),
    "season": ("after_holiday",),
    "network": ("ways",),
}


def shapley(values: Floats, n: int) -> Floats:
    """Return (n, ...) Shapley values of a game.

    Parameters
    ----------
    values
        (2**n, ...) worth of each coalition; bit i of its number says whether player i is in it.

    Notes
    -----
    The mean over all n! orders of what a player adds when it joins; they add up to the worth of all minus
    the worth of none.

    References
    ----------
    Shapley (1953), *A value for n-person games*.

    >>> shapley(np.array([0.0, 1.0, 2.0, 5.0]), 2).tolist()
    [2.0, 3.0]
    """
    numbers = np.arange(2**n)
    size = np.array([int(number).bit_count() for number in numbers])
    found = np.zeros((n, *values.shape[1:]))
    for player in range(n):
        outside = numbers[(numbers >> player) & 1 == 0]
        gain = values[outside | (1 << player)] - values[outside]
        joined = size[outside]
        weight = np.array([factorial(int(s)) * factorial(n - int(s) - 1) / factorial(n) for s in joined])
        found[player] = np.tensordot(weight, gain, axes=1)
    return found


def driver_shares(projection: Projection, given: Assumption) -> tuple[dict[str, Floats], Floats, Floats]:
    """Return the drivers' shares (A,) in the change, and the visits (A,) of the base year and the year.

    A driver that is the same in both years has share 0 and joins no coalition.
    """
    levels = levels_of(projection, given)
    before, after = (projection.state(given, year) for year in (projection.base_year, projection.year))
    moved = [name for name, fields in FIELDS.items() if not _same(before, after, fields)]
    worth = _coalitions(projection.outlook, levels, (before, after), moved)
    shares = dict(zip(moved, shapley(worth, len(moved)), strict=True))
    nothing = np.zeros(worth.shape[1])
    return {name: shares.get(name, nothing) for name in FIELDS}, worth[0], worth[-1]


def levels_of(projection: Projection, given: Assumption) -> Levels:
    """Return the needs that history teaches under given assumptions."""
    shares = matter_shares(given.params, projection.land.index, projection.outlook.rules.authority)
    history = replace(projection.history, matter_share=shares)
    return projection.outlook.fit(history, projection.state(given, projection.base_year))


def _same(before: State, after: State, fields: Sequence[str]) -> bool:
    """Return whether two states agree in some fields."""
    return all(_equal(getattr(before, name), getattr(after, name)) for name in fields)


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return bool(np.array_equal(one, other))
    return one is other or (not hasattr(one, "counted") and bool(one == other))


def _coalitions(
    outlook: Outlook, levels: Levels, states: tuple[State, State], drivers: Sequence[str]
) -> Floats:
    """Return (2**n, A) visits when the drivers of each coalition have moved and the others have not."""
    before, after = states
    found = []
    for number in range(2 ** len(drivers)):
        joined = [name for place, name in enumerate(drivers) if number >> place & 1]
        fields: dict[str, Any] = {field: getattr(after, field) for name in joined for field in FIELDS[name]}
        found.append(outlook.expect(levels, replace(before, **fields)).visits)
    return np.array(found)
