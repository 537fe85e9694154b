"""A command line of kafka-merge-purge, as people have it in scripts and notes, taken apart.

Nothing is run, and no file is read here.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field

from kmp_desktop.core.names import is_topic
from kmp_desktop.core.properties import Pairs

_COMMANDS = {"ask": 2, "merge-all": 2, "purge-all": 1, "print": 1}
"""What it does, and how many topics follow."""

_LONG = {
    "--bootstrap-servers": "b",
    "--group": "g",
    "--properties": "O",
    "--property": "o",
    "--consumer-properties": "C",
    "--consumer-property": "c",
    "--producer-properties": "P",
    "--producer-property": "p",
}
_WITH_VALUE = frozenset("bgOoCcPp")
_LONGEST = 100_000  # characters


@dataclass(frozen=True, slots=True)
class OldCommandLine:
    """``settings`` in the order of precedence, the last wins; ``files`` are to be read before them."""

    servers: str = ""
    group: str = ""
    files: tuple[str, ...] = ()
    settings: Pairs = field(default=(), repr=False)
    topics: tuple[str, ...] = ()


def old_command_line(said: str) -> OldCommandLine | None:
    """What the text says; None: it is no such command line."""
    words = _words(said)
    place = next((n for n, word in enumerate(words) if word in _COMMANDS and _is_command(words, n)), None)
    if place is None:
        return None
    found: dict[str, list[str]] = {letter: [] for letter in _WITH_VALUE}
    _read_options(words[:place], found)
    if not found["b"] and not found["g"] and not found["O"]:
        return None
    topics = [word for word in words[place + 1 :] if not word.startswith("-")][: _COMMANDS[words[place]]]
    settings = [_pair(each) for letter in "ocp" for each in found[letter]]
    return OldCommandLine(
        servers=found["b"][-1] if found["b"] else "",
        group=found["g"][-1] if found["g"] else "",
        files=tuple(each for letter in "OCP" for each in found[letter]),
        settings=tuple(settings),
        topics=tuple(each for each in topics if is_topic(each)),
    )


def _words(said: str) -> list[str]:
    if len(said) > _LONGEST:
        return []
    try:
        words = shlex.split(re.sub(r"[\\^`]\r?\n", " ", said))
    except ValueError:  # a quote without its other half
        return []
    # Gradle wants the whole line as one argument.
    inner = next((word for word in words if word.startswith("--args=")), None)
    return _words(inner.removeprefix("--args=")) if inner is not None else words


def _is_command(words: list[str], place: int) -> bool:
    """Whether it is no value of an option, such as a group called print."""
    before = words[place - 1] if place else ""
    return before not in _LONG and before not in {f"-{letter}" for letter in _WITH_VALUE}


def _read_options(words: list[str], found: dict[str, list[str]]) -> None:
    waiting = ""
    for word in words:
        if waiting:
            found[waiting].append(word)
            waiting = ""
            continue
        name, equals, value = word.partition("=")
        if name in _LONG:
            letter = _LONG[name]
        elif word[:1] == "-" and word[1:2] in _WITH_VALUE and word[1:2]:
            letter, equals, value = word[1], word[2:], word[2:].removeprefix("=")
        else:
            continue
        if equals:
            found[letter].append(value)
        else:
            waiting = letter


def _pair(said: str) -> tuple[str, str]:
    name, _, value = said.partition("=")
    return name.strip(), value
