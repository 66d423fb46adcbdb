"""No informant and no citizen is named outside intake's own tables, and whoever reads is noted."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from event_contracts.inbound import Informant, MatterDecomposed, Milestone, ReplySent, SubmittedSource
from intake import commands, reading
from intake.domain.privacy import CITIZEN
from service_chassis.errors import ConfigError

NAME, NUMBER = "李晓明", "13900000000"


@pytest.fixture
def bench(new_bench: Any) -> Any:
    """One on SQLite."""
    return new_bench()


def told_by_a_citizen(matter: Any, **changes: Any) -> Any:
    """A matter whose every text names the citizen behind it."""
    plain = matter(**changes)
    source = SubmittedSource(
        type="NETIZEN_MESSAGE", number=f"留言 {NAME}", issuer=NAME, clause=NAME, informant=Informant(name=NAME, contact=NUMBER)
    )
    stones = [Milestone(due_on=date(2026, 3, 20), percent=50, text=f"回访{NAME}")]
    part = replace(plain.assignments[0], deliverable=f"答复{NAME}", standard=f"{NAME}满意", milestones=stones)
    return replace(
        plain, title=f"{NAME}反映污水", standard=f"致电{NUMBER}", subject_terms=["污水", NAME], source=source, assignments=[part]
    )


def told_anywhere(bench: Any) -> str:
    """All that left intake, and every table but the informant's own and the raw message."""
    tables = ("matter", "assignment", "matter_ref", "reply", "fingerprint")
    kept = [bench.rows(f"SELECT * FROM {name}") for name in tables]
    return bench.everything_told().decode() + json.dumps(kept, default=str, ensure_ascii=False)


@pytest.mark.parametrize("split", [False, True])
def test_an_informant_is_masked_in_every_text_of_a_matter(bench: Any, matter: Any, at: Any, split: bool) -> None:
    sent = told_by_a_citizen(matter)
    bench.send("OFFICE", MatterDecomposed(directive="D-1", matters=[sent]) if split else sent)
    assert bench.refused() == {}
    assert bench.rows("SELECT name FROM informant") == [{"name": NAME}]
    everything = told_anywhere(bench)
    assert NAME not in everything
    assert NUMBER not in everything
    assert "某某反映污水" in bench.announced("matter.registered")[0].data.title


def test_an_answer_to_a_citizen_does_not_name_him(bench: Any, matter: Any, at: Any) -> None:
    bench.send("OFFICE", matter(source=SubmittedSource(type="PETITION")))
    bench.send("ZJJ", ReplySent(matter="M-01", to=NAME, text="已处理"), at(5))
    assert bench.announced("reply.sent")[0].data.to == CITIZEN
    assert bench.rows("SELECT addressee FROM reply") == [{"addressee": NAME}]


def test_whoever_reads_the_trace_is_noted(new_bench: Any, tmp_path: Path, capsys: Any) -> None:
    bench = new_bench()
    station = SimpleNamespace(runtime=bench.runtime, settings=SimpleNamespace(evidence=None, evidence_megabytes=1))
    words = ["--unit", "ZJJ", "--by", "陈立", "--why", "季度核对", "--out", str(tmp_path / "trace.csv")]
    assert commands.COMMANDS["trace"].run(station, None, words) == 0
    with bench.database.begin() as session:
        (noted,) = reading.found(session, reader="陈立", what="trace")
    assert (noted["wanted"], noted["why"], noted["door"], noted["rows"]) == ({"unit": "ZJJ"}, "季度核对", "COMMAND", 0)
    assert noted["read_at"] == bench.runtime.clock.now()
    assert commands.COMMANDS["reads"].run(station, None, ["--out", str(tmp_path / "reads.csv")]) == 0
    assert "季度核对" in (tmp_path / "reads.csv").read_text("utf-8-sig")


def test_a_reader_without_a_name_reads_nothing(new_bench: Any) -> None:
    bench = new_bench()
    with bench.database.begin() as session, pytest.raises(ConfigError, match="who reads"):
        reading.note(session, reading.Read(" ", "trace"), bench.runtime.clock.now())
    assert bench.rows("SELECT * FROM read_log") == []
