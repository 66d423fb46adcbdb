"""The arithmetic of docs/sizing.md: what a load asks of the machines, and which part gives way first.

    .venv/bin/python deploy/sizing.py

Prints the table that the page shows; a test compares them. Measured figures come from docs/performance.md, all else is an
assumption that stands here with its name, so that a city puts in its own.
"""

from __future__ import annotations

from dataclasses import dataclass

CORES = 2
INTAKE_RATE = 7309
"""Messages a second that intake took on those cores, broker and database included (measured)."""
STORM_RATE = 5731
"""Slips a second that two tickers issued on those cores (measured)."""
PARTITION_RATE = 1600
"""Events a second through one partition, end to end (measured on a prototype, on two shared cores)."""
ARCHIVE_GB = 20
"""Cap of `duban.archive` in this release."""

DISK_GB, ARCHIVE_DAYS = 1000, 30
"""Assumption: a disk for a year of PostgreSQL; what the archive must hold to restore a service from an older backup."""
CHAIN = 4
"""Assumption: a message costs the whole chain four times what it costs intake."""
EVENTS = 2
"""Assumption: events that a message gives rise to."""
STORED_KB = 16
"""Assumption: what a message and its events take in all schemas, indexes included."""
EVENT_KB = 1.5
PEAK = 10
"""Assumption: the busiest second against the mean of a working day."""
HOURS, DAYS = 8, 250
"""Assumption: working hours of a day, working days of a year."""
USED = 0.5
"""No more than half of a processor is planned for."""
DUE_AT_ONCE = 0.05
"""Assumption: the share of a day's messages whose limits end in the same instant."""
PROCESSES, MEGABYTES = 18, 90
"""Processes of an installation with one of each role, and what each holds."""


@dataclass(frozen=True)
class Load:
    """A place and its messages a day."""

    place: str
    a_day: int

    @property
    def peak(self) -> float:
        """Messages in the busiest second."""
        return self.a_day / HOURS / 3600 * PEAK

    @property
    def cores(self) -> float:
        """Cores for the whole chain with both servers, at the peak."""
        return self.peak * CORES / INTAKE_RATE * CHAIN / USED

    @property
    def partitions(self) -> float:
        """Partitions of one installation, at the peak."""
        return self.peak * EVENTS / PARTITION_RATE

    @property
    def gigabytes(self) -> float:
        """What PostgreSQL grows by in a year."""
        return self.a_day * DAYS * STORED_KB / 1e6

    @property
    def archived_days(self) -> float:
        """Working days until the archive drops its oldest events."""
        return ARCHIVE_GB * 1e6 / (self.a_day * EVENTS * EVENT_KB)

    @property
    def storm(self) -> float:
        """Seconds until the last slip of the largest storm is issued."""
        return self.a_day * DUE_AT_ONCE / STORM_RATE

    def gives_way(self) -> str:
        """What a machine of two cores with a terabyte has too little of, the worst first, and how many times too little."""
        asked = {
            "disk of PostgreSQL": self.gigabytes / DISK_GB,
            "archive": ARCHIVE_DAYS / self.archived_days,
            "processor": self.cores / CORES,
            "the one active consumer": self.partitions,
        }
        over = sorted(((times, name) for name, times in asked.items() if times > 1), reverse=True)
        return ", ".join(f"{name} {times:,.1f} ×" for times, name in over) or "nothing"


LOADS = (
    Load("a county", 2_000),
    Load("a city", 20_000),
    Load("ten cities", 200_000),
    Load("a province, 100 cities", 2_000_000),
    Load("the nation", 10_000_000),
)


def table() -> str:
    """The rows of the page."""
    head = (
        "| | messages a day | busiest second | cores | partitions | PostgreSQL, GB a year | archive, days | storm, s"
        " | gives way, the worst first |\n"
        "|---|---:|---:|---:|---:|---:|---:|---:|---|\n"
    )
    return head + "\n".join(
        f"| {load.place} | {load.a_day:,} | {load.peak:,.1f} | {load.cores:,.1f} | {load.partitions:,.2f} | {load.gigabytes:,.0f}"
        f" | {load.archived_days:,.0f} | {load.storm:,.1f} | {load.gives_way()} |"
        for load in LOADS
    )


if __name__ == "__main__":
    print(table())
    print(f"\n100 installations: {100 * PROCESSES:,} processes, {100 * PROCESSES * MEGABYTES / 1000:,.0f} GB of memory")
