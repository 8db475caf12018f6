"""Opens workbooks of others; what would fill the memory is refused before it is unfolded."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.config.yaml_source import shown_path
from sim.errors import InputError, Problem

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

#: Most that the parts of a workbook may take together when they are unfolded [bytes].
MOST_BYTES = 50_000_000
#: Most cells between the first and the last filled one of a sheet, as its reader keeps the empty ones too.
MOST_CELLS = 1_000_000
#: Most characters of all cells of a sheet, as one text can stand in each of them.
MOST_TEXT = 200_000_000
#: What the standard library raises on an archive that is damaged, or of a kind that it does not know.
_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
_PLACE = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br\s*=\s*["']([A-Za-z]*)(\d*)""")
_ROW = re.compile(rb"<(?:\w+:)?row(?=[\s>/])")
_ROW_NUMBER = re.compile(rb"""^[^>]*?\br\s*=\s*["'](\d+)""")
_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")
_TEXT = re.compile(rb"<(?:\w+:)?si[\s>/]")


def open_workbook(path: Path) -> CalamineWorkbook:
    """Return a workbook whose sheets can be read.

    Parameters
    ----------
    path
        File in the format ``.xlsx``.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    InputError
        It can't be read, or it is too large.
    ModuleNotFoundError
        The reader of workbooks is not installed.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with path.open("rb") as file:
            return CalamineWorkbook.from_filelike(_unfolded(path, file))
    except FileNotFoundError:
        raise
    except (CalamineError, OSError, ValueError, KeyError, *_FAULTS) as error:
        raise InputError(Problem(shown_path(path), f"is no workbook that can be read: {error}")) from None


def read_sheet(path: Path, book: CalamineWorkbook, name: str) -> list[list[Any]]:
    """Return the cells of a sheet, row by row from the first.

    Raises
    ------
    InputError
        The sheet can't be read.
    """
    from python_calamine import CalamineError

    try:
        rows: list[list[Any]] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, ValueError) as error:
        raise InputError(Problem(shown_path(path), f"can't be read: {error}", key=name)) from None
    return rows


def _unfolded(path: Path, file: Any) -> BytesIO:
    """Return an archive with the same parts that is no larger than what was looked at."""
    parts = dict(_parts(path, file))
    longest = max((_longest_text(part) for part in parts.values()), default=0)
    unfolded = BytesIO()
    with zipfile.ZipFile(unfolded, "w") as archive:
        for name, part in parts.items():
            _refuse_large(path, part, longest)
            archive.writestr(name, part)
    unfolded.seek(0)
    return unfolded


def _parts(path: Path, file: Any) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of the parts of an archive, as long as they are not too large together."""
    left = MOST_BYTES
    with zipfile.ZipFile(file) as archive:
        for name in dict.fromkeys(archive.namelist()):
            with archive.open(name) as part:
                content = part.read(left + 1)
            left -= len(content)
            if left < 0:
                raise InputError(Problem(shown_path(path), f"unfolds to more than {MOST_BYTES} bytes"))
            yield name, content


def _longest_text(part: bytes) -> int:
    """Return the bytes of the longest of the texts that the cells of a workbook share; 0 in other parts."""
    edges = [*(match.start() for match in _TEXT.finditer(part)), len(part)]
    return max((end - start for start, end in pairwise(edges)), default=0)


def _refuse_large(path: Path, part: bytes, longest: int) -> None:
    """Refuse a sheet of more cells or characters than a table of people can have."""
    places = set(_PLACE.findall(part))
    rows = max(
        (int(row[:9]) for row in (*(row for _column, row in places), *_filled_rows(part)) if row), default=0
    )
    columns = max((_column(letters) for letters, _row in places), default=0)
    cells = sum(1 for _ in _CELL.finditer(part))
    if max(rows, 1) * max(columns, 1) > MOST_CELLS or cells * longest > MOST_TEXT:
        allowed = f"at most {MOST_CELLS} cells up to the last one, {MOST_TEXT} characters"
        raise InputError(Problem(shown_path(path), f"a sheet is too large, allowed are {allowed}"))


def _filled_rows(part: bytes) -> Iterator[bytes]:
    """Yield the numbers of rows with cells; LibreOffice writes a sheet's last, empty row too."""
    for row in _ROW.split(part)[1:]:
        found = _ROW_NUMBER.match(row)
        if found and _CELL.search(row):
            yield found[1]


def _column(letters: bytes) -> int:
    """Return the number of a column from its letters, 1 for A.

    >>> _column(b"A"), _column(b"AB")
    (1, 28)
    """
    number = 0
    for letter in letters.upper()[:6]:
        number = number * 26 + letter - 64
    return number
