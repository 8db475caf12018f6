"""The command that founds a region."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from sim.cli.base import DONE, AtLeastOne, say

if TYPE_CHECKING:
    from sim.founding import Given
    from sim.region import Region

#: The region whose tables a new one takes as its pattern unless another is named.
PATTERN = "example"


@Parameter(name="*")
@dataclass(frozen=True)
class FoundingOptions:
    """What a new region is made of: files of statistics, or sizes to imagine it by."""

    centres: Annotated[
        Path | None,
        Parameter(help="CSV municipality,code,name_fi,name_sv,name_en,lat,lon of its centres"),
    ] = None
    population: Annotated[
        Path | None, Parameter(help="residents by area, year and age: PxWeb's CSV, or JSON-stat (.json)")
    ] = None
    cottages: Annotated[
        Path | None, Parameter(help="free-time residences by area and year: PxWeb's CSV, or JSON-stat")
    ] = None
    drives: Annotated[
        Path | None, Parameter(help="CSV from_id,to_id,travel_time [min] between municipalities")
    ] = None
    towns: Annotated[int, Parameter(help="municipalities with a joint point", validator=AtLeastOne)] = 2
    municipalities: Annotated[int, Parameter(help="to imagine, without files", validator=AtLeastOne)] = 3
    residents: Annotated[int, Parameter(help="to imagine, without files", validator=AtLeastOne)] = 12_000
    imagined_cottages: Annotated[int, Parameter(help="to imagine, without files")] = 600
    like: Annotated[str, Parameter(help="region whose points, matters and behaviour are the pattern")] = (
        PATTERN
    )
    into: Annotated[Path, Parameter(help="folder of the new region's folder")] = Path("regions")


def new_region(name: str, *, options: FoundingOptions | None = None) -> int:
    """Write a new region: a folder of valid tables with explanations, and a first scenario.

    Parameters
    ----------
    name
        Name of the region and of its folder: letters, digits and underscores.
    """
    from sim.errors import InputError, Problem
    from sim.founding import found, pattern_of, write_region
    from sim.region import load_region

    options = options or FoundingOptions()
    if not name.isidentifier():
        raise InputError(
            Problem("new-region", f"'{name}' is no name; allowed: letters, digits and underscores")
        )
    like = load_region(options.like)
    tables = found(name, _given(options, like), pattern_of(like), options.towns)
    year = int(like.about("plan_year"))
    scenarios = write_region(options.into / name, tables, {"plan": year, "projection": year})
    for path in scenarios:
        print(path)
    say(f"{options.into / name}: {len(tables)} tables, explained in its README.md")
    say(f"next: visitsim run {scenarios[0]} --engine compiled")
    return DONE


def _given(options: FoundingOptions, like: Region) -> Given:
    """Return what the options give: files of statistics, or an imagined region."""
    from sim.errors import InputError, Problem
    from sim.founding import Size, given_from_files, imagine
    from sim.region.index import make_index

    if options.centres and options.population:
        groups = make_index(like).age_groups
        return given_from_files(options.centres, options.population, groups, options.cottages, options.drives)
    if any((options.centres, options.population, options.cottages, options.drives)):
        raise InputError(Problem("new-region", "files need --centres and --population together"))
    size = Size(options.municipalities, options.residents, options.imagined_cottages)
    return imagine(size, (int(like.about("first_year")), int(like.about("last_year"))))
