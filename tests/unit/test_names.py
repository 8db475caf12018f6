"""Code knows no region: names of places, points and authorities stand in a region's tables alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sim
from sim.region import Region, load_region
from sim.region.loading import DATA

SOURCE = Path(sim.__file__).parent
REGIONS = sorted(path.name for path in DATA.iterdir() if (path / "region.csv").exists())
LANGUAGES = ("fi", "sv", "en")
#: Which columns of which tables name something of a region.
_NAMED = tuple(f"name_{lang}" for lang in LANGUAGES)
NAMING = {
    "municipalities": ("municipality", *_NAMED),
    "authorities": (
        "authority",
        *_NAMED,
        *(f"{start}_{lang}" for start in ("office", "successor") for lang in LANGUAGES),
    ),
    "points": ("point", *_NAMED),
}
#: Words, as they begin, that stand in names of authorities and mean nothing of a region in the program.
GENERAL = (
    *("agency", "area", "authority", "central", "centre", "data", "development", "digi", "digital"),
    *("economic", "employment", "environment", "finland", "finnish", "institution", "insurance", "land"),
    *(
        "legal",
        "licence",
        "national",
        "population",
        "regional",
        "service",
        "social",
        "state",
        "station",
        "survey",
        "transport",
    ),
    *("arbet", "myndighet", "palvelu", "tillstånd", "tjänst", "keskus"),
)
#: How genitives end, by language.
GENITIVES = {"fi": "n", "sv": "(?:ens|ets|s)"}
#: How the consonants before a last vowel weaken in the genitive: Iitti, Iitin.
GRADES = (
    *(("kk", "k"), ("pp", "p"), ("tt", "t"), ("nk", "ng"), ("nt", "nn"), ("mp", "mm"), ("lt", "ll")),
    *(("rt", "rr"), ("ht", "hd"), ("k", ""), ("p", "v"), ("t", "d")),
)
#: Every text that ships outside the region's data: code, templates, styles, scripts, catalogues, schemas.
FILES = sorted(
    path
    for path in SOURCE.rglob("*")
    if path.is_file() and "__pycache__" not in path.parts and DATA not in path.parents
)


def names_of(region: Region) -> set[str]:
    """Return all names that a region's tables give, and those of the region itself."""
    found = {str(region.about(f"title_{lang}")) for lang in LANGUAGES}
    for table, columns in NAMING.items():
        rows = region.table(table)
        found |= {str(name) for column in columns for name in rows[column]}
    short = {match for name in found for match in re.findall(r"\((\w+)\)$", name)}
    return {name for name in found | short if len(name) > 1}


def stems_of(region: Region) -> set[str]:
    """Return how words begin that name a municipality in any case, such as a genitive in a point's name."""
    places = region.table("municipalities")
    names = {str(name) for column in _NAMED for name in places[column] if " " not in str(name)}
    words = {word for name in region.table("points")["name_fi"] for word in str(name).split()}
    genitives = {word for word in words if word.endswith("n") and any(word[:3] == name[:3] for name in names)}
    return {word[:-1] for word in names | genitives if len(word) > 4} | {
        weak for name in names for weak in weakened(name)
    }


def weakened(name: str) -> set[str]:
    """Return how the weak forms of a Finnish name begin, none if its consonants do not weaken.

    >>> weakened("Iitti"), weakened("Sysmä")
    ({'Iiti'}, set())
    """
    before, last = name[:-1], name[-1:]
    if last not in "aeiouyäö":
        return set()
    found = next((before[: -len(strong)] + weak for strong, weak in GRADES if before.endswith(strong)), None)
    if found is None or len(found) < 3:
        return set()
    return {found + last} | ({found + "e"} if last == "i" and len(found) > 3 else set())


def words_of(region: Region) -> set[str]:
    """Return how words begin that name an authority alone, such as its part in the name of an office."""
    rows = region.table("authorities")
    found: set[str] = set()
    for column in NAMING["authorities"]:
        ending = GENITIVES.get(column[-2:], "(?!)")  # else none
        words = {word.lower() for name in rows[column] for word in re.findall(r"[^\W\d_]{4,}", str(name))}
        found |= {re.sub(rf"(?<=\w{{4}}){ending}$", "", word) for word in words}
    return {word for word in found if not word.startswith(GENERAL)}


def pattern_of(region: Region) -> re.Pattern[str]:
    """Return what finds a region's names, and words that begin like its municipalities."""
    names = sorted(names_of(region), key=len, reverse=True)
    whole = "|".join(map(re.escape, names))
    begun = "|".join(map(re.escape, sorted(stems_of(region) | words_of(region)))) or "(?!)"  # else nothing
    return re.compile(rf"(?<![^\W_])(?:(?:{whole})(?!\w)|(?i:{begun}))")


@pytest.fixture(scope="module", params=REGIONS)
def names(request: pytest.FixtureRequest) -> re.Pattern[str]:
    return pattern_of(load_region(request.param))


def test_no_name_of_a_region_stands_in_the_program(names):
    found = {
        f"{path.relative_to(SOURCE)}: {match[0]}"
        for path in FILES
        for match in names.finditer(path.read_text(encoding="utf-8"))
    }
    assert not found


def test_names_are_found_in_every_language_and_case():
    found = pattern_of(load_region("paijat_hame"))
    places = ("Lahden kaupunki", "Lahtis stad", "LAHTI_POINTS", "Heinolassa", "i Gustav Adolfs")
    others = ("of AVI", "the NLS", "Kela's", "TE services", "Rättstjänstverket", "Päijät-Häme")
    alone = ('"police"', "a police station", "poliisiasema", "polisstation", "Migrin", "KELA_POINT")
    weak = ("Iitin", "IITIN_TIE", "Padasjoelle", "municipality_of_lahti")
    missed = [text for text in (*places, *others, *alone, *weak) if not found.search(text)]
    assert not missed


def test_words_that_only_resemble_a_name_are_left_alone():
    found = pattern_of(load_region("paijat_hame"))
    assert not found.search("a policy of politeness, a service station, populations, elaborate")


def test_all_kinds_of_file_are_searched():
    assert {".py", ".po", ".js", ".css", ".html"} <= {path.suffix for path in FILES}
    assert len(FILES) > 200
