"""No rule of the day at the points can be broken unnoticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutations.harness import ENGINES, ROOT, copy_of_program, examine, replaced
from tests.mutations.mutants import MUTANTS, Mutant

ALL = pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.rule.replace(" ", "-"))
BOTH = pytest.mark.parametrize("engine", ENGINES)


@BOTH
@ALL
def test_mutants_fit_the_program(mutant: Mutant, engine: str) -> None:
    for module, changes in mutant.patch(engine).items():
        source = (ROOT / "sim/queues" / f"{module}.py").read_text()
        assert replaced(source, changes) != source


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_program(tmp_path_factory.mktemp("copy"))


@pytest.mark.slow
@BOTH
@ALL
def test_a_broken_rule_is_noticed(mutant: Mutant, engine: str, copy: Path) -> None:
    assert examine(copy, mutant, engine).noticed
