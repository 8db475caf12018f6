"""What a staffing costs: hours, person-years, payers, space and euros a year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sim.calendar import MONTHS
from sim.config.registry import Parameters
from sim.demand.setup import Setup
from sim.network.network import PLACE_KINDS, Network
from sim.network.rows import RosterRow
from sim.region import Region
from sim.visits import YearRecords

_HOUR = 60.0


@dataclass(frozen=True)
class RowHours:
    """A roster row's year.

    Attributes
    ----------
    row
        The row.
    contact, rostered, extra
        Hours in contact with visitors; on the roster and present; beyond the roster or on call [h].
    htv
        Person-years: the larger of hours at work over the net hours of a person-year, and contact hours
        over the part of them that can be spent in contact.
    euros
        Cost a year [EUR].
    """

    row: RosterRow
    contact: float
    rostered: float
    extra: float
    htv: float
    euros: float


@dataclass(frozen=True)
class Premises:
    """Customer space of a point.

    Attributes
    ----------
    point, host
        Point, and who pays its rent.
    places
        Counters, closed rooms, remote stations.
    present
        People present at the 95th percentile of the daily peaks, companions included.
    area
        Places and waiting space with circulation [m²].
    rent, equipment
        Yearly rent; cost of remote stations or of a mobile unit [EUR].
    """

    point: str
    host: str
    places: tuple[int, int, int]
    present: float
    area: float
    rent: float
    equipment: float


@dataclass(frozen=True)
class Costs:
    """Hours, space and money of a staffing.

    Attributes
    ----------
    rows, premises
        By roster row, by point.
    visits
        Visits a year, as the plan counts them.
    """

    rows: tuple[RowHours, ...]
    premises: tuple[Premises, ...]
    visits: float

    @property
    def htv(self) -> float:
        """Person-years of all rows."""
        return sum(row.htv for row in self.rows)

    @property
    def area(self) -> float:
        """Customer space of all points [m²]."""
        return sum(part.area for part in self.premises)

    @property
    def euros(self) -> float:
        """Cost a year of staff and premises [EUR]."""
        return sum(row.euros for row in self.rows) + sum(p.rent + p.equipment for p in self.premises)

    def by_payer(self) -> dict[str, tuple[float, float]]:
        """Return (HTV, EUR a year) by payer, premises with their host."""
        found: dict[str, tuple[float, float]] = {}
        parts = [(row.row.payer, row.htv, row.euros) for row in self.rows]
        parts += [(p.host, 0.0, p.rent + p.equipment) for p in self.premises]
        for payer, htv, euros in parts:
            before = found.get(payer, (0.0, 0.0))
            found[payer] = (before[0] + htv, before[1] + euros)
        return found


def costs_of(
    setup: Setup, rows: Sequence[RosterRow], records: Sequence[YearRecords], metrics: pd.DataFrame
) -> Costs:
    """Return the costs of a staffing, as the mean of some simulated years.

    Parameters
    ----------
    setup
        Set-up of the scenario with the staffing.
    rows
        Its roster rows.
    records
        Simulated years.
    metrics
        Their default metrics, one long table.
    """
    factor = price_factor(setup)
    hours = np.mean([_minutes(year, rows) for year in records], axis=0) / _HOUR
    found = [_row_hours(row, part, setup.params, factor) for row, part in zip(rows, hours, strict=True)]
    visits = _by_point(metrics, "visits", "count").get("all", 0.0)
    return Costs(tuple(found), _premises(setup, metrics, factor), visits)


def price_factor(setup: Setup) -> float:
    """Return what the region's prices and rents have grown by from their year to the scenario's."""
    years = setup.scenario.year - int(setup.region.about("price_year"))
    return float((1 + setup.params["cost_growth"]) ** years)


def htv_of(contact: float, at_work: float, params: Parameters) -> float:
    """Return person-years of `at_work` hours of which `contact` are spent with visitors [h]."""
    net = params["net_hours_per_htv"]
    return max(at_work / net, contact / (net * params["contact_share"]))


def persons_by_month(present: float, params: Parameters) -> dict[str, float]:
    """Return how many persons must be on the payroll in each month so that `present` are at work."""
    away = {
        month: params.get("leave", month) + params["staff_absence"] * params.get("absence_month", month)
        for month in MONTHS
    }
    return {month: present / (1.0 - share) for month, share in away.items()}


def _minutes(
    year: YearRecords, rows: Sequence[RosterRow]
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return (n_rows, 3) minutes of contact, rostered and extra."""
    number = {row.name: index for index, row in enumerate(rows)}
    row_of = np.array([number[name.row] for name in year.official_names], np.int64)
    visits, days = year.visits, year.officials
    table = np.zeros((len(rows), 3))
    busy = np.where(np.isfinite(visits["start"]), visits["end"] - visits["start"], 0.0)
    for field, minutes in (("official", busy), ("guide", np.minimum(busy, visits["guidance_time"]))):
        served = visits[field] >= 0
        np.add.at(table[:, 0], row_of[visits[field][served]], minutes[served])
    np.add.at(table[:, 1], row_of[days["official"]], days["rostered"])
    np.add.at(table[:, 2], row_of[days["official"]], days["outside"] + days["on_call"])
    return table


def _row_hours(row: RosterRow, hours: Sequence[float], params: Parameters, factor: float) -> RowHours:
    contact, rostered, extra = (float(value) for value in hours)
    htv = htv_of(contact, rostered + extra, params)
    return RowHours(row, contact, rostered, extra, htv, htv * params["cost_per_htv"] * factor)


def _premises(setup: Setup, metrics: pd.DataFrame, factor: float) -> tuple[Premises, ...]:
    """Return the customer space of each point inside the region."""
    network = setup.site.network
    peaks = _by_point(metrics, "people_present", "p95_of_daily_max")
    vehicles = mobile_units(network)
    found = []
    for index, point in enumerate(network.points):
        if network.outside[index]:
            continue
        about = {str(key): value for key, value in network.point_rows.iloc[index].items()}
        counter, room, station = (int(n) for n in network.places[index])
        present = peaks.get(point, 0.0)
        part = _premise(about, (counter, room, station), present, setup.params, factor)
        found.append(_on_wheels(part, vehicles, setup.params, factor) if about["type"] == "mobile" else part)
    return tuple(found)


def _premise(
    about: Mapping[str, object],
    places: tuple[int, int, int],
    present: float,
    params: Parameters,
    factor: float,
) -> Premises:
    """Return a point's space and its cost."""
    net = sum(n * params[f"{kind}_area"] for kind, n in zip(PLACE_KINDS, places, strict=True))
    area = params["circulation_factor"] * (net + present * params["waiting_area_per_person"])
    price = params["rent_new_shared_premises"] if about["type"] == "joint" else params["rent"]
    return Premises(
        str(about["point"]),
        str(about["host"]),
        places,
        present,
        area,
        area * price * factor,
        places[2] * params["remote_station_cost"] * factor,
    )


def mobile_units(network: Network) -> float:
    """Return how many vehicles serve one stop of mobile units on average, 0-1; nan without stops.

    As many vehicles are needed as stops are served on one and the same day.
    """
    stops = np.flatnonzero(network.point_rows["type"] == "mobile")
    served = np.array([network.bookable[network.doors.point == stop].any(axis=0) for stop in stops])
    return float(served.sum(axis=0).max() / len(stops)) if len(stops) else float("nan")


def _on_wheels(stop: Premises, vehicles: float, params: Parameters, factor: float) -> Premises:
    """Return a stop of mobile units: no rent, and its share of the vehicles with what is in them."""
    equipment = vehicles * (stop.equipment + params["mobile_unit_cost"] * factor)
    return replace(stop, area=0.0, rent=0.0, equipment=equipment)


def _by_point(metrics: pd.DataFrame, metric: str, statistic: str) -> dict[str, float]:
    """Return the mean over replications of a metric over all authorities, by point, `all` included."""
    chosen = metrics[(metrics["metric"] == metric) & (metrics["statistic"] == statistic)]
    for column, value in {"authority": "all", "channel": "all", "period": "year"}.items():
        chosen = chosen[chosen[column] == value]
    return {str(point): float(value) for point, value in chosen.groupby("point")["value"].mean().items()}


def plan_figure(region: Region, figure: str, year: int) -> float:
    """Return a figure of the plan, nan where it names none."""
    table = region.table("plan_figures")
    found = table[(table["figure"] == figure) & (table["year"] == year)]
    return float(found["value"].iloc[0]) if len(found) else float("nan")
