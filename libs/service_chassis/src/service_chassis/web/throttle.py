"""How often one caller may ask: a bucket of tokens for each account, in this process."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

MOST_ACCOUNTS = 10_000
"""Buckets that are remembered; the one unused for longest goes first, and it is full by then."""


class Throttle:
    """`per_minute` requests in the long run, and up to a third of them at once."""

    def __init__(self, per_minute: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._rate = per_minute / 60
        self._size = max(1.0, per_minute / 3)
        self._monotonic = monotonic
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, account: str) -> float:
        """Takes one token: 0, or the seconds after which there will be one."""
        now = self._monotonic()
        with self._lock:
            left, seen = self._buckets.pop(account, (self._size, now))
            left = min(self._size, left + (now - seen) * self._rate)
            wait = 0.0 if left >= 1 else (1 - left) / self._rate
            self._buckets[account] = (left if wait else left - 1, now)
            if len(self._buckets) > MOST_ACCOUNTS:
                self._buckets.popitem(last=False)
        return wait
