"""A comparison of two policies as one HTML page with an SVG chart: no script, no network, nothing but the file itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from duban.comparison import COLOURS, cell, name_of, verdict

Row = Mapping[str, Any]

FILLS = {"WHITE": "#ffffff", "YELLOW": "#f2c230", "RED": "#c8322b"}
NAMES = {"WHITE": "白 white", "YELLOW": "黄 yellow", "RED": "红 red"}

ROW, BAR, TOP = 46, 16, 8
"""Pixels: the height of a unit, of one of its two bars, and of the margin above them."""

LEFT, BARS, RIGHT = 130, 520, 250
"""Pixels: the column of names, of the bars, of points and eligibility."""

STYLE = """
body { font: 15px/1.5 system-ui, "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; margin: 2em auto; max-width: 930px; }
svg text { font-size: 13px; fill: #222; }
svg .quiet { fill: #777; }
svg rect { stroke: #666; stroke-width: 0.7; }
table { border-collapse: collapse; }
td, th { padding: 0.15em 0.8em; border-bottom: 1px solid #ddd; text-align: left; }
"""


def page(found: Row) -> str:
    """The whole page."""
    parts = [
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">',
        f"<title>政策比较 policies compared</title>\n<style>{STYLE}</style>\n</head>\n<body>",
        "<h1>政策比较 / policies compared</h1>",
        f"<p>A：{_policy(found, 'a')}<br>B：{_policy(found, 'b')}</p>",
        *_parameters(found["policies"]["parameters"]),
        f"<p><strong>{escape(verdict(found))}</strong></p>",
        f"<p>{_totals(found['totals'])}</p>",
        *_chart([row for row in found["units"] if row["different"]]),
        "</body>\n</html>\n",
    ]
    return "\n".join(parts)


def _policy(found: Row, side: str) -> str:
    return escape(f"{name_of(found, side)}（{found['policies'][side]['version']}）")


def _parameters(rows: list[Row]) -> Iterator[str]:
    if not rows:
        return
    yield "<table><tr><th>参数 parameter</th><th>A</th><th>B</th><th>来源 provenance</th></tr>"
    for row in rows:
        yield "<tr>" + "".join(f"<td>{escape(row[key])}</td>" for key in ("key", "a", "b", "provenance")) + "</tr>"
    yield "</table>"


def _totals(totals: Row) -> str:
    a, b = totals["a"], totals["b"]
    told = [f"{NAMES[colour]} {cell(a['slips'][colour], b['slips'][colour])}" for colour in COLOURS]
    told.append(f"得分 points {cell(a['points'], b['points'])}")
    told.append(f"丧失评优资格 not eligible {cell(a['not_eligible'], b['not_eligible'])}")
    return escape("合计 all units, A → B：" + "，".join(told))


# ---------------------------------------------------------------- the chart


def _chart(units: list[Row]) -> Iterator[str]:
    """Two bars for each unit, A above B: its slips by colour; beside them its points and eligibility."""
    if not units:
        return
    width, height = LEFT + BARS + RIGHT, TOP + ROW * len(units)
    label = "各单位在两项政策下的督办单 / slips of each unit under both policies"
    yield f"<p>{_legend()}</p>"
    yield f'<svg viewBox="0 0 {width} {height}" width="100%" role="img" aria-label="{label}">'
    most = max(sum(row[side]["slips"].values()) for row in units for side in ("a", "b"))
    for place, row in enumerate(units):
        yield from _unit(row, TOP + ROW * place, BARS / max(most, 1))
    yield "</svg>"


def _legend() -> str:
    style = "border:1px solid #666;padding:0 0.7em;margin:0 0.4em 0 1em"
    boxes = (f'<span style="background:{FILLS[colour]};{style}"></span>{NAMES[colour]}' for colour in COLOURS)
    return "每个单位两条 two bars a unit：上 above A，下 below B" + "".join(boxes)


def _unit(row: Row, top: int, scale: float) -> Iterator[str]:
    yield f'<text x="0" y="{top + BAR + 5}">{escape(row["unit"])}</text>'
    for name, side, at in (("A", row["a"], top), ("B", row["b"], top + BAR + 2)):
        yield f'<text class="quiet" x="{LEFT - 16}" y="{at + BAR - 3}">{name}</text>'
        yield from _bar(side["slips"], at, scale)
        yield f'<text x="{LEFT + BARS + 14}" y="{at + BAR - 3}">{escape(_beside(side))}</text>'


def _bar(slips: Row, top: int, scale: float) -> Iterator[str]:
    """The slips of one side, one piece a colour; the number stands in a tooltip, and in the piece where there is room."""
    left = float(LEFT)
    for colour in COLOURS:
        number, long = slips[colour], slips[colour] * scale
        if not number:
            continue
        box = f'x="{left:.1f}" y="{top}" width="{long:.1f}" height="{BAR}" fill="{FILLS[colour]}"'
        yield f"<rect {box}><title>{NAMES[colour]} {number}</title></rect>"
        if long > 10 * len(str(number)):
            yield f'<text x="{left + long / 2:.1f}" y="{top + BAR - 3}" text-anchor="middle">{number}</text>'
        left += long


def _beside(side: Row) -> str:
    lost = "，丧失评优 not eligible" if side["not_eligible"] else ""
    return f"{side['points']} 分{lost}"
