"""What a queue costs at the least: one compiled pass over plain arrays, first come first served."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray


@numba.njit(cache=True)
def starts(
    queue: NDArray[np.int64],
    arrival: NDArray[np.float64],
    service_time: NDArray[np.float64],
    servers: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return when each visit begins (n,) [min].

    Parameters
    ----------
    queue, arrival, service_time
        Of each visit (n,), sorted by queue and arrival; a queue is one counter on one day.
    servers
        Servers of each queue.
    """
    start = np.empty(queue.size)
    free = np.zeros(servers.max())
    for i in range(queue.size):
        c = servers[queue[i]]
        if i == 0 or queue[i] != queue[i - 1]:
            free[:c] = 0.0
        first = 0
        for server in range(1, c):
            if free[server] < free[first]:
                first = server
        start[i] = max(arrival[i], free[first])
        free[first] = start[i] + service_time[i]
    return start
