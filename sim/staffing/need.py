"""How many officials a load needs by the formulas: where a search starts and what shifts must cover."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from sim.staffing.target import Target

type Floats = NDArray[np.float64]

#: Most officials that a formula is tried with.
_MOST = 500
#: Stationary probability at which the tail of the queue is cut off.
_TAIL = 1e-12


def service_level(arrival_rate: float, service_time: float, servers: int, rest: tuple[float, float]) -> float:
    """Return the share of all arrivals that begin service within a wait in M/M/c+M.

    Parameters
    ----------
    arrival_rate
        λ [1/min], > 0.
    service_time
        Mean service time [min], > 0.
    servers
        c >= 1.
    rest
        Mean patience [min] and the wait asked for [min].

    Notes
    -----
    Who finds j people ahead in the queue waits through departures of rates cμ + iθ, i = 0 .. j. The sum of
    those times is −ln(B)/θ with B ~ Beta(cμ/θ, j + 1), and own patience outlasts it with probability B.

    References
    ----------
    Palm (1957); Mandelbaum and Zeltyn (2007), *Service engineering in action: the Palm/Erlang-A queue*.

    Examples
    --------
    >>> round(service_level(1.0, 1.0, 1, (1.0, 1e9)), 6)  # all but those who give up
    0.632121
    """
    patience, wait = rest
    theta, mu = 1.0 / patience, 1.0 / service_time
    shares = _stationary(arrival_rate, mu, servers, theta)
    ahead = np.arange(len(shares) - servers)
    beta, x = servers * mu / theta, np.exp(-theta * wait)
    in_time = beta / (beta + ahead + 1) * (1.0 - betainc(beta + 1.0, ahead + 1.0, x))
    return float(shares[:servers].sum() + shares[servers:] @ in_time)


def _stationary(arrival_rate: float, mu: float, servers: int, theta: float) -> Floats:
    """Return the stationary shares of M/M/c+M, the tail cut off."""
    most = int(servers + 50 + 12 * arrival_rate * (1 / mu + 1 / theta))
    n = np.arange(1, most + 1)
    deaths = np.minimum(n, servers) * mu + np.maximum(n - servers, 0) * theta
    logs = np.concatenate([[0.0], np.cumsum(np.log(arrival_rate / deaths))])
    shares = np.exp(logs - logs.max())
    shares /= shares.sum()
    last = servers + 1 + int(np.flatnonzero(shares > _TAIL).max(initial=servers))
    return np.asarray(shares[: last + 1], np.float64)


def officials_needed(arrival_rate: float, service_time: float, patience: float, target: Target) -> int:
    """Return the fewest officials with whom a steady load meets the target by the formula; 0 for no load.

    >>> officials_needed(0.5, 10.0, 60.0, Target(0.8, 15.0, 0.05, 500))
    6
    """
    if arrival_rate <= 0 or service_time <= 0:
        return 0
    for servers in range(1, _MOST):
        level = service_level(arrival_rate, service_time, servers, (patience, target.wait))
        lost = 1.0 - service_level(arrival_rate, service_time, servers, (patience, np.inf))
        if level >= target.share and lost <= target.lost:
            return servers
    return _MOST


def needed_by_period(load: Floats, service_time: float, patience: float, target: Target) -> NDArray[np.int64]:
    """Return the officials needed in each period of the day by the formula.

    Parameters
    ----------
    load
        (H,) offered load of each period [Erlang].
    service_time, patience
        Means [min].

    Notes
    -----
    Each period is treated as if its load lasted for ever (pointwise stationary approximation). Short
    opening hours never reach that state, so this is a start that a simulation must confirm.

    References
    ----------
    Green and Kolesar (1991), *The pointwise stationary approximation for queues with nonstationary arrivals*.
    """
    rates = load / service_time
    return np.array([officials_needed(rate, service_time, patience, target) for rate in rates], np.int64)
