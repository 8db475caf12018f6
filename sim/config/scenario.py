"""The scenario: everything a user decides about one simulated year, checked and frozen."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

import sim

_DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_CLOCK = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_NTH = "(?:1st|2nd|3rd|4th|5th)"
_WEEKDAYS = f"{_DAY}(?:-{_DAY})?(?:,{_DAY}(?:-{_DAY})?)*"

#: Days of a timetable: weekdays, ranges of them, the n-th of a month, or the eves of public holidays.
Days = Annotated[
    str,
    StringConstraints(pattern=f"^(?:(?:{_NTH}(?:,{_NTH})* )?{_WEEKDAYS}|eves)$"),
    Field(examples=["Mon-Fri", "Mon,Wed", "1st,3rd Tue", "eves"]),
]
#: Time of day.
Clock = Annotated[str, StringConstraints(pattern=f"^{_CLOCK}$"), Field(examples=["09:00"])]
#: Part of a shift in which an official is away.
Break = Annotated[str, StringConstraints(pattern=f"^{_CLOCK}-{_CLOCK}$"), Field(examples=["11:00-11:30"])]
#: What an official can do: an authority's counter or video desk, or guidance at the first remote visit.
Skill = Annotated[
    str,
    StringConstraints(pattern="^(?:guidance|[^:;,|]+:(?:counter|video|self_service))$"),
    Field(examples=["AUTHORITY:counter", "AUTHORITY:video", "guidance"]),
]
#: Day of the simulated year.
DayOfYear = Annotated[
    str,
    StringConstraints(pattern="^(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$"),
    Field(examples=["03-01", "12-31"]),
]
#: Name of a scenario; it names a folder too.
Name = Annotated[
    str, StringConstraints(pattern="^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"), Field(examples=["baseline_2030"])
]
#: Values of parameters by dotted key; a file may nest them.
Overrides = Annotated[
    dict[str, float],
    WithJsonSchema({"type": "object", "additionalProperties": {"type": ["number", "object"]}}),
]
#: Calendar date; one without quotes is read by YAML as a date.
Date = Annotated[
    str,
    BeforeValidator(lambda value: value.isoformat() if isinstance(value, dt.date) else value),
    StringConstraints(pattern="^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$"),
    Field(examples=["2022-12-31"]),
]
Count = Annotated[int, Field(ge=0, le=1000)]
Position = Annotated[float, Field(ge=-1, le=1)]


class Part(BaseModel):
    """Base of all parts of a configuration: frozen, of exact types, without unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class OfficialChange(Part):
    """Changes of one roster row, or a row of its own; what is not given stays as in the region's row."""

    works_at: str | None = Field(None, description="point, or remote pool, where the officials work")
    skills: tuple[Skill, ...] | None = Field(None, description="what each of them can do")
    count: Count | None = Field(None, description="officials present")
    days: Days | None = Field(None, description="days on which they work")
    start: Clock | None = Field(None, description="start of the shift")
    end: Clock | None = Field(None, description="end of the shift")
    breaks: tuple[Break, ...] | None = Field(
        None, description="breaks, given in turn to the officials of the row"
    )
    diary: Count | None = Field(None, description="how many of them are set aside for booked visits")
    on_call: bool | None = Field(None, description="not rostered, comes when somebody waits")


class PlacesChange(Part):
    """Places of each kind at a point; what is not given stays as in the region's table."""

    counter: Count | None = None
    closed_room: Count | None = None
    remote_station: Count | None = None


class Staffing(Part):
    """Officials and places."""

    base: str = Field(description="staffing of the region's tables officials and places")
    closing: Literal["serve_all", "send_away"] = Field(
        "serve_all", description="what happens at closing time to those who wait inside"
    )
    officials: dict[str, OfficialChange] = Field({}, description="changes by roster row")
    places: dict[str, PlacesChange] = Field({}, description="changes by point")


class Window(Part):
    """One row of opening hours."""

    days: Days
    open: Clock
    close: Clock
    mode: Literal["walk_in", "booked", "remote", "self_service"] = "walk_in"


class Demand(Part):
    """Levers of needs, channel and choice."""

    adoption: Position = Field(0.0, description="digital adoption in its range: -1 low, 0 base, 1 high")
    acceptance: Position = Field(
        0.0, description="acceptance of a video desk in its range: -1, 0, 1 likewise"
    )
    cottages: bool = Field(True, description="whether cottage dwellers come and residents go to cottages")
    choice: Literal["logit", "nearest"] = Field("logit", description="how people choose a point")
    epidemic: bool = Field(False, description="whether the monthly profile of the epidemic acts")
    need_factors: dict[str, Annotated[float, Field(ge=0, le=100)]] = Field(
        {}, description="factor on the needs of an authority"
    )
    freeze_ages_at: int | None = Field(
        None, ge=2019, le=2040, description="year whose age shares hold; default: the simulated year"
    )


class Travel(Part):
    """Files with travel times in place of the road rule; paths are relative to the file that names them."""

    car: str | None = Field(None, description="CSV from_id,to_id,travel_time [min], empty: unreachable")
    public_transport: str | None = Field(None, description="likewise by public transport")
    origins: str | None = Field(
        None, description="CSV id,lat,lon of the origins; without it from_id is a municipality"
    )


class Feedback(Part):
    """Switches of what acts from the next day on."""

    remembered_wait: bool = Field(False, description="people remember their wait at a point")
    returns: bool = Field(False, description="who was not served may come back")
    learning: bool = Field(False, description="a guided remote visit teaches")


class Event(Part):
    """What happens for some days of the year; nobody has planned for it."""

    first: DayOfYear = Field("01-01", description="first day, MM-DD")
    last: DayOfYear = Field("12-31", description="last day, MM-DD")
    authorities: tuple[str, ...] = Field((), description="authorities that it strikes; default: all")
    points: tuple[str, ...] = Field(
        (), description="points, for absence also remote pools, that it strikes; default: all"
    )
    channels: tuple[Literal["counter", "video", "self_service"], ...] = Field(
        (), description="channels that it strikes; default: all"
    )
    needs: float | None = Field(None, ge=0, le=100, description="factor on the needs of these days")
    service_time: float | None = Field(None, gt=0, le=10, description="factor on service times")
    absence: float | None = Field(
        None, ge=0, le=1, description="share of rostered shifts missing besides the usual absences"
    )
    shut: bool = Field(False, description="doors stay shut, which people know")


#: Year of a trajectory as the key of a mapping.
YearKey = Annotated[str, StringConstraints(pattern="^20(?:19|[23][0-9]|40)$"), Field(examples=["2030"])]


class Step(Part):
    """What is different in a trajectory from a year on; what is not given goes on as before."""

    reading: Literal["plan", "history", "projection"] | None = Field(None, description="how need is set")
    network: str | None = Field(None, description="network of the region")
    points: dict[str, Literal["open", "closed"]] | None = Field(
        None, description="differences from the network"
    )
    staffing: Staffing | None = Field(None, description="officials and places")
    epidemic: bool | None = Field(None, description="whether the monthly profile of the epidemic acts")


class Trajectory(Part):
    """Years that follow the first one; people live on from year to year."""

    last: int = Field(ge=2020, le=2040, description="last simulated calendar year")
    steps: dict[YearKey, Step] = Field({}, description="differences from a year on, by year")


class RunSettings(Part):
    """How a scenario is run."""

    replications: int = Field(10, ge=1, le=100_000, description="simulated years with luck of their own")
    seed: int = Field(20300, ge=0, lt=2**63, description="seed of all random numbers")
    engine: Literal["simpy", "compiled"] = Field("simpy", description="queue engine; both say the same")


#: Keys whose values are files: (part, key), the part empty at the top.
FILE_KEYS = (
    ("travel", "car"),
    ("travel", "public_transport"),
    ("travel", "origins"),
    ("", "observed_visits"),
)
#: Keys whose mappings of parameters may be nested or dotted.
PARAMETER_KEYS = ("parameters", "shocks")
#: Keys that a file does not inherit from its parent.
OWN_KEYS = ("name", "title", "description")


class Scenario(Part):
    """One scenario, checked.

    `sim.config.load_scenario` makes one from a file; the constructor takes plain values and checks
    them by themselves, not against the region.

    Attributes
    ----------
    region
        Name of a shipped region or path to a region's folder.
    year
        Simulated year, 2019–2040; of a trajectory the first.
    parameters
        Values of the registry's parameters that differ from their base, by dotted key.
    shocks
        Values that hold in the simulated year in their place. History and the plan's estimates do not know
        them, so their effect on visits shows in every reading.
    events
        What happens for some days, by name; every replication meets it.
    """

    name: Name = Field(description="name of the scenario and of its results; default: the file's name")
    title: dict[Literal["fi", "sv", "en"], str] = Field({}, description="title by language")
    description: str = Field("", description="what the scenario is for")
    region: str = Field(description="name of a shipped region, or path to a region's folder")
    year: int = Field(ge=2019, le=2040, description="simulated calendar year")
    reading: Literal["plan", "history", "projection"] = Field(
        description="how need is set: to the plan's estimates, to history, or by nothing"
    )
    network: str = Field(description="network of the region: which points are open")
    points: dict[str, Literal["open", "closed"]] = Field({}, description="differences from the network")
    catchments: dict[str, tuple[str, ...]] | None = Field(
        None, description="municipalities whose people consider a point, by point; default: the region's"
    )
    network_date: Date | None = Field(
        None,
        description="date whose services and opening hours hold all year; default: those of each day",
    )
    population: str = Field(description="series of the region's population")
    staffing: Staffing
    hours: dict[str, dict[str, tuple[Window, ...]]] = Field(
        {}, description="opening hours by point and authority in place of the region's"
    )
    demand: Demand = Demand()
    travel: Travel = Travel()
    observed_visits: str | None = Field(
        None,
        description="CSV month,point,authority,count of visits counted, which anchor the levels",
    )
    feedback: Feedback = Feedback()
    parameters: Overrides = Field({}, description="parameters of the registry that differ from their base")
    shocks: Overrides = Field(
        {}, description="parameters that turn out otherwise once needs are set: needs stay as without them"
    )
    events: dict[str, Event] = Field({}, description="what happens for some days of the year")
    people_since: int | None = Field(
        None,
        ge=2019,
        le=2040,
        description="year from which on the people have lived; default: they appear in the simulated year",
    )
    trajectory: Trajectory | None = Field(None, description="years after the first; default: none")
    run: RunSettings = RunSettings()

    @property
    def years(self) -> range:
        """Simulated years."""
        return range(self.year, (self.trajectory.last if self.trajectory else self.year) + 1)

    def in_year(self, year: int) -> Scenario:
        """Return the scenario of one of the simulated years alone, with the people of that year.

        Replications of it have the luck of that year of the trajectory.
        """
        if self.trajectory is None:
            return self
        changes: dict[str, Any] = {"year": year, "trajectory": None, "demand": self.demand}
        if year > self.year:
            changes["people_since"] = self.people_since or self.year
        for key in sorted(self.trajectory.steps):
            if int(key) <= year:
                changes |= self._step(self.trajectory.steps[key], changes["demand"])
        return self.model_copy(update=changes)

    def _step(self, step: Step, demand: Demand) -> dict[str, Any]:
        """Return what a step changes."""
        changes = {key: value for key, value in step if value is not None}
        if "epidemic" in changes:
            changes["demand"] = demand.model_copy(update={"epidemic": changes.pop("epidemic")})
        return changes

    def stream(self, name: str) -> str:
        """Return the name of a stream of random numbers in this scenario's year.

        Each year that people have lived on to has luck of its own; the years in which they appear share it.
        """
        return name if self.people_since in (None, self.year) else f"{self.year} {name}"

    def title_in(self, language: str) -> str:
        """Return the title in a language, else its name."""
        return next((title for key, title in self.title.items() if key == language), self.name)

    def in_force(self) -> dict[str, float]:
        """Return the parameters that differ from their base in the simulated year, shocks included."""
        return {**self.parameters, **self.shocks}

    def undisturbed(self) -> Scenario:
        """Return the scenario without shocks and events: what needs are set on."""
        return self.model_copy(update={"shocks": {}, "events": {}})

    def resolved(self) -> dict[str, Any]:
        """Return the scenario as plain values without defaults left open; it loads back as a file."""
        return self.model_dump(mode="json", exclude_none=True)

    def content(self) -> dict[str, Any]:
        """Return what decides the result of a replication, apart from the seed and the region's data.

        Left out: names and texts, how it is run, and where the region lies. Of files that it names it is the
        content that counts, not the place.
        """
        plain = self.resolved()
        for key in ("travel", "shocks", "events"):
            if not plain[key]:
                del plain[key]
        for part, key in FILE_KEYS:
            holder = plain.get(part, {}) if part else plain
            if key in holder:
                holder[key] = hashlib.sha256(Path(holder[key]).read_bytes()).hexdigest()
        return {key: value for key, value in plain.items() if key not in (*OWN_KEYS, "region", "run")}

    def digest(self) -> str:
        """Return 12 hex digits over all that decides the results: content, seed, region's data, model."""
        from sim.region import load_region  # the tables are read only when a digest is asked for

        data = load_region(self.region).digest
        return hash_of([self.content(), self.run.seed, data, sim.MODEL_VERSION])[:12]


def hash_of(value: Any) -> str:
    """Return the SHA-256 of a plain value in canonical JSON, 64 hex digits.

    >>> hash_of({"a": 1, "b": 2}) == hash_of({"b": 2, "a": 1})
    True
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema of a scenario file, which may hold differences from its parent only."""
    schema = Scenario.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["properties"]["extends"] = {
        "type": "string",
        "description": "parent: a file beside this one, or a shipped scenario",
    }
    for part in (schema, *schema["$defs"].values()):
        part.pop("required", None)
    return schema
