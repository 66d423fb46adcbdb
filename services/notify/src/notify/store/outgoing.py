"""The store of letters that also puts their copies into the queue of deliveries, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from notify.domain.audience import Hearer
from notify.domain.sending import Ways
from notify.domain.serving import Letter
from notify.store import deliveries, letters

NOWHERE = Ways()


class Store(letters.Store):
    """Without ways it only records."""

    def __init__(self, session: Connection, ways: Ways = NOWHERE) -> None:
        super().__init__(session)
        self._ways = ways
        self._texts: list[dict[str, Any]] = []
        self._queue: list[dict[str, Any]] = []

    @property
    def sends(self) -> bool:
        """Whether letters leave at all, so that their text is wanted."""
        return bool(self._ways)

    def add(
        self,
        written: Letter,
        hearers: Iterable[Hearer],
        *,
        caused_by: str | None,
        policy_version: str,
        told: tuple[str, str] | None = None,
    ) -> None:
        """A new letter with a copy for each addressee; `told` is its title and text."""
        heard = list(hearers)
        super().add(written, heard, caused_by=caused_by, policy_version=policy_version)
        if told is not None:
            self._texts.append({"letter_id": written.letter_id, "title": told[0], "text": told[1]})
            self._queue += deliveries.rows_of(written, [hearer.addressee.value for hearer in heard], self._ways)

    def units_within(self, scope: Iterable[str]) -> list[str]:
        """The units that a bulletin's scope means."""
        return self._ways.within(scope)

    def readdress(self, matter_id: str, unit: str, successor: str) -> list[Letter]:
        """As `letters.Store.readdress`; what has not left for the former unit does not, and the successor gets its own copies."""
        moved = super().readdress(matter_id, unit, successor)
        for letter in moved if self.sends else ():
            if deliveries.readdress(self._session, letter, unit):
                self._queue += deliveries.rows_of(letter, deliveries.addressees(self._session, letter.letter_id), self._ways)
        return moved

    def arrived(self, letter: Letter) -> bool:
        """Whether the rule of deemed service may run: a copy reached the unit, or none was to be sent."""
        if not self.sends:
            return True
        sent, first = deliveries.first_delivered(self._session, letter.letter_id, letter.unit)
        return first is not None or not sent

    def save(self) -> None:
        """Write letters, then the queue; what exists already stays as it is."""
        super().save()
        deliveries.write(self._session, self._texts, self._queue)
        self._texts, self._queue = [], []
