"""Which fonts a page is set in. A family that is not installed is said, never replaced by empty boxes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import typst
from service_chassis.errors import ConfigError

from notify.printing.settings import PrintSettings

PACKAGES = "fonts-arphic-gkai00mp fonts-wqy-zenhei"
"""Debian's smallest pair that covers titles, text and rare characters such as 龘喆堃 (10 MB together)."""
INSTALL = f"sudo apt-get install -y {PACKAGES}"


class MissingFont(ConfigError):
    """None of the families of a list is installed; the text names the command that installs some."""


@dataclass(frozen=True, slots=True)
class Typefaces:
    """The installed families of each use, in the order in which they are tried for a character."""

    title: tuple[str, ...]
    body: tuple[str, ...]
    label: tuple[str, ...]
    fonts: typst.Fonts


def installed(settings: PrintSettings) -> Typefaces:
    """Find the fonts; MissingFont names each list of which nothing is there, and what to install."""
    own = list(settings.font_folders)
    fonts = typst.Fonts(include_system_fonts=not own, include_embedded_fonts=False, font_paths=own)
    there = {name.casefold(): name for name in fonts.families()}
    lists = {"title": settings.title_fonts, "body": settings.body_fonts, "label": settings.label_fonts}
    found = {use: present(wanted, there) for use, wanted in lists.items()}
    missing = [f"{use} ({', '.join(lists[use])})" for use, names in found.items() if not names]
    if missing:
        raise MissingFont(
            f"没有可用的中文字体，不能打印 / no font to print with, for {'; '.join(missing)}. "
            f"安装 install: {INSTALL}；或设置 or set DUBAN_PRINT_BODY_FONTS, …_TITLE_FONTS, …_LABEL_FONTS"
        )
    everything = [name for names in found.values() for name in names]
    return Typefaces(fonts=fonts, **{use: distinct([*names, *everything]) for use, names in found.items()})


def present(wanted: Sequence[str], there: dict[str, str]) -> list[str]:
    """Those that are installed, in the order of the list."""
    return [there[name.casefold()] for name in wanted if name.casefold() in there]


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Each name once, where it came first."""
    return tuple(dict.fromkeys(names))
