"""Where officials' minutes of contact are kept: at one point for most, at any with video skills."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.outcomes.columns import Bools, Ints
from sim.visits import Channel, YearRecords


class ContactRows(NamedTuple):
    """Rows of an official and a point, official by official.

    Attributes
    ----------
    first
        First row of each official, (O,).
    spread
        Whether an official has a row for every point and one for none of them, (O,); a single one otherwise.
    official, point
        Official and point of each row, (n_rows,); the number of points stands for none of them.
    """

    first: Ints
    spread: Bools
    official: Ints
    point: Ints


def contact_rows(records: YearRecords) -> ContactRows:
    """Return where the minutes of contact of a year's officials go.

    Notes
    -----
    Who has counter skills only, or guides, sees visitors at one point. A row for every official and point of
    a country would fill gigabytes with zeros.
    """
    index = {point: at for at, point in enumerate(records.names.points)}
    everywhere = len(index)
    at_work = np.array([index.get(name.works_at, everywhere) for name in records.official_names], np.int64)
    video = [any(channel == Channel.VIDEO for _, channel in name.skills) for name in records.official_names]
    spread = np.array(video, bool) | (at_work == everywhere)
    size = np.where(spread, everywhere + 1, 1)
    first = np.cumsum(size) - size
    official = np.repeat(np.arange(len(size)), size)
    within = np.arange(len(official)) - first[official]
    return ContactRows(first, spread, official, np.where(spread[official], within, at_work[official]))


__all__ = ["ContactRows", "contact_rows"]
