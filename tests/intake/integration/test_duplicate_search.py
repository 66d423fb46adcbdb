"""The search for duplicates costs the same whatever the city has: a fixed number of statements, and a few rows of each key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from event_contracts.inbound import MatterSubmitted, SubmittedSource
from intake.store import heads
from sqlalchemy import event, text


@contextmanager
def statements(bench: Any) -> Iterator[list[str]]:
    """What is sent to the database meanwhile."""
    found: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        found.append(statement)

    event.listen(bench.database.engine, "before_cursor_execute", note)
    yield found
    event.remove(bench.database.engine, "before_cursor_execute", note)


def submit(bench: Any, matter: Callable[..., MatterSubmitted], at: datetime, numbers: range) -> None:
    """Matters of one unit that share a subject term and nothing else."""
    bench.receive(
        *(
            bench.delivery(
                "OFFICE",
                matter(
                    external_ref=f"D-{n}",
                    title=f"{n:04d}号任务{chr(0x4E00 + 97 * n % 20000)}{chr(0x4E00 + 89 * n % 20000)}",
                    subject_terms=["老旧小区", *(f"片区{n}-{m}" for m in range(9))],
                    source=SubmittedSource(type="DOCUMENT", number=f"{n}号", clause=f"第{n}条"),
                ),
                at + timedelta(seconds=n),
            )
            for n in numbers
        )
    )


def test_a_batch_of_any_size_looks_with_one_statement(bench: Any, matter: Any, at: Any) -> None:
    submit(bench, matter, at(2), range(10))
    with statements(bench) as few:
        submit(bench, matter, at(3), range(10, 12))
    with statements(bench) as many:
        submit(bench, matter, at(4), range(12, 60))
    for sent in (few, many):
        assert sum("fingerprint WHERE" in statement for statement in sent) == 1
        assert sum("INSERT" in statement and "fingerprint" in statement for statement in sent) == 1


def test_of_a_term_that_many_matters_have_only_the_newest_are_read(bench: Any, matter: Any, at: Any) -> None:
    submit(bench, matter, at(2), range(3 * heads.NEWEST))
    with bench.database.begin() as session:
        found = heads.Heads(session)
        key = session.execute(text("SELECT key FROM fingerprint GROUP BY key ORDER BY count(*) DESC LIMIT 1")).scalar_one()
        found.look_up([key])
    newest = {f"D-{n}" for n in range(2 * heads.NEWEST, 3 * heads.NEWEST)}
    assert {known.external_ref for known in found.candidates([key])} == newest


def test_what_is_found_is_found_among_thousands(bench: Any, matter: Any, at: Any) -> None:
    twin = {"title": "关于文林路雨水管网积水整治的督查事项", "subject_terms": ["老旧小区", "文林路"]}
    bench.send("OFFICE", matter(external_ref="FIRST", **twin), at(2))
    submit(bench, matter, at(3), range(3 * heads.NEWEST))
    bench.send("OFFICE", matter(external_ref="AGAIN", **twin), at(5))
    said = [event.data for event in bench.announced("duplicate.suspected")]
    assert [(fact.external_ref, [found.external_ref for found in fact.candidates]) for fact in said] == [("AGAIN", ["FIRST"])]
