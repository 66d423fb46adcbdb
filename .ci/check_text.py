"""Whether the named files can be read: TOML, YAML and JSON parse, and every text ends with exactly one newline.

    .venv/bin/python .ci/check_text.py FILE …

Called by pre-commit with the files of a commit; tests/architecture calls it with all files of the project.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml


def parse_yaml(text: str) -> list[Any]:
    """All documents of a YAML file; ValueError when it is none, or has a key twice."""
    try:
        return list(yaml.load_all(text, Loader=_Strict))  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error


class _Strict(yaml.SafeLoader):
    """PyYAML takes the last of two equal keys without a word; here they are an error."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"key twice: {', '.join(sorted(twice))}", node.start_mark)
        return super().construct_mapping(node, deep)


PARSERS: Mapping[str, Callable[[str], Any]] = {
    ".toml": tomllib.loads,
    ".json": json.loads,
    ".yaml": parse_yaml,
    ".yml": parse_yaml,
}


def faults(suffix: str, content: bytes) -> list[str]:
    """What is wrong with a file of this kind."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        return [f"not UTF-8 ({error.reason})"]
    found = []
    if text and (not text.endswith("\n") or text.endswith("\n\n")):
        found.append("does not end with exactly one newline")
    try:
        PARSERS.get(suffix, str)(text)
    except ValueError as error:
        found.append(f"does not parse: {error}")
    return found


def main(names: Sequence[str]) -> int:
    """Print a line for each fault; exit code 1 when there is one."""
    bad = [f"{name}: {fault}" for name in names for fault in faults(Path(name).suffix, Path(name).read_bytes())]
    print("\n".join(bad), end="\n" if bad else "")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
