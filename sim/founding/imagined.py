"""Imagines a region of any size: the start of a skeleton, and countries to measure the program with.

No luck is in it: sizes follow the rank-size rule of settlements, centres lie on a sunflower spiral.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd, pi

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.errors import InputError, Problem
from sim.founding.given import Given
from sim.population.homes import Plane
from sim.population.margins import largest_remainder

#: Area of a municipality [km²] and middle of the land that is imagined: those of Finland, about.
_AREA, _MIDDLE = 1000.0, (62.0, 25.5)
#: Rank-size rule: a municipality's size goes with 1 / (rank + this).
_FLATTENING = 1.0
_GOLDEN_ANGLE = pi * (3.0 - 5.0**0.5)
#: Municipal codes have three digits.
_MOST = 999
_ASSUMED = "assumption: imagined"


@dataclass(frozen=True)
class Size:
    """How large an imagined region is.

    Attributes
    ----------
    municipalities, residents, cottages
        Numbers of each; every municipality has a resident.
    """

    municipalities: int = 3
    residents: int = 12_000
    cottages: int = 600


def imagine(size: Size, years: tuple[int, int]) -> Given:
    """Return an imagined region whose population stays the same over `years`.

    Raises
    ------
    InputError
        If there are more municipalities than residents or codes.
    """
    n = size.municipalities
    if not 1 <= n <= min(_MOST, size.residents):
        message = f"{n} municipalities; allowed: 1 to {_MOST}, and not more than residents"
        raise InputError(Problem("new-region", message))
    names = [f"Kunta {number:03d}" for number in range(1, n + 1)]
    lat, lon = _centres(n)
    places = pd.DataFrame(
        {
            "municipality": names,
            "code": [f"{number:03d}" for number in range(1, n + 1)],
            "name_fi": names,
            "name_sv": [name.replace("Kunta", "Kommun") for name in names],
            "name_en": [name.replace("Kunta", "Municipality") for name in names],
            "lat": lat.round(4),
            "lon": lon.round(4),
        }
    )
    by_rank = 1.0 / (np.arange(n, dtype=np.float64) + 1.0 + _FLATTENING)
    persons = 1 + largest_remainder(by_rank, size.residents - n)
    population = pd.concat(
        [pd.DataFrame({"municipality": names, "year": year, "persons": persons}) for year in years]
    )
    cottages = pd.DataFrame({"municipality": names, "cottages": largest_remainder(np.ones(n), size.cottages)})
    return Given(
        places,
        population,
        ages=pd.DataFrame(columns=["municipality", "year", "age_group", "persons"]),
        cottages=cottages,
        drives=pd.DataFrame(columns=["from", "to", "minutes"]),
        sources=dict.fromkeys(("municipalities", "population", "cottages"), _ASSUMED),
        assumed=True,
    )


def _centres(n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return latitudes and longitudes of `n` centres, the large ones spread over the land."""
    step = max(1, round(0.618 * n))
    while gcd(step, n) > 1:
        step += 1
    seat = (np.arange(n) * step) % n
    radius = np.sqrt(_AREA / pi * seat)
    angle = _GOLDEN_ANGLE * seat
    km = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
    return Plane(*_MIDDLE).degrees(km)
