"""Every table of a region, column by column."""

from __future__ import annotations

from sim.region.schema import Column, Kind, Order, SumsToOne, Table

_POINT = ("points.point",)
_AUTHORITY = ("authorities.authority",)
_MUNICIPALITY = ("municipalities.municipality",)
_CHANNELS = ("counter", "video", "self_service")


def _flag(name: str, description: str) -> Column:
    return Column(name, "integer", description, "0 or 1", 0, 1)


def _count(name: str, description: str, unit: str) -> Column:
    return Column(name, "integer", description, unit, 0)


def _year(name: str = "year", *, optional: bool = False) -> Column:
    return Column(name, "integer", "calendar year", "", 1900, 2200, optional=optional)


def _point(name: str = "point") -> Column:
    return Column(name, "text", "point", refers=_POINT)


def _authority(name: str = "authority") -> Column:
    return Column(name, "text", "authority", refers=_AUTHORITY)


def _municipality(name: str = "municipality") -> Column:
    return Column(name, "text", "municipality", refers=_MUNICIPALITY)


def _names(what: str) -> tuple[Column, ...]:
    return tuple(
        Column(f"name_{lang}", "text", f"name of the {what} ({lang})") for lang in ("fi", "sv", "en")
    )


def _range(unit: str, kind: Kind = "share", low: float = float("-inf")) -> tuple[Column, ...]:
    return (
        Column("low", kind, "low end of the plausible range", unit, low),
        Column("high", kind, "high end of the plausible range", unit, low),
    )


def _validity() -> tuple[Column, ...]:
    return (
        Column("valid_from", "date", "first day, empty: always", optional=True),
        Column("valid_to", "date", "last day, empty: for good", optional=True),
    )


def _minutes(name: str, description: str) -> Column:
    return Column(name, "number", description, "min", 0)


_SHARE = ("share", "low", "high")
_VALID = Order("valid_from", "valid_to", strict=False)
_BAND = (_minutes("from_min", "shortest drive"), _minutes("to_min", "longest drive"))

_ABOUT = (
    Table(
        "region",
        "what is known of the region as a whole",
        ("key",),
        (Column("key", "text", "what"), Column("value", "text", "value; several names are parted by ;")),
    ),
    Table(
        "municipalities",
        "municipality of the region, or outside it with an alternative point",
        ("municipality",),
        (
            Column("municipality", "text", "name in all other tables"),
            Column("code", "text", "official code"),
            *_names("municipality"),
            Column("lat", "number", "latitude of its centre", "degrees", -90, 90),
            Column("lon", "number", "longitude of its centre", "degrees", -180, 180),
            _flag("in_region", "whether it belongs to the region"),
        ),
    ),
)

_PEOPLE = (
    Table(
        "population",
        "residents of a municipality in a year; linear between the years",
        ("series", "municipality", "year"),
        (
            Column(
                "series", "choice", "the plan's forecast, or counts up to now", allowed=("plan", "observed")
            ),
            _municipality(),
            _year(),
            _count("persons", "residents", "persons"),
        ),
    ),
    Table(
        "age_structure",
        "residents by age group; the shares stay after the last year",
        ("municipality", "year", "age_group"),
        (
            _municipality(),
            _year(),
            Column("age_group", "text", "ages, both ends included"),
            _count("persons", "residents", "persons"),
            *_range("persons", "number", 0),
        ),
        ("persons", "low", "high"),
    ),
    Table(
        "digital_adoption",
        "share of an age group that can or would; between its years by logit, flat outside",
        ("metric", "age_group", "year"),
        (
            Column("metric", "choice", "what", allowed=("eservice_capable", "would_accept_video_desk")),
            Column("age_group", "text", "ages, or foreign: speakers of other languages aged 16-64"),
            _year(),
            Column("base", "share", "best estimate", "share"),
            *_range("share"),
        ),
        ("base", "low", "high"),
    ),
    Table(
        "cottages",
        "free-time residences of a municipality",
        ("municipality",),
        (
            _municipality(),
            _count("cottages", "free-time residences", "cottages"),
            _count("households", "households, that is permanently occupied dwellings", "households"),
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
            *_range("share"),
        ),
        _SHARE,
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
            *_range("share"),
        ),
        _SHARE,
        (Order("age_from", "age_to"),),
        (SumsToOne("share"),),
    ),
)

_SERVICE = (
    Table(
        "authorities",
        "authority, in the plan's order",
        ("authority",),
        (
            Column("authority", "text", "name in all other tables"),
            Column("order", "integer", "place in tables", "", 1),
            *_names("authority"),
            Column("day_profile", "text", "its day_of_week profile", refers=("profiles.name",)),
            Column("time_profile", "text", "its time_of_day profile", refers=("profiles.name",)),
            Column("month_profile", "text", "its month_of_year profile", refers=("profiles.name",)),
            _flag("foreign_only", "whether only people of foreign background need it"),
            Column("payer", "text", "who pays its officials"),
            _year("successor_from", optional=True),
            *(
                Column(f"successor_{lang}", "text", f"name from that year on ({lang})", optional=True)
                for lang in ("fi", "sv", "en")
            ),
        ),
    ),
    Table(
        "matters",
        "matter that people have with an authority; its numbers are parameters",
        ("authority", "matter"),
        (
            _authority(),
            Column("matter", "text", "name in all other tables"),
            *_names("matter"),
            Column("place", "choice", "place it needs", allowed=("counter", "closed_room")),
            _flag("online_possible", "whether it can end in an e-service"),
            _flag("may_be_pooled", "whether an adviser of the joint point may take it"),
        ),
    ),
    Table(
        "points",
        "service point, or stop of the mobile unit",
        ("point",),
        (
            Column("point", "text", "name in all other tables"),
            *_names("point"),
            _municipality(),
            Column("lat", "number", "latitude", "degrees", -90, 90),
            Column("lon", "number", "longitude", "degrees", -180, 180),
            Column(
                "type",
                "choice",
                "kind of point",
                allowed=(
                    *("joint", "authority", "police", "municipal"),
                    *("electronic", "mobile", "small", "outside"),
                ),
            ),
            Column("size_class", "choice", "size", allowed=("L", "M", "S"), optional=True),
            Column("remote_pool", "text", "pool that serves its remote stations", optional=True),
            _flag("counted", "whether its visits count as the region's"),
            Column("host", "text", "who provides the premises"),
            Column(
                "time_profile",
                "text",
                "time_of_day profile of all its walk-ins, empty: the authority's",
                refers=("profiles.name",),
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
            _point(),
            _authority(),
            Column("channel", "choice", "how", allowed=_CHANNELS),
            Column(
                "matters",
                "list",
                "matters parted by ;, or all",
                besides=("all",),
                refers=("matters.matter",),
                within="authority",
            ),
            *_validity(),
            Column("status", "choice", "optional ones are off by default", allowed=("in_use", "optional")),
        ),
        orders=(_VALID,),
    ),
    Table(
        "hours",
        "window of opening hours; a narrower validity replaces a wider one, eves replaces the weekday",
        ("point", "authority", "days", "open", "valid_from"),
        (
            _point(),
            Column(
                "authority",
                "text",
                "whose; remote: all remote service, guidance: the reception",
                refers=_AUTHORITY,
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
            *_validity(),
        ),
        orders=(Order("open", "close"), _VALID),
    ),
    Table(
        "networks",
        "point of a network; what is not listed is closed",
        ("network", "point"),
        (Column("network", "text", "name of the network"), _point()),
    ),
)

_STAFF = (
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
                refers=_AUTHORITY,
                allowed=_CHANNELS,
                besides=("guidance",),
            ),
            _count("count", "officials present", "officials"),
            Column("days", "timetable", "days of the shift"),
            Column("start", "time", "start of the shift", "HH:MM"),
            Column("end", "time", "end of the shift", "HH:MM"),
            Column("breaks", "breaks", "alternatives given in turn to the officials", optional=True),
            _count("diary", "officials set aside for bookings", "officials"),
            _flag("on_call", "whether fetched when somebody waits, not rostered"),
            *_range("officials", "integer", 0),
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
            _point(),
            _count("counter", "counters", "places"),
            _count("closed_room", "closed rooms", "places"),
            _count("remote_station", "remote-service stations", "places"),
            Column("note", "text", "remark", optional=True),
        ),
    ),
)

_TRAVEL = (
    Table(
        "travel_times",
        "drive between two centres, the same both ways",
        ("from", "to"),
        (
            _municipality("from"),
            _municipality("to"),
            _minutes("minutes", "by car"),
            *_range("min", "number", 0),
        ),
        ("minutes", "low", "high"),
    ),
    Table(
        "travel_bands",
        "residents by drive to the nearer joint point",
        ("municipality", "from_min"),
        (_municipality(), *_BAND, Column("share", "share", "share of the municipality's residents", "share")),
        orders=(Order("from_min", "to_min"),),
        sums=(SumsToOne("share", ("municipality",)),),
    ),
    Table(
        "plan_travel_bands",
        "the plan's count of residents by drive to the nearer joint point",
        ("from_min",),
        (
            *_BAND,
            _count("persons", "residents", "persons"),
            Column("share", "share", "share of all residents", "share"),
        ),
        orders=(Order("from_min", "to_min"),),
        sums=(SumsToOne("share"),),
    ),
)

_SUMMING_PROFILES = ("month_of_year", "day_of_week", "time_of_day", "age_mix_2019")
_SEASON = (
    Table(
        "profiles",
        "shape of demand over months, weekdays, hours or ages, or the epidemic's factor by month",
        ("profile", "name", "bin"),
        (
            Column("profile", "choice", "over what", allowed=(*_SUMMING_PROFILES, "epidemic_2020")),
            Column("name", "text", "authority, or name of the shape"),
            Column("bin", "text", "month, weekday, first minute HH:MM, or ages"),
            Column("bin_end", "time", "end of a time_of_day bin", "HH:MM", optional=True),
            Column("share", "share", "share of the visits, or the factor", "share"),
            *_range("share"),
        ),
        _SHARE,
        sums=(SumsToOne("share", ("profile", "name"), ("profile", _SUMMING_PROFILES)),),
    ),
    Table(
        "parameters",
        "number with a range that the model uses; its key is name.subject.year",
        ("name", "subject", "year"),
        (
            Column("name", "text", "name"),
            Column("subject", "text", "what it is about, empty: everything", optional=True),
            _year(optional=True),
            Column("base", "number", "best estimate"),
            *_range("", "number"),
            Column("unit", "text", "unit; share, ratio and relative_change are plain numbers"),
            Column("group", "text", "topic"),
            Column("description", "text", "meaning"),
        ),
        ("base", "low", "high"),
        sums=(SumsToOne("base", ("name", "subject."), ("name", ("matter_share",))),),
    ),
)

_PLAN = (
    Table(
        "plan_visits",
        "the plan's visits of an authority: counted, or its estimate",
        ("authority", "year"),
        (_authority(), _year(), _count("visits", "visits", "visits/year")),
    ),
    Table(
        "plan_municipal_visits",
        "visits that municipal points counted themselves",
        ("point", "year"),
        (_point(), _year(), _count("visits", "visits", "visits/year")),
    ),
    Table(
        "plan_figures",
        "other figure of the plan",
        ("figure", "year"),
        (
            Column("figure", "text", "name"),
            _year(optional=True),
            Column("value", "number", "value"),
            Column("unit", "text", "unit"),
            Column("note", "text", "remark", optional=True),
        ),
    ),
    Table(
        "risks",
        "risk that the plan names, and the lever by which it is simulated",
        ("risk",),
        (
            Column("risk", "text", "number"),
            Column("level", "choice", "the plan's level", allowed=("small", "moderate", "possible")),
            Column("text_fi", "text", "the risk in Finnish"),
            Column("text_en", "text", "the risk in English"),
            Column("affects", "text", "what it touches"),
            Column("lever", "text", "what is changed"),
            Column("base", "number", "lever without the risk in the foreground"),
            *_range("", "number"),
            Column("unit", "text", "unit of the lever"),
        ),
        ("base", "low", "high"),
    ),
    Table(
        "later_events",
        "what has happened since the plan, or may",
        ("event",),
        (
            Column("event", "text", "number"),
            Column("name", "text", "name"),
            Column("effective", "text", "when"),
            Column("what_happened", "text", "what"),
            Column("lever", "text", "how it enters the model"),
        ),
    ),
    Table(
        "inconsistencies",
        "check of the plan's own numbers",
        ("check",),
        (
            Column("check", "text", "name"),
            Column("chapter", "text", "chapter of the plan"),
            Column("what", "text", "what is stated"),
            Column("stated", "text", "the plan's value"),
            Column("computed", "text", "the value that follows"),
            Column("result", "choice", "outcome", allowed=("holds", "fails", "tension")),
            Column("note", "text", "remark", optional=True),
            Column("kind", "text", "kind of contradiction", optional=True),
        ),
    ),
)

#: All tables of a region, in the order in which they are read.
TABLES: tuple[Table, ...] = (*_ABOUT, *_PEOPLE, *_SERVICE, *_STAFF, *_TRAVEL, *_SEASON, *_PLAN)
