"""The board beside the city of `duban run`: the same board as anywhere, on the embedded broker instead of RabbitMQ."""

from __future__ import annotations

import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import orjson
from board.errors import ConfigError as BoardConfigError
from board.errors import Unavailable
from board.ports import Answer, Found
from board.serving import Address, board
from service_chassis.errors import ConfigError
from service_chassis.messaging.envelope import Outgoing

from duban.arrivals import Arrival
from duban.chain import Chain
from duban.errands import Closed, Errands
from duban.pace import Pace
from duban.rehearsing_beside import of_the_city
from duban.sample_city.script import CHAIR, DIRECTOR, OFFICER, SECTION_HEAD
from duban.sample_city.units import UNITS

FILE = "board.sqlite"
QUEUE = "board"
"""The board's queue on the embedded broker: refusals."""
TURN_SECONDS = 10.0
"""How long an act may wait for its turn; the city may be busy with a holiday's end."""
LOOK_SECONDS = 0.2
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

DEMO = {
    "LEADING_GROUP_CHAIR": CHAIR,
    "LEADING_GROUP_DEPUTY": "领导小组副组长 韩明",
    "SUPERVISION_DIRECTOR": DIRECTOR,
    "SECTION_HEAD": SECTION_HEAD,
    "OFFICER": OFFICER,
    "TEAM_LEADER": "督查组组长 冯涛",
    "TEAM_MEMBER": "督查组成员 何静",
    "LEADER": "市长 顾伟",
    "UNIT_HEAD": "单位主要负责人",
    "UNIT_LIAISON": "单位督查联络员",
    "ASSESSMENT_OFFICE": "市考核办 王敏",
    "DISCIPLINE": "市纪委监委 赵刚",
    "ORGANISATION": "市委组织部 孙悦",
    "NPC_LIAISON": "市人大代表联络处 李娜",
    "CPPCC_LIAISON": "市政协提案委 周平",
    "AUDITOR": "审计员 陈实",
    "OPERATOR": "运维员 吴斌",
}
"""One invented person for each role; the officials are those of the story."""


def address(text: str) -> Address | None:
    """`host:port`, or None for `off`. On other addresses than this machine's own anybody could sign on as anybody: refused."""
    if text == "off":
        return None
    host, _, port = text.rpartition(":")
    if host.strip("[]") not in LOOPBACK or not port.isdigit() or int(port) > 65535:  # noqa: PLR2004 - the last port
        raise ConfigError(f"--board {text!r}: write e.g. 127.0.0.1:8000, or off; the sample city is shown on this machine only")
    return Address(host.strip("[]"), int(port))


@dataclass(slots=True)
class ArchiveFeed:
    """Published events from the city's file, read beside the city."""

    path: Path
    name: str = "embedded"

    def after(self, place: str, many: int) -> Found | None:
        """The next events; waits a moment where there are none."""
        try:
            with closing(sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=ro", uri=True)) as database:
                wanted = "SELECT seq, body FROM archive WHERE seq > ? ORDER BY seq LIMIT ?"
                rows = database.execute(wanted, (int(place or 0), many)).fetchall()
        except sqlite3.Error as error:
            raise Unavailable(f"{self.path}: {error}") from error
        if not rows:
            time.sleep(LOOK_SECONDS)
            return None
        return Found(str(rows[-1][0]), [bytes(body) for _, body in rows])


@dataclass(slots=True)
class Counter:
    """The way in: hands what a person does to the thread that runs the chain, and collects refusals."""

    running: Chain
    errands: Errands
    act: Callable[[Outgoing], None]
    came: deque[Answer] = field(default_factory=deque)

    def send(self, routing_key: str, body: bytes, message_id: str, kind: str) -> None:
        """Deliver it, at the instant that the city has reached, and let it take effect."""
        message = Outgoing("duban.inbound", routing_key, body, user_id="board", message_id=message_id, type=kind)
        self._turn(lambda: self._deliver(message))

    def _deliver(self, message: Outgoing) -> None:
        self.act(message)
        self.collect()

    def collect(self) -> None:
        """Take refusals out of the broker's queue."""
        while deliveries := self.running.broker.take(QUEUE, 100):
            for delivery in deliveries:
                data = orjson.loads(delivery.body)["data"]
                self.came.append(Answer(str(data.get("original_id")), data["code"], data.get("detail") or ""))
            self.running.broker.ack(QUEUE, deliveries[-1].tag)

    def answers(self) -> Sequence[Answer]:
        """Refusals since the last call."""
        found = []
        while self.came:
            found.append(self.came.popleft())
        return found

    def _turn(self, what: Any) -> Any:
        try:
            return self.errands.ask(what, TURN_SECONDS)
        except (TimeoutError, Closed) as error:
            raise Unavailable("the city does not answer; it is busy or has stopped") from error


@contextmanager
def beside(
    folder: Path,
    at: Address | None,
    running: Chain,
    arrivals: Sequence[Arrival],
    errands: Errands,
    act: Callable[[Outgoing], None],
    pace: Pace,
    out: IO[str],
) -> Iterator[Counter | None]:
    """The board of the city while the block runs; None where none is wanted. ConfigError where its address is taken."""
    if at is None:
        yield None
        return
    running.broker.bind("duban.rejected", "#", QUEUE)
    counter = Counter(running, errands, act)
    rehearsals = of_the_city(folder, arrivals, pace.now, running.policy)
    try:
        with board(
            f"sqlite:///{folder / FILE}",
            ArchiveFeed(folder / "broker.sqlite"),
            counter,
            pace,
            at,
            title=("督办看板 · 咸阳（示例）", "Supervision board · Xianyang (sample)"),
            names={unit.code: unit.name for unit in UNITS},
            demo=DEMO,
            secure_cookies=False,
            pace=pace,
            rehearsals=rehearsals,
        ) as address:
            print(f"看板 board: {address}", file=out, flush=True)
            try:
                yield counter
            finally:
                rehearsals.cancel()
                rehearsals.join()
                errands.close()
    except BoardConfigError as error:
        raise ConfigError(str(error)) from error
