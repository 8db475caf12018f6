"""The region in another size: all that is counted in its tables multiplied, in a folder of its own."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import sim.region

#: Columns of counts, by table; a column of officials or places holds whole numbers of at least one.
_COUNTS = {
    "population": ("persons",),
    "age_structure": ("persons", "low", "high"),
    "cottages": ("cottages", "households"),
    "plan_visits": ("visits",),
    "plan_municipal_visits": ("visits",),
    "officials": ("count", "diary", "low", "high"),
    "places": ("counter", "closed_room", "remote_station"),
}


def region_of_size(folder: Path, factor: float) -> Path:
    """Write the shipped region with `factor` times its people, visits, officials and places; return where."""
    source = Path(sim.region.__file__).parent / "data/paijat_hame"
    shutil.copytree(source, folder)
    for name, columns in _COUNTS.items():
        path = folder / f"{name}.csv"
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            for column in columns:
                row[column] = _scaled(row[column], factor)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return folder


def _scaled(text: str, factor: float) -> str:
    """Return a count times `factor`; what is there stays there."""
    if not text or float(text) == 0:
        return text
    return str(max(1, round(float(text) * factor)))
