"""Tables of demand's shape, of the parameters, and of what the plan says."""

from __future__ import annotations

from sim.region.columns import SHARE, authority, count, plausible, point, year
from sim.region.schema import Column, SumsToOne, Table

_SUMMING_PROFILES = ("month_of_year", "day_of_week", "time_of_day", "age_mix_2019")
SEASON = (
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
            *plausible("share"),
        ),
        SHARE,
        sums=(SumsToOne("share", ("profile", "name"), ("profile", _SUMMING_PROFILES)),),
    ),
    Table(
        "parameters",
        "number with a range that the model uses; its key is name.subject.year",
        ("name", "subject", "year"),
        (
            Column("name", "text", "name"),
            Column("subject", "text", "what it is about, empty: everything", optional=True),
            year(optional=True),
            Column("base", "number", "best estimate"),
            *plausible("", "number"),
            Column("unit", "text", "unit; share, ratio and relative_change are plain numbers"),
            Column("group", "text", "topic"),
            Column("description", "text", "meaning"),
        ),
        ("base", "low", "high"),
        sums=(SumsToOne("base", ("name", "subject."), ("name", ("matter_share",))),),
    ),
)

PLAN = (
    Table(
        "plan_visits",
        "the plan's visits of an authority: counted, or its estimate",
        ("authority", "year"),
        (authority(), year(), count("visits", "visits", "visits/year")),
    ),
    Table(
        "plan_municipal_visits",
        "visits that municipal points counted themselves",
        ("point", "year"),
        (point(), year(), count("visits", "visits", "visits/year")),
    ),
    Table(
        "plan_figures",
        "other figure of the plan",
        ("figure", "year"),
        (
            Column("figure", "text", "name"),
            year(optional=True),
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
            *plausible("", "number"),
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
