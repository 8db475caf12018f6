"""Both engines write the same files, byte for byte, for every scenario that is shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from tests.conftest import ROOT
from tests.e2e.commands import visitsim

SHIPPED = sorted(path.stem for path in (ROOT / "configs").glob("*.yaml"))


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SHIPPED)
def test_visits_and_metrics_are_the_same_bytes(scenario: str, tmp_path: Path) -> None:
    files = {}
    for engine in ("simpy", "compiled"):
        out = tmp_path / engine
        words = ("--visits", "--replications", "1", "--workers", "1", "--no-updated")
        done = visitsim("run", scenario, "--engine", engine, *words, "--out", str(out))
        assert done.returncode == 0, done.stderr
        folder = sim.load(out).folder
        files[engine] = {name: (folder / name).read_bytes() for name in ("visits.parquet", "metrics.parquet")}
    assert files["simpy"] == files["compiled"]
    assert len(sim.load(out).visits) > 10_000
