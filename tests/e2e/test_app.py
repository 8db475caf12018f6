"""The planner's page in a browser: languages, accessibility, numbers, wrong input, many users."""

from __future__ import annotations

import io
import re
import signal
import socket
import subprocess
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright

from sim.app.runs import Runs
from sim.app.server import listen, make_app
from sim.app.state import State
from sim.config import load_scenario
from sim.experiments.replication import replicate
from sim.reports.results import Values
from sim.reports.tables import Column, written
from tests.e2e.commands import VISITSIM

#: Debian's browser. Without it these tests fail: a page that nobody has opened is not tested.
CHROMIUM = "/usr/bin/chromium"
REPLICATIONS = 2
OFFICIALS = "staffing.officials.lahti_kela.count"
#: Longest wait for a condition; a busy machine takes a while, a page that works comes sooner.
WAIT_MS = 600_000


@dataclass(frozen=True)
class Site:
    """A served page."""

    address: str
    runs: Runs

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.address + path, timeout=120) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    runs = Runs(2)
    # Compiling takes longer than a session waits on a busy machine, so it is done before anybody asks.
    runs.wait_for(load_scenario("baseline_2030", ["run.engine=compiled"]), REPLICATIONS, WAIT_MS / 1_000)
    server = listen(make_app(runs, REPLICATIONS), "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.port}/", runs)
    server.shutdown()
    thread.join()
    server.server_close()
    runs.close()


@pytest.fixture(scope="module")
def served(site: Site) -> Flask:
    """Give the application behind a page that only this machine can reach."""
    return make_app(site.runs, REPLICATIONS).server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1366, "height": 900})
    context.set_default_timeout(WAIT_MS)
    yield context.new_page()
    context.close()


def link(**changes: str) -> str:
    return "?" + urllib.parse.urlencode({"lang": "en", **changes})


def settled(page: Page) -> str:
    """Wait until all replications are in and return the verdict."""
    page.wait_for_function(
        "n => document.querySelector('#verdict')?.textContent.includes(n)",
        arg=f"over {REPLICATIONS} of {REPLICATIONS}",
        timeout=WAIT_MS,
    )
    return page.inner_text("#verdict")


def field(page: Page, key: str) -> str:
    """Return the selector of a lever's field."""
    return f'[id="{{\\"lever\\":\\"{key.replace(".", "|")}\\"}}"]'


def expected_share(sets: list[str]) -> str:
    """Return the share within the target as the stored run of the same settings would print it."""
    scenario = load_scenario("baseline_2030", [*sets, "run.engine=compiled"])
    runs = [replicate(scenario, n, False)[0].assign(replication=n) for n in range(REPLICATIONS)]
    found = Values.of(pd.concat(runs), ["within"]).get("within", "target")
    return written(found, Column("", "share", 1), "en")


@pytest.mark.parametrize(
    ("lang", "verdict", "width"),
    [("fi", "Yhteenveto", 1366), ("sv", "Sammanfattning", 390), ("en", "Verdict", 900)],
)
def test_it_opens_in_each_language_without_a_fault(
    site: Site, page: Page, lang: str, verdict: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    complaints: list[str] = []
    outside: list[str] = []
    page.on(
        "console", lambda told: complaints.append(told.text) if told.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda asked: (
            outside.append(asked.url) if not asked.url.startswith((site.address, "data:")) else None
        ),
    )
    page.goto(f"{site.address}?lang={lang}")
    page.wait_for_selector("#verdict", timeout=WAIT_MS)
    assert page.get_attribute("html", "lang") == lang
    assert verdict in page.inner_text("#results h2 >> nth=0")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    which = ".scroll" if width > 1200 else ".scroll:has(.heat)"
    cut = f"[...document.querySelectorAll('{which}')].map(t => t.scrollWidth - t.clientWidth)"
    assert set(page.evaluate(cut)) == {0}
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert complaints == []
    assert outside == []


def test_one_official_more_changes_the_numbers_to_those_of_a_run(site: Site, page: Page) -> None:
    page.goto(site.address + link())
    before = settled(page)
    assert before.startswith(expected_share([]))
    page.focus(field(page, OFFICIALS))
    page.keyboard.press("ArrowDown")
    page.wait_for_function(
        "told => document.querySelector('#verdict').textContent !== told", arg=before, timeout=WAIT_MS
    )
    after = settled(page)
    assert after.startswith(expected_share([f"{OFFICIALS}=9"]))
    page.wait_for_function("key => location.search.includes(key)", arg=f"{OFFICIALS}=9", timeout=WAIT_MS)
    assert "Difference to the pinned state" in page.inner_text("#results")
    page.reload()
    assert settled(page) == after
    assert page.input_value(field(page, OFFICIALS)) == "9"


@pytest.mark.parametrize(
    "changes",
    [
        {OFFICIALS: "9"},
        {"staffing.officials.lahti_te.count": "8"},  # fewer than have a diary, so bookings change too
        {"staffing.places.lahti_yhteinen.closed_room": "6", "parameters.service_target_wait": "5"},
        {"hours.lahti_yhteinen.Kela": "Mon-Fri 9-14; Tue 14-17 booked"},
        {OFFICIALS: "9", "staffing.officials.heinola_kela.count": "3"},  # one official moved
        {"scenario": "plan_2030_heinola", OFFICIALS: "9"},
    ],
)
def test_the_export_is_the_table_of_the_run(site: Site, changes: dict[str, str]) -> None:
    status, text = site.get("export.csv" + link(**changes))
    assert status == 200
    table = pd.read_csv(io.StringIO(text))
    sets = State.of_link(link(**changes)).sets
    name = changes.get("scenario", "baseline_2030")
    stored = replicate(load_scenario(name, [*sets, "run.engine=compiled"]), 1, False)[0]
    mine = table[table["replication"] == 1].head(len(stored)).reset_index(drop=True)
    pd.testing.assert_frame_equal(mine[list(stored.columns)], stored, check_dtype=False, rtol=1e-12)


def test_a_keyboard_suffices(site: Site, page: Page) -> None:
    page.goto(site.address + link())
    before = settled(page)
    for _ in range(40):
        page.keyboard.press("Tab")
        if "lahti_kela|count" in (page.evaluate("document.activeElement.id") or ""):
            break
    else:
        pytest.fail("no official can be reached with the keyboard")
    page.keyboard.press("ArrowUp")
    page.wait_for_function(
        "told => document.querySelector('#verdict').textContent !== told", arg=before, timeout=WAIT_MS
    )
    page.wait_for_function("key => location.search.includes(key)", arg=f"{OFFICIALS}=11", timeout=WAIT_MS)
    assert settled(page) != before
    assert page.input_value(field(page, OFFICIALS)) == "11"


def test_a_pinned_state_is_what_later_changes_are_compared_with(site: Site, page: Page) -> None:
    page.goto(site.address + link(**{OFFICIALS: "9"}))
    settled(page)
    page.click("#do-pin")
    page.wait_for_function("() => location.search.includes('pin=')", timeout=WAIT_MS)
    page.wait_for_function(
        "() => document.querySelector('#results').textContent.includes('This is the pinned state')",
        timeout=WAIT_MS,
    )
    page.reload()
    settled(page)
    assert "This is the pinned state" in page.inner_text("#results")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({OFFICIALS: "-3"}, "is not a whole number from 0 to 200; 10 is used"),
        ({OFFICIALS: "9" * 400}, "is not a whole number"),
        ({"demand.adoption": "nan"}, "is not a number from −1 to 1"),
        ({"hours.lahti_yhteinen.Kela": "whenever"}, "is not days and times"),
        ({"travel.car": "/etc/hostname"}, "The link names travel.car"),
        ({"scenario": "../../secret"}, "There is no scenario"),
        ({"staffing.officials.lahti_kela.start": "16:00"}, "These changes do not go together"),
        ({"hours.lahti_yhteinen.Kela": "Fri-Mon 9-15"}, "These changes do not go together"),
        ({"<script>": "1"}, "The link names <script>"),
        ({"pin": "scenario=none&x=%ff"}, ""),
    ],
)
def test_wrong_links_are_met_politely(changes: dict[str, str], told: str) -> None:
    state, scenario = State.of_link(link(**changes)).sound()
    assert told in " ".join(state.problems)
    assert scenario.name == "baseline_2030"
    assert state.changes == {}
    assert state.pinned.sound()[1].name == "baseline_2030"


def test_a_wrong_field_is_told_on_the_page(site: Site, page: Page) -> None:
    page.goto(site.address + link(**{OFFICIALS: "many"}))
    verdict = settled(page)
    assert "“many” is not a whole number" in page.inner_text("#problems")
    hours = page.locator(field(page, "hours.lahti_yhteinen.Kela"))
    hours.evaluate("field => { field.closest('details').open = true; }")
    hours.fill("now and then")
    page.wait_for_function(
        "() => document.querySelector('#problems').textContent.includes('now and then')", timeout=WAIT_MS
    )
    assert settled(page) == verdict


def test_too_much_is_refused(site: Site) -> None:
    assert site.get("?x=" + "y" * 40_000)[0] == 414
    body = b"x" * 300_000
    asked = urllib.request.Request(
        site.address + "_dash-update-component", body, {"Content-Type": "application/json"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked, timeout=60)
    assert refused.value.code == 413
    refused.value.close()


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("", {"Host": "rebound.example"}, 400),
        ("export.csv", {"Host": "rebound.example:80"}, 400),
        ("", {"Host": "localhost:1"}, 200),
        ("", {"Host": "[::1]"}, 200),
        ("export.csv", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, 403),
        ("_dash-layout", {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}, 403),
        ("", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),
        ("_dash-layout", {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}, 200),
    ],
)
def test_other_sites_are_not_answered(served: Flask, path: str, headers: dict[str, str], status: int) -> None:
    assert served.test_client().get("/" + path, headers=headers).status_code == status


@pytest.mark.parametrize(("host", "status"), [("127.0.0.2", 400), ("0.0.0.0", 200)])
def test_a_page_for_a_network_answers_to_its_name_there(site: Site, host: str, status: int) -> None:
    client = make_app(site.runs, host=host).server.test_client()
    assert client.get("/", headers={"Host": "planner.example"}).status_code == status


@pytest.mark.parametrize(
    "path",
    [
        "../pyproject.toml",
        "assets/../server.py",
        "assets/%2e%2e/server.py",
        "assets/..%5cserver.py",
        "assets//etc/hostname",
        "_dash-component-suites/dash/../../../etc/hostname",
        "_dash-component-suites/sim/app/server.py",
        "results/manifest.json",
        "pyproject.toml",
    ],
)
def test_no_file_of_this_machine_is_given_out(served: Flask, path: str) -> None:
    answer = served.test_client().get("/" + path)
    # Whatever the path, the page itself is shown, or nothing.
    assert answer.status_code == 404 or b'id="_dash-config"' in answer.data
    assert b"import " not in answer.data


def test_the_answer_does_not_name_the_versions_behind_it(site: Site) -> None:
    with urllib.request.urlopen(site.address, timeout=60) as answer:
        assert answer.headers["Server"] == "visitsim"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_more_connections_than_are_answered_at_a_time_wait(site: Site, monkeypatch) -> None:
    monkeypatch.setattr("sim.app.server.MAX_CONNECTIONS", 1)
    server = listen(make_app(site.runs, REPLICATIONS), "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with socket.create_connection(("127.0.0.1", server.port)) as silent:
        with pytest.raises(TimeoutError):
            urllib.request.urlopen(f"http://127.0.0.1:{server.port}/", timeout=2)
        silent.shutdown(socket.SHUT_RDWR)
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/", timeout=60) as answer:
        assert answer.status == 200
    server.shutdown()
    thread.join()
    server.server_close()


def test_whoever_asks_a_letter_at_a_time_is_sent_away(site: Site, monkeypatch) -> None:
    monkeypatch.setattr("sim.app.server.LONGEST", 1)
    with socket.create_connection(("127.0.0.1", int(site.address.rstrip("/").rpartition(":")[2]))) as slow:
        slow.settimeout(0.2)
        ended = False
        for _ in range(300):
            try:
                slow.sendall(b"G")
                ended = not slow.recv(1)
            except TimeoutError:
                continue
            except ConnectionError:
                ended = True
            if ended:
                break
    assert ended


def test_an_export_that_takes_too_long_is_refused(served: Flask, monkeypatch) -> None:
    monkeypatch.setattr("sim.app.runs.PATIENCE", 0.0)
    answer = served.test_client().get("/export.csv" + link(**{OFFICIALS: "19"}))
    assert answer.status_code == 503
    assert answer.get_data(as_text=True) == "the run takes too long"


def test_only_our_own_files_may_be_loaded(site: Site) -> None:
    with urllib.request.urlopen(site.address, timeout=60) as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert not re.search(r"https?:", policy)


def test_ten_sessions_at_once_each_get_their_own_numbers(site: Site, browser: Browser) -> None:
    counts = range(6, 16)
    contexts = {count: browser.new_context() for count in counts}
    for context in contexts.values():
        context.set_default_timeout(WAIT_MS)
    pages = {count: context.new_page() for count, context in contexts.items()}
    for count, page in pages.items():
        page.goto(site.address + link(**{OFFICIALS: str(count)}), wait_until="commit")
    told = {count: settled(page) for count, page in pages.items()}
    for context in contexts.values():
        context.close()
    assert len(set(told.values())) == len(told)
    for count in (6, 10, 15):
        assert told[count].startswith(
            expected_share([f"{OFFICIALS}={count}", "staffing.officials.lahti_kela.diary=5"])
        )


def test_the_command_serves_the_page_until_it_is_interrupted() -> None:
    words = [VISITSIM, "app", "--port", "0", "--workers", "1"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        told = process.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/", told)
        assert address, told
        with urllib.request.urlopen(address[0], timeout=60) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(60) == 0
        finally:
            process.kill()  # where the signal is ignored the test fails in place of waiting for ever
        assert "Traceback" not in process.stderr.read()


def test_a_port_in_use_is_an_error_of_the_user(site: Site) -> None:
    port = site.address.rstrip("/").rpartition(":")[2]
    done = subprocess.run(
        [VISITSIM, "app", "--port", port], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 2
    assert "cannot be used" in done.stderr
    assert "Traceback" not in done.stderr
