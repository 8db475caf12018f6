"""What points and authorities are called in a report, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import pandas as pd
from babel.dates import get_month_names

from sim.calendar import MONTHS
from sim.locale import LANGUAGES, Language
from sim.region import Region, load_region


@dataclass(frozen=True)
class Labels:
    """Names in one language, in the region's order.

    Attributes
    ----------
    lang
        Language of the names.
    authorities, points, municipalities
        Name by key.
    matters
        Name by authority and matter, joined by a dot.
    joint
        Authorities of the joint points.
    """

    lang: Language
    authorities: dict[str, str]
    points: dict[str, str]
    municipalities: dict[str, str]
    matters: dict[str, str]
    joint: frozenset[str]

    @classmethod
    def read(cls, region_name: str, lang: Language | None, successors_in: int | None = None) -> Self:
        """Return the names that a region's tables give.

        Parameters
        ----------
        region_name
            Name or folder of the region.
        lang
            Language, or None for the region's own.
        successors_in
            Year in which authorities go by the name of their successors, None for the plan's names.

        Raises
        ------
        InputError
            If there is no such region.
        """
        region = load_region(region_name)
        chosen = lang or _own_language(region)
        return cls(
            lang=chosen,
            authorities=_authorities(region, chosen, successors_in),
            points=_by_key(region.table("points"), "point", f"name_{chosen}"),
            municipalities=_by_key(region.table("municipalities"), "municipality", f"name_{chosen}"),
            matters=_matters(region, chosen),
            joint=frozenset(region.about_list("joint_authorities")),
        )

    def authority(self, key: str) -> str:
        """Return the name of an authority, or its key where the region has none."""
        return self.authorities.get(key, key)

    def point(self, key: str) -> str:
        """Return the name of a point, or its key where the region has none."""
        return self.points.get(key, key)

    def municipality(self, key: str) -> str:
        """Return the name of a municipality, or its key where the region has none."""
        return self.municipalities.get(key, key)

    def subject(self, key: str) -> str:
        """Return what a parameter is about, from the part of its key behind the first dot.

        An authority with one of its matters, an authority, a municipality or a month goes by its name, a
        year by its number.
        """
        if key in self.matters:
            return f"{self.authority(key.partition('.')[0])} · {self.matters[key]}"
        if key in MONTHS:
            return str(get_month_names(context="stand-alone", locale=self.lang)[MONTHS.index(key) + 1])
        names = (self.municipality(self.authority(part)) for part in key.split("."))
        return " · ".join(name for name in names if name)


def region_language(region_name: str) -> Language:
    """Return the language of a region by name or folder, English if it is none of ours."""
    return _own_language(load_region(region_name))


def short_name(name: str) -> str:
    """Return the shorter of a name's two forms, for narrow columns.

    >>> short_name("Office for Permits (OFP)"), short_name("Work office (employment and business)")
    ('OFP', 'Work office')
    >>> short_name("Cover, the Insurance Institution")
    'Cover'
    """
    if name.endswith(")"):
        return min(name[:-1].split(" (", maxsplit=1), key=len)
    return name.split(",", maxsplit=1)[0]


def _own_language(region: Region) -> Language:
    """Return the region's language, English if it is none of ours."""
    return next((lang for lang in LANGUAGES if lang == region.about("language")), "en")


def _authorities(region: Region, lang: Language, year: int | None) -> dict[str, str]:
    """Return the authorities' names in the region's order."""
    table = region.table("authorities").sort_values("order")
    names = _by_key(table, "authority", f"name_{lang}")
    if year is None:
        return names
    later = table[(table["successor_from"] <= year).fillna(False) & (table[f"successor_{lang}"] != "")]
    return names | _by_key(later, "authority", f"successor_{lang}")


def _matters(region: Region, lang: Language) -> dict[str, str]:
    """Return the matters' names."""
    table = region.table("matters")
    keys = table["authority"] + "." + table["matter"]
    return dict(zip(keys, table[f"name_{lang}"], strict=True))


def _by_key(table: pd.DataFrame, key: str, column: str) -> dict[str, str]:
    """Return one column of a table by another."""
    return dict(zip(table[key], table[column], strict=True))
