#!/usr/bin/env python3
"""Turns Boston's 311 service requests into the inbound messages of a rehearsal (mapping: README.md).

    convert.py [CSV] [-o EVENTS.jsonl] [--days 14] [--sample 500 --seed 1]

Standard library only, so that it can be read and changed by anybody who has a file of his own to convert.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import io
import json
import os
import random
import sys
import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
"""Times in the file are local and carry no offset."""

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://data.boston.gov/dataset/311-service-requests")
"""Message ids are made from the case id: converting twice gives the same messages, which the services then count once."""

UNITS = {
    "Public Works Department": "PWD",
    "Inspectional Services": "ISD",
    "Transportation - Traffic Division": "TRAFFIC",
    "Mayor's 24 Hour Hotline": "HOTLINE",
    "Property Management": "PROPERTY",
    "Parks & Recreation Department": "PARKS",
    "Boston Water & Sewer Commission": "BWSC",
    "Animal Control": "ANIMAL",
    "Neighborhood Services": "NEIGHBOR",
    "Disability Department": "DISABILITY",
    "Boston Police Department": "POLICE",
    "Fire Department": "FIRE",
}
"""Department → unit code. A department that is not listed gets a code from its own letters."""

FILE_NAME = "boston-311-2015-q1.csv.gz"

Row = dict[str, str]
Event = dict[str, Any]


def default_csv() -> Path:
    """The file in `DUBAN_SHARED_DATA`, else in `../shared/data` beside the repository."""
    folder = os.environ.get("DUBAN_SHARED_DATA")
    here = Path(__file__).resolve().parents[2]
    return (Path(folder) if folder else here.parent / "shared" / "data") / FILE_NAME


def open_text(path: Path) -> TextIO:
    """The file as UTF-8 text; `.gz` is unpacked on the fly."""
    if path.suffix == ".gz":
        return io.TextIOWrapper(gzip.open(path), encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def cases(path: Path, *, days: int | None = None, sample: int | None = None, seed: int = 1) -> list[Row]:
    """The rows with a target, in the order of the file.

    `days` keeps the cases opened in the first so many days of the file; `sample` draws so many of them with `seed`.
    """
    with open_text(path) as lines:
        rows = [row for row in csv.DictReader(lines) if row["target_at"]]
    if days is not None and rows:
        first = min(local(row["opened_at"]) for row in rows).date()
        rows = [row for row in rows if local(row["opened_at"]).date() < first + timedelta(days=days)]
    if sample is not None and sample < len(rows):
        chosen = set(random.Random(seed).sample(range(len(rows)), sample))
        rows = [row for index, row in enumerate(rows) if index in chosen]
    return rows


def local(text: str) -> datetime:
    """A time of the file as an instant with its offset."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def unit_code(department: str) -> str:
    """The unit code of a department: `[A-Z][A-Z0-9]{1,15}`."""
    if department in UNITS:
        return UNITS[department]
    letters = "".join(c for c in department.upper() if c.isascii() and c.isalnum())
    return f"D{letters[:8]}{hashlib.sha256(department.encode()).hexdigest()[:4].upper()}"


def message(row: Row, name: str, source: str, at: datetime, data: Event) -> Event:
    """One CloudEvent about the case of this row."""
    return {
        "specversion": "1.0",
        "id": str(uuid.uuid5(NAMESPACE, f"{row['case_id']}/{name}")),
        "source": source,
        "type": name,
        "subject": row["case_id"],
        "time": at.isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }


def submission(row: Row) -> Event:
    """The case as a matter: one department, the city's target as its limit."""
    unit, opened = unit_code(row["department"]), local(row["opened_at"])
    where = f" ({row['neighborhood']})" if row["neighborhood"] else ""
    return message(
        row,
        "matter.submitted.v1",
        "/office",
        opened,
        {
            "external_ref": row["case_id"],
            "title": f"{row['type'] or row['reason'] or 'Service request'}{where}",
            "source": {
                "type": "NETIZEN_MESSAGE",
                "number": row["case_id"],
                "issuer": row["source"] or "311",
                "issued_on": row["opened_at"][:10],
            },
            "standard": "The case is resolved and closed by the department",
            "assignments": [
                {
                    "unit": unit,
                    "role": "LEAD",
                    "deliverable": row["queue"] or row["type"] or "Closed case",
                    "due_at": local(row["target_at"]).isoformat(),
                }
            ],
        },
    )


def claim(row: Row) -> Event | None:
    """The closing as a completion claim; at the opening where the file closes a case before it opened."""
    if not row["closed_at"]:
        return None
    unit = unit_code(row["department"])
    at = max(local(row["closed_at"]), local(row["opened_at"]))
    text = row["closure_reason"][:500] or "Case closed"
    return message(row, "completion.claimed.v1", f"/units/{unit}", at, {"matter": row["case_id"], "unit": unit, "text": text})


def answer(row: Row) -> Event | None:
    """The closing is also the answer to the citizen."""
    done = claim(row)
    if done is None:
        return None
    data = {key: done["data"][key] for key in ("matter", "unit", "text")} | {"to": "Citizen"}
    return message(row, "reply.sent.v1", done["source"], datetime.fromisoformat(done["time"]), data)


def messages(rows: Iterable[Row]) -> list[Event]:
    """All messages in the order in which they happened: a department's system would have sent them so."""
    found = [event for row in rows for event in (submission(row), claim(row), answer(row)) if event is not None]
    return sorted(found, key=lambda e: (datetime.fromisoformat(e["time"]), e["type"] != "matter.submitted.v1", e["id"]))


def as_lines(events: Iterable[Event]) -> Iterator[str]:
    """One JSON text per event."""
    return (json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n" for event in events)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "csv", nargs="?", type=Path, default=None, help=f"default: {FILE_NAME} in $DUBAN_SHARED_DATA or ../shared/data"
    )
    parser.add_argument("-o", "--output", type=Path, help="default: standard output")
    parser.add_argument("--days", type=int, help="only cases opened in the first so many days")
    parser.add_argument("--sample", type=int, help="only so many cases, drawn with --seed")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> int:
    """Write the messages; exit code 2 when the file cannot be read."""
    options = arguments()
    source = options.csv or default_csv()
    try:
        rows = cases(source, days=options.days, sample=options.sample, seed=options.seed)
    except OSError as error:
        print(f"convert: {source}: {error.strerror or error}", file=sys.stderr)
        return 2
    lines = as_lines(messages(rows))
    if options.output is None:
        sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
        sys.stdout.writelines(lines)
        return 0
    opener = gzip.open if options.output.suffix == ".gz" else open
    with opener(options.output, "wt", encoding="utf-8") as out:
        out.writelines(lines)
    print(f"{len(rows)} cases written to {options.output}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
