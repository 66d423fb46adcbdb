"""Processes of the services that start in a hundredth of a second: two children have imported everything, and fork for each.

`python -m intake consume` imports for a second or more before it does anything, and a city starts and kills hundreds. A forked
process runs the same `__main__` with an environment, connections and output of its own, and can be killed like any other.
That every role of every service starts from nothing, imports in their order, is what `system/test_clean_stop.py` tests.

The children of a nursery become children of this process as soon as the one that forked them has ended, since it asks the
kernel for orphans (`PR_SET_CHILD_SUBREAPER`): it can wait for them and sees how they ended.
"""

from __future__ import annotations

import atexit
import ctypes
import json
import os
import random
import runpy
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

SERVICES = ("intake", "escalation", "scoring", "notify")
GREEN = ("consume", "tick")
"""Roles that set up eventlet before anything else is imported."""

_SET_CHILD_SUBREAPER = 36
_LOOK_SECONDS = 0.005


class Child:
    """A process, as `subprocess.Popen` shows one."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code (minus the signal that killed it), None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code; TimeoutExpired after so many seconds."""
        if timeout is None and self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        limit = time.monotonic() + (timeout or 0)
        while (code := self.poll()) is None:
            if time.monotonic() > limit:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            time.sleep(_LOOK_SECONDS)
        return code

    def send_signal(self, number: int) -> None:
        """Nothing where it has ended: its number may be another's by now."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


Process = Child | subprocess.Popen[bytes]


def spawn(
    module: str, words: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path, errors: Path | None = None
) -> Child:
    """Start `python -m <module> <words>` in a folder, with just this environment.

    Its output is added to `log`, that of standard error to `errors` where given. The folders in `PYTHONPATH` come first.
    """
    order = {"module": module, "words": list(words), "environment": dict(environment), "folder": str(folder)}
    order |= {"log": str(log), "errors": str(errors or log)}
    log.touch()
    nursery = _nursery(words[0] in GREEN)
    assert nursery.stdin is not None and nursery.stdout is not None
    nursery.stdin.write(json.dumps(order) + "\n")
    nursery.stdin.flush()
    return Child(int(nursery.stdout.readline()))


def started(module: str, words: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path) -> Process:
    """The same from nothing: another interpreter, with all its imports."""
    with log.open("ab") as out:
        command = [sys.executable, "-m", module, *words]
        return subprocess.Popen(command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=out)


def run(
    module: str, words: Sequence[str], environment: Mapping[str, str], folder: Path, seconds: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run `python -m <module> <words>` to its end; it is killed, with TimeoutExpired, where it takes longer."""
    with tempfile.TemporaryDirectory(prefix="duban-nursery-") as place:
        out, err = Path(place, "out"), Path(place, "err")
        child = spawn(module, words, environment, folder, out, err)
        try:
            code = child.wait(seconds)
        finally:
            child.kill()
            child.wait()
        return subprocess.CompletedProcess([module, *words], code, out.read_text("utf-8"), err.read_text("utf-8"))


@cache
def _nursery(green: bool) -> subprocess.Popen[str]:
    """It ends with its standard input, which is this process's end too."""
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    command = [sys.executable, "-W", "ignore", __file__, "green" if green else "plain"]
    found = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(found.communicate)
    return found


# ---------------------------------------------------------------- in the child


def _serve(green: bool) -> None:
    _import_everything(green)
    for line in sys.stdin:
        read, write = os.pipe()
        between = os.fork()
        if between == 0:
            pid = os.fork()
            if pid == 0:
                os.close(read)
                os.close(write)
                _become(json.loads(line))
            os.write(write, str(pid).encode())
            os._exit(0)
        os.close(write)
        os.waitpid(between, 0)  # now the orphan is the child of the test's process
        with os.fdopen(read, "rb") as told:
            print(told.read().decode(), flush=True)


def _import_everything(green: bool) -> None:
    import service_chassis.cli  # noqa: F401
    from service_chassis.entrypoints import runtime

    if green:
        runtime.patch()
        runtime.patch = lambda: None  # once is enough; a second time would find what came after the first
    names = [f"{service}.service" for service in SERVICES]
    names += ["service_chassis.station", "service_chassis.persistence.migrations", "service_chassis.checking", "psycopg"]
    names += ["service_chassis.entrypoints.consume", "service_chassis.entrypoints.every", "nameko.runners"] * green
    for name in names:
        __import__(name)


def _become(order: dict[str, Any]) -> None:
    """Never returns."""
    code = 1
    try:
        os.chdir(order["folder"])
        os.environ.clear()
        os.environ.update(order["environment"])
        out, err = (os.open(order[key], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644) for key in ("log", "errors"))
        nothing = os.open(os.devnull, os.O_RDONLY)
        for number, target in ((nothing, 0), (out, 1), (err, 2)):
            os.dup2(number, target)
        os.closerange(3, 256)
        if "eventlet" in sys.modules:
            sys.modules["eventlet"].hubs.use_hub()  # one of its own: the other one's epoll belongs to the nursery
        random.seed()
        sys.path[:0] = filter(None, order["environment"].get("PYTHONPATH", "").split(":"))
        sys.argv = ["", *order["words"]]  # runpy puts the module's file first
        code = _run(order["module"])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _run(module: str) -> int:
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


if __name__ == "__main__":
    _serve(sys.argv[1] == "green")
