"""Rules of style that a machine can check; each checker is proven by a bad sample."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from source_tree import BOARD, LIBRARIES, ROOT, SERVICES, functions, package, production_files, project_files

LONGEST_FUNCTION = 60
LONGEST_FILE = 450
BANNED_NAMES = {"common", "utils", "util", "manager", "helper", "helpers", "misc"}
# One letter of each word is in brackets, so that this file does not find itself.
WORD = re.compile(r"\b(TOD[O]|FIXM[E]|XX[X])\b|raise NotImplemente[d]Error")
WORKPLACE = re.compile(r"/wor[k]/|/roo[t]/|/opt/(?:wheel[s]|pyp[i])|/tmp/brie[f]|/hom[e]/\w")
TEXT = {".py", ".md", ".toml", ".txt", ".in", ".sh", ".yaml", ".yml", ".json", ".jsonl", ".sql", ".ini", ".cfg", ""}


def long_functions(source: str) -> list[str]:
    """Functions of more than 60 lines."""
    return [f.name for f in functions(source) if (f.end_lineno or 0) - f.lineno + 1 > LONGEST_FUNCTION]


def unfinished(source: str) -> list[str]:
    """Marks of work that was left."""
    return [match.group() for match in WORD.finditer(source)]


def reads_the_clock(source: str) -> list[str]:
    """Calls of `now`, `utcnow`, `today` and `time.time`: only `service_chassis.clock` may ask what time it is."""
    calls = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    names = [ast.unparse(call) for call in calls if isinstance(call, ast.Attribute)]
    return [name for name in names if name in ("time.time", "datetime.now", "datetime.utcnow", "date.today", "datetime.today")]


def undocumented(source: str) -> list[str]:
    """Public module-level classes and functions without a docstring, and modules without one.

    A marshmallow schema (`…Contract`) is documented by the class that it makes.
    """
    tree = ast.parse(source)
    public = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    public = [node for node in public if not node.name.startswith("_") and not node.name.endswith("Contract")]
    return [node.name for node in public if not ast.get_docstring(node)] + (
        [] if ast.get_docstring(tree) or not tree.body else ["module"]
    )


def names_the_workplace(text: str) -> list[str]:
    """Paths of the machine that something was written on."""
    return WORKPLACE.findall(text)


def asserts_nothing(source: str) -> list[str]:
    """Tests without an assertion of their own."""
    return [f.name for f in functions(source) if f.name.startswith("test_") and not _asserts(f)]


def _asserts(function: ast.AST) -> bool:
    return any(isinstance(node, ast.Assert) or _is_check(node) for node in ast.walk(function))


def _is_check(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and bool(
        re.search(r"(raises|fail|assert_\w+|check_\w+|run_state_machine_as_test)$", ast.unparse(node.func))
    )


def sleeps(source: str) -> list[str]:
    """Calls of sleep: a test moves the clock or waits for a condition."""
    calls = [ast.unparse(node.func) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [name for name in calls if name.split(".")[-1] == "sleep"]


def _test_files() -> list[Path]:
    return sorted((ROOT / "tests").rglob("test_*.py"))


def _found(files: list[Path], check: Callable[[str], list[str]]) -> dict[str, list[str]]:
    found = {str(path.relative_to(ROOT)): check(path.read_text("utf-8")) for path in files}
    return {name: bad for name, bad in found.items() if bad}


def test_functions_are_short() -> None:
    assert _found(production_files(), long_functions) == {}


def test_files_are_short() -> None:
    assert _found(production_files(), lambda text: ["too long"] * (text.count("\n") > LONGEST_FILE)) == {}


def test_nothing_is_left_unfinished() -> None:
    assert _found([path for path in project_files() if path.suffix in (".py", ".sh")], unfinished) == {}


def test_only_the_clock_asks_for_the_time() -> None:
    clocks = {package(name) / "clock.py" for name in ("service_chassis", BOARD)}
    assert _found([path for path in production_files() if path not in clocks], reads_the_clock) == {}


def test_public_names_of_the_libraries_are_documented() -> None:
    libraries = [
        path for name in (*LIBRARIES, *SERVICES, BOARD) for path in package(name).rglob("*.py") if "migrations" not in path.parts
    ]
    assert _found(libraries, undocumented) == {}


def test_no_file_is_a_bag() -> None:
    assert [path for path in production_files() if BANNED_NAMES & {path.stem, *path.stem.split("_")}] == []


def test_packages_import_nothing_by_themselves() -> None:
    assert [path for path in production_files() if path.name == "__init__.py" and path.read_text().strip()] == []


def test_no_file_names_the_place_where_it_was_written() -> None:
    assert _found([path for path in project_files() if path.suffix in TEXT], names_the_workplace) == {}


def test_lock_files_name_no_index() -> None:
    assert (
        _found(
            sorted((ROOT / "requirements").glob("*.txt")),
            lambda text: re.findall(r"--(?:extra-)?index-url|--find-links|https?://", text),
        )
        == {}
    )


def test_every_test_asserts_something() -> None:
    assert _found(_test_files(), asserts_nothing) == {}


def test_no_test_sleeps() -> None:
    assert _found(_test_files(), sleeps) == {}


def test_the_catalogue_of_checkers_finds_bad_samples() -> None:
    assert long_functions("def f():\n" + "    pass\n" * 60) == ["f"]
    assert unfinished("# FIX" + "ME later") != []
    assert reads_the_clock("x = datetime.now(UTC)") == ["datetime.now"]
    assert undocumented("'''m'''\ndef f(): pass") == ["f"]
    assert names_the_workplace("see /" + "work/x") != []
    assert asserts_nothing("def test_x():\n    f()") == ["test_x"]
    assert sleeps("time.sleep(1)") == ["time.sleep"]


@pytest.mark.parametrize("check", [long_functions, unfinished, reads_the_clock, undocumented, asserts_nothing, sleeps])
def test_the_checkers_accept_good_samples(check: Callable[[str], list[str]]) -> None:
    assert check('"""A module."""\n\n\ndef test_it(now):\n    """It."""\n    assert now\n') == []
