"""How `duban run` shows the city: a live board on a terminal, readable lines anywhere else."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import IO, Any, Protocol
from zoneinfo import ZoneInfo

from rich.console import Console, Group
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from duban.board import Board
from duban.sample_city.units import name_of
from duban.wording import Line

WEEKDAYS = "一二三四五六日"
STYLES = {"WHITE": "bold white", "YELLOW": "bold yellow", "RED": "bold red"}
NAMES = {"WHITE": "白 white", "YELLOW": "黄 yellow", "RED": "红 red"}

FRAME_SECONDS = 0.25
"""The board is drawn at most four times a second."""

STATUS_SECONDS, SLOW_STATUS_SECONDS = 1.0, 60.0
"""Plain output tells the state once a local day, at most once a second; within a day once a minute."""


class View(Protocol):
    """What the loop tells the view."""

    def tell(self, line: Line) -> None: ...

    def show(self, now: datetime) -> None: ...

    def close(self, text: str) -> None: ...


def view(out: IO[str], board: Board, zone: ZoneInfo, speed: Callable[[], float]) -> View:
    """The view that fits where the output goes."""
    return LiveView(board, zone, speed, Console(file=out)) if out.isatty() else PlainView(out, board, zone)


def clock_line(now: datetime, zone: ZoneInfo) -> str:
    """The local date and time with the day of the week."""
    local = now.astimezone(zone)
    return f"{local:%Y-%m-%d} 周{WEEKDAYS[local.weekday()]} {local:%H:%M}"


def counts(board: Board) -> str:
    """One line: matters open and slips by colour."""
    force = board.in_force()
    slips = " ".join(f"{name} {force[colour]}/{board.issued[colour]}" for colour, name in NAMES.items())
    return f"在办 open {len(board.open)}/{board.total} · 督办单 slips in force/issued {slips}"


def points(board: Board, many: int = 3) -> str:
    """One line: who lost most points."""
    worst = [f"{name_of(unit)} {lost}{'' if eligible else '（取消评优）'}" for _, unit, lost, eligible in board.worst(many)]
    return " · 扣分 points " + "，".join(worst) if worst else ""


class PlainView:
    """Lines for a pipe, a file or a log."""

    def __init__(self, out: IO[str], board: Board, zone: ZoneInfo) -> None:
        self._out, self._board, self._zone = out, board, zone
        self._last = float("-inf")
        self._day = ""

    def tell(self, line: Line) -> None:
        """An event, at once."""
        print(line.plain(self._zone), file=self._out, flush=True)

    def show(self, now: datetime) -> None:
        """The state of the city, not too often."""
        text = clock_line(now, self._zone)
        wait = SLOW_STATUS_SECONDS if text[:10] == self._day else STATUS_SECONDS
        if time.monotonic() - self._last >= wait:
            self._last, self._day = time.monotonic(), text[:10]
            self._status(text)

    def _status(self, clock: str) -> None:
        print(f"== {clock} · {counts(self._board)}{points(self._board)}", file=self._out, flush=True)

    def close(self, text: str) -> None:
        """The last state and the last word."""
        print(f"== {counts(self._board)}{points(self._board)}\n{text}", file=self._out, flush=True)


class LiveView:
    """The board on a terminal."""

    def __init__(self, board: Board, zone: ZoneInfo, speed: Callable[[], float], console: Console) -> None:
        self._board, self._zone, self._speed, self._console = board, zone, speed, console
        self._live = Live(console=console, auto_refresh=False, screen=console.is_terminal)
        self._last = 0.0
        self._live.start()

    def tell(self, line: Line) -> None:
        """The board shows it with the next frame."""

    def show(self, now: datetime) -> None:
        """Draw a frame, not too often."""
        if time.monotonic() - self._last >= FRAME_SECONDS:
            self._last = time.monotonic()
            self._live.update(self.frame(now), refresh=True)

    def close(self, text: str) -> None:
        """Leave the terminal as it was, with the last state and the last word on it."""
        self._live.stop()
        self._console.print(f"{counts(self._board)}{points(self._board)}\n{text}", highlight=False)

    def frame(self, now: datetime) -> Any:
        """The whole screen."""
        layout, rows = Layout(), max(self._console.height - 12, 5)
        layout.split_column(Layout(self._head(now), size=3), Layout(name="middle"), Layout(self._foot(), size=1))
        layout["middle"].split_row(Layout(self._left(rows), size=40), Layout(self._events(self._console.height - 6)))
        return layout

    def _head(self, now: datetime) -> Panel:
        pace = self._speed()
        speed = f"{pace / 86400:g} 天/秒 days per second" if pace >= 3600 else f"{pace:g}×"
        text = Text(f"{clock_line(now, self._zone)}   咸阳（示例城市 sample city）", style="bold")
        return Panel(text, title="督办 duban", subtitle=speed)

    def _foot(self) -> Text:
        return Text("Ctrl-C 停止，下次从这里继续 / Ctrl-C stops, the next start goes on from here", style="dim")

    def _left(self, rows: int) -> Group:
        return Group(self._slips(), self._points(rows - 8))

    def _slips(self) -> Panel:
        table, force = Table.grid(padding=(0, 2), expand=True), self._board.in_force()
        table.add_row("在办事项 matters open", Text(f"{len(self._board.open)} / {self._board.total}", justify="right"))
        for colour, name in NAMES.items():
            table.add_row(
                Text(f"■ {name}", style=STYLES[colour]), Text(f"{force[colour]} / {self._board.issued[colour]}", justify="right")
            )
        return Panel(table, title="督办单 slips（在效/累计）")

    def _points(self, rows: int) -> Panel:
        table = Table.grid(padding=(0, 1), expand=True)
        for year, unit, lost, eligible in self._board.worst(max(rows, 3)):
            mark = Text("") if eligible else Text("取消评优", style="red")
            table.add_row(str(year), name_of(unit), Text(str(lost), justify="right"), mark)
        return Panel(table, title="扣分 points by unit")

    def _events(self, height: int) -> Panel:
        """The newest first: what happened on one line, the reason below it."""
        parts: list[Text] = []
        for line in reversed(list(self._board.newest)[-max(height, 3) :]):
            text = Text(no_wrap=True, overflow="ellipsis")
            text.append(f"{line.at.astimezone(self._zone):%m-%d %H:%M} ", style="dim")
            text.append(f"{name_of(line.unit)} " if line.unit else "", style="cyan")
            text.append(line.text, style=STYLES.get(line.colour or "", ""))
            parts.append(text)
            if line.reason:
                parts.append(Text(f"└ {line.reason}", style="italic dim"))
        return Panel(Group(*parts), title="最新事件 newest events")
