"""`python -m <service> verify-chain`: is the audit chain whole, and are the service's tables what was announced?

Says the first link that is broken, and how: CHANGED (its content, or the link itself), REMOVED, INSERTED or REORDERED. A chain
cannot show that its last links were cut off together with everything about them; for that, note its head elsewhere and give it
back with `--head`.

A body that was erased after its retention reads ERASED, with the rule and who ran it: its tombstone is a link of the chain. One
that is gone without a sealed tombstone reads REMOVED.
"""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from event_contracts.refusal import Unreadable
from event_contracts.wire import read_published

from service_chassis.errors import ConfigError
from service_chassis.persistence import seals
from service_chassis.persistence.seals import GENESIS, Head, Link, commitment, link_hash

if TYPE_CHECKING:
    from event_contracts.event import Message

    from service_chassis.delivery import Runtime


class How(StrEnum):
    """What happened to a link."""

    CHANGED = "CHANGED"
    REMOVED = "REMOVED"
    INSERTED = "INSERTED"
    REORDERED = "REORDERED"


WORDS = {
    How.CHANGED: "被改动 / changed",
    How.REMOVED: "被删除 / removed",
    How.INSERTED: "被插入 / inserted",
    How.REORDERED: "被调换次序 / reordered",
}


class Broken(NamedTuple):
    """A broken link: which, how, and what is seen of it."""

    n: int
    how: How
    message_id: str
    detail: str

    def __str__(self) -> str:
        return f"第 {self.n} 环{WORDS[self.how]} link {self.n}: {self.message_id} ({self.detail})"


class Erased(NamedTuple):
    """A link whose body was erased lawfully."""

    n: int
    message_id: str
    said: dict[str, str]

    def __str__(self) -> str:
        rule, by, at = (self.said.get(name, "?") for name in ("rule", "by", "at"))
        return f"第 {self.n} 环正文已依规删除 ERASED link {self.n}: {self.message_id} ({rule}, {by}, {at})"


def first_broken(links: Iterable[Link]) -> Broken | Head:
    """The first link that is not what it must be, or the head of a whole chain."""
    last = Head(0, GENESIS)
    chain = iter(links)
    for link in chain:
        if not _follows(last, link):
            return _position_fault(last, link, chain)
        if (fault := _content_fault(link)) is not None:
            return fault
        last = Head(link.n, link.hash)
    return last


def _content_fault(link: Link) -> Broken | None:
    if link.body is None and link.erased is not None:
        return None
    if link.body is None:
        return Broken(link.n, How.REMOVED, link.message_id, "what it stands for is gone from the outbox")
    if link.commitment != commitment(link.salt, link.body) or link.type != link.announced_type:
        return Broken(link.n, How.CHANGED, link.message_id, "what was announced is another text now")
    return None


def _follows(last: Head, link: Link) -> bool:
    return link.n == last.n + 1 and link.hash == _hash_at(last, link)


def _hash_at(last: Head, link: Link) -> bytes:
    """The hash that this link's content has right after `last`."""
    return link_hash(last.hash, last.n + 1, link.type, link.message_id, link.commitment)


def _position_fault(last: Head, link: Link, rest: Iterator[Link]) -> Broken:
    """Its content is what was announced, but it does not stand where it was sealed: look for the one that was sealed here."""
    n = last.n + 1
    if link.n > n:
        return Broken(n, How.REMOVED, "?", f"the next link that is there has number {link.n}: {link.message_id}")
    later = list(rest)
    for place, other in enumerate(later):
        true_hash = _hash_at(last, other)
        if true_hash in (other.hash, link.hash):
            successor = later[place + 1] if place + 1 < len(later) else None
            moved_up = place == 0 and true_hash == other.hash and not _belongs_after(Head(n, true_hash), link)
            shifted = successor is None or _belongs_after(Head(n, true_hash), successor)
            if moved_up and shifted:
                return Broken(n, How.INSERTED, link.message_id, f"the link that was sealed here is now number {other.n}")
            return Broken(n, How.REORDERED, link.message_id, f"what was sealed here is now number {other.n}: {other.message_id}")
    return Broken(n, How.CHANGED, link.message_id, "its hash does not follow from the link before it")


def _belongs_after(last: Head, link: Link) -> bool:
    return _hash_at(last, link) == link.hash


def _named(found: Broken | Head, outside: Collection[tuple[str, str, bytes, bool]]) -> Broken | None:
    """What is broken, if anything. A link that was taken out, with all later ones moved down, leaves what it stood for behind."""
    if isinstance(found, Head):
        return unsealed_fault(outside, found)
    left = next((message_id for message_id, _, _, published in outside if published), None)
    if found.how is How.CHANGED and left is not None:
        return Broken(found.n, How.REMOVED, left, "it was published, but no link stands for it any more")
    return found


def unsealed_fault(unsealed: Collection[tuple[str, str, bytes, bool]], head: Head) -> Broken | None:
    """Something was published and is in no link: either its link was cut off, or the row was put in by another hand."""
    for message_id, type_, _, published in unsealed:
        if published:
            return Broken(head.n + 1, How.REMOVED, message_id, f"{type_} was published, but no link stands for it")
    return None


# ---- the command

SHOWN = 20
"""Erased links that are listed one by one."""


def run(runtime: Runtime, words: Sequence[str], prog: str) -> int:
    """0 when all is whole, 1 when something is broken."""
    parser = argparse.ArgumentParser(prog=prog, description="核对哈希链 / verify the audit chain")
    parser.add_argument(
        "--head", metavar="N:HASH", type=_head, help="a head that was noted before: it must still be in the chain"
    )
    wanted = parser.parse_args(words)
    service = runtime.service
    with runtime.database.begin() as session:
        found = first_broken(seals.links(session))
        erased = [
            Erased(link.n, link.message_id, link.erased) for link in seals.links(session) if link.body is None and link.erased
        ]
        outside = seals.unsealed(session, service.sealed_types)
        waiting = seals.acts_left(session)
        fault: Broken | str | None = _named(found, outside) or _loose(session, found)
        if fault is None and wanted.head is not None:
            fault = _cut_off(session, wanted.head)
        if fault is None:
            fault = next(iter(service.unlike_sealed(session, _announced(session, outside))), None)
    if fault is not None or isinstance(found, Broken):
        print(f"{service.name}: {fault}")
        return 1
    for gone in erased[:SHOWN]:
        print(f"{service.name}: {gone}")
    if len(erased) > SHOWN:
        print(f"{service.name}: … 另有 {len(erased) - SHOWN} 环 / and {len(erased) - SHOWN} more were erased")
    left = len(outside) + waiting
    print(f"{service.name}: 哈希链完整，{found.n} 环，{left} 条待封 / whole: {found.n} links, {left} to be sealed")
    print(f"head {found}")
    return 0


def _head(text: str) -> Head:
    number, _, digest = text.partition(":")
    try:
        found = Head(int(number), bytes.fromhex(digest))
    except ValueError:
        found = Head(-1, b"")
    if found.n < 0 or len(found.hash) != len(GENESIS):
        raise argparse.ArgumentTypeError("write it as it was printed, e.g. 12:3f…")
    return found


def _cut_off(session: Any, noted: Head) -> Broken | None:
    kept = seals.hash_of(session, noted.n)
    if kept == noted.hash:
        return None
    how = How.REMOVED if kept is None else How.CHANGED
    return Broken(noted.n, how, "?", f"the head that was noted is not in this chain: {noted}")


def _loose(session: Any, found: Broken | Head) -> Broken | None:
    """A decision about a parked message that no link stands for, although it does not wait to be sealed."""
    n = found.n + 1 if isinstance(found, Head) else found.n
    loose = seals.loose_acts(session)
    return (
        Broken(n, How.REMOVED, loose[0], "a decision about a parked message is kept, but no link stands for it")
        if loose
        else None
    )


def _announced(session: Any, outside: Iterable[tuple[str, str, bytes, bool]]) -> Iterator[tuple[int | None, Message]]:
    """Every sealed fact with its number, then those that are still to be sealed."""
    for link in seals.links(session):
        if link.body is None or link.type in (seals.TOMBSTONE, seals.ACT):
            continue
        yield link.n, _read(link.body, link.message_id)
    for message_id, _, body, _ in outside:
        yield None, _read(body, message_id)


def _read(body: bytes, message_id: str) -> Message:
    try:
        return read_published(body)
    except Unreadable as error:
        raise ConfigError(f"event {message_id} cannot be read: {error}") from error
