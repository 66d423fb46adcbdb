"""What other threads want done by the one that runs the chain, between two instants: a person's act, a question to the rules."""

from __future__ import annotations

import queue
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Closed(Exception):
    """The city has stopped; nothing is done any more."""


class Errands:
    """A line of errands. Those who ask wait for the answer; what an errand raises is raised to them, not to the city."""

    def __init__(self) -> None:
        self._line: queue.Queue[tuple[Callable[[], Any], Future[Any]]] = queue.Queue()
        self._closed = False

    def ask(self, what: Callable[[], T], seconds: float) -> T:
        """Have it done; TimeoutError after so many seconds, Closed once the city has stopped."""
        answer: Future[T] = Future()
        if self._closed:
            raise Closed
        self._line.put((what, answer))
        try:
            return answer.result(seconds)
        except TimeoutError:
            answer.cancel()  # what was not begun is not done behind the asker's back
            raise

    def run(self, seconds: float) -> bool:
        """Do what waits, waiting at most so long for the first one; returns whether there was any."""
        try:
            what, answer = self._line.get(timeout=seconds) if seconds > 0 else self._line.get_nowait()
        except queue.Empty:
            return False
        self._do(what, answer)
        while self.run(0):
            pass
        return True

    @staticmethod
    def _do(what: Callable[[], Any], answer: Future[Any]) -> None:
        if not answer.set_running_or_notify_cancel():
            return
        try:
            answer.set_result(what())
        except BaseException as error:
            answer.set_exception(error)

    def close(self) -> None:
        """Nobody does anything any more; who waits is told."""
        self._closed = True
        while not self._line.empty():
            _, answer = self._line.get_nowait()
            answer.set_exception(Closed())
