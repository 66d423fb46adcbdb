"""Sets a sheet with typst: PDF/A-2b for the file, PNG for looking at it.

A page is either right or not made: whatever typst warns of, and every character that no font has, is an error. Values
reach the template as data only, so that markup in a title is text. Setting a page takes some milliseconds in which nothing else
of this process runs: print in a process of its own, never inside a service's hub.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

import typst
from service_chassis.errors import ConfigError

from notify.printing.fonts import PACKAGES, Typefaces, installed
from notify.printing.settings import PrintSettings

TEMPLATES = Path(str(resources.files("notify.printing"))) / "templates"
STANDARD = "a-2b"
"""PDF/A-2b: for archives (GB/T 18894 asks for a stable format); fonts are embedded and nothing is loaded from outside."""
_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')


class Unprintable(ConfigError):
    """A sheet cannot be set as it must look; the text says why."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One document before it is set: its template, its title, the instant that it is dated, and what stands on it."""

    template: str
    title: str
    made_at: datetime
    values: Mapping[str, Any]


class Press:
    """A warm compiler: the first page costs some tenths of a second, each further one a few milliseconds."""

    def __init__(self, settings: PrintSettings) -> None:
        self.settings = settings
        self._faces = installed(settings)
        self._compilers: dict[str, typst.Compiler] = {}

    def pdf(self, sheet: Sheet) -> bytes:
        """The sheet as PDF/A. Equal sheets make equal files."""
        found = self._set(sheet, format="pdf", pdf_standards=[STANDARD], timestamp=sheet.made_at)
        return found if isinstance(found, bytes) else found[0]

    def png(self, sheet: Sheet, ppi: float) -> list[bytes]:
        """Each page as a picture. The file is set first, since typst looks for missing characters only there."""
        self.pdf(sheet)
        found = self._set(sheet, format="png", ppi=ppi)
        return [found] if isinstance(found, bytes) else list(found)

    def _set(self, sheet: Sheet, **how: Any) -> bytes | list[bytes]:
        compiler = self._compiler(sheet.template)
        try:
            made, warnings = compiler.compile_with_warnings(sys_inputs={"sheet": self._inputs(sheet)}, **how)
        except typst.TypstError as error:
            raise Unprintable(explained(sheet, error)) from error
        if warnings or not made:
            raise Unprintable(f"{sheet.title}: {'; '.join(warning.message for warning in warnings) or 'no page was made'}")
        return made

    def _compiler(self, template: str) -> typst.Compiler:
        if template not in self._compilers:
            source = TEMPLATES / f"{template}.typ"
            self._compilers[template] = typst.Compiler(str(source), root=str(TEMPLATES), font_paths=self._faces.fonts)
        return self._compilers[template]

    def _inputs(self, sheet: Sheet) -> str:
        faces: Typefaces = self._faces
        fonts = {"title": faces.title, "body": faces.body, "label": faces.label}
        return json.dumps({**sheet.values, "title": sheet.title, "fonts": fonts}, ensure_ascii=False)


def explained(sheet: Sheet, error: typst.TypstError) -> str:
    """What is wrong with a sheet, in one line."""
    letters = "".join(dict.fromkeys("".join(_GLYPH.findall(error.diagnostic))))
    if letters:
        codes = " ".join(f"U+{ord(letter):04X}" for letter in letters)
        return (
            f"{sheet.title}：字体中没有 no font has “{letters}” ({codes}). "
            f"安装 install: {PACKAGES} fonts-noto-cjk，或换用字体 or set other DUBAN_PRINT_…_FONTS"
        )
    return f"{sheet.title}: {error.message}"
