"""Serves the page: what is allowed, what is answered, and where."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from collections.abc import Callable
from ipaddress import ip_address
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

from dash import Dash
from dash.exceptions import DependencyException
from flask import Flask, Response, request
from werkzeug.serving import BaseWSGIServer, ThreadedWSGIServer, WSGIRequestHandler

from sim.app.asked import is_sound
from sim.app.page import REPLICATIONS, make_page
from sim.app.runs import Runs
from sim.app.state import MAX_LINK, State
from sim.errors import InputError, Problem, RunError

#: Largest request that is read [bytes].
MAX_REQUEST = 256_000
#: Requests that are answered at a time; others wait until one is done.
MAX_CONNECTIONS = 400
#: How long a silent connection is kept [s].
_SILENCE = 30
#: How long a connection is kept at most [s]: longer than any answer is waited for, so that whoever asks a
#: letter at a time holds none for ever.
LONGEST = 180
#: Names under which a page that only this machine can reach may be asked for. A foreign name that is made
#: to lead here ("DNS rebinding") is none of them, so a foreign page cannot read ours.
_OWN_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}


class _Quiet(WSGIRequestHandler):
    """Answers without a line for each request, and without naming the versions behind it."""

    timeout = _SILENCE

    def handle(self) -> None:
        """Answer, or end the connection when its time is up."""
        late = threading.Timer(LONGEST, self._end)
        late.daemon = True
        late.start()
        try:
            super().handle()
        finally:
            late.cancel()

    def _end(self) -> None:
        with contextlib.suppress(OSError):  # it has ended already
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""

    def version_string(self) -> str:
        """Return what the header `Server` says."""
        return "visitsim"


class _Bounded(ThreadedWSGIServer):
    """A thread a request, as many as are allowed."""

    def __init__(self, host: str, port: int, app: Flask) -> None:
        self._free = threading.BoundedSemaphore(MAX_CONNECTIONS)
        super().__init__(host, port, app, _Quiet)

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client: Any) -> None:
        """Answer in a thread of its own, as soon as one is free."""
        self._free.acquire()
        super().process_request(request, client)

    def process_request_thread(
        self, request: socket.socket | tuple[bytes, socket.socket], client: Any
    ) -> None:
        """Answer, and let the next one in."""
        try:
            super().process_request_thread(request, client)
        finally:
            self._free.release()


def make_app(runs: Runs, replications: int = REPLICATIONS, host: str = "127.0.0.1") -> Dash:
    """Return the page as an application, safe to be served.

    Parameters
    ----------
    runs
        Plays what is asked for.
    replications
        Simulated years of each answer, ≥ 1.
    host
        Where it will listen. If only this machine can reach that, the page answers to this machine's own
        names alone.
    """
    page = make_page(runs, replications)
    server: Flask = page.server
    server.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST
    names = _OWN_NAMES | {host} if _is_loopback(host) else None
    policy = _policy(page)

    @server.before_request
    def refuse() -> Response | None:
        if len(request.query_string) > 4 * MAX_LINK:
            return Response("the link is too long", 414)
        if not _is_text(request.query_string):
            return Response("the link is no text", 400)
        if names and _asked_name() not in names:
            return Response("this page has another name", 400)
        if _comes_from_elsewhere():
            return Response("ask from the page itself", 403)
        if request.method == "POST" and not is_sound(page.callback_map, request.get_data()):
            return Response("the page does not ask so", 400)
        return None

    @server.errorhandler(DependencyException)
    def refuse_unknown_parts(_error: DependencyException) -> Response:
        return Response("no such file", 404)

    @server.after_request
    def protect(response: Response) -> Response:
        response.headers.update(_HEADERS if response.mimetype == "text/html" else _HEADERS_OF_FILES)
        response.headers["Content-Security-Policy"] = policy
        return response

    server.add_url_rule("/export.csv", "export", _export(runs, replications))
    return page


def _is_loopback(host: str) -> bool:
    """Return whether only this machine can reach a host."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_text(query: bytes) -> bool:
    """Return whether a query is in the encoding of links."""
    try:
        query.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _asked_name() -> str:
    """Return the name under which the page is asked for, empty if it is none."""
    try:
        return urlsplit(f"//{request.host}").hostname or ""
    except ValueError:
        return ""


def _comes_from_elsewhere() -> bool:
    """Return whether another site's page makes the browser ask; following a link to here is fine."""
    site, mode = (request.headers.get(f"Sec-Fetch-{name}", "") for name in ("Site", "Mode"))
    return site in ("cross-site", "same-site") and mode != "navigate"


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
        return _Bounded(host, port, page.server)
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
        server = listen(make_app(runs, host=host), host, port)
        runs.warm(State().checked())
        told(f"http://{host}:{server.port}/")
        server.serve_forever()
    finally:
        runs.close()


def _leave(_number: int, _frame: FrameType | None) -> None:
    """End in order, so that no worker is left behind."""
    raise KeyboardInterrupt
