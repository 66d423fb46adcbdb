"""Alerts, tried: each rule against its stories by promtool, and two of them by a real Prometheus over running services."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from city import City, Place, read
from scraped import PROMETHEUS, RULES, await_alerts, scraping, targets
from servers import Missing, install_packages
from service_chassis.messaging.envelope import Outgoing

STORIES = ("duban.rules.test.yml", "duban.rules.days.test.yml")


@pytest.fixture(scope="session")
def prometheus_programs() -> None:
    """Debian's Prometheus with promtool; installed where it is missing, as the servers are."""
    if not (shutil.which("promtool") and shutil.which("prometheus")):
        try:
            install_packages(["prometheus"])
        except Missing as missing:
            pytest.fail(f"no Prometheus for the tests: {missing}", pytrace=False)


def promtool(*words: str, folder: Path = PROMETHEUS) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["promtool", *words], cwd=folder, capture_output=True, text=True, timeout=60)


@pytest.mark.usefixtures("prometheus_programs")
def test_every_alert_fires_in_its_story_and_keeps_quiet_in_the_other() -> None:
    checked, tried = promtool("check", "config", "prometheus.yml"), promtool("test", "rules", *STORIES)
    assert (checked.returncode, tried.returncode) == (0, 0), checked.stderr + tried.stdout + tried.stderr


@pytest.mark.usefixtures("prometheus_programs")
def test_a_rule_that_never_fires_is_found(tmp_path: Path) -> None:
    told = yaml.safe_load((PROMETHEUS / STORIES[0]).read_text("utf-8"))
    told["tests"] = [story for story in told["tests"] if "Watermark" in story["name"]]
    (tmp_path / STORIES[0]).write_text(yaml.safe_dump(told, allow_unicode=True), "utf-8")
    text = (PROMETHEUS / RULES).read_text("utf-8")
    (tmp_path / RULES).write_text(text.replace("max(duban_cut_lag_seconds) > 300", "max(duban_cut_lag_seconds) > 30000"), "utf-8")
    tried = promtool("test", "rules", STORIES[0], folder=tmp_path)
    assert tried.returncode == 1
    assert "DubanWatermarkStalled" in tried.stdout + tried.stderr


# ---- a real one

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
RUNNING = (Place("intake", "consume", 0), Place("intake", "api", 0), Place("escalation", "tick", 0))
RELAY = Place("intake", "relay", 0)


@pytest.mark.usefixtures("prometheus_programs")
def test_a_stopped_relay_and_a_parked_message_are_seen_by_a_real_prometheus(
    amqp_url: str, database_url: str, tmp_path: Path
) -> None:
    """The relay of intake does not run: who looks only at processes that run would see nothing."""
    with closing(City(amqp_url, database_url, tmp_path / "city")) as city:
        city.migrate()
        city.set_clock(NOW)
        city.run(*RUNNING)
        with scraping(tmp_path / "prometheus", targets(city)) as firing:
            await_alerts(firing, set())
            matter, *_ = read(Path(__file__).parent / "cases" / "ac01-white-done-in-time.jsonl")
            garbage = Outgoing("duban.inbound", "ZJJ.completion.claimed.v1", b"{", user_id="zjj", message_id="g1")
            city.publish_raw([matter.outgoing(), garbage], ["intake", "intake"])
            await_alerts(firing, {"DubanMessageParked"})
            city.set_clock(NOW + timedelta(minutes=5))
            await_alerts(firing, {"DubanMessageParked", "DubanOutboxOld"})
            assert firing()["DubanOutboxOld"]["service"] == "intake"
            assert firing()["DubanMessageParked"]["queue"] == "intake.inbound"
            city.run(RELAY)
            await_alerts(firing, {"DubanMessageParked"})
