"""Charts and tables as plain elements of the page: text that scales, is read aloud and prints."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from dash import html

from sim.locale import Language
from sim.reports.results import Estimate
from sim.reports.tables import Column, Table, written

#: Shades of one hue, light to dark, and whether text on them is white.
_SHADES = ("#f4f8fc", "#deebf7", "#b3d2e9", "#8fc1e3", "#64abdb", "#1c6aaf", "#0b3c78")
_DARK_FROM = 5
#: Colours of the classes of the wait, shortest first, and of those who were not served.
WAIT_COLOURS = ("#deebf7", "#b3d2e9", "#79b3d9", "#3f8fc5", "#1c6aaf", "#0b3c78", "#D55E00")


def as_table(table: Table, lang: Language) -> Any:
    """Return a table with caption, headers of rows and columns, and its note."""
    head = html.Tr([html.Th(column.title, scope="col") for column in table.columns])
    body = []
    for index, texts in enumerate(table.texts(lang)):
        looks = "total" if index in table.totals else "part" if index in table.parts else "row"
        cells = [html.Th(texts[0], scope="row"), *(html.Td(text) for text in texts[1:])]
        body.append(html.Tr(cells, className=looks))
    parts = [html.Table([html.Caption(table.title), html.Thead(head), html.Tbody(body)])]
    return html.Div([_scrolled(parts, table.title), html.P(table.note, className="note")])


def behind(summary: str, table: Table, lang: Language) -> Any:
    """Return a table that is opened at will, for a chart that shows the same."""
    return html.Details([html.Summary(summary), as_table(table, lang)])


def stacked_bars(table: Table, colours: Sequence[str], lang: Language) -> Any:
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
        html.Li([html.Span(className="swatch", style={"background": colour}), column.title])
        for column, colour in zip(shares, colours, strict=True)
    ]
    bars = [_stacked(row, shares, colours, lang) for row in table.rows]
    return html.Div([html.Ul(legend, className="legend"), html.Div(bars, className="bars")])


def _stacked(row: Sequence[Any], shares: Sequence[Column], colours: Sequence[str], lang: Language) -> Any:
    """Return one parted bar with its name; what it shows is told in words too."""
    told = [f"{c.title} {written(v, c, lang)}" for c, v in zip(shares, row[1:-1], strict=True)]
    pieces = [
        html.Span(style={"width": f"{100 * value:.2f}%", "background": colour})
        for value, colour in zip(row[1:-1], colours, strict=True)
    ]
    bar = html.Div(pieces, className="bar", role="img", title=", ".join(told), **named(", ".join(told)))
    return html.Div([html.Div(row[0], className="name"), bar], className="line")


def gauge(estimate: Estimate, target: float, told: str) -> Any:
    """Return a bar from 0 to 1 with the interval of an estimate and a mark at the target.

    Parameters
    ----------
    told
        What it shows, in words.
    """
    half = 0.0 if math.isnan(estimate.half_width) else estimate.half_width
    low, high = max(estimate.mean - half, 0.0), min(estimate.mean + half, 1.0)
    parts = [
        html.Span(className="fill", style={"width": _percent(estimate.mean)}),
        html.Span(className="spread", style={"left": _percent(low), "width": _percent(high - low)}),
        html.Span(className="target", style={"left": _percent(target)}),
    ]
    return html.Div(parts, className="gauge", role="img", **named(told))


def heat_map(table: Table, lang: Language) -> Any:
    """Return a table whose cells are shaded by their number; the number stands in the cell."""
    most = max((_mean(value) for row in table.rows for value in row[1:]), default=0.0)
    head = html.Tr([html.Th(column.title, scope="col") for column in table.columns])
    body = [
        html.Tr(
            [
                html.Th(str(row[0]), scope="row"),
                *(_shaded(v, c, most, lang) for v, c in zip(row[1:], table.columns[1:], strict=True)),
            ]
        )
        for row in table.rows
    ]
    parts = [html.Table([html.Caption(table.title), html.Thead(head), html.Tbody(body)], className="heat")]
    return _scrolled(parts, table.title)


def _shaded(value: Any, column: Column, most: float, lang: Language) -> Any:
    """Return one cell of a heat map."""
    step = min(int(_mean(value) / most * len(_SHADES)), len(_SHADES) - 1) if most > 0 else 0
    look = {"background": _SHADES[step], "color": "#fff" if step >= _DARK_FROM else "#1b2733"}
    return html.Td(written(_mean(value, math.nan), column, lang), style=look)


def _mean(value: Any, missing: float = 0.0) -> float:
    """Return the number in a cell, or `missing`."""
    mean = value.mean if isinstance(value, Estimate) else float(value)
    return missing if math.isnan(mean) else float(mean)


def _scrolled(parts: list[Any], name: str) -> Any:
    """Return what may be wider than the page in a box that the keyboard can scroll."""
    return html.Div(parts, className="scroll", role="region", tabIndex="0", **named(name))


def named(text: str) -> dict[str, Any]:
    """Return the attribute that tells screen readers what an element is."""
    return {"aria-label": text}


def _percent(share: float) -> str:
    """Return a length in per cent of the box."""
    return f"{100 * share:.2f}%"
