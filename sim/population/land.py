"""People of a region from its tables: the map, the margins of a year, and the persons themselves."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.config.registry import Parameters
from sim.population.adoption import OLDEST, able_by_age
from sim.population.homes import Plane, Roads, Settlement, make_bands, make_roads
from sim.population.lives import next_year
from sim.population.margins import persons_by_age
from sim.population.people import CottageStock, People, PeopleInput, make_people
from sim.region import Region
from sim.region.index import Index, make_index, municipality_table

#: Age groups from which the guardians of children come.
_GUARDIANS = (35, 44)
#: Populations that a process keeps: replications and scenarios of one year share theirs.
_KEPT = 3


@dataclass(frozen=True)
class Land:
    """The map of a region.

    Attributes
    ----------
    index
        Names behind indices.
    plane, roads
        Coordinates and driving.
    settlement
        How homes lie round centres.
    """

    index: Index
    plane: Plane
    roads: Roads
    settlement: Settlement


def make_land(region: Region, params: Parameters) -> Land:
    """Return the map of a region."""
    index = make_index(region)
    plane, roads = make_roads(
        municipality_table(region),
        region.table("travel_times"),
        params["off_network_speed"],
        params["detour_factor"],
    )
    points = region.table("points").set_index("point")
    joint = points.loc[list(region.about_list("joint_points"))]
    settlement = Settlement(
        roads,
        plane.km(joint["lat"].to_numpy(float), joint["lon"].to_numpy(float)),
        tuple(index.municipality[name] for name in joint["municipality"]),
        make_bands(region.table("travel_bands"), list(index.municipalities)),
        params["home_scatter"],
    )
    return Land(index, plane, roads, settlement)


@dataclass(frozen=True)
class Census:
    """Which people: year, population series, whether cottage life exists, and whose year's age shares hold.

    `ages` is None for the age shares of the year itself; `since` is the year from which on these people
    have lived, None for people who appear in the year itself.
    """

    year: int
    series: str
    cottages: bool
    ages: int | None = None
    since: int | None = None

    def before(self) -> Census:
        """Return the census of the same people a year earlier."""
        since = self.since if self.since != self.year - 1 else None
        return replace(self, year=self.year - 1, since=since)


def people_input(region: Region, params: Parameters, land: Land, census: Census) -> PeopleInput:
    """Return the margins of the people of a census."""
    table = municipality_table(region)
    names = land.index.municipalities[: int((table["in_region"] == 1).sum())]
    residents = np.zeros((len(table), len(land.index.age_groups)), np.int64)
    residents[: len(names)] = persons_by_age(
        region.table("population"),
        region.table("age_structure"),
        names,
        land.index.age_groups,
        (census.series, census.year, census.ages or census.year),
    )
    stock = cottage_stock(region, params, land.index) if census.cottages else None
    foreign = foreign_shares(params, names, residents, census.year)
    codes = table["code"].to_numpy(np.int64)
    return PeopleInput(codes, residents, land.index.age_groups, foreign, land.settlement, stock)


def foreign_shares(
    params: Parameters, names: tuple[str, ...], residents: NDArray[np.int64], year: int
) -> NDArray[np.float64]:
    """Return (n_municipalities,) shares of foreign-language speakers, by where foreigners live."""
    total = residents.sum() * params.at_year("foreign_language_share", "", year)
    where = np.array([params.get("foreign_concentration", name) for name in names])
    living = residents[: len(names)].sum(axis=1)
    share = np.zeros(len(residents))
    theirs = where / where.sum() * total
    share[: len(names)] = np.divide(theirs, living, out=np.zeros(len(names)), where=living > 0)
    return np.minimum(share, 1.0)


def cottage_stock(region: Region, params: Parameters, index: Index) -> CottageStock:
    """Return the cottages of a region and their owners."""
    table = region.table("cottages").set_index("municipality")["cottages"]
    counts = np.array([float(table.get(name, 0.0)) for name in index.municipalities])
    owners = region.table("cottage_owner_ages")
    return CottageStock(counts, params["cottage_owners_outside"], params["cottage_persons"], owners)


#: Shares by background and single year of age: able to use e-services; accepting a video desk.
Adoption = tuple[NDArray[np.float64], NDArray[np.float64]]


def adoption_of(region: Region, year: int, adoption: float = 0.0, acceptance: float = 0.0) -> Adoption:
    """Return adoption in a year (each (2, n_single_ages)) at given positions in the tables' ranges."""
    table = region.table("digital_adoption")
    return (
        able_by_age(table, "eservice_capable", year, adoption, _GUARDIANS),
        able_by_age(table, "would_accept_video_desk", year, acceptance, _GUARDIANS),
    )


def adopters(people: People, adoption: Adoption) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return (N,) who is able to use e-services, and who would accept a video desk."""
    able, video = adoption
    background, age = people.foreign.astype(np.int64), np.minimum(people.age, OLDEST)
    return people.u_digital < able[background, age], people.u_video < video[background, age]


_people: OrderedDict[tuple[object, ...], People] = OrderedDict()
#: Parameters on which the persons themselves depend.
_PERSONAL = ("home_scatter", "off_network_speed", "detour_factor", "cottage_", "foreign_")


def people_of(region: Region, params: Parameters, land: Land, census: Census, seed: int) -> People:
    """Return the people of a census; those last used in this process are kept."""
    personal = tuple(sorted(item for item in params.as_dict().items() if item[0].startswith(_PERSONAL)))
    key = (region.path, region.digest, personal, census, seed)
    if key not in _people:
        given = people_input(region, params, land, census)
        _people[key] = (
            make_people(given, seed)
            if census.since is None
            else next_year(
                people_of(region, params, land, census.before(), seed),
                given,
                census.year - census.since,
                seed,
            )
        )
    _people.move_to_end(key)
    while len(_people) > _KEPT:
        _people.popitem(last=False)
    return _people[key]
