"""Codes of the wire as words for people, Chinese and English (docs/glossary.md)."""

from __future__ import annotations

from collections.abc import Mapping

Pair = tuple[str, str]

COLOURS: Mapping[str, Pair] = {"WHITE": ("白单", "White"), "YELLOW": ("黄单", "Yellow"), "RED": ("红单", "Red")}
SHAPES: Mapping[str, str] = {"WHITE": "○", "YELLOW": "▲", "RED": "■"}
"""A colour is never the only sign."""

WORDS: Mapping[str, Mapping[str, Pair]] = {
    "colour": COLOURS,
    "policy_value": {
        "auto": ("自动", "automatic"),
        "required": ("须人工批准", "by a person"),
        "manual": ("人工", "by a person"),
        "ESCALATE": ("仍升级", "escalates all the same"),
        "RECORD_ONLY": ("只记录", "is recorded only"),
        "true": ("是", "yes"),
        "false": ("否", "no"),
    },
    "section": {
        "DECISION_SUPERVISION": ("决策督查科", "Decisions"),
        "SPECIAL_HANDLING": ("专项督办科", "Special handling"),
        "SUGGESTION_HANDLING": ("建议提案办理科", "Suggestions and proposals"),
    },
    "source": {
        "MAJOR_DECISION": ("重大决策", "Major decision"),
        "MEETING": ("重要会议", "Meeting"),
        "DOCUMENT": ("重要文件", "Document"),
        "EIGHT_RULES": ("中央八项规定", "Eight-point rules"),
        "LEADER_INSTRUCTION": ("领导批示", "Leader's instruction"),
        "NETIZEN_MESSAGE": ("网民留言", "Netizen message"),
        "NPC_SUGGESTION": ("人大代表建议", "NPC suggestion"),
        "CPPCC_PROPOSAL": ("政协提案", "CPPCC proposal"),
        "PETITION": ("信访事项", "Petition"),
        "HOTLINE": ("12345热线", "Hotline 12345"),
        "FIELD_NOTE": ("调研记录", "Field note"),
        "INSPECTION": ("督查发现", "Inspection"),
    },
    "role": {"LEAD": ("牵头", "Lead"), "SUPPORTING": ("配合", "Supporting")},
    "matter_state": {
        "OPEN": ("在办", "Open"),
        "CLOSED": ("已销号", "Closed"),
        "WITHDRAWN": ("已撤回", "Withdrawn"),
        "MERGED": ("并案办理", "Merged"),
    },
    "part_state": {"OPEN": ("在办", "Open"), "DONE": ("已办结", "Done"), "MOVED": ("已移交", "Moved")},
    "slip_state": {
        "DRAFT": ("待审批", "Draft"),
        "APPROVED": ("已批准", "Approved"),
        "ISSUED": ("已签发", "Issued"),
        "SERVED": ("已送达", "Served"),
        "EXPIRED": ("已届满", "Expired"),
        "DETERMINED": ("已认定", "Determined"),
        "LIFTED": ("已解除", "Lifted"),
        "WITHDRAWN": ("已撤销", "Withdrawn"),
        "OVERTURNED": ("复核撤销", "Overturned"),
        "VACATED_BY_CASCADE": ("随前单撤销", "Vacated by cascade"),
    },
    "conclusion_state": {
        "ISSUED": ("已作出", "Issued"),
        "CONTESTED": ("复核中", "Under review"),
        "CONFIRMED": ("期满未申请复核", "No review was applied for"),
        "UPHELD": ("复核维持", "Upheld"),
        "VARIED": ("复核变更", "Varied"),
        "OVERTURNED": ("复核撤销", "Overturned"),
    },
    "clock": {
        "RUNNING": ("计时中", "Running"),
        "SUSPENDED": ("中止计时", "Suspended"),
        "STOPPED": ("已停止", "Stopped"),
        "BREACHED": ("已逾期", "Overdue"),
    },
    "owner": {
        "ASSIGNMENT": ("交办期限", "Assignment"),
        "SLIP:WHITE": ("白单期限", "White slip"),
        "SLIP:YELLOW": ("黄单期限", "Yellow slip"),
        "SLIP:RED": ("红单期限", "Red slip"),
        "REPLY": ("答复期限", "Reply"),
        "REVIEW_WINDOW": ("复核申请期", "Review window"),
        "REVIEW": ("复核决定期", "Review decision"),
        "OBJECTION_WINDOW": ("退办申请期", "Objection window"),
        "DECISION:JUSTIFICATION": ("正当理由决定期", "Decision on a reason"),
        "DECISION:EXTENSION": ("延期决定期", "Decision on an extension"),
        "DECISION:OBJECTION": ("退办决定期", "Decision on an objection"),
        "DECISION:DETERMINATION": ("认定期限", "Finding"),
    },
    "limit": {"WORKDAY": ("个工作日", "workdays"), "DAY": ("日", "days"), "MONTH": ("个月", "months")},
    "ground": {
        "NO_PROGRESS": ("无进展", "No progress"),
        "SLOW_PROGRESS": ("进展缓慢", "Slow progress"),
        "OVERDUE": ("逾期未完成", "Overdue"),
        "BELOW_STANDARD": ("未达标准", "Below standard"),
        "NO_MOVEMENT": ("屡督不动", "No movement"),
        "PERFUNCTORY_POOR": ("敷衍了事且质量较差", "Perfunctory and poor"),
        "SUBSTANTIVE_IMPROVEMENT": ("有实质性改进", "Substantive improvement"),
    },
    "todo": {
        "DRAFT": ("督办单待审批", "Slip to approve"),
        "CLAIM": ("报结待核验", "Claim to verify"),
        "PROGRESS": ("进展待审核", "Progress to assess"),
        "JUSTIFICATION": ("正当理由待决定", "Reason to decide"),
        "EXTENSION": ("延期待决定", "Extension to decide"),
        "OBJECTION": ("退办异议待决定", "Objection to decide"),
        "DETERMINATION": ("黄单届满待认定", "Finding to make"),
        "REVIEW": ("复核待决定", "Review to decide"),
        "DUPLICATE": ("疑似重复待确认", "Duplicate to resolve"),
        "INTERVIEW": ("约谈建议待决定", "Interview to decide"),
        "SIGN": ("待签收", "To sign for"),
        "CONCLUSION_SIGN": ("督查结论待签收", "Conclusion to sign for"),
        "CONCLUSION_REVIEW": ("结论复核待决定", "Review of a conclusion to decide"),
        "REFERRAL_CREATED": ("移送待签收", "Referral to acknowledge"),
        "REFERRAL_ACKNOWLEDGED": ("移送待反馈结果", "Referral to conclude"),
    },
    "body": {
        "DISCIPLINE": ("纪检监察部门", "Discipline"),
        "ASSESSMENT": ("市考核办", "Assessment office"),
        "ORGANISATION": ("组织部门", "Organisation"),
    },
    "referral": {
        "EFFICACY_SUPERVISION": ("效能监察", "Efficacy supervision"),
        "EXCELLENCE_REVOCATION": ("取消评优资格", "Excellence revoked"),
        "ORGANISATIONAL_MEASURE": ("组织处理", "Organisational measure"),
    },
    "referral_state": {
        "CREATED": ("已移送", "Handed over"),
        "ACKNOWLEDGED": ("已签收", "Acknowledged"),
        "UNDER_REVIEW": ("复核中", "Under review"),
        "CONCLUDED": ("已反馈", "Concluded"),
        "RECALLED": ("已收回", "Recalled"),
    },
    "entry": {"DEDUCTION": ("扣分", "Deduction"), "REVERSAL": ("冲回", "Reversal"), "BONUS": ("加分", "Bonus")},
    "entry_state": {
        "PROVISIONAL": ("暂记", "Provisional"),
        "EFFECTIVE": ("生效", "Effective"),
        "REVERSED": ("已冲回", "Reversed"),
    },
    "notice": {
        "ASSIGNMENT": ("交办通知", "Assignment"),
        "SLIP": ("督办单", "Slip"),
        "REMINDER": ("到期提醒", "Reminder"),
        "URGE": ("催办通知", "Urging"),
        "UNACKNOWLEDGED": ("未签收提示", "Not acknowledged"),
        "DEADLINE_CHANGED": ("期限变更", "Deadline changed"),
        "SLIP_LIFTED": ("解除通知", "Slip lifted"),
        "SLIP_WITHDRAWN": ("撤销通知", "Slip withdrawn"),
        "CONCLUSION": ("督查结论", "Conclusion"),
        "DISCLOSURE": ("督查结论内容", "What the conclusion says"),
        "CONCLUSION_UPHELD": ("督查结论经复核维持", "Conclusion upheld"),
        "CONCLUSION_CHANGED": ("督查结论经复核撤销或变更", "Conclusion overturned or varied"),
    },
    "notice_state": {"DISPATCHED": ("已发出", "Dispatched"), "SERVED": ("已送达", "Served"), "FAILED": ("未送达", "Failed")},
    "mode": {"SIGNED": ("签收", "signed"), "DEEMED": ("视为送达", "deemed served"), "IMMEDIATE": ("即时送达", "immediate")},
    "stop": {
        "CLAIMED": ("已报结", "claimed"),
        "DECIDED": ("已决定", "decided"),
        "VERIFIED": ("已核验", "verified"),
        "SUPERSEDED": ("由督办单期限接续", "taken over by the slip"),
        "REPLIED": ("已答复", "answered"),
        "REJECTED": ("报结退回，恢复计时", "claim rejected, runs again"),
        "LAPSED": ("期满未申请", "lapsed"),
        "MERGED": ("并案", "merged"),
        "UNMERGED": ("拆案", "unmerged"),
        "WAIVED": ("免责", "waived"),
        "WITHDRAWN": ("撤回", "withdrawn"),
    },
    "justification": {
        "FORCE_MAJEURE": ("不可抗力", "Force majeure"),
        "SUPERIOR_POLICY_CHANGE": ("上级政策调整", "Policy changed above"),
        "STATUTORY_PROCEDURE": ("法定程序", "Statutory procedure"),
        "AWAITING_SUPERIOR_APPROVAL": ("等待上级审批", "Awaiting approval above"),
        "AWAITING_OTHER_UNIT": ("等待其他单位", "Awaiting another unit"),
        "TASK_CHANGED_BY_SUPERVISOR": ("交办任务变更", "Task changed"),
        "FUNDS_NOT_ALLOCATED": ("资金未下达", "Funds not allocated"),
        "TOLERANCE_DECIDED": ("容错认定", "Tolerance decided"),
        "VERIFICATION": ("核验期间", "being verified"),
    },
    "outcome": {
        "GRANTED": ("准予", "Granted"),
        "REFUSED": ("不予准许", "Refused"),
        "ACCEPTED": ("采纳", "Accepted"),
        "UPHELD": ("维持", "Upheld"),
        "OVERTURNED": ("撤销", "Overturned"),
        "VARIED": ("变更", "Varied"),
        "MERGE": ("并案办理", "Merge"),
        "DISTINCT": ("不是同一事项", "Distinct"),
        "SUMMON": ("约谈", "Summon"),
        "DECLINE": ("暂不约谈", "Decline"),
    },
    "effect": {"EXTEND": ("延长", "Extend"), "SUSPEND": ("中止计时", "Suspend"), "WAIVE": ("免责", "Waive")},
    "person": {
        "LEADING_GROUP_CHAIR": ("领导小组组长", "Chair of the leading group"),
        "LEADING_GROUP_DEPUTY": ("领导小组副组长", "Deputy chair"),
        "SUPERVISION_DIRECTOR": ("督查室主任", "Director"),
        "SECTION_HEAD": ("科长", "Section head"),
        "OFFICER": ("督查专员", "Officer"),
        "TEAM_LEADER": ("督查组组长", "Team leader"),
        "TEAM_MEMBER": ("督查组成员", "Team member"),
        "LEADER": ("市领导", "Leader"),
        "UNIT_HEAD": ("单位负责人", "Head of a unit"),
        "UNIT_LIAISON": ("单位联络员", "Liaison of a unit"),
        "ASSESSMENT_OFFICE": ("市考核办", "Assessment office"),
        "DISCIPLINE": ("纪检监察部门", "Discipline inspection"),
        "ORGANISATION": ("组织部门", "Organisation department"),
        "NPC_LIAISON": ("人大联络员", "NPC liaison"),
        "CPPCC_LIAISON": ("政协联络员", "CPPCC liaison"),
        "AUDITOR": ("审计员", "Auditor"),
        "OPERATOR": ("运维员", "Operator"),
        "INTEGRATOR": ("集成方", "Integrator"),
    },
    "account_act": {
        "CREATED": ("开设", "made"),
        "RESET": ("重置密码", "new first password"),
        "CHANGED": ("修改", "changed"),
        "CLOSED": ("停用", "closed"),
        "OPENED": ("恢复使用", "opened again"),
        "SIGNED_OUT": ("全部退出登录", "signed out everywhere"),
        "PASSWORD": ("本人修改密码", "own password changed"),
        "ROLE": ("切换角色", "role chosen"),
    },
    "day": {
        "START": ("起算日，不计", "start day, not counted"),
        "COUNTED": ("计入", "counted"),
        "WORKDAYS": ("工作日计入，周六、周日不计", "Monday to Friday counted, weekends not"),
        "MAKEUP_WORKDAY": ("调休上班，计入", "make-up workday, counted"),
        "EXTENSION": ("延期期间，计入", "by the extension, counted"),
        "WEEKEND": ("周末，不计", "weekend, not counted"),
        "HOLIDAY": ("放假，不计", "holiday, not counted"),
        "SUSPENDED": ("中止计时，不计", "suspended, not counted"),
        "ROLLED": ("顺延至下一工作日", "rolled to the next workday"),
        "KEPT": ("已送达的期限不缩短", "a served deadline is never shortened"),
    },
    "rule": {
        "WORKDAY": ("起算日不计，按工作日计满，至末日24:00止", "start day not counted; workdays; until the last day ends"),
        "DAY": ("起算日不计，按日历日计满，末日非工作日的顺延", "start day not counted; calendar days, rolled to a workday"),
        "MONTH": (
            "起算日不计，至对应日，无对应日的为月末，非工作日顺延",
            "the same day months on, or the month's end, rolled on",
        ),
    },
    "next": {
        "DEEMED": (
            "当日结束仍未签收的，视为送达，期限起算",
            "unsigned at the end of the day, it counts as served; the limit begins",
        ),
        "END_NONE": ("届满未办结，次一工作日起可发白色督办单", "if not done by then, a white slip from the next workday"),
        "END_WHITE": (
            "届满未办结，次一工作日为责任日期，发黄色督办单并扣分",
            "if not done, a yellow slip with points off, liable from the next workday",
        ),
        "END_YELLOW": ("届满未办结，由督查室认定：续期，或发红色督办单", "if not done, a finding: a renewal or a red slip"),
        "END_RED": ("届满未办结，报领导小组", "if not done, the leading group is told"),
        "REMINDER": ("提醒单位：距届满还有{n}个工作日；期限不变", "the unit is reminded, workdays left: {n}; the limit stays"),
        "URGE": ("届时无人催办的，系统自动催办", "the system urges the unit, unless somebody did before"),
        "CYCLE": (
            "报告周期届满：期内无经认可的进展的，可发白色督办单（无进展）",
            "a reporting cycle ends: without accepted progress in it a white slip may follow (no progress)",
        ),
        "MILESTONE": (
            "节点核查：当日结束时经认可的进度不到{n}%的，可发白色督办单（进展缓慢）",
            "a milestone is checked: below {n}% of accepted progress when the day ends, a white slip may follow (slow progress)",
        ),
        "HELD": ("恢复计时后，余下天数接着计算", "once resumed, the remaining days go on"),
        "PASSED": ("期限已满，等待下一步决定或签发", "the limit has passed; the next decision or slip follows"),
        "REVIEW": ("当日24:00以前可以申请复核", "a review may be applied for until the day ends"),
    },
    "why": {
        "DONE_IN_TIME": ("按时完成，不升级", "Done in time"),
        "VERIFICATION_PENDING": ("已在期限内报结，等待核验；核验期间不升级", "Claimed in time; verification is pending"),
        "SUSPENDED": ("计时中止，期间不升级", "The clock is suspended"),
        "NOT_SERVED": ("尚未送达，期限未起算", "Not served yet: no limit runs"),
        "LADDER_ENDED": ("已到红单，不再自动升级", "At red: nothing further follows by itself"),
        "LIMIT_RUNNING": ("期限未到", "The limit is still running"),
        "LIMIT_PASSED": ("期限已过，等待下一步", "The limit has passed; the next step is due"),
        "AWAITING_CUT": ("期限已过，正在确认此前的报告均已读到", "The limit has passed; earlier reports are being read"),
        "DETERMINATION": ("黄单届满，等待认定", "Waits for a finding"),
        "APPROVAL": ("等待审批", "Waits for an approval"),
        "JUSTIFICATION_PENDING": ("正当理由待决定，期间不升级", "A reason waits for its decision"),
    },
}
"""List → code → (Chinese, English)."""


def word(group: str, code: str | None, english: bool) -> str:
    """The word for a code; the code itself where there is none."""
    if not code:
        return ""
    pair = WORDS.get(group, {}).get(code)
    return pair[english] if pair else code


def owner_word(owner: str, english: bool) -> str:
    """The name of a limit; a renewal says that it is one."""
    base = ":".join(owner.split(":")[:2])
    renewed = len(owner.split(":")) > 2  # noqa: PLR2004 - SLIP:YELLOW:1
    return word("owner", base, english) + ((" (renewed)" if english else "（续期）") if renewed else "")
