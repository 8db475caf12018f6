"""Rooms: memory is handed on when, and only when, nobody looks at it any more."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from sim.demand.room import Rooms

ROW = np.dtype([("id", "i8"), ("share", "f4")])


def test_a_view_keeps_the_room_of_its_array() -> None:
    rooms = Rooms()
    table = rooms.empty(500, ROW)
    ids, address = table["id"][10:20], table.ctypes.data
    del table
    assert rooms.empty(500, ROW).ctypes.data != address
    del ids
    assert rooms.empty(500, ROW).ctypes.data == address


def test_a_room_serves_a_little_less_and_never_more() -> None:
    rooms = Rooms()
    address = rooms.empty(1000, ROW).ctypes.data
    assert rooms.empty(990, ROW).ctypes.data == address
    larger = rooms.empty(2000, ROW)
    larger[:] = 0  # a room too small would end here
    assert len(larger) == 2000


def test_nothing_is_a_room_too() -> None:
    assert len(Rooms().empty(0, ROW)) == 0


def test_threads_never_share_a_room() -> None:
    rooms = Rooms()

    def use(number: int) -> bool:
        for _ in range(200):
            table = rooms.empty(300, np.dtype("i8"))
            table[:] = number
            if (table != number).any():
                return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(use, range(4)))
