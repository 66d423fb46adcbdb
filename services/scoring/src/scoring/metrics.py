"""What scoring tells about itself beside the chassis' own set (domain.md d.16): read from the ledger when it is asked for, so
that the numbers on a dashboard are those of the ledger, whatever was restarted or rolled back in between."""

from __future__ import annotations

from service_chassis.shown import API, COUNTER, GAUGE, Shown

POINTS = Shown("supervision_score_points_total", COUNTER, "Points booked, without their sign", ("kind", "year"), (API,))
NOT_ELIGIBLE = Shown("supervision_units_not_eligible", GAUGE, "Units with an effective red in the year", ("year",), (API,))

SHOWN = (POINTS, NOT_ELIGIBLE)
