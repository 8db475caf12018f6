"""Tables of authorities, points, hours, networks and staff."""

from __future__ import annotations

from sim.region.columns import (
    AUTHORITY,
    VALID,
    authority,
    count,
    flag,
    municipality,
    names,
    plausible,
    point,
    validity,
    year,
)
from sim.region.schema import Column, Order, Table

_CHANNELS = ("counter", "video", "self_service")


def _per_language(start: str, description: str) -> tuple[Column, ...]:
    """Return the optional columns of a text in the three languages."""
    return tuple(
        Column(f"{start}_{lang}", "text", f"{description} ({lang})", optional=True)
        for lang in ("fi", "sv", "en")
    )


SERVICE = (
    Table(
        "authorities",
        "authority, in the plan's order",
        ("authority",),
        (
            Column("authority", "text", "name in all other tables"),
            Column("order", "integer", "place in tables", "", 1),
            *names("authority"),
            *_per_language("office", "word for an office of its own, empty: the general one"),
            Column("day_profile", "text", "its day_of_week profile", refers=("profiles.name",)),
            Column("time_profile", "text", "its time_of_day profile", refers=("profiles.name",)),
            Column("month_profile", "text", "its month_of_year profile", refers=("profiles.name",)),
            flag("foreign_only", "whether only people of foreign background need it"),
            Column("payer", "text", "who pays its officials"),
            year("successor_from", optional=True),
            *_per_language("successor", "name from that year on"),
        ),
    ),
    Table(
        "matters",
        "matter that people have with an authority; its numbers are parameters",
        ("authority", "matter"),
        (
            authority(),
            Column("matter", "text", "name in all other tables"),
            *names("matter"),
            Column("place", "choice", "place it needs", allowed=("counter", "closed_room")),
            flag("online_possible", "whether it can end in an e-service"),
            flag("may_be_pooled", "whether an adviser of the joint point may take it"),
        ),
    ),
    Table(
        "points",
        "service point, or stop of the mobile unit",
        ("point",),
        (
            Column("point", "text", "name in all other tables"),
            *names("point"),
            municipality(),
            Column("lat", "number", "latitude", "degrees", -90, 90),
            Column("lon", "number", "longitude", "degrees", -180, 180),
            Column(
                "type",
                "choice",
                "kind of point",
                allowed=(
                    *("joint", "authority", "municipal", "electronic"),
                    *("mobile", "small", "outside"),
                ),
            ),
            Column("size_class", "choice", "size", allowed=("L", "M", "S"), optional=True),
            Column("remote_pool", "text", "pool that serves its remote stations", optional=True),
            flag("counted", "whether its visits count as the region's"),
            Column("host", "text", "who provides the premises"),
            Column(
                "time_profile",
                "text",
                "time_of_day profile of all its walk-ins, empty: the authority's",
                refers=("profiles.name",),
                optional=True,
            ),
            Column(
                "competes_for",
                "list",
                "municipalities whose people consider it, empty: all",
                refers=("municipalities.municipality",),
                optional=True,
            ),
            Column("note", "text", "remark", optional=True),
        ),
    ),
    Table(
        "services",
        "authority that serves at a point by a channel",
        ("point", "authority", "channel", "valid_from"),
        (
            point(),
            authority(),
            Column("channel", "choice", "how", allowed=_CHANNELS),
            Column(
                "matters",
                "list",
                "matters parted by ;, or all",
                besides=("all",),
                refers=("matters.matter",),
                within="authority",
            ),
            *validity(),
            Column("status", "choice", "optional ones are off by default", allowed=("in_use", "optional")),
        ),
        orders=(VALID,),
    ),
    Table(
        "hours",
        "window of opening hours; a narrower validity replaces a wider one, eves replaces the weekday",
        ("point", "authority", "days", "open", "valid_from"),
        (
            point(),
            Column(
                "authority",
                "text",
                "whose; remote: all remote service, guidance: the reception",
                refers=AUTHORITY,
                besides=("remote", "guidance"),
            ),
            Column("days", "timetable", "weekdays, nth weekdays of a month, or eves and days before eves"),
            Column("open", "time", "opening", "HH:MM"),
            Column("close", "time", "closing", "HH:MM"),
            Column(
                "mode",
                "choice",
                "walk_in takes booked visits too",
                allowed=("walk_in", "booked", "remote", "self_service"),
            ),
            *validity(),
        ),
        orders=(Order("open", "close"), VALID),
    ),
    Table(
        "networks",
        "point of a network; what is not listed is closed",
        ("network", "point"),
        (Column("network", "text", "name of the network"), point()),
    ),
)

STAFF = (
    Table(
        "officials",
        "officials who share a roster; a row at a point that the network lacks is not rostered",
        ("staffing", "row"),
        (
            Column("staffing", "text", "name of the staffing"),
            Column("row", "text", "name of the row"),
            Column(
                "works_at", "text", "a point, or a remote pool", refers=("points.point", "points.remote_pool")
            ),
            Column(
                "skills",
                "skills",
                "authority:channel parted by ;, or guidance",
                refers=AUTHORITY,
                allowed=_CHANNELS,
                besides=("guidance",),
            ),
            count("count", "officials present", "officials"),
            Column("days", "timetable", "days of the shift"),
            Column("start", "time", "start of the shift", "HH:MM"),
            Column("end", "time", "end of the shift", "HH:MM"),
            Column("breaks", "breaks", "alternatives given in turn to the officials", optional=True),
            count("diary", "officials set aside for bookings", "officials"),
            flag("on_call", "whether fetched when somebody waits, not rostered"),
            *plausible("officials", "integer", 0),
            Column("payer", "text", "who pays the wages"),
        ),
        ("count", "low", "high"),
        (Order("start", "end"), Order("diary", "count", strict=False)),
    ),
    Table(
        "places",
        "places of a point",
        ("staffing", "point"),
        (
            Column("staffing", "text", "name of the staffing", refers=("officials.staffing",)),
            point(),
            count("counter", "counters", "places"),
            count("closed_room", "closed rooms", "places"),
            count("remote_station", "remote-service stations", "places"),
            Column("note", "text", "remark", optional=True),
        ),
    ),
)
