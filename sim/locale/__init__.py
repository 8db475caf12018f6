"""The languages of the planners: texts from gettext catalogues, numbers as each language writes them.

English is the message itself; `fi.po` and `sv.po` beside this file hold the others and are compiled in
memory. A text is marked for translation by passing it, as a literal, to a translator named `_` or
to `message`.
"""

from __future__ import annotations

import gettext
import io
import math
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal, get_args

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

type Language = Literal["fi", "sv", "en"]

#: Languages that a planner can choose.
LANGUAGES: tuple[Language, ...] = get_args(Language.__value__)
#: Shown in place of a number that does not exist, such as the mean wait of nobody.
NO_NUMBER = "–"

_MINUS = "\N{MINUS SIGN}"


@cache
def translator(lang: Language) -> Callable[[str], str]:
    """Return the function that turns an English message into `lang`.

    Raises
    ------
    KeyError
        If the language is unknown.

    >>> translator("fi")("Authority")
    'Viranomainen'
    """
    return _catalogue(lang).gettext


def message(text: str) -> str:
    """Return `text` unchanged: it marks a message that is translated where it is shown."""
    return text


def number(value: float, lang: Language, decimals: int = 0) -> str:
    r"""Return a number as the language writes it, an en dash for nan.

    >>> number(110850, "fi"), number(4.25, "sv", 1), number(float("nan"), "en")
    ('110\xa0850', '4,2', '–')
    """
    return NO_NUMBER if math.isnan(value) else _rounded(round(value, decimals) + 0.0, lang, decimals)


@lru_cache(maxsize=16_384)
def _rounded(value: float, lang: Language, decimals: int) -> str:
    """Return a rounded number as text; tables that are shown again differ in few of their cells."""
    places = f".{'0' * decimals}" if decimals else ""
    text: str = format_decimal(value, format=f"#,##0{places}", locale=lang)
    return text.replace("-", _MINUS)


def signed(value: float, lang: Language, decimals: int = 0) -> str:
    """Return a number with its sign; 0 has none.

    >>> signed(12, "en"), signed(-3.5, "en", 1), signed(0.2, "en")
    ('+12', '−3.5', '0')
    """
    text = number(value, lang, decimals)
    return f"+{text}" if not math.isnan(value) and round(value, decimals) > 0 else text


def percent(share: float, lang: Language, decimals: int = 0) -> str:
    r"""Return a share (0-1) in per cent, with the space that Finnish and Swedish put before the sign.

    >>> percent(0.815, "fi", 1), percent(0.5, "en")
    ('81,5\xa0%', '50%')
    """
    text = number(100 * share, lang, decimals)
    return text if text == NO_NUMBER else text + percent_sign(lang)


def percent_sign(lang: Language) -> str:
    """Return the per cent sign with the space that belongs before it."""
    return "%" if lang == "en" else "\N{NO-BREAK SPACE}%"


def _catalogue(lang: Language) -> gettext.NullTranslations:
    """Return the compiled catalogue of a language; English needs none."""
    if lang not in LANGUAGES:
        raise KeyError(lang)
    if lang == "en":
        return gettext.NullTranslations()
    with (Path(__file__).parent / f"{lang}.po").open("rb") as file:
        catalogue = read_po(file, locale=lang, abort_invalid=True)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
