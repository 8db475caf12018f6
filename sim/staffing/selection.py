"""Choose the best of a few finalists with a promised probability: the procedure of Kim and Nelson."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]

#: Gives the value of a finalist (index) in a replication; smaller is better.
Observe = Callable[[int, int], float]


@dataclass(frozen=True)
class Selection:
    """A choice among finalists.

    Attributes
    ----------
    best
        Index of the chosen finalist.
    replications
        Replications that the last comparison used.
    certain
        Whether the procedure ended by itself; false when it ran into its budget.
    """

    best: int
    replications: int
    certain: bool


@dataclass(frozen=True)
class Promise:
    """What a selection promises.

    Attributes
    ----------
    difference
        Difference below which it does not matter who is chosen (indifference zone), > 0.
    confidence
        Probability of choosing the best when it is better by `difference` at least.
    first
        Replications before anybody is dropped, >= 2.
    budget
        Most replications of a finalist.
    """

    difference: float
    confidence: float = 0.95
    first: int = 10
    budget: int = 200


def select_smallest(n: int, observe: Observe, promise: Promise) -> Selection:
    """Return the finalist with the smallest mean.

    Parameters
    ----------
    n
        Number of finalists, >= 1.
    observe
        Value of a finalist in a replication; with common random numbers the differences vary less and fewer
        replications are needed.
    promise
        What is promised.

    References
    ----------
    Kim and Nelson (2001), *A fully sequential procedure for indifference-zone selection in simulation*,
    ACM TOMACS 11, 251-273, with c = 1.
    """
    if n == 1:
        return Selection(0, 0, True)
    values = np.array([[observe(i, r) for r in range(promise.first)] for i in range(n)])
    eta = 0.5 * ((2 * (1 - promise.confidence) / (n - 1)) ** (-2 / (promise.first - 1)) - 1)
    spread = (values[:, None, :] - values[None, :, :]).var(axis=2, ddof=1)
    scale = 2 * eta * (promise.first - 1) * spread / promise.difference**2
    left, done, total = np.arange(n), promise.first, values.sum(axis=1)
    while True:
        left = _screened(left, total / done, scale, done, promise.difference)
        if len(left) == 1 or done >= promise.budget:
            return Selection(int(left[np.argmin(total[left])]), done, len(left) == 1)
        total[left] += [observe(int(i), done) for i in left]
        done += 1


def _screened(
    left: NDArray[np.intp], mean: Floats, scale: Floats, done: int, zone: float
) -> NDArray[np.intp]:
    """Return those of `left` that nobody beats by more than chance could."""
    allowed = np.maximum(0.0, zone / (2 * done) * (scale[np.ix_(left, left)] - done))
    behind = mean[left][:, None] - mean[left][None, :]
    kept: NDArray[np.intp] = left[(behind <= allowed).all(axis=1)]
    return kept
