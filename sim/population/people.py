"""The people of a region in one year, one row a person: residents and cottage dwellers.

Everything about a person is drawn from streams keyed by the person's lasting id and the seed alone, not by
the replication: all replications of a scenario share the same people, and a change of the scenario leaves
everyone else as they were.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.population.adoption import age_bounds
from sim.population.homes import Settlement, scatter, settle_homes
from sim.population.margins import largest_remainder
from sim.streams import stream_key, uniform

RESIDENT, COTTAGE_DWELLER = 0, 1
#: Bits of a person's id: serial number within municipality, age group and kind.
_SERIAL_BITS, _AGE_BITS, _CODE_BITS, _COHORT_BITS = 18, 4, 10, 5
#: Everybody above this age counts as the oldest owners' group.
_OLDEST_OWNER = 89
#: Types of columns of small numbers. Ids have room for 1024 municipalities and 16 age groups.
_NARROW = {"municipality": np.int16, "age_group": np.int8, "age": np.int16, "cottage_municipality": np.int16}


def person_ids(
    kind: int,
    code: NDArray[np.int64],
    age: NDArray[np.int64],
    serial: NDArray[np.int64],
    cohort: int = 0,
) -> NDArray[np.int64]:
    """Return lasting ids from kind, municipality code, age group at entry and serial number within these.

    A person added to one group of one municipality moves no other person's id. `cohort` is the number of
    years after the first at which the persons came, 0–31.
    """
    head = np.int64((kind << _COHORT_BITS) + cohort) << _CODE_BITS
    return (((head + code) << _AGE_BITS) + age << _SERIAL_BITS) + serial


@dataclass(frozen=True)
class People:
    """Columns of N persons, residents first, each kind ascending by id.

    Attributes
    ----------
    id
        Lasting id.
    kind
        0 resident, 1 cottage dweller.
    municipality
        Of the home; cottage dwellers: of the cottage.
    age_group, age
        Index of the age group; single year.
    foreign
        Foreign-language speaker.
    u_digital, u_video
        Lifelong thresholds of adoption in [0, 1).
    home, cottage
        (N, 2) coordinates [km]; nan where there is none (cottage dwellers have a cottage only).
    cottage_municipality
        -1 without a cottage.
    """

    id: NDArray[np.int64]
    kind: NDArray[np.int8]
    municipality: NDArray[np.signedinteger[Any]]
    age_group: NDArray[np.signedinteger[Any]]
    age: NDArray[np.signedinteger[Any]]
    foreign: NDArray[np.bool_]
    u_digital: NDArray[np.float64]
    u_video: NDArray[np.float64]
    home: NDArray[np.float64]
    cottage: NDArray[np.float64]
    cottage_municipality: NDArray[np.signedinteger[Any]]

    def __post_init__(self) -> None:
        """Keep small numbers in as few bits as hold them: a country's people take less memory."""
        for name, kind in _NARROW.items():
            object.__setattr__(self, name, getattr(self, name).astype(kind, copy=False))

    @property
    def n(self) -> int:
        """Number of persons."""
        return len(self.id)

    def take(self, rows: NDArray[np.int64]) -> People:
        """Return the persons of some rows."""
        return People(**{name: column[rows] for name, column in vars(self).items()})

    @property
    def n_residents(self) -> int:
        """Number of residents; they fill the first rows."""
        return int(np.count_nonzero(self.kind == RESIDENT))


@dataclass(frozen=True)
class CottageStock:
    """Cottages and their owners.

    Attributes
    ----------
    cottages
        (n_municipalities,) cottages.
    share_outside
        Share of cottages owned from outside the region.
    persons
        Persons present when a cottage is in use.
    owner_ages
        age_from, age_to, share of owners.
    """

    cottages: NDArray[np.float64]
    share_outside: float
    persons: float
    owner_ages: pd.DataFrame


@dataclass(frozen=True)
class PeopleInput:
    """What `make_people` needs besides the seed.

    Attributes
    ----------
    codes
        (n_municipalities,) municipality codes, part of the ids.
    residents
        (n_municipalities, n_age_groups) residents.
    age_groups
        Names such as ``16-24``.
    foreign_share
        (n_municipalities,) share of foreign-language speakers.
    settlement
        Roads and drive-time bands.
    stock
        Cottages, or None for a region without cottage life.
    """

    codes: NDArray[np.int64]
    residents: NDArray[np.int64]
    age_groups: Sequence[str]
    foreign_share: NDArray[np.float64]
    settlement: Settlement
    stock: CottageStock | None


def make_people(given: PeopleInput, seed: int) -> People:
    """Return residents and cottage dwellers, one row each."""
    residents = _residents(given, seed)
    if given.stock is None:
        return residents
    owners = with_cottages(residents, given, given.stock, seed)
    return joined(owners, _cottage_dwellers(given, given.stock, seed))


def _rows(counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return municipality, age group and serial number of each person counted in `counts`."""
    cells = np.repeat(np.arange(counts.size), counts.ravel())
    first = np.concatenate(([0], np.cumsum(counts.ravel())[:-1]))
    serial = np.arange(len(cells)) - first[cells]
    return cells // counts.shape[1], cells % counts.shape[1], serial


def _single_ages(
    ids: NDArray[np.int64], groups: NDArray[np.int64], names: Sequence[str], seed: int
) -> NDArray[np.int64]:
    """Return single years of age, uniform within the group."""
    bounds = np.array([age_bounds(name) for name in names])
    width = bounds[groups, 1] - bounds[groups, 0] + 1
    luck = uniform(stream_key(seed, 0, "age"), ids)
    return np.asarray(bounds[groups, 0] + np.floor(luck * width), np.int64)


def _residents(given: PeopleInput, seed: int) -> People:
    """Return the residents, without cottages."""
    order = np.argsort(given.codes, kind="stable")
    place, group, serial = _rows(given.residents[order])
    municipality = order[place]
    ids = person_ids(RESIDENT, given.codes[municipality], group, serial)
    foreign = uniform(stream_key(seed, 0, "foreign language"), ids) < given.foreign_share[municipality]
    return new_residents(ids, municipality, group, foreign, given, seed)


def new_residents(
    ids: NDArray[np.int64],
    municipality: NDArray[np.int64],
    group: NDArray[np.int64],
    foreign: NDArray[np.bool_],
    given: PeopleInput,
    seed: int,
) -> People:
    """Return residents who settle, without cottages; all arrays (n,)."""
    homes = settle_homes(ids, municipality, seed, given.settlement)
    nowhere = np.full((len(ids), 2), np.nan)
    ages = _single_ages(ids, group, given.age_groups, seed)
    return People(
        ids,
        np.full(len(ids), RESIDENT, np.int8),
        municipality,
        group,
        ages,
        foreign,
        uniform(stream_key(seed, 0, "digital threshold"), ids),
        uniform(stream_key(seed, 0, "video threshold"), ids),
        homes,
        nowhere,
        np.full(len(ids), -1, np.int64),
    )


def _owner_group_shares(stock: CottageStock, age_groups: Sequence[str]) -> NDArray[np.float64]:
    """Return the owners' shares by age group; owners are spread evenly over the years of their class."""
    shares = np.zeros(len(age_groups))
    for row in stock.owner_ages.to_dict("records"):
        first, last = max(int(row["age_from"]), 18), min(int(row["age_to"]), _OLDEST_OWNER)
        for index, name in enumerate(age_groups):
            low, high = age_bounds(name)
            shares[index] += row["share"] * max(0, min(last, high) - max(first, low) + 1) / (last - first + 1)
    return shares / shares.sum()


def owner_chance(
    stock: CottageStock, by_age: NDArray[np.int64] | NDArray[np.float64], age_groups: Sequence[str]
) -> NDArray[np.float64]:
    """Return (n_age_groups,) share of the region's residents of each age group who have a cottage in it.

    Parameters
    ----------
    by_age
        (n_age_groups,) residents of the region; as many own as the cottages owned within it hold persons.
    """
    persons = stock.cottages.sum() * (1.0 - stock.share_outside) * stock.persons
    owners = persons * _owner_group_shares(stock, age_groups)
    return np.minimum(np.divide(owners, by_age, out=np.zeros(len(by_age)), where=by_age > 0), 1.0)


def with_cottages(people: People, given: PeopleInput, stock: CottageStock, seed: int) -> People:
    """Return residents of whom as many have a cottage as cottages owned within the region hold persons."""
    by_age = np.bincount(people.age_group, minlength=len(given.age_groups))
    chance = owner_chance(stock, by_age, given.age_groups)
    owns = uniform(stream_key(seed, 0, "owns a cottage"), people.id) < chance[people.age_group]
    where = np.searchsorted(
        np.cumsum(stock.cottages) / stock.cottages.sum(),
        uniform(stream_key(seed, 0, "cottage municipality"), people.id),
        side="right",
    )
    cottage = np.full((people.n, 2), np.nan)
    settled = given.settlement
    cottage[owns] = settled.roads.centres[where[owns]] + scatter(
        people.id[owns], "cottage", seed, settled.mean_km
    )
    return exchanged(people, cottage=cottage, cottage_municipality=np.where(owns, where, -1))


def dweller_counts(given: PeopleInput, stock: CottageStock) -> NDArray[np.int64]:
    """Return (n_municipalities, n_age_groups) people from outside the region who use its cottages."""
    total = round(float(stock.cottages.sum() * stock.share_outside * stock.persons))
    shares = _owner_group_shares(stock, given.age_groups)
    return np.array([largest_remainder(shares, int(n)) for n in largest_remainder(stock.cottages, total)])


def _cottage_dwellers(given: PeopleInput, stock: CottageStock, seed: int) -> People:
    """Return the people from outside the region who use its cottages."""
    order = np.argsort(given.codes, kind="stable")
    place, group, serial = _rows(dweller_counts(given, stock)[order])
    municipality = order[place]
    ids = person_ids(COTTAGE_DWELLER, given.codes[municipality], group, serial)
    return new_dwellers(ids, municipality, group, given, seed)


def new_dwellers(
    ids: NDArray[np.int64],
    municipality: NDArray[np.int64],
    group: NDArray[np.int64],
    given: PeopleInput,
    seed: int,
) -> People:
    """Return people from outside with a cottage; all arrays (n,)."""
    spots = given.settlement.roads.centres[municipality] + scatter(
        ids, "cottage", seed, given.settlement.mean_km
    )
    return People(
        ids,
        np.full(len(ids), COTTAGE_DWELLER, np.int8),
        municipality,
        group,
        _single_ages(ids, group, given.age_groups, seed),
        np.zeros(len(ids), bool),
        uniform(stream_key(seed, 0, "digital threshold"), ids),
        uniform(stream_key(seed, 0, "video threshold"), ids),
        np.full((len(ids), 2), np.nan),
        spots,
        municipality.copy(),
    )


def exchanged(people: People, **columns: NDArray[np.generic]) -> People:
    """Return `people` with some columns exchanged."""
    return People(**{**vars(people), **columns})


def joined(first: People, second: People) -> People:
    """Return the rows of both."""
    one: Mapping[str, NDArray[np.generic]] = vars(first)
    return People(**{name: np.concatenate([one[name], column]) for name, column in vars(second).items()})
