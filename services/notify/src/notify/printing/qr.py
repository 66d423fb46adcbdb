"""QR codes as SVG, which stays sharp on paper and needs nothing from outside."""

from __future__ import annotations

from io import BytesIO

import segno


def svg(text: str) -> str:
    """The code of a text, with medium error correction; ValueError for a text that no code can hold."""
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=0, omitsize=True, xmldecl=False, nl=False)
    return out.getvalue().decode()
