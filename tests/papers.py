"""Papers for the tests: the fonts that they are set in, events to print, and what stands on a printed page.

Pages must look alike on every machine, so the tests print with two families of Debian and nothing else of the system. Where they
are missing they are installed by root or sudo; without either the packages are only downloaded and unpacked beside the tests.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import servers
from event_contracts import escalation, intake, notify
from event_contracts.event import Fact, Message, TimeLimit
from event_contracts.wire import to_wire
from ground_rules.policy import Policy, load_policy
from notify.printing.casebook import Casebook
from notify.printing.desk import Desk
from notify.printing.settings import PrintSettings

ROOT = Path(__file__).resolve().parent.parent
UNPACKED = ROOT / "var" / "test-fonts"
FILES = {
    "fonts-arphic-gkai00mp": "usr/share/fonts/truetype/arphic-gkai00mp/gkai00mp.ttf",
    "fonts-wqy-zenhei": "usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
}
"""Debian package → the file that it brings."""


def font_folders() -> tuple[Path, ...]:
    """The folders of the two families, installed or unpacked first where they are missing; servers.Missing says what to do."""
    if not _found(Path("/")):
        try:
            servers.install_packages(list(FILES))
        except servers.Missing:
            if not _found(UNPACKED):
                _unpack()
    root = Path("/") if _found(Path("/")) else UNPACKED
    return tuple((root / name).parent for name in FILES.values())


def _found(root: Path) -> bool:
    return all((root / name).is_file() for name in FILES.values())


def _unpack() -> None:
    """Download Debian's packages and unpack them: this needs no rights, only apt's lists."""
    UNPACKED.mkdir(parents=True, exist_ok=True)
    wanted = f"The tests print with {' and '.join(FILES)}. Install with: sudo apt-get install -y {' '.join(FILES)}"
    if not shutil.which("apt-get"):
        raise servers.Missing(wanted)
    done = subprocess.run(["apt-get", "-qq", "download", *FILES], cwd=UNPACKED, capture_output=True, text=True)
    for archive in UNPACKED.glob("*.deb"):
        subprocess.run(["dpkg", "-x", str(archive), str(UNPACKED)], check=True)
    if not _found(UNPACKED):
        raise servers.Missing(f"{wanted}\n{done.stderr[-500:]}")


# ---- events


def at(day: str, clock: str = "08:30") -> datetime:
    """A local time of the city, as UTC."""
    return datetime.fromisoformat(f"{day}T{clock}:00+08:00").astimezone(UTC)


MATTER: dict[str, Any] = {"matter_id": "m-1", "external_ref": "XY2026-007", "submitted_by": "OFFICE"}
SLIP: dict[str, Any] = {**MATTER, "unit": "ZJJ", "renewal": 0, "state": "ISSUED"}
LIMITS = {"WHITE": 10, "YELLOW": 5, "RED": 5}
ISSUED = {"WHITE": "2026-03-02", "YELLOW": "2026-03-17", "RED": "2026-03-25"}
DEADLINES = {"WHITE": "2026-03-16", "YELLOW": "2026-03-24", "RED": "2026-04-01"}
GROUNDS = {"WHITE": "SLOW_PROGRESS", "YELLOW": "OVERDUE", "RED": "NO_MOVEMENT"}
NAMES = {"WHITE": "白", "YELLOW": "黄", "RED": "红"}
BEFORE = {"WHITE": None, "YELLOW": "s-white", "RED": "s-yellow"}
REASONS = {
    "WHITE": "办公室认定该事项进展缓慢，经专项督办科科长 许静批准发白色督办单，以示提醒，不扣分。",
    "YELLOW": "白色督办单期限10个工作日，至2026-03-16届满，期内未完成，也无正当理由；发黄色督办单，责任日期2026-03-17。",
    "RED": "黄色督办单期限5个工作日，至2026-03-24届满仍未完成；督查室主任 高远于2026-03-25认定“屡督不动”。",
}


def matter(**changes: Any) -> intake.MatterRegistered:
    """A matter with a source."""
    source = intake.SourceRecord(
        type="LEADER_INSTRUCTION", number="批示件〔2026〕14号", issuer="市委主要领导", issued_on=date(2026, 1, 4)
    )
    known = {
        "title": "城区积水点整治",
        "kind": "SPECIAL",
        "section": "SPECIAL_HANDLING",
        "standard": "逐点销号",
        "state": "REGISTERED",
    }
    return intake.MatterRegistered(**MATTER, **{**known, "source": source, **changes})


def issued(colour: str, **changes: Any) -> escalation.SlipIssued:
    """A slip of the ladder of AC-02 and AC-11."""
    known: dict[str, Any] = {
        **SLIP,
        "slip_id": f"s-{colour.lower()}",
        "colour": colour,
        "ground": GROUNDS[colour],
        "number": f"咸督办〔2026〕{NAMES[colour]}字第3号",
        "title": "城区积水点整治",
        "role": "LEAD",
        "standard": "积水点全部消除，经现场核验合格",
        "requirements": ["明确责任人", "每周五报送进展"],
        "limit": TimeLimit(amount=LIMITS[colour], unit="WORKDAY"),
        "liability_date": date.fromisoformat(ISSUED[colour]),
        "issued_at": at(ISSUED[colour]),
        "issued_by": {"WHITE": "专项督办科科长 许静", "YELLOW": "DUBAN", "RED": "领导小组组长 秦立新"}[colour],
        "reason": REASONS[colour],
        "previous_slip": BEFORE[colour],
        "deduction": {"WHITE": None, "YELLOW": Decimal("0.30"), "RED": Decimal("0.00")}[colour],
        "year_attribution": "LIABILITY_DATE",
    }
    return escalation.SlipIssued(**{**known, **changes})


def served(colour: str, **changes: Any) -> escalation.SlipServed:
    """The slip's service on the day of its issue."""
    known: dict[str, Any] = {
        **SLIP,
        "slip_id": f"s-{colour.lower()}",
        "colour": colour,
        "ground": GROUNDS[colour],
        "state": "SERVED",
        "served_at": at(ISSUED[colour], "10:00"),
        "served_on": date.fromisoformat(ISSUED[colour]),
        "mode": "SIGNED",
        "deadline": date.fromisoformat(DEADLINES[colour]),
        "due_instant": at(DEADLINES[colour], "23:59"),
        "review_until": None if colour == "WHITE" else at("2026-04-17" if colour == "YELLOW" else "2026-04-25", "00:00"),
    }
    return escalation.SlipServed(**{**known, **changes})


def ended(kind: type, colour: str, **changes: Any) -> Any:
    """How a slip ended: `ended(SlipLifted, "YELLOW", lifted_at=…)`."""
    known = {**SLIP, "slip_id": f"s-{colour.lower()}", "colour": colour, "ground": GROUNDS[colour]}
    return kind(**{**known, **changes})


LADDER: tuple[Fact, ...] = (matter(), *(make(colour) for colour in ISSUED for make in (issued, served)))

BULLETIN = notify.BulletinPublished(
    bulletin="咸督通报〔2026〕2号",
    scope=["各县市区", "市直各部门"],
    items=[notify.BulletinEntry(matter="XY2026-007", unit="ZJJ", colour="YELLOW")],
    approved_by="市长 韩立新",
    text="关于三月份督办情况的通报\n三月份，全市签发黄色督办单1张。\n请各单位引以为戒，限期整改。",
    published_at=at("2026-03-20", "10:00"),
)


def body(fact: Fact, number: int = 1, policy: str | None = "duban-test") -> bytes:
    """A fact as it is published."""
    found = Message(
        id=f"e{number}",
        source=f"/duban/{fact.TYPE.partition('.')[0]}",
        type=fact.TYPE,
        subject="m-1",
        time=at("2026-03-02"),
        data=fact,
        policyversion=policy,
    )
    return to_wire(found)


# ---- printing and reading


def desk_of(*facts: Fact, policy: Policy | None = None, settings: PrintSettings | None = None) -> Desk:
    """A desk with these events on it."""
    book = Casebook()
    book.read(body(fact, number) for number, fact in enumerate(facts))
    return Desk(book, policy or load_policy(), settings or PrintSettings(), {"ZJJ": "市住建局"}.get)  # type: ignore[arg-type]


def changed(colour: str, **changes: Any) -> tuple[Fact, ...]:
    """The ladder up to a colour, with something else on its last slip."""
    upto = list(ISSUED)[: list(ISSUED).index(colour) + 1]
    return tuple(
        replace(fact, **changes) if isinstance(fact, escalation.SlipIssued) and fact.colour == colour else fact
        for fact in LADDER
        if getattr(fact, "colour", "WHITE") in upto
    )


def text_of(pdf: bytes) -> str:
    """What stands in a PDF, without spaces and line breaks, which depend on the layout."""
    from pypdf import PdfReader

    pages = (page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return re.sub(r"[\s\u200b]+", "", "".join(pages))


def pages_of(pdf: bytes) -> int:
    """How many pages it has."""
    from pypdf import PdfReader

    return len(PdfReader(io.BytesIO(pdf)).pages)


def picture_of(pdf: bytes, scale: float, page: int = 0) -> Any:
    """A page of the PDF itself as a picture, by another program than the one that made it; `scale` 1 is 72 dots per inch."""
    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as document:
        return document[page].render(scale=scale).to_pil().convert("RGB")


Print = Callable[..., bytes]
