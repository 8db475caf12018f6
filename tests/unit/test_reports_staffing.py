"""What a board reads of a staffing: officials add up, shared ones are marked, who stays away is named."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from rich.table import Table

from sim.locale import translator
from sim.network.rows import RosterRow
from sim.reports.names import Labels
from sim.reports.staffing_need import need_note, need_table
from sim.reports.staffing_proof import proof_table
from sim.staffing.proof import Removal
from sim.staffing.recommend import Recommendation
from sim.staffing.target import Scores
from sim.staffing.units import Unit

_ = translator("fi")


def row(name: str, works_at: str, skills: tuple[str, ...], count: int, *, on_call: bool = False) -> RosterRow:
    return RosterRow(name, works_at, skills, count, 0, on_call, "authority", "Mon-Fri", "09:00", "15:00")


ROWS = (
    row("desk", "lahti_yhteinen", ("Kela:counter", "Vero:counter"), 10),
    row("guides", "lahti_yhteinen", ("guidance",), 2),
    row("pool", "pool_te", ("TE:video",), 3),
    row("caller", "lahti_yhteinen", ("MML:counter",), 1, on_call=True),
    row("closed", "hartola_s", ("guidance",), 1),
)


@pytest.fixture
def found() -> Any:
    """Return a staffing of a joint point whose officials share, a remote pool, and rows that do not count."""
    units = (
        Unit(0, (0,), (0,), 30_000.0, pooled=False, guides=(1,)),
        Unit(0, (1,), (0,), 9_000.0, pooled=False, guides=(1,)),
        Unit(1, (2,), (2,), 3_000.0, pooled=False),
    )
    network = SimpleNamespace(points=("lahti_yhteinen", "heinola_yhteinen"))
    index = SimpleNamespace(authorities=("Kela", "Vero", "TE"))
    setup = SimpleNamespace(site=SimpleNamespace(network=network), land=SimpleNamespace(index=index))
    problem = SimpleNamespace(
        bench=SimpleNamespace(rows=ROWS, setup=setup),
        units=SimpleNamespace(units=units),
        formula=(8, 3, -1),
        hours=np.array([1_000.0, 1_500.0, 800.0, 0.0, 0.0]),
    )
    nothing: Any = None
    removals = (
        Removal(0, "breaks", 1, 0.78, 0.062, 0.01, 0.004, 12),
        Removal(1, "minimum"),
        Removal(2, "spare", 2, 0.9, 0.03, 0.01, 0.004, 12),
    )
    scores = Scores(np.full((2, 3), 0.91), np.full((2, 3), 0.042), np.zeros(2))
    several = (nothing,) * 3
    proven = (True, True, False)
    counts = (11, 1, 4, 1, 1)
    return Recommendation(problem, nothing, counts, nothing, {}, scores, proven, removals, *several, plays=0)  # type: ignore[arg-type]


def lines(table: Table) -> list[list[str]]:
    """Return the filled lines of a printed table, as words apart by two spaces or more."""
    console = Console(width=120, record=True, file=None, quiet=False, stderr=False)
    with console.capture() as printed:
        console.print(table)
    return [line.split() for line in printed.get().splitlines() if line.strip()]


def test_the_table_of_needs_adds_up(found: Any) -> None:
    labels = Labels.read("paijat_hame", "fi")
    told = lines(need_table(found, labels, _))
    assert ["Kela", "30", "000", "10", "8", "11*", "0*", "91", "%", "4,2", "%", "kyllä"] in told
    assert ["palveluneuvojat", "2", "–", "1", "–", "–", "–", "–"] in told
    assert told[-1] == ["Yhteensä", "15", "16"], "neither on call nor at closed points"
    assert [words[-1] for words in told].count("ei") == 1
    assert "Samat virkailijat" in need_note(found, _)


def test_who_stays_away_is_named_with_who_suffers(found: Any) -> None:
    told = [" ".join(words) for words in lines(proof_table(found, Labels.read("paijat_hame", "fi"), _))]
    text = " ".join(told)
    assert "(eniten kärsii Verohallinto)" in text
    assert any(line.startswith("Etäpalvelu · TE-palvelut 3 90,0 % ± 1,0 3,0 % ± 0,4 12") for line in told)
    assert "palveluneuvojat" not in text, "the only one is not taken away"
