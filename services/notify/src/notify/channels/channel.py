"""What every channel is: it sends one copy and says how that ended; it never raises for what the other side does."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Protocol

from notify.domain.sending import Copy, Outcome


class Channel(Protocol):
    """One way to people."""

    @property
    def disturbs(self) -> bool:
        """Whether it reaches people at once, so that it keeps to the delivery window."""
        ...

    @property
    def longest_seconds(self) -> float:
        """An attempt ends within this time, however slow the other side is."""
        ...

    def send(self, copy: Copy) -> Outcome:
        """Try to deliver a copy, once."""
        ...


@contextlib.contextmanager
def within(seconds: float, cut: Callable[[], None]) -> Iterator[None]:
    """Call `cut` (which breaks the connection) after so many seconds: a time-out for each read does not end a trickle.

    What was cut off raises TimeoutError, even if what had come by then reads like a whole answer.
    """
    over = threading.Event()

    def end() -> None:
        over.set()
        cut()

    watch = threading.Timer(seconds, end)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
    if over.is_set():
        raise TimeoutError(f"no whole answer within {seconds:g} s")


def shut(sock: socket.socket) -> None:
    """Break a connection from another thread. The plain shutdown, also with TLS, whose own would pull the rug from the reader."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
