"""Design points of an experiment: grids, rows, one at a time, and samples of the uncertainties."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from sim.config.experiment import SAMPLED, Experiment, Factor, Level

#: A design point: value by factor.
Point = dict[str, Level]
#: Number of levels on which screening moves; an even number makes all of them equally likely.
LEVELS = 4


def expand(experiment: Experiment) -> list[Point]:
    """Return the design points of an experiment, in order; a single empty one if it has no factors.

    Notes
    -----
    Levers and uncertainties are told apart where uncertainties are drawn: every combination of the levers'
    values meets the same draws. Elsewhere the design takes both alike.
    """
    kind, factors = experiment.spec.design.kind, experiment.factors
    if kind == "rows":
        return [dict(row) for row in experiment.rows]
    if kind == "one_at_a_time":
        return one_at_a_time(factors)
    if kind == "grid":
        return grid(factors)
    drawn = [factor for factor in factors if factor.role == "uncertainty"]
    settings = grid([factor for factor in factors if factor.role == "lever"])
    unit = sample(experiment, drawn)
    points = [dict(zip([f.key for f in drawn], row, strict=True)) for row in scale(unit, drawn).tolist()]
    return [{**levers, **point} for levers in settings for point in points]


def grid(factors: Sequence[Factor]) -> list[Point]:
    """Return all combinations of the factors' values, the last factor fastest.

    >>> grid([])
    [{}]
    """
    keys = [factor.key for factor in factors]
    levels = [factor.values or (factor.low, factor.high) for factor in factors]
    return [dict(zip(keys, values, strict=True)) for values in product(*levels)]


def one_at_a_time(factors: Sequence[Factor]) -> list[Point]:
    """Return the base, then each factor alone at each of its values, or at low and high."""
    moved = [
        {factor.key: value}
        for factor in factors
        for value in (factor.values or (factor.low, factor.high))
        if value != factor.base
    ]
    return [{}, *moved]


def sample(experiment: Experiment, drawn: Sequence[Factor]) -> NDArray[np.float64]:
    """Return the sample of the uncertainties in the unit cube, (n_points, n_factors).

    It depends on the seed, the kind and the size, not on the factors' ranges.
    """
    design = experiment.spec.design
    seed = experiment.scenarios[0].run.seed
    if design.kind == "latin_hypercube":
        return qmc.LatinHypercube(len(drawn), rng=seed).random(design.size)
    groups = group_index(drawn)
    if design.kind == "sobol":
        return saltelli(design.size, groups, seed)
    if design.kind == "morris":
        return paths(design.size, groups, seed)
    raise ValueError(f"{design.kind} is not one of {SAMPLED}")


def group_index(factors: Sequence[Factor]) -> NDArray[np.int64]:
    """Return the number of each factor's group, (n_factors,), groups numbered as they appear."""
    order = {name: number for number, name in enumerate(dict.fromkeys(f.group for f in factors))}
    return np.array([order[factor.group] for factor in factors], np.int64)


def saltelli(size: int, groups: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """Return base points for Sobol indices of groups, in blocks A, B, then A with each group taken from B.

    Parameters
    ----------
    size
        Points a block; a power of 2 keeps the balance of the sequence.
    groups
        Group of each factor, (n_factors,), 0 to n_groups - 1.
    seed
        Scrambles the sequence.

    Returns
    -------
    ndarray
        ``(size * (n_groups + 2), n_factors)`` in the unit cube.

    References
    ----------
    Saltelli et al. (2010), Computer Physics Communications 181, 259-270.
    """
    n = len(groups)
    exponent = max(0, (size - 1).bit_length())
    both = qmc.Sobol(2 * n, scramble=True, rng=seed).random_base2(exponent)[:size]
    a, b = both[:, :n], both[:, n:]
    mixed = [np.where(groups == group, b, a) for group in range(groups.max() + 1)]
    return np.concatenate([a, b, *mixed])


def paths(size: int, groups: NDArray[np.int64], seed: int) -> NDArray[np.float64]:
    """Return screening paths: from a random point, each group moved once, in random order.

    Parameters
    ----------
    size
        Number of paths.
    groups
        Group of each factor, (n_factors,).
    seed
        Decides starts, directions and orders.

    Returns
    -------
    ndarray
        ``(size * (n_groups + 1), n_factors)``; consecutive points of a path differ in one group, each of
        whose factors moves by ``LEVELS / (2 (LEVELS - 1))``, up or down by itself.

    References
    ----------
    Morris (1991), Technometrics 33, 161-174; groups: Campolongo et al. (2007), Environmental Modelling &
    Software 22, 1509-1518.
    """
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))
    n_groups = int(groups.max()) + 1
    step = LEVELS / (2 * (LEVELS - 1))
    made = []
    for _ in range(size):
        low = rng.integers(0, LEVELS // 2, len(groups)) / (LEVELS - 1)
        upwards = rng.random(len(groups)) < 0.5
        start, end = np.where(upwards, low, low + step), np.where(upwards, low + step, low)
        rank = np.argsort(rng.permutation(n_groups))[groups]
        made.append([np.where(rank < moved, end, start) for moved in range(n_groups + 1)])
    return np.array(made).reshape(-1, len(groups))


def scale(unit: NDArray[np.float64], factors: Sequence[Factor]) -> NDArray[np.float64]:
    """Return a sample of the unit cube in the factors' units, by the inverse of their distributions."""
    columns = [_quantile(unit[:, column], factor) for column, factor in enumerate(factors)]
    return np.stack(columns, axis=1)


def _quantile(u: NDArray[np.float64], factor: Factor) -> NDArray[np.float64]:
    low, width = factor.low, factor.high - factor.low
    if factor.distribution == "uniform":
        return low + width * u
    mode = min(max((factor.base - low) / width, 0.0), 1.0)
    rising = np.sqrt(u * mode)
    falling = 1.0 - np.sqrt((1.0 - u) * (1.0 - mode))
    return low + width * np.where(u < mode, rising, falling)
