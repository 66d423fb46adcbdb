"""`duban print`: papers from what a rehearsal or a city left; the content is all in the published events."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from escalation.config import EscalationSettings
from notify.printing.casebook import Casebook, SlipCase
from notify.printing.press import Press, Unprintable
from notify.printing.settings import PrintSettings
from notify.printing.slips import Desk, slip_sheet
from service_chassis.config import Settings, load
from service_chassis.errors import ConfigError
from service_chassis.messaging import archive
from service_chassis.spreadsheet.units import read_units

from duban.rehearse import POLICY_FILE, read_policy
from duban.sample_city.units import name_of

CITY = Path("var/city")
SOURCES = ("broker.sqlite", "published.jsonl", "published.jsonl.gz")
"""Where published events are in a folder: a city's, or a rehearsal's."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which paper, from where, with which names of units."""

    source: Path
    matter: str | None = None
    unit: str | None = None
    colour: str | None = None
    renewal: int | None = None
    units: Path | None = None


def settings() -> PrintSettings:
    """What the environment says about printing; settings of the services may stand beside it."""
    return load(os.environ, PrintSettings, Settings, EscalationSettings)


def events_in(source: Path) -> Path:
    """The file of published events of a folder, or the file itself; ConfigError for none."""
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
    overrides = (asked.source if asked.source.is_dir() else asked.source.parent) / POLICY_FILE
    policy, _ = read_policy(overrides if overrides.is_file() else None)
    directory = read_units(asked.units)

    def named(code: str) -> str:
        listed = directory.get(code)
        return listed.name if listed is not None and listed.name else name_of(code)

    return Desk(book, policy, printed_with, named)


def opened(asked: Question) -> tuple[Desk, Press]:
    """Everything read and the press ready."""
    printed_with = settings()
    press = Press(printed_with)
    book = Casebook()
    book.read(archive.from_file(events_in(asked.source)))
    return desk_for(asked, book, printed_with), press


def print_one(asked: Question, out: Path) -> Path:
    """Print the paper that is asked for."""
    desk, press = opened(asked)
    return write(out, press.pdf(slip_sheet(desk, chosen(desk.book, asked))))


def print_all(asked: Question, out: Path, warn: Callable[[str], None]) -> int:
    """Print every slip into a folder; what cannot be printed is said and left out. Returns how many were printed."""
    desk, press = opened(asked)
    return sum(1 for _ in printed(desk, press, desk.book.issued(), out, warn))


def printed(desk: Desk, press: Press, cases: list[SlipCase], out: Path, warn: Callable[[str], None]) -> Iterator[Path]:
    """Print these slips, each into its own file."""
    for case in cases:
        try:
            yield write(out / file_name(case), press.pdf(slip_sheet(desk, case)))
        except Unprintable as error:
            warn(str(error))


def chosen(book: Casebook, asked: Question) -> SlipCase:
    """The slip that is asked for: of several the newest, one that fell only where no other is. ConfigError for none."""
    cases = [case for case in book.issued() if asked.matter in (case.issued.external_ref, case.issued.matter_id)]
    if not cases:
        raise ConfigError(f"事项 {asked.matter} 没有督办单 / no slip was issued in this matter")
    units = sorted({case.issued.unit for case in cases})
    if asked.unit is None and len(units) > 1:
        raise ConfigError(f"请给出 --unit 之一 / give one of --unit {', '.join(units)}")
    fitting = [case for case in cases if fits(case, asked)]
    if not fitting:
        there = "; ".join(f"{case.issued.unit} {case.issued.colour} {case.issued.number}" for case in cases)
        raise ConfigError(f"没有这样的督办单，已有 / no such slip; there are: {there}")
    return max(fitting, key=lambda case: (not case.has_fallen, case.issued.issued_at, case.issued.renewal))


def fits(case: SlipCase, asked: Question) -> bool:
    """Whether a slip is of the unit, colour and renewal that are asked for."""
    given = case.issued
    return all(
        wanted is None or wanted == found
        for wanted, found in ((asked.unit, given.unit), (asked.colour, given.colour), (asked.renewal, given.renewal))
    )


def file_name(case: SlipCase) -> str:
    """The number as a file's name; a renewal and a slip without a number get what tells them apart."""
    given = case.issued
    base = re.sub(r"[^\w〔〕-]", "_", given.number or case.slip_id)
    return f"{base}{f'（续{given.renewal}）' if given.renewal else ''}.pdf"


def write(path: Path, content: bytes) -> Path:
    """Replace the file as a whole: a reader never sees half a page."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f".{path.name}.new")
        new.write_bytes(content)
        os.replace(new, path)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from error
    return path
