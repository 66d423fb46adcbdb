"""`python -m desk.dies_before_ack consume`: the process is killed between the commit of a batch and its ack (K4)."""

import os
import signal
import sys
from typing import Any

from service_chassis.cli import run
from service_chassis.config import Settings


def desk(policy: Any, settings: Settings) -> Any:
    from service_chassis.messaging import batch_consumer

    from desk.service import Desk

    def die(self: Any, batch: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    batch_consumer.BatchConsumer.settle = die  # type: ignore[method-assign]
    return Desk(policy)


sys.exit(run(desk, Settings))
