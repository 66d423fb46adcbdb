"""What the paper of a city looks like: whose head it bears, what it refers to, and which fonts it is set in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from service_chassis.config import setting

MOST_TEXT = 200
RECORD = "urn:duban:slip:{slip}"
"""The name of a slip's record in its QR code. A city with a web board gives its address instead."""


def text(value: str) -> str:
    """A short text of one line."""
    if not value.strip() or len(value) > MOST_TEXT or not value.isprintable():
        raise ValueError(f"a text of 1 to {MOST_TEXT} characters in one line")
    return value.strip()


def families(value: str) -> tuple[str, ...]:
    """Names of font families, separated by commas."""
    found = tuple(name.strip() for name in value.split(",") if name.strip())
    if not found:
        raise ValueError("names of font families, separated by commas")
    return found


def folders(value: str) -> tuple[Path, ...]:
    """Existing folders, separated as in PATH."""
    found = tuple(Path(name) for name in value.split(os.pathsep) if name.strip())
    if not found or not all(path.is_dir() for path in found):
        raise ValueError(f"folders that exist, separated by {os.pathsep!r}")
    return found


def with_slip(value: str) -> str:
    """A text with the place of the slip's id in it."""
    if "{slip}" not in value or not value.replace("{slip}", "").isprintable() or len(value) > MOST_TEXT:
        raise ValueError("an address with {slip} in it, e.g. https://board.example/slips/{slip}")
    return value.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintSettings:
    """Everything that printing reads from its environment. Each list of fonts: the first family that is installed sets the
    text, those after it fill in what it lacks."""

    issuer: str = setting(
        "DUBAN_PRINT_ISSUER", text, "who issues: the head of the paper and the signature", default="咸阳市委市政府督查室"
    )
    rules: str = setting(
        "DUBAN_PRINT_RULES", text, "the city's own rules that slips refer to", default="《督促检查工作实施办法》"
    )
    record: str = setting("DUBAN_PRINT_RECORD", with_slip, "what the QR code says; {slip} is the slip's id", default=RECORD)
    title_fonts: tuple[str, ...] = setting(
        "DUBAN_PRINT_TITLE_FONTS",
        families,
        "families for titles (GB/T 9704: 小标宋), e.g. FZXiaoBiaoSong-B05S,WenQuanYi Zen Hei",
        default=(
            "FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "STZhongsong", "Source Han Serif SC", "Noto Serif CJK SC",
            "WenQuanYi Zen Hei", "AR PL UMing CN", "AR PL SungtiL GB",
        ),
    )  # fmt: skip
    body_fonts: tuple[str, ...] = setting(
        "DUBAN_PRINT_BODY_FONTS",
        families,
        "families for the text (GB/T 9704: 仿宋), e.g. FangSong_GB2312,AR PL KaitiM GB",
        default=(
            "FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋", "STFangsong", "AR PL KaitiM GB", "AR PL UKai CN", "KaiTi",
            "Noto Serif CJK SC", "AR PL SungtiL GB", "WenQuanYi Zen Hei", "Noto Sans CJK SC",
        ),
    )  # fmt: skip
    label_fonts: tuple[str, ...] = setting(
        "DUBAN_PRINT_LABEL_FONTS",
        families,
        "families for labels and headings (GB/T 9704: 黑体), e.g. SimHei,WenQuanYi Zen Hei",
        default=(
            "SimHei", "黑体", "STHeiti", "WenQuanYi Zen Hei", "Noto Sans CJK SC", "Noto Serif CJK SC", "AR PL KaitiM GB",
            "AR PL UKai CN", "AR PL SungtiL GB",
        ),
    )  # fmt: skip
    font_folders: tuple[Path, ...] = setting(
        "DUBAN_PRINT_FONT_FOLDERS", folders, "folders with fonts, used instead of the system's", default=()
    )
