"""Keyed random numbers: a draw is a pure function of a stream's key and an entity's id.

No generator is carried about, so adding a person, a point or a stream moves no other draw, and the
same person meets the same luck in every scenario (common random numbers).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Weyl constant and multipliers of the 64-bit finaliser "variant 13".
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLY_1 = np.uint64(0xBF58476D1CE4E5B9)
_MULTIPLY_2 = np.uint64(0x94D049BB133111EB)
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))
_TO_UNIT = 2.0**-53
_DROP = np.uint64(11)

#: Minutes are whole multiples of this tick, so sums and differences of times are exact in floats.
TICK = 1.0 / 65536.0


def stream_key(seed: int, replication: int, name: str) -> np.uint64:
    """Return the key of stream `name` in one replication.

    The scenario is not part of the key: that is what makes random numbers common to all options.

    >>> int(stream_key(1, 0, "homes")) == int(stream_key(1, 0, "homes"))
    True
    >>> int(stream_key(1, 0, "homes")) == int(stream_key(1, 1, "homes"))
    False
    """
    letters = [ord(letter) for letter in name]
    state = np.random.SeedSequence([seed, replication, *letters]).generate_state(1, np.uint64)
    return np.uint64(state[0])


def mix(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scramble 64-bit words so that every bit of the result depends on every bit of `z`.

    References
    ----------
    Steele, Lea and Flood (2014), *Fast splittable pseudorandom number generators*; constants of
    Stafford's variant 13.
    """
    z = (z ^ (z >> _SHIFTS[0])) * _MULTIPLY_1
    z = (z ^ (z >> _SHIFTS[1])) * _MULTIPLY_2
    return z ^ (z >> _SHIFTS[2])


def uniform(key: np.uint64, ids: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return one number in [0, 1) for each id.

    Parameters
    ----------
    key
        Key of the stream, see `stream_key`.
    ids
        Entity ids, any shape.

    Returns
    -------
    ndarray of float64, shape of `ids`
        Multiples of 2**-53.
    """
    with np.errstate(over="ignore"):
        word = mix(mix(np.asarray(ids).astype(np.uint64) * GOLDEN + key) + GOLDEN)
    return (word >> _DROP).astype(np.float64) * _TO_UNIT


def on_tick(minutes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round minutes to the tick of the clock (1/65 536 min)."""
    rounded: NDArray[np.float64] = np.rint(minutes / TICK) * TICK
    return rounded
