"""A slip: what must be on it before it may be issued, its number, its states, and the sentence that explains it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid5

from escalation.domain.clock import owner_of
from escalation.domain.determination import MACHINE

WHITE, YELLOW, RED = "WHITE", "YELLOW", "RED"
LADDER = (WHITE, YELLOW, RED)

DRAFT, ISSUED, SERVED, LIFTED = "DRAFT", "ISSUED", "SERVED", "LIFTED"
EXPIRED, DETERMINED, WITHDRAWN, OVERTURNED = "EXPIRED", "DETERMINED", "WITHDRAWN", "OVERTURNED"
VACATED = "VACATED_BY_CASCADE"
FALLEN = frozenset({WITHDRAWN, OVERTURNED, VACATED})
"""A fallen slip counts no more: its effects are undone, and the unique key is free again (d.17)."""

OVERDUE, BELOW_STANDARD, NO_PROGRESS, SLOW_PROGRESS = "OVERDUE", "BELOW_STANDARD", "NO_PROGRESS", "SLOW_PROGRESS"
FOUNDED_ON_EXPIRY = frozenset({OVERDUE, BELOW_STANDARD, "NO_MOVEMENT", "PERFUNCTORY_POOR", "SUBSTANTIVE_IMPROVEMENT"})
"""Grounds that need the limit below to have run out; a white for slow progress stands on its own."""

LATE_ARRIVAL = "LATE_ARRIVING_TIMELY_COMPLETION"
LATE_REPORT = "LATE_ARRIVING_TIMELY_REPORT"
"""A report of progress from before the check that failed was read after the white was issued."""
LEGITIMATE_REASON = "LEGITIMATE_REASON"
"""A reason that was filed in time, or more time that was granted, became known after the slip was issued."""
OBJECTION_ACCEPTED = "OBJECTION_ACCEPTED"
CONCLUSION_FELL = "CONCLUSION_FELL"
BY_OFFICE = "WITHDRAWN_BY_OFFICE"
BY_REVIEW, VARIED_BY_REVIEW = "OVERTURNED_BY_REVIEW", "VARIED_BY_REVIEW"
DRAFT_REFUSED = "DRAFT_REFUSED"
DRAFT_OBSOLETE = "DRAFT_OBSOLETE"

COLOUR_NAMES = {WHITE: "白", YELLOW: "黄", RED: "红"}
UNIT_NAMES = {"WORKDAY": "个工作日", "DAY": "天", "MONTH": "个月"}
GROUND_NAMES = {
    OVERDUE: "逾期未完成",
    BELOW_STANDARD: "结果达不到标准要求",
    NO_PROGRESS: "无进展",
    SLOW_PROGRESS: "进展缓慢",
    "NO_MOVEMENT": "屡督不动",
    "PERFUNCTORY_POOR": "无实质性改进、敷衍了事且质量较差",
    "SUBSTANTIVE_IMPROVEMENT": "有实质性改进",
}

_NAMESPACE = UUID("5b0c9b0e-7d3c-5a57-9d2f-0f6d2d6c1a11")


@dataclass(slots=True)
class Slip:
    """One slip of a ladder, as it is stored."""

    slip_id: str
    matter_id: str
    unit: str
    colour: str
    renewal: int
    attempt: int
    ground: str
    state: str
    standing: bool
    """False once it has fallen or its draft was refused: the unique key is free again."""
    number: str | None
    standard: str
    requirements: list[str]
    amount: int
    limit_unit: str
    liability_date: date | None
    proposed_by: str
    issued_at: datetime | None
    issued_by: str | None
    reason: str
    previous_slip: str | None
    served_at: datetime | None = None
    served_on: date | None = None
    served_mode: str | None = None
    ended_at: datetime | None = None
    cause: str | None = None
    vacated_by: str | None = None
    policy_version: str | None = None
    """The policy that it was issued under, and keeps (B5)."""
    signed_by: str | None = None
    """Who signed for it; none where it was deemed served."""
    changed: bool = field(default=False, compare=False)

    @property
    def owner(self) -> str:
        """The name of this slip's clock."""
        return owner_of(self.colour, self.renewal)

    @property
    def on_check(self) -> bool:
        """Whether it stands on a check of progress that failed, not on an official's own judgement."""
        return self.ground in (NO_PROGRESS, SLOW_PROGRESS) and self.proposed_by == MACHINE

    @property
    def is_draft(self) -> bool:
        """Whether it still waits for a person."""
        return self.state == DRAFT and self.standing

    @property
    def in_force(self) -> bool:
        """Whether it was issued and has not fallen."""
        return self.issued_at is not None and self.standing

    @property
    def level(self) -> int:
        """Its place on the ladder: white 1, yellow 2 and its renewals, red last."""
        return {WHITE: 100, YELLOW: 200, RED: 300}[self.colour] + self.renewal


def slip_id(matter_id: str, unit: str, colour: str, renewal: int, attempt: int) -> str:
    """The id of a slip: the same cause can only make the same slip. `attempt` counts what fell before it."""
    return str(uuid5(_NAMESPACE, f"{matter_id}\x1f{unit}\x1f{colour}\x1f{renewal}\x1f{attempt}"))


def lacking(standard: str | None, amount: int | None) -> list[str]:
    """What is missing on a slip; with anything missing it cannot be issued (E4, invariant 3)."""
    missing = [] if standard and standard.strip() else ["standard"]
    return missing if amount else [*missing, "limit"]


def number_text(prefix: str, year: int, colour: str, count: int) -> str:
    """The document number, e.g. 咸督办〔2026〕黄字第3号."""
    return f"{prefix}〔{year}〕{COLOUR_NAMES[colour]}字第{count}号"


def limit_text(amount: int | None, unit: str | None, fixed_due: datetime | str | None = None) -> str:
    """A limit in words: 10个工作日, 3个月, 指定时刻, or the one that came with a merge."""
    if fixed_due is None and amount is None and unit is None:
        return "（随并案事项）"
    if fixed_due is not None or amount is None or unit is None:
        return "指定时刻"
    return f"{amount}{UNIT_NAMES[unit]}"


def office_reason(ground: str, by: str, text: str | None, colour: str = WHITE) -> str:
    """Why a slip was issued that the office proposed: a white, or by policy a direct start at a higher colour."""
    said = f"（{text}）" if text else ""
    if colour != WHITE:
        name = COLOUR_NAMES[colour]
        return f"办公室认定该事项{GROUND_NAMES.get(ground, ground)}{said}，经{by}批准直接发{name}色督办单；此前无过错，不扣分。"
    return f"办公室认定该事项{GROUND_NAMES.get(ground, ground)}{said}，经{by}批准发白色督办单，以示提醒，不扣分。"


def check_reason(
    *, what: str, number: int, last_day: date, planned: int | None, percent: int | None, ground: str, liability: date
) -> str:
    """Why a white was issued before the limit ended: a reporting cycle without accepted progress, or progress behind the plan."""
    if what == "CYCLE":
        how = f"第{number}个报告周期至{last_day.isoformat()}止，期内无认可的进展"
    else:
        reached = f"认可进展{percent}%" if percent is not None else "无认可进展"
        how = f"计划至{last_day.isoformat()}完成{planned}%，{reached}，落后超过允许幅度"
    return f"{how}，{GROUND_NAMES[ground]}；{_consequence(WHITE, ground)}，责任日期{liability.isoformat()}。"


def expiry_reason(
    *, before: str | None, limit: str, last_day: date, rejected_on: date | None, colour: str, ground: str, liability: date
) -> str:
    """Why a slip followed a limit that ran out. `before` is the colour that ran out, None for the assignment itself."""
    what = f"{COLOUR_NAMES[before]}色督办单" if before else "交办事项"
    head = f"{what}期限{limit}，至{last_day.isoformat()}届满"
    if rejected_on is not None:
        how = f"期内报结经核验于{rejected_on.isoformat()}被退回，{GROUND_NAMES[BELOW_STANDARD]}"
    else:
        how = "期内未完成，也无正当理由"
    return f"{head}，{how}；{_consequence(colour, ground)}，责任日期{liability.isoformat()}。"


def finding_reason(*, limit: str, last_day: date, ground: str, by: str, found_on: date, colour: str, liability: date) -> str:
    """Why a red, or a renewed yellow, followed a yellow."""
    who = "系统据实（期内无认可进展且已催办）" if by == "DUBAN" else by
    head = f"黄色督办单期限{limit}，至{last_day.isoformat()}届满仍未完成"
    found = f"{who}于{found_on.isoformat()}认定“{GROUND_NAMES[ground]}”"
    return f"{head}；{found}，{_consequence(colour, ground)}，责任日期{liability.isoformat()}。"


def _consequence(colour: str, ground: str) -> str:
    if ground == "SUBSTANTIVE_IMPROVEMENT":
        return "黄色督办单以原编号续期一次，不重复扣分"
    if colour == WHITE:
        return "发白色督办单提醒，不扣分"
    if colour == YELLOW:
        return "发黄色督办单警告并责令限期整改，年度目标任务考核扣分"
    return "发红色督办单，取消年度优秀评选资格并移送纪检监察、考核、组织三部门"
