"""What a board tells Prometheus: pages, refused sign-ons, acts without an answer, and how far it is behind what was published."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from board import metrics, serving
from board.errors import ConfigError, Unavailable
from board.serving import Address
from board.store import acting, tables
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert


@pytest.fixture
def told_at(desk: Any) -> Iterator[Address]:
    """Where the metrics of an empty board answer."""
    with serving.measured(desk.site, Address("127.0.0.1", 0)) as address:
        assert address is not None
        yield address


def asked(at: Address) -> dict[tuple[str, str], float]:
    """(metric, label) → value, as Prometheus sees it."""
    connection = http.client.HTTPConnection(at.host, at.port, timeout=10)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    families = text_string_to_metric_families(text)
    return {(one.name, one.labels.get("answer", "")): one.value for family in families for one in family.samples}


def act(desk: Any, id_: str, hours: int, state: str = acting.SENT) -> None:
    """An act that was done so many hours ago."""
    at = (desk.clock.now() - timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
    texts = dict.fromkeys(("login", "person", "role", "sender", "type", "body", "reason"), "x")
    with desk.site.database.writing() as connection:
        acting.keep(connection, {"id": id_, **texts, "at": at})
        if state == acting.FAILED:
            acting.failed(connection, id_, "no confirm")
        elif state == acting.REFUSED:
            acting.refused(connection, id_, "SCHEMA_INVALID", "…")


def test_pages_and_refused_sign_ons_are_counted(desk: Any, told_at: Address) -> None:
    browser = desk.browser("SUPERVISION_DIRECTOR")
    assert browser.get("/").status_code == 200
    stranger = desk.browser()
    assert stranger.get("/").status_code == 302
    assert stranger.post("/sign-in", {"login": "li", "password": "wrong"}).status_code == 403
    stranger.get("/health")
    found = asked(told_at)
    assert {answer: value for (name, answer), value in found.items() if name == metrics.PAGES.name} == {
        "2xx": 1,
        "3xx": 1,
        "4xx": 1,
    }
    assert found[metrics.PAGE_SECONDS.name + "_count", ""] == 3
    assert found[metrics.NOT_SIGNED_ON.name, ""] == 1


def test_acts_that_nothing_came_of_are_pending_and_the_oldest_is_told(desk: Any, told_at: Address) -> None:
    act(desk, "waits", 5)
    act(desk, "waits too", 2)
    act(desk, "taken", 9)
    act(desk, "refused", 9, acting.REFUSED)
    act(desk, "lost", 1, acting.FAILED)
    act(desk, "long ago", 24 * 8)
    event = dict.fromkeys(("key", "topic", "type", "time", "body"), "x") | {"cause": "taken"}
    with desk.site.database.writing() as connection:
        connection.execute(insert(tables.stored).values(event))
    found = asked(told_at)
    assert [found[shown.name, ""] for shown in (metrics.PENDING, metrics.PENDING_OLDEST, metrics.FAILED)] == [2, 5 * 3600, 1]


def test_the_lag_grows_while_the_feed_is_away_or_ahead_and_is_gone_once_all_is_read(
    desk: Any, told_at: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    lag = (metrics.FEED_LAG.name, "")
    desk.read()
    steady = desk.site.projector.current_at
    monkeypatch.setattr(serving.time, "monotonic", lambda: steady + 400)

    def away(*_: object) -> None:
        raise Unavailable("the stream is away")

    with monkeypatch.context() as patch:
        patch.setattr(desk.feed, "after", away)
        with pytest.raises(Unavailable):
            desk.site.projector.step()
    assert asked(told_at)[lag] == pytest.approx(400)
    desk.read()
    assert asked(told_at)[lag] == 0


def test_nobody_listens_unless_told_to_and_a_taken_address_is_named(desk: Any, told_at: Address) -> None:
    with serving.measured(desk.site, None) as nowhere:
        assert nowhere is None
    with pytest.raises(ConfigError, match=f"BOARD_METRICS 127.0.0.1:{told_at.port}: Address already in use"):
        desk.site.metrics.serve(told_at.host, told_at.port)
