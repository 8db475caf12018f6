"""Where tests keep compiled code, and how hypothesis looks for examples.

numba's cache notices a change in the compiled file only, not in what it imports. So the tests keep theirs
in a folder named after the content of all of it: nothing stale is ever tested, and the processes that tests
start find what has been compiled already. A folder that the environment names goes first.

The whole suite runs in two processes, a file in one of them; chosen tests run in one, as `-n` says otherwise.
"""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import Phase, settings

ROOT = Path(__file__).parents[1]
#: What the compiled modules are compiled from.
SOURCES = (
    "visits.py",
    "queues/setting.py",
    "queues/compiled_engine.py",
    "demand/kernel.py",
    "outcomes/columns.py",
    "outcomes/grouping.py",
    "outcomes/kernel.py",
)


def content_of(sources: tuple[str, ...]) -> str:
    """Return a digest of the files of `sim/` named in `sources`."""
    return sha256(b"".join((ROOT / "sim" / name).read_bytes() for name in sources)).hexdigest()[:12]


os.environ.setdefault("NUMBA_CACHE_DIR", str(ROOT / ".numba_cache" / content_of(SOURCES)))

settings.register_profile("usual", max_examples=200)
# For runs in which tests are meant to fail: the smallest example that does is of no interest.
settings.register_profile("unshrunk", max_examples=60, phases=[Phase.explicit, Phase.generate])
settings.load_profile("usual")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Spread the whole suite over two processes unless the command line says how many."""
    # A worker meets this hook too, and must not start workers of its own.
    worker = "PYTEST_XDIST_WORKER" in os.environ
    whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not worker
    if whole and config.option.numprocesses is None and not config.option.usepdb:
        config.option.numprocesses = 2
        config.option.dist = "loadfile"
