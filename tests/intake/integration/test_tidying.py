"""What is past its retention is erased or archived, batch by batch; twice is the same as once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from event_contracts.inbound import Informant, MatterReopened, SubmittedSource
from intake import reading
from service_chassis import audit, tidying
from service_chassis.errors import ConfigError
from service_chassis.persistence import erasing
from service_chassis.persistence.leader import Leader


@pytest.fixture
def bench(new_bench: Any) -> Any:
    """One on SQLite; what the databases could see differently is tried `on_both`."""
    return new_bench()


def done(bench: Any, matter: Any, claim: Any, verify: Any, at: Any) -> Any:
    """Three closed matters, told by somebody, and a reading."""
    for number in range(3):
        ref = f"M-{number}"
        source = SubmittedSource(type="INSPECTION", informant=Informant(name="李晓明"))
        bench.send("OFFICE", matter(external_ref=ref, source=source), at(2))
        bench.send("ZJJ", claim().__class__(matter=ref, unit="ZJJ", text="完成"), at(4))
        bench.send("OFFICE", verify().__class__(matter=ref, unit="ZJJ", verified_by="陈立"), at(5))
    with bench.database.begin() as session:
        reading.note(session, reading.Read("陈立", "trace"), bench.runtime.clock.now())
    return bench


def later(bench: Any, days: int) -> None:
    bench.runtime.clock.move_to(bench.runtime.clock.now() + timedelta(days=days))


def relay(bench: Any) -> None:
    leader = Leader(bench.database, "relay", bench.runtime.service.sealed_types)
    assert leader.try_lead()
    while rows := leader.pending(100, bench.runtime.clock.now()):
        leader.mark(rows, bench.runtime.clock.now())
    leader.close()


def test_nothing_is_touched_before_its_time(bench: Any, matter: Any, claim: Any, verify: Any, at: Any) -> None:
    done(bench, matter, claim, verify, at)
    relay(bench)
    later(bench, 300)
    assert tidying.tidy(bench.runtime, bench.policy, "陈立") == {}


def test_informants_go_first_then_matters_are_archived_and_cannot_be_reopened(
    bench: Any, matter: Any, claim: Any, verify: Any, at: Any
) -> None:
    done(bench, matter, claim, verify, at)
    later(bench, 400)
    assert tidying.tidy(bench.runtime, bench.policy, "陈立", batch=2) == {"informants erased": 3}
    later(bench, 400)
    assert tidying.tidy(bench.runtime, bench.policy, "陈立", batch=2) == {"matters archived": 3}
    assert tidying.tidy(bench.runtime, bench.policy, "陈立") == {}
    assert [event.data.external_ref for event in bench.announced("matter.archived")] != []
    assert {row["state"] for row in bench.rows("SELECT state FROM matter")} == {"ARCHIVED"}
    bench.send("OFFICE", MatterReopened(matter="M-1", reason="新批示"), at(9), id_="r")
    assert bench.refused() == {"r": "ALREADY_USED"}


def test_after_ten_years_only_the_chain_is_left_and_it_is_whole(
    on_both: Any, matter: Any, claim: Any, verify: Any, at: Any, capsys: Any
) -> None:
    bench = done(on_both, matter, claim, verify, at)
    relay(bench)
    assert audit.run(bench.runtime, [], "verify-chain") == 0
    later(bench, 4000)
    first = tidying.tidy(bench.runtime, bench.policy, "陈立")
    assert first["tombstones written"] == 6
    assert first["inbound bodies erased"] == 9
    relay(bench)
    assert tidying.tidy(bench.runtime, bench.policy, "陈立")["sealed bodies erased"] == 6
    assert audit.run(bench.runtime, [], "verify-chain") == 0
    said = capsys.readouterr().out
    assert "ERASED link 1" in said
    assert "retention.announced, 陈立" in said
    assert "12 links" in said
    assert "李晓明" not in bench.everything_told().decode()
    assert bench.rows("SELECT id FROM inbox WHERE body IS NOT NULL") == []
    assert len(bench.rows("SELECT id FROM inbox")) == 9
    assert bench.rows("SELECT * FROM informant") == bench.rows("SELECT * FROM read_log") == []


def test_a_body_taken_away_by_hand_reads_removed(bench: Any, matter: Any, claim: Any, verify: Any, at: Any, capsys: Any) -> None:
    done(bench, matter, claim, verify, at)
    relay(bench)
    with bench.database.begin() as session:
        session.exec_driver_sql("DELETE FROM outbox WHERE type = 'intake.completion.verified.v1'")
    assert audit.run(bench.runtime, [], "verify-chain") == 1
    assert "removed" in capsys.readouterr().out


def test_a_role_that_may_erase_nothing_is_told_whom_to_come_as(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "may_erase", lambda _: False)
    with pytest.raises(ConfigError, match="intake_owner"):
        tidying.run(bench.runtime, bench.policy, ["--by", "陈立"], "tidy")
    monkeypatch.undo()
    assert tidying.run(bench.runtime, bench.policy, ["--by", "陈立"], "tidy") == 0
