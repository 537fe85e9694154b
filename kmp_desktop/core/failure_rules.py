"""What an administrator adds to a connection for reading failures: own header names, own words."""

from __future__ import annotations

from dataclasses import dataclass

MEANINGS = {
    "exception_class": "class",
    "root_cause": "cause",
    "message": "message",
    "stacktrace": "stack",
    "origin_topic": "topic",
    "origin_partition": "partition",
    "origin_offset": "offset",
    "origin_timestamp": "sent",
    "consumer_group": "group",
    "reported_by": "reporter",
    "failed_at": "failed_at",
    "attempts": "tries",
    "stage": "stage",
}
"""What a header can be said to hold -> how the reading of home-grown headers calls it."""


@dataclass(frozen=True, slots=True)
class OwnWords:
    """Words for every failure whose exception classes or message contain ``part`` (in any case)."""

    part: str
    words: str


@dataclass(frozen=True, slots=True)
class FailureRules:
    """``headers``: (name, key of ``MEANINGS``). Of several words that fit the first count."""

    headers: tuple[tuple[str, str], ...] = ()
    words: tuple[OwnWords, ...] = ()

    def names(self) -> frozenset[str]:
        """The names of own headers."""
        return frozenset(name for name, _ in self.headers)

    def said_of(self, classes: tuple[str, ...], message: str) -> str:
        """The administrator's words for a failure; empty: there are none."""
        if not self.words:
            return ""
        said = [*(each.casefold() for each in reversed(classes)), message.casefold()]
        fitting = (rule.words for rule in self.words if any(rule.part.casefold() in each for each in said))
        return next(fitting, "")


NO_RULES = FailureRules()
