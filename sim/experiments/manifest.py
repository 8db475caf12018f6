"""The manifest: where a result comes from, written before the first run and completed after the last."""

from __future__ import annotations

import datetime as dt
import json
import platform
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import sim
from sim.config import Scenario
from sim.errors import InputError, Problem
from sim.experiments.parts import write_atomically
from sim.region import load_region

#: File in a run folder.
NAME = "manifest.json"

#: Packages whose version may change a number.
_PACKAGES = ("mesa", "numba", "numpy", "pandas", "pyarrow", "scipy", "simpy", "holidays", "pydantic")


def new_manifest(scenario: Scenario, command: Sequence[str], workers: int) -> dict[str, Any]:
    """Return the manifest of a scenario that is about to run.

    Parameters
    ----------
    scenario
        What will run.
    command
        Words of the command that asked for it.
    workers
        Number of worker processes.
    """
    region = load_region(scenario.region)
    return {
        "status": "running",
        "started": now(),
        "command": list(command),
        "workers": workers,
        "seed": scenario.run.seed,
        "replications": scenario.run.replications,
        "engine": scenario.run.engine,
        "digest": scenario.digest(),
        "region": {"name": region.name, "digest": region.digest},
        "versions": versions(),
        "git": git_state(),
        "scenario": scenario.resolved(),
    }


def versions() -> dict[str, str]:
    """Return the versions of the program, its model, Python and the packages that do the arithmetic."""
    found = {
        "visitsim": sim.__version__,
        "model": sim.MODEL_VERSION,
        "python": platform.python_version(),
        "platform": platform.platform(),
    }
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def git_state() -> dict[str, Any] | None:
    """Return commit and dirty flag of the checkout the program runs from, or None outside one."""
    folder = Path(sim.__file__).parent
    commit = _git(folder, "rev-parse", "HEAD")
    if commit is None:
        return None
    changed = _git(folder, "status", "--porcelain", "--untracked-files=no")
    return {"commit": commit, "dirty": bool(changed)}


def _git(folder: Path, *words: str) -> str | None:
    try:
        command = ["git", "-C", str(folder), *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)  # noqa: S603 - our own words, no shell
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def now() -> str:
    """Return the time in UTC, to the millisecond."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest of a run folder, whole or not at all."""
    text = json.dumps(manifest, indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def write(path: Path) -> None:
        path.write_text(text, "utf-8")

    write_atomically(folder / NAME, write)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a run folder.

    Raises
    ------
    InputError
        There is none, or it can't be read.
    """
    path = folder / NAME
    try:
        manifest = json.loads(path.read_text("utf-8"))
        if not isinstance(manifest, dict):
            raise ValueError("it holds no keys")
        return manifest
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(Problem(str(path), f"is no readable manifest of a run: {error}")) from None


def command_line() -> list[str]:
    """Return the words of this process's command, the program by its name only."""
    return [Path(sys.argv[0]).name, *sys.argv[1:]]
