"""The page itself: its skeleton and what happens when something on it changes."""

from __future__ import annotations

import html as htmllib
from typing import Any

import dash
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, dcc, html
from flask import request

from sim.app.charts import named
from sim.app.live import LiveRun, shown_rows
from sim.app.parts import key_of, language_links, lever_panel
from sim.app.runs import Busy, Runs
from sim.app.state import State as PageState
from sim.app.state import language_of
from sim.app.view import Shown, results
from sim.app.windows import with_plain_days
from sim.config import Scenario
from sim.errors import RunError
from sim.locale import translator
from sim.reports.sheet import Sheet

#: Simulated years behind the page's numbers when it has settled.
REPLICATIONS = 5
#: Longest time that a question for more replications stays open [s].
_POLL_S = 2.0
_TITLE = "visitsim"

_INDEX = """<!DOCTYPE html>
<html lang="{lang}">
<head>
{metas}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
{favicon}
{css}
</head>
<body>
{app_entry}
<footer>{config}{scripts}{renderer}</footer>
</body>
</html>"""


class _Page(Dash):
    """Dash with the language of the link in the document."""

    def interpolate_index(self, *args: Any, **parts: Any) -> str:
        """Return the document."""
        lang = language_of(request.args.get("lang", ""))
        title = f"{_TITLE} – {translator(lang)('Service points of the region')}"
        return _INDEX.format(**{**parts, "lang": lang, "title": htmllib.escape(title)})


def make_page(runs: Runs, replications: int = REPLICATIONS) -> Dash:
    """Return the page, its callbacks answered by `runs`."""
    page = _Page(
        __package__,
        serve_locally=True,
        update_title="",
        suppress_callback_exceptions=True,
        compress=False,
    )
    page.layout = _skeleton
    _register(page, runs, replications)
    return page


def _skeleton() -> Any:
    """Return what is there before anything is known."""
    return html.Div(
        [
            dcc.Location(id="url", refresh=False),
            dcc.Store(id="state", data=""),
            dcc.Store(id="pin", data=None),
            dcc.Store(id="first"),
            dcc.Store(id="asked"),
            dcc.Store(id="refined"),
            html.Header(
                [
                    html.H1(_TITLE, id="title"),
                    html.Nav(id="languages", **named("Kieli, språk, language")),
                ]
            ),
            html.Main(
                [
                    html.Div(id="levers", className="levers"),
                    html.Div(
                        [
                            html.Div(id="problems", role="alert"),
                            html.Div(
                                [
                                    html.Button(id="do-pin", type="button"),
                                    html.Button(id="undo-pin", type="button"),
                                ],
                                className="actions",
                            ),
                            html.Div(id="results"),
                        ],
                        className="results",
                    ),
                ]
            ),
        ]
    )


def _register(page: Dash, runs: Runs, replications: int) -> None:
    """Tell the page what to do when something changes."""

    @page.callback(
        Output("levers", "children"),
        Output("title", "children"),
        Output("do-pin", "children"),
        Output("undo-pin", "children"),
        Output("pin", "data"),
        Input("url", "search"),
    )
    def open_link(search: str | None) -> tuple[Any, ...]:
        state, _scenario = PageState.of_link(search or "").sound()
        _ = translator(state.lang)
        title = _("Service points of the region")
        return lever_panel(state), title, _("Pin this state"), _("Compare with the scenario"), state.pin

    @page.callback(
        Output("pin", "data", allow_duplicate=True),
        Input("do-pin", "n_clicks"),
        Input("undo-pin", "n_clicks"),
        State("state", "data"),
        prevent_initial_call=True,
    )
    def change_pin(_done: int | None, _undone: int | None, link: str) -> Any:
        if not dash.callback_context.triggered[0]["value"]:
            return dash.no_update
        keep = dash.callback_context.triggered_id == "do-pin"
        return PageState.of_link(link).link(pin="") if keep else ""

    @page.callback(
        Output("first", "data"),
        Output("problems", "children"),
        Output("languages", "children"),
        Output("state", "data"),
        Input({"lever": ALL}, "value"),
        Input("pin", "data"),
        State({"lever": ALL}, "id"),
        State("url", "search"),
        prevent_initial_call=True,
    )
    def change(
        values: list[Any], pin: str | None, ids: list[dict[str, str]], search: str | None
    ) -> tuple[Any, ...]:
        if not values or pin is None:
            return (dash.no_update,) * 4
        state = _state_of(search or "", pin, list(zip(ids, values, strict=True)))
        return _answer(runs, state, replications)

    @page.callback(
        Output("refined", "data"),
        Input("asked", "data"),
        prevent_initial_call=True,
    )
    def refine(asked: dict[str, Any] | None) -> Any:
        if not asked:
            return dash.no_update
        return _refined(runs, str(asked["link"]), int(asked["n"]), replications)

    _register_in_browser(page)


def _register_in_browser(page: Dash) -> None:
    """Tell the page what the browser does by itself; see ``assets/state.js``."""
    page.clientside_callback(  # type: ignore[no-untyped-call] # Dash does not type it
        ClientsideFunction("visitsim", "remember"), Output("state", "id"), Input("state", "data")
    )
    page.clientside_callback(  # type: ignore[no-untyped-call] # Dash does not type it
        ClientsideFunction("visitsim", "show"), Output("results", "id"), Input("first", "data")
    )
    page.clientside_callback(  # type: ignore[no-untyped-call] # Dash does not type it
        ClientsideFunction("visitsim", "accept"),
        Output("results", "id", allow_duplicate=True),
        Input("refined", "data"),
        State("state", "data"),
        prevent_initial_call=True,
    )


def _refined(runs: Runs, link: str, shown: int, replications: int) -> dict[str, Any]:
    """Return a state with more replications, as soon as there are any; `results` is None until then.

    The browser drops the answer if another state is shown by then, else it asks for the next one.
    """
    nothing = {"link": link, "n": shown, "results": None, "done": False}
    state, scenarios = _played(PageState.of_link(link))
    try:
        for scenario in scenarios:
            runs.wait_for(scenario, min(shown + 1, replications), _POLL_S)
        if min(runs.done(scenario, replications) for scenario in scenarios) <= shown < replications:
            return nothing
        return _told(show(runs, state, replications), link)
    except Busy:
        return nothing
    except RunError:
        return nothing | {"done": True}


def _told(found: Shown, link: str) -> dict[str, Any]:
    """Return what the browser is sent of a state, marked with its link."""
    n = found.sheet.replications
    return {"link": link, "n": n, "results": results(found), "done": n >= found.wanted}


def _state_of(search: str, pin: str, fields: list[tuple[dict[str, str], Any]]) -> PageState:
    """Return the state that the fields describe, on the scenario of the link."""
    link = PageState.of_link(search)
    bare = PageState(link.scenario, link.lang, pin=pin, problems=_about_link(link))
    values = ((key_of(ident), "" if value is None else str(value)) for ident, value in fields)
    plain = (
        (key, with_plain_days(text, link.lang) if key.startswith("hours.") else text) for key, text in values
    )
    return bare.changed(plain)


def _about_link(link: PageState) -> tuple[str, ...]:
    """Return what was wrong in the link itself, which the fields do not show."""
    return link.sound()[0].problems


def _answer(runs: Runs, state: PageState, replications: int) -> tuple[Any, ...]:
    """Return all that a change of the state changes on the page."""
    state, _scenario = state.sound()
    links = language_links(state)
    told = [html.P(problem) for problem in state.problems]
    try:
        found = show(runs, state, replications)
    except RunError as error:
        _ = translator(state.lang)
        busy = _("Many are working here at the moment; try again in a minute.")
        failed = _("The simulation failed; change something else, or tell us how it came about.")
        told.append(html.P(busy if isinstance(error, Busy) else failed))
        return dash.no_update, told, links, state.link()
    return _told(found, state.link()), told, links, state.link()


def show(runs: Runs, state: PageState, replications: int) -> Shown:
    """Return a state as far as it and the pinned one are played, and set going what is missing."""
    state, scenarios = _played(state)
    for scenario in scenarios:
        runs.first(scenario)
    n = max(1, min(runs.done(scenario, replications) for scenario in scenarios))
    played = [LiveRun(scenario, shown_rows(runs.tables(scenario, n))) for scenario in scenarios]
    pinned = played[1] if len(played) > 1 else None
    return Shown(state, played[0], Sheet.of(played[0], state.lang), pinned, replications)


def _played(state: PageState) -> tuple[PageState, list[Scenario]]:
    """Return a state as far as it is sound, its scenario, and the pinned one if it is another."""
    state, scenario = state.sound()
    _pinned, other = state.pinned.sound()
    return state, [scenario] if other.digest() == scenario.digest() else [scenario, other]
