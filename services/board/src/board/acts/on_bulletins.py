"""Acts about bulletins (情况通报): publish one, and put one right under a number of its own.

Who publishes it approves it: the head of the government or of the leading group (Decree 733 art. 21). What a bulletin names and
what falls in a review, notify corrects by itself; a person corrects what was written wrongly.
"""

from __future__ import annotations

from event_contracts import inbound
from event_contracts.event import Request

from board.acts.forms import CITY, Act, Field, Filled

NUMBER = Field("bulletin", "通报文号", "Number of the bulletin", "line")
TEXT = Field("text", "通报正文", "Text")
ITEMS = Field("items", "通报所列督办单和结论", "Slips and conclusions that it names", "picks")


def _publish(filled: Filled) -> Request:
    return _bulletin(filled, filled.lines("scope"), filled.text("text"))


def _correct(filled: Filled) -> Request:
    """To the same audience, and its text says first which bulletin it corrects."""
    corrected = f"更正：{filled.target['bulletin']}\n{filled.text('text')}"
    return _bulletin(filled, list(filled.target["scope"]), corrected)


def _bulletin(filled: Filled, scope: list[str], text: str) -> Request:
    return inbound.BulletinPublished(
        bulletin=filled.text("bulletin"),
        scope=scope,
        items=[_item(pick) for pick in filled.picked],
        text=text,
        approved_by=filled.person.name,
    )


def _item(pick: str) -> inbound.BulletinItem:
    """`matter|unit|colour`; a conclusion has no colour. ValueError for anything else."""
    matter, unit, colour = pick.split("|")
    return inbound.BulletinItem(matter=matter, unit=unit, colour=colour or None)


ACTS: tuple[Act, ...] = (
    Act(
        "publish-bulletin",
        "publish-bulletin",
        "发布通报",
        "Publish a bulletin",
        _publish,
        (NUMBER, Field("scope", "通报范围（每行一个单位代码或范围）", "Scope, one code or group a line"), TEXT, ITEMS),
        "go",
        about=CITY,
    ),
    Act(
        "correct-bulletin",
        "publish-bulletin",
        "更正通报",
        "Correct a bulletin",
        _correct,
        (NUMBER, TEXT, ITEMS),
        about=CITY,
    ),
)
