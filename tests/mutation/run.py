"""`make mutate`: does the suite notice when a rule is changed? Mutation testing of the pure rules with mutmut.

For each package its `domain/` (all of it for `ground_rules`) and its unit tests are copied to a temporary folder, where mutmut
changes one thing at a time (a comparison, a constant, a sign, …) and runs the tests that reach it. mutmut lives in a venv of
its own that sees .venv; a copy in `src/` comes before the editable packages of .venv, which mutmut by itself would test instead.

    .venv/bin/python tests/mutation/run.py [--children N] [--only MODULE …] [ground_rules|intake|escalation|scoring|notify …]

Each survivor is told with the line that was changed. Those that change nothing, or nothing of a rule, stand in `survivors.toml`
with the reason; a reason for a mutant that no longer survives is told, too. Figures: docs/mutation.md.

Exit code 0 whenever mutmut could do its work: survivors are a list to read, not a failure.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import venv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SITE = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
PACKAGES = ("ground_rules", "scoring", "notify", "intake", "escalation")
KILLED = frozenset({"killed", "timeout", "caught by type check"})
"""How a mutant is found out; a rule that no longer ends counts, too."""

REASONS = Path(__file__).with_name("survivors.toml")

AFRESH = '''"""What is made when a module is imported or first asked is made anew for each test: mutmut does both before it
mutates, and runs for a mutant the tests that reached its function, which a test that was answered from a cache did not."""
import sys
from functools import cache
from pathlib import Path
import pytest

KEPT = ("_china", "_every_day")

def shed():
    """No function of the package answers from what it gave to an earlier test; but the two calendars that all share stay."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "PACKAGE":
            for word, value in list(vars(module).items()):
                if word not in KEPT:
                    getattr(value, "cache_clear", int)()

@cache
def code(file):
    return compile(Path(file).read_text("utf-8"), file, "exec")

@pytest.fixture(autouse=True)
def _made_afresh(request):
    shed()
    exec(code(request.module.__file__), request.module.__dict__)
'''

RESULT = re.compile(r"^\s*(?P<module>[\w.]+)\.(?P<name>(?:x_|xǁ)(?P<function>\S+?)__mutmut_\d+): (?P<state>.+)$")

Tally = dict[str, Counter[str]]
"""Module → how many mutants ended how."""


class Unusable(Exception):
    """mutmut could not do its work; the message says why."""


def source(package: str) -> Path:
    """The folder of an import package."""
    return ROOT / ("libs" if package == "ground_rules" else "services") / package / "src" / package


def rules(package: str, only: Sequence[str]) -> str:
    """Which files of the package are mutated, as patterns below the copy, one a line; all, or some modules `only`."""
    folder = f"src/{package}" if package == "ground_rules" else f"src/{package}/domain"
    return "".join(f"\n    {folder}/{name}" for name in ([f"{module}.py" for module in only] or ["*"]))


def make_tools(folder: Path) -> Path:
    """A venv with mutmut that also sees what is in .venv; returns its folder."""
    tools = folder / "tools"
    venv.create(tools, with_pip=True)
    lock = ROOT / "requirements" / "mutate.txt"
    pip = [tools / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "--quiet", "install", "--require-hashes"]
    if subprocess.run([*pip, "-r", lock], stderr=subprocess.PIPE).returncode != 0:
        raise Unusable(f"{lock.relative_to(ROOT)} could not be installed")
    (tools / SITE / "with_dot_venv.pth").write_text(f"import site; site.addsitedir({str(ROOT / '.venv' / SITE)!r})\n")
    return tools


def copy(package: str, folder: Path, only: Sequence[str]) -> None:
    """The package, its unit tests and mutmut's settings, laid out as mutmut wants them."""
    leave = shutil.ignore_patterns("__pycache__")
    shutil.copytree(source(package), folder / "src" / package, ignore=leave)
    tests = ROOT / "tests" / package
    shutil.copytree(tests / "unit", folder / "tests" / package / "unit", ignore=leave)
    for fixtures in tests.glob("conftest.py"):
        shutil.copy(fixtures, folder / "tests" / package)
    for shared in set((ROOT / "tests").glob("*.py")) - {ROOT / "tests" / "conftest.py"}:
        shutil.copy(shared, folder / "tests")
    (folder / "tests" / "conftest.py").write_text(AFRESH.replace("PACKAGE", package), "utf-8")
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text("utf-8"), "utf-8")
    (folder / "setup.cfg").write_text(
        "[mutmut]\n"
        f"source_paths=src/\nonly_mutate={rules(package, only)}\n"
        f"pytest_add_cli_args_test_selection=tests/{package}/unit\n"
        "pytest_add_cli_args=\n    -p\n    no:cacheprovider\n"
        "use_git_change_detection=false\n"
    )


def mutate(tools: Path, folder: Path, children: int) -> None:
    """Run mutmut in the copy; its own progress line goes to the terminal, if there is one, else into a file."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "HYPOTHESIS_STORAGE_DIRECTORY": str(folder / "hypothesis")}
    command = [tools / "bin" / "mutmut", "run", "--max-children", str(children)]
    progress = folder / "progress.txt"
    with progress.open("wb") as file:
        done = subprocess.run(command, cwd=folder, env=environment, stdout=None if sys.stdout.isatty() else file)
    if done.returncode != 0:
        told = progress.read_bytes()[-4000:].decode(errors="replace").replace("\r", "\n")
        raise Unusable(f"{told}\nmutmut ended with exit code {done.returncode}; do the unit tests pass?")


def results(tools: Path, folder: Path) -> list[str]:
    """One line per mutant: its name and how it ended."""
    command = [tools / "bin" / "mutmut", "results", "--all", "true"]
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()


def tally(lines: Sequence[str]) -> Tally:
    """mutmut's results, counted per module."""
    found: Tally = {}
    for match in filter(None, map(RESULT.match, lines)):
        found.setdefault(match["module"], Counter())[match["state"]] += 1
    return found


def table(found: Mapping[str, Counter[str]]) -> Iterator[str]:
    """Killed and total per module, and the sum."""
    yield f"{'module':<40} {'killed':>7} {'survived':>9} {'no test':>8} {'total':>6}"
    for name, states in [*sorted(found.items()), ("all", sum(found.values(), Counter()))]:
        killed = sum(states[state] for state in KILLED)
        untested = states["no tests"]
        yield f"{name:<40} {killed:>7} {states.total() - killed - untested:>9} {untested:>8} {states.total():>6}"


def survivors(lines: Sequence[str], folder: Path) -> list[str]:
    """The mutants that nobody noticed: where, and what was changed."""
    unnoticed = [match for match in filter(None, map(RESULT.match, lines)) if match["state"] not in KILLED]
    return [f"{match['module']}.{match['function'].replace('ǁ', '.')}: {change(folder, match)}" for match in unnoticed]


def change(folder: Path, match: re.Match[str]) -> str:
    """What a mutant changed: `- the line before + the line after`."""
    functions = mutated(folder / "mutants" / "src" / Path(*match["module"].split(".")).with_suffix(".py"))
    name = match["name"]
    before, after = functions[name.rpartition("__mutmut_")[0] + "__mutmut_orig"], functions[name]
    lines = list(difflib.unified_diff(before, after, n=0, lineterm=""))[2:]
    return " ".join(f"{line[0]} {line[1:].strip()}" for line in lines if line[0] in "+-")


@cache
def mutated(file: Path) -> dict[str, list[str]]:
    """The body of every function in a file that mutmut wrote, by name."""
    source = file.read_text("utf-8")
    lines, found = source.splitlines(), {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            body = lines[node.lineno - 1 : node.end_lineno]
            found[node.name] = [body[0].replace(node.name, "", 1), *body[1:]]
    return found


def explained() -> dict[str, str]:
    """Survivor → why it may survive, as `survivors.toml` says."""
    groups = tomllib.loads(REASONS.read_text("utf-8"))["group"]
    return {mutant: group["reason"] for group in groups for mutant in group["mutants"]}


def one(package: str, tools: Path, folder: Path, children: int, only: Sequence[str]) -> Tally:
    """Mutate one package, or some of its modules, and tell the survivors."""
    print(f"mutate: {package} …", file=sys.stderr, flush=True)
    began, place = time.monotonic(), folder / package
    place.mkdir()
    copy(package, place, only)
    mutate(tools, place, children)
    lines = results(tools, place)
    found = tally(lines)
    if not found:
        raise Unusable(f"mutmut made no mutants of {package}")
    print(f"\n{package}: {time.monotonic() - began:.0f} s")
    print("\n".join(judged(found, survivors(lines, place))), flush=True)
    return found


def judged(modules: Iterable[str], alive: Sequence[str]) -> Iterator[str]:
    """The survivors without a reason, how many have one, and the reasons that nothing in these modules needs any more."""
    reasons = explained()
    yield from (f"  no reason yet: {mutant}" for mutant in alive if mutant not in reasons)
    yield f"  {sum(mutant in reasons for mutant in alive)} survivors with a reason"
    looked_at = tuple(f"{module}." for module in modules)
    gone = [mutant for mutant in reasons if mutant.startswith(looked_at) and mutant not in alive]
    yield from (f"  no longer survives: {mutant}" for mutant in gone)


def main(arguments: Sequence[str]) -> int:
    """Mutate the named packages, or all; print a table."""
    parser = argparse.ArgumentParser(prog="mutate", description="Mutation testing of the pure rules.")
    parser.add_argument("--children", type=int, default=os.cpu_count() or 1, help="processes at once")
    parser.add_argument("--only", action="append", default=[], metavar="MODULE", help="of the package, e.g. --only clock")
    parser.add_argument("packages", nargs="*", choices=[[], *PACKAGES], metavar="package", help=", ".join(PACKAGES))
    options = parser.parse_args(arguments)
    found: Tally = {}
    with tempfile.TemporaryDirectory(prefix="duban-mutate-") as name:
        try:
            tools = make_tools(Path(name))
            for package in options.packages or PACKAGES:
                found |= one(package, tools, Path(name), options.children, options.only)
        except Unusable as why:
            print(f"mutate: {why}", file=sys.stderr)
            return 1
    print("\n".join(("", *table(found))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
