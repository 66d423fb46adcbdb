"""What the policy in force is, and whether a changed one can be used: asked of the command that rehearses, which knows it."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from board.errors import Refused
from board.rehearsing.process import BASE, CHANGED, PREFIX, PUBLISHED

SECONDS = 60.0
ASKED = "--policy"
WRONG = 2
"""The command's exit code for what it was given; what is wrong stands in its last line."""
NOT_INSTALLED = (
    "看板所在机器缺少演练命令，请安装 duban（同一 Python 环境），或以 BOARD_REHEARSE_PYTHON 指明装有它的 python / "
    "the command that rehearses is not on this machine: install the package `duban` beside the board, or name the python that "
    "has it in BOARD_REHEARSE_PYTHON"
)

Published = Callable[[], Sequence[Mapping[str, Any]]]
"""The data of every published policy."""


class RulesOfTheCommand:
    """Asks the command once a day for each set of published policies, since one may take effect later. `base` is the text of the
    policy that the services start with."""

    def __init__(self, command: Sequence[str], base: str, published: Published, today: Callable[[], date]) -> None:
        self._command, self._base, self._published, self._today = command, base, published, today
        self._lock = threading.Lock()
        self._known: tuple[tuple[str, date], Mapping[str, str]] | None = None

    def hindrance(self) -> str:
        """What to install, or what is wrong with the policy of the start."""
        try:
            self.in_force()
        except Refused as refused:
            return refused.detail
        return ""

    def in_force(self) -> Mapping[str, str]:
        """Refused where the command cannot tell."""
        published = self._published_now()
        with self._lock:
            asked = published, self._today()
            if self._known is None or self._known[0] != asked:
                self._known = asked, self._asked(published, "")
            return self._known[1]

    def check(self, overrides: str) -> None:
        """Laid over the policy that the services start with."""
        self._asked(self._published_now(), overrides)

    def lay_out(self, place: Path) -> None:
        """The policy of the start, and those that were published."""
        (place / BASE).write_text(self._base, "utf-8")
        (place / PUBLISHED).write_text(self._published_now(), "utf-8")

    def _published_now(self) -> str:
        return json.dumps(list(self._published()), ensure_ascii=False)

    def _asked(self, published: str, overrides: str) -> Mapping[str, str]:
        with tempfile.TemporaryDirectory(prefix=PREFIX) as scratch:
            place = Path(scratch)
            for name, text in ((BASE, self._base), (PUBLISHED, published), (CHANGED, overrides)):
                (place / name).write_text(text, "utf-8")
            try:
                told = subprocess.run([*self._command, ASKED, scratch], capture_output=True, timeout=SECONDS, check=False)
            except OSError as error:
                raise Refused("COMMAND", NOT_INSTALLED) from error
            except subprocess.TimeoutExpired as error:
                raise Refused("COMMAND", "演练命令没有应答，请再试一次 / the command did not answer; try again") from error
        last = told.stdout.decode("utf-8", "replace").strip().rpartition("\n")[2]
        if told.returncode == 0:
            found: dict[str, str] = json.loads(last)
            return found
        if told.returncode == WRONG and last:
            raise Refused("POLICY", last)
        raise Refused("COMMAND", NOT_INSTALLED)
