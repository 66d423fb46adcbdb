"""What people send about one unit's part of a matter: one method per act, each a message with an id of its own.

Ids are made from the matter, the unit and the act, so that writing the story twice gives the same messages.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from duban.sample_city.topics import DEFICIENCIES, REQUIREMENTS
from duban.sample_city.units import name_of

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:duban:sample-city")

OFFICER = "督查专员 郑向阳"
SECTION_HEAD = "专项督办科科长 许静"
DIRECTOR = "督查室主任 高远"
CHAIR = "领导小组组长 秦立新"

Event = dict[str, Any]


def event(name: str, source: str, key: str, at: datetime, data: Event, arrival: datetime | None = None) -> Event:
    """One CloudEvent of the story; `key` makes its id."""
    found: Event = {
        "specversion": "1.0",
        "id": str(uuid.uuid5(NAMESPACE, key)),
        "source": source,
        "type": f"{name}.v1",
        "subject": data.get("matter") or data.get("external_ref"),
        "time": at.isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }
    if arrival is not None:
        found["arrivaltime"] = arrival.isoformat()
    return found


@dataclass(slots=True)
class Part:
    """One unit's part of a matter, as its messages are written."""

    matter: str
    unit: str
    subject: str
    rng: Random
    events: list[Event] = field(default_factory=list)

    def from_unit(self, name: str, at: datetime, arrival: datetime | None = None, **data: Any) -> None:
        """The unit itself sends this."""
        self._send(name, f"/units/{self.unit}", at, data, arrival)

    def from_office(self, name: str, at: datetime, **data: Any) -> None:
        """The supervision office sends this."""
        self._send(name, "/office", at, data, None)

    def _send(self, name: str, source: str, at: datetime, data: Event, arrival: datetime | None) -> None:
        key = f"{self.matter}/{self.unit}/{len(self.events)}/{name}"
        self.events.append(event(name, source, key, at, {"matter": self.matter, "unit": self.unit, **data}, arrival))

    def evidence(self, kind: str, at: datetime) -> list[Event]:
        """One piece of evidence, by the hash of a file that exists in the story only."""
        digest = hashlib.sha256(f"{self.matter}/{self.unit}/{at.isoformat()}".encode()).hexdigest()
        return [{"kind": kind, "sha256": digest, "collected_at": at.isoformat()}]

    def sign(self, at: datetime, colour: str | None = None) -> None:
        """The unit's office signs for the assignment or for a slip (签收)."""
        extra: Event = {"colour": colour} if colour else {}
        self.from_unit("notice.signed", at, signed_by=f"{name_of(self.unit)}办公室", **extra)

    def report(self, at: datetime, percent: int) -> None:
        """The unit reports progress."""
        self.from_unit(
            "progress.reported",
            at,
            percent=percent,
            text=f"{self.subject}已完成约{percent}%，正按计划推进",
            evidence=self.evidence("DOCUMENT", at),
        )

    def assess(self, at: datetime, accepted: bool, substantive: bool) -> None:
        """The office accepts a report or sends it back."""
        self.from_office("progress.assessed", at, accepted=accepted, substantive=substantive, decided_by=OFFICER)

    def claim(self, at: datetime, arrival: datetime | None = None) -> None:
        """The unit says that it is done (报结)."""
        self.from_unit(
            "completion.claimed", at, arrival, text=f"{self.subject}已全部完成，佐证材料附后", evidence=self.evidence("PHOTO", at)
        )

    def verify(self, at: datetime) -> None:
        """The office finds the claim true (核验)."""
        self.from_office("completion.verified", at, verified_by=OFFICER)

    def answer(self, to: str) -> None:
        """The unit answers the source an hour after it last said that it is done."""
        done = [datetime.fromisoformat(found["time"]) for found in self.events if found["type"] == "completion.claimed.v1"]
        if done:
            self.from_unit("reply.sent", max(done) + timedelta(hours=1), to=to, text=f"{self.subject}已办理完毕，特此答复")
            self.events.sort(key=lambda found: datetime.fromisoformat(found["time"]))

    def reject(self, at: datetime) -> None:
        """The office finds the claim wanting."""
        self.from_office("completion.rejected", at, verified_by=OFFICER, deficiencies=[self.rng.choice(DEFICIENCIES)])

    def urge(self, at: datetime) -> None:
        """The office urges the unit (催办)."""
        self.from_office("urge.sent", at, by="OFFICE")

    def propose_white(self, at: datetime, approved_at: datetime) -> None:
        """The office finds the matter behind its plan and issues a white before the limit (domain.md E2)."""
        self.from_office(
            "slip.proposed",
            at,
            colour="WHITE",
            by=OFFICER,
            standard=f"{self.subject}进度追平计划并报送佐证材料",
            requirements=list(REQUIREMENTS[:3]),
            ground="SLOW_PROGRESS",
            reason="阶段进度明显落后于计划节点",
        )
        self.from_office("slip.approved", approved_at, colour="WHITE", by=SECTION_HEAD)

    def determine(self, at: datetime, progress_class: str, reasons: str) -> None:
        """The finding at the end of a yellow slip (认定)."""
        self.from_office(
            "determination.made",
            at,
            progress_class=progress_class,
            reasons=reasons,
            decided_by=DIRECTOR,
            evidence=self.evidence("STATEMENT", at),
        )

    def approve_red(self, at: datetime) -> None:
        """The leading group's chair approves the red."""
        self.from_office("slip.approved", at, colour="RED", by=CHAIR)
