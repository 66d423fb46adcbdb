"""`duban print`: papers from what a rehearsal or a city left; the content is all in the published events."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from escalation.config import EscalationSettings
from notify.printing import bulletins, letters
from notify.printing.casebook import Casebook, SlipCase
from notify.printing.desk import Desk
from notify.printing.press import Press, Sheet, Unprintable
from notify.printing.settings import PrintSettings
from notify.printing.slips import slip_sheet
from service_chassis.config import Settings, load
from service_chassis.errors import ConfigError
from service_chassis.messaging import archive
from service_chassis.spreadsheet.units import read_units

from duban.printing_year import year_sheet
from duban.rehearse import POLICY_FILE, read_policy
from duban.sample_city.units import name_of

CITY = Path("var/city")
SOURCES = ("broker.sqlite", "published.jsonl", "published.jsonl.gz")
"""Where published events are in a folder: a city's, or a rehearsal's."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which paper, from where, with which names of units. Without a word about its kind it is a slip."""

    source: Path
    matter: str | None = None
    unit: str | None = None
    colour: str | None = None
    renewal: int | None = None
    review: bool = False
    referral: str | None = None
    bulletin: str | None = None
    correction: bool = False
    year: int | None = None
    units: Path | None = None

    @property
    def folder(self) -> Path:
        """Where the databases and the policy lie beside the events."""
        return self.source if self.source.is_dir() else self.source.parent


# ---- what is there


def settings() -> PrintSettings:
    """What the environment says about printing; settings of the services may stand beside it."""
    return load(os.environ, PrintSettings, Settings, EscalationSettings)


def events_in(source: Path) -> Path:
    """The file of published events of a folder, or the file itself; ConfigError where there is none."""
    if source.is_file():
        return source
    for name in SOURCES:
        if (source / name).is_file():
            return source / name
    raise ConfigError(
        f"{source} 中没有已发布的事件：请先 make run，或给出 --from / no published events there: "
        f"`make run` first, or give --from the folder of `duban rehearse --out` ({', '.join(SOURCES)})"
    )


def desk_for(asked: Question, book: Casebook, printed_with: PrintSettings) -> Desk:
    """The names, and the policy that a rehearsal was played under."""
    overrides = asked.folder / POLICY_FILE
    policy, _ = read_policy(overrides if overrides.is_file() else None)
    listed = {code: unit.name for code, unit in read_units(asked.units).items() if unit.name}
    return Desk(book, policy, printed_with, name_of, listed)


def opened(asked: Question) -> tuple[Desk, Press]:
    """Everything read and the press ready."""
    printed_with = settings()
    press = Press(printed_with)
    book = Casebook()
    book.read(archive.from_file(events_in(asked.source)))
    return desk_for(asked, book, printed_with), press


# ---- printing


def print_one(asked: Question, out: Path) -> Path:
    """Print the paper that is asked for."""
    desk, press = opened(asked)
    return write(out, press.pdf(sheet_for(desk, asked)))


def print_all(asked: Question, out: Path, warn: Callable[[str], None]) -> int:
    """Print every slip into a folder; what cannot be printed is said and left out. Returns how many were printed."""
    desk, press = opened(asked)
    return sum(1 for _ in printed(desk, press, desk.book.issued(), out, warn))


def printed(desk: Desk, press: Press, cases: Iterable[SlipCase], out: Path, warn: Callable[[str], None]) -> Iterator[Path]:
    """Print these slips, each into its own file."""
    for case in cases:
        try:
            yield write(out / file_name(case), press.pdf(slip_sheet(desk, case)))
        except Unprintable as error:
            warn(str(error))


def file_name(case: SlipCase) -> str:
    """The number as a file's name; a renewal, and a slip without a number, get what tells them apart."""
    given = case.issued
    base = re.sub(r"[^\w〔〕-]", "_", given.number or case.slip_id)
    return f"{base}{f'（续{given.renewal}）' if given.renewal else ''}.pdf"


def write(path: Path, content: bytes) -> Path:
    """Replace the file as a whole: a reader never sees half a page."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}.{os.getpid()}.new")
        new.write_bytes(content)
        os.replace(new, path)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    return path


# ---- which paper


def sheet_for(desk: Desk, asked: Question) -> Sheet:
    """The paper that is asked for; ConfigError where there is none, with what there is."""
    if asked.year is not None:
        return year_sheet(desk, asked.folder, asked.year, asked.units)
    if asked.bulletin is not None:
        return bulletin(desk, asked.bulletin, asked.correction)
    if asked.referral is not None:
        return referral(desk, chosen(desk.book, asked, "RED"), asked.referral)
    if asked.review:
        return review(desk, asked)
    return slip_sheet(desk, chosen(desk.book, asked, asked.colour))


def chosen(book: Casebook, asked: Question, colour: str | None, among: set[str] | None = None) -> SlipCase:
    """The slip that is asked for: of several the newest; one that fell only where no other is."""
    cases = [case for case in book.issued() if asked.matter in (case.issued.external_ref, case.issued.matter_id)]
    if not cases:
        raise ConfigError(f"事项 {asked.matter} 没有督办单 / no slip was issued in this matter")
    units = sorted({case.issued.unit for case in cases})
    if asked.unit is None and len(units) > 1:
        raise ConfigError(f"请给出 --unit 之一 / give one of --unit {', '.join(units)}")
    fitting = [case for case in cases if fits(case, asked, colour)]
    fitting = [case for case in fitting if among is None or case.slip_id in among] or fitting
    if not fitting:
        there = "; ".join(f"{case.issued.unit} {case.issued.colour} {case.issued.number}" for case in cases)
        raise ConfigError(f"没有这样的督办单，已有 / no such slip; there are: {there}")
    return max(fitting, key=lambda case: (not case.has_fallen, case.issued.issued_at, case.issued.renewal))


def fits(case: SlipCase, asked: Question, colour: str | None) -> bool:
    """Whether a slip is of the unit, colour and renewal that are asked for."""
    given = case.issued
    pairs = ((asked.unit, given.unit), (colour, given.colour), (asked.renewal, given.renewal))
    return all(wanted is None or wanted == found for wanted, found in pairs)


def bulletin(desk: Desk, number: str, correction: bool) -> Sheet:
    """A bulletin by its number, or its correction."""
    published = desk.book.bulletins.get(number)
    corrections = [found for (of, _), found in desk.book.corrections.items() if of == number]
    if published is None:
        there = ", ".join(sorted(desk.book.bulletins)) or "—"
        raise ConfigError(f"没有通报 {number}，已有 / no such bulletin; there are: {there}")
    if not correction:
        return bulletins.bulletin_sheet(desk, published)
    if not corrections:
        raise ConfigError(f"通报 {number} 未经更正 / this bulletin was not corrected")
    return bulletins.correction_sheet(desk, corrections)


def referral(desk: Desk, red: SlipCase, body: str) -> Sheet:
    """The letter that handed a red over to a body."""
    for found in desk.book.referrals.values():
        if (found.slip_id, found.body) == (red.slip_id, body):
            return letters.referral_sheet(desk, found)
    raise ConfigError(f"没有移送 / this red was not handed over to {body}")


def review(desk: Desk, asked: Question) -> Sheet:
    """The decision of a review: of the slip that is asked for, or of the newest one that was reviewed."""
    decided = {found.decided.slip_id: found for found in desk.book.reviews.values() if found.decided is not None}
    slip = chosen(desk.book, asked, asked.colour, set(decided) or None)
    if slip.slip_id not in decided:
        raise ConfigError(f"{slip.issued.number} 没有复核决定 / no review of this slip was decided")
    return letters.review_sheet(desk, decided[slip.slip_id])
