"""What all reports share: one HTML file without any other, in one look, and pictures that are part of it."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sim.locale import Language, translator
from sim.reports.exhibits import Exhibit, save_exhibit, svg_of
from sim.reports.tables import Table

#: File in a result's folder.
NAME = "report.html"


@dataclass(frozen=True)
class Picture:
    """An exhibit as a page shows it: its drawing is part of the page."""

    name: str
    title: str
    alt: str
    note: str
    source: str
    table: Table


@dataclass(frozen=True)
class Fact:
    """A headline number with what it is."""

    value: str
    label: str


def page(template: str, lang: Language, **parts: Any) -> str:
    """Return a report as HTML.

    Parameters
    ----------
    template
        File beside this one.
    lang
        Language of its texts.
    parts
        What the template shows.
    """
    environment = Environment(
        loader=PackageLoader("sim.reports", "html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["_"] = translator(lang)
    environment.globals["lang"] = lang
    environment.globals["cells"] = lambda table: list(table.texts(lang))
    environment.globals["styles"] = Markup(Path(__file__).with_name("report.css").read_text("utf-8"))  # noqa: S704 - our own file
    return environment.get_template(template).render(**parts)


def pictures(exhibits: Iterable[Exhibit], subtitle: str, folder: Path | None) -> list[Picture]:
    """Return exhibits with their drawings as data addresses; write them too where a folder is given.

    Call it within `sim.reports.style.house_style`.
    """
    return [_picture(exhibit, subtitle, folder) for exhibit in exhibits]


def _picture(exhibit: Exhibit, subtitle: str, folder: Path | None) -> Picture:
    drawing = base64.b64encode(svg_of(exhibit)).decode("ascii")
    if folder is not None:
        save_exhibit(exhibit, folder, subtitle)
    return Picture(
        name=exhibit.name,
        title=exhibit.title,
        alt=exhibit.alt,
        note=exhibit.note,
        source=f"data:image/svg+xml;base64,{drawing}",
        table=exhibit.table,
    )
