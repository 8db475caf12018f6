"""Break a rule in a copy of the program, run the tests of the queues on it, and tell which of them fail."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.mutations.mutants import Mutant, Patch

ROOT = Path(__file__).parents[2]
ENGINES = ("simpy", "compiled")
TESTS = ("tests/unit/queues", "tests/property/test_queue_laws.py")
#: Asked about rules on which theory has a say: they take longer.
THEORY = ("tests/analytic/test_engine_against_theory.py",)
#: What pytest says of a failed test, and of a broken law.
_FAILED = re.compile(r"^FAILED \S+?([^/:]+)\.py::(?:\w+::)?(\w+)(?:\[(.+)\])?", re.MULTILINE)
_LAW = re.compile(r"broken law: (\w+)")


@dataclass(frozen=True)
class Verdict:
    """What the tests say of a broken rule.

    Attributes
    ----------
    unit, laws, theory
        Names of the unit tests, laws and queues of theory that fail.
    """

    unit: tuple[str, ...]
    laws: tuple[str, ...]
    theory: tuple[str, ...]

    @property
    def noticed(self) -> bool:
        """Whether a test fails."""
        return bool(self.unit or self.laws or self.theory)


def replaced(text: str, patch: tuple[tuple[str, str], ...]) -> str:
    """Return `text` with the replacements of a patch.

    Raises
    ------
    ValueError
        If what is to be replaced does not occur exactly once: the program has changed, renew the mutant.
    """
    for old, new in patch:
        if text.count(old) != 1:
            raise ValueError(f"occurs {text.count(old)} times, not once: {old!r}")
        text = text.replace(old, new)
    return text


def copy_of_program(folder: Path) -> Path:
    """Copy what the tests of the queues need to `folder` and return it."""
    ignored = shutil.ignore_patterns("__pycache__", "data", "e2e", "locale")
    for name in ("sim", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copy2(ROOT / "pyproject.toml", folder)
    return folder


@contextmanager
def broken(folder: Path, patch: Patch) -> Iterator[None]:
    """Apply a patch to a copy of the program, and take it back afterwards."""
    files = {folder / "sim/queues" / f"{module}.py": changes for module, changes in patch.items()}
    try:
        for path, changes in files.items():
            path.write_text(replaced(path.read_text(), changes))
        yield
    finally:
        for path in files:  # with its time, by which numba knows that nothing has changed
            shutil.copy2(ROOT / path.relative_to(folder), path)


def examine(folder: Path, mutant: Mutant, engine: str) -> Verdict:
    """Return what the tests say when `engine` breaks the rule of `mutant`.

    Parameters
    ----------
    folder
        A copy of the program, see `copy_of_program`.
    """
    other = ENGINES[1 - ENGINES.index(engine)]
    with broken(folder, mutant.patch(engine)):
        return _verdict(_output_of(TESTS + THEORY * mutant.queueing, folder, f"not {other}"))


def _output_of(tests: tuple[str, ...], folder: Path, chosen: str) -> str:
    """Return what pytest prints of the tests of one engine."""
    options = ("-q", "-rf", "--tb=short", "-p", "no:cacheprovider", "--hypothesis-profile=unshrunk")
    # Each broken engine is compiled once; a rule broken in the other one leaves it as it is.
    environment = os.environ | {"NUMBA_CACHE_DIR": str(folder / "numba"), "COLUMNS": "400"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "-k", chosen, *tests],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout


def _verdict(output: str) -> Verdict:
    """Read what pytest has printed."""
    unit, theory, desks = [], [], []
    for module, test, parameters in _FAILED.findall(output):
        if module == "test_engine_against_theory":
            theory.append(parameters.split("-", 1)[-1])
        elif test == "test_one_more_identical_desk_never_hurts":
            desks.append("one_more_identical_desk_never_hurts")
        elif module != "test_queue_laws":
            unit.append(test.removeprefix("test_"))
    laws = dict.fromkeys([*_LAW.findall(output), *desks])
    return Verdict(tuple(dict.fromkeys(unit)), tuple(laws), tuple(dict.fromkeys(theory)))
