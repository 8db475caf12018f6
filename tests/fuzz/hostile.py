"""What a hostile or tired hand writes: values, texts, and places in a document to put them."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from functools import wraps
from types import FrameType
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

#: Cases a test in the quick run; the slow tier asks for many more with VISITSIM_FUZZ.
CASES = int(os.environ.get("VISITSIM_FUZZ", "0")) or 40
_SETTINGS = settings(
    max_examples=CASES,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.function_scoped_fixture,
        HealthCheck.data_too_large,
    ],
)
#: Nothing may hang: most work of a case [CPU s]. On a busy machine no clock on the wall tells a hang.
MOST_WORK = 60


def fuzz[**P](test: Callable[P, None]) -> Callable[P, None]:
    """Try a test on many cases, each within `MOST_WORK`; stands above `given`."""
    handle = test.hypothesis  # type: ignore[attr-defined]
    handle.inner_test = _bounded(handle.inner_test)
    return _SETTINGS(test)


def _bounded[**P](test: Callable[P, None]) -> Callable[P, None]:
    @wraps(test)
    def bounded(*args: P.args, **kwargs: P.kwargs) -> None:
        before = signal.signal(signal.SIGPROF, _give_up)
        signal.setitimer(signal.ITIMER_PROF, MOST_WORK)
        try:
            test(*args, **kwargs)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)

    return bounded


def _give_up(_number: int, _frame: FrameType | None) -> None:
    raise TimeoutError(f"a case took more than {MOST_WORK} s of work")


TEXTS = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "nan",
            ".inf",
            "-1",
            "1e400",
            "null",
            "~",
            "yes",
            "2030-02-30",
            "25:00",
            "09:00-08:00",
            "Mon-Mon,Xyz",
            "../../etc/passwd",
            "/dev/zero",
            "file:///etc/passwd",
            "a\x00b",
            "\ufeff",
            "Ä" * 300,
            "x" * 5000,
            "%s%n",
            "{{7*7}}",
            "<script>",
            "=1+1",
            "'; drop table runs; --",
            "1_000",
            "٣",
            "0x10",
            "1e3",
            "5th Mon",
            "eves",
            "guidance",
            "all",
        ]
    ),
    st.text(max_size=30),
)
NUMBERS = st.one_of(
    st.sampled_from(
        [0, -1, 1, 2**31, 2**63, 10**30, -0.0, 1e-300, 1e300, float("nan"), float("inf"), 0.5, 1.0000001]
    ),
    st.integers(-(10**6), 10**6),
    st.floats(),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)


def places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every key and item of a document."""
    items = (
        document.items()
        if isinstance(document, dict)
        else enumerate(document)
        if isinstance(document, list)
        else ()
    )
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


def put(document: Any, path: tuple[Any, ...], value: Any) -> None:
    """Put a value at a path of a document."""
    for key in path[:-1]:
        document = document[key]
    document[path[-1]] = value
