"""Writes elements of the page as text, which a browser shows at once, unlike a thousand components."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from markupsafe import Markup, escape

#: What an element may hold: text, which is escaped, other elements, or several of them.
type Content = str | Iterable[Content]


def tag(name: str, content: Content = "", **attributes: Any) -> Markup:
    """Return an element.

    Parameters
    ----------
    name
        Name of the element.
    content
        Text or elements.
    **attributes
        By name, without a trailing underscore (``class_``); styles may be a mapping.

    Examples
    --------
    >>> print(tag("p", ["1 < 2 ", tag("b", "yes")], class_="note", style={"width": "5%"}))
    <p class="note" style="width:5%">1 &lt; 2 <b>yes</b></p>
    """
    written = "".join(
        f' {key.rstrip("_")}="{escape(_style(value) if isinstance(value, Mapping) else value)}"'
        for key, value in attributes.items()
    )
    return Markup(f"<{name}{written}>{joined(content)}</{name}>")  # noqa: S704 - its parts are escaped


def joined(content: Content) -> Markup:
    """Return text or elements one after the other, texts escaped."""
    return escape(content) if isinstance(content, str) else Markup("").join(map(joined, content))


def _style(styles: Mapping[str, str]) -> str:
    """Return styles as an attribute holds them."""
    return ";".join(f"{key}:{value}" for key, value in styles.items())
