"""What people decide, and the book that holds it until a commit."""

from __future__ import annotations

from enum import StrEnum


class Decision(StrEnum):
    """The three things that can happen to a dead letter."""

    MERGE = "merge"
    PURGE = "purge"
    SKIP = "skip"
