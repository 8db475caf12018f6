"""Serves the page: what is allowed, what is answered, and where."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType
from typing import Any

from dash import Dash
from flask import Flask, Response, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from sim.app.page import REPLICATIONS, make_page
from sim.app.runs import Runs
from sim.app.state import MAX_LINK, State
from sim.errors import InputError, Problem, RunError

#: Largest request that is read [bytes].
MAX_REQUEST = 256_000
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}


class _Quiet(WSGIRequestHandler):
    """Answers without a line for each request."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def make_app(runs: Runs, replications: int = REPLICATIONS) -> Dash:
    """Return the page as an application, safe to be served."""
    page = make_page(runs, replications)
    server: Flask = page.server
    server.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST
    policy = _policy(page)

    @server.before_request
    def refuse_long_links() -> Response | None:
        return Response("the link is too long", 414) if len(request.query_string) > 4 * MAX_LINK else None

    @server.after_request
    def protect(response: Response) -> Response:
        response.headers.update(_HEADERS if response.mimetype == "text/html" else _HEADERS_OF_FILES)
        response.headers["Content-Security-Policy"] = policy
        return response

    server.add_url_rule("/export.csv", "export", _export(runs, replications))
    return page


_HEADERS_OF_FILES = {key: value for key, value in _HEADERS.items() if key != "Cache-Control"}


def _policy(page: Dash) -> str:
    """Return what the browser may load: our own files only."""
    scripts = " ".join(page.csp_hashes())
    return (
        f"default-src 'none'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _export(runs: Runs, replications: int) -> Callable[[], Response]:
    """Return what answers a request for the numbers of a state."""

    def export() -> Response:
        _state, scenario = State.of_link(request.query_string.decode()).sound()
        try:
            table = runs.tables(scenario, replications)
        except RunError as error:
            return Response(str(error), 503)
        text = table.assign(scenario=scenario.name).to_csv(index=False, lineterminator="\n")
        return Response(text, mimetype="text/csv")

    return export


def listen(page: Dash, host: str, port: int) -> BaseWSGIServer:
    """Return a server of the page that is bound to a host and port; `serve_forever` starts it.

    Raises
    ------
    InputError
        If the port cannot be had.
    """
    try:
        return make_server(host, port, page.server, threaded=True, request_handler=_Quiet)
    except (OSError, SystemExit, OverflowError) as error:
        problem = Problem("--port", f"{host}:{port} cannot be used ({error})")
        raise InputError(problem) from error


def serve(host: str, port: int, workers: int, told: Callable[[str], Any]) -> None:
    """Serve the page until it is interrupted.

    Parameters
    ----------
    host, port
        Where to listen; only this machine can reach 127.0.0.1.
    workers
        Worker processes that simulate.
    told
        Called with the page's address when it can be opened.

    Raises
    ------
    InputError
        If the port cannot be had.
    """
    signal.signal(signal.SIGTERM, _leave)
    runs = Runs(workers)
    try:
        server = listen(make_app(runs), host, port)
        runs.warm(State().checked())
        told(f"http://{host}:{server.port}/")
        server.serve_forever()
    finally:
        runs.close()


def _leave(_number: int, _frame: FrameType | None) -> None:
    """End in order, so that no worker is left behind."""
    raise KeyboardInterrupt
