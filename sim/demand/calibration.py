"""Levels and shapes of needs from the plan's own numbers: history first, then a reading of a later year.

History (the region's base year) fixes each authority's level of need, its age profile and the shares of its
matters. A scenario's year then takes a factor on need: solved so that the plan's estimate comes out (plan
reading), solved on the counts (history), or given (projection).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.demand.expectation import MatterRules, Units, with_seconds

_ROUNDS = 200
_CLOSE = 1e-12


@dataclass(frozen=True)
class Levels:
    """What history says of needs per person.

    Attributes
    ----------
    level
        (A,) needs a person and year at weight 1.
    weight
        (A, n_ages) relative need by age.
    share
        (M,) share of a matter among its authority's needs.
    """

    level: NDArray[np.float64]
    weight: NDArray[np.float64]
    share: NDArray[np.float64]

    def by_matter(self, authority: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return (M, n_ages) needs a person and year."""
        return (self.level[authority] * self.share)[:, None] * self.weight[authority]


@dataclass(frozen=True)
class Expected:
    """Expected visits of a scenario.

    Attributes
    ----------
    growth
        (A,) factor on need against history; nan for an authority without visits.
    visits
        (A,) expected visits.
    floor
        (A,) expected visits for duties by law if need had not changed.
    by_matter
        (M, n_ages, 2 foreign) expected visits.
    second_share
        (A, n_ages, 2, M) shares of the second matter by the first one's authority.
    """

    growth: NDArray[np.float64]
    visits: NDArray[np.float64]
    floor: NDArray[np.float64]
    by_matter: NDArray[np.float64]
    second_share: NDArray[np.float64]


@dataclass(frozen=True)
class History:
    """Counts of the base year.

    Attributes
    ----------
    visits
        (A,) visits.
    matter_share
        (M,) share of visits by matter within the authority.
    age_class
        (n_ages,) class of each age group in the visitors' age mix.
    age_mix
        (A, n_classes) share of visitors.
    """

    visits: NDArray[np.float64]
    matter_share: NDArray[np.float64]
    age_class: NDArray[np.int64]
    age_mix: NDArray[np.float64]


def fit_history(history: History, units: Units, rules: MatterRules) -> Levels:
    """Return the levels under which the base year's visits, matters and visitors' ages are expected.

    Matters and age classes are fitted in turn (iterative proportional fitting) with second matters included,
    until all margins hold to 1e-12.
    """
    n_authorities, n_classes = history.age_mix.shape
    owner = rules.owner.astype(float)
    in_class = (np.arange(n_classes)[:, None] == history.age_class[None, :]).astype(float)
    counted = counted_share(units)
    goal = history.matter_share * history.visits[rules.authority]
    goal_class = history.age_mix * history.visits[:, None]
    share = np.ones(len(rules.authority))
    weight = np.where(history.age_mix > 0, 1.0, 0.0)
    total = units.counted.copy()
    for _ in range(_ROUNDS):
        need = share[:, None, None] * weight[:, history.age_class][rules.authority][:, :, None]
        total, _ = with_seconds(need * units.counted, need * units.shown, rules, counted, total)
        by_matter = total.sum(axis=(1, 2))
        step = np.divide(goal, by_matter, out=np.ones_like(goal), where=by_matter > 0)
        share *= step
        by_class = np.einsum("am,mg,cg->ac", owner, total.sum(axis=2) * step[:, None], in_class)
        step_class = np.divide(goal_class, by_class, out=np.ones_like(goal_class), where=by_class > 0)
        weight *= step_class
        if max(np.abs(step - 1).max(), np.abs(step_class - 1).max()) < _CLOSE:
            break
    level = np.array([share[rules.authority == a].sum() for a in range(n_authorities)])
    mean_weight = weight.max(axis=1)
    scaled = np.divide(
        weight, mean_weight[:, None], out=np.zeros_like(weight), where=mean_weight[:, None] > 0
    )
    of_authority = level[rules.authority]
    return Levels(
        level * mean_weight,
        scaled[:, history.age_class],
        np.divide(share, of_authority, out=np.zeros_like(share), where=of_authority > 0),
    )


def counted_share(units: Units) -> NDArray[np.float64]:
    """Return (M, n_ages, 2) the share of a matter's visits at counted points, for second matters.

    A second matter stays at the joint point of the first one where it can; elsewhere it goes where first
    matters of its kind go.
    """
    shown = units.shown
    return np.divide(units.counted, shown, out=np.zeros_like(shown), where=shown > 0)


def expect(levels: Levels, growth: NDArray[np.float64], units: Units, rules: MatterRules) -> Expected:
    """Return the expected visits under given factors on need (A,)."""
    need = levels.by_matter(rules.authority)[:, :, None]
    grown = need * growth[rules.authority][:, None, None]
    share = counted_share(units)
    total = grown * units.counted
    second = np.zeros((len(growth), *total.shape[1:], len(total)))
    for _ in range(_ROUNDS):
        before = total
        total, second = with_seconds(grown * units.counted, grown * units.shown, rules, share, total)
        if np.abs(total - before).max() <= _CLOSE * max(1.0, total.max()):
            break
    floor = _by_authority(need * units.duty, rules, len(growth))
    return Expected(growth, _by_authority(total, rules, len(growth)), floor, total, second)


def solve_growth(levels: Levels, goal: NDArray[np.float64], units: Units, rules: MatterRules) -> Expected:
    """Return the factors on need, one an authority, under which `goal` (A,) visits are expected."""
    growth = np.ones(len(goal))
    for _ in range(_ROUNDS):
        found = expect(levels, growth, units, rules)
        step = np.divide(goal, found.visits, out=np.ones_like(goal), where=found.visits > 0)
        growth = growth * step
        if np.abs(step - 1).max() < _CLOSE:
            break
    return expect(levels, growth, units, rules)


def _by_authority(by_matter: NDArray[np.float64], rules: MatterRules, n: int) -> NDArray[np.float64]:
    """Return (A,) sums over matters, ages and background."""
    return np.bincount(rules.authority, weights=by_matter.sum(axis=(1, 2)), minlength=n)


def age_classes(
    groups: Sequence[str], classes: Sequence[tuple[int, int]], middles: Sequence[float]
) -> NDArray[np.int64]:
    """Return (n_ages,) the class (first and last age) in which each age group's middle lies.

    Raises
    ------
    ValueError
        When a group lies in no class.
    """
    found = []
    for group, middle in zip(groups, middles, strict=True):
        hits = [index for index, (first, last) in enumerate(classes) if first <= middle <= last]
        if not hits:
            raise ValueError(f"age group {group} lies in no class of the visitors' age mix")
        found.append(hits[0])
    return np.array(found, np.int64)
