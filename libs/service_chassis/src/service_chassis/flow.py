"""How many messages one sender may have read in a minute, so that a flood of one unit's does not bury everybody else's.

What is over the limit is refused with a code, kept like every message, and holds nothing; the sender sends it again later, under
a new id and with its own time. Off by default: a refusal of a true report is a burden on who sent it (delivery.md I14).
"""

from __future__ import annotations

from datetime import datetime, timedelta

WINDOW = timedelta(minutes=1)


class Flow:
    """Counts by sender. A message that is looked at again (its batch was halved, its session ended) is counted once."""

    def __init__(self, limit: int = 0, exempt: str = "OFFICE") -> None:
        """`limit` messages a minute for each sender, 0 for none; what the office decides is never refused for this."""
        self.limit = limit
        self._exempt = exempt
        self._windows: dict[str, tuple[datetime, set[str]]] = {}

    def over(self, sender: str, message_id: str, now: datetime) -> bool:
        """Whether this message is one too many."""
        if not self.limit or sender == self._exempt:
            return False
        began, let_in = self._windows.get(sender, (now, set()))
        if now - began >= WINDOW:
            began, let_in = now, set()
        self._windows[sender] = began, let_in
        if message_id not in let_in and len(let_in) >= self.limit:
            return True
        let_in.add(message_id)
        return False
