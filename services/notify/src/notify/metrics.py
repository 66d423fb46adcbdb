"""What notify tells about itself beside the chassis' own set (domain.md d.16)."""

from __future__ import annotations

from prometheus_client import CollectorRegistry
from service_chassis.shown import API, DELIVER, GAUGE, HISTOGRAM, Shown

UNACKNOWLEDGED = Shown(
    "supervision_notices_unacknowledged", GAUGE, "Notices deemed served that nobody has signed for", (), (API,)
)
COPIES = Shown(
    "supervision_notice_copies", GAUGE, "Copies of notices by channel and where they are", ("channel", "state"), (API,)
)
DELIVERY = Shown(
    "supervision_notice_delivery_seconds",
    HISTOGRAM,
    "From the dispatch of a notice to the delivery of a copy, nights and rest days included",
    (),
    (DELIVER,),
    (1, 5, 30, 60, 300, 1800, 3600, 14400, 43200, 86400, 259200),
)

WEBHOOKS = Shown(
    "supervision_webhook_deliveries",
    GAUGE,
    "Deliveries to webhooks of other systems, by endpoint and where they are",
    ("endpoint", "state"),
    (API,),
)
ENDPOINTS = Shown("supervision_webhook_endpoints", GAUGE, "Webhook endpoints by standing", ("standing",), (API,))
HALTED = Shown(
    "supervision_webhook_feed_halted", GAUGE, "1 where reading the archive for webhooks waits for a person", (), (API,)
)

SHOWN = (UNACKNOWLEDGED, COPIES, DELIVERY, WEBHOOKS, ENDPOINTS, HALTED)


class Metrics:
    """What the process that delivers counts itself."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.delivery = DELIVERY.on(self.registry)
