"""Chinese texts as pairs of characters, so that any two or more that stand side by side can be found without a dictionary."""

from __future__ import annotations

import re

RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[0-9A-Za-z]+")
"""What is looked for: Chinese characters in a row, or a word or number."""


def grams(*texts: str | None) -> str:
    """The tokens of these texts, in their order; between two texts nothing stands side by side."""
    return " ".join(token for text in texts if text for token in [*_tokens(text), "."]).lower()


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    for run in RUN.findall(text):
        if run.isascii():
            found.append(run)
        else:
            found += [run[n : n + 2] for n in range(len(run))]  # the last character alone, too: it begins nothing
    return found


def wanted(text: str) -> list[list[str]]:
    """What a query asks for: all of these, each a row of tokens side by side. The last token of each may go on (`老*`)."""
    found = []
    for run in RUN.findall(text.lower()):
        if run.isascii() or len(run) == 1:
            found.append([run])
        else:
            found.append([run[n : n + 2] for n in range(len(run) - 1)])
    return found


def runs(text: str) -> list[str]:
    """What a query asks for, each in one piece."""
    return [run.lower() for run in RUN.findall(text)]


def stands_in(asked: str, *texts: str | None) -> bool:
    """Whether texts have everything that a query asks for, told without an index: words by their beginning, Chinese anywhere."""
    there = [run for text in texts if text for run in runs(text)]
    return all(any(has.startswith(run) if run.isascii() else run in has for has in there) for run in runs(asked))
