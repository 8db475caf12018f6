"""Break every rule in both engines and print the table: `uv run python -m tests.mutations [WORD]`.

With words, only the rules whose name contains them. Each engine has its own copy of the program.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutations.harness import ENGINES, Verdict, copy_of_program, examine
from tests.mutations.mutants import MUTANTS, Mutant


def main(words: Sequence[str]) -> int:
    """Print one row a rule and engine; fail if one is broken unnoticed."""
    chosen = [mutant for mutant in MUTANTS if all(word in mutant.rule for word in words)]
    noticed = True
    print("| what is broken | engine | unit tests that fail | law | against theory |")
    print("|---|---|---|---|---|")
    for mutant, engine, verdict in verdicts(chosen):
        noticed &= verdict.noticed
        print(f"| {mutant.rule} | {engine} | {row(verdict)} |", flush=True)
    return 0 if noticed else 1


def verdicts(mutants: Sequence[Mutant]) -> Iterator[tuple[Mutant, str, Verdict]]:
    """Yield what the tests say of each rule in each engine."""
    with TemporaryDirectory() as folder:
        copies = [copy_of_program(Path(folder) / engine) for engine in ENGINES]
        with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:
            pools = (first, second)
            started = [
                [pool.submit(examine, copy, mutant, engine) for mutant in mutants]
                for pool, copy, engine in zip(pools, copies, ENGINES, strict=True)
            ]
            for mutant, *both in zip(mutants, *started, strict=True):
                for engine, done in zip(ENGINES, both, strict=True):
                    yield mutant, engine, done.result()


def row(verdict: Verdict) -> str:
    """Return a verdict as cells of a table."""
    return " | ".join(few(names) for names in (verdict.unit, verdict.laws, verdict.theory))


def few(names: Sequence[str]) -> str:
    """Return the first two names in words, and how many more there are."""
    shown = "; ".join(name.replace("_", " ") for name in names[:2])
    return f"{shown}; {len(names) - 2} more" if len(names) > 2 else shown or "–"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
