"""The closed lists of words on the wire (domain.md c, d.2–d.9). A new word in a published list is a break: a new `.v2` type."""

from __future__ import annotations

from collections.abc import Mapping

NAMED_CLOCKS = ("REPLY",)
"""Clocks that a request may name by `owner`."""

COLOURS = ("WHITE", "YELLOW", "RED")
LIMIT_UNITS = ("WORKDAY", "DAY", "MONTH")
MOST_DAYS, MOST_MONTHS = 3650, 120
"""Longest limit: ten years. Anything longer is a typing error."""
ROLES = ("LEAD", "SUPPORTING")
EVIDENCE_KINDS = ("PHOTO", "VIDEO", "STATEMENT", "DOCUMENT")
CLASSIFICATIONS = ("NONE", "INTERNAL")
"""SECRET and TOP_SECRET exist too, but such a message is refused before its fields are looked at."""
PRINCIPALS = ("PARTY", "GOVERNMENT", "JOINT")
PROGRESS_CLASSES = ("NO_MOVEMENT", "PERFUNCTORY_POOR", "SUBSTANTIVE_IMPROVEMENT")
GROUNDS = ("NO_PROGRESS", "SLOW_PROGRESS", "OVERDUE", "BELOW_STANDARD", "NO_MOVEMENT", "PERFUNCTORY_POOR")
URGERS = ("OFFICE", "LEAD")
OBJECTION_OUTCOMES = ("ACCEPTED", "REFUSED")
DUPLICATE_OUTCOMES = ("MERGE", "DISTINCT")
DECISION_OUTCOMES = ("GRANTED", "REFUSED")
REVIEW_OUTCOMES = ("UPHELD", "OVERTURNED", "VARIED")
INTERVIEW_OUTCOMES = ("SUMMON", "DECLINE")
EFFECTS = ("EXTEND", "SUSPEND", "WAIVE")
JUSTIFICATIONS = (
    "FORCE_MAJEURE", "SUPERIOR_POLICY_CHANGE", "STATUTORY_PROCEDURE", "AWAITING_SUPERIOR_APPROVAL", "AWAITING_OTHER_UNIT",
    "TASK_CHANGED_BY_SUPERVISOR", "FUNDS_NOT_ALLOCATED", "TOLERANCE_DECIDED",
)  # fmt: skip
"""Legitimate reasons (domain.md d.7)."""
CAPACITIES = (
    "LEADING_GROUP_CHAIR", "LEADING_GROUP_DEPUTY", "SUPERVISION_DIRECTOR", "SECTION_HEAD", "OFFICER", "TEAM_LEADER",
    "TEAM_MEMBER", "LEADER", "UNIT_HEAD", "UNIT_LIAISON", "ASSESSMENT_OFFICE", "DISCIPLINE", "ORGANISATION", "NPC_LIAISON",
    "CPPCC_LIAISON", "AUDITOR", "OPERATOR", "INTEGRATOR",
)  # fmt: skip
"""Roles of persons (domain.md d.14)."""
SOURCE_TYPES = (
    "MAJOR_DECISION", "MEETING", "DOCUMENT", "EIGHT_RULES", "LEADER_INSTRUCTION", "NETIZEN_MESSAGE", "NPC_SUGGESTION",
    "CPPCC_PROPOSAL", "PETITION", "HOTLINE", "FIELD_NOTE", "INSPECTION",
)  # fmt: skip
"""Where a matter comes from: domain.md C2–C7, C11, C12 and a′.2 (HOTLINE is 12345)."""
STATUTORY_CLOCK = frozenset(
    {
        "MEETING", "DOCUMENT", "EIGHT_RULES", "LEADER_INSTRUCTION", "NETIZEN_MESSAGE", "NPC_SUGGESTION", "CPPCC_PROPOSAL",
        "PETITION", "HOTLINE",
    }
)  # fmt: skip
"""Sources with a clock of their own (domain.md a′.2): their assignments may leave out the limit. EIGHT_RULES needs none at all
(standing supervision, domain.md C3)."""

MATTER_STATES = (
    "DRAFT", "PENDING_APPROVAL", "REGISTERED", "DISPATCHED", "IN_PROGRESS", "COMPLETION_CLAIMED", "VERIFIED", "REJECTED",
    "CLOSED", "ARCHIVED", "REOPENED", "MERGED_INTO", "WITHDRAWN", "TRANSFERRED",
)  # fmt: skip
"""Where a matter stands (domain.md d.3)."""
SECTIONS = ("DECISION_SUPERVISION", "SPECIAL_HANDLING", "SUGGESTION_HANDLING")
"""The three sections of the supervision office (domain.md C8)."""

INSPECTION_MODES = ("OPEN", "COVERT")
MEANS = (
    "SELF_CHECK", "REPORT", "ON_SITE", "SEMINAR", "FILES", "LEADS", "INTERVIEW", "INTERNET",
)  # fmt: skip
"""The eight means of Decree 733 art. 12: self-check and explanation, hearing reports, inspections and visits, seminars with
hearings, statistics and evaluation, consulting and copying files, collecting leads, interviews (约谈), internet+."""
FALSE_REPORT, OBSTRUCTION = "FALSE_REPORT", "OBSTRUCTION"
"""Codes of findings that the decree itself names (art. 25); the others are the office's own."""
REOPENING_CAUSES = ("INSTRUCTION", "DISSATISFIED", "LOOK_BACK")
"""Why a closed matter is done again (domain.md d.3)."""
URGENCIES = ("EXTRA_URGENT", "URGENT", "ORDINARY")
"""特急、急、平 (domain.md C4)."""
REGISTRATION_OUTCOMES = ("APPROVED", "REFUSED")
ACTION_KINDS = ("COORDINATION", "INVESTIGATION", "DISPOSITION")
"""Three of the five powers (domain.md C9); INTERVIEW and BULLETIN have messages of their own."""
FIELD_NOTE_KINDS = ("MEETING", "VISIT")
"""Attended meeting (列席会议), accompanied visit (随同调研; domain.md C11)."""
ADVICE_KINDS = (
    "MEASURE", "DOCUMENT_CHANGE", "DOCUMENT_ANNULMENT", "RESEARCH_REPORT", "PRAISE", "INCENTIVE", "CRITICISM", "ACCOUNTABILITY",
)  # fmt: skip
"""What advice is for: measures against a cause (domain.md D4), and the proposals of Decree 733 art. 19–21."""
BODIES = ("DISCIPLINE", "ASSESSMENT", "ORGANISATION")
REFERRAL_KINDS = ("EFFICACY_SUPERVISION", "EXCELLENCE_REVOCATION", "ORGANISATIONAL_MEASURE")
REFERRAL_STATES = ("CREATED", "ACKNOWLEDGED", "UNDER_REVIEW", "CONCLUDED", "RECALLED")
NOTICE_KINDS = (
    "ASSIGNMENT", "SLIP", "REMINDER", "URGE", "UNACKNOWLEDGED", "DEADLINE_CHANGED", "SLIP_LIFTED", "SLIP_WITHDRAWN", "CONCLUSION",
    "REPORT", "BULLETIN", "BULLETIN_CORRECTED",
    "DISCLOSURE", "CONCLUSION_UPHELD", "CONCLUSION_CHANGED",
)  # fmt: skip
SERVICE_MODES = ("SIGNED", "DEEMED", "IMMEDIATE")
SCORE_STATES = ("PROVISIONAL", "EFFECTIVE", "REVERSED")

PUBLISHED_WORDS: Mapping[str, tuple[str, ...]] = {
    "colour": COLOURS,
    "role": ROLES,
    "body": BODIES,
    "mode": SERVICE_MODES,
    "progress_class": PROGRESS_CLASSES,
    "TimeLimit.unit": LIMIT_UNITS,
    "Evidence.kind": EVIDENCE_KINDS,
    "Capacity.role": CAPACITIES,
    "SourceRecord.type": SOURCE_TYPES,
    "SlipFact.ground": GROUNDS,
    "InspectionRecord.mode": INSPECTION_MODES,
    "NoticeFact.kind": NOTICE_KINDS,
    "ReferralFact.kind": REFERRAL_KINDS,
    "ReferralFact.state": REFERRAL_STATES,
    "ObjectionDecided.outcome": OBJECTION_OUTCOMES,
    "DuplicateResolved.outcome": DUPLICATE_OUTCOMES,
    "MatterReopened.cause": REOPENING_CAUSES,
    "urgency": URGENCIES,
    "ActionRecorded.kind": ACTION_KINDS,
    "FieldNoteRecorded.kind": FIELD_NOTE_KINDS,
    "AdviceIssued.kind": ADVICE_KINDS,
    "ReviewDecided.outcome": REVIEW_OUTCOMES,
    "JustificationFact.category": JUSTIFICATIONS,
    "JustificationGranted.effect": EFFECTS,
    "ReferralCreated.kind": REFERRAL_KINDS,
    "ReferralCreated.state": REFERRAL_STATES,
    "ScoreFact.state": SCORE_STATES,
    "escalation.urge.sent.v1.by": URGERS,
}
"""Which words a field of a published event may hold: by its name everywhere, or by `Class.field` or `type.field`."""


def words_of(cls: type, field: str) -> tuple[str, ...] | None:
    """The closed list of one field of a published class; None where any text may stand."""
    names = [getattr(cls, "TYPE", ""), *(base.__name__ for base in cls.__mro__)]
    for name in names:
        if f"{name}.{field}" in PUBLISHED_WORDS:
            return PUBLISHED_WORDS[f"{name}.{field}"]
    return PUBLISHED_WORDS.get(field)
