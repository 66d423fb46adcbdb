"""One clock explained: every day of its limit, rule, calendar and policy, as plain data and as a text (domain.md f.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ground_rules.explanation import RULES, SUSPENDED, Day, Left, explain
from ground_rules.limits import Limit

from escalation.domain.clock import ONE_DAY, Clock, Reckoning
from escalation.domain.slip import COLOUR_NAMES, limit_text

OWNERS = {
    "ASSIGNMENT": "交办事项 / assignment",
    "REVIEW_WINDOW": "复核申请期 / review window",
    "REVIEW": "复核决定期 / review decision",
    "REPLY": "答复期限 / reply",
    "OBJECTION_WINDOW": "退办申请期 / objection window",
    "DECISION:JUSTIFICATION": "办公室对正当理由的决定 / office decision on a justification",
    "DECISION:EXTENSION": "办公室对延期的决定 / office decision on an extension",
    "DECISION:OBJECTION": "办公室对退办的决定 / office decision on an objection",
}

STATES = {
    "RUNNING": "计时中 / running",
    "SUSPENDED": "中止 / suspended",
    "STOPPED": "停止 / stopped",
    "BREACHED": "逾期 / breached",
}

WEEKDAY_NAMES = "一二三四五六日"


def explain_clock(
    clock: Clock, reckoning: Reckoning, policy: str, left: Sequence[Left] = (), extension: int = 0
) -> dict[str, Any]:
    """The clock as plain data: everything that made its deadline, day by day."""
    told = {
        "owner": clock.owner,
        "state": clock.state,
        "limit": {"amount": clock.amount, "unit": clock.limit_unit} if clock.amount else None,
        "due_at": clock.fixed_due.isoformat() if clock.fixed_due else None,
        "started_on": clock.started_on.isoformat(),
        "served_at": clock.started_at.isoformat(),
        "deadline": clock.deadline.isoformat(),
        "due_instant": clock.due_instant.isoformat(),
        "in_time": "AT_OR_BEFORE" if clock.fixed_due else "BEFORE",
        "provisional": clock.provisional,
        "suspended_days": clock.suspended_days,
        "extension_days": extension,
        "suspensions": [{"from": item.first.isoformat(), "to": item.last.isoformat(), "why": item.why} for item in left],
        "calendar": _calendar(clock, reckoning),
        "policy": policy,
    }
    return told | _days(clock, reckoning, left, extension)


def _days(clock: Clock, reckoning: Reckoning, left: Sequence[Left], extension: int) -> dict[str, Any]:
    rule, days = days_of(clock, reckoning, left, extension)
    return {"rule": rule, "days": [_plain(day) for day in days]}


def days_of(clock: Clock, reckoning: Reckoning, left: Sequence[Left] = (), extension: int = 0) -> tuple[str, Sequence[Day]]:
    """The rule by which a limit is counted, and each of its days; of an instant only the days that are left out."""
    if clock.amount is None and clock.fixed_due is None:
        return (
            "无自身期限，随并案事项中最早的期限 / no limit of its own: the earliest of the matters handled with it",
            _left_days(left),
        )
    if clock.amount is None or clock.limit_unit not in RULES:
        return "指定时刻，该时刻及以前为按时 / a fixed instant: at or before it is in time", _left_days(left)
    limit = Limit(clock.amount, clock.limit_unit)  # type: ignore[arg-type]
    calendar = reckoning.calendar
    found = explain(limit, clock.started_on, clock.deadline, calendar, left_out=left, extension=extension)
    return found.rule, found.days


def _left_days(left: Sequence[Left]) -> list[Day]:
    spans = ((item, (item.last - item.first).days + 1) for item in left)
    return [
        Day(item.first + ONE_DAY * n, SUSPENDED, None, item.why, None, item.code or None)
        for item, days in spans
        for n in range(days)
    ]


def _plain(day: Day) -> dict[str, Any]:
    found: dict[str, Any] = {"day": day.day.isoformat(), "kind": day.kind, "counted": day.counted, "why": day.why}
    return found | ({"notice": day.notice} if day.notice else {})


def _calendar(clock: Clock, reckoning: Reckoning) -> dict[str, str | None]:
    years = range(clock.started_on.year, clock.deadline.year + 1)
    return {str(year): reckoning.calendar.notice_number(year) for year in years}


# ---- as a text


def clock_text(told: Mapping[str, Any], weekday: Mapping[str, int]) -> str:
    """The explanation in readable Chinese, with English second. `weekday` gives each day's weekday from 0."""
    lines = [_head(told), f"  规则 rule：{told['rule']}", f"  政策版本 policy：{told['policy']}"]
    for year, number in told["calendar"].items():
        lines.append(f"  历 calendar {year}：{number or '尚未公布，按周一至周五及固定节日推算 / not published, provisional'}")
    lines += [_line(day, weekday) for day in told["days"]]
    return "\n".join([*lines, _foot(told)])


def _head(told: Mapping[str, Any]) -> str:
    limit = told["limit"] or {"amount": None, "unit": None}
    length = limit_text(limit["amount"], limit["unit"], told["due_at"])
    return f"{owner_text(told['owner'])}：{length}，起算日 {told['started_on']}，{STATES.get(told['state'], told['state'])}"


def owner_text(owner: str) -> str:
    """The name of a clock's owner in words."""
    if owner.startswith("SLIP:"):
        colour, _, renewal = owner.removeprefix("SLIP:").partition(":")
        again = f"（第{renewal}次续期）" if renewal else ""
        return f"{COLOUR_NAMES.get(colour, colour)}色督办单{again} / {colour.lower()} slip"
    return OWNERS.get(owner, owner)


def _line(day: Mapping[str, Any], weekday: Mapping[str, int]) -> str:
    number = f"第{day['counted']}日" if day["counted"] else "不计"
    notice = f"（{day['notice']}）" if day.get("notice") else ""
    return f"  {day['day']} 周{WEEKDAY_NAMES[weekday[day['day']]]} {number} {day['why']}{notice}"


def _foot(told: Mapping[str, Any]) -> str:
    until = "及以前" if told["in_time"] == "AT_OR_BEFORE" else "以前"
    unsure = "（暂定：年历未公布，公布后重算，只延不缩 / provisional）" if told["provisional"] else ""
    return f"  期限 deadline：{told['deadline']}，{told['due_instant']} {until}为按时{unsure}"
