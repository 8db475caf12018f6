"""Builds `YearRecords` for tests: by hand, visit by visit, or a whole year at random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.visits import (
    OFFICIAL_DAY,
    Channel,
    Names,
    NeedChannel,
    OfficialName,
    Outcome,
    Place,
    Relation,
    YearRecords,
    empty_visits,
)

AGES = ("0-15", "16-24", "25-64", "65+")
NAMES = Names(
    authorities=("A", "B", "C"),
    matters=("A.advice", "B.permit", "C.form"),
    points=("town", "village"),
    municipalities=("Town", "Village"),
    age_groups=AGES,
)
OFFICIALS = (
    OfficialName("a", 1, "town", (("A", Channel.COUNTER),), False),
    OfficialName("ab", 1, "town", (("A", Channel.COUNTER), ("B", Channel.COUNTER)), False),
    OfficialName("pool", 1, "remote", (("B", Channel.VIDEO),), False),
    OfficialName("host", 1, "town", (("guidance", Channel.COUNTER),), False),
    OfficialName("caller", 1, "village", (("B", Channel.COUNTER),), True),
)


def make_records(
    visits: Sequence[Mapping[str, float]] = (),
    officials: Sequence[tuple[int, int, float, float, float]] = (),
    year: int = 2030,
) -> YearRecords:
    """Return records with the given visits; fields left out hold those of a served walk-in without a wait.

    A visit that gives `arrival` and nothing else is ticketed and begins at once, and takes ten minutes.
    """
    table = empty_visits(len(visits))
    table["id"] = np.arange(len(visits))
    for row, given in zip(table, visits, strict=True):
        _fill(row, given)
    needs = np.zeros((len(NeedChannel), 3, 12, len(AGES), 2, 2), np.int64)
    needs[NeedChannel.VISIT, 0, 0, 1, 0, 0] = 300
    needs[NeedChannel.VISIT, 0, 6, 1, 1, 1] = 50
    needs[NeedChannel.NO_SLOT, 1, 3, 2, 0, 0] = 7
    persons = np.full((len(AGES), 2, 2), 100, np.int64)
    open_minutes = np.zeros((2, 3, 3))
    open_minutes[0, :2, Channel.COUNTER] = 1000.0
    open_minutes[1, 1, Channel.VIDEO] = 500.0
    return YearRecords(
        year=year,
        names=NAMES,
        official_names=OFFICIALS,
        visits=table,
        officials=np.array(list(officials), OFFICIAL_DAY),
        needs=needs,
        persons=persons,
        places=np.array([[2, 1, 0], [0, 0, 1]]),
        open_minutes=open_minutes,
        expectation={
            "plan_visits": np.array([10.0, 20.0, np.nan]),
            "need_growth": np.array([0.5, 1.2, np.nan]),
        },
    )


def _fill(row: np.void, given: Mapping[str, float]) -> None:
    """Write a visit's given fields and those that follow from them."""
    arrival = given.get("arrival", 600.0)
    start = given.get("start", arrival)
    values = {
        "arrival": arrival,
        "ticket": arrival,
        "start": start,
        "end": start + 10.0,
        "outcome": Outcome.SERVED,
    }
    values |= {"official": 0, "place": Place.COUNTER, "delay": 0} | dict(given)
    for field, value in values.items():
        row[field] = value


def random_records(n: int, seed: int = 1, points: int = 10, authorities: int = 12) -> YearRecords:
    """Return a year of `n` visits at random: as wide as a region's, with no meaning."""
    rng = np.random.default_rng(seed)
    tick = 1 / 65536
    visits = empty_visits(n)
    visits["id"] = np.arange(n)
    visits["day"] = np.sort(rng.integers(0, 365, n))
    # Few points and authorities have most of the visits, as in a region.
    visits["point"] = np.minimum(rng.geometric(0.5, n) - 1, points - 1)
    visits["authority"] = np.minimum(
        rng.geometric(0.3, n) - 1, (authorities - 1) // (1 + visits["point"] // 2)
    )
    visits["channel"] = rng.choice([Channel.COUNTER, Channel.VIDEO], n, p=[0.9, 0.1])
    visits["place"] = np.where(visits["channel"] == Channel.VIDEO, Place.REMOTE_STATION, Place.COUNTER)
    visits["kind"] = rng.random(n) < 0.1
    visits["age"] = rng.integers(0, len(AGES), n)
    visits["municipality"] = rng.integers(0, 2, n)
    visits["booked"] = rng.random(n) < 0.3
    visits["travel"] = rng.gamma(2.0, 10.0, n)
    visits["delay"] = np.where(visits["booked"], rng.integers(1, 15, n), 0)
    visits["arrival"] = np.rint(rng.normal(660.0, 90.0, n).clip(470.0, 900.0) / tick) * tick
    visits["ticket"] = np.maximum(visits["arrival"], 480.0)
    waited = np.rint(rng.exponential(8.0, n) * (rng.random(n) < 0.6) / tick) * tick
    served = rng.random(n) < 0.93
    visits["start"] = np.where(served, visits["ticket"] + waited, np.nan)
    length = np.rint(rng.lognormal(2.5, 0.6, n) / tick) * tick
    visits["end"] = np.where(served, visits["start"] + length, visits["ticket"] + waited)
    visits["official"] = np.where(served, rng.integers(0, 50, n), -1)
    visits["outcome"] = np.where(served, Outcome.SERVED, rng.choice([1, 2, 3, 4], n))
    visits["relation"] = np.where(rng.random(n) < 0.1, Relation.SECOND_HERE, Relation.FIRST)
    days = np.array(
        [(day, official, 360.0, 5.0, 0.0) for day in range(365) for official in range(50)], OFFICIAL_DAY
    )
    names = Names(
        tuple(f"A{index}" for index in range(authorities)),
        ("A0.advice",),
        tuple(f"point{index}" for index in range(points)),
        ("Town", "Village"),
        AGES,
    )
    served_at = np.zeros((points, authorities, 1))
    served_at[visits["point"], visits["authority"]] = 1.0
    staff = tuple(
        OfficialName("row", index, f"point{index % points}", (("A0", Channel.COUNTER),), False)
        for index in range(50)
    )
    return YearRecords(
        year=2030,
        names=names,
        official_names=staff,
        visits=visits,
        officials=days,
        needs=rng.integers(0, 9, (len(NeedChannel), authorities, 12, len(AGES), 2, 2)),
        persons=np.full((len(AGES), 2, 2), 12_000, np.int64),
        places=np.full((points, 3), 4),
        open_minutes=np.zeros((points, authorities, 3)) + np.array([80_000.0, 0.0, 0.0]) * served_at,
    )
