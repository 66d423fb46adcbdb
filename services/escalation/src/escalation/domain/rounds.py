"""A matter that is withdrawn, or done again: two kinds of lines in a ladder's journal (domain.md d.3).

Withdrawn: the ladder stands still; what was issued stays, and the slip in force ends. Done again: a new ladder in the same place;
the slips of the round before stay as they ended, and no longer count.
"""

from __future__ import annotations

REOPENED, MATTER_WITHDRAWN = "REOPENED", "MATTER_WITHDRAWN"
"""Kinds of lines; the id of the first is that of the new assignment. The second is also why clocks stop and slips end."""
