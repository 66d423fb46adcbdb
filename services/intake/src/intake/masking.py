"""An informant's name and number are taken out of a submitted matter before anything else sees it: they are kept in the table
`informant`, which nothing else reads, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

from event_contracts.event import Message
from event_contracts.inbound import MatterSubmitted, SubmittedAssignment, SubmittedSource

from intake.domain import privacy


def without_informant(message: Message) -> Message:
    """A submitted matter with its texts masked; the informant himself stays where the message names him."""
    data: MatterSubmitted = message.data
    told_by = data.source.informant
    if told_by is None:
        return message
    secrets = [told_by.name, *([told_by.contact] if told_by.contact else [])]

    def mask(text: str) -> str:
        return privacy.masked(text, secrets)

    def maybe(text: str | None) -> str | None:
        return None if text is None else mask(text)

    def part(given: SubmittedAssignment) -> SubmittedAssignment:
        stones = [replace(stone, text=maybe(stone.text)) for stone in given.milestones]
        return replace(given, deliverable=mask(given.deliverable), standard=maybe(given.standard), milestones=stones)

    def source(given: SubmittedSource) -> SubmittedSource:
        return replace(given, number=maybe(given.number), issuer=maybe(given.issuer), clause=maybe(given.clause))

    return replace(
        message,
        data=replace(
            data,
            title=mask(data.title),
            standard=mask(data.standard),
            subject_terms=[mask(term) for term in data.subject_terms],
            source=source(data.source),
            assignments=[part(given) for given in data.assignments],
        ),
    )
