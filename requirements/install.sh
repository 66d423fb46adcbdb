#!/bin/sh
# Sets up .venv with everything in requirements/dev.txt and our own packages, editable. Called by `make install`.
# Needs Python 3.11 or later; on Debian python3-venv is installed when it is missing and we may (root or sudo).
set -eu

say() { printf 'install: %s\n' "$*" >&2; }

pick_python() {
    for candidate in ${PYTHON:-} python3.11 python3; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    say "Python 3.11 or later is needed. On Debian 12: sudo apt-get install -y python3 python3-venv"
    exit 2
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif sudo -n true 2>/dev/null; then sudo -n "$@"; else return 1; fi
}

make_venv() {
    python=$1
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
        say "Python's venv module is missing; installing $package …"
        as_root apt-get -qq update && as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y "$package" >/dev/null || {
            say "it could not be installed. Run: sudo apt-get install -y $package"
            exit 2
        }
    fi
    say "making .venv with $("$python" --version) …"
    "$python" -m venv .venv
}

cd "$(dirname "$0")/.."
[ -x .venv/bin/python ] || make_venv "$(pick_python)"

say "installing the locked requirements (requirements/dev.txt) …"
pip=".venv/bin/python -m pip --disable-pip-version-check --quiet"
$pip install --require-hashes -r requirements/dev.txt
say "installing our own packages, editable …"
$pip install --no-deps --no-build-isolation \
    -e libs/ground_rules -e libs/event_contracts -e libs/service_chassis \
    -e services/intake -e services/escalation -e services/scoring -e services/notify -e services/board -e duban
# A platform is some thirty processes, and where PYTHONDONTWRITEBYTECODE is set each would compile all of it at its start.
.venv/bin/python -m compileall -q libs services duban/src
say "done; the command is .venv/bin/duban"
