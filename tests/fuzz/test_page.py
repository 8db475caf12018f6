"""Whatever is sent to the page: an answer or a refusal, never a fault, and never more than was asked for."""

from __future__ import annotations

import copy
import json
from functools import cache
from typing import Any
from urllib.parse import quote

import pandas as pd
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from sim.app.page import PageState
from sim.app.parts import field_id
from sim.app.runs import Runs
from sim.app.server import make_app
from sim.app.worker import play
from sim.config import Scenario, load_scenario
from tests.fuzz.hostile import TEXTS, VALUES, fuzz, places, put

UPDATE = "/_dash-update-component"
LINK = "scenario=example_2030&lang=en"
#: Most that an answer may be [bytes]; the page's own are smaller than a tenth.
LARGEST = 5_000_000


class _Played(Runs):
    """Answers at once: with the year of the shipped scenario, whatever was changed in it."""

    def __init__(self) -> None:
        super().__init__(0)

    def first(self, scenario: Scenario) -> None:
        """Wait for nothing."""

    def done(self, scenario: Scenario, wanted: int) -> int:
        return wanted

    def wait_for(self, scenario: Scenario, n: int, seconds: float) -> None:
        """Wait for nothing."""

    def tables(self, scenario: Scenario, n: int) -> pd.DataFrame:
        return pd.concat([_year(scenario.name).assign(replication=k) for k in range(n)], ignore_index=True)


@cache
def _year(name: str) -> pd.DataFrame:
    return play(load_scenario(name, ["run.engine=compiled"]), 0)


@pytest.fixture(scope="module")
def served() -> Flask:
    app = make_app(_Played(), 2).server
    app.config["PROPAGATE_EXCEPTIONS"] = True  # a fault within shows itself here, not as a status
    return app


def prop(ident: Any, name: str, **value: Any) -> dict[str, Any]:
    return {"id": ident, "property": name, **value}


def asked(callback: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """Return the request that the page sends for a callback, as its list of dependencies tells it."""

    def filled(spec: dict[str, str]) -> Any:
        ident, name = spec["id"], spec["property"]
        if not ident.startswith("{"):
            return prop(ident, name, value=values.get(f"{ident}.{name}"))
        levers = list(PageState.of_link(LINK).levers.all.values())
        return [
            prop(field_id(lever.key), name, value=lever.base if name == "value" else field_id(lever.key))
            for lever in levers
        ]

    output = callback["output"]
    parts = [
        dict(zip(("id", "property"), part.rsplit(".", 1), strict=True))
        for part in output.strip(".").split("...")
    ]
    return {
        "output": output,
        "outputs": parts if output.startswith("..") else parts[0],
        "inputs": [filled(spec) for spec in callback["inputs"]],
        "state": [filled(spec) for spec in callback["state"]],
        "changedPropIds": [f"{spec['id']}.{spec['property']}" for spec in callback["inputs"]][:1],
    }


@pytest.fixture(scope="module")
def requests(served: Flask) -> list[dict[str, Any]]:
    """One sound request for each callback of the server."""
    values = {
        "url.search": f"?{LINK}",
        "pin.data": "",
        "state.data": LINK,
        "do-pin.n_clicks": 1,
        "asked.data": {"link": LINK, "n": 1},
    }
    callbacks = served.test_client().get("/_dash-dependencies").get_json()
    return [asked(callback, values) for callback in callbacks if not callback["clientside_function"]]


def post(client: FlaskClient, body: bytes) -> int:
    answer = client.post(UPDATE, data=body, content_type="application/json")
    assert len(answer.data) < LARGEST
    assert b"Traceback" not in answer.data
    return answer.status_code


def test_what_the_page_itself_sends_is_answered(served, requests):
    assert len(requests) == 4
    for request in requests:
        assert post(served.test_client(), json.dumps(request).encode()) == 200


@fuzz
@given(data=st.data(), value=VALUES, deeper=st.integers(0, 3))
def test_a_request_with_anything_anywhere(served, requests, data, value, deeper):
    request = copy.deepcopy(data.draw(st.sampled_from(requests)))
    short = [place for place in places(request) if not any(isinstance(k, int) and k > 3 for k in place)]
    put(request, data.draw(st.sampled_from(short)), value)
    for _ in range(deeper):
        request["inputs"] = [request["inputs"]]
    body = json.dumps(request).encode()
    assert post(served.test_client(), body) in (200, 204, 400)


@fuzz
@given(field=TEXTS, times=st.integers(1, 2000), value=st.one_of(TEXTS, st.integers(), st.floats(), st.none()))
def test_fields_in_any_number_with_any_value(served, requests, field, times, value):
    request = copy.deepcopy(next(request for request in requests if len(request["inputs"]) == 2))
    ident = {"lever": field}
    request["inputs"][0] = [prop(ident, "value", value=value)] * times
    request["state"][0] = [prop(ident, "id", value=ident)] * times
    assert post(served.test_client(), json.dumps(request).encode()) in (200, 400, 413)


@fuzz
@given(body=st.one_of(st.binary(max_size=200), VALUES.map(lambda value: json.dumps(value).encode())))
def test_a_request_of_any_bytes(served, body):
    assert post(served.test_client(), body) in (400, 415)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"9" * 200_000,
        b'{"output": "' + b"x" * 200_000 + b'"}',
        b'{"output": "\\ud800"}',
        b"\xff\xfe{\x00}\x00",
        b"null",
    ],
)
def test_a_request_that_is_deep_or_long_is_refused(served, body):
    assert post(served.test_client(), body) == 400


PATHS = st.one_of(
    st.just("export.csv"),
    st.sampled_from(["", "assets/", "static/", "_favicon.ico", "_dash-layout", "_reload-hash"]),
    TEXTS.map(lambda text: f"assets/{text}"),
    st.tuples(st.sampled_from(["dash", "sim", "dash.dcc", "..", ""]), TEXTS).map(
        lambda pair: "_dash-component-suites/" + "/".join(pair)
    ),
    TEXTS,
)
QUERIES = st.one_of(
    st.binary(max_size=60),
    TEXTS.map(lambda text: text.encode("utf-8", "replace")),
    st.sampled_from([b"&" * 3000, b"pin=" * 900, b"scenario=example_2030&pin=pin%3Dpin%253D", b"lang=\xff"]),
)
HOSTS = st.one_of(
    st.just("localhost"), TEXTS, st.sampled_from(["[::1", "[", "]:80", "localhost:x", "a@localhost"])
)


def get(served: Flask, path: str, query: bytes, host: str) -> int:
    """Ask for an address and return the status."""
    environ = {
        "HTTP_HOST": host.encode("utf-8", "replace").decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
    }
    answer = served.test_client().get(
        "/" + quote(path, safe="/", errors="replace"), environ_overrides=environ
    )
    assert len(answer.data) < LARGEST
    assert b"import " not in answer.data.split(b"\n", 1)[0]
    return answer.status_code


@fuzz
@given(path=PATHS, query=QUERIES, host=HOSTS)
def test_any_address_under_any_name(served, path, query, host):
    assert get(served, path, query, host) in (200, 302, 304, 308, 400, 404, 405, 414)


@pytest.mark.parametrize(
    ("query", "host", "status"),
    [
        (b"&" * 3000, "localhost", 200),
        (b"lang=\xff", "localhost", 400),
        (b"\xff\xfe\x00", "localhost", 400),
        (b"", "[::1", 400),
        (b"", "a]b", 400),
        (b"", "", 400),
        (b"x" * 40_000, "localhost", 414),
    ],
)
def test_a_link_that_cannot_be_read_is_answered(served, query, host, status):
    assert get(served, "export.csv", query, host) == status
