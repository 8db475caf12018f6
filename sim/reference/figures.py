"""Figures that are kept: a table of the question drawn as its file asks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from sim.config.yaml_source import nearest
from sim.locale import translator
from sim.reference.builds import Built
from sim.reference.loading import Question
from sim.reference.queries import Tables
from sim.reference.spec import BuiltFigure, Drawn, HeatFigure, SeriesFigure, TornadoFigure
from sim.reports import style
from sim.reports.exhibits import whisker_note
from sim.reports.figures_compare import Swing, tornado
from sim.reports.figures_tables import Look, Span, draw_bars, draw_dots, draw_heat, draw_lines

_DRAW = {"dots": draw_dots, "bars": draw_bars, "lines": draw_lines}
#: Height of a name, of a panel of lines, and of what stands around a panel [inches].
_ROW, _PANEL, _AROUND = 0.3, 2.6, 0.75
_HEAD = 1.2
#: Room between a panel and its title where a legend stands there [points]; series in a row of the legend.
_PAD, _COLUMNS = 26.0, 5


def draw(question: Question, tables: Tables, builds: Mapping[str, Built], folder: Path) -> list[Path]:
    """Draw all figures of a question into a folder and return their paths, a PNG each, and an SVG if asked.

    Raises
    ------
    InputError
        A table lacks a column or all rows that a figure asks for.
    """
    paths: list[Path] = []
    with style.house_style():
        for name, spec in question.spec.figures.items():
            if isinstance(spec, BuiltFigure):
                found = _built(question, name, spec, builds, folder)
            else:
                figure = _Drawing(question, name, spec, tables[spec.table]).figure()
                found = style.save(figure, folder, name)
            paths += _wanted(found, svg=spec.svg)
    return paths


def _wanted(paths: Iterable[Path], *, svg: bool) -> list[Path]:
    """Remove the SVG that nobody asked for."""
    kept = []
    for path in paths:
        if svg or path.suffix != ".svg":
            kept.append(path)
        else:
            path.unlink()
    return kept


def _built(
    question: Question, name: str, spec: BuiltFigure, builds: Mapping[str, Built], folder: Path
) -> list[Path]:
    known = {
        f"{build}_{key}": drawing
        for build, built in builds.items()
        for key, drawing in built.drawings.items()
    }
    if spec.figure not in known:
        message = f"no build draws '{spec.figure}'{nearest(spec.figure, known)}"
        raise question.problem(("figures", name, "figure"), message)
    return [path.rename(path.with_stem(name)) for path in known[spec.figure](folder)]


class _Drawing:
    """One figure of a table on its way."""

    def __init__(self, question: Question, name: str, spec: Drawn, table: pd.DataFrame) -> None:
        self._question, self._name, self._spec = question, name, spec
        self._table = self._filtered(table)

    def figure(self) -> Figure:
        """Return the figure with its texts."""
        spec = self._spec
        if isinstance(spec, TornadoFigure):
            figure = self._tornado(spec)
        elif isinstance(spec, HeatFigure):
            figure = self._heat(spec)
        elif isinstance(spec, SeriesFigure):
            figure = self._series(spec)
        else:
            raise TypeError(f"{type(spec).__name__} is no kind of figure")
        style.caption(figure, spec.title, spec.subtitle, self._note() if spec.note is None else spec.note)
        return figure

    def _filtered(self, table: pd.DataFrame) -> pd.DataFrame:
        for column, wanted in self._spec.where.items():
            values = wanted if isinstance(wanted, tuple) else (wanted,)
            table = table[self._column(table, column, "where").isin(values)]
        if table.empty:
            raise self._problem("where", "leaves no row of the table")
        return table

    def _column(self, table: pd.DataFrame, column: str, key: str) -> pd.Series:
        if column not in table:
            hint = nearest(column, map(str, table.columns))
            raise self._problem(key, f"the table '{self._spec.table}' has no column '{column}'{hint}")
        found: pd.Series = table[column]
        return found

    def _problem(self, key: str, message: str) -> Exception:
        return self._question.problem(("figures", self._name, key), message)

    def _texts(self, column: str | Sequence[str], key: str) -> list[str]:
        """Return what the rows are called: the cells of a column or of several, by the names given."""
        columns = [column] if isinstance(column, str) else column
        cells = [self._column(self._table, one, key).map(_text).to_list() for one in columns]
        return [
            " ".join(self._spec.names.get(cell, cell) for cell in row) for row in zip(*cells, strict=True)
        ]

    def _numbers(self, column: str | None, key: str) -> list[float]:
        if column is None:
            return [math.nan] * len(self._table)
        found = pd.to_numeric(self._column(self._table, column, key), errors="coerce")
        return [float(value) * self._spec.scale for value in found]

    def _look(self, rows: Sequence[bool] = (), *, zero: bool = True) -> Look:
        """Return how numbers of some rows are written: in per cent where their unit is a share."""
        chosen = self._table[list(rows)] if rows else self._table
        share = "unit" in chosen and set(chosen["unit"]) == {"share"} and self._spec.scale == 1
        return Look(self._spec.unit, share, self._spec.decimals, zero)

    def _spans(self, spec: SeriesFigure) -> list[Span]:
        middle = self._numbers(spec.value, "value")
        half = self._numbers(spec.half_width if spec.half_width in self._table else None, "half_width")
        ends = zip(self._numbers(spec.low, "low"), self._numbers(spec.high, "high"), strict=True)
        return [
            Span(value, value - width, value + width, *outer)
            for value, width, outer in zip(middle, half, ends, strict=True)
        ]

    def _series(self, spec: SeriesFigure) -> Figure:
        names, spans = self._texts(spec.label, "label"), self._spans(spec)
        series = self._texts(spec.series, "series") if spec.series else [""] * len(names)
        panels = self._texts(spec.panel, "panel") if spec.panel else [""] * len(names)
        found, colours = list(dict.fromkeys(panels)), list(dict.fromkeys(series))
        rows = [_Panel([p == panel for p in panels], names, series, spans) for panel in found]
        heights = [self._height(spec, len(panel.names), len(colours)) for panel in rows]
        figure, every = style.grid_of(_HEAD + sum(heights), len(found), 1, height_ratios=heights)
        for axes, title, panel in zip(every, found, rows, strict=True):
            look = self._look(panel.chosen, zero=spec.zero)
            _DRAW[spec.kind](axes, panel.names, panel.series(colours), look)
            axes.set_title(
                title, loc="left", fontsize=10, fontweight="bold", pad=_PAD if spec.series else None
            )
        if spec.series:
            style.legend_above(figure, every[0], columns=min(len(colours), _COLUMNS))
        return figure

    def _height(self, spec: SeriesFigure, names: int, series: int) -> float:
        if spec.kind == "lines":
            return _PANEL + _AROUND
        return _ROW * names * max(1.0, 0.5 * (series + 1)) + _AROUND

    def _heat(self, spec: HeatFigure) -> Figure:
        rows, columns = self._texts(spec.label, "label"), self._texts(spec.across, "across")
        values = self._numbers(spec.value, "value")
        cells = dict(zip(zip(rows, columns, strict=True), values, strict=True))
        names, across = list(dict.fromkeys(rows)), list(dict.fromkeys(columns))
        figure, [axes] = style.new_figure(_HEAD + 0.36 * len(names) + 0.4)
        grid = [[cells.get((row, column), math.nan) for column in across] for row in names]
        draw_heat(axes, (names, across), grid, self._look())
        return figure

    def _tornado(self, spec: TornadoFigure) -> Figure:
        names = self._texts(spec.label, "label")
        low, high = self._numbers(spec.low, "low"), self._numbers(spec.high, "high")
        swings = [Swing(*row) for row in zip(names, low, high, strict=True)]
        widest = sorted(swings, key=lambda swing: -abs(swing.high - swing.low))[: spec.most]
        _ = translator("en")
        ends = (_("at the low end of its range"), _("at the high end of its range"))
        return tornado(self._numbers(spec.value, "value")[0], widest, spec.unit, ends, "en")

    def _note(self) -> str:
        """Return what the marks mean where the file does not say."""
        _ = translator("en")
        spec = self._spec
        if isinstance(spec, TornadoFigure):
            return _("Each assumption alone at the ends of its range: uncertainty, not random variation.")
        if not isinstance(spec, SeriesFigure):
            return ""
        if spec.low is not None:
            return _("Thick: random variation (95% interval). Thin: p10–p90, uncertainty of the assumptions.")
        return whisker_note(_)


class _Panel:
    """The rows of one panel."""

    def __init__(
        self, chosen: Sequence[bool], names: Sequence[str], series: Sequence[str], spans: Sequence[Span]
    ) -> None:
        self.chosen = list(chosen)
        self._cells = {(s, n): v for keep, s, n, v in zip(chosen, series, names, spans, strict=True) if keep}
        self.names = list(dict.fromkeys(name for _series, name in self._cells))

    def series(self, labels: Sequence[str]) -> dict[str, list[Span]]:
        """Return the spans of each series, one for each name."""
        return {s: [self._cells.get((s, name), Span(math.nan)) for name in self.names] for s in labels}


def _text(value: object) -> str:
    """Return a cell as text, whole numbers without decimals."""
    return f"{value:g}" if isinstance(value, float) else str(value)
