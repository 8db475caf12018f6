"""Charts and tables as plain elements of the page: text that scales, is read aloud and prints."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from sim.app.markup import tag
from sim.locale import Language
from sim.reports.results import Estimate
from sim.reports.tables import Column, Table, written

#: Shades of one hue, light to dark, and whether text on them is white.
_SHADES = ("#f4f8fc", "#deebf7", "#b3d2e9", "#8fc1e3", "#64abdb", "#1c6aaf", "#0b3c78")
_DARK_FROM = 5
#: Colours of the classes of the wait, shortest first, and of those who were not served.
WAIT_COLOURS = ("#deebf7", "#b3d2e9", "#79b3d9", "#3f8fc5", "#1c6aaf", "#0b3c78", "#D55E00")


def as_table(table: Table, lang: Language) -> Markup:
    """Return a table with caption, headers of rows and columns, and its note."""
    head = tag("tr", [tag("th", column.title, scope="col") for column in table.columns])
    body = []
    for index, texts in enumerate(table.texts(lang)):
        looks = "total" if index in table.totals else "part" if index in table.parts else "row"
        cells = [tag("th", texts[0], scope="row"), *(tag("td", text) for text in texts[1:])]
        body.append(tag("tr", cells, class_=looks))
    parts = [tag("table", [tag("caption", table.title), tag("thead", head), tag("tbody", body)])]
    return tag("div", [_scrolled(parts, table.title), tag("p", table.note, class_="note")])


def behind(summary: str, table: Table, lang: Language) -> Markup:
    """Return a table that is opened at will, for a chart that shows the same."""
    return tag("details", [tag("summary", summary), as_table(table, lang)])


def stacked_bars(table: Table, colours: Sequence[str], lang: Language) -> Markup:
    """Return a bar a row, parted by the shares in its columns; the last column is written beside it.

    Parameters
    ----------
    table
        Names, shares (0-1) that add up to 1 in each row, and one more number.
    colours
        One a share.
    """
    shares = table.columns[1:-1]
    legend = [
        tag("li", [tag("span", class_="swatch", style={"background": colour}), column.title])
        for column, colour in zip(shares, colours, strict=True)
    ]
    bars = [_stacked(row, shares, colours, lang) for row in table.rows]
    return tag("div", [tag("ul", legend, class_="legend"), tag("div", bars, class_="bars")])


def _stacked(row: Sequence[Any], shares: Sequence[Column], colours: Sequence[str], lang: Language) -> Markup:
    """Return one parted bar with its name; what it shows is told in words too."""
    told = [f"{c.title} {written(v, c, lang)}" for c, v in zip(shares, row[1:-1], strict=True)]
    pieces = [
        tag("span", style={"width": f"{100 * value:.2f}%", "background": colour})
        for value, colour in zip(row[1:-1], colours, strict=True)
    ]
    bar = tag("div", pieces, class_="bar", role="img", title=", ".join(told), **named(", ".join(told)))
    return tag("div", [tag("div", row[0], class_="name"), bar], class_="line")


def gauge(estimate: Estimate, target: float, told: str) -> Markup:
    """Return a bar from 0 to 1 with the interval of an estimate and a mark at the target.

    Parameters
    ----------
    told
        What it shows, in words.
    """
    half = 0.0 if math.isnan(estimate.half_width) else estimate.half_width
    low, high = max(estimate.mean - half, 0.0), min(estimate.mean + half, 1.0)
    parts = [
        tag("span", class_="fill", style={"width": _percent(estimate.mean)}),
        tag("span", class_="spread", style={"left": _percent(low), "width": _percent(high - low)}),
        tag("span", class_="target", style={"left": _percent(target)}),
    ]
    return tag("div", parts, class_="gauge", role="img", **named(told))


def heat_map(table: Table, lang: Language) -> Markup:
    """Return a table whose cells are shaded by their number; the number stands in the cell."""
    most = max((_mean(value) for row in table.rows for value in row[1:]), default=0.0)
    head = tag("tr", [tag("th", column.title, scope="col") for column in table.columns])
    body = [
        tag(
            "tr",
            [
                tag("th", str(row[0]), scope="row"),
                *(_shaded(v, c, most, lang) for v, c in zip(row[1:], table.columns[1:], strict=True)),
            ],
        )
        for row in table.rows
    ]
    parts = [
        tag("table", [tag("caption", table.title), tag("thead", head), tag("tbody", body)], class_="heat")
    ]
    return _scrolled(parts, table.title)


def _shaded(value: Any, column: Column, most: float, lang: Language) -> Markup:
    """Return one cell of a heat map."""
    step = min(int(_mean(value) / most * len(_SHADES)), len(_SHADES) - 1) if most > 0 else 0
    look = {"background": _SHADES[step], "color": "#fff" if step >= _DARK_FROM else "#1b2733"}
    return tag("td", written(_mean(value, math.nan), column, lang), style=look)


def _mean(value: Any, missing: float = 0.0) -> float:
    """Return the number in a cell, or `missing`."""
    mean = value.mean if isinstance(value, Estimate) else float(value)
    return missing if math.isnan(mean) else float(mean)


def _scrolled(parts: list[Markup], name: str) -> Markup:
    """Return what may be wider than the page in a box that the keyboard can scroll."""
    return tag("div", parts, class_="scroll", role="region", tabindex="0", **named(name))


def named(text: str) -> dict[str, Any]:
    """Return the attribute that tells screen readers what an element is."""
    return {"aria-label": text}


def _percent(share: float) -> str:
    """Return a length in per cent of the box."""
    return f"{100 * share:.2f}%"
