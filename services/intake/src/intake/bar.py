"""Progress of a long command, for whoever watches it."""

from __future__ import annotations

import sys
from collections.abc import Callable


def bar() -> Callable[[str, int, int], None]:
    """Progress on standard error: a line that is written over, where somebody looks at it."""
    watched = sys.stderr.isatty()

    def told(what: str, done: int, of: int) -> None:
        if watched and (done == of or done % 50 == 0):
            filled = 30 * done // of if of else 30
            print(f"\r{what} [{'#' * filled:<30}] {done:,}/{of:,}", end="\n" if done == of else "", file=sys.stderr, flush=True)

    return told
