"""What the region's tables and parameters say of needs, ready as arrays in the model's indices."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.calendar import MONTHS, WEEKDAYS, Span, parse_clock
from sim.config.registry import Parameters
from sim.demand.days import named_profiles, profile
from sim.demand.expectation import MatterRules
from sim.demand.kernel import MarkRules
from sim.network import Network
from sim.population.adoption import age_bounds, middle
from sim.region import Region
from sim.region.index import Index
from sim.visits import Place

_PLACES = {"counter": Place.COUNTER, "closed_room": Place.CLOSED_ROOM}
_JULY = 6


def matter_rules(region: Region, params: Parameters, index: Index, year: int) -> MatterRules:
    """Return the rules of each matter in `year`.

    Notes
    -----
    The change of duties grows linearly from the base year to the plan's year and stays. What the law frees
    from a duty can end online and be served by video.
    """
    base_year, plan_year = int(region.about("base_year")), int(region.about("plan_year"))
    progress = min(max((year - base_year) / (plan_year - base_year), 0.0), 1.0)
    table = region.table("matters")
    authority = np.array([index.authorities.index(name) for name in table["authority"]], np.int64)
    before = _by_matter(params, "in_person_duty", index)
    duty = np.clip(before * (1.0 + params["duty_change_2030"] * progress), 0.0, 1.0)
    freed = np.maximum(before - duty, 0.0)
    remote = np.minimum(_by_matter(params, "remote_eligible", index), 1.0 - duty - freed)
    coverage = [
        params.at_year("digital_coverage", name, year) if a in authority else 0.0
        for a, name in enumerate(index.authorities)
    ]
    return MatterRules(
        authority,
        duty,
        freed,
        remote,
        _by_matter(params, "booked_share", index),
        table["online_possible"].to_numpy(bool),
        np.array(coverage),
        params["no_show"],
        params["second_matter_same_visit"],
        params["cottage_need_ratio"],
        (region.table("authorities")["foreign_only"] == 1).to_numpy(bool),
    )


def _by_matter(params: Parameters, name: str, index: Index) -> NDArray[np.float64]:
    """Return (M,) a parameter by matter."""
    return np.array([params.get(name, matter) for matter in index.matters])


def matter_shares(params: Parameters, index: Index, authority: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return (M,) shares of an authority's visits by matter; redrawn shares are renormalised."""
    share = _by_matter(params, "matter_share", index)
    return share / np.bincount(authority, weights=share)[authority]


def age_mix(region: Region, index: Index) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the (n_ages,) class of each age group and the (A, n_classes) visitors' age mix."""
    rows = region.table("profiles")
    rows = rows[rows["profile"] == "age_mix_2019"]
    classes = tuple(dict.fromkeys(rows["bin"]))
    bounds = [age_bounds(name) for name in classes]
    found = [
        next(c for c, (low, high) in enumerate(bounds) if low <= middle(group) <= high)
        for group in index.age_groups
    ]
    known = named_profiles(rows)
    mix = [profile(known, "age_mix_2019", name, classes) for name in index.authorities]
    return np.array(found, np.int64), np.array(mix)


def cottage_presence(region: Region, params: Parameters, span: Span) -> NDArray[np.float64]:
    """Return (D,) the probability that a cottage's people are there on a day, at most 1.

    Notes
    -----
    Use days of the year, spread over months and, but in July, over weekdays.
    """
    table = region.table("cottage_presence")
    by_bin = {(row.dimension, row.bin): row.share for row in table.itertuples()}
    month = np.array([by_bin["month", name] for name in MONTHS])
    week = np.array([by_bin["weekday", name] for name in WEEKDAYS])
    lengths = np.array([31, 28.25, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    daily = params["cottage_use_days"] * (month / lengths)[span.months]
    weekday = np.where(span.months == _JULY, 1.0, week[span.weekdays] * len(WEEKDAYS))
    return np.asarray(np.minimum(daily * weekday, 1.0), np.float64)


def epidemic_months(region: Region, power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (A, 12) factors of the epidemic's months, each authority's to its power."""
    rows = region.table("profiles")
    rows = rows[rows["profile"] == "epidemic_2020"]
    months = profile(named_profiles(rows), "epidemic_2020", str(rows["name"].iloc[0]), MONTHS)
    return months[None, :] ** power[:, None]


def arrival_shapes(
    region: Region, network: Network, index: Index
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the arrival profile of each door, and the profiles as cumulated shares of the open time.

    Returns
    -------
    tuple
        (J,) profile of the door; (n, B) fractions of the open time; (n, B) cumulated shares there.
    """
    rows = region.table("profiles")
    rows = rows[rows["profile"] == "time_of_day"]
    names = tuple(dict.fromkeys(rows["name"]))
    of_authority = list(region.table("authorities")["time_profile"])
    of_point = list(network.point_rows["time_profile"])
    shape = [
        names.index(of_point[p] or of_authority[a])
        for p, a in zip(network.doors.point, network.doors.authority, strict=True)
    ]
    widest = int(rows.groupby("name").size().max()) + 1
    at, total = np.ones((len(names), widest)), np.ones((len(names), widest))
    for s, name in enumerate(names):
        mine = rows[rows["name"] == name]
        edges = [parse_clock(value) for value in [*mine["bin"], mine["bin_end"].iloc[-1]]]
        at[s, : len(edges)] = (np.array(edges) - edges[0]) / (edges[-1] - edges[0])
        total[s, : len(edges)] = np.concatenate(([0.0], np.cumsum(mine["share"]) / mine["share"].sum()))
    return np.array(shape, np.int64), at, total


def place_kinds(region: Region) -> NDArray[np.int64]:
    """Return (M,) kind of place at a counter visit."""
    return np.array([int(_PLACES[name]) for name in region.table("matters")["place"]], np.int64)


def lognormal(mean: NDArray[np.float64] | float, variation: float) -> tuple[NDArray[np.float64], float]:
    """Return location and scale of lognormal times with given mean and coefficient of variation."""
    sigma = float(np.sqrt(np.log1p(variation**2)))
    with np.errstate(divide="ignore"):
        return np.log(mean) - sigma**2 / 2, sigma


def mark_rules(params: Parameters, index: Index, pace: NDArray[np.float64]) -> MarkRules:
    """Return the parameters of the marks of a visit; `pace` (A, D) multiplies service times."""
    mu, sigma = lognormal(_by_matter(params, "service_minutes", index), params["service_time_cv"])
    guidance, _ = lognormal(params["guidance_minutes"], params["service_time_cv"])
    return MarkRules(
        mu=mu,
        sigma=sigma,
        language_factor=params["foreign_language_time_factor"],
        interpreter_share=params["interpreter_share"],
        interpreter_factor=params["interpreter_time_factor"],
        remote_factor=params["remote_duration_factor"],
        patience=params["patience_mean"],
        booked_patience=params["booked_patience_mean"],
        no_show=params["no_show"],
        wait_for_no_show=params["wait_for_no_show"],
        arrive_early=params["arrive_before_opening"],
        before_opening=params["before_opening_mean"],
        booked_lead=params["booked_arrival_lead"],
        lateness=params["lateness_sd"],
        guidance_mu=float(guidance),
        failure=params["remote_technical_failure"],
        failure_minutes=params["remote_failure_minutes"],
        pace=pace,
    )


def slot_minutes(params: Parameters, index: Index) -> NDArray[np.float64]:
    """Return (M, 2 foreign, 2 video) expected minutes of a booked visit, language and channel included."""
    plain = _by_matter(params, "service_minutes", index)
    share = params["interpreter_share"]
    language = (1 - share) * params["foreign_language_time_factor"] + share * params[
        "interpreter_time_factor"
    ]
    both = (
        np.array([1.0, language])[None, :, None]
        * np.array([1.0, params["remote_duration_factor"]])[None, None, :]
    )
    return np.asarray(plain[:, None, None] * both, np.float64)
