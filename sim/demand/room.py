"""Memory handed on from replication to replication, so that the system need not clear its pages each time."""

from __future__ import annotations

import threading
import weakref
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Rooms kept while nobody uses them.
_KEPT = 12
#: Rooms are this much larger than asked for, so that the next replication, which differs a little, fits in.
_SPARE = 1.1
#: Bytes of a line of the cache, at which arrays begin.
_LINE = 64


class Rooms:
    """Memory for large arrays that come and go.

    A room belongs to the array made in it, and to all views of that array; it is free when the last is gone.

    Examples
    --------
    >>> rooms = Rooms()
    >>> first = rooms.empty(1000, np.dtype("f8"))
    >>> address = first.ctypes.data
    >>> rooms.empty(1000, np.dtype("f8")).ctypes.data == address
    False
    >>> del first
    >>> rooms.empty(1000, np.dtype("f8")).ctypes.data == address
    True
    """

    def __init__(self) -> None:
        self._free: list[NDArray[np.uint8]] = []
        # An array may go while a room is chosen, so the thread that holds the lock must be let in again.
        self._lock = threading.RLock()

    def empty(self, n: int, dtype: np.dtype[Any]) -> NDArray[Any]:
        """Return an array of `n` elements of any content, in the least free room that holds it."""
        room = self._take(n * dtype.itemsize)
        # By way of a memoryview, because views of an array made from an array belong to the latter.
        array = np.frombuffer(memoryview(room), dtype, n, offset=-room.ctypes.data % _LINE)
        weakref.finalize(array, self._take_back, room).atexit = False
        return array

    def _take(self, needed: int) -> NDArray[np.uint8]:
        """Return a free room of at least so many bytes, of equal ones that used last, or a new one."""
        with self._lock:
            most = needed * _SPARE**2 + _LINE
            fitting = [room for room in reversed(self._free) if needed + _LINE <= len(room) <= most]
            if not fitting:
                return np.empty(int(needed * _SPARE) + _LINE, np.uint8)
            room = min(fitting, key=len)
            self._free = [other for other in self._free if other is not room]
            return room

    def _take_back(self, room: NDArray[np.uint8]) -> None:
        """Keep a room for who asks next; the one kept longest goes if there are too many."""
        with self._lock:
            self._free = [*self._free[-_KEPT + 1 :], room]


#: The rooms of this process.
ROOMS = Rooms()

__all__ = ["ROOMS", "Rooms"]
