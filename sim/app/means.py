"""Staff, space and money of a scenario, from its metrics and the region's parameters."""

from __future__ import annotations

from dataclasses import dataclass

from sim.app.levers import Levers
from sim.reports.results import Estimate, Values
from sim.reports.sheet import Sheet

#: Year of the prices in the region's parameters.
_PRICE_YEAR = 2022
_AREAS = {
    "counter": "counter_area",
    "closed_room": "closed_room_area",
    "remote_station": "remote_station_area",
}


@dataclass(frozen=True, slots=True)
class Means:
    """What a scenario needs.

    Attributes
    ----------
    contact_hours, rostered_hours, overtime_hours
        Hours of all officials a year [h].
    htv
        Person-years behind the hours on duty [HTV].
    space
        Customer space: places, room for those who are present, circulation [m²].
    staff_cost, space_cost, cost_per_visit
        Euros a year, a year, and a visit.
    """

    contact_hours: Estimate
    rostered_hours: Estimate
    overtime_hours: Estimate
    htv: Estimate
    space: Estimate
    staff_cost: Estimate
    space_cost: Estimate
    cost_per_visit: Estimate


def means_of(sheet: Sheet, places: dict[tuple[str, str], int]) -> Means:
    """Return what the scenario of a sheet needs.

    Parameters
    ----------
    sheet
        The run.
    places
        Number of places by point and kind.
    """
    values, parameter = sheet.values, sheet.parameters
    rostered, overtime, called = (
        values.get(name, "sum") for name in ("rostered_hours", "overtime_hours", "on_call_hours")
    )
    duty = Estimate(rostered.mean + overtime.mean + called.mean, overtime.half_width)
    htv = _times(duty, 1 / parameter["net_hours_per_htv"])
    growth = (1 + parameter["cost_growth"]) ** (sheet.year - _PRICE_YEAR)
    space = _space(sheet, places)
    stations = sum(number for (_point, kind), number in places.items() if kind == "remote_station")
    staff_cost = _times(htv, parameter["cost_per_htv"] * growth)
    rent = _times(space, parameter["rent_new_shared_premises"] * growth)
    space_cost = Estimate(rent.mean + stations * parameter["remote_station_cost"] * growth, rent.half_width)
    visits = values.get("visits", "count").mean
    total = Estimate(staff_cost.mean + space_cost.mean, staff_cost.half_width + space_cost.half_width)
    return Means(
        contact_hours=values.get("contact_hours", "sum"),
        rostered_hours=rostered,
        overtime_hours=overtime,
        htv=htv,
        space=space,
        staff_cost=staff_cost,
        space_cost=space_cost,
        cost_per_visit=_times(total, 1 / visits),
    )


def places_of(levers: Levers, changes: dict[str, str]) -> dict[tuple[str, str], int]:
    """Return the number of places by point and kind, with what was changed on the page."""
    part = "staffing.places."
    return {
        (lever.point, lever.subject): int(changes.get(key, lever.base))
        for key, lever in levers.all.items()
        if key.startswith(part)
    }


def _space(sheet: Sheet, places: dict[tuple[str, str], int]) -> Estimate:
    """Return the gross customer space [m²]: p95 of the daily maximum of people, companions included."""
    parameter, values = sheet.parameters, sheet.values
    net = sum(number * parameter[_AREAS[kind]] for (_point, kind), number in places.items())
    present = [_present(values, point) for point in dict.fromkeys(point for point, _kind in places)]
    seats = parameter["waiting_area_per_person"]
    net += seats * sum(estimate.mean for estimate in present)
    spread = seats * sum(estimate.half_width for estimate in present)
    return _times(Estimate(net, spread), parameter["circulation_factor"])


def _present(values: Values, point: str) -> Estimate:
    """Return the people whom a point must hold, 0 where nobody comes."""
    found = values.get("people_present", "p95_of_daily_max", point)
    return found if found.mean == found.mean else Estimate(0.0, 0.0)


def _times(estimate: Estimate, factor: float) -> Estimate:
    """Return an estimate in another unit."""
    return Estimate(estimate.mean * factor, estimate.half_width * factor)
