"""Design points of an experiment: grids, rows, one at a time, and samples of the uncertainties."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

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

    It depends on the seed, the kind and the size, not on the factors' ranges. Factors of one group have one
    position in the designs of screening and of Sobol indices.
    """
    design = experiment.spec.design
    seed = experiment.scenarios[0].run.seed
    if design.kind == "latin_hypercube":
        return qmc.LatinHypercube(len(drawn), rng=seed).random(design.size)
    groups = groups_of(drawn)
    unit = positions(design.kind, groups, design.size, seed)
    return unit[:, [groups.index(factor.group) for factor in drawn]]


def groups_of(factors: Sequence[Factor]) -> list[str]:
    """Return the groups of factors, in the order in which they appear."""
    return list(dict.fromkeys(factor.group for factor in factors))


def problem(groups: Sequence[str]) -> dict[str, Any]:
    """Return what SALib calls a problem: groups that move through the unit cube."""
    return {"num_vars": len(groups), "names": list(groups), "bounds": [[0.0, 1.0]] * len(groups)}


def positions(kind: str, groups: Sequence[str], size: int, seed: int) -> NDArray[np.float64]:
    """Return positions 0 to 1 of groups, as SALib samples them.

    Parameters
    ----------
    kind
        ``morris``: paths that move each group once by ``LEVELS / (2 (LEVELS - 1))``. ``sobol``: base points
        and, for each of them, a point with one group taken from another base point.
    groups
        Names of the groups.
    size
        Paths, or base points, which are rounded up to a power of 2 as the sequence is balanced only then.
    seed
        Decides starts, directions and orders, or scrambles the sequence.

    Returns
    -------
    ndarray
        ``(size * (n_groups + 1), n_groups)`` of paths, ``(size * (n_groups + 2), n_groups)`` of base points.

    Raises
    ------
    ValueError
        The kind is none of these.

    References
    ----------
    Morris (1991), Technometrics 33, 161-174. Saltelli et al. (2010), Computer Physics Communications 181,
    259-270. Herman and Usher (2017), Journal of Open Source Software 2, 97 (SALib).
    """
    from SALib.sample import morris, sobol  # it is slow to import, and few designs need it

    if kind == "morris":
        found = morris.sample(problem(groups), size, num_levels=LEVELS, seed=seed)
    elif kind == "sobol":
        power = 1 << (size - 1).bit_length()
        found = sobol.sample(problem(groups), power, calc_second_order=False, seed=seed)
    else:
        raise ValueError(f"{kind} is not one of {SAMPLED}")
    return np.asarray(found, np.float64)


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
