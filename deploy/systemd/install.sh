#!/bin/sh
# Puts duban on this machine as systemd services, or brings it to a newer release. Run as root from the unpacked release:
#   sh deploy/systemd/install.sh
# Running it again changes nothing that is right already; settings and secrets that are there are left alone.
# It starts nothing: see docs/deploy.md. PREFIX is for tests.
set -eu

PREFIX=${PREFIX:-}
HERE=$(cd "$(dirname "$0")/../.." && pwd)
SETTINGS=$PREFIX/etc/duban
CODE=$PREFIX/opt/duban
UNITS=$PREFIX/etc/systemd/system

say() { printf 'install: %s\n' "$*"; }

[ -n "$PREFIX" ] || getent passwd duban >/dev/null || useradd --system --home-dir /nonexistent --shell /usr/sbin/nologin duban

# The code, in a virtual environment of its own; locked, with hashes. notify's lock is everybody's and what prints.
[ -x "$CODE/bin/python" ] || python3 -m venv "$CODE"
if [ -z "${SKIP_CODE:-}" ]; then
    "$CODE/bin/pip" install --quiet --require-hashes -r "$HERE/requirements/notify.txt"
    wheels=$(mktemp -d)
    trap 'rm -rf "$wheels"' EXIT
    python3 -m venv "$wheels/build"
    "$wheels/build/bin/pip" install --quiet --require-hashes -r "$HERE/requirements/build.txt"
    "$wheels/build/bin/pip" wheel --quiet --no-deps --no-build-isolation --wheel-dir "$wheels" "$HERE"/libs/* \
        "$HERE/services/intake" "$HERE/services/escalation" "$HERE/services/scoring" "$HERE/services/notify" \
        "$HERE/services/board" "$HERE/duban"
    "$CODE/bin/pip" install --quiet --no-deps --no-index --force-reinstall "$wheels"/*.whl
fi

# Settings; secrets are read by systemd as root and handed to each process.
install -d -m 0755 "$SETTINGS" "$SETTINGS/tls" "$UNITS"
install -d -m 0700 "$SETTINGS/secrets"
[ -e "$SETTINGS/duban.env" ] || install -m 0644 "$HERE/deploy/systemd/duban.env" "$SETTINGS/duban.env"
port=9101
for service in intake escalation scoring notify; do
    install -d -m 0700 "$SETTINGS/secrets/$service"
    for role in consume tick relay api deliver hooks; do
        file=$SETTINGS/$service-$role.env
        if [ "$service" = notify ] || { [ "$role" != deliver ] && [ "$role" != hooks ]; }; then
            key=DUBAN_HEALTH
            [ "$role" != api ] || key=DUBAN_API
            [ -e "$file" ] || printf '# Where /livez, /readyz and /metrics answer.\n%s=127.0.0.1:%s\n' "$key" "$port" >"$file"
            port=$((port + 1))
        fi
    done
done
install -d -m 0700 "$SETTINGS/secrets/board"
file=$SETTINGS/board-serve.env
[ -e "$file" ] || cat >"$file" <<'END'
# The board; its settings: services/board/README.md. A proxy on this machine speaks https in front of it.
BOARD_LISTEN=127.0.0.1:8000
# For Prometheus; never through the proxy.
BOARD_METRICS=127.0.0.1:9100
BOARD_PROXY=127.0.0.1
BOARD_DATABASE_CA=/etc/duban/tls/ca.pem
BOARD_AMQP_CA=/etc/duban/tls/ca.pem
# Rehearsals of a changed policy: the services' doors, once there is a key for them (docs/deploy.md, 6).
#BOARD_DOORS="intake=http://127.0.0.1:9104 escalation=http://127.0.0.1:9108 scoring=http://127.0.0.1:9112 notify=http://127.0.0.1:9116"
END

changed=
for unit in "$HERE"/deploy/systemd/*.service "$HERE"/deploy/systemd/*.timer "$HERE"/deploy/systemd/*.target; do
    cmp -s "$unit" "$UNITS/$(basename "$unit")" || { install -m 0644 "$unit" "$UNITS/"; changed=yes; }
done
if [ -z "$PREFIX" ] && [ -n "$changed" ]; then systemctl daemon-reload; fi
say "done${changed:+; units are new or changed}"
