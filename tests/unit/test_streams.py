"""Keyed random numbers: uniform, independent between streams, the same in numpy and compiled code."""

import numpy as np

from sim.demand.kernel import uniforms
from sim.streams import TICK, on_tick, stream_key, uniform

_IDS = np.arange(200_000, dtype=np.int64)


def test_numpy_and_compiled_code_draw_the_same_bits() -> None:
    ids = _IDS[:5_000] * 7_919_000_003
    key, compiled = stream_key(5, 3, "x"), np.empty(5_000)
    uniforms(key, ids, compiled)
    assert np.array_equal(uniform(key, ids), compiled)


def test_draws_are_uniform() -> None:
    for stride in (1, 64, 1 << 18, 1 << 40):  # ids are structured: persons, ordinals, follow-ups
        draws = uniform(stream_key(1, 0, "flat"), _IDS * stride)
        counts = np.histogram(draws, bins=100, range=(0, 1))[0]
        chi_square = ((counts - len(_IDS) / 100) ** 2 / (len(_IDS) / 100)).sum()
        assert chi_square < 99 + 5 * np.sqrt(2 * 99), stride


def test_streams_and_neighbouring_ids_are_uncorrelated() -> None:
    one, two = (uniform(stream_key(1, 0, name), _IDS) for name in ("one", "two"))
    limit = 5 / np.sqrt(len(_IDS))
    assert abs(np.corrcoef(one, two)[0, 1]) < limit
    assert abs(np.corrcoef(one[:-1], one[1:])[0, 1]) < limit


def test_keys_differ_by_seed_replication_and_name() -> None:
    keys = {
        int(stream_key(seed, rep, name)) for seed in (0, 1) for rep in (0, 1) for name in ("a", "b", "ab")
    }
    assert len(keys) == 12


def test_minutes_lie_on_the_clock_tick() -> None:
    minutes = on_tick(uniform(stream_key(2, 0, "minutes"), _IDS) * 1440)
    assert np.array_equal(minutes / TICK, np.rint(minutes / TICK))
    assert (minutes[:-1] + minutes[1:] - minutes[1:] == minutes[:-1]).all()
