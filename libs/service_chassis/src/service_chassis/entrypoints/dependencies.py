"""What a nameko container's extensions and workers are given: the process's one `Station`."""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider

from service_chassis.delivery import Runtime
from service_chassis.station import Station

CONFIG_KEY = "duban"
"""Where the station stands in the container's config."""


def station_of(container: Any) -> Station:
    """The station of a bound extension's container."""
    station = container.config[CONFIG_KEY]
    assert isinstance(station, Station)
    return station


class RuntimeProvider(DependencyProvider):  # type: ignore[misc]
    """Gives a worker the service's `Runtime` (service, database, clock)."""

    def get_dependency(self, worker_ctx: Any) -> Runtime:
        """Called by nameko for each worker."""
        return station_of(worker_ctx.container).runtime
