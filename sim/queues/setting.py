"""What a day at the points is played on: officials, places, doors and shifts, as plain arrays.

`Setting` is the only thing besides the day's visits that a queue engine sees; it is the same for the
SimPy engine and the compiled one, and holds nothing random.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: Values of `Setting.duty`.
OFF, ROSTERED, ON_CALL = 0, 1, 2


class Setting(NamedTuple):
    """Points, officials, doors and hours of a scenario.

    Indices: official ``o`` < O, service ``k`` < K, door ``j`` < J, point ``p`` < P, day type ``t`` < T,
    day ``d`` < D (position in the simulated calendar, run-in included).

    A *service* is what a skill names: an authority's counter at one point, an authority's video desk
    in one remote pool, or guidance at a point. A *door* is an authority's channel at one point and
    carries opening hours. A counter door has a service of its own; the video doors of a pool share one.
    """

    able: NDArray[np.uint8]  # (O, K) 1 where the official has the skill
    skills: NDArray[np.int64]  # (O,) number of skills
    places: NDArray[np.int64]  # (P, 3) counters, closed rooms, remote stations
    guidance: NDArray[np.int64]  # (P,) service that guides at the point, -1: none needed
    door_point: NDArray[np.int64]  # (J,)
    door_service: NDArray[np.int64]  # (J,)
    windows: NDArray[np.float64]  # (T, J, W, 2) opening windows [min], ascending, padded with inf
    shifts: NDArray[np.float64]  # (T, O, S, 2) shift segments without breaks [min], padded with inf
    day_type: NDArray[np.int64]  # (D,)
    duty: NDArray[np.int8]  # (D, O) OFF, ROSTERED or ON_CALL
    fetch_minutes: float  # [min] until an on-call official comes
    balking_queue_length: float  # B: persons waiting per official at which half turn away
    send_away: bool  # closing policy: False serve_all, True send_away


class DayExtra(NamedTuple):
    """What a day leaves behind besides the records of its visits."""

    outside: NDArray[np.float64]  # (O,) minutes worked or held outside the shift segments [min]
    on_call: NDArray[np.float64]  # (O,) minutes present on call [min]
