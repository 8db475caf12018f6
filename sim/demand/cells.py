"""People counted into the cells of the closed form: those of a simulated population, or those expected."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.demand.expectation import Cells
from sim.population.adoption import age_bounds
from sim.population.land import Adoption
from sim.population.people import COTTAGE_DWELLER, People, PeopleInput, owner_chance


def count_cells(
    people: People, capable: NDArray[np.bool_], accepts: NDArray[np.bool_], shape: tuple[int, int]
) -> Cells:
    """Return how many simulated people there are of each sort; `shape` is (n_municipalities, n_ages)."""
    full = (shape[0], 2, shape[1], 2, 2, 2)
    columns = (people.municipality, people.kind, people.age_group, people.foreign, capable, accepts)
    flat = np.ravel_multi_index([column.astype(np.int64) for column in columns], full)
    counts = np.bincount(flat, minlength=int(np.prod(full))).reshape(full)
    return Cells(counts.astype(float), cottage_shares(people, shape[0]))


def cottage_shares(people: People, n: int) -> NDArray[np.float64]:
    """Return (n_municipalities, 2 kinds) share of persons with a cottage in the region."""
    key = people.municipality.astype(np.int32) * 2 + people.kind
    everybody = np.bincount(key, minlength=2 * n)
    owners = np.bincount(key, weights=people.cottage_municipality >= 0, minlength=2 * n)
    return np.divide(owners, everybody, out=np.zeros(2 * n), where=everybody > 0).reshape(n, 2)


def expected_cells(given: PeopleInput, sample: People, adoption: Adoption) -> Cells:
    """Return how many people of each sort are expected, without drawing their adoption.

    Parameters
    ----------
    given
        Margins.
    sample
        A sample of residents with all cottage dwellers: it tells the dwellers' numbers.
    adoption
        See `sim.population.land.adoption_of`.
    """
    n_places, n_ages = given.residents.shape
    counts = np.zeros((n_places, 2, n_ages))
    counts[:, 0] = given.residents
    dwellers = sample.kind == COTTAGE_DWELLER
    np.add.at(counts[:, 1], (sample.municipality[dwellers], sample.age_group[dwellers]), 1.0)
    foreign = np.stack([given.foreign_share, np.zeros(n_places)], axis=1)
    persons = np.zeros((n_places, 2, n_ages, 2, 2, 2))
    for age, name in enumerate(given.age_groups):
        first, last = age_bounds(name)
        for background, share in enumerate((1.0 - foreign, foreign)):
            able, video = (float(table[background, first : last + 1].mean()) for table in adoption)
            both = np.outer([1 - able, able], [1 - video, video])
            persons[:, :, age, background] = (counts[:, :, age] * share)[:, :, None, None] * both
    return Cells(persons, np.stack([_owner_shares(given), np.ones(n_places)], axis=1))


def _owner_shares(given: PeopleInput) -> NDArray[np.float64]:
    """Return (n_municipalities,) share of residents who have a cottage in the region.

    A sample cannot tell it: the cottages' owners are a number, not a share, so fewer people would own more.
    """
    if given.stock is None:
        return np.zeros(len(given.residents))
    chance = owner_chance(given.stock, given.residents.sum(axis=0), given.age_groups)
    living = given.residents.sum(axis=1)
    return np.divide(given.residents @ chance, living, out=np.zeros(len(living)), where=living > 0)
