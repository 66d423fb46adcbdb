"""Prints the slips of a running city as they are issued, in a process of its own: setting a page must not stop the clock.

The city starts it (`beside`) and holds the other end of its standard input. When that closes, however the city ended, what is
still to be printed is printed, and the process ends. It reads the events that the city has committed, and writes only PDFs.
"""

from __future__ import annotations

import os
import select
import sqlite3
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from notify.printing.casebook import Casebook
from notify.printing.fonts import installed
from notify.printing.press import Press
from service_chassis.errors import ConfigError

from duban.printing import Question, desk_for, printed, settings

LOOK_SECONDS = 0.5
"""Pause between two looks for new slips."""
LEAST_URGENT = 15
"""How much the process steps back for the city (`nice`)."""
WAIT_SECONDS = 60.0
"""The longest that the city waits at its end for slips that are still to be printed."""


@contextmanager
def beside(folder: Path, slips: Path | None, fresh: bool, out: IO[str]) -> Iterator[None]:
    """Print the city's slips while the block runs. Where nothing can be printed, that is said and the city runs all the same."""
    if slips is None:
        yield
        return
    if fresh:
        forget(slips)
    try:
        installed(settings())
    except ConfigError as error:
        print(f"督办单不打印 slips are not printed: {error}", file=out, flush=True)
        yield
        return
    print(f"督办单打印到 slips are printed into: {slips}", file=out, flush=True)
    with printer(folder, slips) as process:
        yield
    if process.returncode != 0:
        print(f"督办单打印提前中断 printing ended early: {slips}", file=out, flush=True)


def forget(slips: Path) -> None:
    """Delete the slips of an earlier city, and nothing else that may lie in the folder."""
    for path in slips.glob("*字第*号*.pdf"):
        path.unlink()


@contextmanager
def printer(folder: Path, slips: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The process that prints while the block runs; at its end it may finish what is left. Ctrl-C reaches the city only."""
    command = [sys.executable, "-m", "duban.printing_beside", str(folder), str(slips)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(WAIT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def follow(folder: Path, slips: Path, is_over: Callable[[float], bool], err: IO[str]) -> None:
    """Print what is issued, and again what changes, until `is_over` (asked with a pause in seconds) and nothing is left."""
    printed_with = settings()
    press, book, place, last = Press(printed_with), Casebook(), 0, False
    desk = desk_for(Question(folder), book, printed_with)
    while True:
        place, bodies = news(folder / "broker.sqlite", place)
        changed = book.read(bodies)
        cases = [case for case in book.issued() if case.slip_id in changed]
        deque(printed(desk, press, cases, slips, partial(say, err)), maxlen=0)
        if last and not bodies:
            return
        last = is_over(0.0 if last else LOOK_SECONDS)


def news(archive: Path, place: int) -> tuple[int, list[bytes]]:
    """The events that were published since `place`, and the new place; none while the city has not made its file yet."""
    if not archive.is_file():
        return place, []
    try:
        with closing(sqlite3.connect(f"{archive.resolve().as_uri()}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT seq, body FROM archive WHERE seq > ? ORDER BY seq", (place,)).fetchall()
    except sqlite3.OperationalError:  # the table is being made, or the file is locked for this moment: the next look sees it
        return place, []
    return (rows[-1][0] if rows else place), [bytes(body) for _, body in rows]


def say(err: IO[str], text: str) -> None:
    """One line about a slip that could not be printed."""
    print(f"duban: {text}", file=err, flush=True)


def parent_is_gone(seconds: float) -> bool:
    """Wait so long for the city's end: its pipe to us closes."""
    ready, _, _ = select.select([sys.stdin.fileno()], [], [], seconds)
    return bool(ready)


def main(city: str, slips: str) -> int:
    """The process itself; what stops it is said in one line."""
    os.nice(LEAST_URGENT)
    try:
        follow(Path(city), Path(slips), parent_is_gone, sys.stderr)
    except ConfigError as error:
        say(sys.stderr, str(error))
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
