"""Real RabbitMQ and PostgreSQL for the tests: used where they are, else started privately and stopped again.

For each of the two, in this order:

1. the address in ``DUBAN_TEST_AMQP_URL`` / ``DUBAN_TEST_DATABASE_URL``;
2. a server on this machine's usual port that answers (a broker that already carries a duban is left alone);
3. a private instance on free ports with its data in a temporary folder. Missing programs are installed from
   Debian's packages by root or sudo; without either, `Missing` says what to install.

A private instance is kept by a child process, the *keeper*, which stops it and deletes its data as soon as the pipe
from its parent closes. So nothing stays behind, however the parent ends, SIGKILL included.

    python tests/servers.py run -- CMD …     runs CMD with both addresses in its environment
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import glob
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

AMQP_VARIABLE = "DUBAN_TEST_AMQP_URL"
DATABASE_VARIABLE = "DUBAN_TEST_DATABASE_URL"
MISSING_VARIABLE = "DUBAN_TEST_MISSING"
"""Why there are no servers: set by `run`, so that every test that needs them says so, and nobody tries again."""

LOCAL_AMQP = ("amqp://guest:guest@127.0.0.1:5672//",)
# The last one is what deploy/compose.deps.yaml sets up.
LOCAL_DATABASES = (
    "postgresql:///postgres",
    "postgresql://postgres:postgres@127.0.0.1:5432/postgres",
    "postgresql://duban:duban@127.0.0.1:5432/duban",
)

PACKAGES = {"broker": "rabbitmq-server", "database": "postgresql"}
MEMORY, ROOM = "/dev/shm", 6 << 30
"""A file system in memory, and how many bytes must be free in it and in memory; the tests take one to two gigabytes."""
START_SECONDS = 90.0  # a cold Erlang start on a busy two-core machine has been seen to take 40 s
STOP_SECONDS = 30.0


class Missing(Exception):
    """A server that the tests need is neither there nor can be started; the message says what to do."""


# --------------------------------------------------------------------------------------------- asking a server


def broker_answers(url: str, seconds: float = 3.0) -> bool:
    """Whether an AMQP connection with these credentials opens."""
    try:
        with _amqp_connection(url, seconds):
            return True
    except Exception:  # any failure means the same here: this address cannot be used
        return False


def port_answers(port: int) -> bool:
    """Whether something on this machine speaks AMQP there: it answers a wrong greeting with the right one."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=3) as probe:
            probe.sendall(b"AMQP\x00\x00\x00\x00")
            return probe.recv(4) == b"AMQP"
    except OSError:
        return False


def broker_is_free(url: str) -> bool:
    """False when the broker already carries `duban.inbound`: tests must not empty somebody's queues."""
    from amqp.exceptions import NotFound

    with _amqp_connection(url, 3.0) as connection:
        try:
            connection.channel().exchange_declare("duban.inbound", "topic", passive=True)
        except NotFound:
            return True
    return False


@contextlib.contextmanager
def _amqp_connection(url: str, seconds: float) -> Iterator[Any]:
    """A py-amqp connection to `url`, closed at the end."""
    from kombu import Connection

    with Connection(url, connect_timeout=seconds, transport_options={"read_timeout": seconds, "write_timeout": seconds}) as outer:
        outer.connect()
        yield outer.connection


def database_answers(url: str, seconds: int = 3) -> bool:
    """Whether the role of `url` can log in and may create databases."""
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=seconds) as connection:
            row = connection.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    except psycopg.Error:
        return False
    return bool(row and row[0])


# --------------------------------------------------------------------------------------------- private instances


class Private(Protocol):
    """A server process of our own: one folder, one address."""

    url: str

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def crash(self) -> None: ...


def free_port() -> int:
    """A TCP port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def end(process: subprocess.Popen[bytes], how: signal.Signals, seconds: float = STOP_SECONDS) -> None:
    """Signals the process group that we started; SIGKILL after `seconds`."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, how)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(seconds)


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, what: str) -> None:
    """Polls `ready`; a process that ends first, or takes too long, is reported with the end of its log."""
    limit = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None:
            raise Missing(f"{what} ended while starting (exit code {process.returncode}):\n{_tail(log)}")
        if time.monotonic() > limit:
            raise Missing(f"{what} did not answer within {START_SECONDS:.0f} s:\n{_tail(log)}")
        time.sleep(0.2)


def _tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log file, if there is one."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else "(no log)"


@dataclass
class Broker:
    """A RabbitMQ node with its own epmd, cookie, ports and data, run by the present user (root included)."""

    folder: Path
    plugins: Sequence[str] = ()
    definitions: Path | None = None
    more: Sequence[str] = ()
    """Further lines of rabbitmq.conf."""
    port: int = field(default_factory=free_port)
    management_port: int = field(default_factory=free_port)
    """Where its management answers, with the plugin."""
    environment: dict[str, str] = field(init=False)
    process: subprocess.Popen[bytes] | None = field(init=False, default=None)
    epmd: subprocess.Popen[bytes] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = self.folder / "broker.log"
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        self.environment = self._environment()
        self._write_configuration()

    def _environment(self) -> dict[str, str]:
        """Everything RabbitMQ would otherwise look for in /etc and /var (3.8 and later)."""
        inside = {name: str(self.folder / name) for name in ("mnesia", "log", "plugins", "conf", "pid", "flags")}
        return {
            "PATH": f"/usr/lib/rabbitmq/bin:{os.environ.get('PATH', '/usr/bin:/bin')}",
            "HOME": str(self.folder),  # .erlang.cookie is made here
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(free_port()),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": "duban@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.folder / "advanced.config"),
            "RABBITMQ_GENERATED_CONFIG_DIR": inside["conf"],
            "RABBITMQ_SCHEMA_DIR": inside["conf"],
            "RABBITMQ_MNESIA_BASE": inside["mnesia"],
            "RABBITMQ_LOG_BASE": inside["log"],
            "RABBITMQ_PLUGINS_EXPAND_DIR": inside["plugins"],
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_PID_FILE": inside["pid"],
            "RABBITMQ_FEATURE_FLAGS_FILE": inside["flags"],
            # Erlang's schedulers spin while idle; on two cores that is taken from the tests.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none",
        }

    def _write_configuration(self) -> None:
        lines = ["loopback_users = none", "disk_free_limit.absolute = 100MB", "vm_memory_high_watermark.absolute = 1GB"]
        if self.definitions:
            lines.append(f"load_definitions = {self.definitions}")
        if "rabbitmq_management" in self.plugins:
            lines.append(f"management.tcp.port = {self.management_port}")
        lines += self.more
        (self.folder / "rabbitmq.conf").write_text("\n".join(lines) + "\n")
        (self.folder / "enabled_plugins").write_text(f"[{','.join(self.plugins)}].\n")

    def start(self) -> None:
        """Returns when the broker takes connections."""
        if self.epmd is None or self.epmd.poll() is not None:
            self.epmd = self._spawn([_epmd(), "-port", self.environment["ERL_EPMD_PORT"], "-address", "127.0.0.1"])
        self.process = self._spawn(["rabbitmq-server"])
        wait_until(self._answers, self.process, self.log, "RabbitMQ")

    def _spawn(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                executable=shutil.which(command[0], path=self.environment["PATH"]),
            )

    def _answers(self) -> bool:
        """With definitions loaded there is no account `guest`, so that only the port can be asked."""
        return port_answers(self.port) if self.definitions else broker_answers(self.url)

    def ctl(self, *arguments: str) -> str:
        """Runs ``rabbitmqctl`` against this node and returns its output; takes about a second."""
        command = ["/usr/lib/rabbitmq/bin/rabbitmqctl", "--quiet", *arguments]
        return subprocess.run(
            command, env=self.environment, cwd=self.folder, check=True, text=True, stdout=subprocess.PIPE, timeout=60
        ).stdout

    def crash(self) -> None:
        """SIGKILL, as a power cut would; the data stay."""
        if self.process:
            end(self.process, signal.SIGKILL)

    def stop(self) -> None:
        """Ends broker and epmd."""
        for process in (self.process, self.epmd):
            if process:
                end(process, signal.SIGTERM)


def _epmd() -> str:
    """Erlang's port mapper, of which each private broker has its own."""
    found = shutil.which("epmd") or next(iter(sorted(glob.glob("/usr/lib/erlang/erts-*/bin/epmd"))), None)
    if not found:
        raise Missing("Erlang's `epmd` is not installed; on Debian: apt-get install rabbitmq-server")
    return found


@dataclass
class Database:
    """A PostgreSQL cluster of our own, run by the present user, or by `postgres` when we are root."""

    folder: Path
    fsync: bool = False  # a killed server needs none, only a killed machine does; `make load` turns it on
    more: Mapping[str, str] = field(default_factory=dict)
    """Further settings of postgresql.conf."""
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = self.folder / "database.log"
        self.data = self.folder / "data"
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(self.folder, self.user, self.user)

    def start(self) -> None:
        """Makes the cluster on first use; returns when it takes connections."""
        if not self.data.exists():
            self._initialise()
        self.process = self._spawn([str(postgres_folder() / "postgres"), "-D", str(self.data), *self._settings()])
        wait_until(lambda: database_answers(self.url), self.process, self.log, "PostgreSQL")

    def _initialise(self) -> None:
        command = [str(postgres_folder() / "initdb"), "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        making = self._spawn([*command, "--locale=C.UTF-8", "--no-sync"])
        if making.wait(START_SECONDS) != 0:
            raise Missing(f"initdb failed:\n{_tail(self.log)}")

    def _settings(self) -> list[str]:
        settings = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.folder),
            "max_connections": "200",
            "shared_buffers": "128MB",
            "timezone": "UTC",
            "fsync": "on" if self.fsync else "off",
            "full_page_writes": "on" if self.fsync else "off",
            **self.more,
        }
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _spawn(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=self.user,
                group=self.user,
                extra_groups=[] if self.user else None,
            )

    def crash(self) -> None:
        """Immediate shutdown: backends are cut off, nothing is flushed, the next start replays the log."""
        if self.process:
            end(self.process, signal.SIGQUIT)

    def stop(self) -> None:
        """Fast shutdown."""
        if self.process:
            end(self.process, signal.SIGINT)


def postgres_folder() -> Path:
    """Where `initdb` and `postgres` are; Debian keeps them outside PATH."""
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: float(path.split("/")[4]))
    on_path = shutil.which("initdb")
    for folder in [*reversed(folders), *([os.path.dirname(on_path)] if on_path else [])]:
        if os.path.exists(f"{folder}/initdb") and os.path.exists(f"{folder}/postgres"):
            return Path(folder)
    raise Missing("PostgreSQL is not installed; on Debian: apt-get install postgresql")


# --------------------------------------------------------------------------------------------- installing


def installed(kind: str) -> bool:
    """Whether the programs of a private `broker` or `database` are on this machine."""
    if kind == "broker":
        return os.path.exists("/usr/lib/rabbitmq/bin/rabbitmq-server")
    with contextlib.suppress(Missing):
        return bool(postgres_folder())
    return False


def install(kinds: Sequence[str]) -> None:
    """Installs Debian's packages, without starting the machine-wide services that come with them."""
    install_packages([PACKAGES[kind] for kind in kinds])


def install_packages(packages: Sequence[str]) -> None:
    """The same by the packages' names."""
    become = _become_root(packages)
    print(f"servers: installing {' and '.join(packages)} from Debian's packages …", file=sys.stderr, flush=True)
    patient = ["-o", "DPkg::Lock::Timeout=300"]  # another installation on this machine may be under way
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "Dpkg::Use-Pty=0", *patient]
    steps = [[*quiet, "update"], [*quiet, "install", "-y", "--no-install-recommends", *packages]]
    with _one_at_a_time(), _services_stay_down(become):
        for step in steps:
            done = subprocess.run([*become, *step], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if done.returncode != 0:
                raise Missing(f"`{' '.join(step)}` failed:\n{done.stdout[-2000:]}\n{_what_to_install(packages)}")


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two workers of one test run may find the same package missing; dpkg refuses the second rather than wait."""
    with open(os.path.join(tempfile.gettempdir(), f"duban-install.{os.getuid()}.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _become_root(packages: Sequence[str]) -> list[str]:
    """What to put before a command that needs root: nothing, or sudo where it asks for no password."""
    if not shutil.which("apt-get"):
        raise Missing(_what_to_install(packages))
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    raise Missing(_what_to_install(packages))


def _what_to_install(packages: Sequence[str]) -> str:
    return (
        f"The tests need {' and '.join(packages)}. Install with: sudo apt-get install -y {' '.join(packages)}\n"
        f"or point {AMQP_VARIABLE} and {DATABASE_VARIABLE} at servers that may be used for tests."
    )


@contextlib.contextmanager
def _services_stay_down(become: Sequence[str]) -> Iterator[None]:
    """Debian starts a service on installation unless `policy-rc.d` says no; ours goes away again."""
    policy = "/usr/sbin/policy-rc.d"
    if os.path.exists(policy):
        yield
        return
    subprocess.run([*become, "sh", "-c", f"printf '#!/bin/sh\\nexit 101\\n' > {policy}; chmod 755 {policy}"], check=True)
    try:
        yield
    finally:
        subprocess.run([*become, "rm", "-f", policy], check=True)


# --------------------------------------------------------------------------------------------- the keeper


def in_memory() -> str | None:
    """A folder in memory for what needs to survive no power loss, None where there is little of it.

    A database for each test is some hundred files made and removed, which on a disk takes longer than the tests themselves.
    """
    if not os.access(MEMORY, os.W_OK):
        return None
    free = re.search(r"MemAvailable: +(\d+) kB", Path("/proc/meminfo").read_text())
    room = min(shutil.disk_usage(MEMORY).free, int(free[1]) * 1024 if free else 0)
    return MEMORY if room > ROOM else None


def keep(kinds: Sequence[str], fsync: bool) -> int:
    """The child process: starts the servers, says where they are, obeys, and cleans up when its input closes."""
    folder = Path(tempfile.mkdtemp(prefix="duban-servers-", dir=None if fsync else in_memory()))
    folder.chmod(0o755)  # the user `postgres` must get through to its own folder
    makers: Mapping[str, Callable[[], Private]] = {
        "broker": lambda: Broker(folder / "broker"),
        "database": lambda: Database(folder / "database", fsync=fsync),
    }
    servers: dict[str, Private] = {}
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, lambda *_: sys.exit(1))
    try:
        for kind in kinds:
            servers[kind] = _started(makers[kind])
        _say({kind: server.url for kind, server in servers.items()})
        _obey(servers)
    except Missing as missing:
        _say({"missing": str(missing)})
        return 1
    finally:
        for server in servers.values():
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return 0


def _started(make: Callable[[], Private], attempts: int = 3) -> Private:
    """A running server; another one is tried when somebody took its port in between."""
    for attempt in range(attempts):
        server = make()
        try:
            server.start()
            return server
        except Missing:
            server.stop()
            if attempt == attempts - 1:
                raise
    raise AssertionError("unreachable")


def _obey(servers: Mapping[str, Private]) -> None:
    """Reads one command per line: ``crash broker`` kills, ``start broker`` starts again, ``stop`` ends gently."""
    for line in sys.stdin:
        verb, kind = line.split()
        getattr(servers[kind], {"crash": "crash", "start": "start", "stop": "stop"}[verb])()
        _say({"done": f"{verb} {kind}"})


def _say(answer: Mapping[str, str]) -> None:
    print(json.dumps(answer), flush=True)


# --------------------------------------------------------------------------------------------- for the tests


class temporary_database:
    """A database with a name of its own on the server of `url`: `with temporary_database(url) as its_url`."""

    def __init__(self, url: str) -> None:
        self._server = url
        self._name = f"duban_test_{uuid.uuid4().hex[:12]}"

    def __enter__(self) -> str:
        self._execute("CREATE DATABASE {}")
        parts = urlsplit(self._server)
        return urlunsplit(parts._replace(path=f"/{self._name}"))

    def __exit__(self, *_: object) -> None:
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        import psycopg
        from psycopg import sql

        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(self._name)))


class Servers:
    """The two addresses, and, where they are private, the power to crash and start them.

    `kinds` names what is wanted; `private=True` never uses servers that are already there (for tests that crash them, and
    while another worker uses those).
    """

    def __init__(self, kinds: Sequence[str] = ("broker", "database"), *, private: bool = False, fsync: bool = False) -> None:
        if reason := os.environ.get(MISSING_VARIABLE):
            raise Missing(reason)
        self.addresses: dict[str, str] = {} if private else already_there(kinds)
        self.private = [kind for kind in kinds if kind not in self.addresses]
        self._keeper: subprocess.Popen[str] | None = None
        if self.private:
            self._start_keeper(fsync)

    def _start_keeper(self, fsync: bool) -> None:
        absent = [kind for kind in self.private if not installed(kind)]
        if absent:
            install(absent)
        print(f"servers: starting a private {' and '.join(self.private)} …", file=sys.stderr, flush=True)
        began = time.monotonic()
        command = [sys.executable, os.path.abspath(__file__), "keep", *self.private, *(["--fsync"] if fsync else [])]
        self._keeper = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, start_new_session=True
        )
        answer = self._answer()
        if "missing" in answer:
            self.close()
            raise Missing(answer["missing"])
        self.addresses.update(answer)
        print(f"servers: ready after {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)

    def _answer(self) -> dict[str, str]:
        assert self._keeper and self._keeper.stdout
        line = self._keeper.stdout.readline()
        if not line:
            raise Missing(f"the keeper of the private servers ended with exit code {self._keeper.wait()}")
        return dict(json.loads(line))

    @property
    def amqp_url(self) -> str:
        return self.addresses["broker"]

    @property
    def database_url(self) -> str:
        return self.addresses["database"]

    def command(self, verb: str, kind: str) -> None:
        """``crash``, ``stop`` or ``start`` a private ``broker`` or ``database``; returns when it is done."""
        assert self._keeper and self._keeper.stdin, f"the {kind} is not ours to {verb}"
        self._keeper.stdin.write(f"{verb} {kind}\n")
        self._keeper.stdin.flush()
        self._answer()

    def close(self) -> None:
        """Stops what is private; waits until it has gone."""
        if self._keeper and self._keeper.stdin and self._keeper.stdout:
            with contextlib.suppress(BrokenPipeError):
                self._keeper.stdin.close()
            self._keeper.wait(2 * STOP_SECONDS)
            self._keeper.stdout.close()
            self._keeper = None

    def __enter__(self) -> Servers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def already_there(kinds: Sequence[str]) -> dict[str, str]:
    """Addresses from the environment (which must answer) and of servers on this machine."""
    lookups = {
        "broker": (AMQP_VARIABLE, _local_broker, broker_answers),
        "database": (DATABASE_VARIABLE, _local_database, database_answers),
    }
    found: dict[str, str] = {}
    for kind in kinds:
        variable, local, answers = lookups[kind]
        given = os.environ.get(variable)
        if given and not answers(given):
            raise Missing(f"{variable} is set, but no {kind} that may be used answers there; start it or unset the variable.")
        url = given or local()
        if url:
            found[kind] = url
    return found


def _local_broker() -> str | None:
    return next((url for url in LOCAL_AMQP if broker_answers(url) and broker_is_free(url)), None)


def _local_database() -> str | None:
    return next((url for url in LOCAL_DATABASES if database_answers(url)), None)


@contextmanager
def _scratch(fsync: bool) -> Iterator[dict[str, str]]:
    """The setting that puts temporary files of the command into memory, unless somebody chose a place for them."""
    place = None if fsync or os.environ.get("TMPDIR") else in_memory()
    if place is None:
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="duban-tests-", dir=place, ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        yield {"TMPDIR": folder}


def _saved(scratch: str) -> str:
    """What is left of failed tests, out of memory to where it may stay."""
    place = tempfile.mkdtemp(prefix="duban-tests-")
    with suppress(shutil.Error):  # sockets cannot be copied
        shutil.copytree(scratch, place, symlinks=True, dirs_exist_ok=True)
    return place


def run(command: Sequence[str], fsync: bool) -> int:
    """Runs `command` with both addresses set; its exit code is ours. Without servers it runs all the same, and we return 1."""
    try:
        with Servers(fsync=fsync) as servers, _scratch(fsync) as scratch:
            environment = {**os.environ, **scratch, AMQP_VARIABLE: servers.amqp_url, DATABASE_VARIABLE: servers.database_url}
            child = subprocess.Popen(command, env=environment)
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal tells the child itself
            signal.signal(signal.SIGTERM, lambda *_: child.terminate())
            code = child.wait()
            if code and scratch:
                print(f"servers: what the tests left is in {_saved(scratch['TMPDIR'])}", file=sys.stderr, flush=True)
            return code
    except Missing as missing:
        print(f"servers: {missing}", file=sys.stderr, flush=True)
        return subprocess.call(command, env={**os.environ, MISSING_VARIABLE: str(missing)}) or 1


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="RabbitMQ and PostgreSQL for the tests.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    keeping = verbs.add_parser("keep", help="(internal) holds private servers until its input closes")
    keeping.add_argument("kinds", nargs="+", choices=["broker", "database"])
    keeping.add_argument("--fsync", action="store_true")
    running = verbs.add_parser("run", help="runs a command with both servers")
    running.add_argument("--fsync", action="store_true", help="a private PostgreSQL really writes to disk")
    running.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments)
    if options.verb == "keep":
        return keep(options.kinds, options.fsync)
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    return run(command, options.fsync) if command else parser.error("nothing to run")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
