"""Tables of the region, its people and their roads."""

from __future__ import annotations

from sim.region.columns import BAND, SHARE, count, flag, minutes, municipality, names, plausible, year
from sim.region.facts import FACTS
from sim.region.schema import Column, Order, SumsToOne, Table

ABOUT = (
    Table(
        "region",
        "what is known of the region as a whole",
        ("key",),
        (
            Column("key", "choice", "fact, each once", allowed=tuple(FACTS)),
            Column("value", "text", "value; several names are parted by ;"),
        ),
    ),
    Table(
        "municipalities",
        "municipality of the region, or outside it with an alternative point",
        ("municipality",),
        (
            Column("municipality", "text", "name in all other tables"),
            Column("code", "text", "official code"),
            *names("municipality"),
            Column("lat", "number", "latitude of its centre", "degrees", -90, 90),
            Column("lon", "number", "longitude of its centre", "degrees", -180, 180),
            flag("in_region", "whether it belongs to the region"),
        ),
    ),
)

PEOPLE = (
    Table(
        "population",
        "residents of a municipality in a year; linear between the years",
        ("series", "municipality", "year"),
        (
            Column(
                "series", "choice", "the plan's forecast, or counts up to now", allowed=("plan", "observed")
            ),
            municipality(),
            year(),
            count("persons", "residents", "persons"),
        ),
        peopled=("series", "year"),
    ),
    Table(
        "age_structure",
        "residents by age group; the shares stay after the last year",
        ("municipality", "year", "age_group"),
        (
            municipality(),
            year(),
            Column("age_group", "text", "ages, both ends included"),
            count("persons", "residents", "persons"),
            *plausible("persons", "number", 0),
        ),
        ("persons", "low", "high"),
        peopled=("municipality", "year"),
    ),
    Table(
        "digital_adoption",
        "share of an age group that can or would; between its years by logit, flat outside",
        ("metric", "age_group", "year"),
        (
            Column("metric", "choice", "what", allowed=("eservice_capable", "would_accept_video_desk")),
            Column("age_group", "text", "ages, or foreign: speakers of other languages aged 16-64"),
            year(),
            Column("base", "share", "best estimate", "share"),
            *plausible("share"),
        ),
        ("base", "low", "high"),
    ),
    Table(
        "cottages",
        "free-time residences of a municipality",
        ("municipality",),
        (
            municipality(),
            count("cottages", "free-time residences", "cottages"),
            count("households", "households, that is permanently occupied dwellings", "households"),
        ),
    ),
    Table(
        "cottage_presence",
        "when cottages are used",
        ("dimension", "bin"),
        (
            Column("dimension", "choice", "share of a year or of a week", allowed=("month", "weekday")),
            Column("bin", "text", "Jan to Dec, Mon to Sun"),
            Column("share", "share", "share of the use days", "share"),
            *plausible("share"),
        ),
        SHARE,
        sums=(SumsToOne("share", ("dimension",)),),
    ),
    Table(
        "cottage_owner_ages",
        "ages of cottage owners, even within a row",
        ("age_from",),
        (
            Column("age_from", "integer", "youngest", "years", 0, 130),
            Column("age_to", "integer", "oldest, included", "years", 0, 130),
            Column("share", "share", "share of the owners", "share"),
            *plausible("share"),
        ),
        SHARE,
        (Order("age_from", "age_to"),),
        (SumsToOne("share"),),
    ),
)

TRAVEL = (
    Table(
        "travel_times",
        "drive between two centres, the same both ways",
        ("from", "to"),
        (
            municipality("from"),
            municipality("to"),
            minutes("minutes", "by car"),
            *plausible("min", "number", 0),
        ),
        ("minutes", "low", "high"),
    ),
    Table(
        "travel_bands",
        "residents by drive to the nearer joint point",
        ("municipality", "from_min"),
        (municipality(), *BAND, Column("share", "share", "share of the municipality's residents", "share")),
        orders=(Order("from_min", "to_min"),),
        sums=(SumsToOne("share", ("municipality",)),),
    ),
    Table(
        "plan_travel_bands",
        "the plan's count of residents by drive to the nearer joint point",
        ("from_min",),
        (
            *BAND,
            count("persons", "residents", "persons"),
            Column("share", "share", "share of all residents", "share"),
        ),
        orders=(Order("from_min", "to_min"),),
        sums=(SumsToOne("share"),),
    ),
)
