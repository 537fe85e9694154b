"""Headers as people read them; what lies behind stays in sight as hex."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container

from kmp_desktop.core.failure import is_failure_header, known_number
from kmp_desktop.core.record import DeadLetter
from kmp_desktop.core.view import HeaderLine

_BLANKS = str.maketrans("", "", "\n\r\t")


def header_lines(record: DeadLetter, own: Container[str] = ()) -> tuple[HeaderLine, ...]:
    """Every header in the order of the record; a null value shows nothing.

    ``own``: names that are failure headers because an administrator said so.
    """
    times = Counter(name for name, _ in record.headers)
    nth: Counter[str] = Counter()
    lines = []
    for name, value in record.headers:
        nth[name] += 1
        shown, raw = _value(name, value)
        of_failure = name in own or is_failure_header(name)
        lines.append(HeaderLine(name, shown, raw, of_failure, nth[name], times[name]))
    return tuple(lines)


def _value(name: str, value: bytes | None) -> tuple[str, str]:
    """(what is shown, the bytes behind it in hex where that is something else)."""
    if not value:
        return "", ""
    number = known_number(name, value)
    if number is not None and not value.isdigit():
        return str(number), value.hex(" ")
    try:
        shown = value.decode()
    except UnicodeDecodeError:
        return value.hex(" "), value.hex(" ")
    if shown.isprintable() or shown.translate(_BLANKS).isprintable():
        return shown, ""
    return value.hex(" "), value.hex(" ")
