"""The left side of the page: fields for all that a planner may change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dash import dcc, html

from sim.app.charts import named
from sim.app.levers import Lever, RosterRow
from sim.app.state import MAX_COUNT, State, year_scenarios
from sim.app.windows import with_local_days
from sim.config import load_scenario
from sim.locale import Language, message, translator
from sim.reports.names import Labels, short_name

_PLACES = {
    "counter": message("Counters"),
    "closed_room": message("Closed rooms"),
    "remote_station": message("Remote stations"),
}
_SHARED = {"remote": message("Remote service"), "guidance": message("Guidance")}
_FIELDS = {
    "count": message("Officials"),
    "diary": message("of whom for bookings, at most"),
    "start": message("Shift from"),
    "end": message("Shift until"),
}
#: Pause after which a number that is being typed counts [s].
_DEBOUNCE_S = 0.15
_LANGUAGE_NAMES: dict[Language, str] = {"fi": "Suomi", "sv": "Svenska", "en": "English"}


def field_id(key: str) -> dict[str, str]:
    """Return the id of a lever's field; dots are not allowed in ids."""
    return {"lever": key.replace(".", "|")}


def key_of(ident: dict[str, str]) -> str:
    """Return the key of the lever that a field belongs to."""
    return ident["lever"].replace("|", ".")


def lever_panel(state: State) -> list[Any]:
    """Return the fields of a state's scenario, holding the state's values."""
    _ = translator(state.lang)
    labels = Labels.read(state.levers.scenario.region, state.lang)
    panel = _Panel(state, labels)
    return [
        html.H2(_("Scenario")),
        _scenarios(state),
        _section(_("Target and adoption"), [panel.target(), panel.adoption()], opened=True),
        html.H2(_("Officials")),
        *panel.officials(),
        html.H2(_("Places")),
        *panel.places(),
        html.H2(_("Opening hours")),
        html.P(_("Days and times, windows parted by semicolons; empty is closed."), className="note"),
        *panel.hours(),
    ]


def language_links(state: State) -> list[Any]:
    """Return links to the page as it is, in each language."""
    links = []
    for lang, name in _LANGUAGE_NAMES.items():
        current: dict[str, Any] = {"aria-current": "true"} if lang == state.lang else {}
        links.append(html.A(name, href=f"?{state.link(lang=lang)}", lang=lang, hrefLang=lang, **current))
    return links


def _scenarios(state: State) -> Any:
    """Return the scenario's title, and links to the shipped ones behind it."""
    items = []
    for name in year_scenarios():
        current: dict[str, Any] = {"aria-current": "page"} if name == state.scenario else {}
        title = load_scenario(name).title_in(state.lang)
        items.append(html.Li(html.A(title, href=f"?scenario={name}&lang={state.lang}", **current)))
    chosen = html.Strong(state.levers.scenario.title_in(state.lang))
    links = html.Nav(html.Ul(items, className="choices"), **named(translator(state.lang)("Scenario")))
    return html.Details([html.Summary(chosen), links])


def _section(title: str, parts: Iterable[Any], *, opened: bool = False) -> Any:
    """Return fields that can be folded away."""
    return html.Details([html.Summary(title), *parts], open=opened)


class _Panel:
    """Makes the fields of one state."""

    def __init__(self, state: State, labels: Labels) -> None:
        self._state, self._labels = state, labels
        self._levers = state.levers
        self._translate = translator(state.lang)

    def target(self) -> Any:
        """Return the fields of the service target."""
        _ = self._translate
        share, wait = list(self._levers.all)[:2]
        return html.Div(
            [
                self._field(share, _("Target: served in time, % of all who arrive")),
                self._field(wait, _("Target: longest wait, min")),
            ],
            className="fields",
        )

    def adoption(self) -> Any:
        """Return the fields of digital adoption."""
        _ = self._translate
        return html.Div(
            [
                self._field("demand.adoption", _("Digital adoption: −1 low, 0 base, 1 high")),
                self._field("demand.acceptance", _("Acceptance of a video desk: −1 low, 0 base, 1 high")),
            ],
            className="fields",
        )

    def officials(self) -> list[Any]:
        """Return the fields of the officials, a section a point or remote pool."""
        part = "staffing.officials."
        found = []
        for point in self._levers.places_of(part):
            rows = dict.fromkeys(lever.subject for lever in self._levers.at(part, point))
            fields = [self._row(self._levers.rows[name]) for name in rows]
            first = point == self._levers.places_of(part)[0]
            found.append(_section(self._place(point), fields, opened=first))
        return found

    def _row(self, row: RosterRow) -> Any:
        """Return the fields of one roster row: the number first, the rest folded away."""
        _ = self._translate
        name = self._row_name(row)
        keys = {field: f"staffing.officials.{row.name}.{field}" for field in _FIELDS}
        more = [
            self._field(keys[field], _(_FIELDS[field]), f"{name}, {_(_FIELDS[field])}")
            for field in ("diary", "start", "end")
        ]
        folded = html.Details(
            [
                html.Summary(_("Shift and bookings"), **named(f"{name}: " + _("Shift and bookings"))),
                *more,
            ]
        )
        return html.Div([self._field(keys["count"], name), folded], className="fields row")

    def _row_name(self, row: RosterRow) -> str:
        """Return what a roster row is called: for whom, and when if not every weekday."""
        _ = self._translate
        names = [self._authority(authority) for authority in row.authorities]
        days = "" if row.days == "Mon-Fri" else f" {with_local_days(row.days, self._state.lang)}"
        called = f" ({_('on call')})" if row.on_call else ""
        return f"{', '.join(names)}{days}{called}"

    def places(self) -> list[Any]:
        """Return the fields of the places, a section a point."""
        _ = self._translate
        part = "staffing.places."
        found = []
        for point in self._levers.places_of(part):
            name = self._place(point)
            fields = [
                self._field(lever.key, _(_PLACES[lever.subject]), f"{name}, {_(_PLACES[lever.subject])}")
                for lever in self._levers.at(part, point)
            ]
            found.append(_section(name, [html.Div(fields, className="fields")]))
        return found

    def hours(self) -> list[Any]:
        """Return the fields of the opening hours, a section a point."""
        found = []
        for point in self._levers.places_of("hours."):
            name = self._place(point)
            fields = [
                self._field(
                    lever.key, self._authority(lever.subject), f"{name}, {self._authority(lever.subject)}"
                )
                for lever in self._levers.at("hours.", point)
            ]
            found.append(_section(name, [html.Div(fields, className="fields wide")]))
        return found

    def _field(self, key: str, label: str, told: str = "") -> Any:
        """Return one field with its label; `told` is its name for who does not see the section's title."""
        lever = self._levers.all[key]
        value: Any = self._state.value(key)
        if lever.kind == "windows":
            value = with_local_days(value, self._state.lang)
        field = dcc.Input(id=field_id(key), value=value, debounce=_DEBOUNCE_S, **_look(lever))
        return html.Label([html.Span(label), field], title=told or label)

    def _authority(self, key: str) -> str:
        """Return the short name of an authority, or of a service that all share."""
        _ = self._translate
        return _(_SHARED[key]) if key in _SHARED else short_name(self._labels.authority(key))

    def _place(self, key: str) -> str:
        """Return the name of a point, or of a remote pool."""
        _ = self._translate
        return self._labels.points.get(key) or _("Remote service pool")


def _look(lever: Lever) -> dict[str, Any]:
    """Return the native type of a field and its limits."""
    if lever.kind == "count":
        return {"type": "number", "min": 0, "max": MAX_COUNT, "step": 1, "inputMode": "numeric"}
    if lever.kind in ("position", "percent", "minutes"):
        limits = {"position": (-1, 1, 0.25), "percent": (1, 100, 1), "minutes": (0, 240, 1)}[lever.kind]
        return {"type": "number", **dict(zip(("min", "max", "step"), limits, strict=True))}
    return {"type": "text", "maxLength": 300 if lever.kind == "windows" else 5, "autoComplete": "off"}
