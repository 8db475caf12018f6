"""Prints, for each group of benchmarks, medians and their ratios to the quickest."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the medians [s] of each group and how many times the quickest each takes."""
    groups: dict[str, list[Any]] = defaultdict(list)
    for benchmark in config._benchmarksession.benchmarks:  # type: ignore[attr-defined]
        if benchmark.stats.data:
            groups[benchmark.group or "no group"].append(benchmark)
    for group, benchmarks in groups.items():
        terminalreporter.section(f"{group}: medians and ratios")
        quickest = min(benchmark.stats.median for benchmark in benchmarks)
        for benchmark in sorted(benchmarks, key=lambda each: each.stats.median):
            median = benchmark.stats.median
            notes = ", ".join(f"{name} {_short(value)}" for name, value in benchmark.extra_info.items())
            terminalreporter.write_line(
                f"{_name(benchmark):<44}{median:>12.4f} s {median / quickest:>10.1f} ×  {notes}"
            )


def _name(benchmark: Any) -> str:
    return str(benchmark.param or benchmark.name.removeprefix("test_").replace("_", " "))


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
