"""Prints the answer of a projection and writes it as tables."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console
from rich.table import Table as RichTable

from sim.locale import Language
from sim.reports.projection_tables import (
    Answer,
    beside_table,
    driver_table,
    lever_table,
    must_text,
    needed_table,
    pair_table,
    visit_table,
)
from sim.reports.tables import Table

#: Files of a projection's folder: its answer, and how it was made.
ANSWER, MADE = "answer.json", "made.json"
_WIDTH = 150


def print_projection(answer: Answer, lang: Language = "en") -> None:
    """Print the answer of `sim.experiments.projection.project`: visits, drivers, and what it would take."""
    console = Console(file=sys.stdout, width=max(_WIDTH, Console().width), highlight=False)
    visits = visit_table(answer, lang, {})
    console.print(_rich(visits, lang))
    console.print(visits.note)
    tables = [beside_table(answer, lang, {})] if answer["beside"] else []
    tables.append(needed_table(answer, lang, {}))
    tables += [make(answer, lang) for make in (driver_table, lever_table, pair_table)]
    for table in tables:
        console.print()
        console.print(_rich(table, lang))


def projection_folder(name: str, out: Path) -> Path | None:
    """Return the folder of a projection, given by its path or its name below `out`; None if there is none.

    A name that no file can have is a name of none.
    """
    return next((folder for folder in (Path(name), out / name) if os.path.isfile(folder / ANSWER)), None)


def _rich(table: Table, lang: Language) -> RichTable:
    """Return a table as the console draws it."""
    title = {"title": table.title, "title_justify": "left", "title_style": "bold"}
    drawn = RichTable(box=None, **title)  # type: ignore[arg-type] # words of rich
    for column in table.columns:
        drawn.add_column(column.title, justify="left" if column.kind == "text" else "right")
    for row in table.texts(lang):
        drawn.add_row(*row)
    return drawn


def write_projection(
    answer: Answer, folder: Path, lang: Language = "en", made: Answer | None = None
) -> list[Path]:
    """Write the answer as data (``answer.json``), as tables and as a picture; return the paths.

    Parameters
    ----------
    made
        How it was made, as a manifest, for ``made.json``; None for none.
    """
    from sim.reports.figures_projection import draw_waterfall

    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, content in ((ANSWER, answer), (MADE, made)):
        if content is not None:
            paths.append(folder / name)
            text = json.dumps(content, indent=2, ensure_ascii=False)
            paths[-1].write_text(f"{text}\n", encoding="utf-8")
    for name, rows in projection_tables(answer, lang).items():
        paths.append(folder / f"{name}.csv")
        pd.DataFrame(rows).to_csv(paths[-1], index=False, float_format="%.6g", lineterminator="\n")
    return [*paths, *draw_waterfall(answer, folder, lang)]


def projection_tables(answer: Answer, lang: Language) -> dict[str, list[dict[str, Any]]]:
    """Return the tables of an answer by name (visits, drivers, levers, pairs), nested values spread out."""
    rows = [
        {
            **{key: value for key, value in row.items() if not isinstance(value, (dict, list))},
            **{
                f"{name}_{part}": value
                for name in ("probability", "probability_without")
                for part, value in row[name].items()
            },
            "what_must_be_true": must_text(row, lang),
        }
        for row in answer["rows"]
    ]
    return {
        "visits": rows,
        "drivers": answer["drivers"],
        "levers": answer["levers"],
        "pairs": answer["pairs"],
    }
