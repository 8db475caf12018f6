"""People who live on: a year passes, everybody grows older, some leave and others come.

Who stays keeps id, home, thresholds and background. Those who leave, and the ages of those who come, are
drawn from streams keyed by the person's id, so that the luck of one person does not depend on others; how
many leave and come follows from the year's margins.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.population.adoption import age_bounds
from sim.population.margins import largest_remainder
from sim.population.people import (
    COTTAGE_DWELLER,
    RESIDENT,
    People,
    PeopleInput,
    dweller_counts,
    exchanged,
    joined,
    new_dwellers,
    new_residents,
    person_ids,
    with_cottages,
)
from sim.streams import stream_key, uniform

#: Serial numbers of foreign-language speakers who come start here: neither kind moves the other's.
_FOREIGN_SERIAL = 1 << 17


def next_year(people: People, given: PeopleInput, cohort: int, seed: int) -> People:
    """Return the people of the following year.

    Parameters
    ----------
    people
        Those of the year before.
    given
        Margins of the new year.
    cohort
        Years since the first one, 1–31; part of the ids of those who come.

    Returns
    -------
    People
        Residents meet the municipality's age groups exactly, and its share of foreign-language speakers to
        the person; cottage dwellers meet the owners' ages.

    Notes
    -----
    Everybody is a year older. Where an age group of a municipality then has more than its number, as many
    leave by lot; where it has fewer, new people come, whose single years of age are uniform in the group.
    Those who come to the youngest group are born. A resident owns a cottage while the lifelong draw lies
    below the owners' share of the age group, so that it passes on with age and stays where it is.
    """
    older = _aged(people, given)
    residents = _renewed(older, RESIDENT, _with_background(given), (given, cohort, seed))
    if given.stock is None:
        return residents
    dwellers = dweller_counts(given, given.stock)
    wanted = np.stack([dwellers, np.zeros_like(dwellers)], axis=-1)
    owners = with_cottages(residents, given, given.stock, seed)
    return joined(owners, _renewed(older, COTTAGE_DWELLER, wanted, (given, cohort, seed)))


def _aged(people: People, given: PeopleInput) -> People:
    """Return everybody a year older, in the age group of the new age."""
    firsts = np.array([age_bounds(name)[0] for name in given.age_groups])
    age = people.age + 1
    return exchanged(people, age=age, age_group=np.searchsorted(firsts, age, side="right") - 1)


def _with_background(given: PeopleInput) -> NDArray[np.int64]:
    """Return (n_municipalities, n_age_groups, 2) residents: the others, foreign-language speakers."""
    totals = np.rint(given.residents.sum(axis=1) * given.foreign_share).astype(np.int64)
    foreign = np.array(
        [
            np.minimum(largest_remainder(row.astype(float), int(n)), row)
            for row, n in zip(given.residents, totals, strict=True)
        ]
    )
    return np.stack([given.residents - foreign, foreign], axis=-1)


def _renewed(
    people: People, kind: int, wanted: NDArray[np.int64], year: tuple[PeopleInput, int, int]
) -> People:
    """Return the persons of one kind of whom each cell (municipality, age group, background) holds `wanted`.

    Parameters
    ----------
    year
        Margins, cohort and seed.
    """
    _, cohort, seed = year
    mine = people.take(np.flatnonzero(people.kind == kind))
    cell = np.ravel_multi_index(
        (mine.municipality, mine.age_group, mine.foreign.astype(np.int64)), wanted.shape
    )
    luck = uniform(stream_key(seed, 0, f"leaves {cohort}"), mine.id)
    staying = mine.take(np.flatnonzero(_stays(cell, wanted.ravel(), luck)))
    have = np.bincount(cell, minlength=wanted.size)
    missing = np.maximum(wanted.ravel() - have, 0).reshape(wanted.shape)
    return joined(staying, _newcomers(kind, missing, year))


def _stays(
    cell: NDArray[np.int64], wanted: NDArray[np.int64], luck: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return who stays: of each cell at most the number wanted, those with the lowest draws."""
    order = np.lexsort((luck, cell))
    first = np.concatenate(([0], np.cumsum(np.bincount(cell, minlength=len(wanted)))[:-1]))
    stays = np.zeros(len(cell), bool)
    stays[order] = np.arange(len(cell)) - first[cell[order]] < wanted[cell[order]]
    return stays


def _newcomers(kind: int, missing: NDArray[np.int64], year: tuple[PeopleInput, int, int]) -> People:
    """Return as many new persons as are missing by municipality, age group and background."""
    given, cohort, seed = year
    cells = np.repeat(np.arange(missing.size), missing.ravel())
    first = np.concatenate(([0], np.cumsum(missing.ravel())[:-1]))
    place, group, background = np.unravel_index(cells, missing.shape)
    serial = np.arange(len(cells)) - first[cells] + background * _FOREIGN_SERIAL
    ids = person_ids(kind, given.codes[place], group, serial, cohort)
    order = np.argsort(ids)
    ids, place, group, foreign = ids[order], place[order], group[order], background[order] == 1
    if kind == COTTAGE_DWELLER:
        return new_dwellers(ids, place, group, given, seed)
    came = new_residents(ids, place, group, foreign, given, seed)
    return exchanged(came, age=np.where(group == 0, age_bounds(given.age_groups[0])[0], came.age))
