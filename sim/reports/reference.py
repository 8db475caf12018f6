"""The pages of reference for files, tables and parameters, made from what checks them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from sim.config import scenario_schema
from sim.config.experiment import experiment_schema
from sim.region import Region
from sim.region.explained import explain_tables

_MADE = "<!-- Made by `visitsim schema --pages docs/reference`; edit what it is made from. -->"


def pages(region: Region, commands: str) -> dict[str, str]:
    """Return the pages of reference by file name.

    Parameters
    ----------
    region
        Region whose registry of parameters is shown.
    commands
        The page of the command line, in Markdown.
    """
    scenario = "Every key of a scenario file; a file holds differences from its parent only."
    experiment = "Every key of an experiment file, `experiments/<question>/experiment.yaml`."
    return {
        "commands.md": f"{_MADE}\n\n{commands.strip()}\n",
        "scenario.md": _page("Scenario files", scenario, _keys(scenario_schema())),
        "experiment.md": _page("Experiment files", experiment, _keys(experiment_schema())),
        "tables.md": _page("Tables of a region", "One CSV file a table, UTF-8.", explain_tables()),
        "parameters.md": _page("Parameters", _ABOUT_PARAMETERS, _parameters(region)),
    }


_ABOUT_PARAMETERS = (
    "Every number of the registry, with the range that the sensitivity analysis tries. "
    "`--set parameters.KEY=VALUE` sets one; those with a subject or a year are keyed `name.subject.year`."
)


def _page(title: str, about: str, lines: Iterator[str]) -> str:
    return "\n".join([_MADE, "", f"# {title}", "", about, "", *lines]).rstrip() + "\n"


def _keys(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield a table of keys for the document and for each part of it."""
    yield from _part("Top level", schema)
    for name, part in schema.get("$defs", {}).items():
        if "properties" in part:
            yield from _part(name, part)


def _part(name: str, part: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {name}"
    yield ""
    about = str(part.get("description", "")).split("\n\n")[0].replace("\n", " ")
    if about and name != "Top level":
        yield from (about, "")
    yield "| key | holds | default | what |"
    yield "|---|---|---|---|"
    for key, value in part["properties"].items():
        default = value.get("default")
        shown = "" if default in (None, "") or isinstance(default, dict | list) else f"`{_plain(default)}`"
        yield f"| `{key}` | {_cell(_holds(value))} | {shown} | {_cell(value.get('description', ''))} |"
    yield ""


def _holds(value: Mapping[str, Any]) -> str:
    """Return what a key holds: its type with bounds, allowed values, or the part that it refers to."""
    if "$ref" in value:
        name = str(value["$ref"]).rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    if "allOf" in value or "anyOf" in value or "oneOf" in value:
        options = value.get("allOf") or value.get("anyOf") or value["oneOf"]
        return " or ".join(_holds(option) for option in options if option.get("type") != "null")
    if "const" in value or "enum" in value:
        return ", ".join(f"`{_plain(option)}`" for option in value.get("enum", [value.get("const")]))
    kind = value.get("type", "anything")
    if isinstance(kind, list):
        return " or ".join(_holds({"type": option}) for option in kind)
    if kind == "array":
        return f"list of {_holds(value.get('items', {}))}"
    if kind == "object":
        inner = value.get("additionalProperties")
        return f"by name: {_holds(inner)}" if isinstance(inner, Mapping) else "by name"
    return f"{kind}{_bounds(value)}"


def _bounds(value: Mapping[str, Any]) -> str:
    marks = (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"), ("exclusiveMaximum", "<"))
    parts = [f"{mark} {value[key]}" for key, mark in marks if key in value]
    examples = value.get("examples", [])
    text = f" {', '.join(parts)}" if parts else ""
    return text + (f", as `{_plain(examples[0])}`" if examples else "")


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")


def _parameters(region: Region) -> Iterator[str]:
    """Yield a table of parameters a topic."""
    table = region.table("parameters").sort_values("group", kind="stable")
    for topic, rows in table.groupby("group", sort=False):
        yield from (f"## {topic}", "", "| key | base | low – high | unit | what | confidence |")
        yield "|---|---|---|---|---|---|"
        for row in rows.to_dict("records"):
            year = "" if pd.isna(row["year"]) else str(row["year"])
            key = ".".join(part for part in (str(row["name"]), str(row["subject"]), year) if part)
            span = f"{row['low']:g} – {row['high']:g}"
            told = (_cell(row[name]) for name in ("unit", "description", "confidence"))
            yield f"| `{key}` | {row['base']:g} | {span} | {' | '.join(told)} |"
        yield ""
