"""Code knows no region: names of places, points and authorities stand in a region's tables alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import sim
from sim.region import load_region
from sim.region.loading import DATA

SOURCE = Path(sim.__file__).parent
REGIONS = sorted(path.name for path in DATA.iterdir() if (path / "region.csv").exists())
#: Which columns of which tables name something of a region.
NAMING = {
    "municipalities": ("municipality", "name_fi", "name_sv", "name_en"),
    "authorities": ("authority", "name_fi", "name_sv", "name_en"),
    "points": ("point", "name_fi", "name_sv", "name_en"),
}
FILES = sorted(
    path
    for path in SOURCE.rglob("*")
    if path.suffix in {".py", ".js", ".css", ".html", ".j2"} and DATA not in path.parents
)


def names_of(region: str) -> set[str]:
    """Return all names that a region's tables give, and those of the region itself."""
    tables = load_region(region)
    found = {str(tables.about(f"title_{lang}")) for lang in ("fi", "sv", "en")}
    for table, columns in NAMING.items():
        rows = tables.table(table)
        for column in columns:
            found |= set(rows[column].astype(str)) if column in rows else set()
    return {name for name in found if len(name) > 2}


@pytest.fixture(scope="module", params=REGIONS)
def names(request: pytest.FixtureRequest) -> re.Pattern[str]:
    longest_first = sorted(names_of(request.param), key=len, reverse=True)
    return re.compile(rf"\b({'|'.join(map(re.escape, longest_first))})\b")


def test_no_name_of_a_region_stands_in_the_program(names):
    found = {
        f"{path.relative_to(SOURCE)}: {match[0]}"
        for path in FILES
        for match in names.finditer(path.read_text(encoding="utf-8"))
    }
    assert not found


@pytest.mark.parametrize("lang", ["fi", "sv"])
def test_catalogues_name_a_region_only_where_they_translate_its_tables(names, lang):
    tables = "\n".join(path.read_text(encoding="utf-8") for path in DATA.glob("*/*.csv"))
    with (SOURCE / "locale" / f"{lang}.po").open("rb") as file:
        entries = [(str(entry.id), str(entry.string)) for entry in read_po(file)]
    found = [text for text, translated in entries if text not in tables and names.search(text + translated)]
    assert not found


def test_names_are_found_where_they_stand():
    assert {"Kela", "Lahti", "Heinola"} <= names_of("paijat_hame")
    assert len(FILES) > 200
