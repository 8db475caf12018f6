"""Which rows of points and authorities a reader is shown, and under which names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from sim.reports.names import short_name
from sim.reports.results import ALL
from sim.reports.run import PointRow


def shown_rows(rows: Iterable[PointRow], smallest: float) -> Iterator[tuple[str, PointRow]]:
    """Yield the rows of every point that anybody visited; a point of one authority has one row only.

    Authorities with fewer visits at a point than may be published are in the point's sum only.

    Parameters
    ----------
    rows
        Each point's row for all authorities, then those of its authorities.
    smallest
        Fewest visits a year of an authority that has a row of its own.
    """
    for _point, found in groupby(rows, key=lambda row: row.point):
        whole, *parts = (row for row in found if row.authority == ALL or _came(row))
        if not _came(whole):
            continue
        large = [row for row in parts if max(row.visits.mean, row.self_service.mean) >= smallest]
        # The name of one authority would lend it the visits of those too small for a row.
        if large and len(parts) == 1:
            yield f"{whole.point_name} · {short_name(large[0].authority_name)}", whole
            continue
        yield whole.point_name, whole
        for row in large:
            yield short_name(row.authority_name), row


def only_self_service(row: PointRow) -> bool:
    """Return whether all who came served themselves."""
    return row.visits.mean == 0 and row.self_service.mean > 0


def _came(row: PointRow) -> bool:
    """Return whether anybody came."""
    return row.visits.mean > 0 or row.self_service.mean > 0
