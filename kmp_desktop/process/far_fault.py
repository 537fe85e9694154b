"""A bug in the process behind a queue, as its window tells of it."""

from __future__ import annotations

import traceback


class FarFault(Exception):  # noqa: N818 - it stands for the bug, which has its own name
    """``kind``: the exception's class; ``trace``: where it happened, there."""

    def __init__(self, kind: str, trace: str) -> None:
        super().__init__(kind, trace)
        self.kind = kind
        self.trace = trace

    def __str__(self) -> str:
        return f"{self.kind}, in the process behind the queue:\n{self.trace}"


def far_fault(error: BaseException) -> FarFault:
    """An exception that can go through a pipe."""
    trace = "".join(traceback.format_exception(error, limit=-30))
    return FarFault(type(error).__name__, trace)
