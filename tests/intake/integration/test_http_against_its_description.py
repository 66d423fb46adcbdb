"""The HTTP door against its own description: whatever the description allows or forbids is tried, and answered as it says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from event_contracts.openapi import document
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from web_door import Web

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""schemathesis does not close the answers that it has read, and an export is a file."""

PHASES = (Phase.explicit, Phase.generate)
QUIET = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """One intake for all that is tried, with a matter in it; nothing is kept durably."""
    from ground_rules.policy import load_policy
    from intake.service import Intake
    from service_chassis.clock import SystemClock
    from service_chassis.delivery import Runtime
    from service_chassis.persistence import migrations
    from service_chassis.persistence.database import Database

    database = Database(f"sqlite:///{tmp_path_factory.mktemp('door') / 'intake.sqlite'}", "intake", durable=False)
    migrations.migrate(database, Intake.MIGRATIONS)
    policy = load_policy()
    yield Web(Runtime(Intake(policy), database, SystemClock()), policy)
    database.close()


@pytest.fixture(scope="module")
def described(web: Web) -> Any:
    found = schemathesis.openapi.from_wsgi("/v1/openapi.json", web.app)
    rejection = found.config.checks.negative_data_rejection
    rejection.expected_statuses = [
        *rejection.expected_statuses,
        "413",
    ]  # a list with too many entries may be too long a body, too
    return found


ROUTES = sorted((path, method) for path, methods in document("0.1.0", "intake")["paths"].items() for method in methods)
FALLIBLE = [route for route in ROUTES if route != ("/v1/openapi.json", "get")]
"""That one asks for no key and takes nothing, so that nothing can be wrong with a request."""
TRIED = [*((route, GenerationMode.POSITIVE) for route in ROUTES), *((route, GenerationMode.NEGATIVE) for route in FALLIBLE)]


FULL = int(os.environ.get("DUBAN_EXAMPLES", "100"))


def tried(web: Web, described: Any, route: tuple[str, str], mode: GenerationMode, examples: int) -> None:
    """So many requests at one route; every answer must be one that the description has.

    Not checked: that whatever fits the schema is accepted. Who may say what, and when, are rules that no schema tells.
    """
    operation = described[route[0]][route[1]]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=examples, deadline=None, phases=PHASES, suppress_health_check=QUIET, derandomize=True, database=None)
    def answered(case: Any) -> None:
        answer = case.call_and_validate(headers=web.headers("OFFICE"), excluded_checks=[positive_data_acceptance])
        assert answer.status_code < 500

    answered()


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_every_route_answers_as_it_says(web: Web, described: Any, route: tuple[str, str]) -> None:
    tried(web, described, route, GenerationMode.POSITIVE, 1)
    assert web.get("OFFICE", "/v1/matters").status_code == 200, "it still stands"


@pytest.mark.full
@pytest.mark.parametrize(("route", "mode"), TRIED, ids=lambda part: " ".join(part) if isinstance(part, tuple) else part.value)
def test_every_route_answers_as_it_says_in_full(web: Web, described: Any, route: tuple[str, str], mode: Any) -> None:
    tried(web, described, route, mode, FULL)
    assert web.get("OFFICE", "/v1/matters").status_code == 200, "it still stands"
