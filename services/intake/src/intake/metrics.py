"""What intake tells about itself beside the chassis' own set (domain.md d.16), read from its tables when it is asked for."""

from __future__ import annotations

from service_chassis.shown import API, GAUGE, Shown

MATTERS_OPEN = Shown("supervision_matters_open", GAUGE, "Matters that are not closed", ("section", "source"), (API,))
UNIT_BURDEN = Shown(
    "supervision_unit_burden",
    GAUGE,
    "What the most burdened unit, unnamed, was given this month: `MATTER`, `SLIP`, `FEEDBACK` (urged to report)",
    ("kind",),
    (API,),
)

SHOWN = (MATTERS_OPEN, UNIT_BURDEN)
