"""The steps of a connection test and what each of them found out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kmp_desktop.core.text import Text


class CheckStep(StrEnum):
    """In the order in which they run."""

    SERVER = "server"
    SECURE = "secure"
    SIGN_IN = "sign_in"
    READ = "read"
    WRITE = "write"
    COMMIT = "commit"
    DISCARDS = "discards"
    REGISTRY = "registry"


class CheckState(StrEnum):
    """What became of a step."""

    PASSED = "passed"
    INFO = "info"
    WARNING = "warning"
    FAILED = "failed"
    NOT_TRIED = "not_tried"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One line of the connection test. ``request``: text for the Kafka administrator, or empty.

    ``details`` is technical text for developers, never a secret.
    """

    step: CheckStep
    state: CheckState
    title: Text
    detail: Text | None = None
    request: str = ""
    details: str = ""
