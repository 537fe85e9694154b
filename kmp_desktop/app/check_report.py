"""A connection test as text for whoever can help; English, without secrets."""

from __future__ import annotations

from collections.abc import Iterable

from kmp_desktop import __version__
from kmp_desktop.core.connection_check import CheckResult


def check_report(found: Iterable[CheckResult]) -> str:
    """One paragraph for each step: state, title, what to do, request, details."""
    lines = [f"KMP Desktop {__version__}: connection test, nothing was written"]
    for each in found:
        lines.append(f"[{each.state.value}] {each.title}")
        parts = ("" if each.detail is None else str(each.detail), each.request, each.details)
        lines += [f"    {line}" for part in parts for line in part.splitlines()]
    return "\n".join(lines) + "\n"
