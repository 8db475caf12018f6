"""Draws of everything uncertain in a projection, driver by driver."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.config.registry import Parameter, Parameters, Registry
from sim.demand.projection import Assumption, Projection
from sim.streams import stream_key, uniform

type Floats = NDArray[np.float64]

#: The drivers of change, in the order of reports.
DRIVERS = (
    "population",
    "ageing",
    "foreign",
    "adoption",
    "coverage",
    "duty",
    "need",
    "cottages",
    "season",
)
#: Drivers that are positions between tables rather than parameters of the registry.
_POSITIONS = ("population", "ageing", "adoption")
#: Driver of each uncertain parameter by the beginning of its name.
_OF_PARAMETER = {
    "foreign_language_share": "foreign",
    "foreign_concentration": "foreign",
    "digital_coverage": "coverage",
    "duty_change_2030": "duty",
    "in_person_duty": "duty",
    "need_growth_2019_2030": "need",
    "matter_share": "need",
    "cottage_owners_outside": "cottages",
    "cottage_persons": "cottages",
    "cottage_use_days": "cottages",
    "cottage_need_ratio": "cottages",
    "day_after_holiday_factor": "season",
}


@dataclass(frozen=True)
class Draws:
    """Draws of the uncertain parameters and positions.

    Attributes
    ----------
    projection
        Of what.
    luck
        (n,) uniform numbers by key of parameter or by driver that is a position.
    ranged
        Uncertain parameters by key.
    """

    projection: Projection
    luck: dict[str, Floats]
    ranged: dict[str, Parameter]

    @property
    def n(self) -> int:
        """Number of draws."""
        return len(next(iter(self.luck.values())))

    def assumption(self, draw: int, without: Collection[str] = ()) -> Assumption:
        """Return the assumptions of one draw; drivers named in `without` stay at the scenario's values."""
        base = self.projection.base
        values = base.params.as_dict()
        for key, parameter in self.ranged.items():
            if driver_of(key) not in without:
                values[key] = triangular(self.luck[key][draw], parameter, values[key])
        _keep_services(values)
        place = {name: float(self.luck[name][draw]) for name in _POSITIONS if name not in without}
        return Assumption(
            Parameters(values),
            place.get("population", base.series),
            2 * symmetric(place["ageing"]) - 1 if "ageing" in place else base.ageing,
            _around(symmetric(place["adoption"]), base.adoption) if "adoption" in place else base.adoption,
        )


def make_draws(projection: Projection, n: int, seed: int, *, together: bool = False) -> Draws:
    """Return `n` draws of all drivers.

    Parameters
    ----------
    seed
        Seed of the streams; each parameter has its own, so a new one moves no other draw.
    together
        Whether all parameters of a driver move together instead of each by itself.

    Notes
    -----
    Parameters are triangular with the scenario's value as mode, the registry's range as ends; the widest of
    the usual shapes for *base, low, high*. The population is uniform between the region's two series; age
    structure and adoption take one position in their ranges for all places and ages, triangular round base.
    """
    rows = Registry.from_region(projection.region).ranged()
    ranged = {row.key: row for row in rows if driver_of(row.key) and _matters(row, projection)}
    luck = {}
    for key in (*_POSITIONS, *ranged):
        stream = driver_of(key) if together and key in ranged else key
        luck[key] = uniform(stream_key(seed, 0, f"projection {stream}"), np.arange(n))
    return Draws(projection, luck, ranged)


def _keep_services(values: dict[str, float]) -> None:
    """Raise drawn coverage to that of the year before it: e-services once offered are not taken back."""
    before: dict[str, float] = {}
    for key in sorted(key for key in values if key.startswith("digital_coverage.")):
        subject = key.rpartition(".")[0]
        values[key] = before[subject] = max(values[key], before.get(subject, 0.0))


def driver_of(key: str) -> str | None:
    """Return the driver to which a parameter belongs, None for one that moves no yearly volume here.

    >>> driver_of("digital_coverage.Office.2030")
    'coverage'
    """
    return _OF_PARAMETER.get(key.split(".")[0])


def _matters(row: Parameter, projection: Projection) -> bool:
    """Return whether a parameter can act: growth does not where the reading fixes it."""
    return projection.fixed_growth is None or not row.key.startswith("need_growth")


def triangular(luck: float, row: Parameter, mode: float) -> float:
    """Return the triangular number at probability `luck`, between the ends of a row with a given mode."""
    low, high = min(row.low, mode), max(row.high, mode)
    turn = (mode - low) / (high - low)
    if luck < turn:
        return low + float(np.sqrt(luck * (high - low) * (mode - low)))
    return high - float(np.sqrt((1.0 - luck) * (high - low) * (high - mode)))


def symmetric(luck: float) -> float:
    """Return the number at probability `luck` of the symmetric triangle on [0, 1].

    >>> symmetric(0.5)
    0.5
    """
    return float(np.sqrt(luck / 2)) if luck < 0.5 else 1.0 - float(np.sqrt((1.0 - luck) / 2))


def _around(position: float, base: float) -> float:
    """Return a place in [0, 1] as position in a range whose middle is the scenario's own position."""
    return base + (2 * position - 1) * (1 - base if position > 0.5 else 1 + base)


def evaluate(
    draws: Draws,
    without: Collection[str] = (),
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Floats, Floats]:
    """Return (n, A) expected visits and (n, A) legal floors of the draws.

    Parameters
    ----------
    without
        Drivers that stay at the scenario's values.
    progress
        Called with the number of draws done and in all.
    """
    visits, floors = [], []
    for draw in range(draws.n):
        found = draws.projection.expect(draws.assumption(draw, without))
        visits.append(found.visits)
        floors.append(found.floor)
        progress(draw + 1, draws.n)
    return np.array(visits), np.array(floors)
