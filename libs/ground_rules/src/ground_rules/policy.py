"""The policy: every parameter of the rules, with its default and where it comes from (domain.md d.15).

`policy.toml` declares the parameters. `load_policy` lays overrides over the defaults, or names everything that is wrong
with them at once. A policy never changes; a changed one is another object with another `version`.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import time, timedelta
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from ground_rules.limits import Limit
from ground_rules.parameters import Faulty, Outage, Parameter, suggestion, written
from ground_rules.policy_intake import Duplicates, LookBack, Plan, Quota, Recurrence, Registration, Reply, Retention, Routing
from ground_rules.workdays import WorkCalendar

__all__ = ["Outage", "Policy", "PolicyError", "amended", "load_policy", "load_policy_file"]

ApprovalMode = Literal["auto", "required"]


class PolicyError(ValueError):
    """The policy is not usable. `problems` has one line for each wrong key; correct them and start again."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


# ---- what rules read


@dataclass(frozen=True, slots=True)
class Approval:
    """Which slips are issued by machine."""

    white: ApprovalMode
    yellow: ApprovalMode
    red: ApprovalMode


@dataclass(frozen=True, slots=True)
class Approver:
    """The lowest office whose holder approves a slip of each colour (`powers.RANKS`)."""

    white: str
    yellow: str
    red: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How long the addressee of a slip has."""

    white: Limit
    yellow: Limit
    red: Limit


@dataclass(frozen=True, slots=True)
class White:
    """What only a white has."""

    written_objection: Limit


@dataclass(frozen=True, slots=True)
class Yellow:
    """What a yellow costs, and how often it may be renewed."""

    deduction: Decimal
    max_renewals: int
    grounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Red:
    """The consequences of a red."""

    deduction: Decimal
    revokes_excellence: bool
    referrals: int
    grounds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """Calendar days for applying and for deciding."""

    window: int
    decide: int


@dataclass(frozen=True, slots=True)
class LateReport:
    """What becomes of a timely completion that is reported after the slip."""

    mode: Literal["auto", "person"]
    window: Limit


@dataclass(frozen=True, slots=True)
class Hold:
    """How long a ladder waits for what may be unread."""

    parked: Limit
    source_silent: timedelta
    reason_pending: str


@dataclass(frozen=True, slots=True)
class OfficeDecision:
    """The supervision office's own limits."""

    justification: Limit
    extension: Limit
    objection: Limit
    determination: Limit


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection to the assignment: its window, and how often each unit may."""

    window: Limit
    bounces: int


@dataclass(frozen=True, slots=True)
class Extension:
    """When and how far a limit may be extended. `file_before` is in workdays, `cap` a part of the limit."""

    file_before: int
    per_slip: int
    cap: Decimal
    partial: bool


@dataclass(frozen=True, slots=True)
class Justification:
    """Filing a legitimate reason that was discovered late."""

    late_discovery: Limit


@dataclass(frozen=True, slots=True)
class Supporting:
    """Supporting units: their part of the lead's limit, and the workdays ahead at which the lead must urge."""

    share: Decimal
    urge_before: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Reporting cycles, and the percentage points by which accepted progress may stay behind the plan. `cycle` None: off."""

    cycle: Limit | None
    standing_cycle: Limit
    tolerance: int


@dataclass(frozen=True, slots=True)
class Interview:
    """Numbers in a year from which an interview is proposed."""

    reds: int
    yellows: int


@dataclass(frozen=True, slots=True)
class IssueBreaker:
    """When an unusual number of slips waits for two persons."""

    mode: Literal["auto", "off"]
    history_days: int
    floor: int
    factor: int


@dataclass(frozen=True, slots=True)
class RehearsalPart:
    """What only a rehearsal has."""

    outages: tuple[Outage, ...]


class Row(NamedTuple):
    """One parameter of a policy, written down."""

    key: str
    value: str
    provenance: str


@dataclass(frozen=True, slots=True)
class Policy:
    """All parameters in force. Made by `load_policy` only. `None` stands for a rule that is off."""

    version: str
    """A readable name and a hash of everything that can change an outcome."""
    name: str
    zone: ZoneInfo
    calendar: WorkCalendar
    period_counting: str
    colours: tuple[str, ...]
    service: Literal["deemed", "immediate"]
    deemed_service: Limit
    verification: Literal["manual", "auto"]
    automatic_urging: bool
    issue_time: time
    delivery_window: tuple[time, time]
    reminders: tuple[int, ...]
    late_completion_before_issue: Literal["ESCALATE", "RECORD_ONLY"]
    year_attribution: Literal["LIABILITY_DATE", "ISSUED", "BREACHED"]
    review_suspends_ladder: bool
    direct_start: bool
    shared_fault_ratio: Decimal | None
    merit_loss_breaches: int | None
    outage_credit: bool
    approval: Approval
    approver: Approver
    limits: Limits
    white: White
    yellow: Yellow
    red: Red
    review: Review
    late_report: LateReport
    hold: Hold
    office_decision: OfficeDecision
    objection: Objection
    extension: Extension
    justification: Justification
    supporting: Supporting
    progress: Progress
    interview: Interview
    issue_breaker: IssueBreaker
    reply: Reply
    duplicates: Duplicates
    routing: Routing
    registration: Registration
    quota: Quota
    recurrence: Recurrence
    plan: Plan
    look_back: LookBack
    retention: Retention
    rehearsal: RehearsalPart
    rows: tuple[Row, ...]

    def explain(self) -> tuple[Row, ...]:
        """Every parameter with its value in force and its provenance, in the order of `policy.toml`."""
        return self.rows


_SECTIONS: Mapping[str, type] = MappingProxyType(
    {
        "approval": Approval,
        "approver": Approver,
        "limits": Limits,
        "white": White,
        "yellow": Yellow,
        "red": Red,
        "review": Review,
        "late_report": LateReport,
        "hold": Hold,
        "office_decision": OfficeDecision,
        "objection": Objection,
        "extension": Extension,
        "justification": Justification,
        "supporting": Supporting,
        "progress": Progress,
        "interview": Interview,
        "issue_breaker": IssueBreaker,
        "reply": Reply,
        "duplicates": Duplicates,
        "routing": Routing,
        "registration": Registration,
        "quota": Quota,
        "recurrence": Recurrence,
        "plan": Plan,
        "look_back": LookBack,
        "retention": Retention,
        "rehearsal": RehearsalPart,
    }
)

_CALENDARS = MappingProxyType({"china": WorkCalendar.china, "none": WorkCalendar.every_day})

_NOT_HASHED = ("name", "rehearsal.")
"""The name stands in the version itself; outages are circumstances of a rehearsal, not rules."""


# ---- loading


def load_policy(overrides: Mapping[str, Any] | None = None, *, rehearsal: bool = False) -> Policy:
    """The defaults of `policy.toml` with `overrides` laid over them; in a rehearsal some defaults differ.

    PolicyError names every unknown key and every value that is not accepted.
    """
    declared = _declared(rehearsal)
    problems: list[str] = []
    given = dict(_flattened(overrides or {}, "", declared, problems))
    values = {key: _read(parameter, given, problems) for key, parameter in declared.items()}
    if problems:
        raise PolicyError(*problems)
    return _assembled(values, declared)


def load_policy_file(path: Path, *, rehearsal: bool = False) -> Policy:
    """`load_policy` with the overrides of a TOML file. PolicyError also when it cannot be read."""
    try:
        overrides = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise PolicyError(f"{path}: 无法读取 / cannot be read: {error.strerror or error}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PolicyError(f"{path}: 不是 TOML / not TOML: {error}") from error
    try:
        return load_policy(overrides, rehearsal=rehearsal)
    except PolicyError as error:
        raise PolicyError(*(f"{path}: {problem}" for problem in error.problems)) from error


NOT_BY_PUBLICATION = ("timezone", "calendar", "rehearsal.outages")
"""What every stored day and instant rests on: it changes with the start of the services only."""


def amended(base: Policy, overrides: Mapping[str, Any], version: str) -> Policy:
    """`base` with what a published policy changes in it, under the version that it was published as.

    PolicyError names every unknown key, every value that is not accepted, and every key that no publication may change.
    """
    declared = _declared(False)
    problems: list[str] = []
    given = dict(_flattened(overrides, "", declared, problems))
    problems += [f"{key}: 不能以发布方式更改 / cannot be changed by publication" for key in given if key in NOT_BY_PUBLICATION]
    values = {key: _read(declared[key], given, problems) if key in given else _value_of(base, key) for key in declared}
    if problems:
        raise PolicyError(*problems)
    return replace(_assembled(values, declared), version=version, calendar=base.calendar)


def by_full_key(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """A table of overrides as one of full keys, such as `limits.white`; PolicyError names every unknown one."""
    problems: list[str] = []
    found = dict(_flattened(overrides, "", _declared(False), problems))
    if problems:
        raise PolicyError(*problems)
    return found


def _value_of(policy: Policy, key: str) -> Any:
    """The value in force of one parameter, by its full key."""
    if key == "timezone":
        return policy.zone
    if key == "calendar":
        return next(row.value for row in policy.rows if row.key == key)
    section, _, word = key.rpartition(".")
    return getattr(getattr(policy, section) if section else policy, word)


def _read(parameter: Parameter, given: Mapping[str, Any], problems: list[str]) -> Any:
    try:
        return parameter.read(given.get(parameter.key, parameter.default))
    except Faulty as wrong:
        problems += [f"{parameter.key}{place}: {text}" for place, text in wrong.faults]
        return None


def _flattened(
    table: Mapping[str, Any], prefix: str, declared: Mapping[str, Parameter], problems: list[str]
) -> Iterator[tuple[str, Any]]:
    """The given values by full key. What is unknown, or not a table where one belongs, goes to `problems`."""
    for word, value in table.items():
        key = f"{prefix}{word}"
        if key in declared:
            yield key, value
        elif key not in _SECTIONS:
            problems.append(f"{key}: 未知参数 / unknown{_meant(key, declared)}")
        elif isinstance(value, Mapping):
            yield from _flattened(value, f"{key}.", declared, problems)
        else:
            problems.append(f"{key}: 应为 / must be a table [{key}], not {value!r}")


def _meant(key: str, declared: Mapping[str, Parameter]) -> str:
    """The keys that were probably meant: near in spelling, or the same last word in another place."""
    word = key.rpartition(".")[2]
    same = [known for known in declared if known != key and known.rpartition(".")[2] == word]
    return f"; 是否指 / did you mean {' or '.join(same[:3])}?" if same else suggestion(key, [*declared, *_SECTIONS])


@cache
def _declared(rehearsal: bool) -> Mapping[str, Parameter]:
    """The parameters of `policy.toml` by full key."""
    text = resources.files(__package__).joinpath("policy.toml").read_text("utf-8")
    parameters: dict[str, Parameter] = {}
    for word, entry in tomllib.loads(text).items():
        if "kind" in entry:
            parameters[word] = _parameter(word, entry, rehearsal)
        else:
            parameters |= {f"{word}.{inner}": _parameter(f"{word}.{inner}", entry[inner], rehearsal) for inner in entry}
    return MappingProxyType(parameters)


def _parameter(key: str, entry: Mapping[str, Any], rehearsal: bool) -> Parameter:
    default = entry["rehearsal"] if rehearsal and "rehearsal" in entry else entry["default"]
    bounds = {name: value for name, value in entry.items() if name not in ("kind", "default", "rehearsal", "from")}
    return Parameter(key, entry["kind"], default, entry["from"], bounds)


# ---- assembling


def _assembled(values: Mapping[str, Any], declared: Mapping[str, Parameter]) -> Policy:
    rows = tuple(Row(key, written(value), declared[key].provenance) for key, value in values.items())
    top = {key: value for key, value in values.items() if "." not in key}
    sections = {name: _section(name, values) for name in _SECTIONS}
    zone, calendar = top.pop("timezone"), _CALENDARS[top.pop("calendar")]()
    return Policy(version=_version(rows), zone=zone, calendar=calendar, rows=rows, **top, **sections)


def _section(name: str, values: Mapping[str, Any]) -> Any:
    prefix = f"{name}."
    inner = {key.removeprefix(prefix): value for key, value in values.items() if key.startswith(prefix)}
    return _SECTIONS[name](**inner)


def _version(rows: tuple[Row, ...]) -> str:
    """`name-hash`; the hash depends on the values in force, not on the way they were given."""
    name = next(row.value for row in rows if row.key == "name")
    effective = sorted(f"{row.key}={row.value}" for row in rows if not row.key.startswith(_NOT_HASHED))
    digest = hashlib.sha256("\n".join(effective).encode()).hexdigest()
    return f"{name}-{digest[:8]}"
