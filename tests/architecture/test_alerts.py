"""Every alert asks for metrics that somebody exports, has stories and a runbook; tests/system/test_alerts_fire.py plays them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from promql import asked, exported
from source_tree import ROOT

RULES = ROOT / "deploy" / "prometheus" / "duban.rules.yml"
STORIES = sorted(RULES.parent.glob("duban.rules.*test.yml"))
FIRES, QUIET = " fires", " keeps quiet"


def rules(path: Path = RULES) -> list[dict[str, Any]]:
    groups = yaml.safe_load(path.read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def stories() -> list[dict[str, Any]]:
    return [story for path in STORIES for story in yaml.safe_load(path.read_text("utf-8"))["tests"]]


def faults(alerts: list[dict[str, Any]], told: list[dict[str, Any]], root: Path = ROOT) -> list[str]:
    """What is missing: a metric that is exported, a severity, a Chinese and an English summary, a runbook, two stories."""
    found, names = [], [story["name"] for story in told]
    for rule in alerts:
        name, notes = rule["alert"], rule.get("annotations", {})
        found += [f"{name}: nobody exports {metric}" for metric in sorted(asked(rule["expr"]) - exported())]
        if rule.get("labels", {}).get("severity") not in ("page", "ticket"):
            found.append(f"{name}: severity is page or ticket")
        if " / " not in notes.get("summary", "") or notes["summary"].isascii():
            found.append(f"{name}: the summary is Chinese / English")
        page = root / notes.get("runbook", "missing")
        if not page.is_file() or name not in page.read_text("utf-8"):
            found.append(f"{name}: no runbook that names it")
        found += [f"{name}: no story in which it{ending}" for ending in (FIRES, QUIET) if f"{name}{ending}" not in names]
    return found


def test_every_alert_is_exported_tested_and_explained() -> None:
    assert len(rules()) >= 20
    assert faults(rules(), stories()) == []


def test_every_story_is_about_an_alert_and_says_what_its_name_says() -> None:
    known = {rule["alert"] for rule in rules()}
    for story in stories():
        (case,) = story["alert_rule_test"]
        assert case["alertname"] in known
        assert story["name"] == case["alertname"] + (FIRES if case.get("exp_alerts") else QUIET)


def test_what_the_issue_asks_for_wakes_somebody() -> None:
    wanted = {"EscalationStopped", "ClockWithoutNextAction", "WatermarkStalled", "OutboxOld", "MessageParked", "NoticesUnsigned"}
    wanted |= {"OfficeDecisionsOverdue", "CalendarYearMissing", "CertificateExpiring", "QueueGrowing", "ReplicaCrashLoop"}
    assert {f"Duban{name}" for name in wanted | {"AuditNotSealed"}} <= {rule["alert"] for rule in rules()}


def test_an_alert_on_a_metric_of_nobody_without_test_and_runbook_is_found(tmp_path: Path) -> None:
    bad = {"alert": "DubanBad", "expr": 'max by (service) (duban_outbox_oldest) > 60 and up{job="duban"} == 1', "labels": {}}
    bad["annotations"] = {"summary": "only English", "runbook": "docs/runbooks/bad.md"}
    assert faults([bad], [{"name": "DubanBad fires"}], tmp_path) == [
        "DubanBad: nobody exports duban_outbox_oldest",
        "DubanBad: severity is page or ticket",
        "DubanBad: the summary is Chinese / English",
        "DubanBad: no runbook that names it",
        "DubanBad: no story in which it keeps quiet",
    ]
