"""How soon the page tells what one official changes.

`python -m tests.benchmarks.page_latency [SCENARIO [ROW]]` serves the page for the whole region and presses an
arrow key in a field of a headless Chromium, ten times, from a state that has settled and to one that nobody
has asked for yet. It prints the wall time [ms] until the new verdict is painted, its median, and how busy the
machine was: with more load than cores the median is an upper bound.
"""

from __future__ import annotations

import os
import statistics
import sys
import threading
from collections.abc import Iterator

from playwright.sync_api import Page, sync_playwright

from sim.app.page import REPLICATIONS
from sim.app.runs import Runs
from sim.app.server import listen, make_app
from sim.config import load_scenario

CHROMIUM = "/usr/bin/chromium"
CHANGES = 10
WAIT_MS = 300_000
#: Notes the time of a key and that of the frame in which the verdict has become another.
WATCH = """field => {
    const told = () => document.querySelector('#verdict')?.textContent, before = told();
    window.painted = 0;
    document.querySelector(field).addEventListener('keydown', () => { window.pressed = performance.now(); });
    const look = () => {
        if (told() !== before) { window.painted = performance.now(); } else { requestAnimationFrame(look); }
    };
    requestAnimationFrame(look);
}"""


def main(scenario: str = "baseline_2030", row: str = "lahti_kela") -> None:
    """Print the times and their median."""
    runs = Runs(2)
    runs.wait_for(load_scenario(scenario, ["run.engine=compiled"]), REPLICATIONS, WAIT_MS / 1_000)
    server = listen(make_app(runs), "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1366, "height": 900})
            page.goto(f"http://127.0.0.1:{server.port}/?lang=en&scenario={scenario}")
            times = list(_changes(page, f'[id="{{\\"lever\\":\\"staffing|officials|{row}|count\\"}}"]'))
            browser.close()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        runs.close()
    print("ms:", *(f"{time:.0f}" for time in times))
    print(f"median {statistics.median(times):.0f} ms; 1-minute load {os.getloadavg()[0]:.1f}", end=" ")
    print(f"on {os.cpu_count()} cores")


def _changes(page: Page, field: str) -> Iterator[float]:
    """Yield the time from each press of a key to the paint of its verdict [ms]."""
    for _ in range(CHANGES):
        page.wait_for_function(
            "n => document.querySelector('#verdict')?.textContent.includes(n)",
            arg=f"over {REPLICATIONS} of {REPLICATIONS}",
            timeout=WAIT_MS,
        )
        page.focus(field)
        page.evaluate(WATCH, field)
        page.keyboard.press("ArrowUp")
        page.wait_for_function("() => window.painted > 0", timeout=WAIT_MS)
        yield float(page.evaluate("window.painted - window.pressed"))


if __name__ == "__main__":
    main(*sys.argv[1:])
