"""Signatures as Standard Webhooks 1.0 has them, and the only place that knows the library.

`standardwebhooks` takes any instant for UTC whatever its offset, and would sign what nobody can verify: instants go in as UTC.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook

PREFIX = "whsec_"
SECRET_BYTES = 32
"""Standard Webhooks asks for 24 to 64."""


def new_secret() -> str:
    """A secret as it is handed to a receiver."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def headers(signing: Sequence[str], id_: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of an attempt; during a rotation it is signed with both secrets. `at` is aware."""
    now = at.astimezone(UTC)
    signatures = [Webhook(secret).sign(id_, now, body.decode()) for secret in signing]
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def proof(secret: str, challenge: str) -> str:
    """What a receiver answers to a challenge: HMAC-SHA-256 of its text under the bytes of the secret, in hexadecimal."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return hmac.new(key, challenge.encode(), hashlib.sha256).hexdigest()


def proves(signing: Sequence[str], challenge: str, answered: str) -> bool:
    """Whether somebody who holds one of the secrets answered."""
    return any(hmac.compare_digest(proof(secret, challenge).encode(), answered.encode()) for secret in signing)
