"""Every reason of the decision table in words, Chinese first: the answer to "why has this not escalated?"."""

from __future__ import annotations

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "ESCALATED": "已发下一色督办单 / the next slip was issued",
    "ISSUE_SCHEDULED": "已到期，待责任日期和发单时刻 / due; waits for the liability date and the hour of issue",
    "DONE_IN_TIME": "按时完成 / done in time",
    "DONE_LATE": "逾期完成，依政策只作记录 / done late; recorded only, by policy",
    "NOT_SERVED": "尚未送达，期限未开始 / not served, no limit runs",
    "LIMIT_RUNNING": "期限未满 / the limit still runs",
    "LIMIT_PASSED": "期限已满 / the limit has passed",
    "LADDER_ENDED": "已发红色督办单，不再自动升级 / after the red nothing follows by itself",
    "RED_REPORT": "红单期限又满，仍未完成，已报领导小组 / a red's limit ended again undone; reported to the leading group",
    "VERIFICATION_PENDING": "已报结，等待核验 / claimed, waits for verification",
    "PARKED": "该单位有消息无法读取，暂缓 / a message of the unit could not be read; held",
    "FELL_BEFORE": "同色督办单曾被撤销或退回，须由办公室提出 / a slip of this colour fell; only the office proposes again",
    "AWAITING_DETERMINATION": "等待认定 / waits for a determination",
    "AWAITING_APPROVAL": "等待批准 / waits for an approval",
    "RENEWALS_EXHAUSTED": "续期次数已用完，由领导小组决定 / no renewals left; the leading group decides",
    "AWAITING_CUT": "已到期，待确认届满前的报告均已读入 / due; waits until every report from before has certainly been read",
    "SUSPENDED": "计时中止 / the clock is suspended",
    "JUSTIFICATION_PENDING": "正当理由待办公室决定 / a justification waits for the office",
    "EXTENSION_PENDING": "延期申请待办公室决定 / a request for extension waits for the office",
    "OBJECTION_PENDING": "退办申请待办公室决定 / an objection waits for the office",
    "REVIEW_PENDING": "复核中 / under review",
    "REVIEW_UPHELD": "经复核维持 / upheld in its review",
    "REVIEW_OVERTURNED": "经复核撤销 / overturned in its review",
    "REVIEW_VARIED": "经复核变更 / varied in its review",
    "REVIEW_WINDOW_RUNNING": "可申请复核 / a review may be applied for",
    "CONCLUSION_STANDS": "复核期满，结论成立 / the review window is over; the conclusion stands",
    "WAIVED": "理由成立，免予升级 / waived for a legitimate reason",
    "TRANSFERRED": "退办成立，已转其他单位 / the objection was accepted; another unit has the part",
    "MATTER_WITHDRAWN": "督办事项已撤回 / the matter is not supervised any more",
    "MERGED": "已并案，由主办事项的阶梯继续 / handled with another matter, whose ladder goes on",
    "NO_PROGRESS": "一个报告周期内无认可进展 / no accepted progress for a whole reporting cycle",
    "PROGRESS_PENDING": "进展报告待办公室认定 / a progress report waits for the office",
    "PROGRESS_MADE": "进展符合要求 / progress is as required",
    "SLOW_PROGRESS": "进展落后于计划 / accepted progress is behind the plan",
}

CATEGORIES: Mapping[str, str] = {
    "FORCE_MAJEURE": "不可抗力 / force majeure",
    "SUPERIOR_POLICY_CHANGE": "上级政策调整 / a superior policy changed",
    "STATUTORY_PROCEDURE": "法定程序（听证、招标、检测、评估、环评、诉讼等） / a statutory procedure",
    "AWAITING_SUPERIOR_APPROVAL": "等待上级批复 / waits for a superior's approval",
    "AWAITING_OTHER_UNIT": "等待其他单位 / waits for another unit",
    "TASK_CHANGED_BY_SUPERVISOR": "督查部门调整任务 / the supervising office changed the task",
    "FUNDS_NOT_ALLOCATED": "资金未到位（已及时申请） / funds applied for in time were not allocated",
    "TOLERANCE_DECIDED": "已认定容错 / fault tolerance was decided",
}
"""Legitimate reasons (domain.md d.7) in words."""


def category(code: str) -> str:
    """A legitimate reason in words; the code itself for one that has none."""
    return CATEGORIES.get(code, code)


def text(reason: str) -> str:
    """The reason in words; the code itself for one that has none yet."""
    return TEXTS.get(reason, reason)
