"""Closed forms of queueing theory against which the engines are proved.

Rates are per minute and times in minutes throughout; `servers` is c, the offered load a = λE[S] is in Erlang.
Systems that must be stable for their formula to hold raise ``ValueError`` when they are not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import exp
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

_Slope = Callable[[float, NDArray[np.float64]], NDArray[np.float64]]


class ErlangA(NamedTuple):
    """What a queue with exponential patience comes to in the long run."""

    wait_probability: float  #: share of arrivals that are not served at once
    abandonment_fraction: float  #: share of arrivals that give up
    wait: float  #: mean time in the queue of all who arrive, served or not [min]


class OpeningDay(NamedTuple):
    """The expected course of a day that begins with an empty system."""

    minutes: NDArray[np.float64]  #: (n,) minutes after opening [min]
    queue_length: NDArray[np.float64]  #: (n,) expected number of people waiting
    busy: NDArray[np.float64]  #: (n,) expected number of busy servers
    wait: float  #: expected wait of an arrival, over the whole day [min]


def offered_load(arrival_rate: float, service_time: float) -> float:
    """Return the offered load a = λE[S] [Erlang].

    >>> offered_load(0.25, 12.0)
    3.0
    """
    return arrival_rate * service_time


def erlang_b(servers: int, load: float) -> float:
    """Return the share of arrivals lost in M/G/c/c.

    Parameters
    ----------
    servers
        Number of servers, >= 0.
    load
        Offered load [Erlang], >= 0.

    References
    ----------
    Erlang (1917); recursion as in Cooper (1981), *Introduction to Queueing Theory*, sec. 3.3.

    Examples
    --------
    >>> erlang_b(1, 1.0)
    0.5
    """
    lost = 1.0
    for server in range(1, servers + 1):
        lost = load * lost / (server + load * lost)
    return lost


def erlang_c(servers: int, load: float) -> float:
    """Return the share of arrivals that must wait in M/M/c.

    Raises
    ------
    ValueError
        If the load is not less than the number of servers.

    References
    ----------
    Erlang (1917); Gross et al. (2008), *Fundamentals of Queueing Theory*, 4th ed., sec. 2.3.
    """
    _check_stable(load / servers)
    lost = erlang_b(servers, load)
    return lost / (1 - load / servers * (1 - lost))


def mmc_wait(arrival_rate: float, service_time: float, servers: int) -> float:
    """Return the mean wait W_q in M/M/c [min]; with one server, in M/M/1.

    References
    ----------
    Gross et al. (2008), sec. 2.3.

    Examples
    --------
    >>> mmc_wait(0.5, 1.0, 1)
    1.0
    """
    load = offered_load(arrival_rate, service_time)
    return erlang_c(servers, load) * service_time / (servers - load)


def mmc_service_level(arrival_rate: float, service_time: float, servers: int, threshold: float) -> float:
    """Return P(wait <= threshold) in M/M/c served in order of arrival.

    References
    ----------
    Gross et al. (2008), sec. 2.3.3.
    """
    load = offered_load(arrival_rate, service_time)
    return 1 - erlang_c(servers, load) * exp(-(servers - load) * threshold / service_time)


def mg1_wait(arrival_rate: float, service_time: float, service_cv: float) -> float:
    """Return the mean wait in M/G/1 [min]; with `service_cv` 0 in M/D/1, with 1 in M/M/1.

    Parameters
    ----------
    arrival_rate
        λ [1/min].
    service_time
        Mean service time [min].
    service_cv
        Coefficient of variation of the service time.

    References
    ----------
    Pollaczek (1930), Khinchine (1932); Gross et al. (2008), sec. 5.1.

    Examples
    --------
    >>> mg1_wait(0.5, 1.0, 0.0)
    0.5
    """
    utilisation = offered_load(arrival_rate, service_time)
    _check_stable(utilisation)
    return utilisation * service_time * (1 + service_cv**2) / (2 * (1 - utilisation))


def mmck_blocking(arrival_rate: float, service_time: float, servers: int, capacity: int) -> float:
    """Return the share of arrivals that find M/M/c/K full.

    Parameters
    ----------
    arrival_rate
        λ [1/min].
    service_time
        Mean service time [min].
    servers
        c.
    capacity
        K >= c: people inside, waiting or served.

    References
    ----------
    Gross et al. (2008), sec. 2.5.
    """
    rates = [min(state, servers) / service_time for state in range(1, capacity + 1)]
    return float(_birth_death([arrival_rate] * capacity, rates)[-1])


def mmck_wait(arrival_rate: float, service_time: float, servers: int, capacity: int) -> float:
    """Return the mean wait of those admitted to M/M/c/K [min]; see `mmck_blocking`.

    References
    ----------
    Gross et al. (2008), sec. 2.5; Little's law.
    """
    rates = [min(state, servers) / service_time for state in range(1, capacity + 1)]
    shares = _birth_death([arrival_rate] * capacity, rates)
    waiting = np.maximum(np.arange(capacity + 1) - servers, 0)
    return float(shares @ waiting / (arrival_rate * (1 - shares[-1])))


def priority_waits(arrival_rates: Sequence[float], service_time: float, servers: int) -> list[float]:
    """Return the mean wait of each class in M/M/c with non-preemptive priorities [min].

    Parameters
    ----------
    arrival_rates
        λ of each class [1/min], the first class served first.
    service_time
        Mean service time, the same for all classes [min].
    servers
        c.

    References
    ----------
    Cobham (1954), *Priority assignment in waiting line problems*, Operations Research 2, 70-76.
    """
    load = offered_load(sum(arrival_rates), service_time)
    unit = erlang_c(servers, load) * service_time / servers
    used = np.cumsum([0.0, *(offered_load(rate, service_time) / servers for rate in arrival_rates)])
    return [float(unit / ((1 - before) * (1 - after))) for before, after in pairwise(used)]


def erlang_a(arrival_rate: float, service_time: float, servers: int, patience: float) -> ErlangA:
    """Return what M/M/c+M comes to: a queue whose people have exponential patience.

    Parameters
    ----------
    arrival_rate
        λ [1/min]; the system is stable at any rate.
    service_time
        Mean service time [min].
    servers
        c.
    patience
        Mean patience [min].

    References
    ----------
    Palm (1957); Mandelbaum and Zeltyn (2007), *Service engineering in action: the Palm/Erlang-A queue*.
    """
    load = offered_load(arrival_rate, service_time)
    states = int(servers + 30 + 12 * load + 12 * arrival_rate * patience)
    numbers = np.arange(1, states + 1)
    deaths = np.minimum(numbers, servers) / service_time + np.maximum(numbers - servers, 0) / patience
    shares = _birth_death([arrival_rate] * states, deaths.tolist())
    queue_length = float(shares @ np.maximum(np.arange(states + 1) - servers, 0))
    return ErlangA(
        wait_probability=float(shares[servers:].sum()),
        abandonment_fraction=queue_length / patience / arrival_rate,
        wait=queue_length / arrival_rate,
    )


def opening_day(
    arrival_rate: Callable[[float], float],
    open_minutes: float,
    service_time: float,
    servers: int,
    n_states: int = 200,
) -> OpeningDay:
    """Return the expected course of M(t)/M/c from an empty system until everybody has been served.

    Parameters
    ----------
    arrival_rate
        λ(t) for t minutes after opening, 0 <= t < `open_minutes` [1/min].
    open_minutes
        Minutes in which people arrive [min].
    service_time
        Mean service time [min].
    servers
        c.
    n_states
        People inside at which the state space is cut off.

    Returns
    -------
    OpeningDay
        On a grid of minutes, to twenty mean services after closing with empty queue.

    References
    ----------
    Kolmogorov's forward equations; Green and Kolesar (1991), *The pointwise stationary approximation for
    queues with nonstationary arrivals*, Management Science 37.
    """
    numbers = np.arange(n_states + 1)
    busy, waiting = np.minimum(numbers, servers), np.maximum(numbers - servers, 0)
    empty = np.zeros(n_states + 3)
    empty[0] = 1.0
    end = open_minutes + service_time * (20 + n_states / servers / 4)
    # The rate jumps at closing, so the two parts are solved one after the other.
    day, course = _solve(_forward(arrival_rate, busy / service_time, waiting), (0.0, open_minutes), empty)
    served = _forward(lambda _: 0.0, busy / service_time, waiting)
    after, rest = _solve(served, (open_minutes, end), course[:, -1])
    course = np.concatenate([course, rest[:, 1:]], axis=1)
    total_wait, arrivals = course[-2:, -1]
    return OpeningDay(
        minutes=np.concatenate([day, after[1:]]),
        queue_length=waiting @ course[:-2],
        busy=busy @ course[:-2],
        wait=float(total_wait / arrivals),
    )


def _solve(
    slope: _Slope, span: tuple[float, float], state: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return minutes (n,) and states (n_states + 3, n), in steps that no hump of the rate slips through."""
    solution = solve_ivp(
        slope, span, state, "LSODA", max_step=(span[1] - span[0]) / 50, rtol=1e-8, atol=1e-10
    )
    return solution.t, solution.y


def _forward(
    arrival_rate: Callable[[float], float], deaths: NDArray[np.float64], waiting: NDArray[np.int64]
) -> _Slope:
    """Return the slope of the states' shares, of the waiting time of all, and of the number of arrivals."""

    def slope(minute: float, state: NDArray[np.float64]) -> NDArray[np.float64]:
        rate = arrival_rate(minute)
        shares = state[:-2]
        flow = deaths[1:] * shares[1:] - rate * shares[:-1]  # from each state down to the one before
        change = np.zeros_like(state)
        change[:-3] += flow
        change[1:-2] -= flow
        change[-2:] = shares @ waiting, rate
        return change

    return slope


def _birth_death(births: Sequence[float], deaths: Sequence[float]) -> NDArray[np.float64]:
    """Return the stationary shares of the states of a birth-and-death process, (n + 1,)."""
    steps = np.log(births) - np.log(deaths)
    log_shares = np.concatenate([[0.0], np.cumsum(steps)])
    shares: NDArray[np.float64] = np.exp(log_shares - log_shares.max())
    return shares / shares.sum()


def _check_stable(utilisation: float) -> None:
    if not 0 <= utilisation < 1:
        raise ValueError(f"the utilisation must be less than 1, it is {utilisation:g}")
