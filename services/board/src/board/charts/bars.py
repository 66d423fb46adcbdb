"""Charts as SVG made on the server: shapes only, every word and number stands beside them as text that can be read aloud.

Sizes are attributes, since the content security policy allows no style in the page. The drawings stretch with their place
(`preserveAspectRatio="none"`), so that text never shrinks with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup, escape

THICK, THIN = (2, 6), (4, 2)
"""Top and height of a piece: days that do not count are drawn thin, so that no colour has to say it."""
Segment = tuple[str, float]
"""CSS class of a piece, and its size."""


def bar(segments: Sequence[Segment], whole: float, label: str) -> Markup:
    """One horizontal bar of pieces; `whole` is the length of a full bar."""
    x, parts = 0.0, []
    for kind, size in segments:
        if size > 0 and whole > 0:
            width = 100 * size / whole
            parts.append(f'<rect class="{escape(kind)}" x="{x:.3f}" y="0" width="{width:.3f}" height="10"/>')
            x += width
    return _svg("bar", "0 0 100 10", "".join(parts), label)


def column(segments: Sequence[Segment], highest: float, label: str) -> Markup:
    """One column of pieces, from the ground up."""
    y, parts = 100.0, []
    for kind, size in segments:
        if size > 0 and highest > 0:
            height = 100 * size / highest
            y -= height
            parts.append(f'<rect class="{escape(kind)}" x="0" y="{y:.3f}" width="20" height="{height:.3f}"/>')
    return _svg("column", "0 0 20 100", "".join(parts), label)


def span(
    first: date, last: date, pieces: Sequence[tuple[str, date, date]], marks: Sequence[tuple[str, date]], label: str
) -> Markup:
    """One row of a timeline from `first` to `last`: pieces with both ends included, and single days as upright marks."""
    days = max((last - first).days + 1, 1)
    parts = []
    for kind, begin, end in pieces:
        x, width = (begin - first).days, max((end - begin).days + 1, 1)
        y, height = THIN if kind in ("off", "left") else THICK
        parts.append(f'<rect class="{escape(kind)}" x="{x}" y="{y}" width="{width}" height="{height}"/>')
    for kind, day in marks:
        parts.append(
            f'<rect class="{escape(kind)}" x="{(day - first).days}" y="0" width="{max(days / 160, 0.25):.3f}" height="10"/>'
        )
    return _svg("span", f"0 0 {days} 10", "".join(parts), label)


def _svg(kind: str, box: str, inside: str, label: str) -> Markup:
    read = f'role="img" aria-label="{escape(label)}" focusable="false"'
    head = f'<svg class="{kind}" viewBox="{box}" preserveAspectRatio="none" {read}>'
    return Markup(f"{head}{inside}</svg>")  # noqa: S704 - made of numbers and escaped texts
