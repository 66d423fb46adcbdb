"""Passwords are found wherever they might be said: in URLs, in other programs' errors, in log lines, in a crash."""

from __future__ import annotations

import subprocess
import sys

import pytest
from service_chassis import secrets

FAILING = """
import logging, sys
from service_chassis import logs, secrets
secrets.keep("postgresql://intake:p%40ss%22w0rd-x@db/duban")
logs.configure("intake", "consume")
log = logs.logger()
log.info("url amqp://zjj:abc@mq/duban", action="start", nested={"dsn": ["password=p@ss\\"w0rd-x"]})
try:
    raise RuntimeError('said p@ss"w0rd-x')
except RuntimeError:
    log.exception("failed", action="x")
    logging.getLogger("elsewhere").exception("p%40ss%22w0rd-x")
raise ValueError('at last p@ss"w0rd-x')
"""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("amqp://zjj:abc@mq/duban is gone", "amqp://zjj:***@mq/duban is gone"),
        ("postgresql://u:p%40:x@h and amqps://v:w@i", "postgresql://u:***@h and amqps://v:***@i"),
        ("http://h:8080/a@b", "http://h:8080/a@b"),
        ("mailto a@b, 10:30", "mailto a@b, 10:30"),
    ],
)
def test_the_password_of_any_url_is_hidden(text: str, shown: str) -> None:
    assert secrets.redact(text) == shown


def test_a_password_that_is_known_is_hidden_anywhere_and_a_short_one_in_urls_alone() -> None:
    secrets.keep("amqp://zjj:correct-horse@mq/duban")
    secrets.keep("amqp://duban:duban@mq/duban")
    said = secrets.redact("login with correct-horse on duban.events as amqp://duban:duban@mq")
    assert said == "login with *** on duban.events as amqp://duban:***@mq"


def test_no_line_of_a_log_and_no_crash_tells_a_password() -> None:
    done = subprocess.run([sys.executable, "-c", FAILING], capture_output=True, text=True, timeout=60)
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert said.count("***") >= 6
    for form in ("w0rd", "abc@"):
        assert form not in said
