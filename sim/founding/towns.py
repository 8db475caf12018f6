"""Builds the towns of a new region after the pattern of a known one."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any

import pandas as pd

from sim.founding.given import Rows, records
from sim.founding.pattern import LARGE, Pattern, Town, Words, surroundings

#: What the kinds of point are called in fi, sv and en, unless their authority has a word for its offices.
_CALLED: dict[str, Words] = {
    "joint": ("yhteinen asiakaspalvelupiste", "gemensam kundservicepunkt", "joint service point"),
    "authority": ("virasto", "ämbetsverk", "government office"),
}
_ASSUMED = "assumption: after the pattern of another region, scaled to the residents around; replace"
_NETWORK = "plan"


@dataclass
class Built:
    """Rows of the tables of points and staff that a new region gets."""

    points: Rows
    services: Rows
    hours: Rows
    officials: Rows
    places: Rows
    networks: Rows


def build_towns(pattern: Pattern, municipalities: pd.DataFrame, residents: pd.Series, n: int) -> Built:
    """Return the points and officials of a region whose `n` largest municipalities become towns.

    Parameters
    ----------
    municipalities
        municipality, name_fi, name_sv, name_en, lat, lon.
    residents
        Residents by municipality.

    Notes
    -----
    A quarter of the towns is of a larger class than the rest, and so on upwards. Officials are scaled by the
    square-root rule: if *c* of them serve the offered load *a* with *c = a + sqrt(a)*, the load *a'* of the
    residents around a new town asks for *a' + sqrt(a')*.

    References
    ----------
    Whitt, W. (1992), Understanding the efficiency of multi-server service systems, Management Science 38(5).
    """
    ranked = residents.sort_values(ascending=False, kind="stable").index[:n]
    sizes = {name: pattern.towns[_class(rank, n, len(pattern.towns))] for rank, name in enumerate(ranked)}
    joint = municipalities.set_index("municipality").loc[list(ranked)].reset_index()
    joint["size_class"] = [sizes[name].size for name in ranked]
    by_order = residents.reindex(municipalities["municipality"]).to_numpy()
    built = Built([], [], [], [], [], [])
    large = joint[joint["size_class"] == LARGE] if (joint["size_class"] == LARGE).any() else joint
    for row in records(joint):
        town = sizes[row["municipality"]]
        around = surroundings(municipalities, by_order, joint, row["municipality"], row["size_class"])
        pool = _pool_of(row, large)
        ratio = around / town.residents
        _build(built, town, row, ratio, pool)
        if row["municipality"] in set(large["municipality"]):
            _staff_pool(built, pattern, pool, ratio)
    return built


def _class(rank: int, n: int, classes: int) -> int:
    """Return the size class of the town of a rank, 0 the largest."""
    return next((k for k in range(classes - 1) if rank < ceil(n / 2 ** (2 * (classes - 1 - k)))), classes - 1)


def _pool_of(row: dict[str, Any], large: pd.DataFrame) -> str:
    """Return the remote pool of a town: that of the nearest large one."""
    apart = (large["lat"] - row["lat"]) ** 2 + ((large["lon"] - row["lon"]) / 2) ** 2
    return f"{slug(large.loc[apart.idxmin(), 'municipality'])}_pool"


def _build(built: Built, town: Town, row: dict[str, Any], ratio: float, pool: str) -> None:
    """Add one town, its officials scaled by `ratio`, the residents around over those of the pattern."""
    start, old = slug(row["municipality"]), slug(town.municipality)
    renamed = {point: f"{start}_{point.removeprefix(f'{old}_')}" for point in town.points["point"]}
    for point in records(town.points):
        words = _words(town, point)
        built.points.append(_point(point, row, words, renamed[point["point"]], pool))
        built.networks.append(_assumed({"network": _NETWORK, "point": renamed[point["point"]]}))
    for name, table in (("services", town.services), ("hours", town.hours)):
        getattr(built, name).extend(
            _assumed(entry | {"point": renamed[entry["point"]]}) for entry in records(table)
        )
    scaled = [_official(entry, ratio) for entry in records(town.officials)]
    for entry in scaled:
        entry["row"] = f"{start}_{str(entry['row']).removeprefix(f'{old}_')}"
        entry["works_at"] = renamed[entry["works_at"]]
    built.officials += scaled
    for entry in records(town.places):
        built.places.append(_places(entry, renamed[entry["point"]], ratio))


def _words(town: Town, point: dict[str, Any]) -> dict[str, str]:
    """Return by language what its authority calls a point of its own, else what its kind is called."""
    general = _CALLED[point["type"]]
    own = town.offices.get(point["point"], ("", "", ""))
    return {lang: own[k] or general[k] for k, lang in enumerate(("fi", "sv", "en"))}


def _point(
    point: dict[str, Any], row: dict[str, Any], words: dict[str, str], name: str, pool: str
) -> dict[str, Any]:
    names = {f"name_{lang}": f"{row[f'name_{lang}']}, {word}" for lang, word in words.items()}
    return _assumed(
        point
        | names
        | {
            "point": name,
            "municipality": row["municipality"],
            "lat": row["lat"],
            "lon": row["lon"],
            "remote_pool": pool if point["remote_pool"] else "",
            "competes_for": "",
            "note": "",
        }
    )


def _official(entry: dict[str, Any], ratio: float) -> dict[str, Any]:
    """Return a roster row scaled to another load; officials on call stay what they are."""
    count = entry["count"] if entry["on_call"] else scaled_count(int(entry["count"]), ratio)
    diary = min(count, ceil(entry["diary"] * count / max(entry["count"], 1)))
    bounds = {"low": max(0, count - 1), "high": count + 1}
    return _assumed(entry | bounds | {"staffing": _NETWORK, "count": count, "diary": diary})


def scaled_count(count: int, ratio: float) -> int:
    """Return the officials for `ratio` times the load that `count` serve, at least 1.

    >>> scaled_count(12, 1.0), scaled_count(12, 4.0), scaled_count(12, 0.1)
    (12, 42, 2)
    """
    load = ((sqrt(4 * count + 1) - 1) / 2) ** 2 * ratio
    return max(1, ceil(round(load + sqrt(load), 6)))


def _places(entry: dict[str, Any], point: str, ratio: float) -> dict[str, Any]:
    kinds: tuple[str, ...] = ("counter", "closed_room", "remote_station")
    counts = {kind: scaled_count(int(entry[kind]), ratio) if entry[kind] else 0 for kind in kinds}
    return _assumed(entry | counts | {"staffing": _NETWORK, "point": point, "note": ""})


def _staff_pool(built: Built, pattern: Pattern, pool: str, ratio: float) -> None:
    """Add the officers of one remote pool."""
    start, old = pool.removesuffix("_pool"), slug(pattern.towns[0].municipality)
    for entry in records(pattern.pool):
        row = _official(entry, ratio)
        name = f"{start}_{str(row['row']).removeprefix(f'{old}_')}"
        built.officials.append(row | {"row": name, "works_at": pool})


def _assumed(entry: dict[str, Any]) -> dict[str, Any]:
    return entry | {"source": _ASSUMED, "confidence": "assumption"}


def slug(name: str) -> str:
    """Return a name as it stands in names of points: small ASCII letters, digits and underscores.

    >>> slug("Hämeen Koski")
    'hameen_koski'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "".join(letter if letter.isalnum() else "_" for letter in plain)
